package transport

import (
	"iter"
	"sync"
)

// lane is a stack that messages of some connections are handled on, one at a
// time. A reader's own stack would grow to what handling takes, and a collection
// only halves it: 10,000 connections that had authenticated kept 35 MB more.
type lane struct {
	sync.Mutex
	next func() (struct{}, bool)
	stop func()

	// The connection at work, and what became of it.
	c    *Conn
	held bool
	err  error
}

// busyReads is how many reads of a connection in one tick of the clock make it
// a busy one: it is handled on its reader's own stack, as changing stacks costs
// 0.2 µs a read and more where they fall out of the processor's cache.
const busyReads = 16

// handle handles the messages that have arrived, see take.
func (c *Conn) handle() (held bool, err error) {
	if c.in.reads > busyReads {
		return c.take()
	}
	return c.lane.take(c)
}

func (l *lane) take(c *Conn) (held bool, err error) {
	l.Lock()
	defer l.Unlock()
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
