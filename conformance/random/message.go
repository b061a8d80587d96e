package random

import (
	"fmt"
	"strings"

	"olelo/conformance/feed"
)

var uris = []string{
	"sip:bob@example.com", "sip:example.com", "sip:bob:pw@example.com:5070;transport=tcp;lr;x=1", "sips:a@b.example;user=phone;ttl=5",
	"sip:+4930123@host.example;user=phone", "sip:127.0.0.1:5060", "sip:a%41b@[2001:db8::1]:5062;x=a;gr", "sip:alice@1.2.3.4;transport=udp", "tel:+49301234;phone-context=x",
}

// message makes a request, sometimes a broken one.
func (g *Generator) message() feed.Message {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	method := pick(g, []string{"INVITE", "OPTIONS", "MESSAGE", "REGISTER", "BYE", "FOO", "SUBSCRIBE"})
	line("%s %s SIP/2.0", method, pick(g, uris))
	line("Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK%d%s", g.n(1000), pick(g, []string{"", ";rport"}))
	if g.oneIn(3) {
		line("Via: SIP/2.0/TCP h2.example;branch=z9hG4bK2, SIP/2.0/TLS h3.example:5061;branch=z9hG4bK3")
	}
	line("From: %s;tag=f%d", g.nameAddr(), g.n(100))
	line("To: %s%s", g.nameAddr(), pick(g, []string{"", "", ";tag=t1", ";x=y"}))
	line("Call-ID: c%d@host", g.n(1000))
	line("CSeq: %d %s", g.n(100), method)
	line("Max-Forwards: %d", g.n(71))
	for range g.n(6) {
		switch g.n(16) {
		case 0:
			line("Subject: %s", pick(g, []string{"abc", "", "12", "a\r\n folded", "sip:bob@example.com", "x, y"}))
		case 1, 2, 3:
			line("X-A: %s", pick(g, []string{"1", "two", "a,b", "-3", "<sip:x@y>;q=1"}))
		case 4:
			line("Contact: %s%s", g.nameAddr(), pick(g, []string{"", ";expires=60", ", <sip:second@c.example>;expires=5"}))
		case 5:
			line("Route: <sip:r1.example;lr>, <sip:r2.example;lr>")
		case 6:
			line("User-Agent: %s", pick(g, []string{"ua/1.0", "a b (c)"}))
		case 7:
			line("P-Asserted-Identity: %s", g.nameAddr())
		case 8:
			line("P-Preferred-Identity: %s", g.nameAddr())
		case 9:
			line("Remote-Party-ID: %s;privacy=full", g.nameAddr())
		case 10:
			line("Diversion: <sip:d@d.example>;reason=%s;counter=2;privacy=off", pick(g, []string{"busy", "no-answer"}))
		case 11:
			line("Refer-To: %s", g.nameAddr())
		case 12:
			line("Authorization: Digest username=\"%s\", realm=\"r.example\", nonce=\"n1\", uri=\"sip:r.example\", response=\"%032d\"%s", pick(g, []string{"bob", "bob@dom.example"}), g.n(1000), pick(g, []string{"", ", algorithm=MD5, cnonce=\"c\", nc=00000001, qop=auth, opaque=\"o\""}))
		case 13:
			line("Expires: %d", g.n(4000))
		case 14:
			line("Supported: path, 100rel")
		default:
			line("Privacy: id;header")
		}
	}
	kind, body := "", ""
	switch g.n(5) {
	case 0:
		kind, body = "text/plain", "hello one\r\ntwo sip:x\r\n"
	case 1:
		kind, body = "application/sdp", "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\na=sendonly\r\n"
	case 2:
		kind, body = "multipart/mixed;boundary=bb", "--bb\r\nContent-Type: text/plain\r\n\r\npart one\r\n--bb\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--bb--\r\n"
	}
	if kind != "" {
		line("Content-Type: %s", kind)
	}
	line("Content-Length: %d", len(body))
	return feed.Message(b.String() + "\r\n" + body)
}

func (g *Generator) nameAddr() string {
	u := pick(g, uris)
	return pick(g, []string{"<" + u + ">", "\"Bob \\\"B\\\"\" <" + u + ">", "Carol <" + u + ">", "<" + u + ">"})
}
