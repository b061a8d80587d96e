package transport

import (
	"iter"
	"sync"
)

// lane is where some connections are read and their messages handled: those of
// one at a time, on a stack of the lane's. So what waits to be handled waits in
// the system's buffers, not each in one of 64 KiB; and the reader's own stack,
// which a collection only halves, does not grow to what handling takes: 10,000
// connections that had authenticated kept 35 MB more.
type lane struct {
	sync.Mutex
	next func() (struct{}, bool)
	stop func()

	// The connection at work, and what became of it.
	c    *Conn
	held bool
	err  error
}

const (
	// mostTurns is how many reads of a connection are handled before the others
	// of its lane have a turn.
	mostTurns = 4
	// busyTurns in one tick of the clock make a busy connection. It is handled on
	// its reader's own stack, as changing stacks costs 0.2 µs a read.
	busyTurns = 16
)

// enter waits for the lane, if the reader has not entered it yet.
func (c *Conn) enter() {
	if in := &c.in; !in.entered {
		c.lane.Lock()
		in.entered, in.turns = true, 0
	}
}

// leave leaves the lane, if the reader has entered it.
func (c *Conn) leave() {
	if in := &c.in; in.entered {
		in.entered = false
		c.lane.Unlock()
	}
}

// turn ends a turn: what was read is handled.
func (c *Conn) turn() {
	in := &c.in
	if in.turns++; in.turns == mostTurns {
		c.leave()
	}
	if now := c.t.clock.Load(); in.tick != now {
		in.tick, in.busy = now, 0
	}
	in.busy++
}

// handle handles the messages that were read, see take. The lane is entered.
func (c *Conn) handle() (held bool, err error) {
	if c.in.busy > busyTurns {
		return c.take()
	}
	l := c.lane
	if l.next == nil {
		l.next, l.stop = iter.Pull(l.run)
	}
	l.c = c
	l.next()
	l.c = nil
	return l.held, l.err
}

func (l *lane) run(yield func(struct{}) bool) {
	for more := true; more; more = yield(struct{}{}) {
		l.held, l.err = l.c.take()
	}
}

// end ends the lane's goroutine, once no reader is left. One with a handler
// that does not return is left behind.
func (l *lane) end() {
	if l.TryLock() {
		defer l.Unlock()
		if l.stop != nil {
			l.stop()
		}
	}
}
