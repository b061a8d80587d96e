package app

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"olelo/runtime/log"
	"olelo/runtime/random"
	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

// heldBy takes the time and the chance that a test holds.
func (s *server) heldBy(o *Options) {
	s.clock, s.covered = o.Clock, o.Coverage != nil
	if s.clock.Virtual() {
		s.log.Warnf(log.Core, "the clock is virtual, for tests: it is %s until the RPC command clock.advance", s.clock.Now().Format(time.RFC3339Nano))
	}
	if o.Seed != nil {
		s.random = random.Seeded(*o.Seed)
		s.log.Warnf(log.Core, "chance has the seed %d, for tests: nonces and session ids can be foretold", *o.Seed)
	}
}

// tested reports whether a test looks on: it can ask then when the server is quiet.
func (s *server) tested() bool { return s.clock.Virtual() || s.covered }

// clockRPC registers the commands of tests: the one that waits, and those that hold
// a virtual clock.
func (s *server) clockRPC() error {
	if s.tested() {
		if err := s.rpcs.Register("olelo", registry.RPC{
			Name: "olelo.quiet", Run: s.quiet,
			Doc: "Answers once all that the sockets hold is routed. A word given with it is logged then, whatever the debug level: who has read that line has read all before it.",
		}); err != nil {
			return err
		}
	}
	if !s.clock.Virtual() {
		return nil
	}
	return s.rpcs.Register("clock",
		registry.RPC{
			Name: "clock.advance", Run: s.advance,
			Doc: "Moves the virtual clock by seconds (1.5) or a time with its unit (200ms, 2h), once what the sockets hold is routed; answers with the new time when the timers on the way have done their work.",
		},
		registry.RPC{Name: "clock.now", Run: s.tellTime, Doc: "The virtual clock's time (RFC 3339)."},
	)
}

func (s *server) quiet(c registry.RPCCall) error {
	if err := s.settle(); err != nil {
		return err
	}
	if word, ok := c.AsText(0); ok {
		l := s.log.With(0, s.pid)
		l.SetOwnLevel(log.Alert)
		l.Log(log.Alert, "olelo", "olelo.quiet "+word) // no module, which could have a level
	}
	return nil
}

func (s *server) tellTime(c registry.RPCCall) error {
	c.Add(s.clock.Now().Format(time.RFC3339Nano))
	return nil
}

func (s *server) advance(c registry.RPCCall) error {
	far, ok := c.Arg(0)
	if !ok {
		c.Fault(rpc.CodeBadRequest, "how far? seconds (1.5), or a time with its unit (200ms, 2h)")
		return nil
	}
	d, err := parseTime(fmt.Sprint(far))
	if err != nil {
		c.Fault(rpc.CodeBadRequest, err.Error())
		return nil
	}
	if err := s.settle(); err != nil {
		return fmt.Errorf("the clock is not moved: %w", err)
	}
	s.clock.Advance(d)
	if err := s.settle(); err != nil { // timers may send to the server itself
		return fmt.Errorf("the clock is moved: %w", err)
	}
	return s.tellTime(c)
}

// parseTime reads seconds, or a time with its unit.
func parseTime(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if sec, nerr := strconv.ParseFloat(text, 64); nerr == nil {
		if ns := math.Round(sec * float64(time.Second)); math.Abs(ns) < math.MaxInt64 {
			d, err = time.Duration(ns), nil
		}
	}
	switch {
	case err != nil:
		return 0, fmt.Errorf("%.40q is no time: seconds are wanted (1.5), or a time with its unit (200ms, 2h)", text)
	case d < 0:
		return 0, fmt.Errorf("%.40q: the time does not go back", text)
	}
	return d, nil
}

// settlePatience is how long the server may take to route what it has.
const settlePatience = 5 * time.Second

// settle waits until all that the sockets hold is routed. It polls: nothing
// that routes is to pay for telling.
func (s *server) settle() error {
	for end := time.Now().Add(settlePatience); !s.settled(); time.Sleep(200 * time.Microsecond) {
		if time.Now().After(end) {
			return errors.New("messages are still being routed, or held back by a peer that does not read, after " + settlePatience.String())
		}
	}
	return nil
}

// settled looks at the sockets again behind the workers: what runs in one
// without them, as a timer, may have sent to the server itself.
func (s *server) settled() bool { return s.net.Quiet() && s.workers.idle() && s.net.Quiet() }

// idle reports whether no worker handles anything.
func (ws *workers) idle() bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range ws.all {
		if !w.ctx.TryLock() {
			return false
		}
		w.ctx.Unlock()
	}
	return true
}
