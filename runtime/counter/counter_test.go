package counter_test

import (
	"sync"
	"testing"

	"olelo/runtime/counter"
)

func TestCounter(t *testing.T) {
	var c counter.Counter
	var wg sync.WaitGroup
	for worker := range 40 {
		wg.Go(func() {
			for range 1000 {
				c.Add(worker, 2)
				c.Add(-worker, -1)
			}
		})
	}
	wg.Wait()
	if n := c.Value(); n != 40_000 {
		t.Errorf("counted %d, want 40000", n)
	}
	c.Reset()
	if n := c.Value(); n != 0 {
		t.Errorf("%d after Reset", n)
	}
}

func TestAddAllocatesNothing(t *testing.T) {
	var c counter.Counter
	if n := testing.AllocsPerRun(100, func() { c.Add(3, 1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
