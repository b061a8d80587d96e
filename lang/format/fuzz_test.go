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
	// What a layout got wrong once: found with random sequences of such pieces.
	for _, text := range []string{
		"#!ifdef A\nxlog(\"\n#!endif\nif(x){exit;}\n#!ifdef A\n\");\n#!endif\n",
		"#!ifdef A\n/*\n#!endif\nroute{f( 1 );}\n#!ifdef A\n*/\n#!endif\n",
		"#!ifdef A\n# see #!endif\nx\n#!endif\nit's\n#!else\n#!ifndef B\n#!define C a\\\n#!endif\n",
		"route{f( int ,(int)1,! !x,!!else\n\"a\"\f\"b\",$x (1),@a . b,a-b/2*/c);}\n#!subst \"/a/\r\nb/\"x\n",
		"include_file\n{\nimport_file \"a\" ;\n#!include_file \"b\"{\n#!undef C {\n#!else  \n#!define  \n#!endif\n",
		"@#!endif #!ifndef A\n$f.x\x00bar//d\n `route ",
		"flags#!ifndef A\n\\\"c\r\nd\"exitcase::1\nand\n=\n\\mod&&=while::1/*\n",
		"{@é\n=~listenbreak!!endif\n!msg:len=\n{]<~\n\n",
		"drop~&:\ndesc$(a{b})$(a{b})%msg:len@a:bMOD_pv-#c\n\n<while//d\n1}$x<X\x00\n",
		"foo #!ifdef B\n ` \" #!endif\n \" loadmodule \ndesc /* \nY \" $(a{b})\n",
		"a #!ifndef A\n case #! \n#!endifMOD_pv $(a{b})endif \n::1 \n/*##!endif\ndrop #!ifdef A\n*//d\n \n",
		"{foo \n#!ifdef B\n #!subst \"/a/b/\n \"s\" ; \n#!endif\n */ #!define X \"y\\\n* \n#!ifdef A\n #!subst \"/a/b/\n",
		"{  \t,//d\n#!ifndef A\n\n/ /* /' if(x)\n#!endif\n#!subst \"/a/b/\n */\n#!endif\n\"m\n  n\"#!subst \"/a/b/\n\n\" /* \n",
		"str-{\n$rUroute\nalias\nx.",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sets := defineSets(text)
		identity(t, unnamed, text, sets[:min(len(sets), 4)])
	})
}
