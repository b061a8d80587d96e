package core_test

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/lang/diag"
	"olelo/lang/parse"
	"olelo/runtime/core"
	"olelo/runtime/log"
	"olelo/runtime/transport"
)

// collect reads a configuration's text and collects its parameters.
func collect(t *testing.T, text string, o core.Overrides) (*core.Params, []string) {
	t.Helper()
	file, _, diags := parse.Load(parse.Options{
		File: "t.cfg",
		ReadFile: func(string) ([]byte, error) {
			return []byte(strings.TrimSpace(text) + "\nrequest_route { exit; }\n"), nil
		},
	})
	p := core.Collect(file.Items, o, diags)
	var got []string
	for _, d := range diags.Items {
		got = append(got, fmt.Sprintf("%d:%d %s: %s", d.Pos.Line, d.Pos.Column, d.Severity, d.Msg))
	}
	return p, got
}

func sockets(p *core.Params) []string {
	var got []string
	for _, s := range p.Sockets {
		text := s.Text
		if s.Advertise != "" {
			text += " advertise " + s.Advertise
		}
		if s.Name != "" {
			text += " name " + s.Name
		}
		if s.Virtual {
			text += " virtual"
		}
		if s.Workers > 0 {
			text += fmt.Sprintf(" workers %d", s.Workers)
		}
		got = append(got, text)
	}
	return got
}

// loopback is the name of the host's loopback interface.
func loopback(t *testing.T) string {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 && i.Flags&net.FlagUp != 0 {
			return i.Name
		}
	}
	t.Skip("no loopback interface")
	return ""
}

// The wanted sockets are those that Kamailio 5.6.3 lists for the same lines.
func TestListen(t *testing.T) {
	lo := loopback(t)
	for _, x := range []struct {
		cfg  string
		want []string
	}{
		{"listen=127.0.0.1", []string{"udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"}},
		{"listen=127.0.0.1:17500", []string{"udp:127.0.0.1:17500", "tcp:127.0.0.1:17500"}},
		{"listen=udp:127.0.0.1", []string{"udp:127.0.0.1:5060"}},
		{"listen=UDP:127.0.0.1:17500", []string{"udp:127.0.0.1:17500"}},
		{"listen=tcp:127.0.0.1", []string{"tcp:127.0.0.1:5060"}},
		{"listen=tls:127.0.0.1\nenable_tls=yes", []string{"tls:127.0.0.1:5061"}},
		{"listen=tls:127.0.0.1:17500\nenable_tls=1", []string{"tls:127.0.0.1:17500"}},
		{"listen=tls:127.0.0.1\nenable_tls=yes\ntls_port_no=17505", []string{"tls:127.0.0.1:17505"}},
		{"listen=127.0.0.1\nenable_tls=yes", []string{"udp:127.0.0.1:5060", "tcp:127.0.0.1:5060", "tls:127.0.0.1:5061"}},
		{"listen=127.0.0.1:17500\nenable_tls=yes\ntls_port_no=17505", []string{"udp:127.0.0.1:17500", "tcp:127.0.0.1:17500", "tls:127.0.0.1:17501"}},
		{"listen=127.0.0.1\nenable_tls=yes\ndisable_tls=yes", []string{"udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"}},
		{"listen=" + lo, []string{"udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"}},
		{"listen=udp:" + lo + ":17500", []string{"udp:127.0.0.1:17500"}},
		{"listen=udp:(" + lo + ")", []string{"udp:127.0.0.1:5060"}},
		{"listen=udp:localhost:17500", []string{"udp:127.0.0.1:17500"}},
		{`listen="localhost"`, []string{"udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"}},
		{`listen=udp: "127.0.0.1" :17500`, []string{"udp:127.0.0.1:17500"}},
		{"listen=udp:[::1]:17500", []string{"udp:[::1]:17500"}},
		{"listen=[::1]", []string{"udp:[::1]:5060", "tcp:[::1]:5060"}},
		{"listen=udp:0.0.0.0:17500", []string{"udp:0.0.0.0:17500"}},
		{"listen=udp:[::]:17500", []string{"udp:[::]:17500"}},
		{"listen=udp:127.0.0.1:0", []string{"udp:127.0.0.1:5060"}},
		{"listen=udp:127.0.0.1:17500 advertise 1.2.3.4:5060", []string{"udp:127.0.0.1:17500 advertise 1.2.3.4:5060"}},
		// Its Via carries the socket's own port then.
		{"listen=udp:127.0.0.1:17500 advertise 1.2.3.4", []string{"udp:127.0.0.1:17500 advertise 1.2.3.4:17500"}},
		{`listen=udp:127.0.0.1:17500 advertise "foo.example.com" :5080`, []string{"udp:127.0.0.1:17500 advertise foo.example.com:5080"}},
		{`listen=udp:127.0.0.1:17500 name "s1"`, []string{"udp:127.0.0.1:17500 name s1"}},
		{`listen=udp:127.0.0.1:17500 advertise 1.2.3.4:5060 name "s1"`, []string{"udp:127.0.0.1:17500 advertise 1.2.3.4:5060 name s1"}},
		{"listen=(127.0.0.1, 127.0.0.2)", []string{"udp:127.0.0.1:5060", "udp:127.0.0.2:5060", "tcp:127.0.0.1:5060", "tcp:127.0.0.2:5060"}},
		{"listen=udp:(127.0.0.1,127.0.0.2):17500", []string{"udp:127.0.0.1:17500", "udp:127.0.0.2:17500"}},
		{"listen=tcp:127.0.0.1:17502\nlisten=udp:127.0.0.1:17501\nlisten=udp:127.0.0.1:17500", []string{"udp:127.0.0.1:17501", "udp:127.0.0.1:17500", "tcp:127.0.0.1:17502"}},
		{"listen=udp:127.0.0.1:17500\nlisten=udp:127.0.0.1:17500", []string{"udp:127.0.0.1:17500"}},
		{"listen=::1", []string{"udp:[::1]:5060", "tcp:[::1]:5060"}},
		{"listen=udp:127.0.0.1:17500 advertise 2001:db8::1", []string{"udp:127.0.0.1:17500 advertise [2001:db8::1]:17500"}},
		{"listen=udp:127.0.0.1:*", []string{"udp:127.0.0.1:5060"}},
		{"listen=127.0.0.1\nport=17500", []string{"udp:127.0.0.1:17500", "tcp:127.0.0.1:17500"}},
		{"listen=127.0.0.1\ndisable_tcp=yes", []string{"udp:127.0.0.1:5060"}},
		{"listen=udp:127.0.0.1:17500 virtual", []string{"udp:127.0.0.1:17500 virtual"}},
		{`listen=udp:127.0.0.1:17500 name "a" virtual udp:127.0.0.2:17500 advertise 1.2.3.4 tcp:127.0.0.1:17500`, []string{
			"udp:127.0.0.1:17500 name a virtual", "udp:127.0.0.2:17500 advertise 1.2.3.4:17500", "tcp:127.0.0.1:17500",
		}},
		{"socket_workers=3\nlisten=udp:127.0.0.1:17500\nlisten=udp:127.0.0.1:17501", []string{"udp:127.0.0.1:17500 workers 3", "udp:127.0.0.1:17501"}},
		// Kamailio 6's, from its manual.
		{`listen=udp:127.0.0.1:17500-17502 name "s"`, []string{"udp:127.0.0.1:17500 name s17500", "udp:127.0.0.1:17501 name s17501", "udp:127.0.0.1:17502 name s17502"}},
		{`socket = {
			bind = udp:127.0.0.1:17500-17501;
			advertise = 11.11.11.11:5060;
			name = "s0p";
			virtual = yes;
			workers = 2;
		}`, []string{
			"udp:127.0.0.1:17500 advertise 11.11.11.11:5060 name s0p17500 virtual workers 2",
			"udp:127.0.0.1:17501 advertise 11.11.11.11:5061 name s0p17501 virtual workers 2",
		}},
	} {
		p, diags := collect(t, x.cfg, core.Overrides{})
		if d := cmp.Diff(x.want, sockets(p)); d != "" || diags != nil {
			t.Errorf("%s: sockets (-want +got):\n%s%q", x.cfg, d, diags)
		}
	}
}

func TestListenArguments(t *testing.T) {
	for _, x := range []struct {
		cfg  string
		args []string
		want []string
	}{
		{"listen=udp:127.0.0.1:17500", []string{"udp:127.0.0.1:17501"}, []string{"udp:127.0.0.1:17500", "udp:127.0.0.1:17501"}},
		{"debug=2", []string{"127.0.0.1"}, []string{"udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"}},
		{"debug=2", []string{"udp:127.0.0.1:17501/1.2.3.4:99"}, []string{"udp:127.0.0.1:17501 advertise 1.2.3.4:99"}},
		{"debug=2", []string{"udp:127.0.0.1:17501/1.2.3.4"}, []string{"udp:127.0.0.1:17501 advertise 1.2.3.4:17501"}},
		{"debug=2", []string{"(127.0.0.1, 127.0.0.2):17501"}, []string{"udp:127.0.0.1:17501", "udp:127.0.0.2:17501", "tcp:127.0.0.1:17501", "tcp:127.0.0.2:17501"}},
		{"debug=2", []string{"udp:[::1]:17501"}, []string{"udp:[::1]:17501"}},
		{"debug=2", []string{"udp:127.0.0.1:17500-17502"}, []string{"udp:127.0.0.1:17500", "udp:127.0.0.1:17501", "udp:127.0.0.1:17502"}},
	} {
		p, diags := collect(t, x.cfg, core.Overrides{Listen: x.args})
		if d := cmp.Diff(x.want, sockets(p)); d != "" || diags != nil {
			t.Errorf("-l %q: sockets (-want +got):\n%s%q", x.args, d, diags)
		}
	}
}

// Without listen, all IPv4 addresses are opened, as Kamailio does.
func TestListenEverywhere(t *testing.T) {
	p, diags := collect(t, "port=17500\ndisable_tcp=yes", core.Overrides{})
	if !slices.Contains(sockets(p), "udp:127.0.0.1:17500") || diags != nil {
		t.Errorf("sockets %q, diagnostics %q", sockets(p), diags)
	}
	for _, s := range p.Sockets {
		if s.Proto != transport.UDP || !s.Addr.Addr().Is4() {
			t.Errorf("unexpected socket %s", s.Text)
		}
	}
}

// One mistake is one diagnostic, of the parser where it finds it (then only
// the place is compared), and opens no socket.
func TestListenMistakes(t *testing.T) {
	for _, x := range []struct{ cfg, want string }{
		{"listen=udp:*:17500", "1:12 error: "},
		{"listen=udp:127.0.0.1:70000", `1:8 error: listen=udp:127.0.0.1:70000: "70000" is not a port`},
		{"listen=udp:127.0.0.1:", "2:1 error: "},
		{"listen=udp:(127.0.0.1", "2:1 error: "},
		{"listen=ws:127.0.0.1:17500", "1:8 error: "},
		{"listen=sctp:127.0.0.1:17500", "1:1 warning: listen=sctp:127.0.0.1:17500 is not opened: olelo has no SCTP"},
		{"listen=tls:127.0.0.1:17500", "1:1 warning: listen=tls:127.0.0.1:17500 is not opened: TLS is not switched on"},
		{"disable_tcp=yes\nlisten=tcp:127.0.0.1:17500", "2:1 warning: listen=tcp:127.0.0.1:17500 is not opened: TCP is switched off"},
		{"listen=udp:127.0.0.1:17500 advertise 1.2.3.4:x", "1:46 error: "},
		{"listen=udp:127.0.0.1:17500 advertise 1.2.3.4:99999", `1:38 error: listen=udp:127.0.0.1:17500 advertise 1.2.3.4:99999: "99999" is not a port`},
		{"enable_tls=yes\nlisten=127.0.0.1:65535", "2:1 error: listen=127.0.0.1:65535: the port for tls would be 65536"},
		{`listen=udp:"no-such-host.invalid":5060`, `1:1 error: listen=udp:no-such-host.invalid:5060: no-such-host.invalid is no IP address, no interface, and no host name that can be resolved: `},
	} {
		p, diags := collect(t, x.cfg, core.Overrides{})
		if len(diags) != 1 || !strings.HasPrefix(diags[0], x.want) {
			t.Errorf("%s: got %q, want one that starts with %q", x.cfg, diags, x.want)
		}
		for _, s := range p.Sockets {
			if s.Proto == transport.UDP && !strings.HasPrefix(x.cfg, "enable_tls") {
				t.Errorf("%s: opened %s all the same", x.cfg, s.Text)
			}
		}
	}
}

func TestListenArgumentMistakes(t *testing.T) {
	for _, x := range []struct{ arg, want string }{
		{"foo:127.0.0.1", `0:0 error: -l foo:127.0.0.1: "127.0.0.1" is not a port`},
		{"junk:1:2:3", "0:0 error: -l junk:1:2:3: : does not belong here"},
		{"udp:127.0.0.1:abc", `0:0 error: -l udp:127.0.0.1:abc: "abc" is not a port`},
		{"udp:127.0.0.1:9-5", `0:0 error: -l udp:127.0.0.1:9-5: "9-5" is not a port`},
		{"udp:127.0.0.1:1-9999", `0:0 error: -l udp:127.0.0.1:1-9999: "1-9999" is not a port`},
		{"udp:*:5060", "0:0 error: -l udp:*:5060: an IP address, an interface or a host name is wanted, not *"},
		{"udp:(127.0.0.1", "0:0 error: -l udp:(127.0.0.1: ) is missing"},
		{"", "0:0 error: -l : an IP address, an interface or a host name is wanted, not the end"},
		{"ws:127.0.0.1:5060", "0:0 error: -l ws:127.0.0.1:5060: WebSocket has no sockets of its own"},
		{"udp:127.0.0.1/", "0:0 error: -l udp:127.0.0.1/: an address or a host name is wanted after advertise"},
	} {
		p, diags := collect(t, "debug=2", core.Overrides{Listen: []string{x.arg}})
		if d := cmp.Diff([]string{x.want}, diags); d != "" || len(p.Sockets) > 0 {
			t.Errorf("-l %q: sockets %q, diagnostics (-want +got):\n%s", x.arg, sockets(p), d)
		}
	}
}

func TestValues(t *testing.T) {
	p, diags := collect(t, `
debug=-3
debug=2
children=4
children=6
log_stderror=yes
log_facility=LOG_LOCAL3
log_name="kam"
log_prefix="{$ci}"
log_prefix_mode=1
auto_aliases=off
server_signature=no
memlog=5
memlog=1
memdbg=5
tcp_connection_lifetime=1810
tcp_accept_no_cl=yes
max_while_loops=0
fork=no
uid="nobody"
wdir="/tmp"
tcp_keepidle=20
mhomed=0
sip_parser_mode=1
phone2tel=1
udp_mtu_try_proto=UDP
use_dns_cache=off
tcp_poll_method=epoll_lt
tos=0x10
ipv6_hex_style="c"
listen=udp:127.0.0.1:17500
`, core.Overrides{})
	idle := "14:1 info: 3 parameters have no effect here, which is safe (memdbg: the Go runtime manages the memory; " +
		"use_dns_cache: the host's own resolver answers, by its own settings; tcp_poll_method: the Go runtime polls)"
	if d := cmp.Diff([]string{idle}, diags); d != "" {
		t.Errorf("diagnostics (-want +got):\n%s", d)
	}
	local3, _ := log.ParseFacility("LOG_LOCAL3")
	got := []any{
		p.Debug, p.Children, p.TCPChildren, p.LogStderr, p.LogFacility, p.LogName, p.LogPrefix, p.LogPrefixMode,
		p.AutoAliases, p.ServerSignature, p.MemLog, p.TCPLifetime, p.TCPAcceptNoCL, p.MaxWhileLoops, p.Fork, p.User, p.WorkDir, p.TCPKeepidle,
	}
	if d := cmp.Diff([]any{2, 6, 6, true, local3, "kam", "{$ci}", 1, false, false, 1, 1810, true, 0, false, "nobody", "/tmp", 20}, got); d != "" {
		t.Errorf("values (-want +got):\n%s", d)
	}
	for name, want := range map[string]int{
		"debug": 2, "children": 6, "log_stderror": 1, "disable_tls": 1, "enable_tls": 0, "tcp_max_connections": 2048,
		"memdbg": 5, "mem_dbg": 5, "use_dns_cache": 0, "listen": 0, "nosuch": 0,
	} {
		if got := p.Int(name); got != want {
			t.Errorf("Int(%q) = %d, want %d", name, got, want)
		}
	}
}

// What a configuration without a parameter runs with: Kamailio's defaults.
func TestDefaults(t *testing.T) {
	p, _ := collect(t, "children=0\nlisten=udp:127.0.0.1:17500", core.Overrides{})
	for name, want := range map[string]int{
		"debug": 0, "children": 8, "tcp_children": 8, "max_while_loops": 100, "max_recursive_level": 256, "log_stderror": 0,
		"memlog": 3, "corelog": -1, "server_signature": 1, "sip_warning": 0, "auto_aliases": 1, "fork": 1, "port": 5060,
		"tls_port_no": 5061, "tcp_connection_lifetime": 120, "tcp_connect_timeout": 10, "tcp_send_timeout": 10,
		"tcp_max_connections": 2048, "tls_max_connections": 2048, "tcp_accept_no_cl": 0, "disable_tcp": 0, "disable_tls": 1, "tcp_keepalive": 1,
	} {
		if got := p.Int(name); got != want {
			t.Errorf("Int(%q) = %d, want %d", name, got, want)
		}
	}
	if p.LogFacility != log.FacilityDaemon || p.WorkDir != "/" || p.RunDir != "/var/run/kamailio" {
		t.Errorf("facility %d, workdir %q, rundir %q", p.LogFacility, p.WorkDir, p.RunDir)
	}
}

// One mistake is one diagnostic, of the parser where it finds it: then only
// the place is compared.
func TestMistakes(t *testing.T) {
	for _, x := range []struct{ cfg, want string }{
		{"children=abc", "1:10 error: "},
		{`children="4"`, "1:10 error: "},
		{"children=-1", "1:10 error: "},
		{"children=99999999999", "1:10 error: children is out of range: 99999999999"},
		{"memlog=99999999999", "1:8 warning: memlog=99999999999 does not fit into 32 bits: as in Kamailio, it is 1215752191"},
		{"port=70000", "1:6 error: port is out of range: 70000"},
		{"debug=x", "1:7 error: "},
		{"log_stderror=maybe", "1:14 error: "},
		{"log_stderror=YES", "1:14 error: "},
		{"log_name=foo", "1:10 error: "},
		{"log_facility=LOG_LOCAL9", "1:14 error: log_facility takes a syslog facility, not LOG_LOCAL9"},
		{"tcp_poll_method=foo", "1:17 error: tcp_poll_method takes a poll method, not foo"},
		{`ipv6_hex_style="x"`, `1:16 error: ipv6_hex_style takes "a", "A" or "c", not "x"`},
		{"tos=256", "1:5 error: tos is out of range: 256"},
		{"tos=IPTOS_LOWDELAY", "1:5 warning: tos=IPTOS_LOWDELAY has no effect, in Kamailio 5.6 neither: packets carry 16"},
		{"chidren=4", "1:8 error: "},
		{"dns=yes", "1:1 error: dns is known in Kamailio, and olelo does not run it yet: a Via's host name is not looked up"},
		{"phone2tel=0", "1:1 error: phone2tel is known in Kamailio, and olelo does not run it yet: parameters of a user are always taken apart with user=phone"},
		{"socket={ name=\"x\"; }", `1:1 error: socket={name="x"}: bind is missing`},
		{"socket={ bind=udp:127.0.0.1:17501; virtual=\"no\"; }", `1:44 error: virtual of a socket takes yes or no, not "no"`},
		{"socket={ bind=udp:127.0.0.1:17501; vrf=\"blue\"; }", `1:36 error: socket.vrf is known in Kamailio, and olelo does not run it yet: sockets belong to no VRF device`},
		{"alias=tcp:*:99", "1:11 error: "},
		{`alias="a":99999`, "1:7 error: alias: 99999 is not a port"},
		{"a.b=-1", "1:5 error: "},
		{"a.b=word", "1:5 error: "},
		{"a.b=1\na.b=2", "2:1 error: the custom parameter a.b is there already"},
		{"flags A:32", "1:9 error: the flag A has no such bit: 32"},
		{"flags A:1, A:2", "1:14 error: the flag A is declared already"},
		{"flags A:1, B:1", "1:12 warning: the flags A and B are one: both are bit 1"},
	} {
		_, diags := collect(t, x.cfg+"\nlisten=udp:127.0.0.1:17500", core.Overrides{})
		if len(diags) != 1 || !strings.HasPrefix(diags[0], x.want) {
			t.Errorf("%s: got %q, want one that starts with %q", x.cfg, diags, x.want)
		}
	}
}

func TestLists(t *testing.T) {
	p, diags := collect(t, `
my.limit=10 desc "a-limit"
my.text="x"
alias="foo.bar" :5060
alias=udp:x.y:5070
alias=aa bb
alias=foo-bar.com:* udp:(l1.x, l2.x):5060 sctp:gone.x
kemi.pre_routing_callback="none"
flags A:1, B , C : 0x3
flags D
listen=udp:127.0.0.1:17500
`, core.Overrides{Aliases: []string{"tcp:cmd:99"}})
	idle := "7:1 info: 1 parameter has no effect here, which is safe (kemi.pre_routing_callback: only app_ modules have KEMI scripts)"
	if d := cmp.Diff([]string{idle}, diags); d != "" {
		t.Errorf("diagnostics (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]core.Alias{
		{Host: "foo.bar", Port: 5060},
		{Proto: transport.UDP, Host: "x.y", Port: 5070},
		{Host: "aa"},
		{Host: "bb"},
		{Host: "foo-bar.com"},
		{Proto: transport.UDP, Host: "l1.x", Port: 5060},
		{Proto: transport.UDP, Host: "l2.x", Port: 5060},
		{Proto: transport.TCP, Host: "cmd", Port: 99},
	}, p.Aliases); d != "" {
		t.Errorf("aliases (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]core.Custom{
		{Group: "my", Name: "limit", IsInt: true, Int: 10, Desc: "a-limit"},
		{Group: "my", Name: "text", Str: "x"},
	}, p.Custom); d != "" {
		t.Errorf("custom parameters (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]core.Flag{{"A", 1}, {"B", -1}, {"C", 3}, {"D", -1}}, p.Flags); d != "" {
		t.Errorf("flags (-want +got):\n%s", d)
	}
}

func TestOverrides(t *testing.T) {
	n := func(i int) *int { return &i }
	b := func(v bool) *bool { return &v }
	s := func(v string) *string { return &v }
	p, diags := collect(t, `
children=2
tcp_children=2
debug=2
log_stderror=no
auto_aliases=yes
workdir="/tmp"
listen=127.0.0.1:17500
`, core.Overrides{
		Children: n(3), TCPChildren: n(5), Debug: n(3), LogStderr: b(true), LogColor: b(true), AutoAliases: b(false),
		DisableTCP: b(true), WorkDir: s("/"), RunDir: s("/run/x"), ServerID: n(7), User: s("u"), Group: s("g"), Chroot: s("/c"),
	})
	if diags != nil {
		t.Errorf("diagnostics %q", diags)
	}
	got := []any{p.Children, p.TCPChildren, p.Debug, p.LogStderr, p.LogColor, p.AutoAliases, p.WorkDir, p.RunDir, p.ServerID, p.User, p.Group, p.Chroot}
	if d := cmp.Diff([]any{3, 5, 3, true, true, false, "/", "/run/x", 7, "u", "g", "/c"}, got); d != "" {
		t.Errorf("values (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"udp:127.0.0.1:17500"}, sockets(p)); d != "" {
		t.Errorf("sockets (-want +got):\n%s", d)
	}
	_, diags = collect(t, "listen=udp:127.0.0.1:17500", core.Overrides{CheckVia: b(true), ReceivedDNS: b(true), LogEngine: s("udp:x")})
	if d := cmp.Diff([]string{
		"0:0 warning: option -r has no effect, olelo does not run dns=yes yet: a Via's host name is not looked up",
		"0:0 error: option --log-engine is known in Kamailio, and olelo does not run it yet: olelo logs to standard error or to syslog",
	}, diags); d != "" {
		t.Errorf("options that olelo does not run (-want +got):\n%s", d)
	}
}

func TestTransport(t *testing.T) {
	p, _ := collect(t, "children=3\ntcp_connection_lifetime=1810\ntcp_max_connections=10\ntcp_conn_wq_max=65536\ntcp_keepidle=20\nlisten=127.0.0.1:17500\nenable_tls=yes", core.Overrides{})
	c := p.Transport()
	got := []any{len(c.Sockets), c.Children, c.Lifetime.String(), c.MaxConns, c.QueueMax, c.HighWater, c.KeepAlive.Idle.String(), c.KeepAlive.Interval.String(), c.KeepAlive.Count}
	if d := cmp.Diff([]any{3, 3, "30m10s", 10, 65536, 32768, "20s", "-1ns", -1}, got); d != "" {
		t.Errorf("transport (-want +got):\n%s", d)
	}
	if !p.DropTLS() || p.DropTLS() || len(p.Sockets) != 2 {
		t.Errorf("after DropTLS: %q", sockets(p))
	}
}

// Every parameter has one row, and says why where it does not run.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range core.All() {
		for _, n := range append(p.Aliases, p.Name) {
			if seen[n] {
				t.Errorf("%s is there twice", n)
			}
			seen[n] = true
		}
		if (p.Class == core.Runs) != (p.Why == "") || p.Takes == "" {
			t.Errorf("%+v", p)
		}
	}
}

func FuzzListen(f *testing.F) {
	for _, s := range []string{"udp:127.0.0.1:5060", "(127.0.0.1, ::1):9/1.2.3.4:8", "[::1]", "127.0.0.1:1-3", "udp:(", ":", "udp::", "[", "a:b:c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		// No host names: they would be looked up.
		if strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789.:[](),/- udptcls", r) }) {
			return
		}
		if strings.ContainsAny(strings.NewReplacer("udp", "", "tcp", "", "tls", "").Replace(s), "udptcls") || !strings.Contains(s, "127.0.0.1") {
			return
		}
		var l diag.List
		p := core.Collect(nil, core.Overrides{Listen: []string{s}}, &l)
		for _, k := range p.Sockets {
			if !k.Addr.IsValid() || k.Addr.Port() == 0 {
				t.Errorf("-l %q opens %+v", s, k)
			}
		}
	})
}

// TestIdentities: a start cannot become a user that the host does not have.
func TestIdentities(t *testing.T) {
	for text, want := range map[string][]string{
		"user=root":                         nil,
		"user=\"0\"\ngroup=\"0\"":           nil,
		"user=\"no-such-user\"":             {"1:1 error: this host has no user no-such-user"},
		"uid=nosuchuser\ngroup=nosuchgroup": {"1:1 error: this host has no user nosuchuser", "2:1 error: this host has no group nosuchgroup"},
		"user=nosuchuser\nuser=root":        nil,
	} {
		if _, got := collect(t, text, core.Overrides{}); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
