package lex_test

import (
	"io/fs"
	"strings"
	"testing"

	"olelo/lang/diag"
	"olelo/lang/lex"
	"olelo/lang/source"
)

// FuzzLex: whatever three files that include each other hold, lexing ends, in
// bounds of what was put in, every token has a place in a file, the numbers of
// tokens have no gaps, and what is no token is reported.
func FuzzLex(f *testing.F) {
	f.Add("#!define A B \\\n\"x\"\n#!ifdef A\nA A\n#!else\n\" $(\n#!endif\ninclude_file \"b.cfg\"\n", "#!subst \"/x/y\\0/gi\"\n'x' \"x\" $var(x)\n", "", false)
	f.Add("#!ifexp 1 + \"2\" << 3 && A\n1\n#!endif\n#!defexps A 'x' + 2\nA #!undef A\n", "include_file \"c.cfg\"", "import_file \"a.cfg\"\n/* x", true)
	f.Add("#!define A include_file \"b.cfg\"\nA A\n#!define B (B)\nB", "A /*", "*/", false)
	f.Add("#!substdef \"/a/aaaaaaaa/g\"\n#!substdefs '!a!$env(X)$def(a)!'\n#!subst\n\"/\\\\(a\\\\)/\"\n\"a\" a", "#!defenv X=Y\n#!trydefenvs Z\n#!SER\n$f.x $x(y)\n", "\x00\"\x00\"", false)
	f.Add("event_route[a:b] loadmodule \"x.so\" #!define MOD_y\nloadmodule \"y.so\" @a.b[\"x\"] ::1 0x1fb 101b", "#!endif\n#!else\n#!ifdef \n\n(", "#!ifdef X", false)
	f.Add("#!define \n#!define -\n#!define A-\n#!ifdef", "include_file\n\n\"c.cfg\"", "#!endif", false)
	f.Fuzz(func(t *testing.T, a, b, c string, six bool) {
		files := map[string]string{"a.cfg": a, "b.cfg": b, "c.cfg": c}
		read := len(a)
		set, diags := source.NewSet(), &diag.List{}
		l, err := lex.New(lex.Options{
			Read: func(name string) ([]byte, error) {
				text, ok := files[strings.TrimPrefix(name, "./")]
				if !ok {
					return nil, fs.ErrNotExist
				}
				read += len(text)
				return []byte(text), nil
			},
			LookupEnv: func(name string) (string, bool) { return name + "\"a", name != "Z" },
			Dialect6:  six,
		}, set, diags).LexString("a.cfg", a)
		if err != nil {
			t.Fatal(err)
		}
		const most = 1 << 21
		for n := 1; ; n++ {
			tok, err := l.Next()
			if err != nil {
				t.Fatal(err)
			}
			if tok.Pos.Offset != n {
				t.Fatalf("token %d has the number %d", n, tok.Pos.Offset)
			}
			if n > most {
				t.Fatalf("more than %d tokens from %d bytes", most, read)
			}
			p := source.Pos(tok.Pos)
			if line, col := set.End(p); p.Line < 1 || p.Column < 1 || line < p.Line || line == p.Line && col < p.Column-1 {
				t.Fatalf("%v stands at %d:%d-%d:%d", tok, p.Line, p.Column, line, col)
			}
			if tok.EOF() {
				break
			}
			if tok.Type == lex.Bad && diags.Errors() == 0 {
				t.Fatalf("%v is not reported", tok)
			}
			set.Origin(p)
		}
		for _, d := range diags.Items {
			for _, p := range []source.Pos{d.Pos, d.Mark} {
				if p.IsValid() && p.Column > len(set.LineText(p))+2 {
					t.Errorf("%s: there is no %s:%d:%d", d.Code, p.Filename, p.Line, p.Column)
				}
			}
		}
	})
}
