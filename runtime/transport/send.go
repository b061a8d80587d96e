package transport

import (
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
)

// output is the sending part of a connection: pend collects messages while
// cur is written. Whoever sets writing is the only one to write, until it
// clears it.
type output struct {
	sync.Mutex
	state   state
	writing bool
	last    bool // the queue's last message is the connection's last
	clogged bool // somebody waited for it in vain: refuse messages
	queued  int  // bytes of pend and of cur not yet written
	counted int  // bytes counted in Transport.queued
	pend    *buffer
	cur     *buffer
	sent    uint64 // bytes of the queue that were written
	gate    *gate  // those who wait for it to drain
	turns   *turns // nil: no frame passes to here
	why     error  // of its death

	eof    atomic.Bool  // the peer sends nothing any more
	linger atomic.Int64 // when to stop waiting for the peer's close, 0: not waiting

	// Of the one who writes.
	ready func(fd uintptr) bool
	wb    []byte
	wn    int
	werr  error

	peek  func(fd uintptr)
	ended bool
}

const (
	// bigMessage is written from the caller's bytes where nothing is queued;
	// smaller ones are collected, since one copy costs less than one system
	// call.
	bigMessage = 32 << 10
	// flushAt is how much a reader's batch collects for one connection before
	// it is written: more would only fall out of the processor's cache.
	flushAt = 64 << 10
	// freeQueue is how much of each queue's memory QueueTotal does not count,
	// so that the counter that all share is rarely touched.
	freeQueue = 64 << 10
	// firstQueue is the size of an empty queue's buffer.
	firstQueue = 16 << 10
	// writeSlice is how much of a queue a waiting write is given at once; in
	// between, those who wait for the queue to drain are let go.
	writeSlice = 128 << 10
)

// Send queues b for d, see registry.Net. It never waits for the peer, copies
// b, and fails with one of this package's errors; for UDP also with the
// system's. nil means that b is written, or will be, or that from's Handler
// is told.
func (t *Transport) Send(d *Dest, b []byte, from *Conn) error {
	if d.Begun {
		if f := from.begun.Load(); f.to.Load() != nil {
			f.keep(d, b, from)
			return nil
		}
	}
	if d.Conn != nil {
		err := d.Conn.sendFor(d, b, from)
		if err == nil || !errors.Is(err, ErrClosed) || !d.Addr.IsValid() {
			return err
		}
	}
	switch d.Proto {
	case UDP:
		return t.sendUDP(d, b)
	case TCP, TLS:
	default:
		return ErrBadDest
	}
	if !d.Addr.IsValid() || d.Addr.Port() == 0 {
		return ErrBadDest
	}
	var local netip.Addr
	if d.Socket != nil && !d.Socket.Addr.Addr().IsUnspecified() {
		local = d.Socket.Addr.Addr()
	}
	k := peerKey{d.Proto, d.Addr}
	if a := d.Addr.Addr(); a.Is4In6() {
		k.addr = netip.AddrPortFrom(a.Unmap(), d.Addr.Port())
	}
	var c *Conn
	if from != nil {
		c = from.hold.toward(k, local)
	}
	// A connection found may end before it takes b: once more then.
	for range 2 {
		if c == nil {
			var err error
			if c, err = t.connection(k, local, d); err != nil {
				return err
			}
		}
		if err := c.sendFor(d, b, from); !errors.Is(err, ErrClosed) {
			return err
		}
		c = nil
	}
	return ErrClosed
}

func (c *Conn) sendFor(d *Dest, b []byte, from *Conn) error {
	if d.Begun {
		return c.sendBegun(d, b, from)
	}
	return c.send(b, d.CloseAfter, from)
}

// connection returns the connection to k, from the given local IP where that is
// valid: one that is there, or a new one where d allows it.
func (t *Transport) connection(k peerKey, local netip.Addr, d *Dest) (*Conn, error) {
	c, gone := t.table.find(k, local, t.clock.Load())
	switch {
	case c != nil:
		return c, nil
	case gone:
		return nil, ErrPeerGone
	case d.NoConnect || t.cfg.NoConnect:
		return nil, ErrNoConnection
	}
	return t.connect(k, local, d.Socket)
}

// send queues b. After last, nothing else is taken.
func (c *Conn) send(b []byte, last bool, from *Conn) error {
	o := &c.out
	o.Lock()
	if c.t.cfg.Capture != nil && o.state <= open && !o.last {
		c.capture(b, last)
		return nil
	}
	if err := c.refuses(len(b), from); err != nil {
		o.Unlock()
		return err
	}
	src := from
	if src != nil && src.reporting.Load() {
		src = nil
	}
	o.last = last
	if o.turns != nil {
		return c.sendBehind(b, src, from)
	}
	if c.atOnce(len(b)) {
		return c.sendBig(b, src, from, nil)
	}
	o.append(c.t, &o.pend, b, src)
	n := len(o.pend.b)
	if o.queued > c.t.cfg.HighWater && from != nil {
		from.hold.on(o.gated(c))
	}
	c.queuedFor(from, n)
	return nil
}

// atOnce reports whether n bytes are to be written from the caller's memory. out's
// lock is held.
func (c *Conn) atOnce(n int) bool {
	o := &c.out
	return n >= bigMessage && o.state == open && !o.writing && o.pend == nil && c.proto == TCP
}

// queuedFor sees to it that the n bytes which are queued since the last write
// began, some of them for from, are written. It releases out's lock.
func (c *Conn) queuedFor(from *Conn, n int) {
	o := &c.out
	busy := o.writing || o.state == connecting
	o.Unlock()
	if !busy && (from == nil || n >= flushAt || !from.hold.later(from, c)) {
		c.flush()
	}
}

// refuses returns why c does not take n bytes more, nil where it does. out's lock
// is held.
func (c *Conn) refuses(n int, from *Conn) error {
	o := &c.out
	if o.state > open || o.last {
		if o.eof.Load() {
			return ErrPeerGone
		}
		return ErrClosed
	}
	if from != nil && from != c && o.pend == nil && !o.writing && c.peerEnded() {
		return ErrPeerGone
	}
	if err := o.admit(c.t, n); err != nil {
		c.t.cfg.Counters.SendqFull.Add(int(c.id), 1)
		return err
	}
	return nil
}

// peerEnded reports whether the peer's close has come in which the reader has
// not seen yet: what is relayed to it then would be lost without a word. It is
// asked once a batch, before the first message of an empty queue (0.2 µs).
// out's lock is held.
func (c *Conn) peerEnded() bool {
	o := &c.out
	if c.proto != TCP || o.state != open {
		return false
	}
	o.ended = false
	return c.raw.Control(o.peek) != nil || o.ended
}

func (c *Conn) peekEnd(fd uintptr) {
	var b [1]byte
	n, err := peekNow(fd, b[:])
	c.out.ended = n == 0 && err == nil || err == syscall.ECONNRESET
}

// admit refuses what is too much.
func (o *output) admit(t *Transport, n int) error {
	queued := o.queued + o.waiting()
	switch {
	case o.clogged, queued > 0 && queued+n > t.cfg.QueueMax:
		return ErrQueueFull
	case queued+n > freeQueue && t.queued.Load()+int64(n) > int64(t.cfg.QueueTotal):
		return ErrQueueFull
	}
	return nil
}

// append appends a message to q, which is pend, or what waits for a later time.
func (o *output) append(t *Transport, q **buffer, b []byte, src *Conn) {
	switch p := *q; {
	case p == nil && len(b) > firstQueue/16:
		*q = t.pools.get(max(len(b), flushAt)) // where large ones come, growing would copy them
	case p == nil:
		*q = t.pools.get(firstQueue)
	case len(p.b)+len(b) > cap(p.b):
		*q = t.pools.grow(p, len(b))
	}
	p := *q
	p.b = append(p.b, b...)
	p.msgs = append(p.msgs, mark{len(p.b), src})
	o.queued += len(b)
	o.count(&t.queued)
}

// count brings the shared count of queued bytes up to date.
func (o *output) count(total *atomic.Int64) {
	if n := max(o.queued+o.waiting()-freeQueue, 0); n != o.counted {
		total.Add(int64(n - o.counted))
		o.counted = n
	}
}

// sendBig writes b, a message or with s a part of a stream, from the caller's
// memory, as far as the system takes it. The caller holds the lock and is done
// afterwards.
func (c *Conn) sendBig(b []byte, src, from *Conn, s *stream) error {
	o := &c.out
	o.writing = true
	o.Unlock()
	n, err := c.tryWrite(b)
	if n > 0 {
		c.last.Store(c.t.clock.Load())
		c.used.Store(true)
	}
	if n == len(b) {
		o.Lock()
		c.next()
		return nil
	}
	if err != nil && n == 0 && s == nil {
		// Nothing of b was taken: it is the caller's again.
		o.Lock()
		c.failed(err)
		return ErrClosed
	}
	cur := c.t.pools.get(len(b))
	cur.b = append(cur.b, b...)
	cur.msgs = append(cur.msgs, mark{len(b), src})
	if s != nil {
		cur.parts = append(cur.parts, part{len(b), s})
	}
	cur.off = n
	o.Lock()
	o.cur = cur
	o.queued += len(b) - n
	o.count(&c.t.queued)
	if o.queued > c.t.cfg.HighWater && from != nil && o.state != dead {
		from.hold.on(o.gated(c))
	}
	if err != nil {
		c.failed(err)
		return nil
	}
	c.spawnWriter()
	return nil
}

// flush writes what is queued, as far as the system takes it without waiting;
// a writer goroutine does the rest. It does nothing while somebody else writes.
func (c *Conn) flush() {
	o := &c.out
	o.Lock()
	if o.writing || o.pend == nil || o.state == connecting || o.state == dead {
		o.Unlock()
		return
	}
	o.writing = true
	if c.proto == TLS {
		// Encryption writes when it likes, so that a write may wait.
		c.spawnWriter()
		return
	}
	for range 4 { // others may go on queueing: we have our own work
		o.cur, o.pend = o.pend, nil
		cur := o.cur
		o.Unlock()
		n, err := c.tryWrite(cur.b)
		o.Lock()
		c.wrote(n)
		switch {
		case err != nil:
			c.failed(err)
			return
		case o.cur != nil:
			c.spawnWriter()
			return
		case o.pend == nil:
			c.next()
			return
		}
	}
	c.spawnWriter()
}

// wrote takes n bytes of cur as written. The lock is held.
func (c *Conn) wrote(n int) {
	o := &c.out
	if n > 0 {
		c.last.Store(c.t.clock.Load())
		c.used.Store(true)
	}
	cur := o.cur
	cur.off += n
	o.queued -= n
	o.sent += uint64(n)
	o.count(&c.t.queued)
	if cur.off == len(cur.b) {
		o.cur = nil
		c.t.pools.put(cur)
	}
	if o.queued <= c.t.cfg.LowWater {
		o.clogged = o.clogged && o.waiting() > c.t.cfg.LowWater
		if o.gate != nil {
			close(o.gate.open)
			o.gate = nil
		}
	}
}

// next ends a writer's turn, having written all it took: what came in
// meanwhile is a writer goroutine's. It releases the lock.
func (c *Conn) next() {
	o := &c.out
	switch {
	case o.state == dead:
		c.failed(nil)
	case o.pend != nil:
		c.spawnWriter()
	case (o.state == closing || o.last && !c.relays()) && o.turns == nil:
		o.writing = false
		o.state = closing
		o.Unlock()
		c.deaf.Store(true)
		c.leaveTable()
		c.sayGoodbye()
	default:
		o.writing = false
		o.Unlock()
	}
}

// failed ends a writer's turn whose connection is lost. It releases the lock.
func (c *Conn) failed(err error) {
	o := &c.out
	o.writing = false
	if o.state != dead {
		c.dieLocked(err)
		return
	}
	lost := o.take(c.t)
	o.Unlock()
	c.buried(lost)
}

// spawnWriter hands the writing to a goroutine. It releases the lock.
func (c *Conn) spawnWriter() {
	c.t.wg.Add(1) // c itself is counted: this is never the first
	c.out.Unlock()
	go c.write()
}

// write writes until the queue is empty.
func (c *Conn) write() {
	defer c.t.wg.Done()
	o := &c.out
	for {
		o.Lock()
		if o.state == dead {
			c.failed(nil)
			return
		}
		if o.cur == nil {
			if o.pend == nil {
				c.next()
				return
			}
			o.cur, o.pend = o.pend, nil
		}
		b := o.cur.b[o.cur.off:]
		o.Unlock()
		n, err := c.nc.Write(b[:min(len(b), writeSlice)])
		o.Lock()
		c.wrote(n)
		if err != nil {
			c.failed(err)
			return
		}
		o.Unlock()
	}
}

// lost is what a connection that died has not sent.
type lost struct {
	queued  [3]*buffer // nil: none
	streams []*stream
}

// take takes all that was queued out of a dead connection. The lock is held.
func (o *output) take(t *Transport) (l lost) {
	l.queued = [...]*buffer{o.cur, o.pend, nil}
	if tn := o.turns; tn != nil {
		tn.now.stage = over
		l.queued[2], l.streams = tn.behind, append(tn.end(t), tn.now)
	}
	o.cur, o.pend, o.turns, o.queued = nil, nil, nil, 0
	o.count(&t.queued)
	return l
}

// tryWrite writes b as far as the system takes it at once.
func (c *Conn) tryWrite(b []byte) (int, error) {
	o := &c.out
	o.wb, o.wn, o.werr = b, 0, nil
	err := c.raw.Write(o.ready)
	o.wb = nil
	if err == nil {
		err = o.werr
	}
	return o.wn, err
}

func (c *Conn) writeReady(fd uintptr) bool {
	o := &c.out
	for {
		n, err := writeNow(fd, o.wb)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
		case err != nil:
			o.werr = err
		default:
			o.wn = n
		}
		return true
	}
}
