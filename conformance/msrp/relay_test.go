package msrp

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"olelo/conformance/scenario"
)

// send is a SEND from alice to bob's session, with everything after the paths.
func send(tid, rest string) string {
	return "MSRP " + tid + " SEND\nTo-Path: {bob_s} {bob}\nFrom-Path: {alice}\n" + rest
}

// relayed is what bob receives of send.
func relayed(tid, rest string) string {
	return "MSRP " + tid + " SEND\nTo-Path: {bob}\nFrom-Path: {bob_s} {alice}\n" + rest
}

// whole is a rest of headers, a body and an end line.
func whole(tid, body, flag string) string {
	return "Message-ID: 87652\nByte-Range: 1-*/*\nContent-Type: text/plain\n\n" + body + "\n-------" + tid + flag + "\n"
}

// couple is alice, who only connects, and bob, who has a session.
func couple(p *scenario.Play) (a, b *scenario.Client) {
	return dial(p, "alice"), member(p, "bob")
}

// quiet proves that nothing came on c before: a request to an unknown session
// gets the next answer.
func quiet(c *scenario.Client) {
	c.Send("MSRP quiet SEND\nTo-Path: msrp://127.0.0.1:5060/none;tcp msrp://nobody.example;tcp\nFrom-Path: msrp://x.example;tcp\nMessage-ID: q\n-------quiet$\n")
	c.Expect("MSRP quiet 481 No Such Session\nTo-Path: msrp://x.example;tcp\nFrom-Path: msrp://127.0.0.1:5060/none;tcp\nMessage-ID: q\n-------quiet$\n")
}

// passes sends the rest of a SEND and expects it relayed with no other byte
// changed, and nothing sent back.
func passes(name, tid, rest string) scenario.Case {
	return scenario.Case{Name: name, Config: relay, Script: func(p *scenario.Play) {
		a, b := couple(p)
		a.Send(send(tid, rest))
		b.Expect(relayed(tid, rest))
		quiet(a)
	}}
}

// bytesOf joins head and end, with their variables, around a body taken as it
// is.
func bytesOf(p *scenario.Play, head string, body []byte, end string) []byte {
	return append(append(p.Text(head), body...), p.Text(end)...)
}

// passesBytes is passes with a body taken as it is.
func passesBytes(name string, body []byte) scenario.Case {
	return scenario.Case{Name: name, Config: relay, Script: func(p *scenario.Play) {
		const rest, end = "Message-ID: b1\nByte-Range: 1-*/*\nContent-Type: application/octet-stream\n\n", "\n-------bin1$\n"
		a, b := couple(p)
		a.SendBytes(bytesOf(p, send("bin1", rest), body, end))
		b.ExpectBytes(bytesOf(p, relayed("bin1", rest), body, end))
		quiet(a)
		quiet(b)
	}}
}

func allBytes() []byte {
	b := make([]byte, 0, 256*3)
	for i := range 256 {
		b = append(b, byte(i), '\r', '\n')
	}
	return b
}

func TestRelay(t *testing.T) {
	suite.Run(t, []scenario.Case{
		{Name: "unknown session", Config: relay, Script: func(p *scenario.Play) {
			a := dial(p, "alice")
			a.Send("MSRP u1 SEND\nTo-Path: msrp://127.0.0.1:5060/nosuch;tcp msrp://bob.example:8145/foo;tcp\nFrom-Path: {alice}\nMessage-ID: 87652\nByte-Range: 1-*/*\nContent-Type: text/plain\n\nHi\n-------u1$\n")
			a.Expect("MSRP u1 481 No Such Session\nTo-Path: {alice}\nFrom-Path: msrp://127.0.0.1:5060/nosuch;tcp\nMessage-ID: 87652\n-------u1$\n")
		}},
		{Name: "unknown session without Message-ID", Config: relay, Script: func(p *scenario.Play) {
			a := dial(p, "alice")
			a.Send("MSRP u2 SEND\nTo-Path: msrp://127.0.0.1:5060/nosuch;tcp msrp://bob.example:8145/foo;tcp\nFrom-Path: {alice}\n-------u2$\n")
			a.Expect("MSRP u2 481 No Such Session\nTo-Path: {alice}\nFrom-Path: msrp://127.0.0.1:5060/nosuch;tcp\n-------u2$\n")
		}},
		{Name: "the seed knows no session", Config: seed, Script: func(p *scenario.Play) {
			a, _ := couple(p)
			a.Send(send("s1", whole("s1", "Hi", "$")))
			a.Expect("MSRP s1 481 No Such Session\nTo-Path: {alice}\nFrom-Path: {bob_s}\nMessage-ID: 87652\n-------s1$\n")
		}},
		passes("SEND", "d93kswow", whole("d93kswow", "Hi Bob", "$")),
		{Name: "SEND, its 200 and its REPORT", Config: relay, Script: func(p *scenario.Play) {
			a, b := couple(p)
			rest := "Message-ID: 12339sdqwer\nByte-Range: 1-16/16\nSuccess-Report: yes\nContent-Type: text/plain\n\nHi, I'm Alice!\n\n-------a786hjs2$\n"
			a.Send(send("a786hjs2", rest))
			b.Expect(relayed("a786hjs2", rest))
			b.Send("MSRP a786hjs2 200 OK\nTo-Path: {bob_s} {alice}\nFrom-Path: {bob}\n-------a786hjs2$\n")
			a.Expect("MSRP a786hjs2 200 OK\nTo-Path: {alice}\nFrom-Path: {bob_s} {bob}\n-------a786hjs2$\n")
			report := "Message-ID: 12339sdqwer\nByte-Range: 1-16/16\nStatus: 000 200 OK\n-------dkei38sd$\n"
			b.Send("MSRP dkei38sd REPORT\nTo-Path: {bob_s} {alice}\nFrom-Path: {bob}\n" + report)
			a.Expect("MSRP dkei38sd REPORT\nTo-Path: {alice}\nFrom-Path: {bob_s} {bob}\n" + report)
			quiet(a)
			quiet(b)
		}},
		{Name: "both ways at once", Config: relay, Script: func(p *scenario.Play) {
			a, b := member(p, "alice"), member(p, "bob")
			for i := range 20 {
				tid := fmt.Sprintf("x%d", i)
				a.Send(send(tid, whole(tid, "to Bob", "$")))
				b.Send("MSRP " + tid + " SEND\nTo-Path: {alice_s} {alice}\nFrom-Path: {bob}\n" + whole(tid, "to Alice", "$"))
				b.Expect(relayed(tid, whole(tid, "to Bob", "$")))
				a.Expect("MSRP " + tid + " SEND\nTo-Path: {alice}\nFrom-Path: {alice_s} {bob}\n" + whole(tid, "to Alice", "$"))
			}
		}},
		{Name: "a reply with one URI is dropped", Config: relay, Script: func(p *scenario.Play) {
			a, b := couple(p)
			b.Send("MSRP r1 200 OK\nTo-Path: {alice}\nFrom-Path: {bob}\n-------r1$\n")
			quiet(b)
			quiet(a)
		}},
		{Name: "AUTH with a further hop is relayed", Config: relay, Script: func(p *scenario.Play) {
			a, b := dial(p, "alice"), dial(p, "bob")
			a.Send("MSRP f1 AUTH\nTo-Path: msrp://127.0.0.1:5060;tcp {bob}\nFrom-Path: {alice}\nX: y\n-------f1$\n")
			b.Expect("MSRP f1 AUTH\nTo-Path: {bob}\nFrom-Path: msrp://127.0.0.1:5060;tcp {alice}\nX: y\n-------f1$\n")
		}},
		{Name: "other method", Config: relay, Script: func(p *scenario.Play) {
			a, b := dial(p, "alice"), dial(p, "bob")
			a.Send("MSRP n1 NICKNAME\nTo-Path: msrp://127.0.0.1:5060;tcp {bob}\nFrom-Path: {alice}\nUse-Nickname: \"A\"\n-------n1$\n")
			b.Expect("MSRP n1 NICKNAME\nTo-Path: {bob}\nFrom-Path: msrp://127.0.0.1:5060;tcp {alice}\nUse-Nickname: \"A\"\n-------n1$\n")
		}},
		{Name: "two further hops", Config: relay, Script: func(p *scenario.Play) {
			// Through another server, where Bob has his session.
			second := p.Also(relay2)
			a, b := dial(p, "alice"), p.DialAddr(second.Vars["addr"])
			p.Vars["bob"] = "msrp://" + b.Local() + "/bob;tcp"
			p.Vars["second"] = second.Vars["addr"]
			p.Vars["bob_s"] = "msrp://{second}/" + auth(p, b, p.Vars["bob"]) + ";tcp"
			p.Vars["bob_s"] = string(p.Text(p.Vars["bob_s"]))
			rest := whole("h2", "Hi", "$")
			a.Send("MSRP h2 SEND\nTo-Path: msrp://{addr}/a;tcp {bob_s} {bob}\nFrom-Path: {alice}\n" + rest)
			a.Expect("MSRP h2 200 Received\nTo-Path: {alice}\nFrom-Path: msrp://{addr}/a;tcp\nMessage-ID: 87652\n-------h2$\n")
			b.Expect("MSRP h2 SEND\nTo-Path: {bob}\nFrom-Path: {bob_s} msrp://{addr}/a;tcp {alice}\n" + rest)
			b.Send("MSRP h2 REPORT\nTo-Path: {bob_s} msrp://{addr}/a;tcp {alice}\nFrom-Path: {bob}\nStatus: 000 200 OK\n-------h2$\n")
			a.Expect("MSRP h2 REPORT\nTo-Path: {alice}\nFrom-Path: msrp://{addr}/a;tcp {bob_s} {bob}\nStatus: 000 200 OK\n-------h2$\n")
		}},
		{Name: "the next hop is dialled", Config: relay, Script: func(p *scenario.Play) {
			a, l := dial(p, "alice"), p.Listen()
			p.Vars["far"] = "msrp://" + l.Addr() + "/far;tcp"
			a.Send("MSRP c1 SEND\nTo-Path: msrp://{addr}/a;tcp {far} msrp://bob.example/b;tcp\nFrom-Path: {alice}\n-------c1$\n")
			a.Expect("MSRP c1 200 Received\nTo-Path: {alice}\nFrom-Path: msrp://{addr}/a;tcp\n-------c1$\n")
			f := l.Accept()
			f.Expect("MSRP c1 SEND\nTo-Path: {far} msrp://bob.example/b;tcp\nFrom-Path: msrp://{addr}/a;tcp {alice}\n-------c1$\n")
			// The same connection takes the next frame, and frames back.
			a.Send("MSRP c2 REPORT\nTo-Path: msrp://{addr}/a;tcp {far}\nFrom-Path: {alice}\n-------c2$\n")
			f.Expect("MSRP c2 REPORT\nTo-Path: {far}\nFrom-Path: msrp://{addr}/a;tcp {alice}\n-------c2$\n")
			f.Send("MSRP c3 REPORT\nTo-Path: msrp://{addr}/a;tcp {alice}\nFrom-Path: {far}\n-------c3$\n")
			a.Expect("MSRP c3 REPORT\nTo-Path: {alice}\nFrom-Path: msrp://{addr}/a;tcp {far}\n-------c3$\n")
		}},
		passes("end flag $", "e1", whole("e1", "all", "$")),
		passes("end flag +", "e2", whole("e2", "part", "+")),
		passes("end flag #", "e3", whole("e3", "gone", "#")),
		{Name: "own replies end with $", Config: relay, Script: func(p *scenario.Play) {
			a := dial(p, "alice")
			for _, flag := range []string{"+", "#"} {
				a.Send("MSRP u3 SEND\nTo-Path: msrp://127.0.0.1:5060/nosuch;tcp msrp://bob.example:8145/foo;tcp\nFrom-Path: {alice}\n-------u3" + flag + "\n")
				a.Expect("MSRP u3 481 No Such Session\nTo-Path: {alice}\nFrom-Path: msrp://127.0.0.1:5060/nosuch;tcp\n-------u3$\n")
			}
		}},
		passes("no body", "nb", "Message-ID: 1\n-------nb$\n"),
		passes("empty body", "eb", "Message-ID: 1\nContent-Type: text/plain\n\n\n-------eb$\n"),
		passes("unknown headers, odd spelling", "uh", "message-id: 1\nX-Unknown:no space\nX-Empty:\nX-Tab:\tt\nContent-Type: text/plain\n\nx\n-------uh$\n"),
		passes("body of end lines that are none", "look", whole("look", strings.Join([]string{
			"-------look", "-------look$ ", "------look$", "-------loo$", "-------look2$", "-------LOOK$", " -------look$", "--------look$", "-------other$", "-------",
		}, "\n"), "$")),
		passes("body that is a frame", "outer", whole("outer", "MSRP inner SEND\nTo-Path: msrp://x;tcp\nFrom-Path: msrp://y;tcp\n\nz\n-------inner$", "$")),
		{
			Name: "end line with another flag is body", Config: relay,
			Diverges: "any character ends the frame there (Where Kamailio is wrong, 6)",
			Script:   passes("", "flag", whole("flag", "before\n-------flag!\nafter", "$")).Script,
		},
		{
			Name: "From-Path without space", Config: relay,
			Diverges: "the relayed frame has a broken From-Path there (Where Kamailio is wrong, 7)",
			Script: func(p *scenario.Play) {
				a, b := couple(p)
				a.Send("MSRP ns SEND\nTo-Path:{bob_s} {bob}\nFrom-Path:{alice}\n-------ns$\n")
				b.Expect("MSRP ns SEND\nTo-Path:{bob}\nFrom-Path:{bob_s} {alice}\n-------ns$\n")
			},
		},
		passesBytes("all byte values", allBytes()),
		passesBytes("NULs", make([]byte, 1000)),
		passesBytes("CRLFs", bytes.Repeat([]byte("\r\n"), 300)),
		passesBytes("hyphens", bytes.Repeat([]byte("-"), 3000)),
		passesBytes("ends in CR", []byte("x\r")),
		passesBytes("bare LF", []byte("\na\n\nb\n")),
		passes("long header", "lh", "Message-ID: 1\nX-Long: "+strings.Repeat("abcdefgh ", 400)+"\nContent-Type: text/plain\n\nx\n-------lh$\n"),
		passes("sixty headers", "sh", strings.Repeat("X-H: v\n", 60)+"-------sh$\n"),
	})
}

func TestSegments(t *testing.T) {
	suite.Run(t, []scenario.Case{
		{Name: "one byte a segment", Config: relay, Script: func(p *scenario.Play) {
			a, b := couple(p)
			rest := whole("seg", "one\n-------se\nbyte", "$")
			p.Check(a.SendEach(p.Text(send("seg", rest)), 1))
			b.Expect(relayed("seg", rest))
		}},
		{Name: "five frames in one segment", Config: relay, Script: func(p *scenario.Play) {
			a, b := couple(p)
			var out strings.Builder
			for i := range 5 {
				tid := fmt.Sprintf("m%d", i)
				out.WriteString(send(tid, whole(tid, tid, "$")))
			}
			a.Send(out.String())
			for i := range 5 {
				tid := fmt.Sprintf("m%d", i)
				b.Expect(relayed(tid, whole(tid, tid, "$")))
			}
		}},
		{Name: "five frames, with one to be answered between", Config: relay, Script: func(p *scenario.Play) {
			a, b := couple(p)
			unknown := "MSRP u SEND\nTo-Path: msrp://127.0.0.1:5060/no;tcp {bob}\nFrom-Path: {alice}\n-------u$\n"
			answer := "MSRP u 481 No Such Session\nTo-Path: {alice}\nFrom-Path: msrp://127.0.0.1:5060/no;tcp\n-------u$\n"
			a.Send(unknown + send("i1", whole("i1", "1", "$")) + unknown + send("i2", whole("i2", "2", "+")) + unknown)
			b.Expect(relayed("i1", whole("i1", "1", "$")))
			b.Expect(relayed("i2", whole("i2", "2", "+")))
			for range 3 {
				a.Expect(answer)
			}
		}},
		{Name: "cut at every byte", Config: relay, Script: func(p *scenario.Play) {
			a, b := couple(p)
			rest := whole("cut", "a\n-------cu", "$")
			frame, want := p.Text(send("cut", rest)), p.Text(relayed("cut", rest))
			for at := 1; at < len(frame); at++ {
				a.SendBytes(frame[:at])
				// The answer to another frame of another connection gives the
				// server time to take the first part alone.
				if at%16 == 0 {
					quiet(b)
				}
				a.SendBytes(frame[at:])
				b.ExpectBytes(want)
			}
			quiet(a)
		}},
		{Name: "CRLFCRLF is answered with CRLF", Config: relay, Script: func(p *scenario.Play) {
			a := dial(p, "alice")
			a.SendBytes([]byte("\r\n\r\n"))
			a.Expect("\n")
			quiet(a)
			a.SendBytes([]byte("\r\n\r\n"))
			a.Expect("\n")
		}},
		{Name: "CRLFCRLF between frames", Config: relay, Script: func(p *scenario.Play) {
			a, b := couple(p)
			a.Send(send("k1", whole("k1", "1", "$")) + "\r\n\r\n" + send("k2", whole("k2", "2", "$")))
			b.Expect(relayed("k1", whole("k1", "1", "$")))
			b.Expect(relayed("k2", whole("k2", "2", "$")))
			a.Expect("\n")
			quiet(a)
		}},
	})
}
