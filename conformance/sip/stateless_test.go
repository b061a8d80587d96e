package sip

import (
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"olelo/conformance/scenario"
)

func itoa(n int) string { return strconv.Itoa(n) }

const plainVia = "Via: {via};branch=z9hG4bK1"

// gets sends r and expects the reply.
func gets(name string, r request, status, vias string, to string) []scenario.Case {
	return over(name, func(p *scenario.Play, s socket) {
		s.Send(r.text())
		want := r
		want.to = to
		s.Expect(answer(status, vias, want))
	})
}

// silent sends text, which nothing answers, and then a request whose answer is
// the next that comes.
func silent(name, text string) []scenario.Case {
	return over(name, func(p *scenario.Play, s socket) {
		s.Send(text)
		r := request{id: "after"}
		s.Send(r.text())
		s.Expect(answer("403 No SIP Here", plainVia, r))
	})
}

// refused sends text, which over UDP nothing answers and at which a connection
// is closed.
func refused(name, text string) []scenario.Case {
	cases := silent(name, text)
	cases[1].Script = func(p *scenario.Play) {
		c := p.Dial()
		addr(p, "SIP/2.0/TCP ", c.Local())
		c.Send(text)
		c.ExpectClosed()
	}
	return cases
}

func TestStateless(t *testing.T) {
	const (
		no  = "403 No SIP Here"
		tag = ";tag={totag:[^;\r]+}"
	)
	response := "SIP/2.0 183 Progress\n" + plainVia + "\nFrom: <sip:b@127.0.0.1>;tag=1\nTo: <sip:a@127.0.0.1>;tag=2\nCall-ID: r{myport}\nCSeq: 1 INVITE\nContent-Length: 0\n\n"
	plain := request{}.text()
	var cases []scenario.Case
	for _, c := range [][]scenario.Case{
		gets("plain", request{}, no, plainVia, ""),
		gets("rport", request{via: "Via: {transport} 192.0.2.9:9;branch=z9hG4bK1;rport"}, no,
			"Via: {transport} 192.0.2.9:9;branch=z9hG4bK1;rport={myport};received=127.0.0.1", ""),
		gets("two Vias", request{via: plainVia + "\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK2"}, no,
			plainVia+"\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK2", ""),
		gets("compact Via of a name", request{via: "v: {transport} host.example:{myport};branch=z9hG4bK1"}, no,
			"v: {transport} host.example:{myport};branch=z9hG4bK1;received=127.0.0.1", ""),
		gets("To with a tag", request{to: "<sip:a@127.0.0.1>;tag=xx"}, no, plainVia, "<sip:a@127.0.0.1>;tag=xx"),
		gets("To without brackets", request{to: "sip:plain@to.example"}, no, plainVia, "sip:plain@to.example"+tag),
		gets("From with a name", request{from: `"B \" q" <sip:u:p@host:99;x=y>;tag=ab;z`}, no, plainVia, ""),
		gets("unknown method", request{method: "FOO"}, no, plainVia, ""),
		gets("lower-case method", request{method: "options"}, no, plainVia, ""),
		gets("tel URI", request{uri: "tel:+123"}, no, plainVia, ""),
		gets("URI of no kind", request{uri: "junk"}, no, plainVia, ""),
		gets("headers that a reply leaves out", request{headers: "Timestamp: 54\nMax-Forwards: 0\nRequire: foo\nX: y\n"}, no, plainVia, ""),
		gets("folded header", request{headers: "Subject: a\n folded\n"}, no, plainVia, ""),
		gets("body", request{headers: "Content-Type: text/plain\n", body: "MSRP x SEND\n\n-------x$\n"}, no, plainVia, ""),
		gets("code and text from variables", request{method: "UPDATE"}, "486 Busy as UPDATE to a", plainVia, ""),
		gets("a code that is no number", request{method: "REFER"}, "500 Declined", plainVia, ""),
		gets("sl_reply_error", request{method: "PUBLISH"}, "500 I'm terribly sorry, server error occurred (1/SL)", plainVia, ""),
		silent("ACK", request{method: "ACK"}.text()),
		silent("exit without reply", request{method: "SUBSCRIBE"}.text()),
		silent("drop", request{method: "NOTIFY"}.text()),
		silent("response", response),
		refused("no Call-ID", strings.Replace(plain, "Call-ID: c1\n", "", 1)),
		refused("no From", strings.Replace(plain, "From: <sip:b@127.0.0.1>;tag=1\n", "", 1)),
		refused("bad CSeq", strings.Replace(plain, "CSeq: 1 OPTIONS", "CSeq: x", 1)),
		over("response runs reply_route", func(p *scenario.Play, s socket) {
			s.Send(response)
			p.ExpectLog("reply r{myport}: 183 Progress\n")
		}),
		over("variables", func(p *scenario.Play, s socket) {
			p.Vars["id"] = "v" + p.Vars["transport"][8:] + p.Vars["myport"]
			p.Vars["lower"] = strings.ToLower(p.Vars["transport"][8:])
			s.Send(request{
				method: "MESSAGE", id: "{id}", uri: "sip:bob@example.com:5080;transport=udp?a=b",
				from: `"B" <sip:u:p@host:99;x=y>;tag=ab;z`, to: "sip:plain@to.example",
				headers: "Subject: hi there\nUser-Agent: x/1\nContent-Type: text/plain\n", body: "body",
			}.text())
			p.ExpectLog("request {id}: rm=[MESSAGE] ru=[sip:bob@example.com:5080;transport=udp?a=b] rU=[bob] rd=[example.com] rp=[5080] " +
				"fu=[sip:u:p@host:99;x=y] fU=[u] fd=[host] ft=[ab] tu=[sip:plain@to.example] tU=[plain] td=[to.example] tt=[<null>] cs=[1] " +
				"subject=[hi there] none=[<null>] ua=[x/1] cT=[text/plain] cl=[4] rb=[body] si=[127.0.0.1] sp=[{myport}] Ri=[127.0.0.1] Rp=[{port}] proto=[{lower}]\n")
		}),
		over("$mb is the message as it came", func(p *scenario.Play, s socket) {
			p.Vars["id"] = "m" + p.Vars["transport"][8:] + p.Vars["myport"]
			r := request{method: "INFO", id: "{id}", headers: "x-odd:  spaced \n", body: "b\n"}
			s.Send(r.text())
			p.ExpectLog("message {id}: [" + r.text() + "]\n")
		}),
	} {
		cases = append(cases, c...)
	}
	suite.Run(t, append(cases,
		scenario.Case{Name: "replies to the Via's address over UDP", Config: config, Script: func(p *scenario.Play) {
			u, other := p.DialUDP(), p.DialUDP()
			p.Vars["via"] = "SIP/2.0/UDP " + other.Conn.LocalAddr().String()
			u.Send(request{}.text())
			other.Expect(answer("403 No SIP Here", plainVia, request{}))
		}},
		scenario.Case{Name: "two requests in one segment", Config: config, Script: func(p *scenario.Play) {
			c := p.Dial()
			addr(p, "SIP/2.0/TCP ", c.Local())
			r1, r2 := request{id: "one", body: "SIP/2.0 200 OK\n\n"}, request{id: "two"}
			c.Send(r1.text() + r2.text())
			c.Expect(answer("403 No SIP Here", plainVia, r1))
			c.Expect(answer("403 No SIP Here", plainVia, r2))
		}},
		scenario.Case{Name: "one byte a segment", Config: config, Script: func(p *scenario.Play) {
			c := p.Dial()
			addr(p, "SIP/2.0/TCP ", c.Local())
			r := request{body: "body\n"}
			p.Check(c.SendEach(p.Text(r.text()), 1))
			c.Expect(answer("403 No SIP Here", plainVia, r))
		}},
		scenario.Case{Name: "cut at every byte", Config: config, Script: func(p *scenario.Play) {
			c := p.Dial()
			addr(p, "SIP/2.0/TCP ", c.Local())
			r := request{body: "body\n"}
			message := p.Text(r.text())
			for at := 1; at < len(message); at++ {
				c.SendBytes(message[:at])
				c.SendBytes(message[at:])
				c.Expect(answer("403 No SIP Here", plainVia, r))
			}
		}},
		scenario.Case{Name: "no Content-Length with tcp_accept_no_cl", Config: config, Script: func(p *scenario.Play) {
			c := p.Dial()
			addr(p, "SIP/2.0/TCP ", c.Local())
			c.Send(strings.Replace(request{}.text(), "Content-Length: 0\n", "", 1))
			c.Expect(answer("403 No SIP Here", plainVia, request{}))
		}},
		scenario.Case{Name: "CRLFCRLF keep-alive over TCP", Config: config, Script: func(p *scenario.Play) {
			c := p.Dial()
			addr(p, "SIP/2.0/TCP ", c.Local())
			c.SendBytes([]byte("\r\n\r\n"))
			c.Expect("\n")
			c.Send(request{}.text())
			c.Expect(answer("403 No SIP Here", plainVia, request{}))
		}},
		scenario.Case{Name: "sipsak", Config: config, Script: func(p *scenario.Play) {
			path, err := exec.LookPath("sipsak")
			if err != nil {
				p.T.Skip("sipsak is not installed")
			}
			// sipsak's status is 0 only after a 200.
			said, _ := exec.Command(path, "-v", "-v", "-s", "sip:a@"+p.Vars["addr"]).CombinedOutput()
			if !strings.Contains(string(said), "SIP/2.0 403 No SIP Here") {
				p.Fail("sipsak got no 403:\n%s", said)
			}
		}},
	))
}

// TestMalformed sends what no server may answer or die of.
func TestMalformed(t *testing.T) {
	head := "OPTIONS sip:a@127.0.0.1 SIP/2.0\r\n"
	via := "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1\r\n"
	rest := "From: <sip:b@127.0.0.1>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\nCall-ID: c1\r\nCSeq: 1 OPTIONS\r\n"
	end := "Content-Length: 0\r\n\r\n"
	long := strings.Repeat("x", 30_000)
	var cases []scenario.Case
	for _, bad := range []struct{ name, bytes string }{
		{"empty lines", "\r\n\r\n\r\n\r\n"},
		{"one byte", "x"},
		{"text", "hello\r\n\r\n"},
		{"NULs", strings.Repeat("\x00", 1000)},
		{"bytes over 127", strings.Repeat("\xff", 1000)},
		{"no version", "OPTIONS sip:a@127.0.0.1\r\n" + via + rest + end},
		{"version 3", "OPTIONS sip:a@127.0.0.1 SIP/3.0\r\n" + via + rest + end},
		{"no URI", "OPTIONS  SIP/2.0\r\n" + via + rest + end},
		{"status of letters", "SIP/2.0 abc OK\r\n" + via + rest + end},
		{"no headers", head + "\r\n"},
		{"no Via", head + rest + end},
		{"empty Via", head + "Via:\r\n" + rest + end},
		{"Via of commas", head + "Via: ,,,,\r\n" + rest + end},
		{"Via without host", head + "Via: SIP/2.0/UDP\r\n" + rest + end},
		{"Via with a bad port", head + strings.Replace(via, ":9;", ":99999999;", 1) + rest + end},
		{"Via without end", head + "Via: SIP/2.0/UDP 127.0.0.1:9;branch=\"z9"},
		{"bad CSeq", head + via + strings.Replace(rest, "1 OPTIONS", "x", 1) + end},
		{"endless From", head + via + "From: <" + long + "\r\n" + rest + end},
		{"open quote in From", head + via + strings.Replace(rest, "<sip:b", "\"<sip:b", 1) + end},
		{"header without colon", head + via + rest + "garbage\r\n" + end},
		{"header name of 30,000", head + via + rest + long + ": x\r\n" + end},
		{"first line of 30,000", "OPTIONS sip:" + long + " SIP/2.0\r\n" + via + rest + end},
		{"10,000 headers", head + via + rest + strings.Repeat("X:\r\n", 10_000) + end},
		{"Content-Length beyond the datagram", head + via + rest + "Content-Length: 4000\r\n\r\n"},
		{"Content-Length below 0", head + via + rest + "Content-Length: -1\r\n\r\n"},
		{"Content-Length of 40 digits", head + via + rest + "Content-Length: " + strings.Repeat("9", 40) + "\r\n\r\n"},
		{"bare CR", strings.ReplaceAll(head+via+rest+end, "\r\n", "\r")},
		{"largest datagram", head + via + rest + "X: " + strings.Repeat("y", 60_000) + "\r\n" + end},
	} {
		cases = append(cases,
			scenario.Case{Name: bad.name + ", UDP", Config: config, Script: func(p *scenario.Play) {
				p.DialUDP().SendBytes([]byte(bad.bytes))
				goesOn(p)
			}},
			scenario.Case{Name: bad.name + ", TCP", Config: config, Script: func(p *scenario.Play) {
				other := p.Dial()
				c := p.Dial()
				if err := c.Stream.Send([]byte(bad.bytes)); err == nil {
					c.Conn.(*net.TCPConn).CloseWrite()
				}
				if _, err := c.DiscardUntilClosed(); err != nil {
					p.Fail("the connection did not end: %v", err)
				}
				addr(p, "SIP/2.0/TCP ", other.Local())
				other.Send(request{}.text())
				other.Expect(answer("403 No SIP Here", plainVia, request{}))
			}})
	}
	suite.Run(t, cases)
}

// goesOn shows that the server serves UDP.
func goesOn(p *scenario.Play) {
	u := p.DialUDP()
	addr(p, "SIP/2.0/UDP ", u.Conn.LocalAddr().String())
	u.Send(request{}.text())
	u.Expect(answer("403 No SIP Here", plainVia, request{}))
}
