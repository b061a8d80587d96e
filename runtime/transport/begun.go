package transport

import (
	"sync/atomic"
	"time"

	"olelo/runtime/msrp"
)

// begun is a frame that is routed although its end has not come: its source's
// reader gives what comes of it to those whom the route sent it.
type begun struct {
	rest     msrp.Rest
	to       atomic.Pointer[stream] // where it passes to; nil: nowhere, or nowhere any more
	late     []late                 // those who get it when it is whole
	kept     *buffer                // for those: room for the longest of their heads, then its body
	room     int
	outgrown bool         // it is too large to be kept
	held     atomic.Int64 // bytes of kept
	passed   atomic.Int64 // bytes of it that are taken
	unwanted atomic.Bool  // nobody gets it, or nobody any more
	told     atomic.Bool  // its source knows that it was lost
}

// late is one who gets a frame once that is whole.
type late struct {
	to Dest
	s  *stream // that does not pass: its head, and whom to tell
}

// relays reports whether c's reader takes a frame that others get.
func (c *Conn) relays() bool {
	f := c.begun.Load()
	return f != nil && !f.unwanted.Load()
}

// start routes the frame at the start of b, whose headers are there, and returns
// how many bytes of it are taken; 0 where its handler wants it whole.
func (c *Conn) start(b []byte) int {
	in := &c.in
	n := in.msrp.Known()
	f := &begun{rest: in.msrp.Rest(b)}
	f.passed.Store(int64(n))
	c.begun.Store(f)
	c.msrp.Store(true)
	c.atLast(true)
	if !c.handler().MSRPBegun(&c.recv, b[:n:n]) {
		c.begun.Store(nil)
		in.declined = true
		return 0
	}
	if len(f.late) > 0 {
		f.beginKeeping(&c.t.pools, b[bodyAt(b):n])
	}
	c.endUnwanted(f)
	return n
}

// goOn passes on what b has of the frame that is begun.
func (c *Conn) goOn(f *begun, b []byte) int {
	n, end := f.rest.Next(b)
	if n == 0 {
		return 0
	}
	f.passed.Add(int64(n))
	if s := f.to.Load(); s != nil && !s.more(b[:n], end) {
		f.to.Store(nil)
	}
	if f.kept != nil {
		f.keepMore(&c.t.pools, b[:n])
	}
	if !end {
		c.endUnwanted(f)
		return n
	}
	for i := range f.late {
		c.sendKept(f, &f.late[i])
	}
	f.drop(&c.t.pools)
	c.begun.Store(nil)
	c.partial.Store(0)
	c.endIfLast()
	return n
}

// mayGoOn reports whether the next bytes of f can be taken; otherwise the reader
// is to wait.
func (c *Conn) mayGoOn(f *begun) bool {
	if f.kept != nil && f.passed.Load() > int64(c.t.cfg.frameLimit()) {
		c.outgrows(f)
	}
	s := f.to.Load()
	if s == nil || c.t.stopping.Load() {
		return true
	}
	o := &s.dst.out
	o.Lock()
	switch {
	case s.stage == waiting:
		c.hold.on(s.turn)
		o.Unlock()
		return false
	case s.stage == over, o.state == dead, !o.full(c.t):
		s.heldAt = time.Time{}
		o.Unlock()
		return true
	case !c.tooSlow(s):
		c.hold.on(o.gated(s.dst))
		o.Unlock()
		return false
	}
	o.Unlock()
	c.abandon(s, ErrQueueFull)
	return true
}

// full reports whether no more of a stream is to be queued for now: that it
// drains opens the gate. The lock of o is held.
func (o *output) full(t *Transport) bool {
	return o.queued > t.cfg.HighWater || o.queued > 0 && t.queued.Load() >= int64(t.cfg.QueueTotal)
}

// tooSlow reports whether the destination of s, whose queue is too full, has
// taken too little of it for too long. The lock of dst.out is held.
func (c *Conn) tooSlow(s *stream) bool {
	now, sent := time.Now(), s.dst.out.sent
	patience := c.t.cfg.HoldTimeout
	switch {
	case s.heldAt.IsZero():
	case now.Sub(s.heldAt) < patience:
		return false
	case float64(sent-s.heldSent) < float64(c.t.cfg.PartialRate)*patience.Seconds():
		return true
	}
	s.heldAt, s.heldSent = now, sent
	return false
}

// abandon ends s where its frame goes on: its source is told.
func (c *Conn) abandon(s *stream, why error) {
	if s.cut() {
		c.t.warnf("a frame of %s does not get to %s: %v", c, s.dst, why)
		c.t.tell([]*stream{s})
	}
}

// cutBegun ends the frame that is begun, as no more of it will come.
func (c *Conn) cutBegun() {
	f := c.begun.Load()
	if f == nil {
		return
	}
	c.begun.Store(nil)
	if s := f.to.Load(); s != nil {
		s.cut()
	}
	f.drop(&c.t.pools)
}

// keep makes the frame that from's reader has begun, here with the bytes b, go to
// d once it is whole.
func (f *begun) keep(d *Dest, b []byte, from *Conn) {
	l := late{to: *d, s: newStream(from, nil, b)}
	l.to.Begun = false
	f.late = append(f.late, l)
}

// beginKeeping keeps what there is of the frame's body.
func (f *begun) beginKeeping(p *pools, body []byte) {
	for _, l := range f.late {
		f.room = max(f.room, len(l.s.head))
	}
	f.kept = p.get(2 * (f.room + len(body)))
	f.kept.b = f.kept.b[:f.room]
	f.keepMore(p, body)
}

func (f *begun) keepMore(p *pools, b []byte) {
	if len(f.kept.b)+len(b) > cap(f.kept.b) {
		f.kept = p.grow(f.kept, len(b))
	}
	f.kept.b = append(f.kept.b, b...)
	f.held.Store(int64(len(f.kept.b)))
}

// drop ends the keeping.
func (f *begun) drop(p *pools) {
	if f.kept != nil {
		p.put(f.kept)
		f.kept, f.late = nil, nil
		f.held.Store(0)
	}
}

// sendKept sends l what is kept.
func (c *Conn) sendKept(f *begun, l *late) {
	at := f.room - len(l.s.head)
	copy(f.kept.b[at:], l.s.head)
	if err := c.t.Send(&l.to, f.kept.b[at:], c); err != nil {
		c.t.warnf("a frame of %s does not get to %s:%s: %v", c, l.to.Proto, l.to.Addr, err)
		c.t.tell([]*stream{l.s})
	}
}

// outgrows ends the keeping of f, which is too large for it. Where f passes to
// nobody, the first of those who were to get it whole gets it as it comes, when its
// turn has come.
func (c *Conn) outgrows(f *begun) {
	f.outgrown = true
	lost := f.late
	if f.to.Load() == nil {
		lost = lost[1:]
		f.late[0].to.Begun = true
		c.sendKept(f, &f.late[0])
	}
	for _, l := range lost {
		c.t.errorf("a frame of %s does not get to %s:%s: it has several destinations, and is larger than %d bytes", c, l.to.Proto, l.to.Addr, c.t.cfg.frameLimit())
		c.t.tell([]*stream{l.s})
	}
	f.drop(&c.t.pools)
}

// endUnwanted ends c where only f has kept it from that, and nobody gets f.
func (c *Conn) endUnwanted(f *begun) {
	if f.to.Load() == nil && f.kept == nil && !f.unwanted.Load() {
		f.unwanted.Store(true)
		c.endIfLast()
	}
}

// endIfLast ends c where only the frame that was begun has kept it from that.
func (c *Conn) endIfLast() {
	o := &c.out
	o.Lock()
	if !o.last || o.writing || o.pend != nil || o.state != open {
		o.Unlock()
		return
	}
	o.writing = true
	c.spawnWriter()
}

// crowd is the stream of f where others wait for its end, nil where nobody does.
func (f *begun) crowd() *stream {
	s := f.to.Load()
	if s == nil {
		return nil
	}
	o := &s.dst.out
	o.Lock()
	defer o.Unlock()
	if s.stage == passing && (o.turns.behind != nil || len(o.turns.next) > 0) {
		return s
	}
	return nil
}
