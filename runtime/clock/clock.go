// Package clock is the time that routing sees: the system's, or one that
// stands still until a test moves it.
package clock

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Clock tells the time and runs what is to be done every so often. The nil
// *Clock is the system's, NewVirtual makes others. It is safe for concurrent
// use.
type Clock struct {
	start  time.Time
	passed atomic.Int64 // nanoseconds since start; written under mu

	turn   sync.Mutex // of Advance
	mu     sync.Mutex
	timers []*timer // in the order of their making
}

// timer is a function that runs every period.
type timer struct {
	period, due time.Duration // due since the clock's start
	f           func()
	running     chan struct{} // closed when f returns; nil while it does not run
}

// farthest is how far a virtual clock goes: a time.Duration holds 292 years,
// and a timer's period of 32-bit seconds comes on top.
const farthest = 200 * 365 * 24 * time.Hour

// NewVirtual returns a clock that stands at the given time; the zero time is
// the real one now.
func NewVirtual(at time.Time) *Clock {
	if at.IsZero() {
		at = time.Now()
	}
	return &Clock{start: at.Round(0).Local()}
}

// Virtual reports whether the clock is moved by Advance.
func (c *Clock) Virtual() bool { return c != nil }

// Now returns the time, in the local time zone.
func (c *Clock) Now() time.Time {
	if c == nil {
		return time.Now()
	}
	return c.start.Add(c.elapsed())
}

// Since returns the time passed since t, which is of this clock.
func (c *Clock) Since(t time.Time) time.Duration {
	if c == nil {
		return time.Since(t)
	}
	return c.Now().Sub(t)
}

func (c *Clock) elapsed() time.Duration { return time.Duration(c.passed.Load()) }

// Every runs f every d, which is above 0, until stop is called; stop waits for
// f to return. A run that is due while the one before still runs follows it; of
// several, one does.
func (c *Clock) Every(d time.Duration, f func()) (stop func()) {
	if c == nil {
		return every(d, f)
	}
	t := &timer{period: d, f: f}
	c.mu.Lock()
	defer c.mu.Unlock()
	t.due = c.elapsed() + d
	c.timers = append(c.timers, t)
	return func() { c.remove(t) }
}

// every is Every of the system's clock.
func every(d time.Duration, f func()) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(d)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				f()
			}
		}
	}()
	return func() { cancel(); <-ended }
}

func (c *Clock) remove(t *timer) {
	c.mu.Lock()
	c.timers = slices.DeleteFunc(c.timers, func(x *timer) bool { return x == t })
	running := t.running
	c.mu.Unlock()
	if running != nil {
		<-running
	}
}

// Advance moves a virtual clock by d, 200 years from its start at most. What is
// due on the way runs in the order of its time, each at its time, and has
// returned when Advance does. Two calls follow one another; a timer's function
// must not call it.
func (c *Clock) Advance(d time.Duration) {
	c.turn.Lock()
	defer c.turn.Unlock()
	c.move(c.after(d))
}

// sleepPatience is how long, of real time, Sleep waits for what is due.
const sleepPatience = 2 * time.Second

// Sleep lets d pass. A virtual clock moves by it: what is due meanwhile runs
// first, unless it waits for what the caller holds, in which case it goes on
// beside the caller after some seconds. A timer's function may sleep.
func (c *Clock) Sleep(d time.Duration) {
	if c == nil {
		time.Sleep(d)
		return
	}
	to := c.after(d)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.move(to)
	}()
	select {
	case <-done:
	case <-time.After(sleepPatience):
		c.mu.Lock()
		c.set(to)
		c.mu.Unlock()
	}
}

// after is the time d from now.
func (c *Clock) after(d time.Duration) time.Duration {
	return c.elapsed() + min(max(d, 0), farthest-c.elapsed())
}

// set puts the clock forward; c.mu is held.
func (c *Clock) set(to time.Duration) { c.passed.Store(int64(max(to, c.elapsed()))) }

// move puts the clock forward to a time, timer by timer; further, where a
// timer's function sleeps for longer. Those that run already are left to who
// runs them.
func (c *Clock) move(to time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for t := c.next(to); t != nil; t = c.next(max(to, c.elapsed())) {
		c.set(t.due)
		t.due = c.elapsed() + t.period - (c.elapsed()-t.due)%t.period
		c.run(t)
	}
	c.set(to)
}

// next is the timer that is due first, to at the latest; nil for none.
func (c *Clock) next(to time.Duration) *timer {
	var first *timer
	for _, t := range c.timers {
		if t.running == nil && t.due <= to && (first == nil || t.due < first.due) {
			first = t
		}
	}
	return first
}

// run runs a timer's function without the lock, which is held before and after.
func (c *Clock) run(t *timer) {
	t.running = make(chan struct{})
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		close(t.running)
		t.running = nil
	}()
	t.f()
}
