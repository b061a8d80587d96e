package benchmark

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"olelo/runtime/log"
	"olelo/runtime/registry"
)

// timer is what all workers counted with a name.
type timer struct {
	name    string
	id      int
	enabled atomic.Bool

	mu     sync.Mutex
	period tally // since the last line
	all    tally
}

// tally is of microseconds.
type tally struct{ calls, sum, least, most int64 }

func (t *tally) add(us int64) {
	if t.calls == 0 {
		t.least = us
	}
	t.calls++
	t.sum += us
	t.least, t.most = min(t.least, us), max(t.most, us)
}

// min is the least time, the largest number of 32 bits where there is none.
func (t *tally) min() int64 {
	if t.calls == 0 {
		return math.MaxUint32
	}
	return t.least
}

func (t *tally) mean() float64 { return float64(t.sum) / float64(t.calls) }

func (t *tally) String() string {
	return fmt.Sprintf("%d/%d/%d/%d/%f", t.calls, t.sum, t.least, t.most, t.mean())
}

// work is what a worker keeps: the starts of timers by their id.
type work struct {
	starts []time.Time
	last   int64
}

func (m *Module) work(c *registry.Ctx) *work {
	if w, ok := m.perWorker.Load(c.Worker); ok {
		return w.(*work)
	}
	w := &work{}
	m.perWorker.Store(c.Worker, w)
	return w
}

func (m *Module) counts(t *timer) bool {
	on := m.enable.Load()
	return on > 0 || on == 0 && t.enabled.Load()
}

func (m *Module) start(c *registry.Ctx, t *timer) int {
	if m.counts(t) {
		w := m.work(c)
		for len(w.starts) <= t.id {
			w.starts = append(w.starts, time.Time{})
		}
		w.starts[t.id] = m.clock.Now()
	}
	return 1
}

// stop counts; the timer goes on.
func (m *Module) stop(c *registry.Ctx, t *timer) int {
	w := m.work(c)
	if !m.counts(t) || len(w.starts) <= t.id || w.starts[t.id].IsZero() {
		return 1
	}
	w.last = m.clock.Since(w.starts[t.id]).Microseconds()
	level := log.Level(m.level.Load())
	if line := t.add(w.last, int64(m.granularity.Load()), c.Log.Enabled(level)); line != "" {
		c.Log.Log(level, name, line)
	}
	return 1
}

// add counts, and gives the line that is due each granularity-th time, where it
// is wanted.
func (t *timer) add(us, granularity int64, wanted bool) (line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.period.add(us)
	t.all.add(us)
	if granularity <= 0 || t.period.calls < granularity {
		return ""
	}
	if wanted {
		line = fmt.Sprintf("benchmark (timer %s [%d]): %d [ msgs/total/min/max/avg - LR: %s | GB: %s]", t.name, t.id, us, &t.period, &t.all)
	}
	t.period = tally{}
	return line
}
