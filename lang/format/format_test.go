package format_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/lang/format"
)

// layouts are texts and their layouts. Those without want are their own.
var layouts = []struct{ name, in, want string }{
	{name: "empty", in: " \n\t\r\n", want: ""},
	{"indentation", "request_route{\nif(is_method(\"INVITE\")){\n   exit;\n  }\n}", "request_route {\n\tif (is_method(\"INVITE\")) {\n\t\texit;\n\t}\n}\n"},
	{"braces move up", "route[A]\n{\n\tif (a())\n\t{\n\t\texit;\n\t}\n\telse\n\t{\n\t\tdrop;\n\t}\n}\n", "route[A] {\n\tif (a()) {\n\t\texit;\n\t} else {\n\t\tdrop;\n\t}\n}\n"},
	{"a comment keeps them down", "route[A] # main\n{\nif (a()) { exit; }\n# no\nelse drop;\n}\n", "route[A] # main\n{\n\tif (a()) { exit; }\n\t# no\n\telse drop;\n}\n"},
	{"without braces", "route {\nif (a)\nif (b)\nf();\nelse\ng();\nelse if (c)\nh();\nk();\nwhile(1)\nbreak;\n}\n", "route {\n\tif (a)\n\t\tif (b)\n\t\t\tf();\n\t\telse\n\t\t\tg();\n\telse if (c)\n\t\th();\n\tk();\n\twhile (1)\n\t\tbreak;\n}\n"},
	{"without parentheses", "route{if uri==myself{exit;}if $x==1 $y=2;}", "route { if uri == myself { exit; } if $x == 1 $y = 2; }\n"},
	{"switch", "route {\nswitch($rm){\n# one\ncase \"A\":\ncase /\"B\": f();\n# two\ng();\nbreak;\n# rest\ndefault:\nexit;\n}\n}\n", "route {\n\tswitch ($rm) {\n\t\t# one\n\t\tcase \"A\":\n\t\tcase /\"B\": f();\n\t\t\t# two\n\t\t\tg();\n\t\t\tbreak;\n\t\t# rest\n\t\tdefault:\n\t\t\texit;\n\t}\n}\n"},
	{"operators", "route {\n$x=$y+1-$z*2/3%4;if(a&&!b||c==-1 and not d)exit;\n$var(i)=(int)$x|1<<2;$y=-1;$z=$a mod 2;\n}\n", "route {\n\t$x = $y + 1 - $z * 2 / 3 % 4; if (a && !b || c == -1 and not d) exit;\n\t$var(i) = (int)$x | 1 << 2; $y = -1; $z = $a mod 2;\n}\n"},
	{"addresses", "route {\nif(src_ip==10.0.0.0/8||dst_ip==[2001:db8::1]) exit;\nforward(a-b.c,5060);\n}\n", "route {\n\tif (src_ip == 10.0.0.0/8 || dst_ip == [2001:db8::1]) exit;\n\tforward(a-b.c, 5060);\n}\n"},
	{"items", "debug=3\nchildren =8\nlisten=udp:a-b.c:5060 advertise 1.2.3.4:5060\nflags A:1,B\nmodparam( \"a\" ,\"b\",-5 )\nx.y = 1 desc \"z\"\nalias=a\n  b.c\n", "debug=3\nchildren = 8\nlisten=udp:a-b.c:5060 advertise 1.2.3.4:5060\nflags A:1, B\nmodparam(\"a\", \"b\", -5)\nx.y = 1 desc \"z\"\nalias=a\n\tb.c\n"},
	{"lines that go on", "modparam(\"acc\", \"x\",\n      \"a\"\n  \"b\")\nroute {\nif (a\n&& b) {\nf(\n1,\n2\n);\ng(1,\n2);\n}\n}\n", "modparam(\"acc\", \"x\",\n\t\"a\"\n\t\"b\")\nroute {\n\tif (a\n\t\t\t&& b) {\n\t\tf(\n\t\t\t1,\n\t\t\t2\n\t\t);\n\t\tg(1,\n\t\t\t\t2);\n\t}\n}\n"},
	{"comments", "  # a  \nroute {\n/* b\n   c */\n//d\nf();   # e\ng();# f\n}\n", "# a\nroute {\n\t/* b\n\t   c */\n\t//d\n\tf();   # e\n\tg(); # f\n}\n"},
	{"a block comment moves as a whole", "route {\n  /*\n   * a\n\n   */\n}\n", "route {\n\t/*\n\t * a\n\n\t */\n}\n"},
	{"blank lines", "\n\n#!KAMAILIO\n\n\n\n\ndebug=1\n\nroute {\n\n\texit;\n\n}\n\n\n", "#!KAMAILIO\n\n\ndebug=1\n\nroute {\n\n\texit;\n\n}\n"},
	{"byte order mark and CRLF", "\ufeff#!KAMAILIO\r\n# a\r\n#!define X 1\r\nroute {\r\n\tf(\"a\r\nb\");\r\n}\r\n", "#!KAMAILIO\n# a\n#!define X 1\nroute {\n\tf(\"a\r\nb\");\n}\n"},
	{name: "texts, variables and selects stay", in: "route {\n\tf(\"a  \\\n b\", 'c  ,d', $(var(x){s.substr,0,  1}), @via[1] . host);\n}\n"},
	{name: "values stay", in: "#!define X a  \\\n   b  ,c \nroute {\n\tX;\n}\n"},
	{"directives stand at the margin", "route {\n  #!ifdef A  \n  f();\n  #!else\n  g();\n  #!endif\n}\n", "route {\n#!ifdef A\n\tf();\n#!else\n\tg();\n#!endif\n}\n"},
	{"each branch may open the block", "#!ifdef A\nroute{\n#!else\nrequest_route{\n#!endif\nexit;\n}\n", "#!ifdef A\nroute {\n#!else\nrequest_route {\n#!endif\n\texit;\n}\n"},
	{"a block around code under a condition", "route {\n#!ifdef A\nif (a) {\n#!endif\nf();\n#!ifdef A\n}\n#!endif\n}\n", "route {\n#!ifdef A\n\tif (a) {\n#!endif\n\t\tf();\n#!ifdef A\n\t}\n#!endif\n}\n"},
	{name: "SQL stays", in: "#!ifdef SQL\n  ALTER TABLE acc ADD COLUMN a VARCHAR(64)  NOT NULL DEFAULT '';\n#!endif\ndebug=1\n"},
	{"prose stays", "#!ifdef NEVER\n   don't   look\n\n\n\n   \"here\n#!else\n   debug=1\n#!endif\n  debug=2\n", "#!ifdef NEVER\n   don't   look\n\n\n\n   \"here\n#!else\n   debug=1\n#!endif\ndebug=2\n"},
	{name: "what a skipped branch ends with in a comment", in: "#!ifdef A\n  # see the #!endif\n  x.y=1\n#!endif\n", want: "#!ifdef A\n  # see the #!endif\nx.y=1\n#!endif\n"},
	{"statements of a file to include", "if(a){\nexit;\n}\n$x=1;\nf( 1 );\n", "if (a) {\n\texit;\n}\n$x = 1;\nf(1);\n"},
	{"includes", "route {\ninclude_file   \"a b.cfg\"\n#!include_file \"c\"\n  exit;\n}\n", "route {\n\tinclude_file   \"a b.cfg\"\n#!include_file \"c\"\n\texit;\n}\n"},
	{"what would become another token", "route {\nf( int );\nif (! !else) $x = $rU (1);\n}\n", "route {\n\tf( int );\n\tif (! !else) $x = $rU (1);\n}\n"},
	{"a missing brace", "route[A] {\nif (a) {\nexit;\n}\nroute[B] {\nexit;\n}\n", "route[A] {\n\tif (a) {\n\t\texit;\n\t}\nroute[B] {\n\texit;\n}\n"},
}

func TestLayout(t *testing.T) {
	for _, x := range layouts {
		t.Run(x.name, func(t *testing.T) {
			want := x.want
			if want == "" && strings.TrimSpace(x.in) != "" {
				want = x.in
			}
			if got := identity(t, unnamed, x.in, defineSets(x.in)); got != want {
				t.Errorf("%s", cmp.Diff(want, got))
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for _, x := range []struct{ in, want string }{
		{"route {\n\tf(\"a);\n}\n", "x.cfg:2:4: error: the text that starts here is never closed"},
		{"route {\n\tf('a);\n}\n", "x.cfg:2:4: error: the text that starts here is never closed"},
		{"debug=1\n/* /* a */\n", "x.cfg:2:1: error: the comment that starts here is never closed"},
		{"#!subst \"/a/b/\n", "x.cfg:1:9: error: the text that starts here is never closed"},
		{"#!ifdef A\nf(\"\n#!endif\ng();\n#!ifdef A\n\");\n#!endif\n", "x.cfg:2:3: error: what starts here ends behind the #!endif"},
	} {
		got, set, diags := format.Config("x.cfg", x.in)
		var out bytes.Buffer
		if err := diags.Text(&out, set); err != nil {
			t.Fatal(err)
		}
		if got != x.in || diags.Errors() != 1 || !strings.HasPrefix(out.String(), x.want) {
			t.Errorf("%q: laid out as %q, reported:\n%s", x.in, got, out.String())
		}
	}
}

func BenchmarkConfig(b *testing.B) {
	text := "request_route {\n" + strings.Repeat("\tif (is_method(\"INVITE\") && $rU==$null) {\n\t\t# a comment\n\t\txlog(\"L_INFO\",\"$ci $(ru{uri.user})\\n\");\n\t}\n", 5000) + "}\n"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		format.Config("x.cfg", text)
	}
}
