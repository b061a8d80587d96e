package sip_test

import (
	"net/netip"
	"strings"
	"testing"

	"olelo/runtime/sip"
)

// BenchmarkParse is what a message costs that is parsed as far as the name says.
func BenchmarkParse(b *testing.B) {
	for _, k := range []struct {
		name string
		ask  func(m *sip.Message)
	}{
		{"first line", func(m *sip.Message) { _ = m.Method() }},
		{"first header", func(m *sip.Message) { m.HeaderAt(0) }},
		{"all headers", func(m *sip.Message) { m.Body() }},
		{"as routed", func(m *sip.Message) { _ = m.Check() }},
	} {
		b.Run(k.name, func(b *testing.B) {
			raw, m := []byte(invite), &sip.Message{}
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if err := m.Parse(raw); err != nil {
					b.Fatal(err)
				}
				k.ask(m)
			}
		})
	}
}

func BenchmarkURI(b *testing.B) {
	for _, text := range []string{
		"sip:example.com",
		"sip:alice@example.com:5090;transport=udp",
		"sip:+4930123;phone-context=x:pw@[2001:db8::1]:5060;user=phone;lr?Subject=x",
		"tel:+4930123;ext=5",
		"urn:service:sos",
	} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			var u sip.URI
			for b.Loop() {
				if err := u.Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAnswer is a message from its bytes to those that are sent for it: a
// request's stateless reply, the request sent on, its reply sent back.
func BenchmarkAnswer(b *testing.B) {
	const (
		via  = "Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-00000001000000ff\r\n"
		rest = "Max-Forwards: 70\r\nFrom: \"Alice\" <sip:alice@example.org>;tag=00000001\r\n" +
			"To: Bob <sip:bob@example.com>\r\nCall-ID: 00000001000000ff@bench\r\nCSeq: 1 OPTIONS\r\n" +
			"Contact: <sip:alice@127.0.0.1:5070>\r\nUser-Agent: bench\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n"
		request = "OPTIONS sip:bob@127.0.0.1:5060 SIP/2.0\r\n" + via + rest
		reply   = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK0a1b.0123456789abcdef0123456789abcdef.0\r\n" + via + rest
	)
	from := netip.MustParseAddrPort("127.0.0.1:5070")
	for _, k := range []struct {
		name, raw string
		answer    func(m *sip.Message, dst []byte) []byte
	}{
		{"reply", request, func(m *sip.Message, dst []byte) []byte {
			if m.Replyable() != nil {
				return nil
			}
			dst = m.AppendReply(dst, 200, "OK", sip.ReplyInfo{Src: from, Tag: "0123456789abcdef", Server: "olelo"})
			m.ReplyDest(from, false)
			return dst
		}},
		{"forward", request, func(m *sip.Message, dst []byte) []byte {
			return m.AppendForward(dst, &sip.ForwardInfo{Transport: "UDP", Host: "127.0.0.1", Src: from})
		}},
		{"forward reply", reply, func(m *sip.Message, dst []byte) []byte {
			if _, err := m.ReplyHop(); err != nil {
				return nil
			}
			return m.AppendReplyOn(dst, 0, "", false)
		}},
	} {
		b.Run(k.name, func(b *testing.B) {
			raw, m, dst := []byte(k.raw), &sip.Message{}, make([]byte, 0, 2048)
			b.ReportAllocs()
			for b.Loop() {
				if m.Parse(raw) != nil || m.Check() != nil || len(k.answer(m, dst)) == 0 {
					b.Fatal("no answer")
				}
			}
		})
	}
}

func BenchmarkFramer(b *testing.B) {
	f, stream := &sip.Framer{}, []byte(strings.Repeat(invite, 16))
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		for rest := stream; len(rest) > 0; {
			n, _, err := f.Next(rest)
			if err != nil || n == 0 {
				b.Fatal(n, err)
			}
			rest = rest[n:]
		}
	}
}
