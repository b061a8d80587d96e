package pcre_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"olelo/runtime/pcre"
)

// seen is what pcre_match of Kamailio 5.6.3 returns: 1, -1, or -4 for a pattern that
// is none.
var seen = []struct {
	pattern, text string
	want          int
}{
	{"a++b", "aaab", 1},
	{"(?>a+)ab", "aaab", -1},
	{"(?<=x)a", "xa", 1},
	{"\\Qa.b\\E", "a.b", 1},
	{"\\Qa.b\\E", "axb", -1},
	{"(?P<n>a)(?P=n)", "aa", 1},
	{"(?<n>a)\\k<n>", "aa", 1},
	{"(?<n>a)\\k{n}", "aa", 1},
	{"(a)\\g1", "aa", 1},
	{"(a)\\g{-1}", "aa", 1},
	{"(?R)", "a", -4},
	{"a(?R)?b", "aabb", 1},
	{"(a|b(?1)c)d", "bacd", 1},
	{"(?|(a)|(b))x", "bx", 1},
	{"\\Aab\\z", "ab", 1},
	{"ab\\Z", "ab", 1},
	{"\\h+x", " x", 1},
	{"\\Rx", "\tx", -1},
	{"a\\Kb", "ab", 1},
	{"[[:alpha:]]+$", "abc", 1},
	{"\\x41", "A", 1},
	{"\\x{41}", "A", 1},
	{"\\101", "A", 1},
	{"\\d+", "12", 1},
	{"^\\w$", "\u00e9", -1},
	{"^.$", "\u00e9", -1},
	{"^..$", "\u00e9", 1},
	{"(?i)ABC", "abc", 1},
	{"(?i)\u00c9", "\u00e9", -1},
	{"(?x)a b # c", "ab", 1},
	{"(?#c)ab", "ab", 1},
	{"(?s).", "a", 1},
	{"(?U)a+", "aa", 1},
	{"(?J)(?<n>a)|(?<n>b)", "b", 1},
	{"\\p{L}", "a", 1},
	{"\\X", "a", 1},
	{"(?(1)a|b)", "b", -4},
	{"(a)?(?(1)b|c)", "ab", 1},
	{"(*UTF8)a", "a", 1},
	{"(*FAIL)|a", "a", 1},
	{"a{,3}", "a{,3}", 1},
	{"a{2", "a{2", 1},
	{"[a", "a", -4},
	{"(a", "a", -4},
	{"a)", "a", -4},
	{"*a", "a", -4},
	{"a**", "a", -4},
	{"[]a]", "]", 1},
	{"[^]a]", "b", 1},
	{"[a-\\d]", "-", -4},
	{"[\\w-z]", "-", 1},
	{"\\", "a", -4},
	{"(?<=a+)b", "ab", -4},
	{"(?<=a|bc)d", "bcd", 1},
	{"a|", "zzz", 1},
	{"", "x", 1},
	{"^", "", 1},
	{"[[.a.]]", "a", -4},
	{"[[:foo:]]", "a", -4},
	{"\\cA", "a", -1},
	{"\\e", "a", -1},
	{"\\y", "y", 1},
	{"\\8", "8", 1},
	{"(a)\\2", "a", -4},
	{"\\G", "a", 1},
	{"(?:a", "a", -4},
	{"(?z)", "a", -4},
	{"(?-i)a", "a", 1},
	{"a?+b", "ab", 1},
	{"a{1,2}+a", "aa", -1},
	{"[z-a]", "a", -4},
	{"\\Qabc", "abc", 1},
	{"[\\Q]\\E]", "]", 1},
	{"\\N", "a", 1},
	{"\\v", "a", -1},
	{"(?<a>x)", "x", 1},
	{"(?'a'x)", "x", 1},
	{"\\bfoo\\b", "a foo b", 1},
	{"x{70000}", "x", -4},
	{"(?i:a)B", "AB", 1},
	{"(?^)a", "a", -4},
	{"\\u0041", "A", -4},
	{"\\<a", "<a", 1},
	{"\\\"a", "\"a", 1},
	{"a(?=b)", "ab", 1},
	{"a(?!b)", "ab", -1},
	{"(?<!b)a", "ab", 1},
	{"\\S+@\\S+", "x@y", 1},
	{"(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaab", -1},
	{"[\\d\\-x]+", "-", 1},
	{"[a\\]]", "]", 1},
	{"[[a]", "[", 1},
	{"[a[]", "[", 1},
	{"[a-z-[b]]", "b]", 1},
	{"[a&&b]", "&", 1},
}

// lacks are patterns that PCRE takes and this package refuses, with what it says.
var lacks = map[string]string{
	"a(?R)?b":       "recursion",
	"(a|b(?1)c)d":   "recursion",
	"(?|(a)|(b))x":  "branch reset",
	"\\p{L}":        "not supported",
	"\\X":           "not supported",
	"(a)?(?(1)b|c)": "conditions",
	"(*UTF8)a":      "verbs",
	"(*FAIL)|a":     "verbs",
}

func match(t *testing.T, pattern, text string, f pcre.Flags) int {
	t.Helper()
	re, err := pcre.Compile(pattern, f)
	if err != nil {
		return -4
	}
	ok, err := re.Match(text)
	if err != nil {
		t.Errorf("%q on %q: %v", pattern, text, err)
	}
	if ok {
		return 1
	}
	return -1
}

func TestSeen(t *testing.T) {
	for _, k := range seen {
		got := match(t, k.pattern, k.text, 0)
		if why, lack := lacks[k.pattern]; lack {
			_, err := pcre.Compile(k.pattern, 0)
			var e *pcre.Error
			if !errors.As(err, &e) || !strings.Contains(e.Msg, why) {
				t.Errorf("%q: %v", k.pattern, err)
			}
			continue
		}
		if got != k.want {
			_, err := pcre.Compile(k.pattern, 0)
			t.Errorf("%q on %q: %d, want %d (%v)", k.pattern, k.text, got, k.want, err)
		}
	}
}

// Both matchers see a pattern alike: an empty look-ahead makes the slow one do it.
func TestMatchersAgree(t *testing.T) {
	texts := []string{"", "a", "ab", "aab", "A", "x y", "\n", "a\n", "a\nb", "\u00e9", "[a]", "12", "-", "foo bar", "a.b"}
	for _, k := range seen {
		for _, f := range []pcre.Flags{0, pcre.Caseless, pcre.Multiline, pcre.DotAll, pcre.Extended} {
			for _, text := range append(texts, k.text) {
				if strings.Contains(k.pattern, "(a+)+") || strings.Contains(k.pattern, "\\Qabc") || strings.Contains(k.pattern, "#") {
					continue // what stands behind it would be part of it; or it takes too long
				}
				if a, b := match(t, k.pattern, text, f), match(t, "(?:"+k.pattern+")(?=)", text, f); a != b {
					t.Errorf("%q on %q, flags %d: %d, and %d by the other", k.pattern, text, f, a, b)
				}
			}
		}
	}
}

func TestFlags(t *testing.T) {
	for _, k := range []struct {
		pattern, text string
		flags         pcre.Flags
		want          int
	}{
		{"ABC", "abc", pcre.Caseless, 1},
		{"[A-C]+$", "abc", pcre.Caseless, 1},
		{"(?-i)ABC", "abc", pcre.Caseless, -1},
		{"(?:(?i)a)B", "Ab", 0, -1},
		{"^b$", "a\nb\nc", 0, -1},
		{"^b$", "a\nb\nc", pcre.Multiline, 1},
		{"a.b", "a\nb", 0, -1},
		{"a.b", "a\nb", pcre.DotAll, 1},
		{"a b # c\nd", "abd", pcre.Extended, 1},
		{"a +b", "aab", pcre.Extended, 1},
		{"b$", "ab\n", 0, 1},
		{"b\\z", "ab\n", 0, -1},
		{"b$", "ab\n\n", 0, -1},
		{"^$", "a\n", pcre.Multiline, -1},
	} {
		if got := match(t, k.pattern, k.text, k.flags); got != k.want {
			t.Errorf("%q on %q, flags %d: %d", k.pattern, k.text, k.flags, got)
		}
	}
}

func TestTimeout(t *testing.T) {
	re, err := pcre.Compile(`(a+)+\1$`, 0)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := re.Match(strings.Repeat("a", 3000) + "b"); !errors.Is(err, pcre.ErrTimeout) {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func FuzzCompile(f *testing.F) {
	for _, k := range seen {
		f.Add(k.pattern, k.text)
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 200 || len(text) > 200 {
			return
		}
		re, err := pcre.Compile(pattern, 0)
		var e *pcre.Error
		if err != nil {
			if !errors.As(err, &e) || e.Off > len(pattern) {
				t.Errorf("%q: %v", pattern, err)
			}
			return
		}
		if _, err := re.Match(text); err != nil && !errors.Is(err, pcre.ErrTimeout) {
			t.Errorf("%q: %v", pattern, err)
		}
	})
}
