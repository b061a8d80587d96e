package main

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"olelo/conformance/script"
	"olelo/lang/coverage"
	"olelo/runtime/app"
	"olelo/runtime/clock"
	"olelo/runtime/transport"
)

// units loads configurations for the route steps of test cases, which run one
// block without a server.
type units struct{ defines []app.Define }

var _ script.Units = units{}

func (s units) Load(file string, mocks []string) (script.Unit, error) {
	var u unit
	o := newOptions(file)
	o.Defines = s.defines
	u.clock = clock.NewVirtual(unitTime)
	o.Clock, o.Seed, o.Coverage = u.clock, new(uint64), coverage.NewCounters()
	u.counters = o.Coverage
	o.Stdout, o.Stderr = &u.said, &u.said
	var opt app.UnitOptions
	for _, text := range mocks {
		m, err := app.ParseMock(text)
		if err != nil {
			return nil, err
		}
		opt.Mocks = append(opt.Mocks, m)
	}
	opt.Source = netip.MustParseAddrPort("127.0.0.1:5099")
	opt.Proto = transport.UDP
	var err error
	if u.Unit, err = app.LoadUnit(o, opt); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, u.said.String())
	}
	return &u, nil
}

type unit struct {
	*app.Unit
	clock    *clock.Clock
	counters *coverage.Counters
	said     bytes.Buffer
}

// unitTime is when the clock of a unit starts.
var unitTime = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// Covered is which lines ran.
func (u *unit) Covered() *coverage.Profile { return u.counters.Profile() }

// Run tells what a block did, and how it ended: "return CODE", exit or drop.
func (u *unit) Run(route string, message []byte) (string, error) {
	r, err := u.Unit.Run(route, message)
	if err != nil {
		return "", err
	}
	return told(r) + fmt.Sprintf("%s %d\n", r.End, r.Code), nil
}

// Advance moves the clock, and tells what the timers did.
func (u *unit) Advance(d time.Duration) string { return told(u.Unit.Advance(d)) }

// told has a line for each thing in the order of their happening:
//
//	call FUNCTION("ARGUMENT", …) = CODE, and mocked where it did not run; then
//	send PROTO:HOST:PORT FIRST LINE, and
//	log LEVEL: TEXT, which it caused
func told(r app.Result) string {
	var b strings.Builder
	for _, e := range r.Events {
		switch e.Kind {
		case app.Called:
			args := make([]string, len(e.Call.Args))
			for i, a := range e.Call.Args {
				args[i] = strconv.Quote(a)
			}
			fmt.Fprintf(&b, "call %s(%s) = %d", e.Call.Name, strings.Join(args, ", "), e.Call.Code)
			if e.Call.Mocked {
				b.WriteString(" mocked")
			}
			b.WriteString("\n")
		case app.Sent:
			first, _, _ := bytes.Cut(e.Sent.Bytes, []byte("\r\n"))
			fmt.Fprintf(&b, "send %s:%s %s\n", e.Sent.Proto, e.Sent.To, first)
		case app.Logged:
			fmt.Fprintf(&b, "log %s: %s\n", e.Log.Level, strings.TrimRight(e.Log.Text, "\n"))
		}
	}
	return b.String()
}

func (u *unit) Eval(name string) (string, bool, error) {
	value, null, err := u.Unit.Eval(name)
	return value, !null, err
}
