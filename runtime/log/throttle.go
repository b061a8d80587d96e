package log

import (
	"fmt"
	"sync"
	"time"
)

// Throttle lets one line a second through, for what a peer can cause as often
// as it likes. The zero Throttle is ready; it is safe for concurrent use.
type Throttle struct {
	mu   sync.Mutex
	next time.Time
	left int
}

// Allow reports whether to write the line now; left is then what to put behind
// it: " (and 27 more)" since the last one, or nothing.
func (t *Throttle) Allow() (ok bool, left string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if now.Before(t.next) {
		t.left++
		return false, ""
	}
	if t.left > 0 {
		left = fmt.Sprintf(" (and %d more)", t.left)
	}
	t.next, t.left = now.Add(time.Second), 0
	return true, left
}
