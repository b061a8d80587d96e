package ere

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// library asks the C library what a pattern finds in a text.
type library struct {
	bin  string
	in   io.WriteCloser
	out  *bufio.Reader
	stop func()
}

// startLibrary builds and starts testdata/regcomp.c. It skips the test where
// there is no C compiler or another C library than glibc.
func startLibrary(tb testing.TB) *library {
	tb.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil || runtime.GOOS != "linux" {
		tb.Skip("needs a C compiler and glibc")
	}
	bin := filepath.Join(tb.TempDir(), "regcomp")
	if out, err := exec.Command(cc, "-O2", "-o", bin, "testdata/regcomp.c").CombinedOutput(); err != nil {
		tb.Fatalf("%v\n%s", err, out)
	}
	l := &library{bin: bin}
	l.start(tb)
	tb.Cleanup(func() { l.stop() })
	return l
}

func (l *library) start(tb testing.TB) {
	tb.Helper()
	cmd := exec.Command(l.bin)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	l.in, l.out = in, bufio.NewReader(out)
	l.stop = func() {
		in.Close()
		_ = cmd.Wait()
	}
}

func (l *library) ask(tb testing.TB, pattern, text string, f Flags) string {
	tb.Helper()
	code := func(s string) string {
		if s == "" {
			return "-"
		}
		return hex.EncodeToString([]byte(s))
	}
	flags := "-"
	if f&IgnoreCase != 0 {
		flags += "i"
	}
	if f&Newline != 0 {
		flags += "n"
	}
	if _, err := fmt.Fprintf(l.in, "%s %s %s\n", flags, code(pattern), code(text)); err != nil {
		tb.Fatal(err)
	}
	answer, err := l.out.ReadString('\n')
	if err != nil {
		tb.Fatalf("%q in %q: %v", pattern, text, err)
	}
	if answer = strings.TrimSpace(answer); answer == "SLOW" { // it has ended
		l.stop()
		l.start(tb)
	}
	return answer
}

// generator makes patterns and texts of few letters, so that they meet.
type generator struct{ *rand.Rand }

func (g generator) pick(of ...string) string { return of[g.IntN(len(of))] }

func (g generator) pattern(depth int) string {
	var b strings.Builder
	for n := g.IntN(4); n >= 0; n-- {
		b.WriteString(g.piece(depth))
		if g.IntN(7) == 0 {
			b.WriteString("|")
		}
	}
	return b.String()
}

func (g generator) piece(depth int) string {
	var a string
	switch n := g.IntN(20); {
	case n < 8:
		a = g.pick("a", "b", "c", "A", "B", "_", "1", "-", " ", "\n", "é", "\xff", "{", "}", "]", ")", "/")
	case n < 10:
		a = g.pick(".", "^", "$", `\.`, `\d`, `\w`, `\W`, `\s`, `\S`, `\b`, `\B`, `\<`, `\>`, "\\`", `\'`, `\1`, `\2`, `\\`, `\a`, `\n`, `\{`, `\/`)
	case n < 13:
		a = g.bracket()
	case n < 18 && depth > 0:
		a = "(" + g.pattern(depth-1) + ")"
	default:
		a = g.pick("", "a", "b", "a", "b", "ab", "a", "b", "ab", "(", "|", "*")
	}
	if g.IntN(3) == 0 {
		a += g.pick("*", "+", "?", "*", "+", "?", "{2}", "{1,2}", "{0,1}", "{,2}", "{1,}", "{0}", "**", "{2}{2}", "+?", "*?")
		if g.IntN(20) == 0 {
			a += g.pick("{", "{a}", "{2,1}", "{1", "{1,2,3}", "{,}", "{ 1}")
		}
	}
	return a
}

func (g generator) bracket() string {
	var b strings.Builder
	b.WriteString("[" + g.pick("", "", "", "^"))
	for n := g.IntN(3); n >= 0; n-- {
		b.WriteString(g.pick("a", "b", "a-c", "A-B", "]", "^", "-", `\`, ".", `\.`, "[:alpha:]", "[:digit:]", "[:space:]", "[:upper:]",
			"[:lower:]", "[:punct:]", "[.a.]", "[=b=]", "[.-.]", "0-9", "[", "é", "\xff", "\n", "a-", "!-/"))
		if g.IntN(30) == 0 {
			b.WriteString(g.pick("[:foo:]", "c-a", "[:a", "Z-a", "[.ab.]", "a-c-e"))
		}
	}
	return b.String() + g.pick("]", "]", "]", "]", "]", "]", "]", "]", "]", "")
}

func (g generator) text() string {
	var b strings.Builder
	for n := g.IntN(10); n > 0; n-- {
		b.WriteString(g.pick("a", "b", "c", "ab", "ba", "A", "B", "_", "1", "-", " ", "\n", "é", "\xff", ".", "{", "]", `\`, "d", "w"))
	}
	return b.String()
}

// differs tells how r, compiled from pattern unless err says why not, differs
// in text from want, the C library's answer; "" where it does not.
//
// What does not count: a group that took part with an empty text and one that
// took none are the same to who uses them, and so are the last rounds of a
// repeated group where one is empty. An anchor inside a pattern matches for the
// C library beside a newline that the match consumed, and keeps some repeated
// groups from matching at all. With back-references and
// \< \> the match is here the first in the order of the alternatives, not the
// longest; and a back-reference to an empty group is a matter of luck there.
func differs(pattern, text string, f Flags, r *Regexp, err error, want string) string {
	if want == "SLOW" || err != nil && strings.Contains(err.Error(), "too large") {
		return ""
	}
	if err != nil || want == "ERR" {
		if err == nil || want != "ERR" {
			return fmt.Sprintf("refused: %v, want %s", err, want)
		}
		return ""
	}
	rounds := strings.Contains(pattern, "){") || strings.Contains(pattern, ")*") || strings.Contains(pattern, ")+") || strings.Contains(pattern, ")?")
	got := found(r, text)
	if got == want || got == ErrTimeout.Error() {
		return ""
	}
	if f&Newline == 0 && strings.Contains(text, "\n") && strings.ContainsAny(pattern, "^$") {
		return ""
	}
	if want == "NO" && rounds && (strings.Contains(pattern, "^") || strings.Contains(pattern, "\\`")) {
		return ""
	}
	ours, theirs := strings.Split(got, " "), strings.Split(want, " ")
	empty := func(group string) bool {
		from, to, _ := strings.Cut(group, ",")
		return from == to
	}
	if r.slow != nil && strings.Contains(pattern, `\`) && (got == "NO" || want == "NO") &&
		(slices.ContainsFunc(ours[1:], empty) || slices.ContainsFunc(theirs[1:], empty)) {
		return ""
	}
	from := func(group string) string { return strings.Split(group, ",")[0] }
	if r.slow != nil && from(ours[0]) == from(theirs[0]) && got != "NO" {
		return ""
	}
	if ours[0] != theirs[0] || len(ours) != len(theirs) {
		return got + ", want " + want
	}
	for i := range ours {
		if ours[i] != theirs[i] && !(empty(ours[i]) && empty(theirs[i])) && !(rounds && (empty(ours[i]) || empty(theirs[i]))) {
			return got + ", want " + want
		}
	}
	return ""
}

func TestAsTheCLibrary(t *testing.T) {
	lib := startLibrary(t)
	g := generator{rand.New(rand.NewPCG(1, 2))}
	refused, matched, backtracked := 0, 0, 0
	const asked = 40_000
	for range asked {
		pattern, text, f := g.pattern(2), g.text(), Flags(g.IntN(4))
		want := lib.ask(t, pattern, text, f)
		r, err := Compile(pattern, f)
		if d := differs(pattern, text, f, r, err, want); d != "" {
			t.Errorf("%q flags %d in %q: %s", pattern, f, text, d)
		}
		switch {
		case want == "ERR":
			refused++
		case want != "NO":
			matched++
		}
		if r != nil && r.slow != nil {
			backtracked++
		}
	}
	t.Logf("of %d patterns %d were refused, %d matched, %d went to the backtracking matcher", asked, refused, matched, backtracked)
	if matched < asked/5 || refused < asked/50 {
		t.Errorf("the patterns test nothing: %d refused, %d matched", refused, matched)
	}
}

func FuzzAsTheCLibrary(f *testing.F) {
	lib := startLibrary(f)
	for _, s := range []string{`a(b|c)*\1`, "[[:alpha:]-z]", "a{2}{3}", `\<x\>`, "[^]a]", "(|a)+", `(a)|\1`, `\w+\W\B`, "[\\.]", "a|*b", "()"} {
		f.Add(s, "aab cé", uint8(3))
	}
	f.Fuzz(func(t *testing.T, pattern, text string, flags uint8) {
		if len(pattern) > 40 || len(text) > 40 || strings.ContainsRune(pattern+text, 0) {
			return
		}
		fl := Flags(flags) & (IgnoreCase | Newline)
		r, err := Compile(pattern, fl)
		if d := differs(pattern, text, fl, r, err, lib.ask(t, pattern, text, fl)); d != "" {
			t.Errorf("%q flags %d in %q: %s", pattern, fl, text, d)
		}
	})
}
