package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"olelo/runtime/app"
	"olelo/runtime/clock"
)

const (
	clockOption = "virtual-clock"
	seedOption  = "seed"
)

// held are the options with which a test holds time and chance.
type held struct {
	clock *clock.Clock
	seed  *uint64
}

// newHeld adds the options to f; own stands before their texts.
func newHeld(f *pflag.FlagSet, own string) *held {
	h := &held{}
	f.Var((*clockValue)(h), clockOption, own+"for tests: the time stands still, from `TIME` on (RFC 3339; now), and is moved by the RPC command clock.advance SECONDS, which waits for what the timers do")
	f.Lookup(clockOption).NoOptDefVal = "now"
	f.Var((*seedValue)(h), seedOption, own+"for tests: `NUMBER` that decides $RANDOM, nonces, session ids and the like, which can then be foretold")
	return h
}

// over tells the server.
func (h *held) over(o *app.Options) { o.Clock, o.Seed = h.clock, h.seed }

// clockValue is --virtual-clock.
type clockValue held

func (v *clockValue) String() string { return "" }
func (v *clockValue) Type() string   { return "time" }

func (v *clockValue) Set(s string) error {
	var at time.Time
	if s != "now" {
		var err error
		if at, err = time.Parse(time.RFC3339, s); err != nil {
			return fmt.Errorf("a time is written 2030-01-31T12:00:00Z (RFC 3339)")
		}
	}
	v.clock = clock.NewVirtual(at)
	return nil
}

// seedValue is --seed.
type seedValue held

func (v *seedValue) String() string { return "" }
func (v *seedValue) Type() string   { return "number" }

func (v *seedValue) Set(s string) error {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return fmt.Errorf("a seed is a number from 0 to 18446744073709551615")
	}
	v.seed = &n
	return nil
}
