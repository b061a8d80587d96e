package format_test

import (
	"os"
	"testing"
)

// FuzzFormat: no text makes Config panic or run on; its layout means the same
// whatever is defined, and is its own layout.
func FuzzFormat(f *testing.F) {
	for _, x := range layouts {
		f.Add(x.in)
	}
	if text, err := os.ReadFile("../../examples/msrp-relay/kamailio.cfg"); err == nil {
		f.Add(string(text))
	}
	f.Add("#!ifdef A\nxlog(\"\n#!endif\nif(x){exit;}\n#!ifdef A\n\");\n#!endif\n")
	f.Add("#!ifdef A\n/*\n#!endif\nroute{f( 1 );}\n#!ifdef A\n*/\n#!endif\n")
	f.Add("#!ifdef A\n# see #!endif\nx\n#!endif\nit's\n#!else\n#!ifndef B\n#!define C a\\\n#!endif\n")
	f.Add("route{f( int ,(int)1,! !x,!!else\n\"a\"\f\"b\",$x (1),@a . b,a-b/2*/c);}\n#!subst \"/a/\r\nb/\"x\n")
	f.Add("include_file\n{\nimport_file \"a\" ;\n#!include_file \"b\"{\n#!undef C {\n#!else  \n#!define  \n#!endif\n")
	f.Fuzz(func(t *testing.T, text string) {
		sets := defineSets(text)
		identity(t, "x.cfg", text, sets[:min(len(sets), 4)])
	})
}
