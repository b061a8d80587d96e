package transport_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"olelo/runtime/msrp"
	"olelo/runtime/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// funcs is a Handler of functions; a nil one does nothing.
type funcs struct {
	sip, msrp   func(r *transport.Recv, raw []byte)
	begun       func(r *transport.Recv, raw []byte) bool
	undelivered func(src *transport.Conn, msg []byte)
}

func (f *funcs) SIP(r *transport.Recv, raw []byte) {
	if f.sip != nil {
		f.sip(r, raw)
	}
}

func (f *funcs) MSRP(r *transport.Recv, raw []byte) {
	if f.msrp != nil {
		f.msrp(r, raw)
	}
}

func (f *funcs) MSRPBegun(r *transport.Recv, raw []byte) bool {
	return f.begun != nil && f.begun(r, raw)
}

func (f *funcs) Undelivered(src *transport.Conn, msg []byte) {
	if f.undelivered != nil {
		f.undelivered(src, msg)
	}
}

// server is a running Transport with one socket of each protocol asked for.
type server struct {
	*transport.Transport
	tb   testing.TB
	log  *logLines
	addr map[transport.Proto]netip.AddrPort
	gone chan uint64 // the ids of connections that have ended
}

func loopback(p transport.Proto) *transport.Socket {
	return transport.NewSocket(p, netip.MustParseAddrPort("127.0.0.1:0"), "", "")
}

// start runs a server that uses h for everything.
func start(tb testing.TB, cfg transport.Config, h *funcs) *server {
	tb.Helper()
	return startWith(tb, cfg, transport.Handlers{
		UDP: func(*transport.Socket, int) transport.Handler { return h },
		TCP: func(*transport.Conn) transport.Handler { return h },
	})
}

func startWith(tb testing.TB, cfg transport.Config, h transport.Handlers) *server {
	tb.Helper()
	s := &server{tb: tb, log: &logLines{}, addr: map[transport.Proto]netip.AddrPort{}, gone: make(chan uint64, 1000)}
	if h.Closed == nil {
		h.Closed = func(c *transport.Conn, _ transport.Handler) { s.gone <- c.ID() }
	}
	if cfg.Sockets == nil {
		cfg.Sockets = []*transport.Socket{loopback(transport.TCP)}
	}
	if cfg.Children == 0 {
		cfg.Children = 1
	}
	cfg.MSRP = true
	cfg.Log = s.log.add
	s.Transport = transport.New(cfg, h)
	if err := s.Listen(); err != nil {
		tb.Fatal(err)
	}
	for _, k := range cfg.Sockets {
		s.addr[k.Proto] = k.Addr
	}
	s.Start()
	tb.Cleanup(func() { s.stop(patience) })
	return s
}

func (s *server) stop(d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		s.tb.Errorf("Shutdown: %v", err)
	}
}

type logLines struct {
	sync.Mutex
	lines []string
	grown chan struct{}
}

func (l *logLines) add(_ int, line string) {
	l.Lock()
	defer l.Unlock()
	l.lines = append(l.lines, line)
	if l.grown != nil {
		close(l.grown)
		l.grown = nil
	}
}

// wait returns the first line that contains text, which may yet come.
func (l *logLines) wait(tb testing.TB, text string) string {
	tb.Helper()
	deadline := time.After(patience)
	for seen := 0; ; {
		l.Lock()
		for ; seen < len(l.lines); seen++ {
			if strings.Contains(l.lines[seen], text) {
				defer l.Unlock()
				return l.lines[seen]
			}
		}
		if l.grown == nil {
			l.grown = make(chan struct{})
		}
		grown := l.grown
		l.Unlock()
		select {
		case <-grown:
		case <-deadline:
			tb.Fatalf("no log line with %q; there are:\n%s", text, strings.Join(l.lines, "\n"))
		}
	}
}

// client is a peer's end of a connection.
type client struct {
	net.Conn
	tb testing.TB
	r  *bufio.Reader
	f  msrp.Framer
}

func (s *server) dial() *client {
	s.tb.Helper()
	c, err := net.Dial("tcp", s.addr[transport.TCP].String())
	if err != nil {
		s.tb.Fatal(err)
	}
	return newClient(s.tb, c)
}

func newClient(tb testing.TB, c net.Conn) *client {
	tb.Cleanup(func() { _ = c.Close() })
	return &client{Conn: c, tb: tb, r: bufio.NewReaderSize(c, 64<<10)}
}

func (c *client) send(b ...string) {
	c.tb.Helper()
	_ = c.SetWriteDeadline(time.Now().Add(patience))
	if _, err := c.Write([]byte(strings.Join(b, ""))); err != nil {
		c.tb.Fatalf("write: %v", err)
	}
}

// expect reads exactly what is given.
func (c *client) expect(want ...string) {
	c.tb.Helper()
	w := strings.Join(want, "")
	_ = c.SetReadDeadline(time.Now().Add(patience))
	got := make([]byte, len(w))
	n, err := io.ReadFull(c.r, got)
	if err != nil || string(got) != w {
		at := 0
		for at < n && got[at] == w[at] {
			at++
		}
		c.tb.Fatalf("got %d of %d bytes (%v), other from byte %d on:\n%.300q\nwant\n%.300q", n, len(w), err, at, got[at:n], w[at:])
	}
}

// expectClosed reads to the end: nothing may come before it. A reset is an end
// too.
func (c *client) expectClosed() {
	c.tb.Helper()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	rest, err := io.ReadAll(c.r)
	var ne net.Error
	if errors.As(err, &ne) && ne.Timeout() {
		c.tb.Fatal("the connection stays open")
	}
	if len(rest) > 0 {
		c.tb.Fatalf("unexpected before the close: %.200q", rest)
	}
}

func (c *client) addr() netip.AddrPort {
	return c.LocalAddr().(*net.TCPAddr).AddrPort()
}

// frame is an MSRP SEND with the given body.
func frame(id int, body string) string {
	return fmt.Sprintf("MSRP t%07d SEND\r\nTo-Path: msrp://127.0.0.1:1/a;tcp\r\nFrom-Path: msrp://127.0.0.1:2/b;tcp\r\n"+
		"Message-ID: %d\r\nContent-Type: text/plain\r\n\r\n%s\r\n-------t%07d$\r\n", id, id, body, id)
}

// options is a SIP request.
func options(id int) string {
	return fmt.Sprintf("OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK%d\r\n"+
		"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: %d\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", id, id)
}

// messageID finds the number that frame was given.
func messageID(raw []byte) (n int) {
	_, rest, _ := bytes.Cut(raw, []byte("Message-ID: "))
	_, _ = fmt.Sscanf(string(rest[:min(12, len(rest))]), "%d", &n)
	return n
}

func wait[T any](tb testing.TB, c <-chan T, what string) T {
	tb.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		tb.Fatalf("%s did not happen", what)
		panic("unreachable")
	}
}
