package core_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"olelo/modules/core"
	"olelo/pv"
	"olelo/runtime/forward"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

const options = `OPTIONS sip:alice@example.org:5070;transport=udp SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:17950;branch=z9hG4bKabc
From: <sip:bob@127.0.0.1>;tag=1
To: <sip:alice@example.org>
Call-ID: c1
CSeq: 1 OPTIONS
Max-Forwards: 70
Content-Length: 0

`

// host is a server with two flags and some sockets, which keeps where a
// request is sent on to.
type host struct {
	registrytest.Host
	sockets []*transport.Socket
	to      []sip.Hop
	err     error
}

func (h *host) Sockets() []*transport.Socket { return h.sockets }

func (h *host) FlagBit(name string) (int, bool) {
	bit, ok := map[string]int{"FL": 7, "G": 0}[name]
	return bit, ok
}

func (h *host) ForwardRequest(_ *registry.Ctx, to sip.Hop) error {
	h.to = append(h.to, to)
	return h.err
}

func (h *host) ForwardReply(*registry.Ctx, int, string) error { return errors.New("not asked for") }

func bench(t testing.TB, message string) (*registrytest.Bench, *host) {
	t.Helper()
	h := &host{}
	for _, s := range []string{"udp:127.0.0.1:17900", "udp:127.0.0.2:17905", "tcp:127.0.0.1:17900", "tcp:127.0.0.1:17903", "udp:[::1]:17902"} {
		proto, addr, _ := strings.Cut(s, ":")
		h.sockets = append(h.sockets, transport.NewSocket(transport.ParseProto(proto), netip.MustParseAddrPort(addr), "", ""))
	}
	m := core.New()
	if err := m.Provision(h); err != nil {
		t.Fatal(err)
	}
	b := registrytest.New(t, map[string]registry.Module{"core": m, "pv": pv.New()})
	if message != "" {
		b.Message(message)
	}
	return b, h
}

// bindError binds a call and returns its error, "" where there is none.
func bindError(b *registrytest.Bench, name string, args ...any) string {
	if _, err := b.Call(name, args...); err != nil {
		return err.Error()
	}
	return ""
}

var callText = regexp.MustCompile(`^(\w+)\((?:"(.*)"|(\d*))\)$`)

// testdata/uri.tsv has what Kamailio 5.6.3 made of URIs: call, URI, return
// code, new URI. Where that is no URI (some that it could not read back itself,
// <null> there) olelo does otherwise.
func TestRewrite(t *testing.T) {
	diverges := map[string]string{ // "" leaves the URI as it was and returns -1
		`setuserpass("u:p") tel:+123;x=y`:                     "",
		`setuserpass("u:p") sip:al%20ice;isub=1@h;user=phone`: "sip:u;isub=1:p@h;user=phone",
		`prefix("") sip:example.org`:                          "sip:example.org",
		`setuser("") tel:+123;x=y`:                            "",
		`setuser("") sip:al%20ice;isub=1@h;user=phone`:        "sip:h;user=phone",
		`strip(50) tel:+123;x=y`:                              "",
		`strip(5) tel:+123;x=y`:                               "",
		`strip(50) sip:al%20ice;isub=1@h;user=phone`:          "sip:h;user=phone",
		`strip_tail(50) tel:+123;x=y`:                         "",
		`strip_tail(5) tel:+123;x=y`:                          "",
		`strip_tail(50) sip:al%20ice;isub=1@h;user=phone`:     "sip:h;user=phone",
	}
	data, err := os.ReadFile("testdata/uri.tsv")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := bench(t, options)
	rows := 0
	for _, row := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		f := strings.Split(row, "\t")
		call := callText.FindStringSubmatch(f[0])
		if len(f) != 4 || call == nil {
			t.Fatalf("row %q", row)
		}
		var args []any
		switch {
		case call[3] != "":
			n, _ := strconv.Atoi(call[3])
			args = append(args, n)
		case strings.Contains(f[0], `"`):
			args = append(args, call[2])
		}
		wantRC, want := f[2], f[3]
		if other, ok := diverges[f[0]+" "+f[1]]; ok {
			if other == want {
				t.Errorf("%s of <%s> does not diverge", f[0], f[1])
			}
			wantRC, want = "1", other
			if other == "" {
				wantRC, want = "-1", f[1]
			}
		}
		b.Message(strings.Replace(options, "sip:alice@example.org:5070;transport=udp", f[1], 1))
		rc := b.Run(call[1], args...)
		if got := b.C.Msg.RURI(); got != want || strconv.Itoa(rc) != wantRC {
			t.Errorf("%s makes <%s> <%s> (%d), want <%s> (%s)", f[0], f[1], got, rc, want, wantRC)
		}
		if rc < 0 && b.Logged() == "" {
			t.Errorf("%s of <%s> fails without a word", f[0], f[1])
		}
		rows++
	}
	if rows < 150 {
		t.Errorf("%d rows only", rows)
	}
}

// Texts that can never stand in a URI: Kamailio takes them and breaks the URI.
func TestRewriteBadText(t *testing.T) {
	for _, c := range []struct{ fn, text, says string }{
		{"rewritehost", "", "is not a host"},
		{"rewritehost", "$rU", "is not a host"},
		{"sethost", "a b", "is not a host"},
		{"rewritehostport", ":5060", "is not host:port"},
		{"sethostporttrans", "h;", "is not host:port;transport=…"},
		{"rewriteport", "x", "is not a port"},
		{"rewriteport", "70000", "is not a port"},
		{"rewriteuser", "$fU", "is not a user"},
		{"rewriteuser", "a[b", "is not a user"},
		{"prefix", "a@b", "is not a user"},
		{"rewriteuri", "garbage", "malformed URI"},
	} {
		b, _ := bench(t, options)
		rc := b.Run(c.fn, c.text)
		if uri := b.C.Msg.RURI(); rc != -1 || uri != "sip:alice@example.org:5070;transport=udp" {
			t.Errorf("%s(%q) gives %d, <%s>", c.fn, c.text, rc, uri)
		}
		if len(b.Warned) != 1 || !strings.Contains(b.Warned[0], c.says) {
			t.Errorf("%s(%q) warns %q, want %q", c.fn, c.text, b.Warned, c.says)
		}
		if l := b.Logged(); !strings.Contains(l, c.says) {
			t.Errorf("%s(%q) logs %q", c.fn, c.text, l)
		}
	}
	b, _ := bench(t, options)
	// Two ports fit no URI, but only this request has one already.
	if b.Run("rewritehost", "h:99") != -1 || b.Logged() == "" || len(b.Warned) != 0 {
		t.Error("a second port was set")
	}
	// Nor does a host with _ behind a user.
	if b.Run("rewritehost", "h_h") != -1 || b.Logged() == "" || len(b.Warned) != 0 {
		t.Error("h_h was set behind a user")
	}
	b.C.Msg.SetRURI("sip:a@b")
	if b.Run("rewritehost", "h:99") != 1 || b.C.Msg.RURI() != "sip:a@h:99" {
		t.Errorf("<%s>", b.C.Msg.RURI())
	}
}

func TestRewriteWithout(t *testing.T) {
	for _, c := range []struct{ uri, fn, arg, want string }{
		{"sip:a@h;user=ip;transport=udp;b?x=y", "sethostporttrans", "k;transport=tls", "sip:a@k;transport=tls;user=ip;b?x=y"},
		{"sip:a@h;Transport=udp", "sethostporttrans", "k", "sip:a@k"},
		{"sip:a@h;lr;Transport=udp", "sethostporttrans", "k", "sip:a@k;lr"},
		{"sip:a@h;user=ip;x", "userphone", "", "sip:a@h;x;user=phone"},
		{"sip:a@h;USER=phone", "userphone", "", "sip:a@h;USER=phone"},
		{"sip:+1;user=phone@h", "userphone", "", "sip:+1;user=phone@h;user=phone"},
	} {
		b, _ := bench(t, options)
		b.C.Msg.SetRURI(c.uri)
		var args []any
		if c.arg != "" {
			args = append(args, c.arg)
		}
		b.Run(c.fn, args...)
		if got := b.C.Msg.RURI(); got != c.want {
			t.Errorf("%s(%s) of <%s>: <%s>, want <%s>", c.fn, c.arg, c.uri, got, c.want)
		}
	}
}

func TestNotRewritten(t *testing.T) {
	b, _ := bench(t, "SIP/2.0 200 OK\nVia: SIP/2.0/UDP h\nCSeq: 1 OPTIONS\n\n")
	for _, fn := range []string{"rewritehost", "seturi", "prefix"} {
		arg := map[string]string{"seturi": "sip:a@b"}[fn]
		if arg == "" {
			arg = "x"
		}
		if rc := b.Run(fn, arg); rc != -1 || !strings.Contains(b.Logged(), "only a request has a request URI") {
			t.Errorf("%s gives %d in a reply", fn, rc)
		}
	}
	if b.Run("revert_uri") != -1 {
		t.Error("revert_uri is true in a reply")
	}
	b.Message(strings.Replace(options, "sip:alice@example.org:5070;transport=udp", "urn:service:sos", 1))
	if b.Run("rewritehost", "h") != -1 || b.C.Msg.RURI() != "urn:service:sos" {
		t.Errorf("a URN becomes <%s>", b.C.Msg.RURI())
	}
	for _, c := range [][]any{{"strip", -1}, {"strip_tail", "x"}} {
		if bindError(b, c[0].(string), c[1]) == "" {
			t.Errorf("%v is bound", c)
		}
	}
}

// As Kamailio 5.6.3, with flags FL:7, G.
func TestFlags(t *testing.T) {
	b, _ := bench(t, options)
	for _, c := range []struct {
		fn   string
		flag any
		rc   int
		mf   string
	}{
		{"setflag", 3, 1, "8"},
		{"isflagset", 3, 1, "8"},
		{"isflagset", 4, -1, "8"},
		{"resetflag", 3, 1, "0"},
		{"setflag", "FL", 1, "128"},
		{"setflag", "G", 1, "129"},
		{"setflag", 31, 1, "2147483777"},
		{"setflag", 0, 1, "2147483777"},
	} {
		if rc := b.Run(c.fn, c.flag); rc != c.rc {
			t.Errorf("%s(%v) gives %d, want %d", c.fn, c.flag, rc, c.rc)
		}
		if got := b.Eval("$mf"); got != c.mf {
			t.Errorf("after %s(%v), $mf is %s, want %s", c.fn, c.flag, got, c.mf)
		}
	}
	for flag, want := range map[any]string{32: "no flag 32", -1: "no flag -1", "nope": `"nope" is not declared`, "3": `"3" is not declared`} {
		for _, fn := range []string{"setflag", "resetflag", "isflagset"} {
			if got := bindError(b, fn, flag); !strings.Contains(got, want) {
				t.Errorf("%s(%v): %q, want %q", fn, flag, got, want)
			}
		}
	}
	none, _ := bench(t, "")
	for _, fn := range []string{"setflag", "resetflag", "isflagset"} {
		if none.Run(fn, 1) != -1 {
			t.Errorf("%s is true without a message", fn)
		}
	}
}

func TestLog(t *testing.T) {
	b, _ := bench(t, options)
	b.C.Log.SetLevel(log.Info)
	for _, c := range []struct {
		args []any
		want string
	}{
		{[]any{"plain"}, ""}, // level 4
		{[]any{3, "debug"}, ""},
		{[]any{2, "lvl2 $ru"}, " 1(4711) INFO: <script>: lvl2 $ru\n"},
		{[]any{1, "lvl1"}, " 1(4711) NOTICE: <script>: lvl1\n"},
		{[]any{0, "lvl0"}, " 1(4711) WARNING: <script>: lvl0\n"},
	} {
		if rc := b.Run("log", c.args...); rc != 1 {
			t.Errorf("log%v gives %d", c.args, rc)
		}
		if got := b.Logged(); got != c.want {
			t.Errorf("log%v writes %q, want %q", c.args, got, c.want)
		}
	}
	b.C.Log.SetLevel(4)
	b.Run("log", "plain")
	if got, want := b.Logged(), " 1(4711) DEBUG: <script>: plain\n"; got != want {
		t.Errorf("at debug=4: %q, want %q", got, want)
	}
	if rc := b.Run("error", "a", "b"); rc != 1 || !strings.Contains(b.Logged(), "NOTICE") {
		t.Errorf("error() gives %d", rc)
	}
}

// Where Kamailio 5.6.3 sends a request on to.
func TestForward(t *testing.T) {
	type args = []any
	for _, c := range []struct {
		name string
		tcp  bool
		ruri string
		du   string
		fn   string
		args args
		want sip.Hop
	}{
		{"request URI", false, "", "", "forward", nil, sip.Hop{Transport: "udp", Host: "example.org", Port: 5070}},
		{"destination URI", true, "", "sip:127.0.0.1:17951", "forward", nil, sip.Hop{Host: "127.0.0.1", Port: 17951}},
		{"its transport", false, "", "sip:127.0.0.1:17951;transport=TCP", "forward", nil, sip.Hop{Transport: "TCP", Host: "127.0.0.1", Port: 17951}},
		{"sips", false, "", "sips:h", "forward", nil, sip.Hop{Transport: "tls", Host: "h"}},
		{"no maddr", false, "", "sip:127.0.0.1:17951;maddr=127.0.0.9", "forward", nil, sip.Hop{Host: "127.0.0.1", Port: 17951}},
		{"host, port", false, "sip:a@b;transport=tcp", "", "forward", args{"127.0.0.1", 17951}, sip.Hop{Transport: "udp", Host: "127.0.0.1", Port: 17951}},
		{"over the transport it came by", true, "", "", "forward", args{"127.0.0.1", 17951}, sip.Hop{Transport: "tcp", Host: "127.0.0.1", Port: 17951}},
		{"host", false, "", "", "forward", args{"127.0.0.1"}, sip.Hop{Transport: "udp", Host: "127.0.0.1"}},
		{"uri:host", false, "sip:a@127.0.0.1:17951;transport=tcp", "", "forward", args{"uri:host"}, sip.Hop{Transport: "tcp", Host: "127.0.0.1", Port: 5060}},
		{"uri:host, port", false, "sip:a@127.0.0.1;transport=tcp", "", "forward", args{"uri:host", 17951}, sip.Hop{Transport: "tcp", Host: "127.0.0.1", Port: 17951}},
		{"uri:host, uri:port", false, "sip:a@127.0.0.1:17950", "sip:127.0.0.1:17951;transport=tcp", "forward", args{"uri:host", "uri:port"}, sip.Hop{Transport: "tcp", Host: "127.0.0.1", Port: 17951}},
		{"tcp", false, "", "", "forward_tcp", args{"127.0.0.1", 17951}, sip.Hop{Transport: "tcp", Host: "127.0.0.1", Port: 17951}},
		{"udp", true, "", "", "forward_udp", args{"uri:host", "uri:port"}, sip.Hop{Transport: "udp", Host: "example.org", Port: 5070}},
		{"tls", false, "", "", "forward_tls", args{"h", 1}, sip.Hop{Transport: "tls", Host: "h", Port: 1}},
	} {
		b, h := bench(t, options)
		if c.tcp {
			b.C.Recv.Proto = transport.TCP
		}
		if c.ruri != "" {
			b.C.Msg.SetRURI(c.ruri)
		}
		b.C.Msg.SetDstURI(c.du)
		if rc := b.Run(c.fn, c.args...); rc != 1 {
			t.Errorf("%s: %d, %s", c.name, rc, b.Logged())
		}
		if len(h.to) != 1 || h.to[0] != c.want {
			t.Errorf("%s: to %+v, want %+v", c.name, h.to, c.want)
		}
	}
}

func TestForwardFails(t *testing.T) {
	b, h := bench(t, options)
	h.err = errors.New("no way")
	if rc := b.Run("forward"); rc != -1 || !strings.Contains(b.Logged(), "forward: the request is not sent on: no way") {
		t.Errorf("gives %d", rc)
	}
	h.err = fmt.Errorf("to x: %w", forward.ErrDropped)
	if rc := b.Run("forward"); rc != -1 || b.Logged() != "" {
		t.Errorf("a dropped one gives %d", rc)
	}
	h.to, h.err = nil, nil
	b.C.Msg.SetDstURI("garbage")
	if rc := b.Run("forward"); rc != -1 || len(h.to) != 0 || !strings.Contains(b.Logged(), "<garbage>") {
		t.Errorf("a bad URI gives %d, %v", rc, h.to)
	}
	b.Message("SIP/2.0 200 OK\nVia: SIP/2.0/UDP h\nCSeq: 1 OPTIONS\n\n")
	if rc := b.Run("forward"); rc != -1 || len(h.to) != 0 {
		t.Errorf("a reply gives %d", rc)
	}
	for want, args := range map[string][]any{
		"is not a host":       {"a b"},
		"is not a port":       {"h", 70000},
		`"uri:port" is not`:   {"h", "uri:port"},
		`"x" is not a port`:   {"h", "x"},
		`"$du" is not a host`: {"$du", 5060},
	} {
		if got := bindError(b, "forward", args...); !strings.Contains(got, want) {
			t.Errorf("forward%v: %q, want %q", args, got, want)
		}
	}
	alone := registrytest.New(t, map[string]registry.Module{"core": core.New()})
	if bindError(alone, "forward") == "" {
		t.Error("forward is bound where nothing can be sent")
	}
}

func TestSendState(t *testing.T) {
	b, h := bench(t, options)
	s := &b.C.State
	for _, c := range []struct {
		fn  string
		is  func() bool
		arg any
	}{
		{"force_rport", func() bool { return s.ForceRPort }, nil},
		{"add_rport", func() bool { return s.ForceRPort }, nil},
		{"add_local_rport", func() bool { return s.LocalRPort }, nil},
		{"set_forward_close", func() bool { return s.Forwarding.Close }, nil},
		{"set_forward_no_connect", func() bool { return s.Forwarding.NoConnect }, nil},
		{"set_reply_close", func() bool { return s.Replying.Close }, nil},
		{"set_reply_no_connect", func() bool { return s.Replying.NoConnect }, nil},
		{"set_advertised_address", func() bool { return s.AdvertisedHost == "adv.example" }, "adv.example"},
		{"set_advertised_address", func() bool { return s.AdvertisedHost == "[2001:db8::1]" }, "2001:db8::1"},
		{"set_advertised_port", func() bool { return s.AdvertisedPort == 7777 }, 7777},
		{"udp_mtu_try_proto", func() bool { return true }, "TCP"},
		{"force_send_socket", func() bool { return s.SendSocket == h.sockets[1] }, "127.0.0.2"},
		{"force_send_socket", func() bool { return s.SendSocket == h.sockets[0] }, "127.0.0.1:17900"},
		{"force_send_socket", func() bool { return s.SendSocket == h.sockets[2] }, "tcp:127.0.0.1"},
		{"force_send_socket", func() bool { return s.SendSocket == h.sockets[3] }, "tcp:127.0.0.1:17903"},
		{"force_send_socket", func() bool { return s.SendSocket == h.sockets[4] }, "udp:[::1]:17902"},
		{"force_send_socket", func() bool { return s.SendSocket == h.sockets[4] }, "[::1]"},
	} {
		b.C.EndMessage()
		if c.fn != "udp_mtu_try_proto" && c.is() {
			t.Errorf("%s: a new message has the state of the one before", c.fn)
		}
		var args []any
		if c.arg != nil {
			args = append(args, c.arg)
		}
		if rc := b.Run(c.fn, args...); rc != 1 || !c.is() {
			t.Errorf("%s%v gives %d, state %+v", c.fn, args, rc, s.SendSocket)
		}
	}
	for _, c := range []struct {
		fn   string
		arg  any
		want string
	}{
		{"force_send_socket", "udp:127.0.0.1:1", "does not listen on udp:127.0.0.1:1; it has udp:127.0.0.1:17900"},
		{"force_send_socket", "udp:127.0.0.1:17903", "does not listen"},
		{"force_send_socket", "localhost", "is no IP address"},
		{"force_send_socket", "127.0.0.1:x", "is not a port"},
		{"set_advertised_address", "a.b:5060", "is not a host"},
		{"set_advertised_address", "$var(x)", "is not a host"},
		{"set_advertised_port", 0, "is not a port"},
		{"set_advertised_port", "99", "is not a port"},
		{"udp_mtu_try_proto", "WS", "is wanted"},
	} {
		if got := bindError(b, c.fn, c.arg); !strings.Contains(got, c.want) {
			t.Errorf("%s(%v): %q, want %q", c.fn, c.arg, got, c.want)
		}
	}
}

func TestExec(t *testing.T) {
	b, _ := bench(t, options)
	file := filepath.Join(t.TempDir(), "made")
	if rc := b.Run("exec", "echo $((6*7)) > '"+file+"'"); rc != 1 {
		t.Errorf("gives %d", rc)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "42\n" {
		t.Errorf("the command made %q, %v", got, err)
	}
	b.Logged()
	if rc := b.Run("exec", "exit 3"); rc != 1 || !strings.Contains(b.Logged(), "exit status 3") {
		t.Errorf("a failing command gives %d", rc)
	}
}

// The routes in which Kamailio 5.6.3 takes the functions: all of them, but
// onsend_route refuses what would change the message.
func TestRoutes(t *testing.T) {
	onSend := map[string]bool{
		"log": true, "setflag": true, "resetflag": true, "isflagset": true,
		"set_forward_close": true, "set_forward_no_connect": true, "set_reply_close": true, "set_reply_no_connect": true,
	}
	for _, f := range core.New().Exports().Funcs {
		want := registry.Any
		if !onSend[f.Name] {
			want &^= registry.OnSend
		}
		if f.Routes != want {
			t.Errorf("%s may stand in %v, want %v", f.Name, f.Routes, want)
		}
		if f.Doc == "" {
			t.Errorf("%s has no description", f.Name)
		}
	}
}

func TestCoreVariables(t *testing.T) {
	b, _ := bench(t, options)
	b.C.RC = 7
	if got := b.Eval("$rc"); got != "7" {
		t.Errorf("$rc is %s", got)
	}
}

func TestDoesNotAllocate(t *testing.T) {
	b, h := bench(t, options)
	h.to = make([]sip.Hop, 0, 4096)
	calls := []registry.Call{}
	for _, c := range [][]any{
		{"setflag", 3},
		{"isflagset", "FL"},
		{"force_rport"},
		{"set_reply_no_connect"},
		{"forward"},
		{"rewritehostporttrans", "h:99;transport=tcp"},
		{"prefix", "00"},
		{"strip", 2},
		{"revert_uri"},
		{"log", "not shown"},
	} {
		call, err := b.Call(c[0].(string), c[1:]...)
		if err != nil {
			t.Fatal(err)
		}
		calls = append(calls, call)
	}
	text := b.C.Msg.Raw()
	if n := testing.AllocsPerRun(100, func() {
		if b.C.Msg.Parse(text) != nil {
			t.Fatal("no message")
		}
		for _, call := range calls {
			call(b.C)
		}
		b.C.EndMessage()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
