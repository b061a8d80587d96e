package lex_test

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2/lexer"
	"github.com/google/go-cmp/cmp"

	"olelo/lang/diag"
	"olelo/lang/lex"
	"olelo/lang/source"
)

var kinds = map[lexer.TokenType]string{
	lex.Word: "word", lex.Key: "key", lex.Int: "int", lex.NumID: "numid", lex.Str: "str", lex.Var: "var",
	lex.Select: "select", lex.IPv6: "ipv6", lex.Event: "event", lex.Cast: "cast", lex.Op: "", lex.Bad: "bad",
}

type result struct {
	tokens []lexer.Token
	set    *source.Set
	diags  *diag.List
}

func scan(t *testing.T, text string, opt lex.Options) result {
	t.Helper()
	r := result{set: source.NewSet(), diags: &diag.List{}}
	l, err := lex.New(opt, r.set, r.diags).LexString("a.cfg", text)
	if err != nil {
		t.Fatal(err)
	}
	for {
		tok, err := l.Next()
		if err != nil {
			t.Fatal(err)
		}
		r.tokens = append(r.tokens, tok)
		if tok.EOF() {
			return r
		}
	}
}

// String is the tokens with their kinds, operators bare.
func (r result) String() string {
	var parts []string
	for _, t := range r.tokens[:len(r.tokens)-1] {
		s := t.Value
		if t.Type == lex.Str {
			s = fmt.Sprintf("%q", lex.Text(s))
		}
		if k := kinds[t.Type]; k != "" {
			s = k + ":" + s
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func (r result) codes() string {
	var parts []string
	for _, d := range r.diags.Items {
		parts = append(parts, fmt.Sprintf("%d:%d %s", d.Pos.Line, d.Pos.Column, d.Code))
	}
	return strings.Join(parts, ", ")
}

func TestTokens(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"if(a_1==0x1F)", "key:if ( word:a_1 == int:0x1F )"},
		{"08 12ab 010 101b 102b yes INET6", "numid:08 numid:12ab int:010 int:101b numid:102b int:yes int:INET6"},
		{"a<=b<<c=~d!=!e&&f||g+=1%2", "word:a <= word:b << word:c =~ word:d != ! word:e && word:f || word:g += int:1 % int:2"},
		{"msg:len uri:host uri:x msg :len", "key:msg:len key:uri:host key:uri : word:x word:msg : word:len"},
		{"10.0.0.1:5060 ::1 fe80::1:2 1:2:3:4:5:6:7:8 udp:::1 abc:1", "int:10 . int:0 . int:0 . int:1 : int:5060 ipv6:::1 ipv6:fe80::1:2 ipv6:1:2:3:4:5:6:7:8 key:udp ipv6::: : int:1 word:abc : int:1"},
		{"(int)$a ( int ) (str)", "cast:(int) var:$a ( word:int ) cast:(str)"},
		{"$rU.x $? $hdr(a (b) c)d $(hdr(X)[0]{s.len}{tr})", "var:$rU . word:x var:$? var:$hdr(a (b) c) word:d var:$(hdr(X)[0]{s.len}{tr})"},
		{"$f.did $x.y", "var:$f.did var:$x . word:y"},
		{"#!KAMAILIO\n$f.did", "var:$f . word:did"},
		{`@a . b[1]["x y"].if == @c`, `select:@a . b[1]["x y"].if == select:@c`},
		{"event_route[ a:b-c.d ] event_route['x:y z']", "key:event_route [ event:a:b-c.d ] key:event_route [ event:x:y z ]"},
		{"a # x\nb // y\nc /* d /* e */ f */ g /**/ h", "word:a word:b word:c word:g word:h"},
	} {
		r := scan(t, test.in, lex.Options{})
		if got := r.String(); got != test.want {
			t.Errorf("%s\n  got  %s\n  want %s", test.in, got, test.want)
		}
		if len(r.diags.Items) > 0 {
			t.Errorf("%s: %s", test.in, r.codes())
		}
	}
}

// TestTexts has escapes whose results were seen on Kamailio 5.6.3.
func TestTexts(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{`"a\tb\nc\rd\ae\\f\"g"`, "a\tb\nc\rd\ae\\f\"g"},
		{`"\0 \01 \101 \1012 \8 \x41 \x4g \xg \x414"`, "\\0 \x01 A A2 \\8 A \x04g \\xg A4"},
		{`"\' \q \. \$ \/ \b \1"`, `\' \q \. \$ \/ \b \1`},
		{"\"a\\\nb\nc\"", "ab\nc"},
		{`'a\t"b\'`, `a\t"b\`},
		{"\"a\" \t\r\n\"b\\n\"", "ab\n"},
		{`""`, ""},
	} {
		r := scan(t, test.in, lex.Options{})
		if len(r.tokens) != 2 || r.tokens[0].Type != lex.Str || lex.Text(r.tokens[0].Value) != test.want {
			t.Errorf("%s: %s, want %q", test.in, r, test.want)
		}
	}
	if got := scan(t, `"a" 'b' "c" /* */ "d"`, lex.Options{}).String(); got != `str:"a" str:"b" str:"c" str:"d"` {
		t.Error("texts are joined only over white space, and only those in double quotes: " + got)
	}
}

func TestNumber(t *testing.T) {
	for in, want := range map[string]int64{
		"0": 0, "5": 5, "010": 8, "0x1f": 31, "101b": 5, "0b": 0, "4294967296": 1 << 32, "9223372036854775808": 1<<63 - 1, "0x1ffffffffffffffff": 1<<63 - 1, "no": 0, "on": 1, "INET6": 10,
	} {
		if got := lex.Number(in); got != want {
			t.Errorf("%s: %d, want %d", in, got, want)
		}
	}
}

func TestPreprocessor(t *testing.T) {
	env := func(name string) (string, bool) {
		v, ok := map[string]string{"NUM": "42", "TEXT": "a b"}[name]
		return v, ok
	}
	for _, test := range []struct{ name, in, want, codes string }{
		{"define", "#!define A 1\n#!define B A + A\n#!define C\nB C \"A\" AA A", `int:1 + int:1 str:"A" word:AA int:1`, ""},
		{"define over lines", "#!define A 1 \\\n 2 \\\n 3\nA\n4", "int:1 int:2 int:3 int:4", ""},
		{"no value after the name's line", "#!define A \\\n1\nA", "int:1", ""},
		{"trydef and redefine", "#!define A 1\n#!trydef A 2\n#!trydef B 3\n#!redefine A 4\nA B", "int:4 int:3", ""},
		{"undefine", "#!define A 1\n#!undefine A\nA", "int:1", "2:1 newer-directive"},
		{"short names", "#!def A 1\n#!redef A 2\n#!trydefine A 3\nA", "int:2", ""},
		{"keywords are no defines", "#!define if 1\nif", "key:if", "1:10 keyword-define"},
		{"text in a define joins", "#!define P \"a\"\nP \"b\" P P", `str:"ab" str:"a" str:"a"`, ""},
		{"comment in a define", "#!define A 1 # x\nA 2\n3", "int:1 int:3", "2:1 define-comment"},
		{"ifdef", "#!define A\n#!ifdef A\n1\n#!else\n2\n#!endif\n#!ifndef A\n3\n#!else\n4\n#!endif\n", "int:1 int:4", ""},
		{"nested", "#!ifdef A\n#!ifdef B\n1\n#!else\n2\n#!endif\n#!else\n3\n#!endif\n", "int:3", ""},
		{"false branches are not lexed", "#!ifdef A\n\" $( /* ' \n#!endif\n1", "int:1", ""},
		{"in the middle of a line", "1 #!ifdef A\n2 #!endif\n3", "int:1 int:3", ""},
		{"commented in a false branch", "#!ifdef A\n##!ifdef B\n1\n#!endif\n2\n#!endif\n3", "int:3", ""},
		{"with !!", "!!define A 1\n!!ifdef A\nA\n!!endif\n!!$x", "int:1 ! ! var:$x", ""},
		{"comments", "##!define A 1\n# !define A 1\n#!DEFINE A 1\n/*\n#!define A 1\n*/\nA", "word:A", ""},
		{"text after ifdef", "#!ifdef A B\n1\n#!endif\n2", "int:2", "1:11 directive-text"},
		{"comment after ifdef", "#!ifdef A # B\n1\n#!endif\n2", "int:2", ""},
		{"text after endif", "#!ifdef A\n1\n#!endif # A\n2", "", "4:1 unclosed-ifdef"},
		{"endif alone", "1\n#!endif\n2", "int:1 int:2", "2:1 unbalanced-directive"},
		{"second else", "#!ifdef A\n#!else\n1\n#!else\n2\n#!endif\n#!ifndef A\n3\n#!else\n4\n#!else\n5\n#!endif\n", "int:1 int:3 int:5", "4:1 second-else, 11:1 second-else"},
		{"carriage returns", "#!define A 1\r\n#!ifdef A\r\nA\r\n#!endif\r\n", "int:1", ""},
		{"module loaded", "#!ifdef MOD_sl\n1\n#!endif\nloadmodule \"x/sl.so\"\n#!ifdef MOD_sl\n2\n#!endif\n", `key:loadmodule str:"x/sl.so" int:2`, ""},
		{"built in", "#!ifdef KAMAILIO_5_6_3\n1\n#!endif\n#!ifdef OS_NAME\n2\n#!endif\n", "int:1", ""},
		{"subst", "#!subst \"/a/b/\"\n#!subst \"!b!c!\"\n; \"aa\" 'a' a", `; str:"ca" str:"c" word:a`, ""},
		{"subst everywhere", "#!subst \"/A+/{\\0}/gi\"\n; \"xaaya\"", `; str:"x{aa}y{a}"`, ""},
		{"subst groups", "#!subst \"/(a)(.)/[\\2\\1]/g\"\n; \"axay\"", `; str:"[xa][ya]"`, ""},
		{"a rule is a text", "#!substdef \"/Y/33/\"\n#!substdef \"/Y/4444/\"\n; \"Y\" Y", `; str:"4444" int:33`, ""},
		{"substdefs", "#!substdefs \"!Y!a b!g\"\nY; \"xY\"", `str:"a b" ; str:"xa b"`, ""},
		{"subst with the environment", "#!subst \"/x/$env(NUM)/\"\n; \"x\"", `; str:"42"`, ""},
		{"no rule", "#!subst /a/b/\n#!subst 5\n#!subst", "/ word:a / word:b / int:5", "1:9 bad-subst, 2:9 bad-subst, 3:1 bad-subst"},
		{"bad rules", "#!subst \"/a\"\n#!subst \"/(/b/\"\n#!subst \"/a/b/q\"\n#!subst \"/a/$x/\"", "", "1:9 bad-subst, 2:9 bad-subst, 3:9 bad-subst, 4:9 bad-subst"},
		{"the place of a bad rule", "1\n#!subst \"/a\"\n\n2", "int:1 int:2", "4:1 bad-subst"},
		{"environment", "#!defenv NUM\n#!defenvs T=TEXT\n#!trydefenv NONE\nNUM T NONE", `int:42 str:"a b" word:NONE`, ""},
		{"no environment", "#!defenv NONE\nNONE", "word:NONE", "1:10 no-environment"},
		{"an ifexp of 6", "#!ifexp 1\n1\n#!else\n2\n#!endif\n#!defexp A 1\n", "int:1 int:2", "3:1 unbalanced-directive, 6:1 newer-directive"},
		{"odd names", "#!define 1A 2\n#!define A-B 3\n#!ifdef\n1\n#!endif\nA", "int:1 int:2", "1:10 bad-directive, 2:11 bad-define, 5:1 unbalanced-directive"},
		{"a name on the next line", "#!define \n\nA 1\n#!ifdef \r\nA\n2\n#!endif\nA", "int:2 int:1", "1:1 bad-directive, 4:1 bad-directive"},
		{"an else alone", "1\n#!else\n2", "int:1 int:2", "2:1 unbalanced-directive"},
		{"else and endif alone", "1\n#!else\n2\n#!endif\n#!endif\n", "int:1 int:2", "2:1 unbalanced-directive, 5:1 unbalanced-directive"},
		{"an endif that ends the file", "#!ifndef A\n1\n#!endif", "int:1", "2:1 unclosed-ifdef"},
		{"carriage return behind a backslash", "#!define A 1 \\\r\n2\nA", "int:2 int:1", "1:14 crlf-continuation, 3:1 stray-character"},
		{"a directive in a value", "#!define A #!define B 1\nA\nB", "word:B", "2:1 directive-in-define"},
		{"a comment beyond the value", "#!define A 1 /* x\nA 2 */ 3", "int:1 int:3", ""},
		{"a comment beyond the file", "include_file \"open.cfg\"\n2 */ 3", "int:1 int:3", ""},
		{"an include in a value", "#!define A include_file \"inc.cfg\" + X\nA", "int:7 + int:8", ""},
		{"include on two lines", "include_file\n\"inc.cfg\"", "int:7", ""},
		{"no blanks in a file's name", "include_file \"a b.cfg\"\n1", "int:1", "1:14 bad-include"},
		{"MOD_ is taken", "#!define MOD_sl\nloadmodule \"sl.so\"\n", `key:loadmodule str:"sl.so"`, "2:12 duplicate-define"},
		{"SER's dollar", "#!SER\n$x $f.a $var(x)", "var:$x var:$f.a bad:$var( word:x )", "2:9 bad-variable"},
		{"file type with text", "#!KAMAILIO x\n$f.did", "var:$f.did", ""},
		{"NUL bytes", "\"a\x00b\" 'c\x00d' $x\x00 \x00", `str:"a" str:"c" var:$x`, "1:1 nul-byte, 1:7 nul-byte, 1:15 stray-character, 1:17 stray-character"},
		{"a rule in a define, on the next line", "#!define R \"/a/b/\"\n#!subst # x\nR\n; \"a\"", `; str:"b"`, ""},
		{"a rule in a block", "{\n#!subst \"/a/b/\"\n\"a\" }", `{ }`, "2:1 bad-subst"},
		{"POSIX expressions", "#!subst \"/(.)\\1|\\d/x/\"\n; \"12d\" 'aab'", `; str:"12x" str:"xb"`, ""},
		{"lines in a text", "#!subst \"/a$/x/\"\n#!subst \"/y.b/z/\"\n#!subst \"/u.v/w/s\"\n; \"a\\nb\" \"y\\nb\" \"u\\nv\"", `; str:"x\nby\nbw"`, ""},
		{"a separator with a meaning", "#!subst \"|a\\|b|x|\"\n; \"a|b a\"", `; str:"x a"`, ""},
		{"empty matches", "#!subst \"/a*/x/g\"\n; \"aab\" 'aa'", `; str:"aab" str:"x"`, "1:9 subst-no-match"},
		{"a define gets the rule's backslashes", "#!substdefs '!A!x\\n!'\n#!substdefs '!B!x\\\\n!'\nA ; B", `str:"x\n" ; str:"x\\n"`, ""},
		{"a define in a rule", "#!define A 5\n#!subst \"/x/$def(A)$$/\"\n; \"x\"", `; str:"5$"`, ""},
		{"loop", "#!define A B C\n#!define B A\n1 A 2", "int:1 bad:A int:2", "3:3 define-loop"},
		{"unclosed text", "1 \"a\n2", "int:1 bad:\"a int:2", "1:3 unclosed-string"},
		{"unclosed text in a define", "#!define A \"x\n1 A 2", "int:1 bad:\"x int:2", "2:3 unclosed-string"},
		{"unclosed comment", "1 /* 2\n", "int:1", "1:3 unclosed-comment"},
		{"unclosed variable", "$(a(b) c\n1", "bad:$(a(b) c int:1", "1:1 unclosed-variable"},
		{"bad variable", "$5 $ x", "bad:$5 bad:$ word:x", "1:1 bad-variable, 1:4 bad-variable"},
		{"bad select", "@a.5 1", "bad:@a. int:5 int:1", "1:4 bad-select"},
		{"bad event", "event_route[a] {", "key:event_route [ bad:a ] {", "1:13 bad-event-name"},
		{"stray", "1 ? é 2", "int:1 int:2", "1:3 stray-character, 1:5 stray-character"},
		{"include", "1 include_file \"inc.cfg\" 2\nX\n", "int:1 int:7 int:2 int:8", ""},
		{"include with a directive", "#!include_file \"sub/a.cfg\" # x\n1", "int:9 int:1", ""},
		{"import", "import_file \"none.cfg\"\n1", "int:1", ""},
		{"missing include", "include_file \"none.cfg\"\n1", "int:1", "1:14 no-include"},
		{"bad include", "include_file \"inc.cfg\"; 1\ninclude_file x\ninclude_file\n", "", "1:14 bad-include, 2:14 bad-include, 3:1 bad-include"},
		{"include of itself", "include_file \"self.cfg\"\n1", "int:1", "1:14 include-depth"},
	} {
		r := scan(t, test.in, lex.Options{
			LookupEnv: env,
			Read: func(name string) ([]byte, error) {
				text, ok := map[string]string{
					"inc.cfg": "#!define X 8\n7", "sub/a.cfg": "include_file \"b.cfg\"\n", "sub/b.cfg": "9",
					"self.cfg": "include_file \"self.cfg\"\n", "open.cfg": "1 /* x\n",
				}[name]
				if !ok {
					return nil, fs.ErrNotExist
				}
				return []byte(text), nil
			},
		})
		if got := r.String(); got != test.want {
			t.Errorf("%s:\n  got  %s\n  want %s", test.name, got, test.want)
		}
		if got := r.codes(); got != test.codes {
			t.Errorf("%s:\n  got  %s\n  want %s", test.name, got, test.codes)
		}
	}
}

func TestCommandLine(t *testing.T) {
	r := scan(t, "A B \"x\" R", lex.Options{
		Defines: []string{"A=1", "B", "A=2", "1x", "KAMAILIO_5"},
		Substs:  []lex.Subst{{Directive: "subst", Rule: "/x/y/"}, {Directive: "substdefs", Rule: "/R/r/"}, {Directive: "subst", Rule: "/x"}},
	})
	if got, want := r.String(), `int:1 str:"y" str:"r"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := r.codes(), "0:0 duplicate-define, 0:0 bad-define, 0:0 duplicate-define, 0:0 bad-subst"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	r = scan(t, "#!ifexp KAMAILIO_VERSION >= 6000000\nOS_NAME\n#!endif\n", lex.Options{Dialect6: true})
	if got, want := r.String(), `str:"linux"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestDialect6 has what only Kamailio 6 reads. The values are the 6.1 cookbook's:
// there is no Kamailio 6 to look at.
func TestDialect6(t *testing.T) {
	for _, test := range []struct{ name, in, want, codes string }{
		{"undefine", "#!define A 1\n#!undefine A\nA\n#!define A 2\n#!undef A\n#!tryundef A\n", "word:A", ""},
		{"ifexp", "#!define N 5\n#!define S \"ab\"\n#!ifexp N > 3 && S == \"ab\" && !NONE\n1\n#!endif\n#!ifexp (N - 5) * 2 || NONE\n2\n#!else\n3\n#!endif\n#!ifexp KAMAILIO_6\n4\n#!endif\n", "int:1 int:3 int:4", ""},
		{"the left operand decides", "#!ifexp 4 > \"20\"\n1\n#!endif\n#!ifexp \"4\" > 20\n2\n#!endif\n#!defexp A 1 + \"20\"\n#!defexp B \"1\" + 20\nA B", "int:2 int:21 int:120", ""},
		{"operators", "#!defexp A 1<<4\n#!defexp B 2 ** 3 + 7 % 4\n#!defexp C 6 & 3 | 8 ^ 1\n#!defexp D 32 >> 2 > 7 && 1\nA B C D", "int:16 int:11 int:11 int:1", ""},
		{"bad ifexp", "#!ifexp 1 +\n1\n#!endif\n#!ifexp 1 ? 2\n2\n#!endif\n#!ifexp (1\n3\n#!endif\n", "", "1:12 bad-expression, 4:11 bad-expression, 7:11 bad-expression"},
		{"defexp", "#!define A \"10.0.0.1\"\n#!defexp N 2 + 3 * 4\n#!defexps U \"sip:\" + A + \":\" + N\nN U", `int:14 str:"sip:10.0.0.1:14"`, ""},
		{"in a false branch", "#!ifdef A\n#!ifexp 1\n#!else\n#!endif\n#!else\n1\n#!endif\n", "int:1", ""},
	} {
		r := scan(t, test.in, lex.Options{Dialect6: true})
		if got := r.String(); got != test.want {
			t.Errorf("%s:\n  got  %s\n  want %s", test.name, got, test.want)
		}
		if got := r.codes(); got != test.codes {
			t.Errorf("%s:\n  got  %s\n  want %s", test.name, got, test.codes)
		}
	}
}

// TestRootCause has one mistake each, which gives one remark that tells why.
func TestRootCause(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"#!ifexp N > 3\n1\n#!else\n2\n#!endif\n#!ifexp M\n#!endif\n", "error 1:1 as Kamailio's 3:1: #!ifexp is newer than Kamailio 5.6, which takes the line for a comment, so that its #!else and #!endif have no #!ifdef | 3:1 | 6:1 (--compat=6 reads it; in 5.6 there is only #!ifdef NAME)"},
		{"#!ifdef\n1\n#!endif\n", "error 1:1 as Kamailio's 3:1: #!ifdef needs a name behind it: without one the line is a comment, so that its #!else and #!endif have no #!ifdef | 3:1 (a name starts with a letter or _)"},
		{"#!ifndef A\n1\n#!endif # A\n", "error 1:1 as Kamailio's 3:2: `#!ifndef A` is never closed | 3:1 (add #!endif)"},
		{"#!ifndef A\n#!ifndef B\n1\n", "error 1:1 as Kamailio's 3:2: `#!ifndef A` is never closed | 2:1 (add #!endif)"},
		{"1\n#!else\n#!endif\n", "error 2:1: #!else and #!endif without an #!ifdef | 3:1"},
	} {
		r := scan(t, test.in, lex.Options{})
		var got []string
		for _, d := range r.diags.Items {
			s := fmt.Sprintf("%s %d:%d", d.Severity, d.Pos.Line, d.Pos.Column)
			if d.Mark.IsValid() {
				s = fmt.Sprintf("%s %d:%d as Kamailio's %d:%d", d.Severity, d.Mark.Line, d.Mark.Column, d.Pos.Line, d.Pos.Column)
			}
			s += ": " + d.Msg
			for _, n := range d.Notes {
				s += fmt.Sprintf(" | %d:%d", n.Pos.Line, n.Pos.Column)
			}
			if d.Hint != "" {
				s += " (" + d.Hint + ")"
			}
			got = append(got, s)
		}
		if diff := cmp.Diff([]string{test.want}, got); diff != "" {
			t.Errorf("%q: %s", test.in, diff)
		}
	}
}

// TestOrigin checks positions, ends, Kamailio's columns and the way of tokens.
func TestOrigin(t *testing.T) {
	r := scan(t, "#!define IN 7 \\\n\t+ 8\n#!define OUT (IN)\n#!subst \"/a/b/\"\n1 OUT 2 \"a\nb\" 3\ninclude_file \"i.cfg\"\n", lex.Options{
		Read: func(string) ([]byte, error) { return []byte("\xef\xbb\xbf9 OUT\n"), nil },
	})
	var got []string
	for _, tok := range r.tokens {
		p := source.Pos(tok.Pos)
		line, col := r.set.End(p)
		first, last := r.set.Columns(p)
		s := fmt.Sprintf("%s %s:%d:%d-%d:%d [%d-%d]", tok.Value, p.Filename, p.Line, p.Column, line, col, first, last)
		for _, f := range r.set.Origin(p) {
			s += fmt.Sprintf(" <%s %s %d:%d", f.Kind, f.Name, f.At.Line, f.At.Column)
		}
		got = append(got, s)
	}
	want := []string{
		"1 a.cfg:5:1-5:1 [1-1]",
		"( a.cfg:5:3-5:5 [3-3] <#!define OUT 3:14",
		"7 a.cfg:5:3-5:5 [4-4] <#!define IN 1:13 <#!define OUT 3:15",
		"+ a.cfg:5:3-5:5 [7-7] <#!define IN 2:2 <#!define OUT 3:15",
		"8 a.cfg:5:3-5:5 [9-9] <#!define IN 2:4 <#!define OUT 3:15",
		") a.cfg:5:3-5:5 [10-10] <#!define OUT 3:17",
		"2 a.cfg:5:7-5:7 [12-12]",
		"\"b\nb a.cfg:5:9-6:2 [9-2] <#!subst /a/b/ 4:9",
		"3 a.cfg:6:4-6:4 [4-4]",
		"9 i.cfg:1:1-1:1 [1-1] <include_file i.cfg 7:1",
		"( i.cfg:1:3-1:5 [3-3] <#!define OUT 3:14 <include_file i.cfg 7:1",
		"7 i.cfg:1:3-1:5 [4-4] <#!define IN 1:13 <#!define OUT 3:15 <include_file i.cfg 7:1",
		"+ i.cfg:1:3-1:5 [7-7] <#!define IN 2:2 <#!define OUT 3:15 <include_file i.cfg 7:1",
		"8 i.cfg:1:3-1:5 [9-9] <#!define IN 2:4 <#!define OUT 3:15 <include_file i.cfg 7:1",
		") i.cfg:1:3-1:5 [10-10] <#!define OUT 3:17 <include_file i.cfg 7:1",
		" a.cfg:7:21-8:0 [21-0]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestBounds has text that grows without end.
func TestBounds(t *testing.T) {
	bomb := "#!define A0 1\n"
	for i := range 40 {
		bomb += fmt.Sprintf("#!define A%d A%d A%d\n", i+1, i, i)
	}
	if r := scan(t, bomb+"A40\n", lex.Options{}); len(r.tokens) > 1_000_000 || r.codes() != "42:1 define-too-deep" {
		t.Errorf("%d tokens, %s", len(r.tokens), r.codes())
	}
	chain := func(n int) result {
		deep := ""
		for i := range n {
			deep += fmt.Sprintf("#!define A%d A%d\n", i, i+1)
		}
		return scan(t, deep+"#!redefine A"+strconv.Itoa(n)+" 5\nA0\n", lex.Options{})
	}
	if r := chain(490); r.String() != "int:5" || len(r.diags.Items) > 0 { // Kamailio 5.6.3 takes it
		t.Error(r, r.codes())
	}
	if r := chain(600); !strings.HasSuffix(r.codes(), ", 602:1 define-too-deep") {
		t.Error(r.codes())
	}
	r := scan(t, "include_file \"a.cfg\"\n", lex.Options{
		Read: func(name string) ([]byte, error) {
			return []byte(strings.Repeat("include_file \""+name+"x\"\n", 10)), nil
		},
	})
	if n := r.diags.Errors(); n == 0 {
		t.Error("includes without end are not reported")
	}
	for name, text := range map[string]string{
		"values":         "#!define A " + strings.Repeat("x", 1<<10) + "\n" + strings.Repeat("A ", 1<<12),
		"doubling rules": strings.Repeat("#!subst \"/a/aa/g\"\n", 20) + "; \"a\"",
		"one long rule":  "#!subst \"/a/" + strings.Repeat("b", 1<<16) + "/g\"\n; \"" + strings.Repeat("a", 1<<16) + "\"",
		"slow rule":      "#!subst '/(x+x+)+\\1y/z/'\n" + strings.Repeat("; 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'\n", 1000),
		"open quotes":    "\"" + strings.Repeat("\\\"\n", 100_000),
	} {
		r := scan(t, text, lex.Options{})
		if n := len(r.tokens); n > 2_500_000 || r.diags.Errors() == 0 {
			t.Errorf("%s: %d tokens, %s", name, n, r.codes())
		}
	}
}

// TestSkipped: the text of branches that are not read is kept.
func TestSkipped(t *testing.T) {
	r := scan(t, "a\n#!ifdef X\nb\n#!ifdef Y\nc\n#!else\nd\n#!endif\ne\n#!else\nf\n#!ifndef X\ng\n#!else\nh\n#!endif\n#!endif\ni\n", lex.Options{})
	want := []string{"\nb\n#!ifdef Y\nc\n#!else\nd\n#!endif\ne\n", "\nh\n"}
	if diff := cmp.Diff(want, r.set.Skipped()); diff != "" {
		t.Error(diff)
	}
	if r.String() != "word:a word:f word:g word:i" {
		t.Error(r)
	}
	// Up to the end of the file where it is not closed.
	if got := scan(t, "#!ifdef X\nb\n", lex.Options{}).set.Skipped(); len(got) != 1 || got[0] != "\nb\n" {
		t.Errorf("%q", got)
	}
}
