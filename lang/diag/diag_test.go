package diag_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"olelo/lang/diag"
	"olelo/lang/source"
)

func place(line, col int) source.Pos { return source.Pos{Filename: "a.cfg", Line: line, Column: col} }

// list is diagnostics with every kind of place.
func list() (*diag.List, *source.Set) {
	set := source.NewSet()
	set.AddFile("a.cfg", "one\n\ttwo é three\r\n"+strings.Repeat("x", 100)+"é"+strings.Repeat("y", 200)+"\nbell \a\n")
	l := &diag.List{}
	word := set.Add(place(2, 2), source.Token{EndLine: 2, EndCol: 4, Shift: 3, Via: set.Nest(0, source.Frame{Kind: source.Include, Name: "a.cfg", At: place(1, 1)})})
	value := set.Add(place(2, 9), source.Token{EndLine: 2, EndCol: 13, Width: 9, Via: set.Nest(0, source.Frame{Kind: source.Define, Name: "three"})})
	l.Add(diag.Diagnostic{Severity: diag.Error, Code: "a", Pos: word, Msg: "first", Hint: "do it", Notes: []diag.Note{{Pos: place(1, 2), Msg: "see"}}})
	l.Add(diag.Diagnostic{Severity: diag.Warning, Code: "b", Pos: value, Msg: "second"})
	l.Add(diag.Diagnostic{Severity: diag.Info, Code: "c", Pos: place(3, 103), Msg: "third", EndLine: 3, EndCol: 110})
	l.Add(diag.Diagnostic{Severity: diag.Error, Code: "d", Pos: place(2, 8), Mark: word, EndLine: 4, EndCol: 0, Msg: "fourth"})
	l.Add(diag.Diagnostic{Severity: diag.Error, Code: diag.UnbalancedDirective, Pos: place(4, 6), Msg: "fifth"})
	l.Add(diag.Diagnostic{Severity: diag.Error, Code: "e", Msg: "sixth"})
	l.Add(diag.Diagnostic{Severity: diag.Error, Code: "no-include", Pos: place(1, 1), Msg: "seventh", Late: true})
	return l, set
}

func TestText(t *testing.T) {
	l, set := list()
	var b strings.Builder
	if err := l.Text(&b, set); err != nil {
		t.Fatal(err)
	}
	want := "a.cfg:2:2: error: first [a]\n" +
		"     2 | \ttwo é three\n" +
		"       | \t^~~\n" +
		"  included at a.cfg:1:1\n" +
		"  see, at a.cfg:1:2\n" +
		"     1 | one\n" +
		"       |  ^\n" +
		"  hint: do it\n" +
		"a.cfg:2:9: warning: second [b]\n" +
		"     2 | \ttwo é three\n" +
		"       | \t      ^~~~~\n" +
		"  in the value of three, defined on the command line\n" +
		"a.cfg:3:103: info: third [c]\n" +
		"     3 | …" + strings.Repeat("x", 51) + "é" + strings.Repeat("y", 107) + "…\n" +
		"       | " + strings.Repeat(" ", 53) + "^~~~~~~~\n" +
		"a.cfg:2:2: error: fourth [d]\n" +
		"     2 | \ttwo é three\n" +
		"       | \t^~~\n" +
		"  included at a.cfg:1:1\n" +
		"a.cfg:4:6: error: fifth [unbalanced-directive]\n" +
		"     4 | bell ·\n" +
		"       |      ^\n" +
		"error: sixth [e]\n" +
		"a.cfg:1:1: error: seventh [no-include]\n" +
		"     1 | one\n" +
		"       | ^\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

// TestLongWords: of a long text in a message its ends are written, in whole
// characters.
func TestLongWords(t *testing.T) {
	set, l := source.NewSet(), &diag.List{}
	long := strings.Repeat("é", 5000)
	at := set.Add(place(1, 1), source.Token{EndLine: 1, EndCol: 1, Via: set.Nest(0, source.Frame{Kind: source.Define, Name: long, At: place(1, 1)})})
	l.Add(diag.Diagnostic{Code: "a", Pos: at, Msg: "expression x" + long + "x is wrong", Hint: "not " + long, Notes: []diag.Note{{Pos: place(2, 1), Msg: long}}})
	for name, write := range map[string]func(*strings.Builder) error{
		"text":     func(b *strings.Builder) error { return l.Text(b, set) },
		"json":     func(b *strings.Builder) error { return l.JSON(b, set) },
		"sarif":    func(b *strings.Builder) error { return l.SARIF(b, set, "1", "/") },
		"kamailio": func(b *strings.Builder) error { return l.Kamailio(b, set) },
	} {
		var b strings.Builder
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if n := strings.Count(got, "é"); n < 300 || n > 1000 || !utf8.ValidString(got) || strings.Contains(got, "\ufffd") {
			t.Errorf("%s has %d of the characters", name, n)
		}
		if !strings.Contains(got, "expression xé") || !strings.Contains(got, "éx is wrong") || !strings.Contains(got, "é … é") {
			t.Errorf("%s: %.600s", name, got)
		}
	}
}

// TestLongWay: a long chain of defines is told from both its ends.
func TestLongWay(t *testing.T) {
	set, l := source.NewSet(), &diag.List{}
	via := source.Via(0)
	for i := range 200 {
		via = set.Nest(via, source.Frame{Kind: source.Define, Name: "D" + strconv.Itoa(i)})
	}
	l.Add(diag.Diagnostic{Code: "a", Msg: "m", Pos: set.Add(place(1, 1), source.Token{EndLine: 1, EndCol: 1, Via: via})})
	step := func(n string) string { return "  in the value of D" + n + ", defined on the command line\n" }
	object := func(n string) string { return `{"kind":"define","name":"D` + n + `"}` }
	var text, asJSON strings.Builder
	if err := errors.Join(l.Text(&text, set), l.JSON(&asJSON, set)); err != nil {
		t.Fatal(err)
	}
	want := "a.cfg:1:1: error: m [a]\n" + step("199") + step("198") + step("197") + "  … 194 more …\n" + step("2") + step("1") + step("0")
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Error(diff)
	}
	var objects []string
	for _, n := range []string{"199", "198", "197", "2", "1", "0"} {
		objects = append(objects, object(n))
	}
	if want := `"origin":[` + strings.Join(objects, ",") + `],"originLeftOut":194}`; !strings.Contains(asJSON.String(), want) {
		t.Errorf("%s\nis without %s", asJSON.String(), want)
	}
}

func TestKamailio(t *testing.T) {
	l, set := list()
	var b strings.Builder
	if err := l.Kamailio(&b, set); err != nil {
		t.Fatal(err)
	}
	want := "CRITICAL: <core> parse error in config file a.cfg, line 2, column 5-7: first (do it)\n" +
		"WARNING: <core> warning in config file a.cfg, line 2, column 9-17: second\n" +
		"INFO: <core> note in config file a.cfg, line 3, column 103-110: third\n" +
		"CRITICAL: <core> parse error in config file a.cfg, from line 2, column 8 to line 4, column 0: fourth\n" +
		"CRITICAL: <core> fifth - at a.cfg line 5\n" +
		"ERROR: <core> sixth\n" +
		"ERROR: <core> seventh at a.cfg:1\n" +
		": <core> error at cfg line 1\n" +
		"ERROR: bad config file (5 errors) (parsing code: 1)\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"request_route", "reply_route", "route"}
	for word, want := range map[string]string{
		"reqest_route": "request_route", "rout": "route", "Route": "route", "xyz": "", "": "",
	} {
		if got := diag.Nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

// TestAdd: what Kamailio takes is a warning where the list is asked to say so.
func TestAdd(t *testing.T) {
	for _, k := range []struct {
		name string
		list diag.List
		d    diag.Diagnostic
		want diag.Severity
	}{
		{"plain", diag.List{}, diag.Diagnostic{NotRun: true, Late: true}, diag.Error},
		{"lenient", diag.List{Lenient: true}, diag.Diagnostic{NotRun: true}, diag.Warning},
		{"lenient, a mistake", diag.List{Lenient: true}, diag.Diagnostic{}, diag.Error},
		{"parser", diag.List{ParserOnly: true}, diag.Diagnostic{Late: true}, diag.Warning},
		{"parser, its own", diag.List{ParserOnly: true}, diag.Diagnostic{}, diag.Error},
		{"parser, not run", diag.List{ParserOnly: true}, diag.Diagnostic{Late: true, NotRun: true}, diag.Error},
		{"info", diag.List{Lenient: true, ParserOnly: true}, diag.Diagnostic{Severity: diag.Info, Late: true}, diag.Info},
	} {
		k.list.Add(k.d)
		if got := k.list.Items[0].Severity; got != k.want {
			t.Errorf("%s: %v, want %v", k.name, got, k.want)
		}
	}
}
