package transport_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// answerer replies to each message with a line that names it.
func answerer(s **server) *funcs {
	reply := func(kind string) func(*transport.Recv, []byte) {
		return func(r *transport.Recv, raw []byte) {
			line := fmt.Sprintf("<%s %d bytes from %s on %s>", kind, len(raw), r.SrcIP, r.Socket.Proto)
			d := transport.Dest{Proto: r.Proto, Addr: r.Src, Conn: r.Conn, Socket: r.Socket}
			if err := (*s).Send(&d, []byte(line), r.Conn); err != nil {
				(*s).tb.Errorf("reply: %v", err)
			}
		}
	}
	return &funcs{sip: reply("SIP"), msrp: reply("MSRP")}
}

func answer(kind, msg string) string {
	return fmt.Sprintf("<%s %d bytes from 127.0.0.1 on tcp>", kind, len(msg))
}

func TestSIPAndMSRPOnOneConnection(t *testing.T) {
	big := frame(7, strings.Repeat("0123456789abcdef", 20<<10/16))
	stream := options(1) + frame(2, "hi") + frame(3, "") + options(4) + big + frame(5, "-------t0000005x\r\n") + options(6)
	want := answer("SIP", options(1)) + answer("MSRP", frame(2, "hi")) + answer("MSRP", frame(3, "")) +
		answer("SIP", options(4)) + answer("MSRP", big) + answer("MSRP", frame(5, "-------t0000005x\r\n")) + answer("SIP", options(6))
	for _, tt := range []struct {
		name string
		step int
	}{{"at once", len(stream)}, {"one byte a segment", 1}, {"1000 bytes a segment", 1000}} {
		t.Run(tt.name, func(t *testing.T) {
			var s *server
			s = start(t, transport.Config{}, answerer(&s))
			c := s.dial()
			if err := c.Conn.(*net.TCPConn).SetNoDelay(true); err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(stream); i += tt.step {
				c.send(stream[i:min(i+tt.step, len(stream))])
			}
			c.expect(want)
		})
	}
}

// As seen on Kamailio 5.6.3: each second CRLF between messages is answered,
// also when the two come apart; a bare LF is not.
func TestKeepAlive(t *testing.T) {
	for _, tt := range []struct{ send, want string }{
		{"\r\n\r\n", "\r\n"},
		{"\r\n\r\n\r\n\r\n", "\r\n\r\n"},
		{"\r\n\r\n\r\n", "\r\n"},
		{"\r\n", ""},
		{"\n\n\n\n", ""},
	} {
		t.Run(fmt.Sprintf("%q", tt.send), func(t *testing.T) {
			var s *server
			s = start(t, transport.Config{}, answerer(&s))
			c := s.dial()
			c.send(tt.send, options(1))
			c.expect(tt.want, answer("SIP", options(1)))
			c.send(tt.send[:1])
			c.send(tt.send[1:], frame(1, "x"))
			c.expect(tt.want, answer("MSRP", frame(1, "x")))
		})
	}
}

func TestWithoutMSRPTheBytesAreSIP(t *testing.T) {
	h := &funcs{}
	log := &logLines{}
	sock := loopback(transport.TCP)
	tr := transport.New(transport.Config{Sockets: []*transport.Socket{sock}, Log: log.add}, transport.Handlers{
		TCP: func(*transport.Conn) transport.Handler { return h },
	})
	if err := tr.Listen(); err != nil {
		t.Fatal(err)
	}
	tr.Start()
	s := &server{Transport: tr, tb: t, addr: map[transport.Proto]netip.AddrPort{transport.TCP: sock.Addr}}
	t.Cleanup(func() { s.stop(patience) })
	c := s.dial()
	c.send(frame(1, "hi"))
	c.expectClosed() // as Kamailio without the msrp module: no Content-Length
	log.wait(t, `got "MSRP t0000001 SEND`)
}

func TestLargeMessage(t *testing.T) {
	for _, tt := range []struct{ size, count int }{{200 << 10, 5}, {5 << 20, 3}} {
		t.Run(fmt.Sprint(tt.size), func(t *testing.T) {
			body := strings.Repeat("\r\n-------\x00\xff!", tt.size/12)
			var s *server
			var to transport.Dest
			s = start(t, transport.Config{}, &funcs{msrp: func(r *transport.Recv, raw []byte) {
				if err := s.Send(&to, raw, r.Conn); err != nil {
					t.Errorf("Send: %v", err)
				}
			}})
			b := s.dial()
			to = transport.Dest{Proto: transport.TCP, Addr: b.addr(), NoConnect: true}
			a := s.dial()
			go func() {
				for i := range tt.count {
					_, _ = a.Write([]byte(frame(i, body) + frame(100+i, "small")))
				}
			}()
			for i := range tt.count {
				b.expect(frame(i, body), frame(100+i, "small"))
			}
		})
	}
}

func TestGarbageClosesOnlyItsConnection(t *testing.T) {
	for _, tt := range []struct{ name, send, log string }{
		{"zeros", "\x00\x00\x00\x00", `"\x00\x00\x00\x00"`},
		{"MSRP without a second space", "MSRP x\r\n", `"MSRP x\r\n"`},
		{"no Content-Length", "FOO sip:a SIP/2.0\r\nX: y\r\n\r\n", "Content-Length"},
		{"negative length", "FOO sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n", "Content-Length"},
		{"long garbage is cut", "MSRP " + strings.Repeat("\x01", 5000), "bytes)"},
		{"after a good message", options(1) + "\x7f\x7f", `"\x7f\x7f"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s *server
			s = start(t, transport.Config{}, answerer(&s))
			other := s.dial()
			other.send(options(9)[:50])
			c := s.dial()
			c.send(tt.send)
			if strings.HasPrefix(tt.send, options(1)) {
				c.expect(answer("SIP", options(1)))
			}
			c.expectClosed()
			line := s.log.wait(t, tt.log)
			if !strings.Contains(line, c.addr().String()) || len(line) > 600 {
				t.Errorf("the log line names no peer, or is too long: %q", line)
			}
			other.send(options(9)[50:])
			other.expect(answer("SIP", options(9)))
		})
	}
}

func TestTooLarge(t *testing.T) {
	var s *server
	s = start(t, transport.Config{SIPLimits: sip.Limits{Message: 1000}}, answerer(&s))
	c := s.dial()
	c.send("FOO sip:a SIP/2.0\r\nContent-Length: 2000\r\n\r\n")
	c.expectClosed()
	s.log.wait(t, "1000")
}

func TestHalfMessageTimesOut(t *testing.T) {
	var s *server
	s = start(t, transport.Config{PartialTimeout: 200 * time.Millisecond, PartialRate: 1 << 20}, answerer(&s))
	idle := s.dial()
	idle.send(options(1))
	idle.expect(answer("SIP", options(1)))
	for name, half := range map[string]string{"SIP": options(2)[:60], "MSRP": frame(3, "body")[:80], "MS": "MS", "CR": "\r"} {
		c := s.dial()
		c.send(options(1), half)
		c.expect(answer("SIP", options(1)))
		c.expectClosed()
		if line := s.log.wait(t, c.addr().String()); !strings.Contains(line, "not finished in time") {
			t.Errorf("%s: %s", name, line)
		}
	}
	// What has nothing half sent stays open.
	idle.send(options(4))
	idle.expect(answer("SIP", options(4)))
}

func TestSlowLargeMessageIsWaitedFor(t *testing.T) {
	// At least one byte in each 250 ms.
	var s *server
	s = start(t, transport.Config{PartialTimeout: 250 * time.Millisecond, PartialRate: 1}, answerer(&s))
	c, stalled := s.dial(), s.dial()
	msg := frame(1, strings.Repeat("slow", 1000))
	sent := 30
	c.send(msg[:sent])
	stalled.send(msg[:sent])
	// The one that goes on is waited for longer than the one that does not.
	one := make([]byte, 1)
	for {
		if err := stalled.SetReadDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		_, err := stalled.Read(one)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			break // closed
		}
		if sent == len(msg)-1 {
			t.Fatal("the stalled connection stays open")
		}
		c.send(msg[sent : sent+1])
		sent++
	}
	c.send(msg[sent:])
	c.expect(answer("MSRP", msg))
}

func TestHalfReceivedMessagesAreBoundedTogether(t *testing.T) {
	var s *server
	s = start(t, transport.Config{PartialTotal: 100 << 10, PartialTimeout: time.Minute}, answerer(&s))
	first, second := s.dial(), s.dial()
	half := frame(1, strings.Repeat("x", 120<<10))[:70<<10]
	first.send(half)
	second.send(half)
	closed := make(chan error, 2)
	for _, c := range []*client{first, second} {
		go func() {
			_, err := c.Read(make([]byte, 1))
			closed <- err
		}()
	}
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Fatal("both half messages are held")
	}
	third := s.dial()
	third.send(options(3))
	third.expect(answer("SIP", options(3)))
}

func TestLifetime(t *testing.T) {
	var s *server
	s = start(t, transport.Config{Lifetime: 500 * time.Millisecond}, answerer(&s))
	idle, busy := s.dial(), s.dial()
	done := make(chan struct{})
	go func() {
		idle.expectClosed()
		close(done)
	}()
	for n := 0; ; n++ {
		busy.send(options(n))
		busy.expect(answer("SIP", options(n)))
		select {
		case <-done:
			busy.expectClosed()
			return
		default:
		}
	}
}

func TestWritingKeepsAConnectionAlive(t *testing.T) {
	// As seen on Kamailio 5.6.3: what is relayed to a connection extends its
	// life too.
	s := start(t, transport.Config{Lifetime: 500 * time.Millisecond}, &funcs{})
	idle, fed := s.dial(), s.dial()
	done := make(chan struct{})
	go func() {
		idle.expectClosed()
		close(done)
	}()
	to := transport.Dest{Proto: transport.TCP, Addr: fed.addr(), NoConnect: true}
	// Until accepted it is not known.
	fed.send(options(1))
	for {
		if err := s.Send(&to, []byte("x"), nil); err == nil {
			fed.expect("x")
		}
		select {
		case <-done:
			if err := s.Send(&to, []byte("still"), nil); err != nil {
				t.Error(err)
			}
			fed.expect("still")
			return
		default:
		}
	}
}

func TestMaxConnections(t *testing.T) {
	var s *server
	s = start(t, transport.Config{MaxConns: 2}, answerer(&s))
	a, b := s.dial(), s.dial()
	for _, c := range []*client{a, b} {
		c.send(options(1))
		c.expect(answer("SIP", options(1)))
	}
	s.dial().expectClosed()
	s.log.wait(t, "tcp_max_connections is 2")
	if err := s.Send(&transport.Dest{Proto: transport.TCP, Addr: s.addr[transport.TCP]}, []byte("x"), nil); err == nil {
		t.Error("a third connection was opened")
	}
	_ = a.Close()
	wait(t, s.gone, "the end of a connection") // now there is room for one
	c := s.dial()
	c.send(options(2))
	c.expect(answer("SIP", options(2)))
}

func TestHandlerPanicEndsItsConnectionOnly(t *testing.T) {
	var s *server
	good := answerer(&s)
	s = start(t, transport.Config{}, &funcs{sip: good.sip, msrp: func(*transport.Recv, []byte) { panic("oops") }})
	a, b := s.dial(), s.dial()
	a.send(frame(1, "x"))
	a.expectClosed()
	s.log.wait(t, "oops")
	b.send(options(1))
	b.expect(answer("SIP", options(1)))
}
