package sip_test

import (
	"strings"
	"testing"

	"olelo/runtime/sip"
)

func TestForwardReply(t *testing.T) {
	const rest = "From: <sip:a@b>;tag=1\r\nCall-ID: x\r\nContent-Length: 3\r\n\r\nabc"
	for _, c := range []struct{ vias, left, to, err string }{
		{
			"Via: SIP/2.0/UDP 127.0.0.1:5060;branch=a\r\nVia: SIP/2.0/UDP 127.0.0.1:7000;branch=b\r\n",
			"Via: SIP/2.0/UDP 127.0.0.1:7000;branch=b\r\n", "UDP 127.0.0.1:7000", "",
		},
		{
			"Via: SIP/2.0/UDP 127.0.0.1:5060;branch=a, SIP/2.0/TCP h.example;received=192.0.2.1;rport=99;branch=b\r\n",
			"Via: SIP/2.0/TCP h.example;received=192.0.2.1;rport=99;branch=b\r\n", "TCP 192.0.2.1:99", "",
		},
		{
			"v:SIP/2.0/UDP 127.0.0.1:5060\r\nSubject: s\r\nv: SIP/2.0/TLS [2001:db8::1]\r\n",
			"Subject: s\r\nv: SIP/2.0/TLS [2001:db8::1]\r\n", "TLS [2001:db8::1]:5061", "",
		},
		{"Via: SIP/2.0/UDP 127.0.0.1:5060;branch=a\r\n", "", "", "no second Via"},
		{"Via: SIP/2.0/UDP 127.0.0.1\r\nVia: SIP/2.0/UDP host.example\r\n", "Via: SIP/2.0/UDP host.example\r\n", "", "host name"},
	} {
		var m sip.Message
		if err := m.Parse([]byte("SIP/2.0 200 OK\r\n" + c.vias + rest)); err != nil {
			t.Fatal(err)
		}
		proto, to, err := m.ForwardReplyDest()
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q: error %v, want %q", c.vias, err, c.err)
			}
		case err != nil || proto+" "+to.String() != c.to:
			t.Errorf("%q goes to %s %s, %v; want %s", c.vias, proto, to, err, c.to)
		}
		if got, want := string(m.AppendWithoutTopVia(nil)), "SIP/2.0 200 OK\r\n"+c.left+rest; got != want {
			t.Errorf("%q becomes\n%q, want\n%q", c.vias, got, want)
		}
	}
}
