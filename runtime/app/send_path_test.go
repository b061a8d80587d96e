package app

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"

	"olelo/modules/all"
	"olelo/pv"
	"olelo/runtime/core"
	"olelo/runtime/log"
	"olelo/runtime/transport"
)

// TestSendPathAllocatesNothing runs the example's SEND path, from a frame that
// stands in a connection's buffer to bytes that stand in another one's queue.
func TestSendPathAllocatesNothing(t *testing.T) {
	h, recv, frame, bob := sendPath(t)
	const runs = 1000
	received := make(chan error, 1)
	go func() { // relaying moves bytes within a frame, its length stays
		_, err := io.CopyN(io.Discard, bob.r, (runs+1)*int64(len(frame)))
		received <- err
	}()
	// AllocsPerRun runs once more at first, where buffers grow to their size.
	if n := testing.AllocsPerRun(runs, func() { h.MSRP(recv, frame) }); n != 0 {
		t.Errorf("%v allocations a frame, want none", n)
	}
	if err := bob.c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := <-received; err != nil {
		t.Errorf("bob did not get all %d frames: %v", runs+1, err)
	}
}

// sendPath is alice's handler in the example's relay, a frame of hers to bob, and
// bob.
func sendPath(t testing.TB) (transport.Handler, *transport.Recv, []byte, *client) {
	t.Helper()
	s, addr := startRelay(t)
	bob := dialRelay(t, addr)
	use := bob.auth(t)
	var alice *transport.Conn
	conn := dialRelay(t, addr)
	conn.auth(t) // so that the server has seen the connection
	s.net.Conns(func(c *transport.Conn) bool {
		if c.Peer() == netip.MustParseAddrPort(conn.c.LocalAddr().String()) {
			alice = c
		}
		return alice == nil
	})
	if alice == nil {
		t.Fatal("the server does not know alice's connection")
	}
	frame := sendTo(use)
	h := s.tcpHandler(alice)
	recv := &transport.Recv{Proto: transport.TCP, Src: alice.Peer(), SrcIP: "127.0.0.1", Socket: alice.Socket(), Conn: alice}
	return h, recv, frame, bob
}

// sendTo is a SEND to the client that has the Use-Path use.
func sendTo(use string) []byte {
	return []byte("MSRP t1 SEND\r\nTo-Path: " + use + " msrp://127.0.0.1:9/bob;tcp\r\n" +
		"From-Path: msrp://127.0.0.1:9/alice;tcp\r\nMessage-ID: 1\r\nByte-Range: 1-5/5\r\nContent-Type: text/plain\r\n\r\nhello\r\n-------t1$\r\n")
}

// startRelay runs examples/msrp-relay/relay.cfg on a free port.
func startRelay(t testing.TB) (*server, string) {
	t.Helper()
	text, err := os.ReadFile("../../examples/msrp-relay/relay.cfg")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	dir := t.TempDir()
	config := strings.ReplaceAll(string(text), "127.0.0.1:5060", addr)
	config = strings.ReplaceAll(config, "/tmp/kamailio_fifo", filepath.Join(dir, "fifo"))
	file := filepath.Join(dir, "kamailio.cfg")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{
		File: file, Modules: all.Modules, Builtin: []Builtin{{Name: "core", Module: pv.Core{}}},
		Stdout: io.Discard, Stderr: io.Discard,
	}
	o.Core.RunDir = &dir
	running := make(chan *server, 1)
	o.Ready = func(*core.Params, *log.Logger) error { return nil }
	done := make(chan int, 1)
	o.started = func(s *server) { running <- s }
	go func() { done <- Run(t.Context(), o) }()
	select {
	case s := <-running:
		t.Cleanup(func() { <-done })
		return s, addr
	case rc := <-done:
		t.Fatalf("the relay did not start: status %d", rc)
	case <-time.After(10 * time.Second):
		t.Fatal("the relay did not start")
	}
	return nil, ""
}

// client is an MSRP client of the relay.
type client struct {
	c net.Conn
	r *bufio.Reader
	n int
}

func dialRelay(t testing.TB, addr string) *client {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &client{c: c, r: bufio.NewReader(c)}
}

// auth authenticates and returns the Use-Path.
func (c *client) auth(t testing.TB) string {
	t.Helper()
	relay := "msrp://" + c.c.RemoteAddr().String() + ";tcp"
	head := c.ask(t, relay, "")
	chal, err := digest.ParseChallenge(field(head, "WWW-Authenticate"))
	if err != nil {
		t.Fatalf("%v in %q", err, head)
	}
	cred, err := digest.Digest(chal, digest.Options{Method: "AUTH", URI: relay, Username: "alice", Password: "xyz123"})
	if err != nil {
		t.Fatal(err)
	}
	head = c.ask(t, relay, "Authorization: "+cred.String()+"\r\n")
	use := field(head, "Use-Path")
	if use == "" {
		t.Fatalf("no Use-Path in %q", head)
	}
	return use
}

func (c *client) ask(t testing.TB, relay, extra string) string {
	t.Helper()
	c.n++
	fmt.Fprintf(c.c, "MSRP a%d AUTH\r\nTo-Path: %s\r\nFrom-Path: msrp://127.0.0.1:9/x;tcp\r\n%s-------a%d$\r\n", c.n, relay, extra, c.n)
	var b strings.Builder
	for {
		l, err := c.r.ReadString('\n')
		if err != nil {
			t.Fatalf("after %q: %v", b.String(), err)
		}
		b.WriteString(l)
		if strings.HasPrefix(l, "-------") {
			return b.String()
		}
	}
}

func field(head, name string) string {
	for l := range strings.SplitSeq(head, "\r\n") {
		if v, ok := strings.CutPrefix(l, name+": "); ok {
			return v
		}
	}
	return ""
}
