package configs

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"olelo/conformance/server"
)

// part is a piece of a configuration as people write them, with what every
// Kamailio has; N is its number.
const part = `
# route N handles a part of the requests
route[RN] {
	if (is_method("INVITE|SUBSCRIBE") && !has_totag()) {
		xlog("L_INFO", "$ci from $fu to $ru at $si:$sp\n");
		setflag(FLT_ACC);
	} else if ($rU =~ "^\+?[0-9]+$") {
		$var(x) = $var(x) + 1;
		$avp(dst) = "sip:" + $rU + "@" + $(rd{s.tolower}) + ":5060";
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
	never lexed "
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
`

// big is a configuration of about that many lines.
func big(lines int) string {
	var b strings.Builder
	b.WriteString("#!KAMAILIO\n#!define FLT_ACC 1\n#!define WITH_A\nlisten=udp:127.0.0.1:5060\n")
	for _, m := range []string{"tm", "sl", "pv", "xlog", "textops", "siputils", "htable"} {
		b.WriteString("loadmodule \"" + m + ".so\"\n")
	}
	b.WriteString("modparam(\"htable\", \"htable\", \"a=>size=8;\")\nrequest_route {\n\troute(R0);\n}\nfailure_route[FAIL] {\n\texit;\n}\n")
	for i, n := 0, strings.Count(part, "\n"); i*n < lines; i++ {
		b.WriteString(strings.ReplaceAll(part, "RN", "R"+strconv.Itoa(i)))
	}
	return b.String()
}

// BenchmarkCheck is the time of a whole process, olelo -c, and of kamailio -c
// where there is one; ratio is the one by the other, of their fastest runs.
func BenchmarkCheck(b *testing.B) {
	olelo, err := server.FindOlelo(context.Background(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	kamailio, found := findOracle()
	stock := stockConfig
	if !exists(stock) {
		stock = "../../examples/msrp-relay/kamailio.cfg"
	}
	files := map[string]string{"stock": stock}
	for _, lines := range []int{1_000, 10_000, 20_000, 100_000} {
		name := strconv.Itoa(lines) + "-lines"
		files[name] = filepath.Join(b.TempDir(), name+".cfg")
		write(b, files[name], big(lines))
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file := files[name]
		b.Run(name, func(b *testing.B) {
			if !exists(file) {
				b.Skip(file + " is not there")
			}
			var ours, theirs time.Duration
			for b.Loop() {
				ours = fastest(ours, run(b, olelo.Path, "-c", "-M", "1024", "--lenient", "-f", file))
				if found {
					b.StopTimer()
					theirs = fastest(theirs, run(b, kamailio.Path, "-c", "-M", "1024", "-f", file))
					b.StartTimer()
				}
			}
			b.ReportMetric(ours.Seconds()*1e3, "olelo-ms")
			if found {
				b.ReportMetric(theirs.Seconds()*1e3, "kamailio-ms")
				b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
			}
		})
	}
}

func fastest(old, d time.Duration) time.Duration {
	if old == 0 {
		return d
	}
	return min(old, d)
}

// run is the time that a command takes, which must end well.
func run(b *testing.B, name string, args ...string) time.Duration {
	b.Helper()
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), "LC_ALL=C")
	start := time.Now()
	out, err := c.CombinedOutput()
	d := time.Since(start)
	if err != nil {
		b.Fatalf("%s: %v\n%.2000s", c, err, out)
	}
	return d
}
