package sip

import (
	"strings"
	"testing"
)

// TestCheck: what Kamailio 5.6.3 routes, and what it drops over UDP and closes
// a connection for.
func TestCheck(t *testing.T) {
	const whole = "OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1\r\nFrom: <sip:b@127.0.0.1>;tag=1\r\n" +
		"To: <sip:a@127.0.0.1>\r\nCall-ID: c1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
	for _, k := range []struct {
		name, old, new string
		routed         bool
	}{
		{"whole", "", "", true},
		{"another method in CSeq", "1 OPTIONS", "1 INVITE", true},
		{"a lower-case method in CSeq", "1 OPTIONS", "1 options", true},
		{"a large CSeq", "1 OPTIONS", "99999999999 OPTIONS", true},
		{"From without >", "<sip:b@127.0.0.1>", "<sip:b", true},
		{"From is empty", "<sip:b@127.0.0.1>;tag=1", "", true},
		{"Call-ID is empty", "c1", "", true},
		{"To is a word", "<sip:a@127.0.0.1>", "junk", true},
		{"a bad Max-Forwards", "Content-Length", "Max-Forwards: x\r\nContent-Length", true},
		{"an empty Content-Length", "Content-Length: 0", "Content-Length:", true},
		{"no Via", "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1\r\n", "", false},
		{"no From", "From: <sip:b@127.0.0.1>;tag=1\r\n", "", false},
		{"no To", "To: <sip:a@127.0.0.1>\r\n", "", false},
		{"no Call-ID", "Call-ID: c1\r\n", "", false},
		{"no CSeq", "CSeq: 1 OPTIONS\r\n", "", false},
		{"a CSeq that is no number", "1 OPTIONS", "x OPTIONS", true},
		{"a CSeq that is no token", "1 OPTIONS", "1 OPTIONS;x", true},
		{"a CSeq of two lines", "1 OPTIONS", "1\r\n OPTIONS", false},
		{"a CSeq of three texts", "1 OPTIONS", "1 OPTIONS x", false},
		{"CSeq without a number", "1 OPTIONS", "OPTIONS", false},
		{"CSeq without a method", "1 OPTIONS", "1", false},
		{"To without >", "<sip:a@127.0.0.1>\r\n", "<sip:a\r\n", false},
		{"To is empty", "<sip:a@127.0.0.1>\r\n", "\r\n", false},
		{"two To", "Call-ID", "To: <sip:x@y>\r\nCall-ID", false},
		{"two Call-ID", "CSeq", "Call-ID: d\r\nCSeq", false},
		{"a bad Via", "SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1", "junk", false},
		{"an empty Via before it", "Via:", "Via: \r\nVia:", false},
		{"a bad Content-Length", "Content-Length: 0", "Content-Length: x", false},
		{"a line that is no header", "Call-ID", "Xjunk\r\nCall-ID", false},
		{"a blank in a header's name", "Call-ID", "X junk: y\r\nCall-ID", false},
		{"a header without a name", "Call-ID", ": y\r\nCall-ID", false},
	} {
		var m Message
		if err := m.Parse([]byte(strings.Replace(whole, k.old, k.new, 1))); err != nil {
			t.Errorf("%s: %v", k.name, err)
			continue
		}
		if err := m.Check(); (err == nil) != k.routed {
			t.Errorf("%s: %v", k.name, err)
		}
	}
}
