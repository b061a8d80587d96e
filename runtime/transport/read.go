package transport

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"syscall"

	"olelo/runtime/msrp"
	"olelo/runtime/sip"
)

// read is the reader goroutine of an open connection.
func (c *Conn) read() {
	defer c.readerEnds()
	defer c.leave()
	for {
		if c.t.stopping.Load() {
			return // Shutdown: readerEnds closes
		}
		if err := c.fill(); err != nil {
			c.leave()
			c.readEnds(err)
			return
		}
		c.last.Store(c.t.clock.Load())
		if !c.used.Load() {
			c.used.Store(true)
		}
		c.enter()
		held, err := c.handle()
		for held {
			c.leave()
			c.wait()
			c.enter()
			held, err = c.handle()
		}
		if err != nil {
			c.refuse(err)
		}
		c.turn()
	}
}

// readEnds says what the end of the peer's stream means.
func (c *Conn) readEnds(err error) {
	if c.t.stopping.Load() && errors.Is(err, os.ErrDeadlineExceeded) {
		return // Shutdown drains and closes
	}
	c.out.eof.Store(true)
	left, f := c.in.w-c.in.r, c.begun.Load()
	switch {
	case c.deaf.Load():
	case f != nil:
		c.t.infof("%s ended in the middle of a frame, after %d bytes of it", c, f.passed.Load()+int64(left))
	case left > 0:
		c.t.infof("%s ended in the middle of a message, after %d bytes of it: %s", c, left, excerpt(c.in.pending()))
	}
	if !errors.Is(err, io.EOF) {
		c.die(fmt.Errorf("%w: %w", errPeerClosed, err))
		return
	}
	o := &c.out
	o.Lock()
	if o.state == open {
		c.cutTurns()
	}
	switch {
	case o.state != connecting && o.state != dead && (o.writing || o.pend != nil):
		// The peer may still read what we have for it.
		o.state = closing
		o.Unlock()
		c.deaf.Store(true)
		c.leaveTable()
		c.flush()
	case o.state == dead:
		o.Unlock()
	default:
		c.dieLocked(errPeerClosed)
	}
}

// readerEnds gives back what the reader held. The handler is not called again.
func (c *Conn) readerEnds() {
	c.cutBegun()
	if c.in.buf != nil {
		c.t.pools.put(c.in.buf)
		c.in.buf = nil
	}
	defer c.in.rests()
	c.hmu.Lock()
	h := c.h
	c.over, c.h = true, nil
	c.hmu.Unlock()
	if h != nil && c.t.handlers.Closed != nil {
		c.t.handlers.Closed(c, h)
	}
	if c.t.stopping.Load() {
		if c.out.linger.Load() != 0 {
			c.die(errShutdown)
		}
		c.closeWhenSent(errShutdown)
	}
	c.t.wg.Done()
}

// refuse ends a connection whose bytes make no sense.
func (c *Conn) refuse(err error) {
	if !errors.Is(err, errHandlerPanic) {
		c.t.errorf("%s closed: %v; got %s", c, err, excerpt(c.in.pending()))
	}
	c.in.r = c.in.w
	c.closeWhenSent(err)
}

// excerpt is the start of b for a log line: escaped, and cut.
func excerpt(b []byte) string {
	const most = 80
	if len(b) > most {
		return fmt.Sprintf("%q… (%d bytes)", b[:most], len(b))
	}
	return fmt.Sprintf("%q", b)
}

func (in *input) pending() []byte {
	if in.buf == nil {
		return nil
	}
	return in.buf.b[in.r:in.w]
}

// fill reads more bytes behind those that are there. While it waits, a
// connection with nothing half received holds no buffer. Nor does one that waits
// for its lane, but with TLS: it reads once it has entered.
func (c *Conn) fill() error {
	in := &c.in
	if c.proto == TLS {
		c.leave()
		return c.fillTLS()
	}
	in.n, in.err = 0, nil
	for waited := true; waited; {
		c.enter()
		if err := c.raw.Read(in.ready); err != nil {
			return err
		}
		waited = !in.entered
	}
	switch {
	case in.err != nil:
		return in.err
	case in.n == 0:
		return io.EOF
	}
	in.w += in.n
	return nil
}

// readReady reads in the lane. It does not enter it: who closes the connection
// waits for its return, and may do that from the lane.
func (c *Conn) readReady(fd uintptr) bool {
	in := &c.in
	in.wakes()
	if !in.entered {
		return true
	}
	size := readSize
	if in.large > readSize/4 {
		size = largeRead
	}
	in.room(&c.t.pools, size)
	b := in.buf.b[in.w:cap(in.buf.b)]
	for {
		n, err := readNow(fd, b)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			c.rest()
			in.rests()
			c.leave()
			return false
		case err != nil:
			in.err = err
		default:
			in.n = n
		}
		return true
	}
}

// tlsRead is what is read at once from a TLS connection, which gives one
// record of 16 KiB at most.
const tlsRead = 32 << 10

// fillTLS waits with one byte of room where nothing is half received, and
// returns with that byte: the rest of its record is at hand then.
func (c *Conn) fillTLS() error {
	in := &c.in
	c.rest()
	if in.buf == nil {
		n, err := c.nc.Read(in.one[:])
		if n == 0 {
			return err
		}
		in.room(&c.t.pools, 1)
		in.w = copy(in.buf.b[:1], in.one[:])
		return nil
	}
	in.room(&c.t.pools, tlsRead)
	n, err := c.nc.Read(in.buf.b[in.w:cap(in.buf.b)])
	in.w += n
	if n > 0 {
		return nil
	}
	return err
}

// room makes room to read. What was not handled yet is moved rarely: once a
// buffer, not once a message.
func (in *input) room(p *pools, first int) {
	if in.buf == nil {
		in.buf = p.get(first)
		in.r, in.w = 0, 0
		return
	}
	if in.r == in.w {
		in.r, in.w = 0, 0
	}
	size := cap(in.buf.b)
	left := in.w - in.r
	switch {
	case size >= first && size-in.w >= size/4:
	case size >= first && size-left >= size/4 && in.r > 0:
		b := in.buf.b[:size]
		copy(b, b[in.r:in.w])
		in.r, in.w = 0, left
	default:
		// A message larger than the buffer. Where the one before was large
		// too, grow faster; not to its size at once, or a few bytes from each
		// of many connections could take all memory.
		want := max(first, 2*size)
		if 4*size <= in.large {
			want = 4 * size
		}
		g := p.get(want)
		copy(g.b[:left], in.pending())
		p.put(in.buf)
		in.buf, in.r, in.w = g, 0, left
	}
}

// rest is called when there is nothing to read: the buffer is given back, or
// exchanged for one that just holds what is half received.
func (c *Conn) rest() {
	in := &c.in
	left := in.w - in.r
	switch {
	case left == 0:
		if in.buf != nil {
			c.t.pools.put(in.buf)
			in.buf, in.r, in.w = nil, 0, 0
		}
		if c.begun.Load() == nil {
			return
		}
	default:
		in.shrink(&c.t.pools, left)
	}
	c.partialLen.Store(int64(left))
	if c.partial.Load() == 0 {
		c.partial.Store(c.t.clock.Load())
	}
}

// shrink exchanges a buffer that is much too large for one of n bytes or, where
// that is more, of what it holds.
func (in *input) shrink(p *pools, n int) {
	left := in.w - in.r
	n = max(n, left)
	if n > cap(in.buf.b)/8 {
		return
	}
	g := p.get(n)
	copy(g.b[:left], in.pending())
	p.put(in.buf)
	in.buf, in.r, in.w = g, 0, left
}

// take handles every whole message that is there, in order. held tells that it
// has stopped at a gate, to be called again behind it; an error, that the stream
// cannot be followed any further.
func (c *Conn) take() (held bool, err error) {
	in := &c.in
	c.hmu.Lock()
	defer c.hmu.Unlock()
	defer c.flushDirty(true)
	defer func() {
		if p := recover(); p != nil {
			c.panicked(p)
			err = errHandlerPanic
		}
	}()
	c.hold.batching.Store(true)
	for in.r < in.w {
		if c.deaf.Load() {
			c.cutBegun()
			in.r = in.w
			break
		}
		if c.hold.must.Load() {
			return true, nil
		}
		f := c.begun.Load()
		if f != nil && !c.mayGoOn(f) {
			continue
		}
		n, err := c.message(f, in.buf.b[in.r:in.w])
		if err != nil || n == 0 {
			return false, err
		}
		in.r += n
		if f == nil && c.begun.Load() != nil {
			in.shrink(&c.t.pools, readSize) // what follows passes in small pieces
		}
		in.large = n
		if c.partial.Load() != 0 && f == nil {
			c.partial.Store(0)
		}
	}
	return false, nil
}

// message handles the message at the start of b, if it is whole, or what there is
// of the frame f that has begun, and returns its length.
func (c *Conn) message(f *begun, b []byte) (n int, err error) {
	in := &c.in
	if f != nil {
		return c.goOn(f, b), nil
	}
	if c.t.cfg.MSRP && !in.sip.Partial() {
		yes := in.msrp.Partial()
		if !yes {
			var more bool
			if yes, more = msrp.IsMSRP(b); more {
				return 0, nil
			}
		}
		if yes {
			n, err = in.msrp.Next(b)
			if at := c.t.cfg.StreamAt; at > 0 && len(b) >= at && (n == 0 || err != nil) && !in.declined && in.msrp.InBody() {
				if n := c.start(b); n > 0 || err == nil {
					return n, nil
				}
				return 0, err
			}
			if n > 0 {
				in.declined = false
				in.sip.Reset()
				if !c.msrp.Load() {
					c.msrp.Store(true)
				}
				c.atLast(n == len(b))
				c.handler().MSRP(&c.recv, b[:n:n])
			}
			return n, err
		}
	}
	n, unit, err := in.sip.Next(b)
	if in.sip.Expects() {
		_ = c.send(goOn, false, c)
	}
	switch unit {
	case sip.Whole:
		c.atLast(n == len(b))
		c.handler().SIP(&c.recv, b[:n:n])
	case sip.Ping:
		if !c.t.cfg.NoPing {
			// A full queue is no reason to log: the peer does not read.
			_ = c.send(crlf, false, c)
		}
	}
	return n, err
}

var (
	crlf = []byte("\r\n")
	goOn = []byte("HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n")
)

// atLast ends the batch before its last message is handled: there is nothing
// to wait for any more, what that message sends is flushed at once.
func (c *Conn) atLast(last bool) {
	if last {
		c.hold.batching.Store(false)
	}
}

// recovered logs a handler's panic and ends the connection: one message must
// not take the server with it.
func (c *Conn) recovered() {
	if p := recover(); p != nil {
		c.panicked(p)
		c.die(errHandlerPanic)
	}
}

func (c *Conn) panicked(p any) {
	c.t.errorf("%s closed: internal error while a message was handled: %v; please report this with the trace: %s", c, p, debug.Stack())
}

// wake makes a waiting reader look up.
func (c *Conn) wake() {
	c.out.Lock()
	tcp := c.tcp
	c.out.Unlock()
	if tcp != nil {
		_ = tcp.SetReadDeadline(longAgo)
	}
}
