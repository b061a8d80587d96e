package transport

import (
	"bytes"
	"slices"
	"time"
)

// stream is a frame that goes out while it comes in: Send was given its start
// (Dest.Begun), and its source's reader gives the rest as it comes. It goes to
// one destination, where it has a turn: what else is sent there meanwhile waits
// behind it.
type stream struct {
	src, dst *Conn
	of       *begun
	head     []byte // the frame up to its body
	last     bool   // dst ends behind it

	// Under the lock of dst.out.
	stage stage
	first *buffer // what it has brought before its turn
	turn  *gate   // of those that wait: opens when the turn comes

	// Of src's reader: since when dst's queue is too full, and what dst had sent
	// by then.
	heldAt   time.Time
	heldSent uint64
}

type stage uint8

const (
	waiting stage = iota // for its turn
	passing
	over // no byte of it is taken any more
)

// turns is what there is at a destination while a frame passes to it.
type turns struct {
	now    *stream
	next   []*stream // in the order of their turns
	behind *buffer   // messages for the time after now
	shut   *gate     // those who have sent too many of those
}

// part is the end of a stream's bytes in a send buffer.
type part struct {
	end int
	of  *stream
}

// newStream is the stream of the frame that from's reader has begun, from the
// bytes that it starts with.
func newStream(from, to *Conn, b []byte) *stream {
	return &stream{src: from, dst: to, of: from.begun.Load(), head: bytes.Clone(b[:bodyAt(b)])}
}

// bodyAt is where the body of the frame b starts, whose headers are whole.
func bodyAt(b []byte) int { return bytes.Index(b, []byte("\r\n\r\n")) + len("\r\n\r\n") }

// sendBegun sends the start of a frame whose rest from's reader gives to the stream
// that this makes. Where another passes, the frame is kept until it is whole; only
// one that is too large for that waits for its turn.
func (c *Conn) sendBegun(d *Dest, b []byte, from *Conn) error {
	o := &c.out
	o.Lock()
	if err := c.refuses(len(b), from); err != nil {
		o.Unlock()
		return err
	}
	f, tn := from.begun.Load(), o.turns
	own := c.t.hasEnd(c)
	switch {
	case (tn != nil || own) && !f.outgrown:
		o.Unlock()
		f.keep(d, b, from)
		return nil
	case own:
		o.Unlock()
		return errOwnEnd
	}
	s := newStream(from, c, b)
	s.last = d.CloseAfter
	f.to.Store(s)
	if tn != nil {
		s.first = c.t.pools.get(len(b))
		s.first.b = append(s.first.b, b...)
		s.turn = &gate{dst: c, open: make(chan struct{}), turn: true}
		tn.next = append(tn.next, s)
		o.count(&c.t.queued)
		o.Unlock()
		return nil
	}
	o.last = d.CloseAfter
	o.turns = &turns{now: s}
	s.stage = passing
	c.pass(s, b, false)
	return nil
}

// hasEnd reports whether the other end of c is here, too. A frame that passes over
// such a connection could come round to it again, and wait for its own end there.
// c.out's lock is held.
func (t *Transport) hasEnd(c *Conn) bool {
	end, _ := t.table.find(peerKey{c.proto, c.local}, c.peer.Addr(), t.clock.Load())
	return end != nil
}

// more sends the next bytes of s; end tells that they are its last. It is false
// where s is over, and nobody wants them.
func (s *stream) more(b []byte, end bool) bool {
	s.dst.out.Lock()
	if s.stage != passing || s.dst.out.state == dead {
		s.dst.out.Unlock()
		return false
	}
	s.dst.pass(s, b, end)
	return true
}

// pass sends bytes of s, whose turn it is. out's lock is held, and released.
func (c *Conn) pass(s *stream, b []byte, end bool) {
	o := &c.out
	tn := o.turns
	if c.atOnce(len(b)) && !(end && (tn.behind != nil || len(tn.next) > 0)) {
		if end {
			s.stage, o.turns = over, nil
		}
		_ = c.sendBig(b, nil, s.src, s)
		return
	}
	o.append(c.t, &o.pend, b, nil)
	o.pend.parts = append(o.pend.parts, part{len(o.pend.b), s})
	if end {
		s.stage = over
		c.nextTurn()
	}
	c.queuedFor(s.src, len(o.pend.b))
}

// nextTurn ends the turn of the stream that passes. out's lock is held.
func (c *Conn) nextTurn() {
	o := &c.out
	tn := o.turns
	if tn.behind != nil {
		o.adopt(c.t, tn.behind)
		tn.behind = nil
	}
	if tn.shut != nil {
		close(tn.shut.open)
		tn.shut = nil
	}
	if len(tn.next) == 0 {
		o.turns = nil
		return
	}
	if o.last {
		o.turns = nil
		c.t.tell(tn.end(c.t))
		o.count(&c.t.queued)
		return
	}
	s := tn.next[0]
	tn.now, tn.next = s, slices.Delete(tn.next, 0, 1)
	s.stage, o.last = passing, s.last
	o.append(c.t, &o.pend, s.first.b, nil)
	o.pend.parts = append(o.pend.parts, part{len(o.pend.b), s})
	s.starts(c.t)
}

// starts ends the waiting of s for its turn, whether that has come or never will.
func (s *stream) starts(t *Transport) {
	if s.first != nil {
		t.pools.put(s.first)
		s.first = nil
		close(s.turn.open)
	}
}

// adopt appends a buffer of messages to those that are next to be written.
func (o *output) adopt(t *Transport, b *buffer) {
	o.queued += len(b.b)
	if o.pend == nil {
		o.pend = b
		return
	}
	p := o.pend
	if len(p.b)+len(b.b) > cap(p.b) {
		p = t.pools.grow(p, len(b.b))
		o.pend = p
	}
	for _, m := range b.msgs {
		p.msgs = append(p.msgs, mark{len(p.b) + m.end, m.src})
	}
	p.b = append(p.b, b.b...)
	t.pools.put(b)
}

// sendBehind queues b for the time after the frame that passes. out's lock is
// held, and released.
func (c *Conn) sendBehind(b []byte, src, from *Conn) error {
	o := &c.out
	tn := o.turns
	o.append(c.t, &tn.behind, b, src)
	o.queued -= len(b)
	if len(tn.behind.b) > c.t.cfg.HighWater && from != nil {
		if tn.shut == nil {
			tn.shut = &gate{dst: c, open: make(chan struct{})}
		}
		from.hold.on(tn.shut)
	}
	o.count(&c.t.queued)
	o.Unlock()
	return nil
}

// waiting is how many bytes wait behind a frame that passes.
func (o *output) waiting() (n int) {
	tn := o.turns
	if tn == nil {
		return 0
	}
	if tn.behind != nil {
		n = len(tn.behind.b)
	}
	for _, s := range tn.next {
		n += len(s.first.b)
	}
	return n
}

// cut ends s before its end has come: the frame gets an end line that says so,
// its destination goes on with what else there is. It is false where s is over.
func (s *stream) cut() bool {
	c := s.dst
	o := &c.out
	o.Lock()
	switch s.stage {
	case over:
		o.Unlock()
		return false
	case waiting:
		tn := o.turns
		tn.next = slices.DeleteFunc(tn.next, func(n *stream) bool { return n == s })
		s.stage = over
		s.starts(c.t)
		o.count(&c.t.queued)
		o.Unlock()
		return true
	}
	c.endLine(s)
	c.nextTurn()
	o.Unlock()
	c.flush()
	return true
}

// endLine ends the passing s with the flag of a frame that is not continued (RFC
// 4975 section 7.1). out's lock is held.
func (c *Conn) endLine(s *stream) {
	o := &c.out
	o.append(c.t, &o.pend, []byte("\r\n-------"+s.of.rest.TransID()+"#\r\n"), nil)
	s.stage = over
}

// cutTurns ends all that passes to c or is to, as c is about to close. out's
// lock is held.
func (c *Conn) cutTurns() {
	o := &c.out
	tn := o.turns
	if tn == nil {
		return
	}
	c.endLine(tn.now)
	lost := append(tn.end(c.t), tn.now)
	if tn.behind != nil {
		o.adopt(c.t, tn.behind)
	}
	o.turns = nil
	o.count(&c.t.queued)
	c.t.tell(lost)
}

// end lets all who wait for a turn or for the end of one go: there is none any
// more. It returns those whose turn does not come.
func (tn *turns) end(t *Transport) []*stream {
	for _, s := range tn.next {
		s.stage = over
		s.starts(t)
	}
	if tn.shut != nil {
		close(tn.shut.open)
	}
	return tn.next
}

// tell tells the sources of streams that they are lost.
func (t *Transport) tell(lost []*stream) {
	if len(lost) == 0 {
		return
	}
	t.wg.Add(1) // the source or the destination of each is still counted
	go func() {
		defer t.wg.Done()
		for _, s := range lost {
			s.tell()
		}
	}()
}

// tell tells the source of s, once a frame, with the frame's headers alone.
func (s *stream) tell() {
	if !s.of.told.Swap(true) && s.src != s.dst {
		headers := s.head[: len(s.head)-2 : len(s.head)-2]
		s.src.undelivered(append(headers, "-------"+s.of.rest.TransID()+"$\r\n"...))
	}
}
