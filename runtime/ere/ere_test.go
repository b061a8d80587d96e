package ere

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

func flagsOf(s string) (f Flags) {
	if strings.Contains(s, "i") {
		f |= IgnoreCase
	}
	if strings.Contains(s, "n") {
		f |= Newline
	}
	return f
}

func found(r *Regexp, s string) string {
	all, err := r.Find(s, 1)
	if err != nil {
		return err.Error()
	}
	if len(all) == 0 {
		return "NO"
	}
	var b strings.Builder
	for i := 0; i < len(all[0]); i += 2 {
		fmt.Fprintf(&b, "%d,%d ", all[0][i], all[0][i+1])
	}
	return strings.TrimSpace(b.String())
}

func TestAsGlibc(t *testing.T) {
	file, err := os.Open("testdata/glibc.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows := 0
	for sc := bufio.NewScanner(file); sc.Scan(); {
		col := strings.Split(sc.Text(), "\t")
		if len(col) != 4 {
			continue
		}
		rows++
		pattern, err1 := strconv.Unquote(col[1])
		text, err2 := strconv.Unquote(col[2])
		if err1 != nil || err2 != nil {
			t.Fatalf("bad row %q", sc.Text())
		}
		r, err := Compile(pattern, flagsOf(col[0]))
		if (err != nil) != (col[3] == "ERR") {
			t.Errorf("%s %s: error %v, want %s", col[0], col[1], err, col[3])
		}
		if err != nil {
			continue
		}
		if got := found(r, text); got != col[3] {
			t.Errorf("%s %s in %s: %s, want %s", col[0], col[1], col[2], got, col[3])
		}
		if ok, err := r.Match(text); err != nil || ok != (col[3] != "NO") {
			t.Errorf("%s %s matches %s: %v, %v", col[0], col[1], col[2], ok, err)
		}
	}
	if rows < 500 {
		t.Errorf("only %d rows", rows)
	}
}

// Without REG_NEWLINE, glibc takes an anchor inside a pattern for one that
// matches beside a newline, though not at the pattern's ends. Here, as in
// POSIX, it matches at the text's ends alone.
func TestInnerAnchors(t *testing.T) {
	for pattern, text := range map[string]string{"\n^": "ab\na", "b$[^a]": "b\n\n", "^b": "a\nb", "a$": "a\nb"} {
		r, err := Compile(pattern, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := found(r, text); got != "NO" {
			t.Errorf("%q in %q: %s", pattern, text, got)
		}
	}
}

func TestErrors(t *testing.T) {
	for pattern, want := range map[string]string{
		"*a":                      "nothing to repeat before * (at character 1)",
		"a|*b":                    "nothing to repeat before * (at character 3)",
		"^*":                      "^ is no character (at character 2)",
		"a(b":                     "the ( has no closing ) (at character 2)",
		"[a":                      "the [ has no closing ] (at character 1)",
		"[b-a]":                   "the range b-a is empty",
		"[[:foo:]]":               "there is no character class [:foo:]",
		"a{2,1}":                  "wrong order",
		"a{x}":                    "is no repetition",
		"a{1":                     "the { has no closing }",
		"a{1001}":                 "more than 1000 times",
		`a\`:                      `a \ at the end`,
		`\1(a)`:                   "not complete there",
		"a\x00":                   "a NUL byte",
		"[a-c-e]":                 "put a - for itself last",
		"[[.abc.]]":               "is no single character",
		"((a{1000}){1000}){1000}": "too large",
		strings.Repeat("(", 300):  "nested too deep",
	} {
		_, err := Compile(pattern, 0)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want …%s", pattern, err, want)
		}
	}
}

func TestFindAll(t *testing.T) {
	for _, tt := range []struct{ pattern, text, want string }{
		{"b", "abcb", "[[1 2] [3 4]]"},
		{"^a", "aaa", "[[0 1]]"},
		{"(a)(b)?", "aab", "[[0 1 0 1 -1 -1] [1 3 1 2 2 3]]"},
		{`(a)\1`, "aabaa", "[[0 2 0 1] [3 5 3 4]]"},
		{".", "aé", "[[0 1] [1 2] [2 3]]"},
	} {
		r, err := Compile(tt.pattern, 0)
		if err != nil {
			t.Fatal(err)
		}
		all, err := r.Find(tt.text, -1)
		if got := fmt.Sprint(all); err != nil || got != tt.want {
			t.Errorf("%s in %q: %s, want %s", tt.pattern, tt.text, got, tt.want)
		}
	}
}

// A back-reference can take exponential time; it ends all the same.
func TestTimeout(t *testing.T) {
	r, err := Compile(`^(a*)*(a*)*(a*)*(a*)*\1b$`, 0)
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := r.Match(strings.Repeat("a", 60)); ok || !errors.Is(err, ErrTimeout) {
		t.Errorf("%v, %v, want ErrTimeout", ok, err)
	}
}

func TestCache(t *testing.T) {
	c := NewCache(2)
	buf := []byte("a.c")
	first, err := c.Get(string(buf), 0)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := c.Get("a.c", 0); again != first {
		t.Error("compiled twice")
	}
	if other, _ := c.Get("a.c", IgnoreCase); other == first {
		t.Error("flags are ignored")
	}
	if _, err := c.Get("(", 0); err == nil {
		t.Error("a bad pattern was accepted")
	}
	if again, _ := c.Get("a.c", 0); again == first {
		t.Error("the cache of two keeps three")
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	r, err := Compile("^sip:(.*)@(a|b)+", IgnoreCase)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() {
		if ok, _ := r.Match("SIP:x@abc"); !ok {
			t.Fatal("no match")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{`a(b|c)*\1`, "[[:alpha:]-z]", "a{2}{3}", `\<x\>`, "[^]a]", "^$", "(a*)+", `\w+\W\b`} {
		f.Add(s, "aab\ncé", uint8(3))
	}
	f.Fuzz(func(t *testing.T, pattern, text string, flags uint8) {
		if len(pattern) > 60 || len(text) > 60 {
			return
		}
		r, err := Compile(pattern, Flags(flags)&(IgnoreCase|Newline))
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Off < 0 || e.Off > len(pattern) {
				t.Fatalf("error %#v", err)
			}
			return
		}
		ok, err := r.Match(text)
		all, err2 := r.Find(text, -1)
		if err != nil || err2 != nil {
			return
		}
		if ok != (len(all) > 0) {
			t.Fatalf("%q in %q: Match %v, Find %v", pattern, text, ok, all)
		}
		for _, m := range all {
			for i := 0; i < len(m); i += 2 {
				if m[i] > m[i+1] || m[i+1] > len(text) || m[i] < 0 && m[i+1] >= 0 {
					t.Fatalf("%q in %q: offsets %v", pattern, text, m)
				}
			}
		}
	})
}
