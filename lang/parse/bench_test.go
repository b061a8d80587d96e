package parse_test

import (
	"strconv"
	"strings"
	"testing"

	"olelo/lang/parse"
)

// big is a configuration of about n lines, as people write them.
func big(n int) string {
	var b strings.Builder
	b.WriteString("#!KAMAILIO\n#!define FLT_ACC 1\n#!define WITH_A\nloadmodule \"pv.so\"\nloadmodule \"xlog.so\"\nrequest_route {\n\troute(R0);\n}\n")
	lines := 8
	for i := 0; lines < n; i++ {
		b.WriteString(strings.ReplaceAll(`
# route N handles a part of the requests
route[RN] {
	if (is_method("INVITE|SUBSCRIBE") && !has_totag()) {
		xlog("L_INFO", "$ci from $fu to $ru at $si:$sp\n");
		setflag(FLT_ACC);
	} else if ($rU =~ "^\+?[0-9]+$") {
		$var(x) = $var(x) + 1;
		$avp(dst) = "sip:" + $rU + "@" + $(sel(cfg_get.pstn.gw_ip){s.trim}) + ":5060";
	}
#!ifdef WITH_A
	if (src_ip == 10.0.0.0/8 || uri == myself) {
		switch ($rc) {
			case 1:
				sl_send_reply("404", "Not here");
				exit;
			default:
				return(-1);
		}
	}
#!else
	never { lexed "
#!endif
	while ($var(i) < 10) {
		$var(i) = $var(i) + 1;
		$sht(a=>$var(i)::count) = $var(i) * (2 + $var(j));
	}
	$ru = $(avp(dst)[0]{s.select,1,@});
	t_on_failure("FAIL");
	if (!t_relay()) {
		sl_reply_error();
	}
	exit;
}
`, "RN", "R"+strconv.Itoa(i)))
		lines += 35
	}
	return b.String()
}

func benchmark(b *testing.B, lines int) {
	text := []byte(big(lines))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		_, _, diags := parse.Load(parse.Options{File: "kamailio.cfg", ReadFile: func(string) ([]byte, error) { return text, nil }})
		if diags.Errors() > 0 {
			b.Fatal(diags.Items[0])
		}
	}
}

func BenchmarkLoad1000(b *testing.B)  { benchmark(b, 1000) }
func BenchmarkLoad20000(b *testing.B) { benchmark(b, 20000) }
