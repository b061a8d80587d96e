package transport_test

import (
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"olelo/runtime/transport"
)

// settle waits until s is quiet.
func (s *server) settle() {
	s.tb.Helper()
	for end := time.Now().Add(patience); !s.Quiet(); time.Sleep(100 * time.Microsecond) {
		if time.Now().After(end) {
			s.tb.Fatal("never quiet")
		}
	}
}

// TestQuiet: whatever was sent before is handled when the server is quiet, over
// each protocol, with several readers of a socket, on new connections and old.
func TestQuiet(t *testing.T) {
	for _, children := range []int{3, 1} { // one alone receives several datagrams at once
		t.Run(fmt.Sprint(children), func(t *testing.T) { testQuiet(t, children) })
	}
}

func testQuiet(t *testing.T, children int) {
	cfg := testTLS(t)
	var handled atomic.Int64
	note := func(*transport.Recv, []byte) { handled.Add(1) }
	s := start(t, transport.Config{
		Sockets: append(tlsSockets(), loopback(transport.UDP)), TLS: cfg, Children: children, TellQuiet: true,
	}, &funcs{sip: note, msrp: note})
	udp, err := net.Dial("udp", s.addr[transport.UDP].String())
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	sent := int64(0)
	send := func(c net.Conn, text string) {
		t.Helper()
		if _, err := c.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		sent++
	}
	old := []*client{s.dial(), s.dialTLS(cfg)}
	for i := range 100 {
		fresh := s.dial()
		send(udp, options(i))
		send(udp, options(i))
		send(fresh.Conn, frame(i, "fresh"))
		for _, c := range old {
			send(c.Conn, options(i))
			send(c.Conn, frame(i, "old"))
		}
		if i%10 == 0 {
			old[1] = s.dialTLS(cfg)
			send(old[1].Conn, frame(i, "new"))
		}
		if i%2 == 0 {
			if err := fresh.Close(); err != nil {
				t.Fatal(err)
			}
		}
		s.settle()
		if got := handled.Load(); got != sent {
			t.Fatalf("round %d: quiet after %d of %d messages", i, got, sent)
		}
	}
}

// TestNotQuietWhileHandling: half a message is no work, a whole one is until
// its handler returns.
func TestNotQuietWhileHandling(t *testing.T) {
	for _, p := range []transport.Proto{transport.UDP, transport.TCP} {
		t.Run(fmt.Sprint(p), func(t *testing.T) {
			in, out := make(chan struct{}), make(chan struct{})
			s := start(t, transport.Config{Sockets: []*transport.Socket{loopback(p)}, TellQuiet: true}, &funcs{sip: func(*transport.Recv, []byte) {
				in <- struct{}{}
				<-out
			}})
			c, err := net.Dial(p.String(), s.addr[p].String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			text := options(1)
			if p == transport.TCP {
				fmt.Fprint(c, text[:20])
				s.settle()
				text = text[20:]
			}
			fmt.Fprint(c, text)
			<-in
			if s.Quiet() {
				t.Error("quiet while a message is handled")
			}
			out <- struct{}{}
			s.settle()
		})
	}
}
