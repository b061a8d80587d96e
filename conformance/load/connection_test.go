package load

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"olelo/conformance/peer"
	"olelo/conformance/scenario"
	"olelo/conformance/server"
)

var (
	short = &scenario.Config{
		Name: "lifetime", Kamailio: loadable,
		Text: strings.Replace(relayText, "tcp_connection_lifetime=1810", "tcp_connection_lifetime=3", 1),
	}
	open = &scenario.Config{Name: "open connections", Text: `#!KAMAILIO
# Relays over connections that are there, and answers with what came of it.
debug=2
children=2
log_stderror=yes
tcp_accept_no_cl=yes
listen=127.0.0.1:5060
loadmodule "msrp.so"
loadmodule "pv.so"
request_route {
	exit;
}
event_route[msrp:frame-in] {
	msrp_relay_flags("1");
	msrp_relay();
	$var(rc) = $rc;
	msrp_reply("200", "rc", "X-rc: [$var(rc)]\r\n");
}
`}
	sendTimeout = &scenario.Config{
		Name: "send timeout", Kamailio: loadable,
		Text: strings.Replace(relayText, "tcp_connection_lifetime=1810", "tcp_connection_lifetime=1810\ntcp_send_timeout=2", 1),
	}
)

// toBob is a SEND to Bob's connection, and rc what it is answered with.
const toBob = "MSRP c1 SEND\nTo-Path: msrp://127.0.0.1:5060/a;tcp {bob}\nFrom-Path: msrp://x.example;tcp\n-------c1$\n"

func rc(code string) string {
	return "MSRP c1 200 rc\nTo-Path: msrp://x.example;tcp\nFrom-Path: msrp://127.0.0.1:5060/a;tcp\nX-rc: [" + code + "]\n-------c1$\n"
}

func TestConnections(t *testing.T) {
	suite.Run(t, []scenario.Case{
		{Name: "an idle connection ends after its lifetime, a used one does not", Config: short, Script: func(p *scenario.Play) {
			used, idle := p.Dial(), p.Dial()
			idle.Timeout = 200 * time.Millisecond
			deadline := time.Now().Add(p.Timeout())
			for {
				quiet(used)
				err := idle.WaitClosed()
				if err == nil {
					break
				}
				if !errors.Is(err, peer.ErrTimeout) || time.Now().After(deadline) {
					p.Fail("the idle connection: %v", err)
				}
			}
			quiet(used)
		}},
		{Name: "a peer that is gone", Config: open, Script: func(p *scenario.Play) {
			a, b := p.Dial(), dial(p, "bob")
			a.Send(toBob)
			a.Expect(rc("1"))
			b.Get()
			b.Close()
			// The server learns of it in its own time; from then on it is -1.
			deadline := time.Now().Add(p.Timeout())
			for p.Vars["rc"] = "1"; p.Vars["rc"] != "-1"; {
				if time.Now().After(deadline) {
					p.Fail("msrp_relay still finds the connection that was closed")
				}
				a.Send(toBob)
				a.Expect(rc("{rc:-?1}"))
			}
		}},
		{
			Name: "a peer that has just closed", Config: open,
			Script: func(p *scenario.Play) {
				a := p.Dial()
				for range 200 {
					b := dial(p, "bob")
					a.Send(toBob)
					a.Expect(rc("1"))
					b.Get()
					closed(p, b)
					a.Send(toBob)
					a.Expect(rc("-1"))
				}
			},
		},
		{Name: "a hundred connections", Config: relay, Script: func(p *scenario.Play) {
			a := dial(p, "alice")
			for i := range 100 {
				b := member(p, "bob")
				tid := fmt.Sprintf("n%d", i)
				a.Send(send(tid, whole(tid, "Hi", "$")))
				b.Expect(relayed(tid, whole(tid, "Hi", "$")))
			}
		}},
	})
}

func TestSlowReader(t *testing.T) {
	const frames = 3200
	rest := func(tid string) string {
		return "Message-ID: 87652\nContent-Type: text/plain\n\n" + strings.Repeat("0123456789", 1000) + "\n-------" + tid + "$\n"
	}
	const closed = "a slow reader is closed there, its frames are lost and the sender is not told (Where Kamailio is wrong, 4)"
	suite.Run(t, []scenario.Case{
		{Name: "holds its sender back, loses nothing, disturbs nobody", Config: relay, Diverges: closed, Script: func(p *scenario.Play) {
			a, b := couple(p)
			numbered := func(frame []byte, i int) []byte {
				return bytes.ReplaceAll(frame, []byte("s#####"), fmt.Appendf(nil, "s%05d", i))
			}
			out, in := p.Text(send("s#####", rest("s#####"))), p.Text(relayed("s#####", rest("s#####")))
			var sent atomic.Int64
			failed := make(chan error, 1)
			go func() {
				var err error
				for i := 0; i < frames && err == nil; i++ {
					err = a.Stream.Send(numbered(out, i))
					sent.Add(1)
				}
				failed <- err
			}()
			other := p.Dial()
			for range 300 {
				quiet(other)
			}
			if sent.Load() == frames {
				p.Fail("32 MB were taken for a reader that reads nothing")
			}
			for i := range frames {
				b.ExpectBytes(numbered(in, i))
			}
			p.Check(<-failed)
			quiet(a)
		}},
		{Name: "that stays slow: the sender is told", Config: sendTimeout, Diverges: closed, Script: func(p *scenario.Play) {
			a, b := couple(p)
			frame := p.Text(send("sx", rest("sx")))
			stopped := make(chan error, 1)
			go func() {
				var err error
				for err == nil {
					err = a.Stream.Send(frame)
				}
				stopped <- err
			}()
			a.Expect("MSRP sx 408 {reason:[^\r]+}\nTo-Path: {alice}\nFrom-Path: {bob_s}\nMessage-ID: 87652\n-------sx$\n")
			a.Close()
			<-stopped
			if _, err := b.DiscardUntilClosed(); err != nil {
				p.Fail("the slow reader's connection was to be closed: %v", err)
			}
			quiet(p.Dial())
		}},
	})
}

// TestDrain: what a server has taken it delivers before it ends.
func TestDrain(t *testing.T) {
	suite.Run(t, []scenario.Case{{
		Name: "SIGTERM with frames queued", Config: relay, Own: true,
		Diverges: "a slow reader is closed there, so that nothing is queued for it (Where Kamailio is wrong, 4)",
		Script: func(p *scenario.Play) {
			a, b := dial(p, "alice"), dial(p, "bob")
			// Two further hops, so that each frame is answered once it is taken.
			frame := p.Text("MSRP d1 SEND\nTo-Path: msrp://{addr}/a;tcp {bob} msrp://far.example/f;tcp\nFrom-Path: {alice}\n" + whole("d1", strings.Repeat("0123456789", 1000), "$"))
			want := p.Text("MSRP d1 SEND\nTo-Path: {bob} msrp://far.example/f;tcp\nFrom-Path: msrp://{addr}/a;tcp {alice}\n" + whole("d1", strings.Repeat("0123456789", 1000), "$"))
			// Until Alice is held back, which shows as an answer that does not
			// come.
			taken := 0
			a.Timeout = time.Second
			for ; ; taken++ {
				if taken == 3200 {
					p.Fail("32 MB were taken for a reader that reads nothing")
				}
				a.SendBytes(frame)
				_, err := a.Next()
				if errors.Is(err, peer.ErrTimeout) {
					break
				}
				p.Check(err)
			}
			p.Check(p.Server.Signal(syscall.SIGTERM))
			for range taken {
				b.ExpectBytes(want)
			}
			if status := p.ExpectEnd(); status != 0 {
				p.Fail("exit status %d, want 0", status)
			}
			p.T.Logf("%d frames of 10 kB were taken, and delivered after SIGTERM", taken)
		},
	}})
}

// TestHalfFrame waits for olelo's deadline of 30 s for a frame that is not
// continued.
func TestHalfFrame(t *testing.T) {
	suite.Run(t, []scenario.Case{{
		Name: "is not waited for for ever", Config: relay,
		Diverges: "it is kept for as long as the connection lives there (Where Kamailio is wrong, 12)",
		Script: func(p *scenario.Play) {
			a := p.Dial()
			quiet(a)
			a.SendBytes([]byte(first + toLine + fromLine + "Content-Type: text/plain\r\n\r\nbo"))
			a.Timeout = 3 * p.Timeout()
			a.ExpectClosed()
			quiet(p.Dial())
		},
	}})
}

// closed closes c and waits until its close stands in the server's kernel,
// whether the server has looked or not.
func closed(p *scenario.Play, c *scenario.Client) {
	local := c.Conn.LocalAddr().(*net.TCPAddr).AddrPort()
	peer := c.Conn.RemoteAddr().(*net.TCPAddr).AddrPort()
	c.Close()
	for deadline := time.Now().Add(10 * time.Second); !server.CloseArrived(local, peer); {
		if time.Now().After(deadline) {
			p.Fail("the kernel keeps the close back")
		}
		runtime.Gosched()
	}
}
