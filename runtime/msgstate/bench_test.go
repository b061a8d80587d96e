package msgstate_test

import (
	"testing"

	"olelo/runtime/msgstate"
)

// BenchmarkReset ends a message that has used nothing of the state, as an MSRP
// frame's route mostly does.
func BenchmarkReset(b *testing.B) {
	var s msgstate.State
	b.ReportAllocs()
	for b.Loop() {
		s.Reset()
	}
}
