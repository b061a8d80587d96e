package parse_test

import (
	"io"
	"os"
	"strings"
	"testing"

	"olelo/lang/diag"
	"olelo/lang/parse"
	"olelo/lang/source"
)

// FuzzLoad: no text makes Load panic or run on, every diagnostic has a place
// inside of the text, and a tree without errors has no holes.
func FuzzLoad(f *testing.F) {
	f.Add("request_route {\n\tif ($rU == \"a\") { exit; } else route(A);\n\twhile (1) break;\n\tswitch ($x) { case 1: exit; case /\"a\": default: ; }\n}\n")
	f.Add("#!define A xlog(\"x\")\n#!ifdef A\nroute[A] { A; }\n#!else\n\"\n#!endif\n#!subst \"/x/y/g\"\nmodparam(\"a\", \"b\", -5)\n")
	f.Add("listen=udp:10.0.0.1:5060 advertise a-b.c:1 name \"x\"\nalias=a b:1\nflags A:1, B\nx.y = 1 desc \"z\"\n")
	f.Add("include_file \"self.cfg\"\nroute { f(@a.b[1], $(x(y){z}), (int)1 + 2 mod 3); uri==myself; }\nevent_route[a:b] { /* x */ drop(1) }\n")
	f.Add("#!ifexp (1 + 2 * \"x\" && !A\n1\n#!endif\n$(a /* \" '\nsocket = { bind = a; }\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, set, diags := parse.Load(parse.Options{
			File: "self.cfg",
			ReadFile: func(name string) ([]byte, error) {
				if name != "self.cfg" {
					return nil, os.ErrNotExist
				}
				return []byte(text), nil
			},
			LookupEnv: func(string) (string, bool) { return "", false },
		})
		lines := strings.Count(text, "\n") + 1
		for _, d := range diags.Items {
			for _, p := range append([]source.Pos{d.Pos, d.Mark}, notes(d)...) {
				if !p.IsValid() {
					continue
				}
				if p.Line > lines || p.Column < 1 || p.Column > len(set.LineText(p))+2 {
					t.Errorf("%s: no such place as %d:%d", d.Code, p.Line, p.Column)
				}
				if line, col := set.End(p); line < p.Line || line == p.Line && col < p.Column-1 || line > lines {
					t.Errorf("%s: %d:%d ends at %d:%d", d.Code, p.Line, p.Column, line, col)
				}
			}
		}
		if err := diags.Text(io.Discard, set); err != nil {
			t.Error(err)
		}
		if err := diags.Kamailio(io.Discard, set); err != nil {
			t.Error(err)
		}
		if tree := dump(file); diags.Errors() == 0 && strings.Contains(tree, "<hole>") {
			t.Errorf("no error, but the tree has holes: %s", tree)
		}
	})
}

func notes(d diag.Diagnostic) []source.Pos {
	var places []source.Pos
	for _, n := range d.Notes {
		places = append(places, n.Pos)
	}
	return places
}
