package msrp

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"math/rand/v2"
	"testing"

	"olelo/conformance/scenario"
)

// body is n bytes of every value, the same at each run.
func body(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(b)
	return b
}

// sized relays a frame with a body of n bytes whole and has the route answer
// with what its variables hold.
func sized(n int) func(p *scenario.Play) {
	return func(p *scenario.Play) {
		a, b := p.Dial(), dial(p, "bob")
		content := append(body(n), "\r\n"...) // $msrp(body) has the last CRLF
		rest := "Message-ID: 87652\nByte-Range: 1-*/*\nContent-Type: application/octet-stream\n\n"
		frame := bytesOf(p, "MSRP z1 SEND\nTo-Path: msrp://127.0.0.1:5060/size;tcp {bob}\nFrom-Path: msrp://x.example;tcp\n"+rest, content, "-------z1$\n")
		a.SendBytes(frame)
		b.ExpectBytes(bytesOf(p, "MSRP z1 SEND\nTo-Path: {bob}\nFrom-Path: msrp://127.0.0.1:5060/size;tcp msrp://x.example;tcp\n"+rest, content, "-------z1$\n"))
		a.Expect(fmt.Sprintf("MSRP z1 200 size\nTo-Path: msrp://x.example;tcp\nFrom-Path: msrp://127.0.0.1:5060/size;tcp\nMessage-ID: 87652\n"+
			"X-method: [SEND]\nX-transid: [z1]\nX-msgid: [87652]\nX-sessid: [size]\nX-bodylen: [%d]\nX-buflen: [%d]\nX-nexthops: [1]\nX-prevhops: [1]\n"+
			"X-crthop: [msrp://127.0.0.1:5060/size;tcp]\nX-nexthop: [{bob}]\nX-prevhop: [msrp://x.example;tcp]\n"+
			"X-body-len: [%d]\nX-md5: [%x]\nX-hdr: [application/octet-stream]\nX-rm: [MSRP]\n-------z1$\n",
			len(content), len(frame), len(content), md5.Sum(content)))
	}
}

func TestSizes(t *testing.T) {
	const (
		lost     = "the route runs without variables over 11,239 bytes (Where Kamailio is wrong, 1)"
		vanished = "frames of 14,337 to 16,383 bytes vanish there (Where Kamailio is wrong, 3)"
		closed   = "frames of 16,384 bytes and more close the sender there (Where Kamailio is wrong, 3)"
	)
	var cases []scenario.Case
	for _, s := range []struct {
		name     string
		size     int
		diverges string
	}{
		{"100 B", 100, ""},
		{"1 kB", 1000, ""},
		{"10 kB", 10_000, ""},
		{"11 kB", 11_000, ""},
		{"11,500 B", 11_500, lost},
		{"15 kB", 15_000, vanished},
		{"16,384 B", 16_384, closed},
		{"20 kB", 20_000, closed},
		{"200 kB", 200_000, closed},
		{"5 MB", 5_000_000, closed},
	} {
		cases = append(cases, scenario.Case{Name: s.name, Config: keys, Diverges: s.diverges, Script: sized(s.size)})
	}
	suite.Run(t, append(cases,
		scenario.Case{
			Name: "12 kB to an unknown session are refused", Config: relay,
			Diverges: "comparisons are false over 11,239 bytes, so that the last msrp_relay() takes any sender's frame anywhere (Where Kamailio is wrong, 1)",
			Script: func(p *scenario.Play) {
				a, b := dial(p, "alice"), dial(p, "bob")
				p.Vars["bob_s"] = "msrp://127.0.0.1:5060/nosuch;tcp"
				a.SendBytes(bytesOf(p, send("big", "Content-Type: a/b\n\n"), body(12_000), "\n-------big$\n"))
				a.Expect("MSRP big 481 No Such Session\nTo-Path: {alice}\nFrom-Path: {bob_s}\n-------big$\n")
				quiet(b)
			},
			Kamailio: func(p *scenario.Play) {
				a, b := dial(p, "alice"), dial(p, "bob")
				p.Vars["bob_s"] = "msrp://127.0.0.1:5060/nosuch;tcp"
				a.SendBytes(bytesOf(p, send("big", "Content-Type: a/b\n\n"), body(12_000), "\n-------big$\n"))
				b.ExpectBytes(bytesOf(p, relayed("big", "Content-Type: a/b\n\n"), body(12_000), "\n-------big$\n"))
			},
		},
		scenario.Case{
			Name: "5 MB in segments of 7,919 bytes, then a small frame", Config: relay, Diverges: closed,
			Script: func(p *scenario.Play) {
				a, b := couple(p)
				p.Check(a.SendEach(bytesOf(p, send("big", "Content-Type: a/b\n\n"), body(5_000_000), "\n-------big+\n"), 7919))
				a.Send(send("sm", whole("sm", "small", "$")))
				b.ExpectBytes(bytesOf(p, relayed("big", "Content-Type: a/b\n\n"), body(5_000_000), "\n-------big+\n"))
				b.Expect(relayed("sm", whole("sm", "small", "$")))
			},
		},
		scenario.Case{
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
	))
}
