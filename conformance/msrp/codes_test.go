package msrp

import (
	_ "embed"
	"testing"

	"olelo/conformance/scenario"
)

//go:embed testdata/codes.cfg
var codesText string

var codes = &scenario.Config{Name: "codes", Text: codesText}

// codeFrame is a SEND to the session that names what the route does.
func codeFrame(session, to, headers string) string {
	if to != "" {
		to = " " + to
	}
	return "MSRP c1 SEND\nTo-Path: msrp://127.0.0.1:5060/" + session + ";tcp" + to + "\nFrom-Path: msrp://x.example;tcp\n" + headers + "-------c1$\n"
}

func codeReply(session, code, reason, headers string) string {
	return "MSRP c1 " + code + " " + reason + "\nTo-Path: msrp://x.example;tcp\nFrom-Path: msrp://127.0.0.1:5060/" + session + ";tcp\n" + headers + "-------c1$\n"
}

func returns(name, session, to, headers, rc string) scenario.Case {
	return scenario.Case{Name: name, Config: codes, Script: func(p *scenario.Play) {
		a := p.Dial()
		a.Send(codeFrame(session, to, headers))
		a.Expect(codeReply(session, "200", "rc", "X-rc: ["+rc+"]\n"))
	}}
}

func TestReturnCodes(t *testing.T) {
	const far = "msrp://bob.example:8145/b;tcp"
	suite.Run(t, []scenario.Case{
		returns("msrp_is_request", "is-request", far, "", "1"),
		returns("msrp_is_reply", "is-reply", far, "", "-1"),
		returns("msrp_relay_flags", "relay-flags", far, "", "1"),
		returns("msrp_reply_flags", "reply-flags", far, "", "1"),
		returns("msrp_relay needs two URIs", "relay", "", "", "-1"),
		{
			Name: "msrp_relay to a port nobody listens on", Config: codes,
			Diverges: "connecting holds up no worker: msrp_relay says 1, and when nobody answers the sender gets a 408; Kamailio sees the refusal of a loopback address at once",
			Script: func(p *scenario.Play) {
				a := p.Dial()
				a.Send(codeFrame("relay", "msrp://127.0.0.1:1/b;tcp", ""))
				a.Expect(codeReply("relay", "200", "rc", "X-rc: [1]\n"))
				a.Expect(codeReply("relay", "408", "Not Delivered", ""))
			},
			Kamailio: func(p *scenario.Play) {
				a := p.Dial()
				a.Send(codeFrame("relay", "msrp://127.0.0.1:1/b;tcp", ""))
				a.Expect(codeReply("relay", "200", "rc", "X-rc: [-1]\n"))
			},
		},
		returns("msrp_relay to a name that does not resolve", "relay", "msrp://nosuch.invalid:1/b;tcp", "", "-1"),
		returns("msrp_relay to no URI", "relay", "junk", "", "-1"),
		returns("msrp_relay over tls without tls", "relay", "msrps://127.0.0.1:1/b;tcp", "", "-1"),
		returns("msrp_relay over ws", "relay", "msrp://127.0.0.1:1/b;ws", "", "-1"),
		returns("msrp_relay flag 1 without connection", "relay-1", "msrp://127.0.0.1:1/b;tcp", "", "-1"),
		{Name: "msrp_relay", Config: codes, Script: func(p *scenario.Play) {
			a, b := p.Dial(), dial(p, "bob")
			for _, session := range []string{"relay", "relay-1"} {
				a.Send(codeFrame(session, "{bob}", ""))
				b.Expect("MSRP c1 SEND\nTo-Path: {bob}\nFrom-Path: msrp://127.0.0.1:5060/" + session + ";tcp msrp://x.example;tcp\n-------c1$\n")
				a.Expect(codeReply(session, "200", "rc", "X-rc: [1]\n"))
			}
		}},
		{Name: "msrp_relay flag 1 does not dial", Config: codes, Script: func(p *scenario.Play) {
			a, l := p.Dial(), p.Listen()
			p.Vars["far"] = "msrp://" + l.Addr() + "/far;tcp"
			for _, session := range []string{"relay-1", "relay-3"} {
				a.Send(codeFrame(session, "{far}", ""))
				a.Expect(codeReply(session, "200", "rc", "X-rc: [-1]\n"))
			}
			a.Send(codeFrame("relay", "{far}", ""))
			a.Expect(codeReply("relay", "200", "rc", "X-rc: [1]\n"))
			l.Accept().Expect("MSRP c1 SEND\nTo-Path: {far}\nFrom-Path: msrp://127.0.0.1:5060/relay;tcp msrp://x.example;tcp\n-------c1$\n")
		}},
		{Name: "msrp_relay flag 2 closes the connection it used", Config: codes, Script: func(p *scenario.Play) {
			a := p.Dial()
			for _, session := range []string{"relay-2", "relay-3"} {
				b := dial(p, "bob")
				a.Send(codeFrame(session, "{bob}", ""))
				b.Expect("MSRP c1 SEND\nTo-Path: {bob}\nFrom-Path: msrp://127.0.0.1:5060/" + session + ";tcp msrp://x.example;tcp\n-------c1$\n")
				b.ExpectClosed()
				a.Expect(codeReply(session, "200", "rc", "X-rc: [1]\n"))
			}
		}},
		{Name: "msrp_reply", Config: codes, Script: func(p *scenario.Play) {
			a := p.Dial()
			a.Send(codeFrame("reply", "", "Message-ID: m1\n"))
			a.Expect(codeReply("reply", "200", "one", "Message-ID: m1\n"))
			a.Expect(codeReply("reply", "200", "rc", "Message-ID: m1\nX-rc: [1]\n"))
		}},
		{Name: "msrp_reply with variables and headers", Config: codes, Script: func(p *scenario.Play) {
			a := p.Dial()
			a.Send(codeFrame("reply-pv", "", ""))
			a.Expect(codeReply("reply-pv", "299", "from variables", "X-tid: c1\nX-two: 2\n"))
			a.Expect(codeReply("reply-pv", "200", "rc", "X-rc: [1]\n"))
		}},
		{Name: "msrp_reply flag 1", Config: codes, Script: func(p *scenario.Play) {
			a := p.Dial()
			for range 2 {
				a.Send(codeFrame("reply-1", "", ""))
				a.Expect(codeReply("reply-1", "200", "flags 1", ""))
			}
		}},
		{Name: "msrp_reply flag 2 closes", Config: codes, Script: func(p *scenario.Play) {
			a := p.Dial()
			a.Send(codeFrame("reply-2", "", ""))
			a.Expect(codeReply("reply-2", "200", "flags 2", ""))
			a.ExpectClosed()
		}},
		{Name: "msrp_reply flags 3 close", Config: codes, Script: func(p *scenario.Play) {
			a := p.Dial()
			a.Send(codeFrame("reply-3", "", ""))
			a.Expect(codeReply("reply-3", "200", "flags 3", ""))
			a.ExpectClosed()
		}},
		{
			Name: "a REPORT is not answered", Config: codes,
			Diverges: "msrp_reply answers a REPORT there (Where Kamailio is wrong, 8)",
			Script: func(p *scenario.Play) {
				a := p.Dial()
				a.Send("MSRP c0 REPORT\nTo-Path: msrp://127.0.0.1:5060/reply-1;tcp\nFrom-Path: msrp://x.example;tcp\nStatus: 000 200 OK\n-------c0$\n")
				a.Send(codeFrame("is-request", "", ""))
				a.Expect(codeReply("is-request", "200", "rc", "X-rc: [1]\n"))
			},
			Kamailio: func(p *scenario.Play) {
				a := p.Dial()
				a.Send("MSRP c0 REPORT\nTo-Path: msrp://127.0.0.1:5060/reply-1;tcp\nFrom-Path: msrp://x.example;tcp\nStatus: 000 200 OK\n-------c0$\n")
				a.Expect("MSRP c0 200 flags 1\nTo-Path: msrp://x.example;tcp\nFrom-Path: msrp://127.0.0.1:5060/reply-1;tcp\n-------c0$\n")
			},
		},
		returns("msrp_set_dst", "dst", far, "X-Dst: msrp://127.0.0.1:{port2}/x;tcp\nX-Sock: tcp:{addr2}\n", "1"),
		returns("msrp_set_dst without transport", "dst", far, "X-Dst: msrp://127.0.0.1:{port2}\nX-Sock: tcp:{addr2}\n", "1"),
		returns("msrp_set_dst, socket not ours", "dst", far, "X-Dst: msrp://127.0.0.1:{port2}\nX-Sock: tcp:127.0.0.1:1\n", "1"),
		returns("msrp_set_dst, bad socket", "dst", far, "X-Dst: msrp://127.0.0.1:{port2}\nX-Sock: junk\n", "1"),
		returns("msrp_set_dst, bad address", "dst", far, "X-Dst: sip:x\nX-Sock: tcp:{addr2}\n", "-1"),
		returns("msrp_set_dst, null address", "dst", far, "", "-1"),
		returns("msrp_set_dst does not spare the second URI", "dst-relay", "", "X-Dst: msrp://127.0.0.1:{port2}\nX-Sock: tcp:{addr2}\n", "-9"),
		{Name: "msrp_set_dst decides where msrp_relay sends", Config: codes, Script: func(p *scenario.Play) {
			a, b := p.Dial(), dial(p, "bob")
			p.Vars["bobaddr"] = b.Local()
			headers := "X-Dst: msrp://{bobaddr}\nX-Sock: tcp:{addr}\n"
			a.Send(codeFrame("dst-relay", far, headers))
			b.Expect("MSRP c1 SEND\nTo-Path: " + far + "\nFrom-Path: msrp://127.0.0.1:5060/dst-relay;tcp msrp://x.example;tcp\n" + headers + "-------c1$\n")
			a.Expect(codeReply("dst-relay", "200", "rc", "X-rc: [11]\n"))
		}},
		{Name: "msrp_set_dst's address is dialled", Config: codes, Script: func(p *scenario.Play) {
			a, l := p.Dial(), p.Listen()
			p.Vars["far"] = l.Addr()
			headers := "X-Dst: msrp://{far}\nX-Sock: tcp:{addr2}\n"
			a.Send(codeFrame("dst-relay", far, headers))
			a.Expect(codeReply("dst-relay", "200", "rc", "X-rc: [11]\n"))
			l.Accept().Expect("MSRP c1 SEND\nTo-Path: " + far + "\nFrom-Path: msrp://127.0.0.1:5060/dst-relay;tcp msrp://x.example;tcp\n" + headers + "-------c1$\n")
		}},
	})
}
