package registry

import "olelo/runtime/value"

// scratch is where a worker evaluates variables for its own use: a local Value
// handed to a Getter would be allocated each time.
type scratch struct {
	values []value.Value
	used   int
}

// scratchSize is how many Values a worker lends before it allocates: formats
// seldom nest, and few have more than a dozen parts.
const scratchSize = 64

// Borrow lends n Values, all $null, until Return. What was borrowed last is
// returned first.
func (w *Worker) Borrow(n int) []value.Value {
	lent := w.lend(n)
	clear(lent)
	return lent
}

// lend is Borrow for who fills what is lent before it is read.
func (w *Worker) lend(n int) []value.Value {
	s := &w.scratch
	if s.values == nil {
		s.values = make([]value.Value, scratchSize)
	}
	if s.used+n > len(s.values) {
		return make([]value.Value, n)
	}
	lent := s.values[s.used : s.used+n : s.used+n]
	s.used += n
	return lent
}

// Return ends the use of what Borrow lent.
func (w *Worker) Return(lent []value.Value) {
	s := &w.scratch
	if n := len(lent); n > 0 && s.used >= n && &s.values[s.used-n] == &lent[0] {
		s.used -= n
	}
}
