package transport_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"olelo/runtime/msrp"
	"olelo/runtime/transport"
)

// streams is a relay that sends frames on before they are whole.
func streams(t testing.TB, cfg transport.Config) (*server, *relay) {
	t.Helper()
	var s *server
	r, h := newRelay(&s)
	h.begun = func(rc *transport.Recv, raw []byte) bool {
		r.Lock()
		d, ok := r.to[rc.Src]
		r.Unlock()
		defer func() { r.begun <- messageID(raw) }()
		if !ok {
			return true // sent nowhere
		}
		d.Begun = true
		if err := s.Send(&d, raw, rc.Conn); err != nil {
			r.errs <- err
		}
		return true
	}
	s = start(t, cfg, h)
	t.Cleanup(func() {
		if t.Failed() {
			s.log.Lock()
			defer s.log.Unlock()
			for _, l := range s.log.lines {
				t.Logf("%.300s", l)
			}
		}
	})
	return s, r
}

// pair is a sender and its receiver.
func (r *relay) pair(s *server) (a, b *client) {
	a, b = s.dial(), s.dial()
	r.known(s, a)
	r.known(s, b)
	r.route(a, b)
	return a, b
}

// noise is a body of every byte and of what looks like the end line of frame id.
func noise(id, n int) string {
	r := rand.New(rand.NewPCG(uint64(id), uint64(n)))
	like := fmt.Sprintf("\r\n-------t%07d", id)
	var b strings.Builder
	for b.Len() < n {
		switch r.IntN(4) {
		case 0:
			b.WriteString(like[:1+r.IntN(len(like))])
		case 1:
			b.WriteString(strings.Repeat("\r\n-------", r.IntN(4)))
		case 2:
			b.WriteString(like + "$\rx")
		default:
			b.WriteByte('x')
			for range r.IntN(2000) {
				b.WriteByte(byte(r.IntN(256)))
			}
		}
	}
	return b.String()[:n]
}

// head is a frame with body up to its end line, end that.
func head(id int, body string) string {
	f := frame(id, body)
	return f[:len(f)-len(end(id, "$"))]
}

// unsure is how many of the last bytes that have come may be of an end line.
const unsure = len("\r\n-------") - 1

// half is most of a large frame, known what of it cannot be the start of its end.
func half(id int) string  { return head(id, noise(id, 100_000)+"..............") }
func known(id int) string { return half(id)[:len(half(id))-unsure] }

func end(id int, flag string) string { return fmt.Sprintf("\r\n-------t%07d%s\r\n", id, flag) }

func TestStreamIsTheFrame(t *testing.T) {
	s, r := streams(t, transport.Config{StreamAt: 1})
	a, b := r.pair(s)
	rnd := rand.New(rand.NewPCG(1, 2))
	var all []byte
	for i, n := range []int{0, 1, 100, 5000, 32 << 10, 70_000, 1 << 20, 3_000_000, 10, 20} {
		all = append(all, frame(i, noise(i, n))...)
	}
	go func() {
		for rest := all; len(rest) > 0; {
			n := min(len(rest), 1+rnd.IntN(1<<(1+rnd.IntN(18))))
			if _, err := a.Write(rest[:n]); err != nil {
				return
			}
			rest = rest[n:]
		}
	}()
	b.expect(string(all))
}

func TestStreamThatNobodyWants(t *testing.T) {
	s, r := streams(t, transport.Config{StreamAt: 1})
	a, b := s.dial(), s.dial()
	r.known(s, b)
	go a.send(frame(1, noise(1, 2_000_000)), "\r\n\r\n")
	a.expect("\r\n")
	r.route(a, b)
	a.send(frame(2, "after"))
	b.expect(frame(2, "after"))
}

// Others wait for the end of the frame that passes, and the order of each is kept.
func TestStreamHasItsTurn(t *testing.T) {
	s, r := streams(t, transport.Config{StreamAt: 1})
	a, b := r.pair(s)
	a.send(half(1))
	b.expect(known(1))
	const others, small = 3, 50
	var waiting sync.WaitGroup
	for i := range others {
		o := s.dial()
		r.route(o, b)
		for n := range small {
			o.send(frame(100*(i+1)+n, "small"))
		}
		o.send(half(100*(i+1) + small))
		waiting.Go(func() {
			o.send(end(100*(i+1)+small, "+"), frame(100*(i+1)+small+1, "last"))
		})
	}
	waiting.Wait()
	a.send(end(1, "+"), frame(2, "more"))
	b.expect(half(1)[len(known(1)):], end(1, "+"))
	b.r = bufio.NewReaderSize(b.r, 1<<20)
	seen := map[int]int{}
	for range others*(small+2) + 1 {
		id := messageID(b.frame())
		if id == 2 {
			continue
		}
		if who, n := id/100, id%100; seen[who] != n {
			t.Fatalf("of sender %d came frame %d in place of %d", who, n, seen[who])
		}
		seen[id/100]++
	}
}

// waits lets frame 1 begin to pass from a to b, and another sender's frame 2 wait
// for its end.
func (r *relay) waits(s *server, a, b *client) (other *client) {
	other = s.dial()
	r.route(other, b)
	a.send(half(1))
	b.expect(known(1))
	other.send(frame(2, "waits"))
	return other
}

// A sender that dies leaves the connection of its receiver usable.
func TestStreamOfADeadSender(t *testing.T) {
	s, r := streams(t, transport.Config{StreamAt: 1})
	a, b := r.pair(s)
	r.waits(s, a, b)
	_ = a.Close()
	b.expect(end(1, "#"), frame(2, "waits"))
}

// routed waits until frame id is routed.
func (r *relay) routed(tb testing.TB, id int) {
	tb.Helper()
	for wait(tb, r.begun, "the routing of a frame") != id {
	}
}

// A frame for whose receiver another passes is held: one that is ready goes first.
func TestStreamThatFindsAnother(t *testing.T) {
	s, r := streams(t, transport.Config{StreamAt: 1})
	a, b := r.pair(s)
	slow, other := s.dial(), s.dial()
	r.route(slow, b)
	r.route(other, b)
	a.send(half(1))
	b.expect(known(1))
	slow.send(half(2))
	r.routed(t, 2)
	a.send(end(1, "$"))
	b.expect(half(1)[len(known(1)):], end(1, "$"))
	other.send(frame(3, "is ready"))
	b.expect(frame(3, "is ready"))
	slow.send(end(2, "+"))
	b.expect(half(2), end(2, "+"))
}

// One that is too large to be held waits for its turn, as long as what passes goes on.
func TestStreamThatIsTooLargeToBeHeld(t *testing.T) {
	const patience = 20 * time.Millisecond
	s, r := streams(t, transport.Config{StreamAt: 1, MSRPLimits: msrp.Limits{Frame: 64 << 10}, HoldTimeout: patience})
	a, b := r.pair(s)
	large := s.dial()
	r.route(large, b)
	a.send(half(1))
	b.expect(known(1))
	large.send(half(2), noise(2, 100_000))
	r.routed(t, 2)
	other, n := s.dial(), 0
	for began := time.Now(); time.Since(began) < 10*patience; n++ {
		a.send("x")
		r.known(s, other)
	}
	a.send(end(1, "$"))
	b.expect(half(1)[len(known(1)):], strings.Repeat("x", n), end(1, "$"))
	large.send(end(2, "+"))
	b.expect(half(2), noise(2, 100_000), end(2, "+"))
}

// The death of one that waits for its turn leaves the others theirs.
func TestStreamOfADeadSenderThatWaits(t *testing.T) {
	s, r := streams(t, transport.Config{StreamAt: 1, MSRPLimits: msrp.Limits{Frame: 64 << 10}})
	a, b := r.pair(s)
	a.send(half(1))
	b.expect(known(1))
	other := s.dial()
	r.route(other, b)
	other.send(half(2))
	r.routed(t, 2)
	_ = other.Close()
	a.send(end(1, "$"), frame(3, "x"))
	b.expect(half(1)[len(known(1)):], end(1, "$"))
	b.r = bufio.NewReaderSize(b.r, 1<<20)
	next := b.frame()
	if messageID(next) == 2 { // it has had its turn before its end was seen
		if !bytes.HasSuffix(next, []byte(end(2, "#"))) {
			t.Errorf("the other's has no end: %.300q", next[len(next)-100:])
		}
		next = b.frame()
	}
	if want := frame(3, "x"); string(next) != want {
		t.Errorf("got %q, want %q", next, want)
	}
}

// A sender that stalls is cut where others wait, and told; it can go on.
func TestStreamThatStalls(t *testing.T) {
	s, r := streams(t, transport.Config{StreamAt: 1, PartialTimeout: time.Hour, StallTimeout: 50 * time.Millisecond})
	a, b := r.pair(s)
	r.waits(s, a, b)
	b.expect(end(1, "#"), frame(2, "waits"))
	a.expect("<lost 1>")
	a.send(noise(3, 10_000), end(1, "$"), frame(4, "again"))
	b.expect(frame(4, "again"))
}

// The same for one that brings bytes, and too few of them.
func TestStreamThatTrickles(t *testing.T) {
	s, r := streams(t, transport.Config{StreamAt: 1, PartialRate: 1, StreamRate: 1 << 20, StallTimeout: 50 * time.Millisecond})
	a, b := r.pair(s)
	r.waits(s, a, b)
	told := make(chan struct{})
	go func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-told:
				return
			case <-tick.C:
				_, _ = a.Write([]byte("z"))
			}
		}
	}()
	a.expect("<lost 1>")
	close(told)
	_ = b.SetReadDeadline(time.Now().Add(patience))
	passed, err := b.r.ReadString('#')
	for err == nil && !strings.HasSuffix(passed, strings.TrimSuffix(end(1, "#"), "\r\n")) {
		var more string
		more, err = b.r.ReadString('#')
		passed += more
	}
	if err != nil {
		t.Fatal(err)
	}
	b.expect("\r\n", frame(2, "waits"))
}

func TestStreamThatStallsAlone(t *testing.T) {
	s, r := streams(t, transport.Config{StreamAt: 1, PartialTimeout: 100 * time.Millisecond})
	a, b := r.pair(s)
	a.send(half(1))
	b.expect(known(1), end(1, "#"))
	a.expectClosed()
	s.log.wait(t, "begun and not finished")
}

// A receiver that dies: the sender is told once, and goes on.
func TestStreamToADeadReceiver(t *testing.T) {
	s, r := streams(t, transport.Config{StreamAt: 1})
	a, b := r.pair(s)
	a.send(half(1))
	b.expect(known(1))
	_ = b.Close()
	a.expect("<lost 1>")
	c := s.dial()
	r.known(s, c)
	r.route(a, c)
	a.send(noise(3, 10_000), end(1, "$"), frame(4, "again"), "\r\n\r\n")
	c.expect(frame(4, "again"))
	a.expect("\r\n")
}

// A receiver that reads nothing holds its sender back, and nobody else; memory is
// bounded by what is queued.
func TestStreamToASlowReceiver(t *testing.T) {
	s, r := streams(t, transport.Config{StreamAt: 1, HighWater: 256 << 10})
	a, b := r.pair(s)
	const size = 100 << 20
	block := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		a.send(head(1, ""))
		for range size / len(block) {
			if _, err := a.Write(block); err != nil {
				return
			}
		}
		a.send(end(1, "$"))
	}()
	other := s.dial()
	for range 100 {
		r.known(s, other)
	}
	select {
	case <-sent:
		t.Fatal("100 MB were taken for a receiver that reads nothing")
	default:
	}
	s.Conns(func(c *transport.Conn) bool {
		if q := c.Info().Queued; q > 2*256<<10 {
			t.Errorf("%s has %d bytes queued", c, q)
		}
		return true
	})
	b.expect(head(1, ""))
	for range size / len(block) {
		b.expect(string(block))
	}
	b.expect(end(1, "$"))
	wait(t, sent, "the end of sending")
}

// A second destination gets the frame when it is whole, also where it is the same.
func TestStreamForTwo(t *testing.T) {
	var s *server
	r, h := newRelay(&s)
	var to []transport.Dest
	h.begun = r.toEach(&s, &to)
	s = start(t, transport.Config{StreamAt: 1}, h)
	a, b := r.pair(s)
	c := s.dial()
	r.known(s, c)
	for _, x := range []*client{b, c, b} {
		to = append(to, transport.Dest{Proto: transport.TCP, Addr: x.addr(), NoConnect: true})
	}
	f := frame(1, noise(1, 300_000))
	go a.send(f)
	b.expect(f, f)
	c.expect(f)
}

// toEach is a handler that sends each frame that begins to all of to.
func (r *relay) toEach(s **server, to *[]transport.Dest) func(*transport.Recv, []byte) bool {
	return func(rc *transport.Recv, raw []byte) bool {
		for _, d := range *to {
			d.Begun = true
			if err := (*s).Send(&d, raw, rc.Conn); err != nil {
				r.errs <- err
			}
		}
		return true
	}
}

// A frame does not pass over a connection from the server to itself, round which it
// could come back to wait for its own end: it is held, or lost where it is too large.
func TestStreamToItself(t *testing.T) {
	var s *server
	r, h := newRelay(&s)
	var a, b *client
	send := func(rc *transport.Recv, raw []byte, begun bool) {
		d := transport.Dest{Proto: transport.TCP, Addr: s.addr[transport.TCP], Begun: begun}
		if rc.Src != a.addr() {
			d.Addr = b.addr()
		}
		if err := s.Send(&d, raw, rc.Conn); err != nil {
			r.errs <- err
		}
	}
	h.msrp = func(rc *transport.Recv, raw []byte) { send(rc, raw, false) }
	h.begun = func(rc *transport.Recv, raw []byte) bool {
		send(rc, raw, true)
		r.begun <- messageID(raw)
		return true
	}
	s = start(t, transport.Config{StreamAt: 1, MSRPLimits: msrp.Limits{Frame: 64 << 10}}, h)
	a, b = s.dial(), s.dial()
	r.known(s, a)
	r.known(s, b)
	a.send(frame(1, "opens the connection"))
	b.expect(frame(1, "opens the connection"))

	held := frame(2, noise(2, 32<<10))
	a.send(held[:20<<10])
	if id := <-r.begun; id != 2 {
		t.Fatalf("frame %d has begun", id)
	}
	a.send(held[20<<10:])
	b.expect(held)
	go a.send(frame(3, strings.Repeat("x", 1<<20)))
	a.expect("<lost 3>")
	a.send(frame(4, "goes on"))
	b.expect(frame(4, "goes on"))
	s.log.wait(t, "from the server to itself")
}

// toAll relays the frames to all of the clients.
func toAll(t *testing.T, cfg transport.Config, n int) (*server, *relay, []*client) {
	var s *server
	r, h := newRelay(&s)
	var to []transport.Dest
	h.begun = r.toEach(&s, &to)
	s = start(t, cfg, h)
	var all []*client
	for range n {
		c := s.dial()
		r.known(s, c)
		all = append(all, c)
		to = append(to, transport.Dest{Proto: transport.TCP, Addr: c.addr(), NoConnect: true})
	}
	return s, r, all
}

// However many get a frame, it is kept once.
func TestStreamForMany(t *testing.T) {
	s, _, all := toAll(t, transport.Config{StreamAt: 1}, 40)
	a := s.dial()
	const size = 4 << 20
	body := strings.Repeat("x", size)
	var before, then runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	a.send(head(1, body))
	all[0].expect(head(1, body[unsure:]))
	runtime.GC()
	runtime.ReadMemStats(&then)
	if grown := int64(then.HeapAlloc) - int64(before.HeapAlloc); grown > 10*size {
		t.Errorf("%d MiB are kept for a frame of %d", grown>>20, size>>20)
	}
	a.send(end(1, "$"))
	all[0].expect(body[:unsure], end(1, "$"))
	for _, c := range all[1:] {
		c.expect(frame(1, body))
	}
}

// What is kept of it counts as a message that is half received.
func TestStreamForManyIsBounded(t *testing.T) {
	s, _, all := toAll(t, transport.Config{StreamAt: 1, PartialTotal: 1 << 20, PartialTimeout: time.Hour}, 2)
	a := s.dial()
	body := strings.Repeat("x", 2<<20)
	a.send(head(1, body))
	all[0].expect(head(1, body[unsure:]), end(1, "#"))
	a.expectClosed()
	s.log.wait(t, "begun and not finished")
}

// Streams heed what the queues may hold together, and all get on once there is room.
func TestStreamsAreBoundedTogether(t *testing.T) {
	const (
		pairs = 30
		total = 1 << 20
		size  = 16 << 20
	)
	// Those who are read last wait for all the others' 16 MiB.
	s, r := streams(t, transport.Config{QueueTotal: total, StreamAt: 64 << 10, SendTimeout: 10 * patience, HoldTimeout: 10 * patience})
	var sent atomic.Int64
	var to []*client
	block := strings.Repeat("x", 64<<10)
	for i := range pairs {
		a, b := r.pair(s)
		to = append(to, b)
		go func() {
			_, _ = a.Write([]byte(head(i, "")))
			for range size / len(block) {
				n, _ := a.Write([]byte(block))
				sent.Add(int64(n))
			}
			_, _ = a.Write([]byte(end(i, "$")))
		}()
	}
	other := s.dial()
	for last := int64(-1); last != sent.Load(); { // until nothing moves
		last = sent.Load()
		for range 500 {
			r.known(s, other)
		}
	}
	if n := s.Stats().Queued; n > total+pairs*128<<10 {
		t.Errorf("%d KiB are queued where %d are allowed", n>>10, total>>10)
	}
	for i, b := range to {
		b.expect(head(i, ""))
		for range size / len(block) {
			b.expect(block)
		}
		b.expect(end(i, "$"))
	}
}

// TestStreamOverTLS relays large frames between TCP and TLS, both ways.
func TestStreamOverTLS(t *testing.T) {
	cfg := testTLS(t)
	s, r := streams(t, transport.Config{StreamAt: 1, Sockets: tlsSockets(), TLS: cfg})
	a, b := s.dial(), s.dialTLS(cfg)
	r.known(s, a)
	r.known(s, b)
	r.Lock()
	r.to[a.addr()] = transport.Dest{Proto: transport.TLS, Addr: b.addr(), NoConnect: true}
	r.to[b.addr()] = transport.Dest{Proto: transport.TCP, Addr: a.addr(), NoConnect: true}
	r.Unlock()
	for i, n := range []int{100, 70_000, 3_000_000} {
		f := frame(i, noise(i, n))
		go a.send(f)
		b.expect(f)
		go b.send(f)
		a.expect(f)
	}
	a.send(half(9))
	b.expect(known(9))
	_ = a.Close()
	b.expect(end(9, "#"))
}

// Shutdown ends a frame that is under way, and sends what waits.
func TestStreamAtShutdown(t *testing.T) {
	s, r := streams(t, transport.Config{StreamAt: 1})
	a, b := r.pair(s)
	other := r.waits(s, a, b)
	other.send("\r\n\r\n")
	other.expect("\r\n")
	s.stop(patience)
	b.expect(end(1, "#"), frame(2, "waits"))
	b.expectClosed()
}

// What the handler closes or ends with a frame that others get waits for the frame.
func TestStreamThenClose(t *testing.T) {
	var s *server
	r, h := newRelay(&s)
	var b *client
	h.begun = func(rc *transport.Recv, raw []byte) bool {
		if err := s.Send(&transport.Dest{Conn: rc.Conn, CloseAfter: true}, []byte("bye"), rc.Conn); err != nil {
			r.errs <- err
		}
		if err := s.Send(&transport.Dest{Proto: transport.TCP, Addr: b.addr(), CloseAfter: true, Begun: true}, raw, rc.Conn); err != nil {
			r.errs <- err
		}
		return true
	}
	s = start(t, transport.Config{StreamAt: 1}, h)
	a, b2 := s.dial(), s.dial()
	b = b2
	r.known(s, a)
	r.known(s, b)
	a.send(half(1))
	a.expect("bye")
	b.expect(known(1))
	a.send("and more", end(1, "$"))
	b.expect(half(1)[len(known(1)):], "and more", end(1, "$"))
	a.expectClosed()
	b.expectClosed()
}

// A connection that is to close gives the frame that it brings a time.
func TestStreamOfAConnectionToClose(t *testing.T) {
	s, r := streams(t, transport.Config{StreamAt: 1, PartialTimeout: 200 * time.Millisecond, PartialRate: 1})
	a, b := r.pair(s)
	a.send(half(1))
	b.expect(known(1))
	s.Conns(func(c *transport.Conn) bool {
		if c.Peer() == a.addr() {
			c.Close()
		}
		return true
	})
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for range tick.C {
			if _, err := a.Write([]byte("z")); err != nil {
				return
			}
		}
	}()
	a.expectClosed()
	_ = a.Close()
	wait(t, closed, "the close")
	b.r = bufio.NewReaderSize(b.r, 1<<20)
	_ = b.SetReadDeadline(time.Now().Add(patience))
	if rest, err := b.r.ReadString('#'); err != nil {
		t.Errorf("%v after %.100q", err, rest)
	}
}

// Where nobody gets the frame, the connection closes at once.
func TestStreamThatIsRefusedAndClosed(t *testing.T) {
	s := start(t, transport.Config{StreamAt: 1}, &funcs{begun: func(rc *transport.Recv, _ []byte) bool {
		rc.Conn.Close()
		return true
	}})
	a := s.dial()
	a.send(half(1))
	a.expectClosed()
}

// FuzzStreamedFrame compares what comes of a frame that is sent on as it comes in,
// cut anywhere, with the frame.
func FuzzStreamedFrame(f *testing.F) {
	f.Add("body", "$", uint64(1))
	f.Add("\r\n-------t0000001\r\n-------t0000001%\r\n-------", "+", uint64(2))
	f.Add("\r\n-------t0000001$\r", "#", uint64(3))
	f.Add(strings.Repeat("\r\n-------t0000001", 40), "$", uint64(4))
	s, r := streams(f, transport.Config{StreamAt: 1})
	f.Fuzz(func(t *testing.T, body, flag string, seed uint64) {
		if strings.Contains(body, "\r\n-------t0000001") && strings.ContainsAny(body, "$+#") || len(flag) != 1 || !strings.Contains("$+#", flag) {
			return // its end may be elsewhere
		}
		s.tb, r.errs = t, make(chan error, 1000)
		a, b := r.pair(s)
		other := s.dial()
		whole := head(1, body) + end(1, flag) + frame(2, "next")
		rnd := rand.New(rand.NewPCG(seed, 0))
		for rest := whole; rest != ""; {
			n := min(len(rest), 1+rnd.IntN(40))
			a.send(rest[:n])
			rest = rest[n:]
			if rnd.IntN(8) == 0 {
				r.known(s, other) // a pause
			}
		}
		b.expect(whole)
		for _, c := range []*client{a, b, other} {
			_ = c.Close()
		}
	})
}
