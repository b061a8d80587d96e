package vm_test

import (
	"strings"
	"testing"

	"olelo/lang/compile"
	"olelo/runtime/registry"
	"olelo/runtime/vm"
)

// BenchmarkOps runs the operations class by class, each statement 100 times a
// route: what is reported is the time of a statement.
func BenchmarkOps(b *testing.B) {
	var texts, ints strings.Builder
	for _, x := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		texts.WriteString(`case "` + x + `": $var(y) = 1; break; `)
	}
	for _, x := range []string{"1", "3", "5", "7", "9", "11", "13", "15"} {
		ints.WriteString(`case ` + x + `: $var(y) = 1; break; `)
	}
	for _, k := range []struct{ name, setup, body string }{
		{"move/const int", "", `$var(a) = 1;`},
		{"move/const text", "", `$var(s) = "hello";`},
		{"move/var", `$var(b) = 5;`, `$var(a) = $var(b);`},
		{"move/var text", `$var(t) = "hello";`, `$var(s) = $var(t);`},
		{"move/get", "", `$var(s) = $ru;`},
		{"move/set", "", `$rU = "bob";`},
		{"arithmetic/add const", `$var(a) = 0;`, `$var(a) = $var(a) + 1;`},
		{"arithmetic/mul add mod", `$var(b) = 5; $var(c) = 6;`, `$var(a) = ($var(b) * 3 + $var(c)) mod 7;`},
		{"arithmetic/bits", `$var(b) = 5;`, `$var(a) = ($var(b) | 8) << 1 & ~ 3;`},
		{"arithmetic/append", `$var(t) = "hello";`, `$var(s) = $var(t) + ",x";`},
		{"arithmetic/concat 7", "", `$var(s) = "<sip:" + $rU + "@" + $rd + ":5060;x=" + $rU + ">";`},
		{"arithmetic/concat", "", `$var(s) = "sip:" + $rU + "@" + $rd;`},
		{"conversion/int of text", `$var(t) = "12";`, `$var(a) = (int)$var(t);`},
		{"conversion/text of int", `$var(b) = 12;`, `$var(s) = (str)$var(b);`},
		{"conversion/strlen", `$var(t) = "hello";`, `$var(a) = strlen($var(t));`},
		{"conversion/not", `$var(b) = 5;`, `$var(a) = !$var(b);`},
		{"compare/int", `$var(b) = 5;`, `if ($var(b) == 1) { $var(z) = 1; }`},
		{"compare/order", `$var(b) = 5;`, `if ($var(b) > 7) { $var(z) = 1; }`},
		{"compare/text", "", `if ($rm == "REGISTER") { $var(z) = 1; }`},
		{"compare/var and var", `$var(b) = 5; $var(c) = 6;`, `if ($var(b) == $var(c)) { $var(z) = 1; }`},
		{"compare/null", "", `if ($hdr(X-Nope) != $null) { $var(z) = 1; }`},
		{"match/static", "", `if ($ru =~ "^sip:[0-9]+@") { $var(z) = 1; }`},
		{"match/dynamic", `$var(t) = "^sip:[0-9]+@";`, `if ($ru =~ $var(t)) { $var(z) = 1; }`},
		{"jump/and or", `$var(b) = 5;`, `if ($var(b) == 4 && $rm == "INVITE" || !($var(b) == 5)) { $var(z) = 1; }`},
		{"call/function", "", `hit();`},
		{"call/suppressed log", "", `quiet("$rU of $rd");`},
		{"call/condition", "", `if (miss()) { $var(z) = 1; }`},
		{"conversion/strempty", "", `if (strempty("$ru")) { $var(z) = 1; }`},
		{"call/route", "", `route(EMPTY);`},
		{"call/route by name", `$var(t) = "EMPTY";`, `route($var(t));`},
		{"switch/ints", `$var(b) = 9;`, `switch ($var(b)) { ` + ints.String() + `default: $var(y) = 0; }`},
		{"switch/far ints", `$var(b) = 900;`, `switch ($var(b)) { case 100: case 900: $var(y) = 1; break; case 100000: default: $var(y) = 0; }`},
		{"switch/texts", `$var(t) = "e";`, `switch ($var(t)) { ` + texts.String() + `default: $var(y) = 0; }`},
		{"loop/while", "", `$var(i) = 0; while ($var(i) < 10) { $var(i) = $var(i) + 1; }`},
	} {
		b.Run(k.name, func(b *testing.B) {
			const times = 100
			x := build(b, "request_route { exit; }\nroute[EMPTY] { return; }\nroute[SETUP] {\n"+k.setup+" return;\n}\nroute[OPS] {\n"+
				strings.Repeat(k.body+"\n", times)+"return;\n}\n", compile.Options{MaxLoops: 100})
			x.run(b, "route", "SETUP")
			n, _ := x.prog.FindRoute("route", "OPS")
			m := vm.For(x.ctx, x.prog)
			b.ReportAllocs()
			for b.Loop() {
				m.Run(x.ctx, n, registry.Request)
				x.ctx.Arena.Reset()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/times, "ns/statement")
			if x.log.Len() > 0 {
				b.Fatal(x.log.String()[:min(x.log.Len(), 300)])
			}
		})
	}
}
