package transport

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// gate is closed while a connection has too much to send; those who sent it
// wait before it.
type gate struct {
	dst  *Conn
	open chan struct{} // closed when the gate opens
	turn bool          // of a stream: it comes, as those before it go on or are cut
}

// gated returns the connection's gate. The lock of o is held.
func (o *output) gated(c *Conn) *gate {
	if o.gate == nil {
		o.gate = &gate{dst: c, open: make(chan struct{})}
	}
	return o.gate
}

// held is what the messages of one reader have done to other connections: the
// gates that it must pass before its next message, and the connections that
// it has yet to flush.
type held struct {
	must     atomic.Bool // gates is not empty
	waiting  atomic.Bool
	batching atomic.Bool // more messages are at hand: flushing can wait
	sync.Mutex
	gates   []*gate
	dirty   [8]*Conn
	ndirty  int
	watched bool
	over    bool          // its connection is dead
	stop    chan struct{} // made to wait, closed by end
}

// on makes the reader wait for g before its next message.
func (h *held) on(g *gate) {
	h.Lock()
	defer h.Unlock()
	for _, have := range h.gates {
		if have == g {
			return
		}
	}
	h.gates = append(h.gates, g)
	h.must.Store(true)
}

// end lets a waiting reader go: its connection is dead.
func (h *held) end() {
	h.Lock()
	h.over = true
	if h.stop != nil {
		close(h.stop)
		h.stop = nil
	}
	h.Unlock()
}

// wait waits until every gate is open. A destination that does not open its
// gate in time is clogged; for a turn there is no such time. It returns early
// where c dies or the server stops.
func (c *Conn) wait() {
	h := &c.hold
	h.Lock()
	gates := h.gates
	h.gates = nil
	h.must.Store(false)
	if h.over {
		h.Unlock()
		return
	}
	stop := make(chan struct{})
	h.stop = stop
	h.Unlock()
	h.waiting.Store(true)
	defer h.waiting.Store(false)
	c.partial.Store(0) // it is not the peer who stops

	var timer *time.Timer
	for _, g := range gates {
		select {
		case <-g.open:
			continue
		default:
		}
		var late <-chan time.Time
		if !g.turn {
			if timer == nil {
				timer = time.NewTimer(c.t.cfg.HoldTimeout)
				defer timer.Stop()
			}
			late = timer.C
		}
		select {
		case <-g.open:
		case <-stop:
			return
		case <-c.t.stop:
			return
		case <-late:
			g.clog()
			timer.Reset(0) // for the other gates it is over too
		}
	}
	h.Lock()
	h.stop = nil
	h.Unlock()
	c.last.Store(c.t.clock.Load())
}

func (g *gate) clog() {
	o := &g.dst.out
	o.Lock()
	switch {
	case o.gate == g:
		o.gate = nil
	case o.turns != nil && o.turns.shut == g:
		o.turns.shut = nil
	default:
		o.Unlock()
		return
	}
	o.clogged = true
	close(g.open)
	o.Unlock()
}

// later leaves the flushing of dst to the end of the batch that c's reader is
// handling. false: there is no batch, or it has too many destinations.
func (h *held) later(c, dst *Conn) bool {
	if !h.batching.Load() {
		return false
	}
	h.Lock()
	defer h.Unlock()
	if !h.batching.Load() {
		return false
	}
	for _, d := range h.dirty[:h.ndirty] {
		if d == dst {
			return true
		}
	}
	if h.ndirty == len(h.dirty) {
		return false
	}
	h.dirty[h.ndirty] = dst
	h.ndirty++
	if !h.watched {
		h.watched = true
		c.t.watch.add(c)
	}
	return true
}

// toward returns the connection to k, from the given local IP where that is
// valid, if the batch has sent to it already. The table need not be asked for
// each message then.
func (h *held) toward(k peerKey, local netip.Addr) *Conn {
	h.Lock()
	defer h.Unlock()
	for _, d := range h.dirty[:h.ndirty] {
		if d.proto == k.proto && d.peer == k.addr && (!local.IsValid() || d.local.Addr() == local) && !d.deaf.Load() {
			return d
		}
	}
	return nil
}

// flushLate flushes what the batch has sent so far; more of it is to come.
func (c *Conn) flushLate() { c.flushDirty(false) }

func (c *Conn) number() uint64 { return c.id }

// flushDirty flushes what the batch has sent so far.
func (c *Conn) flushDirty(end bool) {
	h := &c.hold
	h.Lock()
	dirty, n := h.dirty, h.ndirty
	clear(h.dirty[:n])
	h.ndirty = 0
	if end {
		h.batching.Store(false)
		if h.watched {
			h.watched = false
			c.t.watch.remove(c)
		}
	}
	h.Unlock()
	for _, d := range dirty[:n] {
		d.flush()
	}
}
