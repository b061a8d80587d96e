package htable

import (
	"fmt"
	"sync"
	"time"

	"olelo/lang/source"
	"olelo/runtime/registry"
)

// shard is a part of a table, with a lock of its own. Where a script holds it
// (sht_lock), every access of another worker waits, as in Kamailio, where
// sht_lock takes the lock that the accesses themselves take.
//
// Reads take the same lock as writes: with parts this small a sync.RWMutex
// measured no faster for readers and half as fast for writers.
type shard struct {
	mu   sync.Mutex
	rows rows

	holder *registry.Worker // has it by sht_lock; nil for nobody
	depth  int              // how often the holder has it
	since  source.Pos       // where it took it
	freed  chan struct{}    // closed when the holder leaves; nil while nobody waits

	_ [48]byte // shards do not share cache lines
}

const (
	// lockPatience is how long an access waits for another worker's sht_lock
	// before it fails. Kamailio waits for ever.
	lockPatience = 5 * time.Second
	// lockCheck is how long a lock is believed to be in use before its holder
	// is looked at: one that handles no message has forgotten it.
	lockCheck = 500 * time.Millisecond
)

// lockedError is an access given up because of another worker's sht_lock.
type lockedError struct {
	worker int // the holder's rank
	at     source.Pos
}

func (e *lockedError) Error() string {
	return fmt.Sprintf("worker %d has held sht_lock (taken at %s:%d) for more than %v",
		e.worker, e.at.Filename, e.at.Line, lockPatience)
}

// lock locks s for w; nil is nobody (a timer, an RPC command).
func (s *shard) lock(w *registry.Worker) error {
	s.mu.Lock()
	if s.holder == nil || s.holder == w {
		return nil
	}
	return s.wait(w)
}

// wait is called with s locked and held by another worker. It returns with s
// locked and not held, or with s unlocked and an error.
func (s *shard) wait(w *registry.Worker) error {
	patience := time.NewTimer(lockPatience)
	defer patience.Stop()
	check := time.NewTicker(lockCheck)
	defer check.Stop()
	for s.holder != nil && s.holder != w {
		if s.freed == nil {
			s.freed = make(chan struct{})
		}
		freed := s.freed
		s.mu.Unlock()
		select {
		case <-freed:
			s.mu.Lock()
		case <-check.C:
			s.mu.Lock()
			s.dropForgotten()
		case <-patience.C:
			s.mu.Lock()
			if h := s.holder; h != nil {
				err := &lockedError{h.Rank, s.since}
				s.mu.Unlock()
				return err
			}
		}
	}
	return nil
}

// dropForgotten frees a lock whose holder handles no message any more: its
// script ended between sht_lock and sht_unlock.
func (s *shard) dropForgotten() {
	h := s.holder
	if h == nil || !h.TryLock() {
		return
	}
	defer h.Unlock() // it is the worker's log, too
	h.Log.Errorf(name, "sht_lock taken at %s:%d was not undone before the route ended: undone now; call sht_unlock on every way out of the route",
		s.since.Filename, s.since.Line)
	s.free()
}

// free ends the holder's lock; s is locked.
func (s *shard) free() {
	s.holder, s.depth = nil, 0
	if s.freed != nil {
		close(s.freed)
		s.freed = nil
	}
}

// hold gives s to w until as many releases; it may be held by w already.
func (s *shard) hold(w *registry.Worker, at source.Pos) error {
	if err := s.lock(w); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.holder == nil {
		s.holder, s.since = w, at
	}
	s.depth++
	return nil
}

// release undoes one hold of w; a lock that w does not have is left alone.
func (s *shard) release(w *registry.Worker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holder != w || w == nil {
		return
	}
	if s.depth--; s.depth == 0 {
		s.free()
	}
}
