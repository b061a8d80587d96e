package htable

import (
	"hash/maphash"
	"maps"
	"slices"
	"time"

	"olelo/runtime/clock"
)

// Store holds the tables of one configuration. It knows nothing of the module
// that filled it, so that its content can outlive a configuration.
type Store struct {
	tables   map[string]*Table // fixed once the modparams are read
	declared []*Table          // in the configuration's order
	clock    *clock.Clock
	epoch    time.Time
	secret   maphash.Seed
}

// NewStore returns a Store without tables, on the system's clock.
func NewStore() *Store {
	s := &Store{tables: map[string]*Table{}, secret: maphash.MakeSeed()}
	s.SetClock(nil)
	return s
}

// SetClock makes items live by c. It is called before there are any.
func (s *Store) SetClock(c *clock.Clock) { s.clock, s.epoch = c, c.Now() }

// Table returns the table called name, nil where none is declared.
func (s *Store) Table(name string) *Table { return s.tables[name] }

// Tables returns all tables in the order of their declarations.
func (s *Store) Tables() []*Table { return s.declared }

// Declare adds an empty table; ok is false where the name is taken. Tables are
// declared before anyone else uses the store.
func (s *Store) Declare(o Options) (t *Table, ok bool) {
	if s.tables[o.Name] != nil {
		return nil, false
	}
	t = &Table{Options: o, store: s}
	s.tables[o.Name] = t
	s.declared = append(s.declared, t)
	return t, true
}

// hash is that by which the tables find a key's item: by a secret, so that who can
// choose keys cannot choose places.
func (s *Store) hash(key string) uint64 { return maphash.String(s.secret, key) }

// names lists the tables' names, sorted.
func (s *Store) names() []string { return slices.Sorted(maps.Keys(s.tables)) }

// now is the monotonic time since the store was made: setting the system's
// clock neither ends nor prolongs an item's life. It is never 0.
func (s *Store) now() time.Duration { return s.clock.Since(s.epoch) + 1 }

// seq yields the tables' names.
func (s *Store) seq(yield func(string) bool) {
	for _, t := range s.declared {
		if !yield(t.Name) {
			return
		}
	}
}
