package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// lines of a configuration that loads have: those of the largest known are some 20,000.
var lineCounts = []int{1_000, 10_000, 100_000}

const loadHead = `#!KAMAILIO
debug=2
log_stderror=yes
listen=udp:127.0.0.1:5060
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "sl.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "maxfwd.so"
loadmodule "htable.so"
modparam("htable", "htable", "h=>size=8;")
request_route {
	route(R0);
	exit;
}
`

// loadRoute has 20 lines of what configurations consist of.
const loadRoute = `
# The requests of customer %[1]d.
route[R%[1]d] {
	if (!mf_process_maxfwd_header("10")) {
		sl_send_reply("483", "Too Many Hops");
		exit;
	}
	if (is_method("INVITE") && $rU =~ "^%[1]d[0-9]+$") {
		xlog("L_INFO", "call to $ru from $si:$sp, customer %[1]d\n");
		$var(limit) = $sht(h=>limit::%[1]d);
		if ($var(limit) > 10 || $hdr(X-Limit) != "") {
			append_hf("X-Customer: %[1]d; limit=$var(limit)\r\n");
			return(-1);
		}
		$sht(h=>calls::%[1]d) = $var(limit) + 1;
	}
	if (uri == myself) {
		return;
	}
}
`

// configuration is one of that many lines, or a few less.
func configuration(lines int) string {
	var b strings.Builder
	b.WriteString(loadHead)
	each := strings.Count(loadRoute, "\n")
	for i := range (lines - strings.Count(loadHead, "\n")) / each {
		fmt.Fprintf(&b, loadRoute, i)
	}
	return b.String()
}

// loading is what the check of a configuration costs, the process included.
func loading(options) group {
	g := group{name: "load", title: "Check of a configuration (`-c`)", offline: true}
	for _, n := range lineCounts {
		g.rows = append(g.rows, row{name: fmt.Sprintf("lines=%d", n), who: []string{olelo, kamailio}, run: func(ctx context.Context, t *target) (sample, error) {
			dir, err := os.MkdirTemp("", "olelo-bench-load-")
			if err != nil {
				return sample{}, err
			}
			defer os.RemoveAll(dir)
			text, file := configuration(n), filepath.Join(dir, "kamailio.cfg")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				return sample{}, err
			}
			c := exec.CommandContext(ctx, t.program.Path, "-c", "-f", file, "-M", "512")
			begin := time.Now()
			said, err := c.CombinedOutput()
			elapsed := time.Since(begin)
			if err != nil {
				return sample{}, fmt.Errorf("%w: %.300s", err, said)
			}
			lines := strings.Count(text, "\n")
			cpu := c.ProcessState.UserTime() + c.ProcessState.SystemTime()
			return sample{uint64(lines), []metric{
				{"cpu-ns/line", float64(cpu) / float64(lines)},
				{"load-ns", float64(elapsed)},
			}}, nil
		}})
	}
	return g
}
