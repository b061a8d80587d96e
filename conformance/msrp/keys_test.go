package msrp

import (
	_ "embed"
	"strings"
	"testing"

	"olelo/conformance/scenario"
)

//go:embed testdata/keys.cfg
var keysText string

//go:embed testdata/sipmsg0.cfg
var sipmsg0Text string

var (
	keys    = &scenario.Config{Name: "keys", Text: keysText}
	sipmsg0 = &scenario.Config{Name: "sipmsg0", Text: sipmsg0Text}
)

// ask sends a SEND to a session that the config answers with variables, with
// the rest of the frame after From-Path.
func ask(name, session, rest, answer string) scenario.Case {
	return scenario.Case{Name: name, Config: keys, Script: func(p *scenario.Play) {
		a := dial(p, "alice")
		p.Vars["aport"] = a.Local()[strings.LastIndexByte(a.Local(), ':')+1:]
		a.Send("MSRP k1 SEND\nTo-Path: msrp://127.0.0.1:5060/" + session + ";tcp msrp://bob.example:8145/foo;tcp\nFrom-Path: msrp://alice.example:7965/bar;tcp\n" + rest)
		want := answered(session, rest) + answer + "-------k1$\n"
		if session == "buf" { // its value has the frame's end line in it
			a.ExpectBytes(p.Text(want))
			return
		}
		a.Expect(want)
	}}
}

// answered is the head of the answer to ask.
func answered(session, rest string) string {
	head := "MSRP k1 200 " + session + "\nTo-Path: msrp://alice.example:7965/bar;tcp\nFrom-Path: msrp://127.0.0.1:5060/" + session + ";tcp\n"
	if strings.HasPrefix(rest, "Message-ID: 87652\n") {
		head += "Message-ID: 87652\n"
	}
	return head
}

func TestKeys(t *testing.T) {
	const (
		full  = "Message-ID: 87652\nContent-Type: text/plain\n\nHi\n-------k1$\n"
		bare  = "-------k1$\n"
		empty = "Message-ID: 87652\nContent-Type: text/plain\n\n\n-------k1$\n"
	)
	paths := func(session string) string {
		return "To-Path: msrp://127.0.0.1:5060/" + session + ";tcp msrp://bob.example:8145/foo;tcp\nFrom-Path: msrp://alice.example:7965/bar;tcp\n"
	}
	suite.Run(t, []scenario.Case{
		ask("SEND with body", "keys", full, `X-method: [SEND]
X-code: [<null>]
X-reason: [<null>]
X-transid: [k1]
X-msgid: [87652]
X-sessid: [keys]
X-buflen: [196]
X-bodylen: [4]
X-nexthops: [1]
X-prevhops: [1]
X-crthop: [msrp://127.0.0.1:5060/keys;tcp]
X-prevhop: [msrp://alice.example:7965/bar;tcp]
X-nexthop: [msrp://bob.example:8145/foo;tcp]
X-firsthop: [msrp://alice.example:7965/bar;tcp]
X-lasthop: [msrp://bob.example:8145/foo;tcp]
X-srcaddr: [msrp://127.0.0.1:{aport}]
X-srcsock: [tcp:{addr}]
X-conid: [{conid:[0-9]+}]
`),
		ask("SEND without body and Message-ID", "keys", bare, `X-method: [SEND]
X-code: [<null>]
X-reason: [<null>]
X-transid: [k1]
X-msgid: [<null>]
X-sessid: [keys]
X-buflen: [145]
X-bodylen: [0]
X-nexthops: [1]
X-prevhops: [1]
X-crthop: [msrp://127.0.0.1:5060/keys;tcp]
X-prevhop: [msrp://alice.example:7965/bar;tcp]
X-nexthop: [msrp://bob.example:8145/foo;tcp]
X-firsthop: [msrp://alice.example:7965/bar;tcp]
X-lasthop: [msrp://bob.example:8145/foo;tcp]
X-srcaddr: [msrp://127.0.0.1:{aport}]
X-srcsock: [tcp:{addr}]
X-conid: [{conid:[0-9]+}]
`),
		{Name: "one URI, three URIs", Config: keys, Script: func(p *scenario.Play) {
			a := dial(p, "alice")
			a.Send("MSRP k1 SEND\nTo-Path: msrp://127.0.0.1:5060/keys;tcp\nFrom-Path: msrp://r.example/1;tcp msrp://s.example/2;tcp msrp://alice.example/3;tcp\n-------k1$\n")
			a.Expect("MSRP k1 200 keys\nTo-Path: msrp://r.example/1;tcp\nFrom-Path: msrp://127.0.0.1:5060/keys;tcp\n" + `X-method: [SEND]
X-code: [<null>]
X-reason: [<null>]
X-transid: [k1]
X-msgid: [<null>]
X-sessid: [keys]
X-buflen: [{buflen:[0-9]+}]
X-bodylen: [0]
X-nexthops: [0]
X-prevhops: [3]
X-crthop: [msrp://127.0.0.1:5060/keys;tcp]
X-prevhop: [msrp://r.example/1;tcp]
X-nexthop: [<null>]
X-firsthop: [msrp://alice.example/3;tcp]
X-lasthop: [msrp://127.0.0.1:5060/keys;tcp]
X-srcaddr: [{srcaddr:[^]]+}]
X-srcsock: [tcp:{addr}]
X-conid: [{conid:[0-9]+}]
-------k1$
`)
		}},
		{Name: "conid is the connection's", Config: keys, Script: func(p *scenario.Play) {
			conid := func(c *scenario.Client) string {
				c.Send("MSRP k1 SEND\nTo-Path: msrp://127.0.0.1:5060/keys;tcp\nFrom-Path: msrp://x.example;tcp\n-------k1$\n")
				c.Expect("{all:.*}X-conid: [{conid:[0-9]+}]\n-------k1$\n")
				return p.Vars["conid"]
			}
			a, b := p.Dial(), p.Dial()
			one, two := conid(a), conid(b)
			if one == two || conid(a) != one || conid(b) != two {
				p.Fail("connections have the ids %s and %s", one, two)
			}
		}},
		{Name: "no session id", Config: keys, Script: func(p *scenario.Play) {
			a := p.Dial()
			a.Send("MSRP k1 SEND\nTo-Path: msrp://127.0.0.1:5060;tcp\nFrom-Path: msrp://x.example;tcp\n-------k1$\n")
			a.Expect("MSRP k1 404 none\nTo-Path: msrp://x.example;tcp\nFrom-Path: msrp://127.0.0.1:5060;tcp\nX-sessid: [<null>]\n-------k1$\n")
		}},
		{Name: "reply", Config: keys, Script: func(p *scenario.Play) {
			a := p.Dial()
			a.Send("MSRP kr{port} 413 Stop, please\nTo-Path: msrp://127.0.0.1:5060/r;tcp msrp://y.example;tcp\nFrom-Path: msrp://x.example;tcp\n-------kr{port}$\n")
			p.ExpectLog("reply: code=[413] reason=[Stop, please] method=[<null>] transid=[kr{port}] nexthops=[1] sessid=[r]\n")
		}},
		ask("buf", "buf", full, "X-buf: [MSRP k1 SEND\n"+paths("buf")+full+"]\n"),
		ask("body", "body", full, "X-body: [Hi\n]\n"),
		ask("body of look-alikes", "body", "Content-Type: text/plain\n\n-------k1\n\n-------k1$\n", "X-body: [-------k1\n\n]\n"),
		ask("empty body", "body", empty, "X-body: [\n]\n"),
		ask("no body", "body", bare, "X-body: [<null>]\n"),
		ask("hdrs", "hdrs", full, "X-hdrs: ["+paths("hdrs")+"Message-ID: 87652\nContent-Type: text/plain\n]\n"),
		ask("hdrs without body", "hdrs", bare, "X-hdrs: ["+paths("hdrs")+"]\n"),
		ask("SIP variables", "sip", "Message-ID: 87652\nSubject: over MSRP\nContent-Type: text/plain\n\nHi\n-------k1$\n", `X-rm: [MSRP]
X-ru: [sip:a@127.0.0.1]
X-si: [127.0.0.1]
X-sp: [{aport}]
X-Ri: [127.0.0.1]
X-Rp: [{port}]
X-proto: [tcp]
X-To-Path: [msrp://127.0.0.1:5060/sip;tcp msrp://bob.example:8145/foo;tcp]
X-First: [MSRP k1 SEND]
X-Subject: [over MSRP]
X-fu: [b@127.0.0.1]
X-tu: [a@127.0.0.1]
X-ci: [a]
X-ft: [a]
X-ua: [<null>]
X-ct: [text/plain]
`),
		ask("the SIP message", "mb", full, "X-mb: [MSRP sip:a@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKa\nFrom: <b@127.0.0.1>;tag=a\nTo: <a@127.0.0.1>\nCall-ID: a\nCSeq: 1 MSRP\nContent-Length: 0\nMSRP-First-Line: MSRP k1 SEND\n"+
			paths("mb")+"Message-ID: 87652\nContent-Type: text/plain\n\n]\n"),
		ask("the SIP message without body", "mb", bare, "X-mb: [MSRP sip:a@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKa\nFrom: <b@127.0.0.1>;tag=a\nTo: <a@127.0.0.1>\nCall-ID: a\nCSeq: 1 MSRP\nContent-Length: 0\nMSRP-First-Line: MSRP k1 SEND\n"+
			paths("mb")+"\n]\n"),
		{
			Name: "sipmsg=0 keeps $msrp, $var, $sht and constants", Config: sipmsg0,
			Diverges: "without a SIP message they fail there (Behaviour to match, sipmsg=0)",
			Script: func(p *scenario.Play) {
				a := p.Dial()
				a.Send("MSRP p1 SEND\nTo-Path: msrp://127.0.0.1:5060/plain;tcp msrp://bob.example/b;tcp\nFrom-Path: msrp://x.example;tcp\n-------p1$\n")
				a.Expect("MSRP p1 200 SEND\nTo-Path: msrp://x.example;tcp\nFrom-Path: msrp://127.0.0.1:5060/plain;tcp\nX: plain 2 constant\n-------p1$\n")
			},
		},
		{
			Name: "sipmsg=0 relays", Config: sipmsg0,
			Diverges: "$msrp fails there, so the route takes another way (Behaviour to match, sipmsg=0)",
			Script: func(p *scenario.Play) {
				a, b := p.Dial(), dial(p, "bob")
				a.Send("MSRP p2 SEND\nTo-Path: msrp://127.0.0.1:5060/relay;tcp {bob}\nFrom-Path: msrp://x.example;tcp\n-------p2$\n")
				b.Expect("MSRP p2 SEND\nTo-Path: {bob}\nFrom-Path: msrp://127.0.0.1:5060/relay;tcp msrp://x.example;tcp\n-------p2$\n")
			},
		},
	})
}

func TestMSRPURI(t *testing.T) {
	type parts struct{ user, host, port, session, proto, params, userinfo string }
	var cases []scenario.Case
	for _, u := range []struct {
		uri string
		parts
	}{
		{"msrp://bob.example:8145/foo;tcp", parts{host: "bob.example", port: "8145", session: "foo", proto: "tcp"}},
		{"msrps://bob.example:8145/foo;tcp", parts{host: "bob.example", port: "8145", session: "foo", proto: "tcp"}},
		{"msrp://u@h;tcp", parts{user: "u", host: "h", proto: "tcp", userinfo: "u"}},
		{"msrp://u:p@h:5/s%20x;ws", parts{user: "u", host: "h", port: "5", session: "s%20x", proto: "ws", userinfo: "u:p"}},
		{"msrp://@h:5/a;tcp", parts{host: "h", port: "5", session: "a", proto: "tcp"}},
		{"msrp://[::1]:99/x;tcp", parts{host: "[::1]", port: "99", session: "x", proto: "tcp"}},
		{"MSRP://H:9/S;TCP", parts{host: "H", port: "9", session: "S", proto: "TCP"}},
		{"msrp://h/s;tcp;a=b;c", parts{host: "h", session: "s", proto: "tcp", params: "tcp;a=b;c"}},
		{"msrp://h:5/a/b;tcp", parts{host: "h", port: "5", session: "a/b", proto: "tcp"}},
		{"msrp://h:5;tcp", parts{host: "h", port: "5", proto: "tcp"}},
		{"msrp://h:5/;tcp", parts{host: "h", port: "5", proto: "tcp"}},
		{"msrp://h:/a;tcp", parts{host: "h", session: "a", proto: "tcp"}},
		{"msrp://h:5/a", parts{host: "h", port: "5", session: "a"}},
		{"msrp://h", parts{host: "h"}},
		{"sip:x@y", parts{}},
		{"msrp:h", parts{}},
		{"x", parts{}},
		{"msrp://h:99999/x;tcp", parts{}},
		{"msrp://h:ab/x;tcp", parts{}},
		{"msrp:///x;tcp", parts{}},
	} {
		cases = append(cases, scenario.Case{Name: u.uri, Config: keys, Script: func(p *scenario.Play) {
			a := p.Dial()
			a.Send("MSRP k1 SEND\nTo-Path: msrp://127.0.0.1:5060/uri;tcp " + u.uri + "\nFrom-Path: msrp://x.example;tcp\n-------k1$\n")
			a.Expect("MSRP k1 200 uri\nTo-Path: msrp://x.example;tcp\nFrom-Path: msrp://127.0.0.1:5060/uri;tcp\nX-user: [" + u.user + "]\nX-host: [" + u.host + "]\nX-port: [" + u.port +
				"]\nX-session: [" + u.session + "]\nX-proto: [" + u.proto + "]\nX-params: [" + u.params + "]\nX-userinfo: [" + u.userinfo + "]\n-------k1$\n")
		}})
	}
	suite.Run(t, cases)
}
