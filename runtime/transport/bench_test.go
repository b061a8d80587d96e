package transport_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"olelo/runtime/transport"
)

// discard opens a connection that reads everything and keeps nothing, and
// returns the server's side of it.
func (s *server) discard() *transport.Conn {
	s.tb.Helper()
	c := s.dial()
	c.send("\r\n\r\n")
	c.expect("\r\n")
	go func() { _, _ = io.Copy(io.Discard, c.Conn) }()
	var k *transport.Conn
	s.Conns(func(x *transport.Conn) bool {
		if x.Peer() == c.addr() {
			k = x
		}
		return k == nil
	})
	return k
}

func TestSendAllocatesNothing(t *testing.T) {
	var s *server
	allocs := make(chan float64, 3)
	var dst *transport.Conn
	msg := []byte(frame(1, strings.Repeat("x", 100)))
	s = start(t, transport.Config{HighWater: 1 << 30, QueueMax: 1 << 30, QueueTotal: 1 << 30}, &funcs{sip: func(r *transport.Recv, _ []byte) {
		d := transport.Dest{Proto: transport.TCP, Addr: dst.Peer(), NoConnect: true}
		allocs <- testing.AllocsPerRun(1000, func() {
			if err := s.Send(&d, msg, r.Conn); err != nil {
				t.Error(err)
			}
		})
	}})
	dst = s.discard()
	d := transport.Dest{Conn: dst}
	if n := testing.AllocsPerRun(1000, func() {
		if err := s.Send(&d, msg, nil); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("Send from outside allocates %v times", n)
	}
	c := s.dial()
	c.send(options(1), options(2)) // the first in a batch, the second the last
	for _, what := range []string{"collecting", "flushing"} {
		if n := wait(t, allocs, what); n != 0 {
			t.Errorf("Send while %s allocates %v times", what, n)
		}
	}
}

// BenchmarkRelay relays frames from one connection to another, written in
// batches of the given number.
func BenchmarkRelay(b *testing.B) {
	for _, tt := range []struct{ body, batch int }{{100, 16}, {100, 1}, {10 << 10, 16}, {32 << 10, 4}, {1 << 20, 1}} {
		b.Run(fmt.Sprintf("body=%d/batch=%d", tt.body, tt.batch), func(b *testing.B) {
			var s *server
			r, h := newRelay(&s)
			s = start(b, transport.Config{}, h)
			from, to := s.dial(), s.dial()
			r.known(s, from)
			r.known(s, to)
			r.route(from, to)
			f := []byte(frame(1, strings.Repeat("x", tt.body)))
			chunk := bytes.Repeat(f, tt.batch)
			b.SetBytes(int64(len(f)))
			b.ReportAllocs()
			b.ResetTimer()
			n := (b.N + tt.batch - 1) / tt.batch
			pump(b, from, to, chunk, n)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
		})
	}
}

// BenchmarkPairs relays frames between pairs of connections, a batch of all pairs at
// once: the cost of a frame should not hang on how many wait.
func BenchmarkPairs(b *testing.B) {
	for _, tt := range []struct{ pairs, body, batch int }{{10, 100, 16}, {100, 100, 16}, {1000, 100, 16}, {100, 32 << 10, 4}} {
		b.Run(fmt.Sprintf("pairs=%d/body=%d", tt.pairs, tt.body), func(b *testing.B) {
			pairs, batch := tt.pairs, tt.batch
			var s *server
			r, h := newRelay(&s)
			s = start(b, transport.Config{MaxConns: 1 << 20}, h)
			var all []*client
			for range 2 * pairs {
				nc, err := net.Dial("tcp", s.addr[transport.TCP].String())
				if err != nil {
					b.Fatal(err)
				}
				defer nc.Close()
				c := &client{Conn: nc, tb: b, r: bufio.NewReaderSize(nc, 16)}
				r.known(s, c)
				all = append(all, c)
			}
			for i := range pairs {
				r.route(all[i], all[pairs+i])
			}
			chunk := []byte(strings.Repeat(frame(1, strings.Repeat("x", tt.body)), batch))
			got := make([]byte, len(chunk))
			rounds := (b.N + batch*pairs - 1) / (batch * pairs)
			b.ReportAllocs()
			b.ResetTimer()
			cpu := cpuTime()
			for range rounds {
				for _, c := range all[:pairs] {
					if _, err := c.Write(chunk); err != nil {
						b.Fatal(err)
					}
				}
				for _, c := range all[pairs:] {
					if _, err := io.ReadFull(c.Conn, got); err != nil {
						b.Fatal(err)
					}
				}
			}
			frames := float64(rounds * batch * pairs)
			b.ReportMetric(b.Elapsed().Seconds()*1e9/frames, "ns/frame")
			b.ReportMetric(float64(cpuTime()-cpu)/frames, "cpu-ns/frame")
		})
	}
}

// BenchmarkStream relays large frames: held until they are whole, and sent on from
// so many bytes on.
func BenchmarkStream(b *testing.B) {
	for _, tt := range []struct{ body, batch int }{{32 << 10, 4}, {100 << 10, 1}, {1 << 20, 1}} {
		for _, at := range []int{-1, 16 << 10, 32 << 10, 64 << 10, 128 << 10} {
			b.Run(fmt.Sprintf("body=%d/from=%d", tt.body, at), func(b *testing.B) {
				s, r := streams(b, transport.Config{StreamAt: at})
				from, to := r.pair(s)
				f := []byte(frame(1, strings.Repeat("x", tt.body)))
				chunk := bytes.Repeat(f, tt.batch)
				b.SetBytes(int64(len(f)))
				b.ReportAllocs()
				b.ResetTimer()
				cpu := cpuTime()
				n := (b.N + tt.batch - 1) / tt.batch
				pump(b, from, to, chunk, n)
				b.ReportMetric(float64(cpuTime()-cpu)/float64(b.N), "cpu-ns/frame")
			})
		}
	}
}

// pump sends chunk n times from one client, and reads as much at the other.
func pump(b *testing.B, from, to *client, chunk []byte, n int) {
	go func() {
		for range n {
			if _, err := from.Write(chunk); err != nil {
				return
			}
		}
	}()
	if _, err := io.CopyN(io.Discard, to.Conn, int64(n*len(chunk))); err != nil {
		b.Fatal(err)
	}
}

// cpuTime is what this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkCopy is the ceiling: bytes copied between two connections.
func BenchmarkCopy(b *testing.B) {
	for _, tt := range []struct{ body, batch int }{{100, 16}, {10 << 10, 16}, {1 << 20, 1}} {
		b.Run(fmt.Sprintf("body=%d/batch=%d", tt.body, tt.batch), func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			var far, near [2]net.Conn
			for i := range far {
				if far[i], err = net.Dial("tcp", l.Addr().String()); err != nil {
					b.Fatal(err)
				}
				if near[i], err = l.Accept(); err != nil {
					b.Fatal(err)
				}
				defer far[i].Close()
				defer near[i].Close()
			}
			go func() {
				buf := make([]byte, 64<<10)
				for {
					n, err := near[0].Read(buf)
					if err != nil {
						return
					}
					_, _ = near[1].Write(buf[:n])
				}
			}()
			f := frame(1, strings.Repeat("x", tt.body))
			chunk := []byte(strings.Repeat(f, tt.batch))
			b.SetBytes(int64(len(f)))
			b.ResetTimer()
			n := (b.N + tt.batch - 1) / tt.batch
			go func() {
				for range n {
					if _, err := far[0].Write(chunk); err != nil {
						return
					}
				}
			}()
			if _, err := io.CopyN(io.Discard, far[1], int64(n*len(chunk))); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
		})
	}
}

func BenchmarkSend(b *testing.B) {
	s := start(b, transport.Config{}, &funcs{})
	d := transport.Dest{Conn: s.discard()}
	msg := []byte(frame(1, strings.Repeat("x", 100)))
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Send(&d, msg, nil); err != nil {
			b.Fatal(err)
		}
	}
}
