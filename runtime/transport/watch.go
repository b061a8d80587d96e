package transport

import (
	"sync"
	"sync/atomic"
	"time"
)

// watch sees to it that what a message has sent goes out although its handler
// waits for something: a reader flushes at the end of its batch, and the watch
// does where the end does not come. It sleeps while nothing is being sent.
type watch struct {
	shards [16]watchShard
	asleep atomic.Bool
	wake   chan struct{}
}

type watchShard struct {
	sync.Mutex
	list []watched
	_    [24]byte // shards do not share a cache line
}

type watched struct {
	it   batching
	seen bool // was there at the tick before
}

// batching is a reader in the midst of what it has read at once: of a connection,
// or of a UDP socket.
type batching interface {
	// flushLate sends what its messages have sent so far.
	flushLate()
	// number spreads the readers over the shards.
	number() uint64
}

// watchTick is how long a batch may take before it is helped.
const watchTick = 5 * time.Millisecond

func (w *watch) add(r batching) {
	s := &w.shards[r.number()%uint64(len(w.shards))]
	s.Lock()
	s.list = append(s.list, watched{it: r})
	s.Unlock()
	if w.asleep.Load() && w.asleep.CompareAndSwap(true, false) {
		w.wake <- struct{}{}
	}
}

func (w *watch) remove(r batching) {
	s := &w.shards[r.number()%uint64(len(w.shards))]
	s.Lock()
	defer s.Unlock()
	for i := range s.list {
		if s.list[i].it == r {
			last := len(s.list) - 1
			s.list[i] = s.list[last]
			s.list[last] = watched{}
			s.list = s.list[:last]
			return
		}
	}
}

func (w *watch) run(t *Transport) {
	defer t.wg.Done()
	tick := time.NewTicker(watchTick)
	defer tick.Stop()
	var late []batching
	idle := 0
	for {
		select {
		case <-tick.C:
		case <-t.stop:
			return
		}
		late = w.late(late[:0])
		for _, r := range late {
			r.flushLate()
		}
		clear(late)
		if !w.empty() {
			idle = 0
			continue
		}
		if idle++; idle < 100 {
			continue
		}
		// Nothing for half a second. Whoever adds after the flag is up wakes.
		w.asleep.Store(true)
		if !w.empty() && w.asleep.CompareAndSwap(true, false) {
			continue
		}
		tick.Stop()
		select {
		case <-w.wake:
		case <-t.stop:
			return
		}
		idle = 0
		tick.Reset(watchTick)
	}
}

// late appends those that were there at the tick before already.
func (w *watch) late(dst []batching) []batching {
	for i := range w.shards {
		s := &w.shards[i]
		s.Lock()
		for j := range s.list {
			if s.list[j].seen {
				dst = append(dst, s.list[j].it)
			}
			s.list[j].seen = true
		}
		s.Unlock()
	}
	return dst
}

func (w *watch) empty() bool {
	for i := range w.shards {
		s := &w.shards[i]
		s.Lock()
		n := len(s.list)
		s.Unlock()
		if n > 0 {
			return false
		}
	}
	return true
}
