package transport

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// sweep advances the clock and ends the connections whose time is over. One
// look at every connection a tick is cheaper than a timer for each.
func (t *Transport) sweep() {
	defer t.wg.Done()
	tick := time.NewTicker(t.tick())
	defer tick.Stop()
	for {
		select {
		case <-t.stop:
			return
		case <-tick.C:
		}
		now := int64(time.Since(t.start)) + 1
		t.clock.Store(now)
		t.table.each(func(c *Conn) { c.checkTime(now) })
		t.capPartials(now)
		t.table.expireGone(now)
	}
}

// tick is a fraction of the shortest time limit, 1 s at most.
func (t *Transport) tick() time.Duration {
	d := time.Second
	for _, l := range []time.Duration{t.cfg.Lifetime, t.cfg.TLSIdle, t.cfg.PartialTimeout, t.cfg.StallTimeout} {
		if l > 0 {
			d = min(d, l/8)
		}
	}
	return max(d, time.Millisecond)
}

// checkTime ends c where one of its time limits is over.
func (c *Conn) checkTime(now int64) {
	if l := c.out.linger.Load(); l != 0 {
		if now >= l {
			c.die(errClosedByUs)
		}
		return
	}
	if c.begun.Load() != nil && c.closesLate(now) {
		return
	}
	if p := c.partial.Load(); p != 0 && !c.deaf.Load() && c.stalls(p, now) {
		return
	}
	limit := c.t.cfg.Lifetime
	if c.proto == TLS && !c.used.Load() {
		limit = c.t.cfg.TLSIdle
	}
	if limit <= 0 || time.Duration(now-c.last.Load()) < limit || c.hold.waiting.Load() {
		return
	}
	c.idleOut()
}

// stalls ends c where the message that it has received half of since began has
// brought too few bytes in the last PartialTimeout. A frame that has begun, and
// for whose end others wait, must bring more, and is ended alone.
func (c *Conn) stalls(began, now int64) bool {
	w := &c.window
	f, n := c.begun.Load(), c.partialLen.Load()
	patience, rate := c.t.cfg.PartialTimeout, c.t.cfg.PartialRate
	var crowd *stream
	if f != nil {
		n += f.passed.Load()
		if crowd = f.crowd(); crowd != nil {
			patience, rate = c.t.cfg.StallTimeout, c.t.cfg.StreamRate
		}
	}
	if w.message != began {
		*w = window{message: began, start: began}
		if f != nil {
			w.bytes = n
		}
	}
	if time.Duration(now-w.start) < patience {
		return false
	}
	if float64(n-w.bytes) >= float64(rate)*patience.Seconds() {
		w.start, w.bytes = now, n
		return false
	}
	if crowd != nil {
		c.abandon(crowd, errPartial)
		return false
	}
	c.endPartial(n, now-began)
	return true
}

// closesLate ends c where it is to close, and a frame that others get has kept it
// from that for a PartialTimeout.
func (c *Conn) closesLate(now int64) bool {
	o := &c.out
	o.Lock()
	closes := o.last && o.state == open
	o.Unlock()
	switch {
	case !closes:
	case c.outstays == 0:
		c.outstays = now
	case time.Duration(now-c.outstays) >= c.t.cfg.PartialTimeout:
		c.closeWhenSent(errPartial)
		return true
	}
	return false
}

func (c *Conn) endPartial(n, age int64) {
	c.t.warnf("%s closed: %v: %d bytes of it in %v", c, errPartial, n, time.Duration(age).Round(time.Millisecond))
	c.die(fmt.Errorf("%w: %d bytes", errPartial, n))
}

// window is what the sweep remembers of a half received message.
type window struct {
	message, start int64 // on the transport's clock
	bytes          int64 // of the message at start
}

// capPartials closes those that have waited longest for the rest of a message
// where half received ones take too much memory together.
func (t *Transport) capPartials(now int64) {
	var waiting []*Conn
	total := int64(0)
	t.table.each(func(c *Conn) {
		if c.partial.Load() != 0 {
			waiting = append(waiting, c)
			total += c.halfReceived()
		}
	})
	if total <= int64(t.cfg.PartialTotal) {
		return
	}
	slices.SortFunc(waiting, func(a, b *Conn) int { return cmp.Compare(a.partial.Load(), b.partial.Load()) })
	for _, c := range waiting {
		if total <= int64(t.cfg.PartialTotal) {
			return
		}
		if p := c.partial.Load(); p != 0 {
			n := c.halfReceived()
			total -= n
			c.endPartial(n, now-p)
		}
	}
}

// halfReceived is how many bytes c holds of a message whose end has not come.
func (c *Conn) halfReceived() int64 {
	n := c.partialLen.Load()
	if f := c.begun.Load(); f != nil {
		n += f.held.Load()
	}
	return n
}

// idleOut ends a connection that carries nothing; one that is connecting or
// has bytes to send has its own time limits.
func (c *Conn) idleOut() {
	o := &c.out
	o.Lock()
	if o.state != open || o.writing || o.pend != nil || o.turns != nil {
		o.Unlock()
		return
	}
	o.Unlock()
	c.t.cfg.Counters.ConTimeout.Add(int(c.id), 1)
	c.closeWhenSent(errIdle)
}
