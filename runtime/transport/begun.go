package transport

import (
	"sync/atomic"
	"time"

	"olelo/runtime/msrp"
)

// begun is a frame that is routed although its end has not come: its source's
// reader gives what comes of it to those whom the route sent it.
type begun struct {
	rest   msrp.Rest
	to     atomic.Pointer[stream] // nil: nobody wants it, or nobody any more
	whole  []*kept                // for those who get it when it has come
	passed atomic.Int64           // bytes of it that are taken
}

// kept is a frame that goes to a second destination: it is sent once it is whole.
type kept struct {
	to  Dest
	buf *buffer // nil: it was given up
	s   *stream // that never passes: whom to tell
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
	for _, k := range f.whole {
		c.collect(k, b[:n])
		if end {
			c.sendKept(k)
		}
	}
	if end {
		c.begun.Store(nil)
		c.partial.Store(0)
		c.endIfLast()
	}
	return n
}

// mayGoOn reports whether the next bytes of f can be taken; otherwise the reader
// is to wait.
func (c *Conn) mayGoOn(f *begun) bool {
	s := f.to.Load()
	if s == nil || c.t.stopping.Load() {
		return true
	}
	o := &s.dst.out
	o.Lock()
	stage := s.stage
	if stage == passing && o.state == dead {
		stage = over
	}
	if stage == passing && o.queued > c.t.cfg.HighWater && !c.tooSlow(s) {
		c.hold.on(o.gated(s.dst))
		o.Unlock()
		return false
	}
	full := stage == passing && o.queued > c.t.cfg.HighWater
	if !full {
		s.heldAt = time.Time{}
	}
	o.Unlock()
	if full || stage == waiting { // in vain
		c.abandon(s, ErrQueueFull)
	}
	return true
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
	for _, k := range f.whole {
		k.drop(c.t)
	}
}

// keep makes the frame that from's reader has begun go to d too, once it is whole.
func (f *begun) keep(t *Transport, d *Dest, b []byte, from *Conn) {
	k := &kept{to: *d, buf: t.pools.get(2 * len(b)), s: newStream(from, nil, b)}
	k.to.Begun = false
	k.buf.b = append(k.buf.b, b...)
	f.whole = append(f.whole, k)
}

// collect adds the next bytes to k; a frame larger than the limit is given up.
func (c *Conn) collect(k *kept, b []byte) {
	if k.buf == nil {
		return
	}
	if len(k.buf.b)+len(b) > c.t.cfg.frameLimit() {
		c.t.errorf("%s: a frame that goes to two destinations is larger than %d bytes: the second does not get it", c, c.t.cfg.frameLimit())
		k.drop(c.t)
		c.t.tell([]*stream{k.s})
		return
	}
	if len(k.buf.b)+len(b) > cap(k.buf.b) {
		k.buf = c.t.pools.grow(k.buf, len(b))
	}
	k.buf.b = append(k.buf.b, b...)
}

func (k *kept) drop(t *Transport) {
	if k.buf != nil {
		t.pools.put(k.buf)
		k.buf = nil
	}
}

func (c *Conn) sendKept(k *kept) {
	if k.buf == nil {
		return
	}
	if err := c.t.Send(&k.to, k.buf.b, c); err != nil {
		c.t.warnf("a frame of %s does not get to %s:%s: %v", c, k.to.Proto, k.to.Addr, err)
		c.t.tell([]*stream{k.s})
	}
	k.drop(c.t)
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
	c.next()
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
