package transport_test

import (
	"io"
	"net"
	"runtime"
	"testing"

	"olelo/runtime/transport"
)

// BenchmarkIdle is what a connection keeps in memory after a message whose
// handling took some stack, as an AUTH's does. The heap has the client's end,
// too: 0.6 kB.
func BenchmarkIdle(b *testing.B) {
	var s *server
	s = start(b, transport.Config{MaxConns: 1 << 20}, &funcs{sip: func(r *transport.Recv, _ []byte) {
		deep(32)
		if err := s.Send(&transport.Dest{Conn: r.Conn}, []byte("done"), r.Conn); err != nil {
			b.Error(err)
		}
	}})
	message := []byte(options(1))
	var list [1000]net.Conn
	var heap, stack uint64
	n := 0
	for b.Loop() {
		before := inUse()
		for i := range list {
			c, err := net.Dial("tcp", s.addr[transport.TCP].String())
			if err != nil {
				b.Fatal(err)
			}
			list[i] = c
			if _, err := c.Write(message); err != nil {
				b.Fatal(err)
			}
			var answer [4]byte
			if _, err := io.ReadFull(c, answer[:]); err != nil {
				b.Fatal(err)
			}
		}
		var after runtime.MemStats
		runtime.ReadMemStats(&after) // a collection would halve the stacks
		stack += after.StackInuse - before.StackInuse
		after = inUse()
		heap += after.HeapAlloc - before.HeapAlloc
		n += len(list)
		for _, c := range list {
			_ = c.Close()
		}
		for range list {
			wait(b, s.gone, "a connection's end")
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(n), "ns/conn")
	b.ReportMetric(float64(heap)/float64(n), "heap-B/conn")
	b.ReportMetric(float64(stack)/float64(n), "stack-B/conn")
}

// inUse is the memory in use, without garbage.
func inUse() (m runtime.MemStats) {
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m
}

//go:noinline
func deep(n int) byte {
	var frame [128]byte
	if n > 0 {
		frame[n] = deep(n - 1)
	}
	return frame[n/2]
}
