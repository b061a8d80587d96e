package load

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"olelo/conformance/scenario"
)

// held is the relay with a route that reads bodies: its frames are routed when
// they are whole.
var held = &scenario.Config{
	Name: "relay, held", Kamailio: loadable,
	Text: strings.Replace(relayText, "event_route[msrp:frame-in] {\n", "event_route[msrp:frame-in] {\nxlog(\"L_DBG\", \"$msrp(bodylen)\\n\");\n", 1),
}

const (
	tooLong = "frames of 16,384 bytes and more close the sender there"
	rest    = "Content-Type: a/b\n\n"
	aborted = "\n-------big#\n"
	// kept is how many of the last bytes that have come may be of an end line.
	kept = len("\r\n-------") - 1
)

// flow sends blocks as the body of a frame.
func flow(a *scenario.Client, block []byte, blocks int) error {
	for range blocks {
		if err := a.Stream.Send(block); err != nil {
			return err
		}
	}
	return nil
}

// lookAlike is a block of a body full of what is almost the end line of frame big.
func lookAlike() []byte {
	b := bytes.Repeat([]byte("\r\n-------big\r\n-------big-\r\n-------bi\r\n-------\r-------big$\r\n"), 1<<14)
	return append(b, body(1<<20)...)
}

// TestStream: a large frame passes while it comes in.
func TestStream(t *testing.T) {
	block := lookAlike()
	suite.Run(t, []scenario.Case{
		{Name: "100 MB in bounded memory", Config: relay, Own: true, Diverges: tooLong, Script: func(p *scenario.Play) {
			// Own instances listen elsewhere: two further hops need no session.
			a, b := dial(p, "alice"), dial(p, "bob")
			blocks := 100<<20/len(block) + 1
			paths := func(to, from string) string {
				return "MSRP big SEND\nTo-Path: " + to + "\nFrom-Path: " + from + "\n" + rest
			}
			before := resident(p, "VmRSS")
			sent := make(chan error, 1)
			go func() {
				err := a.Stream.Send(p.Text(paths("msrp://{addr}/a;tcp {bob} msrp://far.example/f;tcp", "{alice}")))
				if err == nil {
					err = flow(a, block, blocks)
				}
				if err == nil {
					err = a.Stream.Send(p.Text("\n-------big+\n"))
				}
				sent <- err
			}()
			a.Expect("MSRP big 200 Received\nTo-Path: {alice}\nFrom-Path: msrp://{addr}/a;tcp\n-------big$\n")
			b.ExpectBytes(p.Text(paths("{bob} msrp://far.example/f;tcp", "msrp://{addr}/a;tcp {alice}")))
			for range blocks {
				b.ExpectBytes(block)
			}
			b.ExpectBytes(p.Text("\n-------big+\n"))
			p.Check(<-sent)
			if grown := resident(p, "VmHWM") - before; grown > 48<<10 {
				p.Fail("%d kB of memory for a frame of 100 MB", grown)
			}
		}},
		{Name: "to nobody", Config: relay, Diverges: tooLong, Script: func(p *scenario.Play) {
			a := dial(p, "alice")
			p.Check(a.Stream.Send(p.Text("MSRP big SEND\nTo-Path: msrp://127.0.0.1:5060/none;tcp msrp://nobody.example;tcp\nFrom-Path: {alice}\n" + rest)))
			p.Check(flow(a, block, 12<<20/len(block)+1))
			a.Send("\n-------big$\n")
			a.Expect("MSRP big 481 No Such Session\nTo-Path: {alice}\nFrom-Path: msrp://127.0.0.1:5060/none;tcp\n-------big$\n")
			quiet(a)
		}},
		{Name: "a sender that dies", Config: relay, Diverges: tooLong, Script: func(p *scenario.Play) {
			a, b := couple(p)
			a.SendBytes(bytesOf(p, send("big", rest), block, ""))
			b.ExpectBytes(bytesOf(p, relayed("big", rest), block[:len(block)-kept], ""))
			p.Vars["alice"] = "msrp://other.example/o;tcp"
			c := p.Dial()
			c.Send(send("sm", whole("sm", "small", "$")))
			quiet(c)
			a.Close()
			b.ExpectBytes(p.Text(aborted))
			b.Expect(relayed("sm", whole("sm", "small", "$")))
		}},
		{Name: "a receiver that dies: the sender is told once", Config: relay, Diverges: tooLong, Script: func(p *scenario.Play) {
			a, b := couple(p)
			a.SendBytes(bytesOf(p, send("big", "Message-ID: 1\n"+rest), block, ""))
			b.ExpectBytes(bytesOf(p, relayed("big", "Message-ID: 1\n"+rest), block[:len(block)-kept], ""))
			b.Close()
			a.Expect("MSRP big 408 {reason:[^\r]+}\nTo-Path: {alice}\nFrom-Path: {bob_s}\nMessage-ID: 1\n-------big$\n")
			p.Check(flow(a, block, 3))
			a.Send("\n-------big$\n")
			quiet(a)
		}},
		{Name: "a slow receiver holds back its sender alone", Config: relay, Diverges: tooLong, Script: func(p *scenario.Play) {
			a, b := couple(p)
			const blocks = 20
			sent := make(chan error, 1)
			go func() {
				err := a.Stream.Send(p.Text(send("big", rest)))
				if err == nil {
					err = flow(a, block, blocks)
				}
				if err == nil {
					err = a.Stream.Send(p.Text("\n-------big$\n"))
				}
				sent <- err
			}()
			other := p.Dial()
			for range 300 {
				quiet(other)
			}
			select {
			case err := <-sent:
				p.Fail("%d bytes were taken for a receiver that reads nothing: %v", blocks*len(block), err)
			default:
			}
			b.ExpectBytes(p.Text(relayed("big", rest)))
			for range blocks {
				b.ExpectBytes(block)
			}
			b.ExpectBytes(p.Text("\n-------big$\n"))
			p.Check(<-sent)
		}},
		{Name: "two senders to one receiver", Config: relay, Diverges: tooLong, Script: func(p *scenario.Play) {
			a, b := couple(p)
			senders := []*scenario.Client{a, p.Dial(), p.Dial()}
			const frames = 5
			sent := make(chan error, len(senders))
			want := map[string][]byte{}
			for i, s := range senders {
				var all []byte
				for n := range frames {
					tid := fmt.Sprintf("f%d.%d", i, n)
					all = append(all, bytesOf(p, send(tid, rest), body(1_200_000+n), "\n-------"+tid+"$\n")...)
					want[tid] = bytesOf(p, relayed(tid, rest), body(1_200_000+n), "\n-------"+tid+"$\n")
				}
				go func() { sent <- s.Stream.SendEach(all, 10_007) }()
			}
			var next [3]int
			for range frames * len(senders) {
				f := b.Get()
				tid := string(bytes.Fields(f)[1])
				if !bytes.Equal(f, want[tid]) {
					p.Fail("frame %s came as other %d bytes", tid, len(f))
				}
				i := tid[1] - '0'
				if tid != fmt.Sprintf("f%d.%d", i, next[i]) {
					p.Fail("frame %s came out of order", tid)
				}
				next[i]++
			}
			for range senders {
				p.Check(<-sent)
			}
		}},
		{Name: "a route that reads bodies gets them whole", Config: held, Diverges: tooLong, Script: func(p *scenario.Play) {
			a, b := couple(p)
			p.Check(a.SendEach(bytesOf(p, send("big", rest), body(3_000_000), "\n-------big+\n"), 7919))
			b.ExpectBytes(bytesOf(p, relayed("big", rest), body(3_000_000), "\n-------big+\n"))
		}},
		{Name: "a sender that stalls while others wait", Config: relay, Diverges: tooLong, Script: func(p *scenario.Play) {
			a, b := couple(p)
			a.SendBytes(bytesOf(p, send("big", rest), block, ""))
			b.ExpectBytes(bytesOf(p, relayed("big", rest), block[:len(block)-kept], ""))
			c := p.Dial()
			p.Vars["carol"] = "msrp://other.example/o;tcp"
			c.Send(strings.ReplaceAll(send("sm", whole("sm", "small", "$")), "{alice}", "{carol}"))
			b.Timeout = 3 * p.Timeout()
			b.ExpectBytes(p.Text(aborted))
			b.Expect(strings.ReplaceAll(relayed("sm", whole("sm", "small", "$")), "{alice}", "{carol}"))
			a.Expect("MSRP big 408 {reason:[^\r]+}\nTo-Path: {alice}\nFrom-Path: {bob_s}\n-------big$\n")
			a.SendBytes(bytesOf(p, "", block, "\n-------big$\n"))
			quiet(a)
		}},
	})
}

// resident is a figure of the server's memory in kB.
func resident(p *scenario.Play, figure string) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Server.PID()))
	p.Check(err)
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == figure+":" {
			n, err := strconv.Atoi(f[1])
			p.Check(err)
			return n
		}
	}
	p.Fail("no %s in /proc", figure)
	return 0
}
