package script

import (
	"context"
	"io"
	"sync"
)

// sockets are those that a script has open. They are closed when the run is
// interrupted, so that no step waits for its deadline.
type sockets struct {
	mu   sync.Mutex
	open map[io.Closer]bool
	over bool
}

// closeAt closes them when ctx ends, until stop is called.
func (s *sockets) closeAt(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.over = true
		for c := range s.open {
			c.Close()
		}
	})
}

func (s *sockets) add(c io.Closer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		c.Close()
	}
	if s.open == nil {
		s.open = map[io.Closer]bool{}
	}
	s.open[c] = true
}
