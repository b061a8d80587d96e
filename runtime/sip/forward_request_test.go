package sip_test

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/sip"
)

// options is a request whose answers by Kamailio 5.6.3 are in TestAppendForward.
const options = "OPTIONS sip:alice@example.org:5070;transport=udp SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 127.0.0.1:17950;branch=z9hG4bKabc\r\n" +
	"From: <sip:bob@127.0.0.1>;tag=1\r\n" +
	"To: <sip:alice@example.org>\r\n" +
	"Call-ID: c1\r\n" +
	"CSeq: 1 OPTIONS\r\n" +
	"Max-Forwards: 70\r\n" +
	"Content-Length: 0\r\n\r\n"

var branch = regexp.MustCompile(`z9hG4bK[0-9a-f]{4}\.[0-9a-f]{32}\.0`)

// What Kamailio 5.6.3 sends with forward(), but for the branch: a change to the
// request, and the changes that are then seen in what goes out.
func TestAppendForward(t *testing.T) {
	const own = "Via: SIP/2.0/UDP 127.0.0.1:17900;branch=B\r\n"
	const via = "Via: SIP/2.0/UDP 127.0.0.1:17950;branch=z9hG4bKabc\r\n"
	udp := sip.ForwardInfo{
		Transport: "UDP", Host: "127.0.0.1", Port: 17900,
		Src: netip.MustParseAddrPort("127.0.0.1:17950"),
	}
	with := func(f func(*sip.ForwardInfo)) sip.ForwardInfo { i := udp; f(&i); return i }
	force := with(func(i *sip.ForwardInfo) { i.ForceRPort = true })
	tcp := with(func(i *sip.ForwardInfo) { i.Transport, i.Stream = "TCP", true })
	for _, c := range []struct {
		name string
		info sip.ForwardInfo
		in   []string // old, new
		uri  string
		out  []string // old, new of the request as it came
	}{
		{"plain", udp, nil, "", []string{via, own + via}},
		{"tcp", tcp, nil, "", []string{via, "Via: SIP/2.0/TCP 127.0.0.1:17900;branch=B\r\n" + via}},
		{
			"conn and rport", with(func(i *sip.ForwardInfo) { i.Conn, i.LocalRPort = 0x2f, true }), nil, "",
			[]string{via, strings.TrimSuffix(own, "\r\n") + ";i=2f;rport\r\n" + via},
		},
		{"no port", with(func(i *sip.ForwardInfo) { i.Port = 0 }), nil, "", []string{via, strings.Replace(own, ":17900", "", 1) + via}},
		{"ipv6", with(func(i *sip.ForwardInfo) { i.Host = "::1" }), nil, "", []string{via, strings.Replace(own, "127.0.0.1", "[::1]", 1) + via}},
		{"uri", udp, nil, "sip:new@h;lr", []string{via, own + via, "sip:alice@example.org:5070;transport=udp", "sip:new@h;lr"}},
		{"force", force, nil, "", []string{via, own + strings.Replace(via, ";branch", ";rport=17950;branch", 1)}},
		{
			"received", udp,
			[]string{"127.0.0.1:17950", "10.1.1.1:4444"},
			"",
			[]string{"Via: SIP/2.0/UDP 10.1.1.1:4444;branch", own + "Via: SIP/2.0/UDP 10.1.1.1:4444;received=127.0.0.1;branch"},
		},
		{
			"force received", force,
			[]string{"127.0.0.1:17950", "10.1.1.1:4444"},
			"",
			[]string{"Via: SIP/2.0/UDP 10.1.1.1:4444;branch", own + "Via: SIP/2.0/UDP 10.1.1.1:4444;rport=17950;received=127.0.0.1;branch"},
		},
		{
			"a name is received", udp,
			[]string{"127.0.0.1:17950", "localhost:17950"},
			"",
			[]string{"Via: SIP/2.0/UDP localhost:17950;branch", own + "Via: SIP/2.0/UDP localhost:17950;received=127.0.0.1;branch"},
		},
		{
			"asks for rport", force,
			[]string{";branch=z9hG4bKabc", ";branch=z9hG4bKabc;rport;foo=1"},
			"",
			[]string{";branch=z9hG4bKabc;rport;foo=1", ";received=127.0.0.1;branch=z9hG4bKabc;rport=17950;foo=1", "Via:", own + "Via:"},
		},
		{
			"claims received", udp,
			[]string{"127.0.0.1:17950;branch", "10.1.1.1:4444;received=9.9.9.9;rport=1;branch"},
			"",
			[]string{";received=9.9.9.9;rport=1", ";received=127.0.0.1;rport=17950", "Via:", own + "Via:"},
		},
		{
			"blanks", udp,
			[]string{via, "Via: SIP / 2.0 / UDP   127.0.0.1:17950 ; branch=z9hG4bKabc;rport\r\n"},
			"",
			[]string{"Via: SIP / 2.0 / UDP   127.0.0.1:17950 ; branch=z9hG4bKabc;rport", own + "Via: SIP / 2.0 / UDP   127.0.0.1:17950 ;received=127.0.0.1; branch=z9hG4bKabc;rport=17950"},
		},
		{
			"several in a line", force,
			[]string{"z9hG4bKabc", "z9hG4bKabc,\r\n SIP/2.0/UDP 1.1.1.1;branch=z9"},
			"",
			[]string{"Via:", own + "Via:", "17950;branch", "17950;rport=17950;branch"},
		},
		{"not first, compact", udp, []string{"Via:", "X-First: 1\r\nv:"}, "", []string{"v:", own + "v:"}},
		{"length right", tcp, []string{"Content-Length: 0\r\nX", "l : 0\r\n"}, "", []string{via, "Via: SIP/2.0/TCP 127.0.0.1:17900;branch=B\r\n" + via}},
		{
			"length wrong", tcp,
			[]string{"Max-Forwards", "l : 9\r\nMax-Forwards", "Content-Length: 0\r\n\r\n", "\r\nbody"},
			"",
			[]string{via, "Via: SIP/2.0/TCP 127.0.0.1:17900;branch=B\r\n" + via, "l : 9", "l : 4"},
		},
		{
			"no length", tcp,
			[]string{"Content-Length: 0\r\n\r\n", "\r\nbody"},
			"",
			[]string{via, "Via: SIP/2.0/TCP 127.0.0.1:17900;branch=B\r\n" + via, "\r\n\r\nbody", "\r\nContent-Length: 4\r\n\r\nbody"},
		},
		{"length over UDP", udp, []string{"Length: 0\r\n\r\n", "Length: 2\r\n\r\nbody"}, "", []string{via, own + via}},
		{"no length over UDP", udp, []string{"Content-Length: 0\r\n\r\n", "\r\nbody"}, "", []string{via, own + via}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := strings.NewReplacer(c.in...).Replace(options)
			m := parse(t, in)
			if c.uri != "" && !m.SetRURI(c.uri) {
				t.Fatal("no request")
			}
			got := branch.ReplaceAllString(string(m.AppendForward([]byte("<"), &c.info)), "B")
			if diff := cmp.Diff("<"+strings.NewReplacer(c.out...).Replace(in), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What a script has changed goes out too, as Kamailio 5.6.3 orders it.
func TestAppendForwardEdited(t *testing.T) {
	const own = "Via: SIP/2.0/UDP 127.0.0.1:17900;branch=B\r\n"
	info := sip.ForwardInfo{Transport: "UDP", Host: "127.0.0.1", Port: 17900, Src: netip.MustParseAddrPort("127.0.0.1:17950")}
	stream := info
	stream.Stream = true
	at := func(text string) int { return strings.Index(options, text) }
	for _, c := range []struct {
		name  string
		info  sip.ForwardInfo
		edits [][2]string // what is there, what stands in its place
		out   []string
	}{
		{"before the first header", info, [][2]string{{"Via:", "X-I: 1\r\nVia:"}}, []string{"Via:", "X-I: 1\r\n" + own + "Via:"}},
		{"after the last", info, [][2]string{{"\r\n\r\n", "\r\nX-A: 1\r\n\r\n"}}, []string{"Via:", own + "Via:", "\r\n\r\n", "\r\nX-A: 1\r\n\r\n"}},
		{
			"the Via is gone", info,
			[][2]string{{"Via: SIP/2.0/UDP 127.0.0.1:17950;branch=z9hG4bKabc\r\n", ""}},
			[]string{"Via: SIP/2.0/UDP 127.0.0.1:17950;branch=z9hG4bKabc\r\n", own},
		},
		{
			"a stream needs its length", stream,
			[][2]string{{"Content-Length: 0\r\n", ""}},
			[]string{"Via:", own + "Via:"},
		},
	} {
		m := parse(t, options)
		for _, e := range c.edits {
			// Only what differs is an edit: an insertion stays one.
			old, text := e[0], e[1]
			end := 0
			for end < len(old) && end < len(text) && old[len(old)-1-end] == text[len(text)-1-end] {
				end++
			}
			old, text = old[:len(old)-end], text[:len(text)-end]
			m.Edit(at(e[0]), len(old), text)
		}
		got := branch.ReplaceAllString(string(m.AppendForward(nil, &c.info)), "B")
		if diff := cmp.Diff(strings.NewReplacer(c.out...).Replace(options), got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// The branch is that of retransmissions, of the CANCEL and of the ACK, and of
// no other request (RFC 3261 section 16.11).
func TestForwardBranch(t *testing.T) {
	of := func(oldnew ...string) string {
		m := parse(t, strings.NewReplacer(oldnew...).Replace(strings.ReplaceAll(options, "OPTIONS", "INVITE")))
		out := string(m.AppendForward(nil, &sip.ForwardInfo{Transport: "UDP", Host: "h", Src: netip.MustParseAddrPort("127.0.0.1:17950")}))
		b := branch.FindString(out)
		if b == "" {
			t.Fatalf("no branch in %q", out)
		}
		return b
	}
	invite := of()
	for _, same := range [][]string{{}, {"INVITE", "CANCEL"}, {"INVITE", "ACK", "To: <sip:alice@example.org>", "To: <sip:alice@example.org>;tag=2"}} {
		if b := of(same...); b != invite {
			t.Errorf("%q: %s, not %s", same, b, invite)
		}
	}
	for _, other := range [][]string{
		{"c1", "c2"},
		{"CSeq: 1", "CSeq: 2"},
		{"z9hG4bKabc", "z9hG4bKabd"},
		{"alice@example.org:5070", "carol@example.org:5070"},
		{"tag=1", "tag=2"},
		{"127.0.0.1:17950", "127.0.0.1:17951"},
	} {
		if b := of(other...); b == invite {
			t.Errorf("%q has the same branch", other)
		}
	}
}

func TestNotForwardable(t *testing.T) {
	for _, text := range []string{
		"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\n\r\n",
		"OPTIONS sip:a@b SIP/2.0\r\nFrom: <sip:a@b>\r\n\r\n",
		"OPTIONS sip:a@b SIP/2.0\r\nVia: nonsense\r\n\r\n",
	} {
		m := parse(t, text)
		if m.Forwardable() == nil || len(m.AppendForward(nil, &sip.ForwardInfo{})) != 0 {
			t.Errorf("%q is sent on", text)
		}
	}
}

func TestReplyOn(t *testing.T) {
	const reply = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:17900;branch=z9hG4bKxx.0\r\n" +
		"Via: SIP/2.0/TCP 127.0.0.1:17951;branch=z9\r\nTo: <sip:alice@example.org>;tag=2\r\n\r\nbody"
	m := parse(t, reply)
	want := "SIP/2.0 202 Fine\r\nVia: SIP/2.0/TCP 127.0.0.1:17951;branch=z9\r\nTo: <sip:alice@example.org>;tag=2\r\nContent-Length: 4\r\n\r\nbody"
	if got := string(m.AppendReplyOn(nil, 202, "Fine", true)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Seen on Kamailio 5.6.3 after force_rport, from another address than the Via's.
func TestReplyForcedRPort(t *testing.T) {
	m := parse(t, strings.Replace(options, "127.0.0.1:17950", "10.0.0.9:17950", 1))
	got := string(m.AppendReply(nil, 200, "x", sip.ReplyInfo{Src: netip.MustParseAddrPort("127.0.0.1:17952"), ForceRPort: true}))
	if want := "Via: SIP/2.0/UDP 10.0.0.9:17950;branch=z9hG4bKabc;rport=17952;received=127.0.0.1\r\n"; !strings.Contains(got, want) {
		t.Errorf("%q lacks %q", got, want)
	}
}

func TestForwardDoesNotAllocate(t *testing.T) {
	m := parse(t, options)
	reply := parse(t, "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1\r\nVia: SIP/2.0/UDP 127.0.0.1:5090;rport=5091;received=127.0.0.2\r\nContent-Length: 0\r\n\r\n")
	info := sip.ForwardInfo{Transport: "UDP", Host: "127.0.0.1", Src: netip.MustParseAddrPort("127.0.0.2:5060"), Conn: 7}
	buf := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() {
		m.AppendForward(buf, &info)
		h, _ := reply.ReplyHop()
		h.Addr()
		reply.AppendWithoutTopVia(buf)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzForward sends anything on: whatever came in, what goes out has one Via
// more or less, and every byte that is not named.
func FuzzForward(f *testing.F) {
	f.Add([]byte(options))
	f.Add([]byte("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a, SIP/2.0/UDP b\r\nVia: SIP/2.0/UDP c\r\nl: 3\r\n\r\nabc"))
	f.Add([]byte("OPTIONS sip:a@b SIP/2.0\nv: SIP/2.0/UDP h;rport\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m sip.Message
		if m.Parse(raw) != nil {
			return
		}
		if m.IsRequest() {
			if m.Forwardable() != nil {
				return
			}
			info := sip.ForwardInfo{Transport: "TCP", Host: "127.0.0.1", Src: netip.MustParseAddrPort("127.0.0.1:5060"), Stream: true}
			out := m.AppendForward(nil, &info)
			next := parse(t, string(out))
			if v, ok := next.Via(0); !ok || v.Host != "127.0.0.1" {
				t.Fatalf("the own Via is not first: %q becomes %q", raw, out)
			}
			if n, ok := next.ContentLength(); ok && n != len(next.Body()) {
				t.Fatalf("Content-Length %d for %d bytes: %q becomes %q", n, len(next.Body()), raw, out)
			}
			return
		}
		if out := m.AppendWithoutTopVia(nil); len(out) > len(raw) {
			t.Fatalf("%q becomes longer: %q", raw, out)
		}
	})
}
