package clock

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// runs notes what ran and when.
type runs struct {
	c    *Clock
	list []string
}

func (r *runs) note(name string) func() {
	return func() { r.list = append(r.list, name+" "+r.c.Now().Sub(start).String()) }
}

func (r *runs) want(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, r.list); diff != "" {
		t.Errorf("ran (-want +got)\n%s", diff)
	}
	r.list = nil
}

func TestAdvanceRunsInOrder(t *testing.T) {
	c := NewVirtual(start)
	r := &runs{c: c}
	c.Every(3*time.Second, r.note("three"))
	stop := c.Every(2*time.Second, r.note("two"))
	c.Advance(2*time.Second - 1)
	r.want(t)
	c.Advance(1)
	r.want(t, "two 2s")
	c.Advance(4500 * time.Millisecond)
	r.want(t, "three 3s", "two 4s", "three 6s", "two 6s")
	stop()
	c.Advance(3 * time.Second)
	r.want(t, "three 9s")
	if got, want := c.Now(), start.Add(9500*time.Millisecond); !got.Equal(want) {
		t.Errorf("it is %v, want %v", got, want)
	}
}

// TestTimerMakesTimer: one that is made on the way is due from its own time on.
func TestTimerMakesTimer(t *testing.T) {
	c := NewVirtual(start)
	r := &runs{c: c}
	once := sync.OnceFunc(func() { c.Every(time.Second, r.note("inner")) })
	c.Every(5*time.Second, func() { r.note("outer")(); once() })
	c.Advance(7 * time.Second)
	r.want(t, "outer 5s", "inner 6s", "inner 7s")
}

// TestSleepMovesTime: in a timer's own function too, where runs of that timer
// are due meanwhile.
func TestSleepMovesTime(t *testing.T) {
	c := NewVirtual(start)
	r := &runs{c: c}
	c.Every(10*time.Second, r.note("ten"))
	c.Sleep(11 * time.Second)
	r.want(t, "ten 10s")
	asleep := false
	c.Every(4*time.Second, func() {
		r.note("from")()
		if !asleep {
			asleep = true
			c.Sleep(15 * time.Second)
			r.note("to")()
		}
	})
	c.Advance(5 * time.Second)
	r.want(t, "from 15s", "ten 20s", "ten 30s", "to 30s", "from 30s")
	if got := c.Now().Sub(start); got != 30*time.Second {
		t.Errorf("the time went back to %v", got)
	}
}

// TestSleeperHoldsLock: a timer that waits for what the sleeper holds does not
// keep it from waking up.
func TestSleeperHoldsLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewVirtual(start)
		released := make(chan struct{}) // synctest sees who waits for a channel
		var ran time.Duration
		c.Every(time.Second, func() {
			<-released
			ran = c.Now().Sub(start)
		})
		c.Sleep(1500 * time.Millisecond)
		if got := c.Now().Sub(start); got != 1500*time.Millisecond {
			t.Errorf("woke up at %v", got)
		}
		close(released)
		synctest.Wait()
		if ran != 1500*time.Millisecond {
			t.Errorf("the timer went on at %v", ran)
		}
	})
}

func TestNeitherBackNorBeyond(t *testing.T) {
	c := NewVirtual(start)
	c.Every(time.Hour, func() {})()
	c.Advance(-time.Hour)
	if got := c.Now(); !got.Equal(start) {
		t.Errorf("%v before the start", got)
	}
	c.Advance(1<<63 - 1)
	c.Advance(1<<63 - 1)
	if got := c.Now().Sub(start); got != farthest {
		t.Errorf("%v after the start", got)
	}
}

// TestSystemClock: the same interface over the real time.
func TestSystemClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c *Clock
		begin := c.Now()
		var at []time.Duration
		stop := c.Every(2*time.Second, func() { at = append(at, c.Since(begin)) })
		c.Sleep(5 * time.Second)
		stop()
		c.Sleep(5 * time.Second)
		if want := []time.Duration{2 * time.Second, 4 * time.Second}; !slices.Equal(at, want) {
			t.Errorf("ran at %v, want %v", at, want)
		}
		if c.Virtual() || c.Since(begin) != 10*time.Second {
			t.Errorf("virtual %v, %v passed", c.Virtual(), c.Since(begin))
		}
	})
}

// TestDefaultStart: without a time it is now, and stands.
func TestDefaultStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		real := time.Now()
		c := NewVirtual(time.Time{})
		time.Sleep(time.Hour)
		if !c.Now().Equal(real) || c.Now().Location() != time.Local {
			t.Errorf("it is %v, want %v", c.Now(), real)
		}
	})
}
