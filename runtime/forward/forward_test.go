package forward_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/forward"
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

const reply = `SIP/2.0 200 OK
Via: SIP/2.0/UDP 127.0.0.1:17900;branch=z9hG4bKxx.0
Via: SIP/2.0/UDP 127.0.0.1:17951;branch=z9hG4bKabc
From: <sip:bob@127.0.0.1>;tag=1
To: <sip:alice@example.org>;tag=2
Call-ID: c1
CSeq: 1 OPTIONS
Content-Length: 0

`

// sink is a Net that keeps what is sent.
type sink struct {
	registry.Net
	dest transport.Dest
	text string
	err  error
}

func (s *sink) Send(d *transport.Dest, b []byte, _ *transport.Conn) error {
	s.dest, s.text = *d, string(b)
	return s.err
}

func socket(text string) *transport.Socket {
	proto, addr, _ := strings.Cut(text, ":")
	addr, advertise, _ := strings.Cut(addr, " ")
	return transport.NewSocket(transport.ParseProto(proto), netip.MustParseAddrPort(addr), advertise, "")
}

// bench is a server with sockets, as text, that has received a message on the
// first.
func bench(t testing.TB, message string, sockets ...string) (*forward.Forwarder, *sink, *registrytest.Bench) {
	t.Helper()
	out := &sink{}
	f := &forward.Forwarder{Net: out}
	for _, s := range sockets {
		f.Sockets = append(f.Sockets, socket(s))
	}
	f.Resolver = forward.NewResolver(nil, f.Sockets)
	b := registrytest.New(t, nil)
	b.Message(message)
	b.C.Recv.Proto, b.C.Recv.Socket = f.Sockets[0].Proto, f.Sockets[0]
	b.C.Recv.Src = netip.MustParseAddrPort("127.0.0.1:17950")
	return f, out, b
}

var branch = regexp.MustCompile(`;branch=z9hG4bK[0-9a-f]{4}\.[0-9a-f]{32}\.0`)

// ownVia is the first Via of what was sent, without its branch.
func (s *sink) ownVia() string {
	for _, line := range strings.Split(s.text, "\r\n") {
		if v, ok := strings.CutPrefix(line, "Via: "); ok {
			return branch.ReplaceAllString(v, "")
		}
	}
	return ""
}

// The socket and the Via that Kamailio 5.6.3 chose for the same sockets.
func TestRequestSocket(t *testing.T) {
	for _, c := range []struct {
		name    string
		sockets []string // the message came in on the first
		forced  string
		to      string // transport host port
		from    string // the socket sent from, where it matters
		via     string
		warned  bool
	}{
		{"as it came in", []string{"udp:127.0.0.1:17901", "tcp:127.0.0.1:17901", "udp:127.0.0.1:17900", "udp:127.0.0.2:17902"}, "", "", "udp:127.0.0.1:17901", "SIP/2.0/UDP 127.0.0.1:17901", false},
		{"another transport", []string{"udp:127.0.0.1:17900", "tcp:127.0.0.1:17900", "tcp:127.0.0.1:17903"}, "", "tcp", "", "SIP/2.0/TCP 127.0.0.1:17903", false},
		{"its address is no reason", []string{"tcp:127.0.0.1:17900", "udp:127.0.0.1:17900", "udp:127.0.0.1:17903", "udp:127.0.0.2:17902"}, "", "", "udp:127.0.0.2:17902", "SIP/2.0/UDP 127.0.0.2:17902", false},
		{"the last of another transport", []string{"udp:127.0.0.2:17902", "tcp:127.0.0.1:17900", "tcp:127.0.0.1:17901"}, "", "tcp", "", "SIP/2.0/TCP 127.0.0.1:17901", false},
		{"one that is not loopback", []string{"tcp:127.0.0.1:17900", "udp:127.0.0.1:17901", "udp:127.0.0.2:17902", "udp:127.0.0.1:17903"}, "", "", "udp:127.0.0.2:17902", "SIP/2.0/UDP 127.0.0.2:17902", false},
		{"forced", []string{"udp:127.0.0.1:17901", "udp:127.0.0.2:17902"}, "udp:127.0.0.2:17902", "", "udp:127.0.0.2:17902", "SIP/2.0/UDP 127.0.0.2:17902", false},
		{"forced, its sibling", []string{"udp:127.0.0.1:17900", "tcp:127.0.0.1:17900", "tcp:127.0.0.1:17903", "udp:127.0.0.1:17903"}, "tcp:127.0.0.1:17903", "", "udp:127.0.0.1:17903", "SIP/2.0/UDP 127.0.0.1:17903", false},
		{"forced, none like it", []string{"udp:127.0.0.1:17900", "tcp:127.0.0.1:17900", "tcp:127.0.0.1:17903", "udp:127.0.0.1:17905"}, "tcp:127.0.0.1:17903", "", "udp:127.0.0.1:17900", "SIP/2.0/UDP 127.0.0.1:17900", true},
		{"IPv6", []string{"udp:127.0.0.1:17900", "udp:[::1]:17902"}, "", "udp ::1", "udp:[::1]:17902", "SIP/2.0/UDP [::1]:17902", false},
		{"5060", []string{"udp:127.0.0.1:5060"}, "", "", "udp:127.0.0.1:5060", "SIP/2.0/UDP 127.0.0.1", false},
		{"advertised", []string{"udp:127.0.0.1:17900 1.2.3.4:88"}, "", "", "udp:127.0.0.1:17900", "SIP/2.0/UDP 1.2.3.4:88", false},
		{"advertised 5060", []string{"udp:127.0.0.1:17900 1.2.3.4:5060"}, "", "", "udp:127.0.0.1:17900", "SIP/2.0/UDP 1.2.3.4:5060", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, out, b := bench(t, options, c.sockets...)
			for _, s := range f.Sockets {
				if s.Text == c.forced {
					b.C.State.SendSocket = s
				}
			}
			proto, host, _ := strings.Cut(c.to, " ")
			if host == "" {
				host = "127.0.0.1"
			}
			if err := f.Request(b.C, sip.Hop{Transport: proto, Host: host, Port: 17951}); err != nil {
				t.Fatal(err)
			}
			if got := out.ownVia(); got != c.via {
				t.Errorf("Via %s, want %s", got, c.via)
			}
			from := ""
			if out.dest.Socket != nil {
				from = out.dest.Socket.Text
			}
			if from != c.from {
				t.Errorf("from %q, want %q", from, c.from)
			}
			if log := b.Logged(); (log != "") != c.warned {
				t.Errorf("logged %q", log)
			}
		})
	}
}

// What the script has set shows in the Via and in how the request is sent.
func TestRequestState(t *testing.T) {
	f, out, b := bench(t, options, "udp:127.0.0.1:17900", "tcp:127.0.0.1:17900")
	s := &b.C.State
	s.AdvertisedHost, s.AdvertisedPort, s.LocalRPort, s.ForceRPort = "adv.example", 7777, true, true
	s.Forwarding.NoConnect, s.Forwarding.Close = true, true
	if err := f.Request(b.C, sip.Hop{Transport: "TCP", Host: "127.0.0.1", Port: 17951}); err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(
		"\n", "\r\n",
		"Via: SIP/2.0/UDP 127.0.0.1:17950;branch", "Via: SIP/2.0/TCP adv.example:7777;rport\r\nVia: SIP/2.0/UDP 127.0.0.1:17950;rport=17950;branch",
	).Replace(options)
	if diff := cmp.Diff(want, branch.ReplaceAllString(out.text, "")); diff != "" {
		t.Error(diff)
	}
	if want := (transport.Dest{Proto: transport.TCP, Addr: netip.MustParseAddrPort("127.0.0.1:17951"), NoConnect: true, CloseAfter: true}); out.dest != want {
		t.Errorf("sent to %+v, want %+v", out.dest, want)
	}
	s.AdvertisedPort = 0
	if err := f.Request(b.C, sip.Hop{Host: "127.0.0.1", Port: 17951}); err != nil {
		t.Fatal(err)
	}
	if got, want := out.ownVia(), "SIP/2.0/UDP adv.example:17900;rport"; got != want {
		t.Errorf("Via %s, want %s", got, want)
	}
}

type routeFunc func(*registry.Ctx, registry.Mask) int

func (f routeFunc) Run(c *registry.Ctx, m registry.Mask) int { return f(c, m) }

// onsend_route sees the request and can drop it; how it ends otherwise does not
// matter, and the route that forwards goes on as it was.
func TestOnSend(t *testing.T) {
	for _, c := range []struct {
		flow registry.Flow
		rc   int
		sent bool
	}{
		{0, 1, true},
		{0, -1, true},
		{0, 0, true},
		{registry.FlowExit, 0, true},
		{registry.FlowDrop | registry.FlowExit, 0, false},
	} {
		f, out, b := bench(t, options, "udp:127.0.0.1:17900")
		f.OnSend = routeFunc(func(x *registry.Ctx, m registry.Mask) int {
			if m != registry.OnSend || x.Msg == nil || x.Flow != 0 {
				t.Errorf("onsend_route runs with %v, flow %d", m, x.Flow)
			}
			s := &x.State.Sending
			if s.Proto != transport.UDP || s.To.String() != "127.0.0.1:17951" || s.From != f.Sockets[0] || !strings.HasPrefix(string(s.Bytes), "OPTIONS sip:alice") {
				t.Errorf("onsend_route sees %+v", s)
			}
			x.Route, x.Flow, x.RC = m, c.flow, c.rc
			return c.rc
		})
		b.C.RC = 5
		err := f.Request(b.C, sip.Hop{Host: "127.0.0.1", Port: 17951})
		if sent := out.text != ""; sent != c.sent || errors.Is(err, forward.ErrDropped) == c.sent {
			t.Errorf("%+v: sent %v, error %v", c, sent, err)
		}
		if b.C.RC != 5 || b.C.Flow != 0 || b.C.Route != registry.Request || b.C.State.Sending.Bytes != nil {
			t.Errorf("%+v: afterwards rc %d, flow %d, route %v", c, b.C.RC, b.C.Flow, b.C.Route)
		}
	}
}

func TestRequestErrors(t *testing.T) {
	f, out, b := bench(t, options, "udp:127.0.0.1:17900")
	refused := errors.New("the wire is cut")
	for _, c := range []struct {
		to   sip.Hop
		err  string
		send error
	}{
		{sip.Hop{}, "names no host", nil},
		{sip.Hop{Host: "127.0.0.1", Transport: "sctp"}, `"sctp" is no transport that olelo has`, nil},
		{sip.Hop{Host: "127.0.0.1", Transport: "tls"}, "no listen=tls:… with an IPv4 address", nil},
		{sip.Hop{Host: "::1"}, "no listen=udp:… with an IPv6 address", nil},
		{sip.Hop{Host: "127.0.0.1"}, "to udp:127.0.0.1:5060: the wire is cut", refused},
	} {
		out.err = c.send
		err := f.Request(b.C, c.to)
		if err == nil || !strings.Contains(err.Error(), c.err) {
			t.Errorf("%+v: error %v, want %q", c.to, err, c.err)
		}
	}
	b.C.Msg = nil
	if err := f.Request(b.C, sip.Hop{Host: "127.0.0.1"}); err == nil {
		t.Error("nothing was sent on")
	}
	if err := f.Reply(b.C, 0, ""); err == nil {
		t.Error("nothing was sent back")
	}
}

// Where Kamailio 5.6.3 sends a reply, by its second Via.
func TestReplyDest(t *testing.T) {
	const second = "Via: SIP/2.0/UDP 127.0.0.1:17951;branch=z9hG4bKabc"
	for _, c := range []struct{ via, to, err string }{
		{second, "udp:127.0.0.1:17951", ""},
		{"Via: SIP/2.0/UDP 10.9.9.9:17951;received=127.0.0.1;branch=z9hG4bKabc", "udp:127.0.0.1:17951", ""},
		{"Via: SIP/2.0/UDP 10.9.9.9:5060;received=127.0.0.1;rport=17951;branch=z9hG4bKabc", "udp:127.0.0.1:17951", ""},
		{"Via: SIP/2.0/UDP 127.0.0.1:17951;rport;branch=z9hG4bKabc", "udp:127.0.0.1:17951", ""},
		{"Via: SIP/2.0/UDP 127.0.0.1:17951;maddr=127.0.0.9;branch=z9hG4bKabc", "udp:127.0.0.1:17951", ""},
		{"Via: sip/2.0/udp 127.0.0.1;branch=z9hG4bKabc", "udp:127.0.0.1:5060", ""},
		{"Via: SIP/2.0/TCP 127.0.0.1:17951;branch=z9hG4bKabc", "tcp:127.0.0.1:17951", ""},
		{"Via: SIP/2.0/UDP [::1]:17951;branch=z9hG4bKabc", "udp:[::1]:17951", ""},
		{"Via: SIP/2.0/SCTP 127.0.0.1:17951", "", "no transport that olelo has"},
		{"Via: SIP/2.0/TLS 127.0.0.1:17951", "", "no listen=tls:"},
		{"Via: nonsense", "", "cannot be read"},
		{"X: y", "", sip.ErrNoNextVia.Error()},
	} {
		f, out, b := bench(t, strings.Replace(reply, second, c.via, 1), "udp:127.0.0.1:17901", "tcp:127.0.0.1:17901", "udp:[::1]:17902")
		switch err := f.Reply(b.C, 0, ""); {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: error %v, want %q", c.via, err, c.err)
			}
		case err != nil:
			t.Errorf("%s: %v", c.via, err)
		case out.dest.Proto.String()+":"+out.dest.Addr.String() != c.to:
			t.Errorf("%s: to %v:%v, want %s", c.via, out.dest.Proto, out.dest.Addr, c.to)
		}
	}
}

func TestReplyText(t *testing.T) {
	f, out, b := bench(t, reply, "udp:127.0.0.1:17900")
	b.C.State.Replying.Close, b.C.State.Forwarding.NoConnect = true, true
	if err := f.Reply(b.C, 299, "Other"); err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("\n", "\r\n", "Via: SIP/2.0/UDP 127.0.0.1:17900;branch=z9hG4bKxx.0\n", "", "200 OK", "299 Other").Replace(reply)
	if diff := cmp.Diff(want, out.text); diff != "" {
		t.Error(diff)
	}
	if !out.dest.CloseAfter || !out.dest.NoConnect || out.dest.Socket != f.Sockets[0] {
		t.Errorf("sent with %+v", out.dest)
	}
}

func TestDoesNotAllocate(t *testing.T) {
	f, _, b := bench(t, options, "udp:127.0.0.1:17900", "tcp:127.0.0.1:17900")
	f.Net = discard{}
	back := new(sip.Message)
	if err := back.Parse([]byte(strings.ReplaceAll(reply, "\n", "\r\n"))); err != nil {
		t.Fatal(err)
	}
	request := b.C.Msg
	if n := testing.AllocsPerRun(100, func() {
		b.C.Msg = request
		if f.Request(b.C, sip.Hop{Transport: "tcp", Host: "127.0.0.1", Port: 5070}) != nil {
			t.Fatal("not sent on")
		}
		b.C.Msg = back
		if f.Reply(b.C, 0, "") != nil {
			t.Fatal("not sent back")
		}
		b.C.Arena.Reset()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

type discard struct{ registry.Net }

func (discard) Send(*transport.Dest, []byte, *transport.Conn) error { return nil }

// handler forwards all that arrives.
type handler struct {
	t *testing.T
	f *forward.Forwarder
}

func (h handler) MSRP(*transport.Recv, []byte) {}

func (h handler) MSRPBegun(*transport.Recv, []byte) bool { return false }
func (h handler) Undelivered(*transport.Conn, []byte)    {}

func (h handler) SIP(r *transport.Recv, raw []byte) {
	c := &registry.Ctx{Worker: &registry.Worker{}, Msg: new(sip.Message), Recv: r}
	if err := c.Msg.Parse(raw); err != nil {
		h.t.Errorf("%v: %q", err, raw)
		return
	}
	var err error
	if c.Msg.IsRequest() {
		u, _ := sip.ParseURI(c.Msg.RURI())
		err = h.f.Request(c, u.Hop())
	} else {
		err = h.f.Reply(c, 0, "")
	}
	if err != nil {
		h.t.Error(err)
	}
}

// A client behind a TCP connection gets its reply on it, whatever its Via says.
func TestThereAndBack(t *testing.T) {
	socks := []*transport.Socket{socket("udp:127.0.0.1:0"), socket("tcp:127.0.0.1:0")}
	f := &forward.Forwarder{Sockets: socks, Resolver: forward.NewResolver(nil, socks)}
	h := handler{t, f}
	tr := transport.New(transport.Config{Sockets: socks, Children: 1}, transport.Handlers{
		UDP: func(*transport.Socket, int) transport.Handler { return h },
		TCP: func(*transport.Conn) transport.Handler { return h },
	})
	f.Net, f.Conn = tr, tr.Conn
	if err := tr.Listen(); err != nil {
		t.Fatal(err)
	}
	tr.Start()
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := tr.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	}()

	phone, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer phone.Close()
	client, err := net.Dial("tcp4", socks[1].Addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	deadline := time.Now().Add(20 * time.Second)
	for _, c := range []interface{ SetDeadline(time.Time) error }{phone, client} {
		if err := c.SetDeadline(deadline); err != nil {
			t.Fatal(err)
		}
	}

	request := strings.NewReplacer(
		"sip:alice@example.org:5070;transport=udp", "sip:"+phone.LocalAddr().String(),
		"SIP/2.0/UDP 127.0.0.1:17950", "SIP/2.0/TCP unreachable.invalid:9", "\n", "\r\n",
	).Replace(options)
	if _, err := client.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	n, from, err := phone.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	var m sip.Message
	if err := m.Parse(buf[:n]); err != nil {
		t.Fatal(err)
	}
	first, _ := m.Via(0)
	if want := "SIP/2.0/UDP"; first.Proto != want || first.I == "" {
		t.Errorf("the Via is %q", first.Body)
	}
	if _, err := phone.WriteTo(m.AppendReply(nil, 200, "OK", sip.ReplyInfo{Src: socks[0].Addr}), from); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(client).ReadString('\n')
	if err != nil || line != "SIP/2.0 200 OK\r\n" {
		t.Errorf("the client got %q, %v", line, err)
	}
}
