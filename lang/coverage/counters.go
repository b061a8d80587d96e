// Package coverage tells which statements of a configuration ran and which
// ways its conditions went: the counters of a running server, the profile that
// they are written to, sums of profiles, and the reports made of one.
package coverage

import "sync/atomic"

// Kind is what a point counts.
type Kind uint8

// The kinds of Point. A condition is each operand of && and || that is none
// itself: it has two points, True and False, and counts in neither where its
// evaluation fails, as by a division by zero. A switch has a Case for each of its
// cases, default included, and one NoCase where it has no default.
const (
	Statement Kind = iota // a statement ran
	True                  // a condition was true
	False                 // a condition was false
	Case                  // a switch went to the case
	NoCase                // a switch went to none of its cases
)

var kinds = [...]string{"stmt", "true", "false", "case", "nocase"}

// String is the kind's word in a profile.
func (k Kind) String() string { return kinds[k] }

// Place is what a point counts, and where that stands: from its first byte to
// its last one, inclusive; lines and columns count from 1, in bytes. Of an if,
// a while and a switch it is the part before the block.
type Place struct {
	File            string
	Line, Col       int
	EndLine, EndCol int
	Kind            Kind
	Nth             int    // of several at one place, as those out of one use of a #!define, from 0
	Route           string // the route block around it: "route[AUTH]"
}

// Counter counts one place. It is safe for concurrent use.
type Counter struct {
	Place
	n atomic.Uint64
}

// Hit counts once more.
func (c *Counter) Hit() { c.n.Add(1) }

// Counters are those of one program. They are added by one goroutine, before
// the program runs.
type Counters struct {
	list []*Counter
	at   map[Place]*Counter
}

// NewCounters returns none.
func NewCounters() *Counters { return &Counters{at: map[Place]*Counter{}} }

// Counter is the counter of a place, nil for a statement at the place of another
// one: all that comes out of one use of a #!define stands at one place, and of
// its statements the first one counts.
func (c *Counters) Counter(p Place) *Counter {
	n := c.at[p]
	switch {
	case n == nil:
		n = &Counter{Place: p}
		c.at[p] = n
		c.list = append(c.list, n)
	case p.Kind == Statement:
		return nil
	}
	return n
}

// Profile is what was counted so far.
func (c *Counters) Profile() *Profile {
	p := &Profile{}
	for _, n := range c.list {
		p.add(Point{n.Place, n.n.Load()})
	}
	return p
}
