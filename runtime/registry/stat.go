package registry

import (
	"errors"

	"olelo/runtime/counter"
)

// StatsHost is a Host that has the counters of the core and of all modules that
// are a StatSource. They are all there once every module is provisioned.
type StatsHost interface {
	// Stats are all, by group and then by name.
	Stats() []*Stat
	// Stat finds one; the group "" is any, and of several of one name that which
	// came last. It is nil where there is none.
	Stat(group, name string) *Stat
}

// StatsOf is the Host as one that has counters.
func StatsOf(h Host) (StatsHost, error) {
	s, ok := h.(StatsHost)
	if !ok {
		return nil, errors.New("this server has no counters")
	}
	return s, nil
}

// CoreStatsHost is a Host that counts the SIP messages it routes. A module that
// wants Kamailio's group core to be there offers these as its own.
type CoreStatsHost interface{ CoreStats() []*Stat }

// StatSource is a module with counters. They are asked for once, when all
// modules are provisioned.
type StatSource interface{ Stats() []*Stat }

// Stat is one counter of Kamailio's statistics, "core:rcv_requests", or a figure
// that is worked out whenever somebody asks.
type Stat struct {
	Group, Name string
	Doc         string // "": nothing is known of it
	// Count is what is added to; nil for a figure, which Figure works out, and
	// which nothing is added to. Figure is safe for concurrent use.
	Count  *counter.Counter
	Figure func() int64
	Keep   bool // a reset leaves it as it is
	// Declared tells that a modparam made it: it is older than all others.
	Declared bool
}

// Value is the number now.
func (s *Stat) Value() int64 {
	if s.Count == nil {
		return s.Figure()
	}
	return s.Count.Value()
}

// Add adds n in a worker of that rank; a figure does not change by it.
func (s *Stat) Add(worker int, n int64) {
	if s.Count != nil {
		s.Count.Add(worker, n)
	}
}

// Reset makes it 0, but for a figure and for what is to be kept.
func (s *Stat) Reset() {
	if s.Count != nil && !s.Keep {
		s.Count.Reset()
	}
}
