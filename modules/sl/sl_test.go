package sl_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/modules/sl"
	"olelo/runtime/log"
	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/rpc"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// vars has the variables that the tests give as parameters.
type vars map[string]value.Value

func (v vars) Exports() (x registry.Exports) {
	for _, name := range []string{"text", "number", "both", "nil", "user"} {
		x.PVs = append(x.PVs, registry.GetPV(name, func(_ *registry.Ctx, out *value.Value) { *out = v[name] }, ""))
	}
	return x
}

// host is a server with one UDP socket, and its network.
type host struct {
	registrytest.Host
	log    *log.Logger
	header string
	params map[string]int
	events map[string]registry.Block
	sent   []string
	dests  []transport.Dest
	fail   error

	forwarded []string
}

func (h *host) Log() *log.Logger                      { return h.log }
func (h *host) Net() registry.Net                     { return h }
func (h *host) EventRoute(name string) registry.Block { return h.events[name] }
func (h *host) ServerHeader() string                  { return h.header }
func (h *host) Global(name string) int                { return h.params[name] }

func (h *host) Sockets() []*transport.Socket {
	return []*transport.Socket{{Proto: transport.UDP, Text: "udp:127.0.0.1:5060"}}
}

func (h *host) Send(d *transport.Dest, b []byte, _ *transport.Conn) error {
	if h.fail != nil {
		return h.fail
	}
	h.sent = append(h.sent, string(b))
	h.dests = append(h.dests, *d)
	return nil
}

func (h *host) ForwardRequest(*registry.Ctx, sip.Hop) error { return nil }

func (h *host) ForwardReply(_ *registry.Ctx, status int, reason string) error {
	if h.fail == nil {
		h.forwarded = append(h.forwarded, fmt.Sprint(status, " ", reason))
	}
	return h.fail
}

func (h *host) IsLocal(transport.Proto, netip.AddrPort) bool { return false }
func (h *host) FindSocket(string) *transport.Socket          { return nil }

func branch(uri string, q int) msgstate.Branch {
	return msgstate.Branch{URI: uri, Q: q, HasQ: q >= 0}
}

type block func(*registry.Ctx) int

func (f block) Run(c *registry.Ctx, _ registry.Mask) int { return f(c) }

const server = "Server: kamailio (5.6.3 (x86_64/linux))\r\n"

type bench struct {
	*registrytest.Bench
	m *sl.Module
	h *host
}

func open(t testing.TB) *bench {
	t.Helper()
	m := sl.New()
	b := &bench{Bench: registrytest.New(t, map[string]registry.Module{"sl": m, "vars": vars{
		"text": value.OfStr("404"), "number": value.OfInt(404), "both": value.OfBoth("200", 200),
		"user": value.OfStr("alice"),
	}}), m: m}
	b.h = &host{log: b.C.Log, header: server, events: map[string]registry.Block{}}
	return b
}

func (b *bench) start() {
	b.T.Helper()
	if err := b.m.Provision(b.h); err != nil {
		b.T.Fatal(err)
	}
	if err := b.m.Start(context.Background()); err != nil {
		b.T.Fatal(err)
	}
}

func request(method, to, branch string) string {
	return method + " sip:bob@example.com SIP/2.0\r\n" +
		"Via: SIP/2.0/UDP 127.0.0.1:15999;rport;branch=z9hG4bK-" + branch + "\r\n" +
		"Max-Forwards: 70\r\n" +
		"From: \"Alice A\" <sip:alice@example.org>;tag=abc123\r\n" +
		"To: " + to + "\r\n" +
		"Call-ID: cid@lang\r\n" +
		"CSeq: 1 " + method + "\r\n" +
		"Record-Route: <sip:10.0.0.1;lr>\r\n" +
		"Contact: <sip:a@127.0.0.1:15999>\r\n" +
		"Content-Length: 0\r\n\r\n"
}

// reply is a reply as Kamailio 5.6.3 sends it to that request; tag is the To
// tag that it adds, with ;tag=.
func reply(first, method, tag, extra string) string {
	return first + "\r\n" +
		"Via: SIP/2.0/UDP 127.0.0.1:15999;rport=15999;branch=z9hG4bK-1;received=127.0.0.1\r\n" +
		"From: \"Alice A\" <sip:alice@example.org>;tag=abc123\r\n" +
		"To: <sip:bob@example.com>" + tag + "\r\n" +
		"Call-ID: cid@lang\r\n" +
		"CSeq: 1 " + method + "\r\n" + extra + server +
		"Content-Length: 0\r\n\r\n"
}

func TestReplies(t *testing.T) {
	b := open(t)
	b.start()
	const rr = "Record-Route: <sip:10.0.0.1;lr>\r\n"
	for _, c := range []struct {
		fn          string
		args        []any
		first       string
		extra       string
		tag         bool
		noConn, end bool
		log         string
		flags       msgstate.SendFlags // set_reply_no_connect, set_reply_close
	}{
		{fn: "sl_send_reply", args: []any{"404", "x"}, first: "SIP/2.0 404 x", tag: true, flags: msgstate.SendFlags{NoConnect: true}, noConn: true},
		{fn: "sl_send_reply", args: []any{"404", "x"}, first: "SIP/2.0 404 x", tag: true, flags: msgstate.SendFlags{Close: true}, end: true},
		{fn: "sl_send_reply", args: []any{"100", "Trying"}, first: "SIP/2.0 100 Trying"},
		{fn: "sl_send_reply", args: []any{"183", "Prog"}, first: "SIP/2.0 183 Prog", tag: true, extra: rr},
		{fn: "sl_send_reply", args: []any{"404", "Not $user here"}, first: "SIP/2.0 404 Not alice here", tag: true},
		{fn: "sl_send_reply", args: []any{"200", ""}, first: "SIP/2.0 200 ", tag: true, extra: rr},
		{fn: "sl_reply", args: []any{"481", "Gone"}, first: "SIP/2.0 481 Gone", tag: true},
		{fn: "sl_send_reply", args: []any{"700", "x"}, first: "SIP/2.0 700 x", tag: true},
		{fn: "send_reply", args: []any{404, "Int"}, first: "SIP/2.0 404 Int", tag: true},
		{fn: "send_reply_mode", args: []any{"480", "Gone", "3"}, first: "SIP/2.0 480 Gone", tag: true, noConn: true, end: true},
		{fn: "sl_send_reply", args: []any{"$number", "Int"}, first: "SIP/2.0 404 Int", tag: true},
		{fn: "sl_send_reply", args: []any{"$both", "Both"}, first: "SIP/2.0 200 Both", tag: true, extra: rr},
		// A text is no code, not even "404".
		{fn: "sl_send_reply", args: []any{"$text", "Str"}, first: "SIP/2.0 500 Str", tag: true, log: `holds "404", not an integer`},
		{fn: "sl_send_reply", args: []any{"$nil", "Str"}, first: "SIP/2.0 500 Str", tag: true, log: "not an integer"},
		{fn: "sl_send_reply", args: []any{"404", "$nil"}, first: "SIP/2.0 404 Internal Server Error", tag: true, log: "has no value"},
		{fn: "sl_reply_error", first: "SIP/2.0 500 I'm terribly sorry, server error occurred (1/SL)", tag: true, log: "stateless error reply"},
		// #diverges: Kamailio writes the line end into the reply.
		{fn: "sl_send_reply", args: []any{"404", "a\r\nX-Inj: 1"}, first: "SIP/2.0 404 Internal Server Error", tag: true, log: "has a line end"},
	} {
		b.Message(request("INVITE", "<sip:bob@example.com>", "1"))
		b.h.sent, b.h.dests = nil, nil
		b.C.State.Replying = c.flags
		if got := b.Run(c.fn, c.args...); got != 1 {
			t.Errorf("%s%v returned %d", c.fn, c.args, got)
		}
		if out := b.Logged(); (c.log == "") != (out == "") || !strings.Contains(out, c.log) {
			t.Errorf("%s%v logged %q, want %q in it", c.fn, c.args, out, c.log)
		}
		tag := ""
		if c.tag {
			tag = ";tag=" + b.Eval("$ltt(s)")
		}
		if diff := cmp.Diff([]string{reply(c.first, "INVITE", tag, c.extra)}, b.h.sent); diff != "" {
			t.Errorf("%s%v (-want +got)\n%s", c.fn, c.args, diff)
			continue
		}
		want := transport.Dest{
			Proto: transport.UDP, Addr: netip.MustParseAddrPort("127.0.0.1:15999"), Socket: b.C.Recv.Socket,
			NoConnect: c.noConn, CloseAfter: c.end,
		}
		if b.h.dests[0] != want {
			t.Errorf("%s%v goes to %+v, want %+v", c.fn, c.args, b.h.dests[0], want)
		}
		b.C.EndMessage()
	}
}

func TestCodes(t *testing.T) {
	b := open(t)
	for _, code := range []any{"99", "1000", "0", "-5", "abc", "4$number", 99} {
		if _, err := b.Call("sl_send_reply", code, "x"); err == nil || !strings.Contains(err.Error(), "code") {
			t.Errorf("code %v binds: %v", code, err)
		}
	}
	if _, err := b.Call("sl_send_reply", "$nosuch", "x"); err == nil {
		t.Error("an unknown variable binds")
	}
}

// A reply carries what append_to_reply left, and a redirect its destinations.
func TestHeadersAndContacts(t *testing.T) {
	b := open(t)
	b.start()
	send := func(code, extra string) {
		t.Helper()
		b.h.sent = nil
		b.Run("sl_send_reply", code, "Moved")
		want := reply("SIP/2.0 "+code+" Moved", "INVITE", ";tag="+b.Eval("$ltt(s)"), extra)
		if diff := cmp.Diff([]string{want}, b.h.sent); diff != "" {
			t.Errorf("%s (-want +got)\n%s", code, diff)
		}
	}
	b.Message(request("INVITE", "<sip:bob@example.com>", "1"))
	b.C.State.ReplyHeaders = append(b.C.State.ReplyHeaders, "X-A: b\r\n"...)
	send("302", "X-A: b\r\n")
	b.C.EndMessage()

	b.Message(request("INVITE", "<sip:bob@example.com>", "1"))
	b.C.Msg.SetRURI("sip:x@y:5070")
	send("302", "Contact: <sip:x@y:5070>\r\n")
	send("404", "")
	b.C.State.Branches.Add(branch("sip:c@d;transport=tcp", -1))
	b.C.State.Branches.Add(branch("sip:e@f", 500))
	send("302", "Contact: <sip:x@y:5070>, <sip:c@d;transport=tcp>, <sip:e@f>;q=0.5\r\n")
	b.C.EndMessage()

	b.Message(request("INVITE", "<sip:bob@example.com>", "1"))
	b.C.State.Branches.Add(branch("sip:c@d;transport=tcp", -1))
	send("399", "Contact: <sip:c@d;transport=tcp>\r\n")
}

// A request with a To tag keeps it; without a server header there is none.
func TestTagAndServer(t *testing.T) {
	b := open(t)
	b.h.header = ""
	b.start()
	b.Message(request("MESSAGE", "<sip:bob@example.com>;tag=xx", "1"))
	b.Run("sl_send_reply", "404", "No")
	want := strings.Replace(reply("SIP/2.0 404 No", "MESSAGE", ";tag=xx", ""), server, "", 1)
	if diff := cmp.Diff([]string{want}, b.h.sent); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWarning(t *testing.T) {
	b := open(t)
	b.h.params = map[string]int{"sip_warning": 1}
	b.start()
	in := strings.Replace(request("MESSAGE", "<sip:bob@example.com>", "1"), "Max-Forwards", "v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-2, SIP/2.0/UDP 192.0.2.2\r\nMax-Forwards", 1)
	b.Message(in)
	b.C.PID, b.C.Recv.Socket = 42, transport.NewSocket(transport.UDP, netip.MustParseAddrPort("127.0.0.1:5060"), "example.com:5070", "")
	b.C.Msg.SetRURI(`sip:a"b\c@example.com`)
	b.Run("sl_send_reply", "404", "No")
	want := server + "Warning: 392 127.0.0.1:5060 \"Noisy feedback tells:  pid=42 req_src_ip=127.0.0.1 req_src_port=15999" +
		` in_uri=sip:bob@example.com out_uri=sip:a\"b\\c@example.com via_cnt==2"` + "\r\nContent-Length: 0\r\n"
	if len(b.h.sent) != 1 || !strings.Contains(b.h.sent[0], want) {
		t.Errorf("sent %q, expected in it %q", b.h.sent, want)
	}
}

func TestNoReply(t *testing.T) {
	b := open(t)
	b.start()
	b.Message(request("ACK", "<sip:bob@example.com>", "1"))
	if got := b.Run("sl_send_reply", "200", "OK"); got != -1 || b.h.sent != nil {
		t.Errorf("an ACK is answered: %d %q", got, b.h.sent)
	}
	b.C.Msg, b.C.Recv = nil, nil
	if got := b.Run("sl_send_reply", "200", "OK"); got != -1 {
		t.Errorf("without a message: %d", got)
	}
	b.Message(request("OPTIONS", "<sip:bob@example.com>", "1"))
	b.h.fail = errors.New("no route to host")
	b.Logged()
	if got := b.Run("sl_send_reply", "200", "OK"); got != -1 || !strings.Contains(b.Logged(), "no route to host") {
		t.Errorf("a failed send: %d", got)
	}
	if got := b.stat("failures"); got != 3 {
		t.Errorf("failures: %d, want 3", got)
	}
}

// Over TCP the reply goes back on its connection.
func TestTCP(t *testing.T) {
	b := open(t)
	b.start()
	b.Message(request("OPTIONS", "<sip:bob@example.com>", "1"))
	conn := new(transport.Conn)
	b.C.Recv.Proto, b.C.Recv.Conn = transport.TCP, conn
	b.Run("sl_send_reply", "200", "OK")
	if d := b.h.dests[0]; d.Proto != transport.TCP || d.Conn != conn || d.Addr != b.C.Recv.Src {
		t.Errorf("goes to %+v", d)
	}
}

// The ACKs for stateless replies are absorbed, others are not: each case was
// seen on Kamailio 5.6.3.
func TestACK(t *testing.T) {
	b := open(t)
	filtered := 0
	b.h.events["sl:filtered-ack"] = block(func(*registry.Ctx) int { filtered++; return 1 })
	b.start()
	b.Message(request("INVITE", "<sip:bob@example.com>", "1"))
	tag := strings.Clone(b.Eval("$ltt(s)"))
	ack := strings.Replace(request("ACK", "<sip:bob@example.com>;tag="+tag, "1"), "1 INVITE", "1 ACK", 1)
	for _, c := range []struct {
		what, old, new string
		want           bool
	}{
		{"the same", "", "", true},
		{"another branch", "z9hG4bK-1", "z9hG4bK-2", false},
		{"another Call-ID", "cid@lang", "other@lang", false},
		{"a longer tag", tag, tag + "0", false},
		{"another CSeq", "CSeq: 1 ", "CSeq: 2 ", false},
		{"another From tag", "tag=abc123", "tag=zz", false},
		{"another sum", tag[len(tag)-8:], "00000000", false},
		{"no tag", ";tag=" + tag, "", false},
		{"no ACK", "ACK", "BYE", false},
	} {
		filtered = 0
		b.Message(strings.ReplaceAll(ack, c.old, c.new))
		if c.old == "" {
			b.Message(ack)
		}
		if got := b.m.FilterRequest(b.C); got != c.want || (filtered == 1) != c.want {
			t.Errorf("%s: absorbed %v, event routes %d", c.what, got, filtered)
		}
	}
	if got := b.stat("received_ACKs"); got != 1 {
		t.Errorf("received_ACKs: %d", got)
	}
}

// event_route[sl:local-response] sees the reply, and leaves the route alone.
func TestLocalResponse(t *testing.T) {
	b := open(t)
	var told []string
	b.h.events["sl:local-response"] = block(func(c *registry.Ctx) int {
		_, method, _ := c.Msg.CSeq()
		told = append(told, method+" "+c.Msg.Reason())
		if c.Recv != nil || c.Msg.Status() != 404 {
			t.Errorf("status %d, received %v", c.Msg.Status(), c.Recv)
		}
		c.Flow, c.RC = registry.FlowExit, 7
		return 0
	})
	b.start()
	b.Message(request("INVITE", "<sip:bob@example.com>", "1"))
	if got := b.Run("sl_send_reply", "404", "Nope"); got != 1 {
		t.Errorf("returned %d", got)
	}
	if diff := cmp.Diff([]string{"INVITE Nope"}, told); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if b.C.Flow != 0 || b.C.RC != 0 || !b.C.Msg.IsRequest() || b.C.Recv == nil {
		t.Errorf("the event route left flow %d, rc %d", b.C.Flow, b.C.RC)
	}
}

func (b *bench) stat(name string) int64 {
	for _, s := range b.m.Stats() {
		if s.Group == "sl" && s.Name == name {
			return s.Value()
		}
	}
	b.T.Fatalf("no counter %s", name)
	return 0
}

func TestStats(t *testing.T) {
	b := open(t)
	b.start()
	for _, code := range []string{"100", "183", "200", "299", "302", "404", "480", "481", "500", "503", "600"} {
		b.Message(request("INVITE", "<sip:bob@example.com>", "1"))
		b.Run("sl_send_reply", code, "x")
	}
	for name, want := range map[string]int64{
		"1xx_replies": 2, "200_replies": 1, "2xx_replies": 1, "302_replies": 1, "404_replies": 1, "4xx_replies": 2,
		"500_replies": 1, "5xx_replies": 1, "6xx_replies": 1, "xxx_replies": 0, "sent_replies": 11, "failures": 0, "202_replies": 0,
	} {
		if got := b.stat(name); got != want {
			t.Errorf("%s = %d, want %d", name, got, want)
		}
	}
	if n := len(b.m.Stats()); n != 24 {
		t.Errorf("%d counters, want Kamailio's 24", n)
	}
	r, err := rpc.Run(b.m.Exports().RPCs[0], rpc.Args{})
	if err != nil {
		t.Fatal(err)
	}
	s := r.Values[0].(*registry.RPCStruct)
	want := []string{"200", "202", "2xx", "300", "301", "302", "3xx", "400", "401", "403", "404", "407", "408", "483", "4xx", "500", "5xx", "6xx", "xxx"}
	if diff := cmp.Diff(want, s.Names); diff != "" {
		t.Errorf("sl.stats (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]any{int64(1), int64(0), int64(1), int64(0), int64(0), int64(1), int64(0), int64(0), int64(0), int64(0), int64(1), int64(0), int64(0), int64(0), int64(2), int64(1), int64(1), int64(1), int64(2)}, s.Values); diff != "" {
		t.Errorf("sl.stats (-want +got)\n%s", diff)
	}
	for _, st := range b.m.Stats() {
		st.Reset()
	}
	if got := b.stat("sent_replies"); got == 0 {
		t.Error("a reset has set the figures to 0")
	}
}

// Return codes as seen on Kamailio 5.6.3.
func TestForwardReply(t *testing.T) {
	b := open(t)
	b.start()
	for _, c := range []struct {
		in   string
		args []any
		out  string
	}{
		{"SIP/2.0 408 Orig", []any{"404", "Not found"}, "404 Not found"},
		{"SIP/2.0 480 Orig", []any{"404"}, "404 Orig"},
		{"SIP/2.0 480 Orig", []any{"480", ""}, "480 Orig"},
		{"SIP/2.0 486 Orig", nil, "0 "}, // as it is
		{"SIP/2.0 480 Orig", []any{"500"}, ""},
		{"SIP/2.0 480 Orig", []any{"abc"}, ""},
		{"SIP/2.0 480 Orig", []any{"48", "x"}, ""},
		{"SIP/2.0 480 Orig", []any{"481", "a\r\nX: y"}, ""},
	} {
		b.h.forwarded = nil
		b.Message(c.in + "\r\nCSeq: 1 OPTIONS\r\n\r\n")
		got := b.Run("sl_forward_reply", c.args...)
		want, code := []string{c.out}, 1
		if c.out == "" {
			want, code = nil, -1
		}
		if diff := cmp.Diff(want, b.h.forwarded); diff != "" || got != code {
			t.Errorf("%s%v: %d, want %d (-want +got)\n%s", c.in, c.args, got, code, diff)
		}
	}
	b.h.fail = errors.New("no second Via")
	b.Message("SIP/2.0 200 OK\r\nCSeq: 1 OPTIONS\r\n\r\n")
	b.Logged()
	if got := b.Run("sl_forward_reply"); got != -1 || !strings.Contains(b.Logged(), "no second Via") {
		t.Errorf("a reply that cannot be forwarded: %d", got)
	}
}

func TestParams(t *testing.T) {
	for _, c := range []struct {
		name string
		v    registry.ParamValue
		want string
	}{
		{"default_code", registry.ParamValue{Int: 505, IsInt: true}, ""},
		{"default_code", registry.ParamValue{Int: 5, IsInt: true}, "not a SIP status code"},
		{"default_reason", registry.ParamValue{Str: "Oops"}, ""},
		{"bind_tm", registry.ParamValue{Int: 0, IsInt: true}, ""},
		{"rich_redirect", registry.ParamValue{Int: 0, IsInt: true}, ""},
		{"rich_redirect", registry.ParamValue{Int: 3, IsInt: true}, "rich_redirect=3"},
		{"event_callback_fl_ack", registry.ParamValue{Str: "f"}, "KEMI"},
		{"event_callback_lres_sent", registry.ParamValue{Str: ""}, ""},
	} {
		found := false
		for _, p := range sl.New().Exports().Params {
			if p.Name != c.name {
				continue
			}
			found = true
			if err := p.Set(c.v); (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
		}
		if !found {
			t.Errorf("no modparam %s", c.name)
		}
	}
	b := open(t)
	for _, text := range []string{"$ltt(x)", "$ltt"} {
		if _, err := b.Format(text); err == nil {
			t.Errorf("%s binds", text)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	b, n := open(t), &quiet{}
	start(b, n)
	b.Message(request("INVITE", "<sip:bob@example.com>", "1"))
	send, err := b.Call("sl_send_reply", "403", "No SIP Here")
	if err != nil {
		t.Fatal(err)
	}
	if got := testing.AllocsPerRun(100, func() { send(b.C); b.C.Arena.Reset() }); got != 0 {
		t.Errorf("%v allocations a reply", got)
	}
	if n.n == 0 {
		t.Error("nothing was sent")
	}
}

// quiet is a network that counts.
type quiet struct {
	registry.Net
	n int
}

func (q *quiet) Send(*transport.Dest, []byte, *transport.Conn) error { q.n++; return nil }

type quietHost struct {
	*host
	q *quiet
}

func (h quietHost) Net() registry.Net { return h.q }

func start(b *bench, q *quiet) {
	if err := b.m.Provision(quietHost{b.h, q}); err != nil {
		b.T.Fatal(err)
	}
	if err := b.m.Start(context.Background()); err != nil {
		b.T.Fatal(err)
	}
}

func BenchmarkReply(b *testing.B) {
	h := open(b)
	start(h, &quiet{})
	h.Message(request("OPTIONS", "<sip:bob@example.com>", "1"))
	send, err := h.Call("sl_send_reply", "403", "No SIP Here")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		send(h.C)
		h.C.Arena.Reset()
	}
}
