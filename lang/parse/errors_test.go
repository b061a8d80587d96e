package parse_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/parse"
	"olelo/lang/source"
)

// remarks are the diagnostics, one a line.
func remarks(diags *diag.List) string {
	var b strings.Builder
	for _, d := range diags.Items {
		at := d.Pos
		if d.Mark.IsValid() {
			at = d.Mark
		}
		fmt.Fprintf(&b, "%d:%d %s %s", at.Line, at.Column, d.Severity, d.Code)
		if d.Hint != "" {
			fmt.Fprintf(&b, " (%s)", d.Hint)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestAllErrorsAtOnce(t *testing.T) {
	f, _, diags := load(`#!KAMAILIO
debug=yess
chidlren=4
loadmodule pv.so
modparam("pv", "x")
reqest_route {
	xlog("a")
	xlog("b");
	$var(a) = ;
	if ($var(x)==1 {
		exit;
	}
	wihle ($var(x)) { $var(y)++; }
	for ($var(i)=0; $var(i)<3; $var(i)=$var(i)+1) { drop }
	if (src_ip > 5) { exit; } else { }
	exit;
}
route[a-b] { exit; }
route[B] {
	force_rpor();
	esle;
}
}
failure_route[C] { exit; }
`)
	want := `2:7 error bad-value (did you mean yes?)
3:1 error unknown-parameter (did you mean children?)
4:12 error bad-load (loadmodule "FILE")
5:19 error bad-modparam (is a comma missing before it? Texts side by side are one text. modparam("module", "parameter", value): the value is a number or a text in quotes)
6:1 error unknown-word (did you mean request_route?)
7:10 error missing-semicolon (it ends the statement before)
9:12 error syntax (a value is missing before it)
10:17 error missing-paren
13:2 error no-such-statement (did you mean while?)
14:2 error no-such-statement (a loop is written while (condition) { … }, with $var(i) = $var(i) + 1; at its end)
15:13 error bad-test (` + "`src_ip`" + ` is tested with one of == != =~ eq ne)
18:8 error bad-route (it is written route[NAME] { … }; a name with other characters than letters, digits and _ needs quotes)
21:2 error no-call (did you mean else?)
23:1 error extra-brace (there is one ` + "`}`" + ` too many, here or above)
`
	if diff := cmp.Diff(want, remarks(diags)); diff != "" {
		t.Error(diff)
	}
	if last, ok := f.Items[len(f.Items)-1].(*ast.Route); !ok || last.Kind != "failure_route" {
		t.Errorf("the last item is %T", f.Items[len(f.Items)-1])
	}
}

// TestOneError has configurations with one mistake, which gives one error.
func TestOneError(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"missing brace before a route", "route[A] {\n\tif (1) {\n\t\texit;\n}\nroute[B] {\n\texit;\n}\n", "5:1 error unclosed-block (a `}` is missing above)\n"},
		{"missing brace at the end", "route[A] {\n\tif (1) {\n\t\texit;\n}\n", "4:2 error unclosed-block (a `}` is missing)\n"},
		{"brace too many", "route[A] {\n\tif (1) {\n\t\texit; }\n\t}\n\tdrop;\n\tif (2) { exit; }\n}\nroute[B] { exit; }\n", "5:2 error outside-route (is there a `}` too many above?)\n"},
		{"missing quote", "route[A] {\n\txlog(\"a);\n\txlog(\"b\");\n\txlog(\"c $x\");\n}\nroute[B] { xlog(\"d\"); }\n", "3:8 error unclosed-string (a quote is probably missing or one too many here or above)\n"},
		{"switch without its word", "route[A] {\n\t($x) {\n\t\tcase 1:\n\t\t\texit;\n\t\tcase 2:\n\t\t\tdrop;\n\t}\n}\n", "2:2 error syntax (is an if, or the name of a function, missing before it?)\n3:3 error syntax (it belongs into a switch)\n"},
		{"case with a block", "route[A] {\n\tswitch ($x) {\n\t\tcase 1: {\n\t\t\texit;\n\t\t}\n\t\tcase 2:\n\t\t\tdrop;\n\t}\n}\nroute[B] { exit; }\n", "3:11 error syntax (a block belongs to an if, while or switch)\n"},
		{"empty block", "route[A] {\n\tif (1) {\n\t}\n\texit;\n}\n", "3:2 error empty-block (put at least a `;` into it)\n"},
		{"empty", "\n", "1:1 error empty-config (it needs at least one statement, such as a request_route { … })\n"},
		{"unclosed ifdef", "debug=1\n#!ifdef A\nfoo\n#!endif # A\n", "2:1 error unclosed-ifdef (add #!endif)\n"},
		{"endif alone", "debug=1\n#!endif\n", "2:1 error unbalanced-directive\n"},
		{"missing include", "include_file \"no.cfg\"\nmodparam(\"a\",\"b\",DEF)\nroute[A] { setflag(F); f(DEF); DEF; }\n", "1:14 error no-include (tried no.cfg; import_file does without a file that is missing)\n"},
		{"define loop", "#!define A B\n#!define B A\ndebug=A\n", "3:7 error define-loop (Kamailio never comes to an end here)\n"},
		{"twice defined", "#!define A 1\n#!define A 2\ndebug=A\n", "2:10 error duplicate-define (#!redefine replaces a value, #!trydef keeps the first)\n"},
		{"unknown directive", "#!ifdfe A\ndebug=1\n", "1:1 warning unknown-directive (did you mean #!ifdef?)\n"},
		{"stray character", "debug=1 ? \n", "1:9 warning stray-character\n"},
		{"nesting", "route[A] { return " + strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000) + "; }\n", "1:2016 error too-deep\n"},
		{"second default", "route[A] { switch ($x) { default: exit; default: drop; } }\n", "1:41 error second-default\n"},
		{"variable in modparam", "modparam(\"a\", \"b\", $x)\nroute { exit; }\n", "1:20 error bad-modparam (modparamx evaluates variables)\n"},
		{"assigned without $", "route[A] {\n\tvar(x) = 5;\n\tavp(s:a) = \"b\";\n\txavp(a=>b) = 1;\n\tsht(t=>k) += 1;\n\thdr(X-Y) = 1;\n\tru = \"sip:a@b\";\n\tvar(y+1+1+1+1+1+1) = 1;\n}\n", "2:2 error no-call (did you mean $var(x)?)\n3:2 error no-call (did you mean $avp(s:a)?)\n4:2 error no-call (did you mean $xavp(a=>b)?)\n" +
			"5:2 error no-call (did you mean $sht(t=>k)?)\n6:2 error no-call (did you mean $hdr(X-Y)?)\n7:2 error no-call (did you mean $ru?)\n8:2 error no-call (did you mean $var(…)?)\n"},
		{"read without $", "route[A] {\n\tif (var(x) == 5) exit;\n\tif (fU == \"x\") exit;\n\t$var(y) = hdr(From) + 1;\n\tfoo(x) = 5;\n}\n", "2:6 error no-call (did you mean $var(x)?)\n3:6 error no-call (did you mean $fU?)\n4:12 error no-call (did you mean $hdr(From)?)\n5:6 error no-call (a function is written x(…), a variable $x, a text \"x\")\n"},
		{"listen takes the next word", "listen=10.0.0.1\na.b=1\n", "2:1 error unknown-parameter (put a `;` before a.b)\n"},
	} {
		_, set, diags := load(test.in)
		if got := remarks(diags); got != test.want {
			var text strings.Builder
			if err := diags.Text(&text, set); err != nil {
				t.Fatal(err)
			}
			t.Errorf("%s:\n%s%s", test.name, cmp.Diff(test.want, got), text.String())
		}
	}
}

func TestMaxErrors(t *testing.T) {
	_, _, diags := load("route {\n" + strings.Repeat("1;\n", 1000) + "}\n")
	if n := diags.Errors(); n != 101 {
		t.Errorf("%d errors, want 100 and the remark that there are more", n)
	}
	if last := diags.Items[len(diags.Items)-1].Code; last != "too-many-errors" {
		t.Errorf("the last is %s", last)
	}
}

func TestMissingFile(t *testing.T) {
	f, set, diags := parse.Load(parse.Options{File: "no.cfg", ReadFile: func(string) ([]byte, error) { return nil, os.ErrNotExist }})
	if f == nil || set == nil || diags.Errors() != 1 || diags.Items[0].Code != "no-file" {
		t.Errorf("got %+v", diags.Items)
	}
}

func TestText(t *testing.T) {
	_, set, diags := load("#!define LOG xlog(\"x\"\nroute[A] {\n\tLOG;\n\t$var(é) = 1\n\texit;\n}\ninclude_file \"inc.cfg\"\n",
		"inc.cfg", "route[B] {\n\tif (1) { exit }\n}\n")
	var got strings.Builder
	if err := diags.Text(&got, set); err != nil {
		t.Fatal(err)
	}
	want := "kamailio.cfg:3:5: error: `)` is missing before `;` [missing-paren]\n" +
		"     3 | \tLOG;\n" +
		"       | \t   ^\n" +
		"  it closes this `(`, at kamailio.cfg:3:2\n" +
		"     3 | \tLOG;\n" +
		"       | \t^~~\n" +
		"  in the value of LOG, at kamailio.cfg:1:18\n" +
		"     1 | #!define LOG xlog(\"x\"\n" +
		"       |                  ^\n" +
		"kamailio.cfg:4:13: error: `;` is missing before `exit` [missing-semicolon]\n" +
		"     4 | \t$var(é) = 1\n" +
		"       | \t          ^\n" +
		"  hint: it ends the statement before\n" +
		"inc.cfg:2:16: error: `;` is missing before `}` [missing-semicolon]\n" +
		"     2 | \tif (1) { exit }\n" +
		"       | \t              ^\n" +
		"  included at kamailio.cfg:7:1\n"
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

func TestRanges(t *testing.T) {
	f, _, diags := load("route[A] {\n\tif ($a == 1) {\n\t\tf(1,\n\t\t  2);\n\t} else $b = \"x\ny\";\n\tswitch ($a) {\n\t\tcase 1: exit;\n\t}\n}\n")
	if diags.Errors() > 0 {
		t.Fatal(remarks(diags))
	}
	r := f.Items[0].(*ast.Route)
	i := r.Body.Stmts[0].(*ast.If)
	sw := r.Body.Stmts[1].(*ast.Switch)
	call := i.Then.Stmts[0].(*ast.ExprStmt).X
	for name, test := range map[string]struct {
		node interface {
			Span() (source.Pos, int, int)
		}
		want string
	}{
		"route":  {r, "1:1-10:1"},
		"name":   {r.NamAt, "1:7-1:7"},
		"body":   {r.Body, "1:10-10:1"},
		"if":     {i, "2:2-6:3"},
		"cond":   {i.Cond.(*ast.Binary), "2:6-2:12"},
		"then":   {i.Then, "2:15-5:2"},
		"else":   {i.Else, "5:9-6:3"},
		"call":   {call, "3:3-4:6"},
		"switch": {sw, "7:2-9:2"},
		"case":   {sw.Cases[0], "8:3-8:15"},
		"jump":   {sw.Cases[0].Body[0].(*ast.Jump), "8:11-8:14"},
	} {
		p, line, col := test.node.Span()
		if got := fmt.Sprintf("%d:%d-%d:%d", p.Line, p.Column, line, col); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// TestUTF16: nothing but its encoding is said about a file in UTF-16.
func TestUTF16(t *testing.T) {
	utf16 := func(text string) string { return "\xff\xfe" + strings.Join(strings.Split(text, ""), "\x00") + "\x00" }
	files := map[string]string{
		"little.cfg":  utf16("request_route { exit; }\n"),
		"big.cfg":     "\xfe\xff\x00e\x00x\x00i\x00t\x00;",
		"include.cfg": "include_file \"little.cfg\"\nrequest_route { exit; }\n",
	}
	for name, file := range map[string]string{"little.cfg": "little.cfg", "big.cfg": "big.cfg", "include.cfg": "little.cfg"} {
		_, set, diags := parse.Load(parse.Options{File: name, ReadFile: func(name string) ([]byte, error) { return []byte(files[name]), nil }})
		if got := remarks(diags); got != "1:1 error utf-16 (save the file as UTF-8)\n" || diags.Items[0].Pos.Filename != file {
			t.Errorf("%s: %s", name, got)
		} else if way := set.Origin(diags.Items[0].Pos); (len(way) > 0) != (name == "include.cfg") {
			t.Errorf("%s: %v", name, way)
		}
	}
}
