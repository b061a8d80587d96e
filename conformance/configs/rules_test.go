package configs

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestRules: small configurations for what the large ones have shown, with the
// line that Kamailio 5.6.3 refuses, 0 where it accepts, and how many errors
// olelo has for it.
func TestRules(t *testing.T) {
	p, have := findOracle()
	const modules = "loadmodule \"pv.so\"\nloadmodule \"textops.so\"\nloadmodule \"xlog.so\"\n" // lines 1 to 3
	for _, k := range []struct {
		name, text string
		line, told int
	}{
		{"modparam for a pattern", "loadmodule \"htable.so\"\nmodparam(\"no|ht.*\", \"timer_interval\", 5)\n", 0, 0},
		{"modparam in other letters", "loadmodule \"htable.so\"\nmodparam(\"HTABLE\", \"timer_interval\", 5)\n", 0, 0},
		{"modparam for a part of a name", "loadmodule \"htable.so\"\nmodparam(\"htab\", \"timer_interval\", 5)\n", 5, 1},
		{"modparam for a file", "loadmodule \"htable.so\"\nmodparam(\"htable.so\", \"timer_interval\", 5)\n", 5, 1},
		{"modparam for one that lacks it", "loadmodule \"htable.so\"\nmodparam(\"htable|pv\", \"timer_interval\", 5)\n", 5, 1},
		{"modparam on lines", "modparam(\"nomodule\",\n\t\"x\",\n\t1\n)\n", 7, 1},
		{"modparam that is not closed", "modparam(\"xlog\", \"prefix\", \"x\"\nmodparam(\"xlog\", \"prefix\", \"y\")\n", 5, 1},
		{"a module twice", "loadmodule \"xlog.so\"\n", 4, 1},
		{"loadmodule forgotten", "loadmodule \"sl.so\"\n\"siputils.so\"\nroute[A] { sl_send_reply(\"1\", \"2\"); has_totag(); }\n", 4, 1},
		{"a module that is not loaded, thrice", "route[A] {\n\tsl_send_reply(\"1\", \"2\");\n\tsl_reply_error();\n\tsl_reply_error();\n}\n", 5, 1},
		{"a call on lines", "route[A] {\n\tis_method(\"INVITE\",\n\t\"b\"\n\t);\n}\n", 7, 1},
		{"attribute", "route[A] {\n\t$foo = 1;\n\tif ($bar == $foo) exit;\n}\n", 0, 0},
		{"no attribute", "#!KAMAILIO\nroute[A] {\n\t$var(x) = $foo;\n}\n", 6, 1},
		{"no attribute with a key", "route[A] {\n\t$var(x) = $foo(x);\n}\n", 5, 1},
		{"the return code", "route[A] {\n\tif ($? == -1) exit;\n}\n", 0, 0},
		{"the return code assigned", "route[A] {\n\t$? = 1;\n}\n", 5, 1},
		{"computed", "route[A] {\n\tremove_hf(\"X-\" + $rU);\n\tstarts_with($ru, \"sip:\" + $rU);\n}\n", 0, 0},
		{"not computed", "route[A] {\n\tis_method(\"INV\" + $rU);\n}\n", 5, 1},
		{"a function inside of parameters", "route[A] {\n\tremove_hf(is_method(\"X\"));\n}\n", 5, 1},
		{"a text beside &&", "route[A] {\n\tif ((\"INVITE\") && $rU == \"x\") exit;\n}\n", 5, 1},
		{"a text alone", "route[A] {\n\tif ((\"INVITE\")) exit;\n}\n", 0, 0},
		{"a flag that is not declared", "route[A] {\n\tsetflag(FLAG);\n}\n", 5, 1},
		{"before a word that has no place", "debug=\n\nlog_stderror=no\n", 5, 1},
		{"an alias of a parameter", "tls_enable=no\n", 0, 0},
	} {
		t.Run(k.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "kamailio.cfg")
			write(t, file, modules+k.text+"request_route {\n\texit;\n}\n")
			want := verdict{refused: k.line > 0}
			if want.refused {
				want.at = "kamailio.cfg:" + strconv.Itoa(k.line)
			}
			o := olelo(file)
			if d := differs(want, o); d != "" {
				t.Errorf("%s\n%s", d, o.all)
			}
			if o.errors != k.told {
				t.Errorf("%d errors, want %d:\n%s", o.errors, k.told, o.all)
			}
			if have {
				if d := differs(want, kamailio(t, p, file)); d != "" {
					t.Errorf("the test is wrong: %s", strings.ReplaceAll(d, "olelo", "kamailio"))
				}
			}
		})
	}
	if !have {
		t.Skip("kamailio is not installed: only olelo is tried")
	}
}
