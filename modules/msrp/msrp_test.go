package msrp

import (
	"errors"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"olelo/runtime/log"
	"olelo/runtime/msrp"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// server is the module in a server that sends nothing and records what it
// would have sent.
type server struct {
	*registrytest.Bench
	registrytest.Host
	m     *Module
	f     msrp.Frame
	sent  []sent
	fail  error // what Send returns
	every []time.Duration
	route func(c *registry.Ctx)
}

type sent struct {
	dest  transport.Dest
	bytes string
	from  *transport.Conn
}

func (s *server) Log() *log.Logger { return s.C.Log }
func (s *server) EventRoute(name string) registry.Block {
	return map[string]registry.Block{frameIn: s}[name]
}
func (s *server) Every(d time.Duration, _ func(*registry.Ctx)) { s.every = append(s.every, d) }
func (s *server) Net() registry.Net                            { return s }
func (s *server) Sockets() []*transport.Socket                 { return []*transport.Socket{sock} }
func (s *server) Module(string) (registry.Module, bool)        { return nil, false }
func (s *server) NewCtx() *registry.Ctx                        { return s.C }
func (s *server) RPC() registry.RPCs                           { return nil }
func (s *server) Global(string) int                            { return 0 }

func (s *server) Send(d *transport.Dest, b []byte, from *transport.Conn) error {
	if s.fail != nil {
		return s.fail
	}
	s.sent = append(s.sent, sent{*d, string(b), from})
	return nil
}

func (s *server) IsLocal(transport.Proto, netip.AddrPort) bool { return false }

func (s *server) FindSocket(text string) *transport.Socket {
	if text == sock.Text {
		return sock
	}
	return nil
}

// Run is the event route.
func (s *server) Run(c *registry.Ctx, _ registry.Mask) int { s.route(c); return 1 }

var (
	sock = &transport.Socket{Proto: transport.TCP, Addr: netip.MustParseAddrPort("127.0.0.1:17100"), Text: "tcp:127.0.0.1:17100"}
	conn = &transport.Conn{}
	src  = netip.MustParseAddrPort("127.0.0.1:41816")
)

func start(t testing.TB, change func(*Module)) *server {
	t.Helper()
	s := &server{m: New()}
	if change != nil {
		change(s.m)
	}
	s.Bench = registrytest.New(t, map[string]registry.Module{"msrp": s.m})
	if err := s.m.Provision(s); err != nil {
		t.Fatal(err)
	}
	if err := s.m.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// frame routes text, with \n as line end, and lets do be the route.
func (s *server) frame(text string, do func()) {
	s.T.Helper()
	s.sent = nil
	if err := s.f.Parse([]byte(crlf(text))); err != nil {
		s.T.Fatal(err)
	}
	s.C.Recv = &transport.Recv{Proto: transport.TCP, Src: src, SrcIP: "127.0.0.1", Socket: sock, Conn: conn}
	s.C.Msg = &sip.Message{}
	s.route = func(*registry.Ctx) { do() }
	s.m.HandleFrame(s.C, &s.f)
	s.C.Frame = nil
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// send is a frame of this method, or code and text, with this To-Path.
func send(method, to string) string {
	return "MSRP 6aef " + method + "\nTo-Path: " + to + "\nFrom-Path: msrp://127.0.0.1:7965/bar;tcp\nMessage-ID: 87652\n\nHi\n-------6aef$\n"
}

const (
	me   = "msrp://127.0.0.1:17100/kj;tcp"
	next = "msrp://127.0.0.1:17110/n;tcp"
)

func addr(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

func (s *server) check(want ...sent) {
	s.T.Helper()
	for i := range want {
		want[i].bytes, want[i].from = crlf(want[i].bytes), conn
	}
	if !slices.Equal(want, s.sent) {
		s.T.Errorf("sent\n%+v\nwant\n%+v", s.sent, want)
	}
}

// The frames and return codes in these tests are Kamailio 5.6.3's, where not
// said otherwise.

func TestRelay(t *testing.T) {
	s := start(t, nil)
	relayed := "MSRP 6aef SEND\nTo-Path: " + next + "\nFrom-Path: " + me + " msrp://127.0.0.1:7965/bar;tcp\nMessage-ID: 87652\n\nHi\n-------6aef$\n"
	dest := transport.Dest{Proto: transport.TCP, Addr: addr("127.0.0.1:17110")}

	rc := func(want int, name string, args ...any) {
		t.Helper()
		if got := s.call(name, args...); got != want {
			t.Errorf("%s%v = %d, want %d", name, args, got, want)
		}
	}
	s.frame(send("SEND", me+" "+next), func() { rc(1, "msrp_relay"); rc(1, "msrp_relay") })
	s.check(sent{dest: dest, bytes: relayed}, sent{dest: dest, bytes: relayed})

	for flags, d := range map[int]transport.Dest{
		0: dest,
		1: {Proto: transport.TCP, Addr: dest.Addr, NoConnect: true},
		2: {Proto: transport.TCP, Addr: dest.Addr, CloseAfter: true},
		3: {Proto: transport.TCP, Addr: dest.Addr, NoConnect: true, CloseAfter: true},
	} {
		s.frame(send("SEND", me+" "+next), func() {
			rc(1, "msrp_relay_flags", flags&1)
			rc(1, "msrp_relay_flags", flags&2) // or-ed
			rc(1, "msrp_relay")
		})
		s.check(sent{dest: d, bytes: relayed})
	}
	// Flags and destination do not outlive their frame.
	s.frame(send("SEND", me+" "+next), func() { rc(1, "msrp_relay") })
	s.check(sent{dest: dest, bytes: relayed})

	for _, to := range []string{me, me + " foo", me + " msrp://127.0.0.1:1/x;ws", me + " msrp://[1::2::3]:1/x;tcp"} {
		s.frame(send("SEND", to), func() { rc(-1, "msrp_relay") })
		s.check()
	}
	s.frame(send("200 OK", me), func() { rc(-1, "msrp_relay") })
	s.check()

	for in, want := range map[string]transport.Dest{
		"msrp://127.0.0.1/x;tcp":      {Proto: transport.TCP, Addr: addr("127.0.0.1:5060")},
		"msrps://127.0.0.1:9/x;tcp":   {Proto: transport.TLS, Addr: addr("127.0.0.1:9")},
		"MSRP://[::1]:9/x;TCP":        {Proto: transport.TCP, Addr: addr("[::1]:9")},
		"msrp://[::ffff:1.2.3.4]:9/x": {Proto: transport.TCP, Addr: addr("1.2.3.4:9")},
	} {
		s.frame(send("REPORT", me+" "+in), func() { rc(1, "msrp_relay") })
		if len(s.sent) != 1 || s.sent[0].dest != want {
			t.Errorf("%s: %+v", in, s.sent)
		}
	}
}

// call binds a function and calls it; Run is the event route.
func (s *server) call(name string, args ...any) int {
	s.T.Helper()
	return s.Bench.Run(name, args...)
}

func TestRelayFails(t *testing.T) {
	for _, err := range []error{transport.ErrNoConnection, transport.ErrPeerGone, transport.ErrNoTLS} {
		s := start(t, nil)
		s.fail = err
		s.frame(send("SEND", me+" "+next), func() {
			if rc := s.call("msrp_relay"); rc != -1 {
				t.Errorf("%v: %d", err, rc)
			}
		})
		if l := s.Logged(); !strings.Contains(l, "frame 6aef (SEND) is not sent to tcp:127.0.0.1:17110: "+err.Error()) ||
			!strings.Contains(l, "the answer 408 to frame 6aef") { // which this transport does not take either
			t.Errorf("logged %q", l)
		}
		s.check()
	}
}

// A peer that does not read holds its senders back; when that has gone on for
// too long, they are told. Kamailio closes the peer and tells nobody.
func TestQueueFull(t *testing.T) {
	s := start(t, nil)
	full := func(frame string, after func()) {
		s.frame(frame, func() {
			s.fail = transport.ErrQueueFull
			s.call("msrp_relay")
			s.fail = nil
			after()
		})
	}
	to := transport.Dest{Proto: transport.TCP, Addr: src, Socket: sock, Conn: conn}
	full(send("SEND", me+" "+next), func() {})
	s.check(sent{dest: to, bytes: "MSRP 6aef 408 Not Delivered\nTo-Path: msrp://127.0.0.1:7965/bar;tcp\nFrom-Path: " + me + "\nMessage-ID: 87652\n-------6aef$\n"})
	full(send("SEND", me+" "+next), func() { s.call("msrp_reply", "480", "Mine") })
	s.check(sent{dest: to, bytes: "MSRP 6aef 480 Mine\nTo-Path: msrp://127.0.0.1:7965/bar;tcp\nFrom-Path: " + me + "\nMessage-ID: 87652\n-------6aef$\n"})
	for _, none := range []string{
		send("REPORT", me+" "+next), send("200 OK", me+" "+next),
		strings.Replace(send("SEND", me+" "+next), "Message-ID: 87652", "Failure-Report: no", 1),
	} {
		full(none, func() {})
		s.check()
	}
}

func TestUndelivered(t *testing.T) {
	s := start(t, nil)
	relayed := func(method, headers string) []byte {
		return []byte(crlf("MSRP t " + method + "\nTo-Path: " + next + "\nFrom-Path: " + me + " msrp://alice;tcp\n" + headers + "-------t$\n"))
	}
	s.m.Undelivered(s.C, relayed("SEND", ""), conn)
	s.check(sent{
		dest:  transport.Dest{Proto: conn.Proto(), Conn: conn, NoConnect: true},
		bytes: "MSRP t 408 Not Delivered\nTo-Path: msrp://alice;tcp\nFrom-Path: " + me + "\n-------t$\n",
	})
	s.sent = nil
	for _, none := range [][]byte{
		relayed("SEND", "Failure-Report: no\n"), relayed("REPORT", ""), relayed("200 OK", ""), []byte("\r\n"), []byte("SIP/2.0 200 OK\r\n\r\n"),
	} {
		s.m.Undelivered(s.C, none, conn)
	}
	s.m.Undelivered(s.C, relayed("SEND", ""), nil)
	s.check()
}

// A SEND that the script has answered is over: that it was lost is reported.
func TestUndeliveredAfterAnswer(t *testing.T) {
	s := start(t, nil)
	s.frame(send("SEND", me+" "+next), func() {
		s.call("msrp_reply", "200", "Received")
		s.call("msrp_relay")
	})
	if len(s.sent) != 2 {
		t.Fatalf("sent %+v, want the answer and the frame", s.sent)
	}
	lost := []byte(s.sent[1].bytes)
	s.sent = nil
	s.m.Undelivered(s.C, lost, conn)
	if len(s.sent) != 1 || !strings.Contains(s.sent[0].bytes, " REPORT\r\nTo-Path: ") || !strings.Contains(s.sent[0].bytes, "\r\nStatus: 000 408 Not Delivered\r\n") {
		t.Errorf("sent %+v, want a REPORT", s.sent)
	}
	s.sent = nil
	s.m.Undelivered(s.C, lost, conn) // told once as a report; the transaction is forgotten
	if len(s.sent) != 1 || !strings.Contains(s.sent[0].bytes, " 408 Not Delivered\r\n") {
		t.Errorf("sent %+v, want a 408", s.sent)
	}
}

func TestSetDst(t *testing.T) {
	s := start(t, nil)
	for _, c := range []struct {
		addr, sock string
		rc         int
		dest       transport.Dest
	}{
		{"", "", -1, transport.Dest{Proto: transport.TCP, Addr: addr("127.0.0.9:9")}},
		{next, "tcp:127.0.0.1:17100", 1, transport.Dest{Proto: transport.TCP, Addr: addr("127.0.0.1:17110"), Socket: sock}},
		{"msrp://127.0.0.1:17110", "", 1, transport.Dest{Proto: transport.TCP, Addr: addr("127.0.0.1:17110")}},
		{next, "tcp:127.0.0.1:9", 1, transport.Dest{Proto: transport.TCP, Addr: addr("127.0.0.1:17110")}},
		{next, "foo", 1, transport.Dest{Proto: transport.TCP, Addr: addr("127.0.0.1:17110")}},
		{"foo", "", -1, transport.Dest{Proto: transport.TCP, Addr: addr("127.0.0.9:9")}},
		{"<null>", "<null>", -1, transport.Dest{Proto: transport.TCP, Addr: addr("127.0.0.9:9")}},
		{"sip:x", "", -1, transport.Dest{Proto: transport.TCP, Addr: addr("127.0.0.9:9")}},
	} {
		s.frame(send("SEND", me+" msrp://127.0.0.9:9/x;tcp"), func() {
			if rc := s.call("msrp_set_dst", c.addr, c.sock); rc != c.rc {
				t.Errorf("%s %s: %d", c.addr, c.sock, rc)
			}
			s.call("msrp_relay")
		})
		if len(s.sent) != 1 || s.sent[0].dest != c.dest {
			t.Errorf("%s %s: %+v", c.addr, c.sock, s.sent)
		}
	}
	// It still needs two URIs.
	s.frame(send("SEND", me), func() {
		s.call("msrp_set_dst", next, "")
		if rc := s.call("msrp_relay"); rc != -1 {
			t.Error(rc)
		}
	})
	s.check()
}

func TestReply(t *testing.T) {
	s := start(t, nil)
	to := transport.Dest{Proto: transport.TCP, Addr: src, Socket: sock, Conn: conn}
	reply := func(code, rest string) string {
		return "MSRP 6aef " + code + "\nTo-Path: msrp://127.0.0.1:7965/bar;tcp\nFrom-Path: " + me + "\nMessage-ID: 87652\n" + rest + "-------6aef$\n"
	}
	s.frame(send("SEND", me), func() {
		for _, args := range [][]any{{"200", "OK"}, {"403", "a b c", "X: y\r\nZ: k\r\n"}, {"400", "t", ""}, {"999", ""}} {
			if rc := s.call("msrp_reply", args...); rc != 1 {
				t.Errorf("%v: %d", args, rc)
			}
		}
	})
	s.check(sent{dest: to, bytes: reply("200 OK", "")}, sent{dest: to, bytes: reply("403 a b c", "X: y\nZ: k\n")}, sent{dest: to, bytes: reply("400 t", "")}, sent{dest: to, bytes: reply("999 ", "")})

	for flags, d := range map[int]transport.Dest{
		1: {Proto: transport.TCP, Conn: conn, NoConnect: true},
		2: {Proto: transport.TCP, Addr: src, Socket: sock, Conn: conn, CloseAfter: true},
		3: {Proto: transport.TCP, Conn: conn, NoConnect: true, CloseAfter: true},
	} {
		s.frame(send("SEND", me), func() {
			s.call("msrp_reply_flags", flags)
			s.call("msrp_reply", "200", "OK")
		})
		s.check(sent{dest: d, bytes: reply("200 OK", "")})
	}
	for _, method := range []string{"200 OK", "REPORT"} { // Kamailio answers a REPORT
		s.frame(send(method, me), func() {
			if rc := s.call("msrp_reply", "200", "OK"); rc != 1 {
				t.Errorf("%s: %d", method, rc)
			}
		})
		s.check()
	}
	// Kamailio sends these, which breaks the frame.
	for _, args := range [][]any{{"abc", "t"}, {"4", "t"}, {"", "t"}, {"2000", "t"}, {"200", "a\r\nX: y"}} {
		s.frame(send("SEND", me), func() {
			if rc := s.call("msrp_reply", args...); rc != -1 {
				t.Errorf("%v: %d", args, rc)
			}
		})
		s.check()
	}
	s.frame(send("SEND", me), func() {
		s.fail = transport.ErrClosed
		if rc := s.call("msrp_reply", "200", "OK"); rc != -1 {
			t.Error(rc)
		}
		s.fail = nil
	})
}

// Kamailio 6.1, as its documentation has it.
func TestForward(t *testing.T) {
	s := start(t, nil)
	in := send("SEND", me+" "+next)
	set := transport.Dest{Proto: transport.TCP, Addr: addr("127.0.0.1:9")}
	first := transport.Dest{Proto: transport.TCP, Addr: addr("127.0.0.1:8")}
	paths := func(to, from string) string {
		return strings.NewReplacer(me+" "+next, to, "msrp://127.0.0.1:7965/bar;tcp", from).Replace(in)
	}
	for _, c := range []struct {
		dst  string
		args []any
		rc   int
		want []sent
	}{
		{"", nil, -1, nil},
		{"msrp://127.0.0.1:9", nil, 1, []sent{{dest: set, bytes: in}}},
		{"", []any{"msrp://127.0.0.1:8/x;tcp msrp://b;tcp"}, 1, []sent{{dest: first, bytes: paths("msrp://127.0.0.1:8/x;tcp msrp://b;tcp", me+" "+next)}}},
		{"msrp://127.0.0.1:9", []any{"msrp://127.0.0.1:8/x;tcp"}, 1, []sent{{dest: set, bytes: paths("msrp://127.0.0.1:8/x;tcp", me+" "+next)}}},
		{"", []any{"msrp://127.0.0.1:8/x;tcp", "msrp://f;tcp"}, 1, []sent{{dest: first, bytes: paths("msrp://127.0.0.1:8/x;tcp", "msrp://f;tcp")}}},
		{"", []any{"foo"}, -1, nil},
		{"", []any{"msrp://127.0.0.1:8/x;tcp", "msrp://f\r\nX: y"}, -1, nil},
	} {
		s.frame(in, func() {
			if c.dst != "" {
				s.call("msrp_set_dst", c.dst, "")
			}
			if rc := s.call("msrp_forward", c.args...); rc != c.rc {
				t.Errorf("%v: %d", c.args, rc)
			}
		})
		s.check(c.want...)
	}
}

func TestOutsideAFrame(t *testing.T) {
	s := start(t, func(m *Module) { m.cmapSize = 2 })
	for name, args := range map[string][]any{
		"msrp_relay": nil, "msrp_reply": {"200", "OK"}, "msrp_is_request": nil, "msrp_is_reply": nil, "msrp_set_dst": {next, ""},
		"msrp_relay_flags": {1}, "msrp_reply_flags": {1}, "msrp_cmap_save": nil, "msrp_cmap_lookup": nil, "msrp_forward": {next},
	} {
		if rc := s.call(name, args...); rc != -1 {
			t.Errorf("%s: %d", name, rc)
		}
	}
	if v := s.Get("$msrp(method)"); !v.IsNull() {
		t.Errorf("$msrp(method) is %+v", v)
	}
}

func TestVariables(t *testing.T) {
	s := start(t, nil)
	request := "MSRP 6aef SEND\nTo-Path: msrp://127.0.0.1:17100/kj;tcp\nFrom-Path: msrp://127.0.0.1:7965/bar;tcp msrp://1.2.3.4:77/x;tcp\nMessage-ID: 87652\nContent-Type: text/plain\n\nHi\n-------6aef$\n"
	hdrs := "To-Path: msrp://127.0.0.1:17100/kj;tcp\nFrom-Path: msrp://127.0.0.1:7965/bar;tcp msrp://1.2.3.4:77/x;tcp\nMessage-ID: 87652\nContent-Type: text/plain\n"
	const null = "<null>"
	want := map[string]string{
		"buf": request, "hdrs": hdrs, "body": "Hi\n", "bodylen": "4", "buflen": "187", "method": "SEND", "code": null, "reason": null,
		"transid": "6aef", "msgid": "87652", "sessid": "kj", "crthop": me, "prevhop": "msrp://127.0.0.1:7965/bar;tcp", "nexthop": null,
		"lasthop": me, "firsthop": "msrp://1.2.3.4:77/x;tcp", "prevhops": "2", "nexthops": "0", "srcaddr": "msrp://127.0.0.1:41816",
		"srcsock": "tcp:127.0.0.1:17100", "conid": "0",
	}
	eval := func(want map[string]string) func() {
		return func() {
			t.Helper()
			for key, w := range want {
				if got := s.Eval("$msrp(" + key + ")"); got != crlf(w) {
					t.Errorf("$msrp(%s) is %q, want %q", key, got, crlf(w))
				}
			}
		}
	}
	s.frame(request, eval(want))
	s.frame(strings.Replace(request, "\n\nHi\n", "\n", 1), eval(map[string]string{"body": null, "bodylen": "0", "buflen": "181", "hdrs": hdrs}))
	s.frame(strings.Replace(request, "\nHi\n", "\n\n", 1), eval(map[string]string{"body": "\n", "bodylen": "2", "buflen": "185"}))
	s.frame(strings.Replace(request, "SEND", "200 OK", 1), eval(map[string]string{"method": null, "code": "200", "reason": "OK", "buflen": "189"}))
	s.frame(send("SEND", "msrp://127.0.0.1:17100;tcp "+next), eval(map[string]string{"sessid": null, "nexthop": next, "lasthop": next, "nexthops": "1"}))
	for _, key := range []string{"bodylen", "buflen", "prevhops", "nexthops", "conid", "code"} {
		s.frame(send("200 OK", me), func() {
			if v := s.Get("$msrp(" + key + ")"); !v.IsInt() {
				t.Errorf("$msrp(%s) is %+v", key, v)
			}
		})
	}
	s.frame(send("SEND", me), func() {
		s.C.Recv.Proto, s.C.Recv.Src = transport.TLS, addr("[::1]:9")
		if got := s.Eval("$msrp(srcaddr)"); got != "msrps://[::1]:9" {
			t.Error(got)
		}
	})
	for _, bad := range []string{"$msrp(foo)", "$msrp(BUF)", "$msrp( buf)", "$msrp", "$(msrp(buf)[0])"} {
		if _, err := s.Var(bad); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	if v, err := s.Var("$msrp(buf)"); err != nil || v.Set != nil || v.NoSet == "" {
		t.Errorf("$msrp(buf) can be assigned: %v", err)
	}
}

func TestURITransformations(t *testing.T) {
	s := start(t, nil)
	s.frame(send("SEND", "msrps://u:p@[::1]:2855/s;tcp;a=b foo"), func() {
		for text, want := range map[string]string{
			"user": "u", "userinfo": "u:p", "host": "[::1]", "port": "2855", "session": "s", "proto": "tcp", "params": "tcp;a=b", "scheme": "msrps",
		} {
			if got := s.Eval("$(msrp(crthop){msrpuri." + text + "})"); got != want {
				t.Errorf("%s: %q", text, got)
			}
			if got := s.Eval("$(msrp(nexthop){msrpuri." + text + "})"); got != "" {
				t.Errorf("%s of no URI: %q", text, got)
			}
		}
		if v := s.Get("$(msrp(code){msrpuri.host})"); !v.IsNull() {
			t.Errorf("%+v", v)
		}
	})
	for _, bad := range []string{"foo", "host,x"} {
		if _, err := s.Var("$(msrp(buf){msrpuri." + bad + "})"); err == nil {
			t.Errorf("{msrpuri.%s} is taken", bad)
		}
	}
}

func TestSIPMessage(t *testing.T) {
	s := start(t, nil)
	s.frame(send("SEND", me), func() {
		h, _ := s.C.Msg.Header("MSRP-First-Line", 0)
		if s.C.Msg.Method() != "MSRP" || s.C.Msg.RURI() != "sip:a@127.0.0.1" || h.Body != "MSRP 6aef SEND" {
			t.Errorf("%q", s.C.Msg.Raw())
		}
	})
	s = start(t, func(m *Module) { m.sipmsg = 0 })
	s.frame(send("SEND", me+" "+next), func() {
		if s.C.Msg != nil {
			t.Error("a SIP message")
		}
		if s.Eval("$msrp(method)") != "SEND" || s.call("msrp_relay") != 1 || s.call("msrp_reply", "200", "OK") != 1 {
			t.Error("the functions need a SIP message")
		}
	})
}

func TestRequestOrReply(t *testing.T) {
	s := start(t, nil)
	for method, want := range map[string][2]int{"SEND": {1, -1}, "REPORT": {1, -1}, "200 OK": {-1, 1}} {
		s.frame(send(method, me), func() {
			if got := [2]int{s.call("msrp_is_request"), s.call("msrp_is_reply")}; got != want {
				t.Errorf("%s: %v", method, got)
			}
		})
	}
}

func TestResolver(t *testing.T) {
	s := start(t, nil)
	r := s.m.names
	clock := time.Unix(1000, 0)
	r.now = func() time.Time { return clock }
	asked := 0
	r.lookupIP = resolverOf(map[string][]netip.Addr{
		"both.example": {netip.MustParseAddr("::1"), netip.MustParseAddr("127.0.0.7")},
		"six.example":  {netip.MustParseAddr("::1")},
	}, &asked)
	var d transport.Dest
	for range 2 {
		if err := s.m.resolve(stateOf(&s.f), "msrp://both.example:9/x;tcp", &d); err != nil || d.Addr != addr("127.0.0.7:9") {
			t.Error(d.Addr, err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	clock = clock.Add(dnsKeep + 1)
	if err := s.m.resolve(stateOf(&s.f), "msrp://both.example:9/x;tcp", &d); err != nil || asked != 2 {
		t.Errorf("asked %d times, %v", asked, err)
	}
	if err := s.m.resolve(stateOf(&s.f), "msrp://six.example/x;tcp", &d); err == nil || !strings.Contains(err.Error(), "can be reached") {
		t.Error(err)
	}
	asked = 0
	for range 2 {
		if err := s.m.resolve(stateOf(&s.f), "msrp://nosuch.example/x;tcp", &d); err == nil || !strings.Contains(err.Error(), `"nosuch.example" cannot be resolved`) {
			t.Error(err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestParams(t *testing.T) {
	set := func(m *Module, name string, v registry.ParamValue) error {
		for _, p := range m.Exports().Params {
			if p.Name == name {
				return p.Set(v)
			}
		}
		t.Fatalf("no parameter %s", name)
		return nil
	}
	m := New()
	for name, v := range map[string]registry.ParamValue{
		"sipmsg": {Int: 0, IsInt: true}, "cmap_size": {Int: 4, IsInt: true}, "timer_interval": {Int: 2, IsInt: true}, "auth_min_expires": {Int: 5, IsInt: true},
		"auth_max_expires": {Int: 50, IsInt: true}, "use_path_addr": {Str: "h:1"}, "event_callback": {}, "strict_digest_method": {Int: 1, IsInt: true},
		"frame_max_size": {Int: 2048, IsInt: true}, "stream_from": {Int: 65536, IsInt: true},
	} {
		if err := set(m, name, v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if m.sipmsg != 0 || m.cmapSize != 4 || m.interval != 2 || m.minExpires != 5 || m.maxExpires != 50 || m.usePathAddr != "h:1" || !m.StrictDigestMethod() || m.FrameLimits().Frame != 2048 || m.StreamFrom() != 65536 {
		t.Errorf("%+v", m)
	}
	for name, v := range map[string]registry.ParamValue{"event_callback": {Str: "ksr_msrp"}, "frame_max_size": {Int: 100, IsInt: true}, "stream_from": {Int: 65535, IsInt: true}} {
		if err := set(m, name, v); err == nil {
			t.Errorf("%s=%+v is taken", name, v)
		}
	}
	if err := set(m, "stream_from", registry.ParamValue{IsInt: true}); err != nil || m.StreamFrom() != -1 {
		t.Errorf("stream_from=0: %v, %d", err, m.StreamFrom())
	}
}

func TestNoRoute(t *testing.T) {
	s := start(t, nil)
	s.m.route = nil
	s.frame(send("SEND", me), func() { t.Error("the route ran") })
	s.check()
}

// From the parsed frame to the bytes given to the transport, with the variables
// that the manual's example reads.
func TestRelayAllocates(t *testing.T) {
	s := start(t, nil)
	n := &counter{}
	s.m.net = n
	raw := []byte(crlf(send("SEND", me+" "+next)))
	r := &transport.Recv{Proto: transport.TCP, Src: src, SrcIP: "127.0.0.1", Socket: sock, Conn: conn}
	msg := &sip.Message{}
	var vars []registry.Getter
	for _, key := range []string{"method", "crthop", "prevhop", "nexthop", "firsthop", "lasthop", "prevhops", "nexthops", "srcaddr", "srcsock", "sessid"} {
		v, err := s.Var("$msrp(" + key + ")")
		if err != nil {
			t.Fatal(err)
		}
		vars = append(vars, v.Get)
	}
	val := s.Get("$msrp(method)")
	s.route = func(c *registry.Ctx) {
		for _, get := range vars {
			get(c, &val)
		}
		s.m.replyFlags(c, 1)
		s.m.relayFlags(c, 1)
		s.m.setDst(c, "msrp://127.0.0.1:17110", "tcp:127.0.0.1:17100")
		if s.m.relay(c) != 1 {
			t.Error("not relayed")
		}
	}
	once := func() {
		if err := s.f.Parse(raw); err != nil {
			t.Fatal(err)
		}
		s.C.Recv, s.C.Msg = r, msg
		s.m.HandleFrame(s.C, &s.f)
		s.C.Arena.Reset()
	}
	once()
	if a := testing.AllocsPerRun(200, once); a != 0 {
		t.Errorf("%v allocations a frame", a)
	}
	if n.bytes == 0 {
		t.Error("nothing sent")
	}
}

// counter is a Net that only counts.
type counter struct {
	server
	bytes int
}

func (n *counter) Send(_ *transport.Dest, b []byte, _ *transport.Conn) error {
	n.bytes += len(b)
	return nil
}

var errNoHost = errors.New("no such host")

func BenchmarkRelay(b *testing.B) {
	s := start(b, nil)
	n := &counter{}
	s.m.net = n
	raw := []byte(crlf(send("SEND", me+" "+next)))
	r := &transport.Recv{Proto: transport.TCP, Src: src, SrcIP: "127.0.0.1", Socket: sock, Conn: conn}
	msg := &sip.Message{}
	s.route = func(c *registry.Ctx) { s.m.relay(c) }
	b.ReportAllocs()
	for b.Loop() {
		_ = s.f.Parse(raw)
		s.C.Recv, s.C.Msg = r, msg
		s.m.HandleFrame(s.C, &s.f)
	}
}

var sessionID = regexp.MustCompile(`msrp-[A-Z2-7]{26}`)
