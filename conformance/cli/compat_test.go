package cli

import (
	"strings"
	"testing"

	"olelo/conformance/server"
)

// newer uses what only Kamailio 6 has.
const newer = `#!KAMAILIO
return_mode=1
listen=udp:127.0.0.1:5060
loadmodule "pv.so"
loadmodule "xlog.so"
request_route { xlog("L_INFO", "$(ru{s.sha1}) $Ec $Ec\n"); }
`

// TestCompat: both command lines take --compat; in 5.6, once for each name of
// Kamailio 6, it is said that 5.6 does not have it.
func TestCompat(t *testing.T) {
	p, _ := suite.Program(t, server.Olelo, 0)
	for _, x := range []struct {
		args []string
		want int // warnings
	}{
		{[]string{"check", "{cfg}"}, 3},
		{[]string{"check", "--compat=5.6", "{cfg}"}, 3},
		{[]string{"check", "--compat=6", "{cfg}"}, 0},
		{[]string{"--compat=5.6", "-c", "-f", "{cfg}"}, 3},
		{[]string{"--compat=6", "-c", "-f", "{cfg}"}, 0},
	} {
		r := run(t, p, newer, x.args...)
		got := strings.Count(r.output, "is Kamailio 6's, not in 5.6")
		if r.status != 0 || got != x.want {
			t.Errorf("%v: status %d, %d warnings, want %d\n%s", x.args, r.status, got, x.want, r.output)
		}
	}
}
