package transport_test

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"olelo/runtime/transport"
)

// answering is a server with one UDP worker that answers each datagram with its
// bytes. One that begins with "hold" waits for a turn; one with "lost" is sent
// where nothing can be sent to first.
func answering(tb testing.TB) (s *server, peer net.Conn, held, turn chan struct{}) {
	tb.Helper()
	held, turn = make(chan struct{}), make(chan struct{})
	started := make(chan struct{}) // the race detector does not see a datagram's way
	var d transport.Dest
	nowhere := netip.MustParseAddrPort("192.0.2.1:9") // loopback has no way to it
	s = start(tb, transport.Config{Sockets: []*transport.Socket{loopback(transport.UDP)}}, &funcs{sip: func(r *transport.Recv, raw []byte) {
		<-started
		d = transport.Dest{Proto: r.Proto, Addr: r.Src, Socket: r.Socket, Batch: r.Batch}
		switch {
		case bytes.HasPrefix(raw, []byte("hold")):
			held <- struct{}{}
			<-turn
		case bytes.HasPrefix(raw, []byte("lost")):
			d.Addr = nowhere
			if err := s.Send(&d, raw, nil); err == nil {
				tb.Errorf("something is sent to %s", nowhere)
			}
			d.Addr = r.Src
		}
		if err := s.Send(&d, raw, nil); err != nil {
			tb.Error(err)
		}
	}})
	close(started)
	peer, err := net.Dial("udp", s.addr[transport.UDP].String())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = peer.Close() })
	return s, peer, held, turn
}

func say(tb testing.TB, c net.Conn, texts ...string) {
	tb.Helper()
	for _, text := range texts {
		if _, err := c.Write([]byte(text)); err != nil {
			tb.Fatal(err)
		}
	}
}

func hear(tb testing.TB, c net.Conn, texts ...string) {
	tb.Helper()
	buf := make([]byte, 64<<10)
	for _, text := range texts {
		_ = c.SetReadDeadline(time.Now().Add(patience))
		if n, err := c.Read(buf); err != nil || string(buf[:n]) != text {
			tb.Fatalf("got %.40q, %v; want %.40q", buf[:n], err, text)
		}
	}
}

// What the messages of a batch send keeps its order, is told of a failure, and
// does not wait for a handler that takes its time.
func TestUDPBatch(t *testing.T) {
	_, c, held, turn := answering(t)
	say(t, c, "first")
	hear(t, c, "first")
	large := strings.Repeat("x", 20000)
	for range 3 {
		say(t, c, "hold 1")
		wait(t, held, "the first message")
		say(t, c, "a", "lost b", "c", large, "d", "hold 2", "e", "f")
		turn <- struct{}{}
		hear(t, c, "hold 1", "a", "lost b", "c", large, "d")
		wait(t, held, "a message within the batch")
		turn <- struct{}{}
		hear(t, c, "hold 2", "e", "f")
	}
	// More than a batch, the last of which holds.
	texts := make([]string, 40)
	for i := range texts {
		texts[i] = fmt.Sprint(i)
	}
	say(t, c, "hold 3")
	wait(t, held, "the first message")
	say(t, c, append(texts, "hold 4")...)
	turn <- struct{}{}
	hear(t, c, append([]string{"hold 3"}, texts...)...)
	wait(t, held, "the last message")
	turn <- struct{}{}
	hear(t, c, "hold 4")
}

func TestUDPAllocatesNothing(t *testing.T) {
	_, c, _, _ := answering(t)
	msg, buf := []byte(options(1)), make([]byte, 1000)
	if n := testing.AllocsPerRun(200, func() { exchange(t, c, msg, buf, 20) }); n != 0 {
		t.Errorf("20 datagrams and their answers allocate %v times", n)
	}
}

// exchange sends n datagrams and waits for as many.
func exchange(tb testing.TB, c net.Conn, msg, buf []byte, n int) {
	for range n {
		if _, err := c.Write(msg); err != nil {
			tb.Fatal(err)
		}
	}
	for range n {
		if _, err := c.Read(buf); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkUDP is a datagram and its answer, with so many under way.
func BenchmarkUDP(b *testing.B) {
	for _, n := range []int{1, 4, 16} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			_, c, _, _ := answering(b)
			msg, buf := []byte(options(1)), make([]byte, 1000)
			b.ReportAllocs()
			for i := 0; i < b.N; i += n {
				exchange(b, c, msg, buf, n)
			}
		})
	}
}
