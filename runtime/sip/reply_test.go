package sip_test

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"olelo/runtime/sip"
)

var src = netip.MustParseAddrPort("127.0.0.1:17120")

// info is a request as it was sent to Kamailio 5.6.3.
func info(via, to, extra string) string {
	return "INFO sip:a@127.0.0.1 SIP/2.0\r\n" + via + "From: <sip:a@b>;tag=1\r\nTo: " + to + "\r\nCall-ID: x1\r\nCSeq: 1 MESSAGE\r\n" + extra + "Content-Length: 0\r\n\r\n"
}

const (
	plainVia = "Via: SIP/2.0/UDP 127.0.0.1:17120;branch=z9hG4bKa\r\n"
	server   = "kamailio (5.6.3 (x86_64/linux))"
)

// The replies are Kamailio 5.6.3's, with its tag as TAG.
func TestAppendReply(t *testing.T) {
	reply := func(via, to, rest string) string {
		return "SIP/2.0 403 No SIP Here\r\n" + via + "From: <sip:a@b>;tag=1\r\nTo: " + to + "\r\nCall-ID: x1\r\nCSeq: 1 MESSAGE\r\n" + rest + "Server: " + server + "\r\nContent-Length: 0\r\n\r\n"
	}
	viaCase := func(in, out string) [2]string {
		return [2]string{info("Via: SIP/2.0/UDP "+in+"\r\n", "<sip:c@d>", ""), reply("Via: SIP/2.0/UDP "+out+"\r\n", "<sip:c@d>;tag=TAG", "")}
	}
	toCase := func(in, out string) [2]string { return [2]string{info(plainVia, in, ""), reply(plainVia, out, "")} }
	for name, c := range map[string][2]string{
		"plain":             viaCase("127.0.0.1:17120;branch=z9hG4bKa", "127.0.0.1:17120;branch=z9hG4bKa"),
		"rport":             viaCase("127.0.0.1:17121;rport;branch=z9hG4bKa", "127.0.0.1:17121;rport=17120;branch=z9hG4bKa;received=127.0.0.1"),
		"rport with value":  viaCase("127.0.0.1:17121;rport=5;branch=z9hG4bKa", "127.0.0.1:17121;rport=17120;branch=z9hG4bKa;received=127.0.0.1"),
		"rport with =":      viaCase("10.1.1.1:17121;rport=;branch=z9hG4bKa", "10.1.1.1:17121;rport=17120;branch=z9hG4bKa;received=127.0.0.1"),
		"name":              viaCase("pc.example.org:17121;branch=z9hG4bKa", "pc.example.org:17121;branch=z9hG4bKa;received=127.0.0.1"),
		"name and rport":    viaCase("pc.example.org:17121;branch=z9hG4bKa;rport;x=y", "pc.example.org:17121;branch=z9hG4bKa;rport=17120;x=y;received=127.0.0.1"),
		"other address":     viaCase("10.1.1.1:17121;branch=z9hG4bKa", "10.1.1.1:17121;branch=z9hG4bKa;received=127.0.0.1"),
		"maddr":             viaCase("10.1.1.1:17121;maddr=127.0.0.2;branch=z9hG4bKa", "10.1.1.1:17121;maddr=127.0.0.2;branch=z9hG4bKa;received=127.0.0.1"),
		"i":                 viaCase("127.0.0.1:17120;i=5;branch=z9hG4bKa", "127.0.0.1:17120;i=5;branch=z9hG4bKa"),
		"v6":                viaCase("[::1]:17120;branch=z9hG4bKa;rport", "[::1]:17120;branch=z9hG4bKa;rport=17120;received=127.0.0.1"),
		"folded":            viaCase("127.0.0.1:17120\r\n ;branch=z9hG4bKa;rport", "127.0.0.1:17120\r\n ;branch=z9hG4bKa;rport=17120;received=127.0.0.1"),
		"blanks at the end": viaCase("127.0.0.1:17120;branch=z9hG4bKa;rport  ", "127.0.0.1:17120;branch=z9hG4bKa;rport=17120;received=127.0.0.1"),
		"second line": viaCase("127.0.0.1:17120;branch=z9hG4bKa\r\nVia: SIP/2.0/TCP  h2 : 5 ; branch=x , SIP/2.0/UDP h3",
			"127.0.0.1:17120;branch=z9hG4bKa\r\nVia: SIP/2.0/TCP  h2 : 5 ; branch=x , SIP/2.0/UDP h3"),
		// Kamailio keeps the old received beside the new one.
		"received already there": viaCase("10.1.1.1:17121;received=1.2.3.4;branch=z9hG4bKa", "10.1.1.1:17121;branch=z9hG4bKa;received=127.0.0.1"),
		// Kamailio puts received at the end of the line, into the second Via.
		"two in a line": viaCase("127.0.0.1:17120;rport;branch=z9hG4bKa, SIP/2.0/UDP h3;branch=t", "127.0.0.1:17120;rport=17120;branch=z9hG4bKa;received=127.0.0.1, SIP/2.0/UDP h3;branch=t"),

		"To with tag":           toCase("<sip:c@d>;tag=zz", "<sip:c@d>;tag=zz"),
		"To with TAG":           toCase("<sip:c@d>;TAG=f", "<sip:c@d>;TAG=f"),
		"To with display":       toCase(`"A \" B" <sip:c@d>;x=1`, `"A \" B" <sip:c@d>;x=1;tag=TAG`),
		"To without <>":         toCase("sip:c@d;y=1", "sip:c@d;y=1;tag=TAG"),
		"To without <>, tagged": toCase("sip:c@d;tag=4", "sip:c@d;tag=4"),
		"To with blanks":        toCase("<sip:c@d>  ", "<sip:c@d>  ;tag=TAG"),
		"To with valueless tag": toCase("<sip:c@d>;tag", "<sip:c@d>;tag;tag=TAG"),
		"To with empty tag":     toCase("<sip:c@d>;tag=", "<sip:c@d>;tag=;tag=TAG"),

		"compact names": {
			strings.NewReplacer("Via:", "v:", "From:", "f :", "To:", "t:", "Call-ID:", "i:", "Content-Length", "l").Replace(info(plainVia, "<sip:c@d>", "")),
			strings.NewReplacer("Via:", "v:", "From:", "f :", "To:", "t:", "Call-ID:", "i:").Replace(reply(plainVia, "<sip:c@d>;tag=TAG", "")),
		},
		"other headers are left out": {
			info(plainVia, "<sip:c@d>", "Record-Route: <sip:1.1.1.1;lr>\r\nContact: <sip:x>\r\nX: y\r\nTimestamp: 54\r\n"),
			reply(plainVia, "<sip:c@d>;tag=TAG", ""),
		},
		"in their order": {
			info(plainVia, "<sip:c@d>", "Via: SIP/2.0/UDP h2\r\n"),
			reply(plainVia, "<sip:c@d>;tag=TAG", "Via: SIP/2.0/UDP h2\r\n"),
		},
		"line feeds": {
			strings.ReplaceAll(info(plainVia, "<sip:c@d>", ""), "\r\n", "\n"),
			"SIP/2.0 403 No SIP Here\r\n" + plainVia + "From: <sip:a@b>;tag=1\nTo: <sip:c@d>;tag=TAG\nCall-ID: x1\nCSeq: 1 MESSAGE\nServer: " + server + "\r\nContent-Length: 0\r\n\r\n",
		},
		"version as it came": {
			strings.Replace(info(plainVia, "<sip:c@d>", ""), "SIP/2.0\r\n", "sip/2.0\r\n", 1),
			"sip" + reply(plainVia, "<sip:c@d>;tag=TAG", "")[3:],
		},
	} {
		m := parse(t, c[0])
		got := string(m.AppendReply(nil, 403, "No SIP Here", sip.ReplyInfo{Src: src, Tag: "abc", Server: server}))
		got = regexp.MustCompile(`tag=abc\.[0-9a-f]{8}`).ReplaceAllString(got, "tag=TAG")
		if got != c[1] {
			t.Errorf("%s:\n%q\n%q", name, got, c[1])
		}
	}
}

func TestAppendReplyByCode(t *testing.T) {
	const rr = "Record-Route: <sip:1.1.1.1;lr>\r\nRecord-Route: <sip:2.1.1.1;lr>\r\n"
	m := parse(t, info(plainVia, "<sip:c@d>", rr))
	for code, want := range map[int]struct{ tag, rr bool }{
		100: {false, false}, 101: {false, false}, 180: {true, true}, 200: {true, true}, 299: {true, true}, 300: {true, false}, 401: {true, false},
	} {
		got := string(m.AppendReply(nil, code, "Foo", sip.ReplyInfo{Src: src, Tag: "abc"}))
		if strings.Contains(got, "tag=abc.") != want.tag || strings.Contains(got, rr) != want.rr {
			t.Errorf("%d: %q", code, got)
		}
	}
}

func TestAppendReplyExtras(t *testing.T) {
	m := parse(t, info(plainVia, "<sip:c@d>;tag=5", ""))
	got := string(m.AppendReply([]byte("before"), 200, "OK", sip.ReplyInfo{
		Src: src, ForceRPort: true, Extra: "Content-Type: text/plain\r\nX-A: b\r\n", Server: server, Body: "hello",
	}))
	// Seen on Kamailio 5.6.3 after force_rport, set_reply_body and append_to_reply.
	want := "beforeSIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:17120;branch=z9hG4bKa;rport=17120\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=5\r\nCall-ID: x1\r\nCSeq: 1 MESSAGE\r\nContent-Type: text/plain\r\nX-A: b\r\nServer: " + server + "\r\nContent-Length: 5\r\n\r\nhello"
	if got != want {
		t.Errorf("%q\n%q", got, want)
	}
}

func TestNotReplyable(t *testing.T) {
	full := info(plainVia, "<sip:c@d>", "")
	for name, bad := range map[string]string{
		"no Via":     strings.Replace(full, plainVia, "", 1),
		"bad Via":    strings.Replace(full, plainVia, "Via: x\r\n", 1),
		"no From":    strings.Replace(full, "From", "X", 1),
		"no To":      strings.Replace(full, "To", "X", 1),
		"no Call-ID": strings.Replace(full, "Call-ID", "X", 1),
		"no CSeq":    strings.Replace(full, "CSeq", "X", 1),
		"a reply":    strings.Replace(full, "INFO sip:a@127.0.0.1 SIP/2.0", "SIP/2.0 200 OK", 1),
	} {
		m := parse(t, bad)
		if m.Replyable() == nil {
			t.Errorf("%s: can be replied to", name)
		}
		if got := m.AppendReply([]byte("as it was"), 200, "OK", sip.ReplyInfo{Src: src}); string(got) != "as it was" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if err := parse(t, full).Replyable(); err != nil {
		t.Error(err)
	}
}

// An ACK has the To tag of the reply that it is for: it has to give the same.
func TestTagOfACK(t *testing.T) {
	tag := func(s string) string { return string(parse(t, s).AppendTag(nil, "base")) }
	invite := info(plainVia, "<sip:c@d>", "")
	ack := strings.NewReplacer("INFO", "ACK", "1 MESSAGE", "1 ACK", "<sip:c@d>", "<sip:c@d>;tag=base.1").Replace(invite)
	if tag(invite) != tag(ack) || !regexp.MustCompile(`^base\.[0-9a-f]{8}$`).MatchString(tag(ack)) {
		t.Errorf("%s %s", tag(invite), tag(ack))
	}
	for _, other := range []string{"z9hG4bKb", "127.0.0.2:"} {
		if changed := strings.NewReplacer("z9hG4bKa", other, "127.0.0.1:", other).Replace(invite); tag(changed) == tag(invite) {
			t.Errorf("%q has the same tag", changed)
		}
	}
}

func TestReplyDest(t *testing.T) {
	for via, want := range map[string]string{
		"127.0.0.1:17121":                           "127.0.0.1:17121",
		"127.0.0.1:17121;rport":                     "127.0.0.1:17120",
		"10.1.1.1:17121;maddr=127.0.0.2":            "127.0.0.1:17121",
		"10.1.1.1:17121;received=1.2.3.4":           "127.0.0.1:17121",
		"pc.example.org":                            "127.0.0.1:5060",
		"127.0.0.1:17121;branch=x, SIP/2.0/UDP h:3": "127.0.0.1:17121",
	} {
		m := parse(t, info("Via: SIP/2.0/UDP "+via+"\r\n", "<sip:c@d>", ""))
		if got := m.ReplyDest(src, false).String(); got != want {
			t.Errorf("%s: %s, want %s", via, got, want)
		}
		if got := m.ReplyDest(src, true); got != src {
			t.Errorf("%s, forced: %s", via, got)
		}
	}
}
