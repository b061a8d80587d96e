package sip_test

import (
	"strings"
	"testing"

	"olelo/runtime/sip"
)

// FuzzMessage checks that every accessor takes what Parse takes, and that a
// reply to it is a message.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(invite))
	f.Add([]byte(info(plainVia, "<sip:c@d>", "Record-Route: <sip:x>\r\n")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var m, reply sip.Message
		if m.Parse(raw) != nil {
			return
		}
		for i := range m.NumHeaders() {
			if h, ok := m.Header(m.HeaderAt(i).Name, 0); !ok {
				t.Errorf("%q is lost", h.Name)
			}
		}
		m.From()
		m.To()
		m.CSeq()
		m.ContentLength()
		m.Body()
		for i := 0; i < 100; i++ {
			if _, ok := m.Via(i); !ok {
				break
			}
		}
		_, _ = sip.ParseURI(m.RURI())
		b := m.AppendReply(nil, 200, "OK", sip.ReplyInfo{Src: src, Tag: "x", Server: "y"})
		if (len(b) == 0) != (m.Replyable() != nil) {
			t.Errorf("%v: %q", m.Replyable(), b)
		}
		if len(b) == 0 {
			return
		}
		if err := reply.Parse(b); err != nil || reply.Status() != 200 || reply.CallID() != m.CallID() {
			t.Errorf("%v %q %q: %q", err, reply.CallID(), m.CallID(), b)
		}
	})
}

// FuzzFramer checks that messages do not depend on how the stream is cut.
func FuzzFramer(f *testing.F) {
	f.Add(invite+"\r\n\r\n"+invite, byte(1), false)
	f.Add("INFO sip:a SIP/2.0\r\nl:\r\n 3\r\n\r\nabc\n\nINFO sip:a SIP/2.0\n\n", byte(2), true)
	f.Fuzz(func(t *testing.T, stream string, size byte, noCL bool) {
		limits := sip.Limits{Message: 2000, Header: 1000}
		whole, wholeErr := cut(&sip.Framer{Limits: limits, AcceptNoCL: noCL}, stream, len(stream)+1)
		parts, partsErr := cut(&sip.Framer{Limits: limits, AcceptNoCL: noCL}, stream, int(size)+1)
		if strings.Join(whole, "|") != strings.Join(parts, "|") || (wholeErr == nil) != (partsErr == nil) {
			t.Errorf("whole: %q, %v\nin pieces of %d: %q, %v", whole, wholeErr, int(size)+1, parts, partsErr)
		}
	})
}

func FuzzURI(f *testing.F) {
	f.Add("sip:a:p@[::1]:5;x=1?h=v")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := sip.ParseURI(s)
		if err == nil && !strings.Contains(s, u.Host) {
			t.Errorf("%q: host %q", s, u.Host)
		}
		u.Param("x")
		u.Header("h")
		sip.ParseNameAddr(s)
		sip.ParseVia(s)
	})
}

// Whatever is in a header, reading it ends, and what it gives is part of it.
func FuzzCredentials(f *testing.F) {
	for _, s := range []string{
		`Digest username="alice", realm="r", nonce="n", uri="sip:x", response="0123", qop=auth, nc=00000001, cnonce="c"`,
		`digest a=b`, `Digest`, `Digest `, `Digest x`, `Digest x=`, `Digest x="`, `Digest x="\`, `Digest ,`, `Digest x="a",`,
		`Basic YTpi`, "Digest\tusername = \"a\\\"b\"\r\n , realm=r", `Digest username="a" "b"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var k sip.Credentials
		digest, err := k.Parse(body)
		if !digest && err != nil {
			t.Errorf("%q: an error in another scheme: %v", body, err)
		}
		for _, v := range []string{k.Username, k.Realm, k.Nonce, k.URI, k.Response, k.Algorithm, k.QOP, k.NC, k.CNonce} {
			if !strings.Contains(body, v) {
				t.Errorf("%q: %q is not of it", body, v)
			}
		}
		if err == nil && digest && k.Complete() && k.QOP != "" && !k.HasNC() {
			t.Errorf("%q: complete without its nc", body)
		}
	})
}
