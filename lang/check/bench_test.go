package check_test

import (
	"strconv"
	"strings"
	"testing"

	"olelo/lang/check"
	"olelo/lang/diag"
	"olelo/lang/parse"
)

// BenchmarkFile checks a configuration of 20,000 lines, half of whose routes
// are not called.
func BenchmarkFile(b *testing.B) {
	var text strings.Builder
	text.WriteString("loadmodule \"tm.so\"\nrequest_route {\n\troute(R0);\n}\n")
	for i := range 1000 {
		text.WriteString(strings.NewReplacer("RN", "R"+strconv.Itoa(i), "NEXT", "R"+strconv.Itoa(i+2)).Replace(`
route[RN] {
	if (is_method("INVITE|SUBSCRIBE") && !has_totag()) {
		xlog("L_INFO", "$ci from $fu to $ru at $si:$sp\n");
		setflag(1);
	} else if ($rU =~ "^\+?[0-9]+$") {
		$var(x) = $var(x) + 1;
		$var(RN) = "sip:" + $rU + "@" + $rd;
	}
#!ifdef WITH_A
	route(OTHER);
#!endif
	while ($var(i) < 10) {
		$sht(a=>$var(i)::count) = $var(i) * (2 + $var(j));
	}
	t_on_failure("FAIL");
	route(NEXT);
	exit;
}
`))
	}
	file, set, diags := parse.Load(parse.Options{File: "a.cfg", ReadFile: func(string) ([]byte, error) { return []byte(text.String()), nil }})
	if diags.Errors() > 0 {
		b.Fatal(diags.Items[0])
	}
	b.ReportAllocs()
	for b.Loop() {
		l := &diag.List{}
		check.File(file, set, nil, l)
		if len(l.Items) == 0 {
			b.Fatal("nothing is found")
		}
	}
}
