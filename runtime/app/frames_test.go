package app_test

import (
	"bytes"
	"strings"
	"testing"

	"olelo/runtime/app"
)

// TestFramesHeld: whatever reads the body of MSRP frames, wherever it stands, keeps
// them from being routed before they are whole; nothing else does.
func TestFramesHeld(t *testing.T) {
	const modules = `loadmodule "msrp.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "htable.so"
loadmodule "textops.so"
loadmodule "sl.so"
loadmodule "auth.so"
modparam("htable", "htable", "a=>size=4;")
`
	route := func(stmt string) string {
		return modules + "request_route { exit; }\nevent_route[msrp:frame-in] {\n\t" + stmt + "\n\tmsrp_relay();\n}\n"
	}
	for _, tt := range []struct{ name, config, reads string }{
		{"a variable", route(`$var(x) = $msrp(body);`), "$msrp(body)"},
		{"a condition", route(`if ($msrp(bodylen) > 3) exit;`), "$msrp(bodylen)"},
		{"a transformation", route(`$var(x) = $(msrp(buf){s.len});`), "$msrp(buf)"},
		{"a parameter of one", route(`$var(x) = $(msrp(method){s.substr,0,$msrp(buflen)});`), "$msrp(buflen)"},
		{"a text", route(`xlog("L_DBG", "it is $msrp(body)\n");`), "$msrp(body)"},
		{"a key", route(`$sht(a=>$msrp(body)) = 1;`), "$msrp(body)"},
		{"a function's parameter", route(`msrp_reply("200", "OK", "X: $msrp(bodylen)\r\n");`), "$msrp(bodylen)"},
		{"another route", route(`route($var(any));`) + "route[any] { $var(y) = $msrp(body); }\n", "$msrp(body)"},
		{"log_prefix", "log_prefix=\"{$msrp(bodylen)}\"\n" + route(""), "$msrp(bodylen)"},
		{"nothing", route(`$var(x) = $msrp(method) + $msrp(hdrs) + $rb + $mb + $ml + $(msrp(crthop){msrpuri.host});
	if (search("x") || $sht(a=>$msrp(sessid)) != $null) drop;
	if (!pv_www_authenticate("r", "p", "0", "AUTH")) exit;
	msrp_set_dst("$msrp(nexthop)", "$msrp(srcsock)"); msrp_reply("200", "OK"); xlog("$msrp(transid)\n");`), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			o := options(t, tt.config)
			o.Report = app.ReportText
			app.Check(o, &out)
			said := out.String()
			if strings.Contains(said, "error") {
				t.Fatal(said)
			}
			if got := strings.Contains(said, "[frames-held]"); got != (tt.reads != "") || got && !strings.Contains(said, "this reads "+tt.reads) {
				t.Errorf("want %q; %s", tt.reads, said)
			}
		})
	}
}
