package cli

import (
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"olelo/conformance/server"
)

// occupy holds a port, TCP and UDP, so that a server that tries it says so.
func occupy(t *testing.T) string {
	t.Helper()
	n := port(t)
	l, err := net.Listen("tcp", "127.0.0.1:"+n)
	if err != nil {
		t.Fatal(err)
	}
	u, err := net.ListenPacket("udp", "127.0.0.1:"+n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(); u.Close() })
	return n
}

// mistakes is a configuration in which each line with a "# N:" comment has a
// mistake; the comment says what must be shown of it, and after an arrow what
// its hint must name.
const mistakes = `#!KAMAILIO
debug=2
log_stderror=yes
auto_aliases=no
listen=127.0.0.1:5060
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "nosuch.so" # nosuch
loadmodule "msrp.so"
modparam("msrp", "sipmgs", 1) # sipmgs -> sipmsg
modparam("msrp", "sipmsg", "one") # sipmsg
tcp_conection_lifetime=5 # tcp_conection_lifetime -> tcp_connection_lifetime

request_route {
	sl_send_replay("403", "No"); # sl_send_replay -> sl_send_reply
	sl_send_reply("403"); # sl_send_reply
	$var(a) = $avpp(x); # avpp -> avp
	$si = "1.2.3.4"; # si
	xlog("L_INFO", "$msrp(boddy)\n"); # boddy -> body
	route(NOPE); # NOPE -> NOPES
}
route[NOPES] {
	$var(b) = 1 # missing
	exit;
}
event_route[msrp:frame-in] {
	if($var(a) == ) { exit; } # )
	t_relay(); # t_relay -> tm
	msrp_reply("200", "unclosed); # unclosed
}
`

// TestMistakes: all of them are told at once, each with its place, a caret and
// where there is one to give a hint; the status is 255 and no socket was
// opened.
func TestMistakes(t *testing.T) {
	p, _ := suite.Program(t, server.Olelo, 0)
	busy := occupy(t)
	config := strings.Replace(mistakes, ":5060", ":"+busy, 1)
	for _, c := range []struct {
		name string
		args []string
	}{
		{"drop-in", []string{"-DD", "-E", "-f", "{cfg}"}},
		{"drop-in check", []string{"-c", "-f", "{cfg}"}},
		{"run", []string{"run", "-f", "{cfg}"}},
		{"check", []string{"check", "{cfg}"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, p, config, c.args...)
			if r.status != 255 {
				t.Errorf("exit status %d, want 255", r.status)
			}
			if strings.Contains(strings.ToLower(r.output), "in use") {
				t.Error("a socket was to be opened")
			}
			carets := regexp.MustCompile(`(?m)^[ \t]*\|[ \t]*\^`).FindAllString(r.output, -1)
			wanted := 0
			for i, line := range strings.Split(config, "\n") {
				if i == 0 {
					continue
				}
				code, want, ok := strings.Cut(line, " # ")
				if !ok {
					continue
				}
				wanted++
				what, hint, _ := strings.Cut(want, " -> ")
				place := regexp.MustCompile(`kamailio\.cfg:` + strconv.Itoa(i+1) + `[:\D]`).FindStringIndex(r.output)
				if place == nil {
					t.Errorf("nothing is said about line %d: %s", i+1, code)
					continue
				}
				// What is said goes to the next place.
				said := r.output[place[0]:]
				if next := regexp.MustCompile(`kamailio\.cfg:\d+`).FindStringIndex(said[len("kamailio.cfg:1"):]); next != nil {
					said = said[:next[0]+len("kamailio.cfg:1")]
				}
				if !strings.Contains(said, what) || !strings.Contains(said, hint) {
					t.Errorf("line %d: want %q and a hint with %q, said is:\n%s", i+1, what, hint, said)
				}
			}
			if len(carets) < wanted {
				t.Errorf("%d carets for %d mistakes", len(carets), wanted)
			}
			if t.Failed() {
				t.Logf("the output:\n%s", r.output)
			}
		})
	}
}

// TestSeedRemarks: the manual's example is accepted with one remark each about
// what differs here, with its place, a caret and a hint.
func TestSeedRemarks(t *testing.T) {
	p, _ := suite.Program(t, server.Olelo, 0)
	seed, err := os.ReadFile("../../examples/msrp-relay/kamailio.cfg")
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, p, string(seed), "check", "{cfg}")
	if r.status != 0 {
		t.Errorf("exit status %d, want 0", r.status)
	}
	for _, remark := range []string{
		`kamailio\.cfg:11:1: warning: mpath .*\n.*\n.*\^~+\n  hint: `,
		`kamailio\.cfg:14:1: warning: module mi_fifo .*\n.*\n.*\^~+\n  hint: `,
		`kamailio\.cfg:76:1: warning: .*"msrp".*"c".*\n.*\n.*\^~+\n  hint: .*"msrp.*"c"`,
	} {
		if n := len(regexp.MustCompile(remark).FindAllString(r.output, -1)); n != 1 {
			t.Errorf("%d remarks match %s", n, remark)
		}
	}
	if n := strings.Count(r.output, "warning:"); n != 3 {
		t.Errorf("%d warnings, want 3:\n%s", n, r.output)
	}
}

// TestMistakesKamailio: Kamailio stops at some of them; the status is the same
// and the first place too.
func TestMistakesKamailio(t *testing.T) {
	p, ok := suite.Program(t, server.Kamailio, 1)
	if !ok {
		t.Skip("kamailio is not installed")
	}
	busy := occupy(t)
	r := run(t, p, strings.Replace(mistakes, ":5060", ":"+busy, 1), "-c", "-f", "{cfg}")
	if r.status != 255 || !strings.Contains(r.output, "line 9, column 12-") {
		t.Fatalf("status %d, want 255 and line 9 in:\n%s", r.status, r.output)
	}
}

// TestSubcommands: olelo's own, beside Kamailio's command line.
func TestSubcommands(t *testing.T) {
	p, _ := suite.Program(t, server.Olelo, 0)
	good := "listen=127.0.0.1:5060\n" + simple
	for _, c := range []struct {
		name   string
		args   []string
		status int
		says   string
	}{
		{"version", []string{"version"}, 0, "olelo"},
		{"check", []string{"check", "{cfg}"}, 0, ""},
		// Modules are compiled in, so that a folder for them means nothing.
		{"a module folder", []string{"-c", "-L", "/nosuch", "-f", "{cfg}"}, 0, "config file ok"},
		{"dis", []string{"dis", "{cfg}"}, 0, `sl_send_reply("200", "OK")`},
		{"dis of a missing file", []string{"dis", "{dir}/nosuch.cfg"}, 255, "nosuch.cfg"},
		{"no such subcommand", []string{"rnu"}, 255, "run"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, p, good, c.args...)
			if r.status != c.status || !strings.Contains(r.output, c.says) {
				t.Errorf("status %d, want %d and %q in:\n%s", r.status, c.status, c.says, r.output)
			}
		})
	}
}
