// Package counter counts what happens, in all workers at once.
package counter

import "sync/atomic"

// parts spreads the workers' counting, so that they do not write to one cache
// line; a power of two.
const parts = 16

// Counter is a number that workers add to. It is safe for concurrent use.
type Counter struct{ parts [parts]part }

type part struct {
	atomic.Int64
	_ [56]byte
}

// Add adds n, which may be negative. Workers of different numbers do not
// disturb each other.
func (c *Counter) Add(worker int, n int64) { c.parts[worker&(parts-1)].Add(n) }

// Value is the number now.
func (c *Counter) Value() (n int64) {
	for i := range c.parts {
		n += c.parts[i].Load()
	}
	return n
}

// Reset makes it 0. What is added meanwhile may be lost.
func (c *Counter) Reset() {
	for i := range c.parts {
		c.parts[i].Store(0)
	}
}
