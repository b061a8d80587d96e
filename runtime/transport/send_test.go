package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"olelo/runtime/transport"
)

// relay sends each MSRP frame to the address that the handler is told.
type relay struct {
	sync.Mutex
	to   map[netip.AddrPort]transport.Dest // by the sender
	errs chan error
	lost chan string

	begun chan int // the ids of frames routed before they were whole
}

func newRelay(s **server) (*relay, *funcs) {
	r := &relay{to: map[netip.AddrPort]transport.Dest{}, errs: make(chan error, 1000), lost: make(chan string, 100000), begun: make(chan int, 100000)}
	return r, &funcs{
		msrp: func(rc *transport.Recv, raw []byte) {
			r.Lock()
			d := r.to[rc.Src]
			r.Unlock()
			if err := (*s).Send(&d, raw, rc.Conn); err != nil {
				r.errs <- err
			}
		},
		undelivered: func(src *transport.Conn, msg []byte) {
			r.lost <- string(msg)
			_ = (*s).Send(&transport.Dest{Conn: src}, fmt.Appendf(nil, "<lost %d>", messageID(msg)), src)
		},
	}
}

// known makes the server know the client's connection before it is used.
func (r *relay) known(s *server, c *client) {
	s.tb.Helper()
	c.send("\r\n\r\n")
	c.expect("\r\n")
}

func (r *relay) route(from, to *client) {
	r.Lock()
	defer r.Unlock()
	r.to[from.addr()] = transport.Dest{Proto: transport.TCP, Addr: to.addr(), NoConnect: true}
}

func TestRelayKeepsOrder(t *testing.T) {
	var s *server
	r, h := newRelay(&s)
	s = start(t, transport.Config{}, h)
	const senders, count = 4, 2000
	b := s.dial()
	r.known(s, b)
	for i := range senders {
		a := s.dial()
		r.route(a, b)
		go func() {
			var buf bytes.Buffer
			for n := range count {
				buf.WriteString(frame(i*count+n, strings.Repeat("x", n%300)))
				if n%(i+1) == 0 {
					_, _ = a.Write(buf.Bytes())
					buf.Reset()
				}
			}
			_, _ = a.Write(buf.Bytes())
		}()
	}
	next := [senders]int{}
	_ = b.SetReadDeadline(time.Now().Add(patience))
	for range senders * count {
		f := b.frame()
		id := messageID(f)
		if i := id / count; next[i] != id%count {
			t.Fatalf("sender %d: frame %d comes where %d is due", i, id%count, next[i])
		}
		next[id/count]++
		if want := frame(id, strings.Repeat("x", id%count%300)); string(f) != want {
			t.Fatalf("frame changed:\n%q\n%q", f, want)
		}
	}
}

// frame reads one MSRP frame.
func (c *client) frame() []byte {
	c.tb.Helper()
	for {
		b, _ := c.r.Peek(c.r.Buffered())
		n, err := c.f.Next(b)
		if err != nil {
			c.tb.Fatal(err)
		}
		if n > 0 {
			f := bytes.Clone(b[:n])
			_, _ = c.r.Discard(n)
			return f
		}
		if _, err := c.r.Peek(len(b) + 1); err != nil {
			c.tb.Fatalf("%v after %d bytes of a frame", err, len(b))
		}
	}
}

func TestFramesOfOneSegmentLeaveInOne(t *testing.T) {
	var s *server
	r, h := newRelay(&s)
	s = start(t, transport.Config{}, h)
	a, b := s.dial(), s.dial()
	r.known(s, a)
	r.known(s, b)
	r.route(a, b)
	var all strings.Builder
	for i := range 50 {
		all.WriteString(frame(i, "coalesced"))
	}
	a.send(all.String())
	buf := make([]byte, 64<<10)
	_ = b.SetReadDeadline(time.Now().Add(patience))
	n, err := b.Read(buf)
	if err != nil || string(buf[:n]) != all.String() {
		t.Errorf("the first read gives %d bytes of %d (%v)", n, all.Len(), err)
	}
}

// A handler that waits must not keep back what it has sent before.
func TestSentWhileTheHandlerWaits(t *testing.T) {
	var s *server
	release := make(chan struct{})
	s = start(t, transport.Config{}, &funcs{sip: func(r *transport.Recv, raw []byte) {
		_ = s.Send(&transport.Dest{Conn: r.Conn}, []byte("early"), r.Conn)
		<-release
	}})
	c := s.dial()
	c.send(options(1), options(2)) // two, so that the first is not the batch's last
	c.expect("early")
	close(release)
	c.expect("early")
}

func TestSlowReaderHoldsBackItsSenderOnly(t *testing.T) {
	var s *server
	r, h := newRelay(&s)
	s = start(t, transport.Config{
		HighWater: 64 << 10, SendTimeout: time.Second, HoldTimeout: patience, QueueMax: 1 << 20,
	}, h)
	a, b := s.dial(), s.dial()
	x, y := s.dial(), s.dial()
	for _, c := range []*client{a, b, x, y} {
		r.known(s, c)
	}
	r.route(a, b)
	r.route(x, y)

	// a writes until nothing moves any more: b reads nothing.
	sent := 0
	body := strings.Repeat("z", 20000)
	for {
		_ = a.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
		if _, err := a.Write([]byte(frame(sent, body))); err != nil {
			break // the last frame is half written; b closes before it matters
		}
		sent++
		x.send(frame(sent, "free"))
		y.expect(frame(sent, "free"))
	}
	// b's write deadline ends it; what it has not taken comes back to a, and
	// what a sends after that is refused: each frame exactly once, whole.
	first, lost, refused := sent, 0, 0
	seen := make([]bool, sent)
	for len(seen) > 0 && (first == sent || lost+refused < sent-first) {
		select {
		case m := <-r.lost:
			id := messageID([]byte(m))
			if m != frame(id, body) || seen[id] {
				t.Fatalf("frame %d comes back twice or not whole: %d bytes", id, len(m))
			}
			seen[id] = true
			first = min(first, id)
			lost++
		case err := <-r.errs:
			if !errors.Is(err, transport.ErrNoConnection) && !errors.Is(err, transport.ErrClosed) {
				t.Fatal(err)
			}
			refused++
		case <-time.After(patience):
			t.Fatalf("of the frames %d to %d, %d came back and %d were refused", first, sent, lost, refused)
		}
	}
	_ = b.SetReadDeadline(time.Now().Add(patience))
	got, _ := io.ReadAll(b)
	if whole := bytes.Count(got, []byte("$\r\n")); whole > first {
		t.Errorf("frame %d was reported as lost, but %d arrived", first, whole)
	}
	_ = a.SetReadDeadline(time.Now().Add(patience))
	a.expect(fmt.Sprintf("<lost %d>", first)) // and the sender is told
	s.log.wait(t, "tcp_send_timeout")
}

// The patience with a message that waited for room ends with that message.
func TestWriteDeadlineEndsWithItsMessage(t *testing.T) {
	var s *server
	r, h := newRelay(&s)
	const patient = time.Second
	s = start(t, transport.Config{SendTimeout: patient, QueueMax: 16 << 20, HighWater: 16 << 20, StreamAt: -1}, h)
	a, b := s.dial(), s.dial()
	r.known(s, a)
	r.known(s, b)
	r.route(a, b)
	large := frame(1, strings.Repeat("z", 9<<20)) // more than the system's buffers take
	go a.send(large)
	b.expect(large)
	for end := time.Now().Add(patient + patient/2); time.Now().Before(end); {
		a.send(frame(2, "small"))
		b.expect(frame(2, "small"))
	}
}

func TestHeldSenderGoesOn(t *testing.T) {
	var s *server
	r, h := newRelay(&s)
	s = start(t, transport.Config{HighWater: 32 << 10}, h)
	a, b := s.dial(), s.dial()
	r.known(s, b)
	r.route(a, b)
	const count = 2000
	body := strings.Repeat("y", 10000)
	stuck := make(chan struct{})
	go func() {
		for i := range count {
			_ = a.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
			f := []byte(frame(i, body))
			n, err := a.Write(f)
			if err != nil {
				select {
				case <-stuck:
				default:
					close(stuck)
				}
				_ = a.SetWriteDeadline(time.Now().Add(patience))
				_, _ = a.Write(f[n:])
			}
		}
	}()
	wait(t, stuck, "the sender being held back")
	_ = b.SetReadDeadline(time.Now().Add(patience))
	for i := range count {
		if f := b.frame(); string(f) != frame(i, body) {
			t.Fatalf("frame %d: got %.100q", i, f)
		}
	}
}

func TestHoldTimeoutRefuses(t *testing.T) {
	var s *server
	r, h := newRelay(&s)
	s = start(t, transport.Config{HighWater: 32 << 10, HoldTimeout: 100 * time.Millisecond, SendTimeout: patience}, h)
	a, b := s.dial(), s.dial()
	r.known(s, b)
	r.route(a, b)
	body := strings.Repeat("y", 20000)
	go func() {
		for i := 0; ; i++ {
			if _, err := a.Write([]byte(frame(i, body))); err != nil {
				return
			}
		}
	}()
	if err := wait(t, r.errs, "a refusal"); !errors.Is(err, transport.ErrQueueFull) {
		t.Errorf("got %v", err)
	}
	_ = a.Close()
	_ = b.Close()
}

func TestQueueLimits(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  transport.Config
	}{
		{"one connection", transport.Config{QueueMax: 100 << 10}},
		{"all together", transport.Config{QueueTotal: 100 << 10}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s *server
			r, h := newRelay(&s)
			s = start(t, tt.cfg, h)
			b := s.dial()
			r.known(s, b)
			d := transport.Dest{Proto: transport.TCP, Addr: b.addr(), NoConnect: true}
			msg := bytes.Repeat([]byte("m"), 30<<10)
			total := 0
			for {
				err := s.Send(&d, msg, nil)
				if errors.Is(err, transport.ErrQueueFull) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				total += len(msg)
			}
			if c := s.only(); c.Info().Queued > 200<<10 {
				t.Errorf("%d bytes are queued", c.Info().Queued)
			}
			_ = b.SetReadDeadline(time.Now().Add(patience))
			if n, err := io.CopyN(io.Discard, b, int64(total)); err != nil {
				t.Errorf("%d of %d bytes accepted came: %v", n, total, err)
			}
			// The peer may have read the last bytes before they are counted as sent.
			err := s.Send(&d, msg, nil)
			for end := time.Now().Add(patience); errors.Is(err, transport.ErrQueueFull) && time.Now().Before(end); {
				runtime.Gosched()
				err = s.Send(&d, msg, nil)
			}
			if err != nil {
				t.Errorf("after draining: %v", err)
			}
		})
	}
}

// only returns the server's only connection.
func (s *server) only() (c *transport.Conn) {
	s.Conns(func(k *transport.Conn) bool { c = k; return false })
	if c == nil {
		s.tb.Fatal("no connection")
	}
	return c
}

func TestPeerGone(t *testing.T) {
	h := &funcs{}
	s := start(t, transport.Config{}, h)
	for _, tt := range []struct {
		name, first string
		dest        func(c *transport.Conn, a netip.AddrPort) transport.Dest
		want        error
	}{
		{"by connection", options(1), func(c *transport.Conn, _ netip.AddrPort) transport.Dest {
			return transport.Dest{Conn: c}
		}, transport.ErrClosed},
		{"by address, without connecting", options(1), func(_ *transport.Conn, a netip.AddrPort) transport.Dest {
			return transport.Dest{Proto: transport.TCP, Addr: a, NoConnect: true}
		}, transport.ErrNoConnection},
		{"an MSRP client by address", frame(1, "x"), func(_ *transport.Conn, a netip.AddrPort) transport.Dest {
			return transport.Dest{Proto: transport.TCP, Addr: a}
		}, transport.ErrPeerGone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := make(chan *transport.Conn, 1)
			note := func(r *transport.Recv, _ []byte) { got <- r.Conn }
			h.sip, h.msrp = note, note
			c := s.dial()
			c.send(tt.first)
			conn := wait(t, got, "the message")
			d := tt.dest(conn, c.addr())
			if err := s.Send(&d, []byte("hello"), nil); err != nil {
				t.Fatal(err)
			}
			c.expect("hello")
			_ = c.Close()
			if id := wait(t, s.gone, "the close"); id != conn.ID() {
				t.Fatalf("connection %d closed, not %d", id, conn.ID())
			}
			if err := s.Send(&d, []byte("hello"), nil); !errors.Is(err, tt.want) {
				t.Errorf("Send: %v, want %v", err, tt.want)
			}
			if conn.Alive() || s.Conn(conn.ID()) != nil {
				t.Error("the connection is still known")
			}
		})
	}
}

func TestHalfClosedPeerGetsItsAnswer(t *testing.T) {
	var s *server
	s = start(t, transport.Config{}, answerer(&s))
	c := s.dial()
	big := frame(1, strings.Repeat("b", 100000))
	c.send(options(1), big)
	if err := c.Conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	c.expect(answer("SIP", options(1)), answer("MSRP", big))
	c.expectClosed()
}

func TestConnect(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var s *server
	s = start(t, transport.Config{}, answerer(&s))
	d := transport.Dest{Proto: transport.TCP, Addr: netip.MustParseAddrPort(l.Addr().String()), Socket: s.Sockets()[0]}
	if err := s.Send(&transport.Dest{Proto: transport.TCP, Addr: d.Addr, NoConnect: true}, []byte("x"), nil); !errors.Is(err, transport.ErrNoConnection) {
		t.Fatalf("NoConnect: %v", err)
	}
	for i := range 10 {
		if err := s.Send(&d, fmt.Appendf(nil, "message %d;", i), nil); err != nil {
			t.Fatal(err)
		}
	}
	nc, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, nc)
	for i := range 10 {
		c.expect(fmt.Sprintf("message %d;", i))
	}
	c.send(options(1)) // and it reads what comes back
	c.expect(answer("SIP", options(1)))
	d.CloseAfter = true
	if err := s.Send(&d, []byte("bye"), nil); err != nil {
		t.Fatal(err)
	}
	c.expect("bye")
	c.expectClosed()
}

func TestConnectRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := netip.MustParseAddrPort(l.Addr().String())
	_ = l.Close()
	var s *server
	r, h := newRelay(&s)
	s = start(t, transport.Config{}, h)
	a := s.dial()
	r.Lock()
	r.to[a.addr()] = transport.Dest{Proto: transport.TCP, Addr: nobody}
	r.Unlock()
	a.send(frame(7, "to nobody"), frame(8, "nor this"))
	a.expect("<lost 7>")
	a.expect("<lost 8>")
	if m := wait(t, r.lost, "Undelivered"); m != frame(7, "to nobody") {
		t.Errorf("got %q", m)
	}
	s.log.wait(t, "refused")
}

// An answer to a loss that is lost too is the end of it.
func TestUndeliveredDoesNotRepeat(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := transport.Dest{Proto: transport.TCP, Addr: netip.MustParseAddrPort(l.Addr().String())}
	_ = l.Close()
	var s *server
	calls := make(chan string, 100)
	s = start(t, transport.Config{}, &funcs{
		msrp: func(r *transport.Recv, raw []byte) {
			if messageID(raw) == 2 {
				_ = s.Send(&transport.Dest{Conn: r.Conn}, []byte("2"), r.Conn)
				return
			}
			_ = s.Send(&nobody, raw, r.Conn)
		},
		undelivered: func(src *transport.Conn, msg []byte) {
			calls <- string(msg)
			_ = s.Send(&nobody, []byte("again"), src)
		},
	})
	a := s.dial()
	a.send(frame(1, "x"))
	wait(t, calls, "the first report")
	s.log.wait(t, "1 messages (5 bytes)") // "again" is lost, and only logged
	a.send(frame(2, "x"))
	a.expect("2")
	select {
	case m := <-calls:
		t.Errorf("reported again: %q", m)
	default:
	}
}

func TestBothSidesConnectAtOnce(t *testing.T) {
	type got struct{ side, text string }
	seen := make(chan got, 1000)
	var srv [2]*server
	for i := range srv {
		srv[i] = start(t, transport.Config{}, &funcs{msrp: func(_ *transport.Recv, raw []byte) {
			seen <- got{fmt.Sprint(i), string(raw)}
		}})
	}
	const each, senders = 20, 4
	var wg sync.WaitGroup
	for i := range srv {
		for j := range senders {
			wg.Add(1)
			go func() {
				defer wg.Done()
				d := transport.Dest{Proto: transport.TCP, Addr: srv[1-i].addr[transport.TCP]}
				for n := range each {
					if err := srv[i].Send(&d, []byte(frame(j*each+n, "x")), nil); err != nil {
						t.Error(err)
					}
				}
			}()
		}
	}
	wg.Wait()
	all := map[got]bool{}
	for range 2 * each * senders {
		all[wait(t, seen, "a frame")] = true
	}
	if len(all) != 2*each*senders {
		t.Errorf("%d different frames arrived, want %d", len(all), 2*each*senders)
	}
	for i := range srv {
		if n := srv[i].Stats().Conns; n != 2 {
			t.Errorf("server %d has %d connections, want the two that either side opened", i, n)
		}
	}
}

func TestShutdownDrains(t *testing.T) {
	var s *server
	s = start(t, transport.Config{}, answerer(&s))
	c := s.dial()
	c.send(options(1))
	c.expect(answer("SIP", options(1)))
	msg := bytes.Repeat([]byte("drain"), 4<<20)
	if err := s.Send(&transport.Dest{Conn: s.only()}, msg, nil); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- s.Shutdown(context.Background()) }()
	got, err := io.ReadAll(c.r)
	if err != nil || !bytes.Equal(got, msg) {
		t.Errorf("%d of %d bytes: %v", len(got), len(msg), err)
	}
	if err := wait(t, done, "the shutdown"); err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", s.addr[transport.TCP].String()); err == nil {
		t.Error("still listening")
	}
	if err := s.Send(&transport.Dest{Proto: transport.TCP, Addr: c.addr()}, msg, nil); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("Send after Shutdown: %v", err)
	}
}

func TestShutdownEndsInTime(t *testing.T) {
	var s *server
	s = start(t, transport.Config{SendTimeout: time.Hour}, answerer(&s))
	c := s.dial() // and never reads
	c.send(options(1))
	c.expect(answer("SIP", options(1)))
	if err := s.Send(&transport.Dest{Conn: s.only()}, make([]byte, 16<<20), nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_ = s.Shutdown(ctx)
	if n := s.Stats().Conns; n != 0 {
		t.Errorf("%d connections are open", n)
	}
	s.log.wait(t, "not sent: the server is shutting down")
}

func TestConnectionTable(t *testing.T) {
	var s *server
	r, h := newRelay(&s)
	s = start(t, transport.Config{}, h)
	var last uint64
	for range 3 {
		c := s.dial()
		c.send(options(1)) // a message, so that there is a Handler and its end is told
		r.known(s, c)
		k := s.only()
		if k.ID() <= last {
			t.Errorf("id %d after %d", k.ID(), last)
		}
		last = k.ID()
		info := s.Conn(last).Info()
		if info.Peer != c.addr() || info.Local != s.addr[transport.TCP] || info.State != "open" || !info.Accepted || info.Socket != s.Sockets()[0] {
			t.Errorf("info: %+v", info)
		}
		s.Conn(last).Close()
		c.expectClosed()
		_ = c.Close()
		if id := wait(t, s.gone, "the end"); id != last || s.Conn(id) != nil || s.Len() != 0 {
			t.Errorf("connection %d has ended, of %d; %d are left", id, last, s.Len())
		}
	}
}

// Where connections are opened from that are told no socket is the
// configuration's; where that address is not the host's, the system's.
func TestSourceAddress(t *testing.T) {
	for source, want := range map[string]string{"127.0.0.9": "127.0.0.9", "192.0.2.1": "127.0.0.1"} {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		var s *server
		s = start(t, transport.Config{Source4: netip.MustParseAddr(source)}, answerer(&s))
		d := transport.Dest{Proto: transport.TCP, Addr: netip.MustParseAddrPort(l.Addr().String())}
		if err := s.Send(&d, []byte("hello"), nil); err != nil {
			t.Fatal(err)
		}
		nc, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		newClient(t, nc).expect("hello")
		if got := nc.RemoteAddr().(*net.TCPAddr).IP.String(); got != want {
			t.Errorf("from %s: the connection came from %s, want %s", source, got, want)
		}
	}
}
