package load

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"testing"

	"olelo/conformance/scenario"
)

const (
	toLine   = "To-Path: msrp://127.0.0.1:5060/no;tcp msrp://bob.example:1/b;tcp\r\n"
	fromLine = "From-Path: msrp://a.example:1/a;tcp\r\n"
	first    = "MSRP t1 SEND\r\n"
	end      = "-------t1$\r\n"
)

// survives sends bytes which a server may answer, ignore or close at, and then
// ends the sending side: the connection must end, and another one go on.
func survives(name, bad string) scenario.Case {
	return scenario.Case{Name: name, Config: relay, Script: func(p *scenario.Play) {
		other := p.Dial()
		quiet(other)
		a := p.Dial()
		// The server may have closed before it took all.
		if err := a.Stream.Send([]byte(bad)); err == nil {
			a.Conn.(*net.TCPConn).CloseWrite()
		}
		if _, err := a.DiscardUntilClosed(); err != nil {
			p.Fail("the connection did not end: %v", err)
		}
		quiet(other)
		quiet(p.Dial())
	}}
}

// TestLarge sends lines, names and lists without end.
func TestLarge(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	renamed := func(tid string) string {
		return strings.ReplaceAll(first+toLine+fromLine+end, "t1", tid)
	}
	var cases []scenario.Case
	const (
		head = "OPTIONS sip:a@127.0.0.1 SIP/2.0\r\n"
		via  = "Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK1\r\n"
		rest = "From: <sip:b@127.0.0.1>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\nCall-ID: c1\r\nCSeq: 1 OPTIONS\r\n"
	)
	for _, bad := range []struct{ name, bytes string }{
		{"a thousand URIs", first + strings.Replace(toLine, "\r\n", strings.Repeat(" msrp://x/y;tcp", 1000)+"\r\n", 1) + fromLine + end},
		{"only NULs", strings.Repeat("\x00", 5000)},
		{"bytes over 127", strings.Repeat("\xff\xfe\x80", 500) + "\r\n\r\n"},
		{"letters", long(5000)},
		{"short lines", strings.Repeat("A\r\n", 5000)},
		{"bare CRs", strings.Repeat("\r", 5000)},
		{"bare LFs", strings.Repeat("\n", 5000)},
		{"CRLFs", strings.Repeat("\r\n", 5000)},
		{"endless first line", "MSRP " + long(100_000)},
		{"transaction id of 2,000", renamed(long(2000))},
		{"transaction id of 20,000", renamed(long(20_000))},
		{"header of 20,000", first + toLine + fromLine + "X: " + long(20_000) + "\r\n" + end},
		{"header of 200,000", first + toLine + fromLine + "X: " + long(200_000) + "\r\n" + end},
		{"header name of 20,000", first + toLine + fromLine + long(20_000) + ": x\r\n" + end},
		{"5,000 headers", first + toLine + fromLine + strings.Repeat("X: y\r\n", 5000) + end},
		{"path of 20,000", first + strings.Replace(toLine, "/no", "/"+long(20_000), 1) + fromLine + end},
		{"Authorization of 8,000", "MSRP t1 AUTH\r\nTo-Path: msrp://127.0.0.1:5060;tcp\r\n" + fromLine + "Authorization: Digest username=\"" + long(8000) + "\"\r\n" + end},
		{"Authorization of commas", "MSRP t1 AUTH\r\nTo-Path: msrp://127.0.0.1:5060;tcp\r\n" + fromLine + "Authorization: Digest " + strings.Repeat(",", 3000) + "\r\n" + end},
		{"SIP, endless From", head + via + "From: <" + long(30_000) + "\r\n" + rest + "Content-Length: 0\r\n\r\n"},
		{"SIP, header name of 30,000", head + via + rest + long(30_000) + ": x\r\nContent-Length: 0\r\n\r\n"},
		{"SIP, first line of 30,000", "OPTIONS sip:" + long(30_000) + " SIP/2.0\r\n" + via + rest + "Content-Length: 0\r\n\r\n"},
		{"SIP, 10,000 headers", head + via + rest + strings.Repeat("X:\r\n", 10_000) + "Content-Length: 0\r\n\r\n"},
	} {
		cases = append(cases, survives(bad.name, bad.bytes))
	}
	suite.Run(t, cases)
}

// TestTruncated ends a connection within a frame, at each byte of it.
func TestTruncated(t *testing.T) {
	frame := []byte(first + toLine + fromLine + "Content-Type: text/plain\r\n\r\nbody\r\n" + end)
	suite.Run(t, []scenario.Case{{Name: "cut at every byte", Config: relay, Script: func(p *scenario.Play) {
		other := p.Dial()
		for at := range frame {
			a := p.Dial()
			a.SendBytes(frame[:at])
			if at%2 == 0 {
				a.Reset()
			} else {
				a.Close()
			}
		}
		quiet(other)
		quiet(p.Dial())
	}}})
}

// TestMutated sends a frame with each byte replaced by a few others.
func TestMutated(t *testing.T) {
	frame := []byte(first + toLine + fromLine + "\r\nb\r\n" + end)
	var cases []scenario.Case
	for _, by := range []byte{0, ' ', '\r', '\n', ':', '-', 0xff} {
		not := "one of them mostly ends the whole server there (Where Kamailio is wrong, 2)"
		if by == ' ' {
			not = "" // the first line keeps its two spaces
		}
		cases = append(cases, scenario.Case{
			Name: fmt.Sprintf("each byte made %q", by), Config: relay, NotOnKamailio: not,
			Script: func(p *scenario.Play) {
				other := p.Dial()
				for at := range frame {
					bad := bytes.Clone(frame)
					bad[at] = by
					a := p.Dial()
					a.SendBytes(bad)
					a.Conn.(*net.TCPConn).CloseWrite()
					if _, err := a.DiscardUntilClosed(); err != nil {
						p.Fail("byte %d: the connection did not end: %v", at, err)
					}
				}
				quiet(other)
			},
		})
	}
	suite.Run(t, cases)
}

// TestTooLarge sends more than olelo's limit of 10 MiB for a frame that is held.
func TestTooLarge(t *testing.T) {
	head := []byte(first + toLine + fromLine + "Content-Type: a/b\r\n\r\n")
	suite.Run(t, []scenario.Case{{Name: "12 MiB of body", Config: held, Script: func(p *scenario.Play) {
		other := p.Dial()
		quiet(other)
		a := p.Dial()
		block := bytes.Repeat([]byte("x"), 1<<20)
		err := a.Stream.Send(head)
		for range 12 {
			if err == nil {
				err = a.Stream.Send(block)
			}
		}
		if _, err := a.DiscardUntilClosed(); err != nil {
			p.Fail("the connection was to be closed: %v", err)
		}
		quiet(other)
	}}})
}

// body is n bytes of every value, the same at each run.
func body(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(b)
	return b
}

// TestSegments sends messages in every way that TCP may cut them.
func TestSegments(t *testing.T) {
	const closed = "frames of 16,384 bytes and more close the sender there"
	suite.Run(t, []scenario.Case{
		{Name: "a frame cut at every byte", Config: relay, Script: func(p *scenario.Play) {
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
		{Name: "a SIP request cut at every byte", Config: relay, Script: func(p *scenario.Play) {
			a := p.Dial()
			request := p.Text(options("cut"))
			for at := 1; at < len(request); at++ {
				a.SendBytes(request[:at])
				a.SendBytes(request[at:])
				a.Expect(forbidden("cut"))
			}
		}},
		{
			Name: "5 MB in segments of 7,919 bytes, then a small frame", Config: relay, Diverges: closed,
			Script: func(p *scenario.Play) {
				a, b := couple(p)
				p.Check(a.SendEach(bytesOf(p, send("big", "Content-Type: a/b\n\n"), body(5_000_000), "\n-------big+\n"), 7919))
				a.Send(send("sm", whole("sm", "small", "$")))
				b.ExpectBytes(bytesOf(p, relayed("big", "Content-Type: a/b\n\n"), body(5_000_000), "\n-------big+\n"))
				b.Expect(relayed("sm", whole("sm", "small", "$")))
			},
		},
		{
			Name: "ten frames of 200 kB each way", Config: relay, Diverges: closed,
			Script: func(p *scenario.Play) {
				a, b := member(p, "alice"), member(p, "bob")
				const rest, end = "Content-Type: a/b\n\n", "\n-------w-$\n"
				// Frame and reader on both sides at once: neither side may wait
				// for the other to read first.
				there := bytes.Repeat(bytesOf(p, send("w-", rest), body(200_000), end), 10)
				back := bytes.Repeat(bytesOf(p, "MSRP w- SEND\nTo-Path: {alice_s} {alice}\nFrom-Path: {bob}\n"+rest, body(200_000), end), 10)
				sent := make(chan error, 2)
				go func() { sent <- a.Stream.Send(there) }()
				go func() { sent <- b.Stream.Send(back) }()
				b.ExpectBytes(bytes.Repeat(bytesOf(p, relayed("w-", rest), body(200_000), end), 10))
				a.ExpectBytes(bytes.Repeat(bytesOf(p, "MSRP w- SEND\nTo-Path: {alice}\nFrom-Path: {alice_s} {bob}\n"+rest, body(200_000), end), 10))
				p.Check(<-sent)
				p.Check(<-sent)
			},
		},
	})
}

// options is a SIP request with a body of MSRP look-alikes.
func options(id string) string {
	body := "MSRP x SEND\n-------x$\n"
	return "OPTIONS sip:a@127.0.0.1 SIP/2.0\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK" + id + ";rport\nFrom: <sip:b@127.0.0.1>;tag=" + id +
		"\nTo: <sip:a@127.0.0.1>\nCall-ID: " + id + "\nCSeq: 1 OPTIONS\nContent-Length: " + fmt.Sprint(len(body)+2) + "\n\n" + body
}

// forbidden is the answer to options.
func forbidden(id string) string {
	return "SIP/2.0 403 No SIP Here\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK" + id + ";rport={rport:[0-9]+};received=127.0.0.1\nFrom: <sip:b@127.0.0.1>;tag=" + id +
		"\nTo: <sip:a@127.0.0.1>;tag={totag:[^;]+}\nCall-ID: " + id + "\nCSeq: 1 OPTIONS\nServer: {server:[^\r]+}\nContent-Length: 0\n\n"
}
