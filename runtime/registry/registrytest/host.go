package registrytest

import (
	"olelo/runtime/clock"
	"olelo/runtime/random"
	"olelo/runtime/registry"
)

// Host is what every server has: a clock and chance, the system's where they
// are nil. A test's host embeds it and adds what its module asks for.
type Host struct {
	registry.Host
	Time   *clock.Clock
	Chance *random.Source
}

// Clock returns h.Time.
func (h Host) Clock() *clock.Clock { return h.Time }

// Random returns h.Chance.
func (h Host) Random() *random.Source { return h.Chance }

// Global returns 0, as of a parameter that is not set.
func (h Host) Global(string) int { return 0 }
