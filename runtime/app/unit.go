package app

import (
	"context"
	"fmt"
	"net/netip"

	"olelo/runtime/transport"
)

// Unit is a configuration whose route blocks are run one at a time, without a
// server: no socket is opened, what would be sent is kept, all that the routes do
// is recorded. Functions run as in the server, but for those that are mocked.
// One worker runs all, so that $var, and with it hash tables and $shv, live on
// from run to run. Timers do not run. It is not safe for concurrent use.
type Unit struct {
	s       *server
	w       *worker
	rec     *recorder
	startup Result

	proto  transport.Proto // UnitOptions.Proto and Source
	source netip.AddrPort
}

// UnitOptions are a Unit's own.
type UnitOptions struct {
	Mocks []Mock
	// Source is where messages come from: 192.0.2.1:5060 where it is not valid.
	Source netip.AddrPort
	// Proto is what SIP messages come over: None is UDP. MSRP frames come over
	// TLS where that is asked for, otherwise over TCP.
	Proto transport.Proto
}

// LoadUnit loads a configuration. The mistakes in it are written as by Run, to
// o.Stderr, and make an error.
func LoadUnit(o Options, u UnitOptions) (*Unit, error) {
	o.setDefaults()
	rec := &recorder{frameIn: -1, instead: -1}
	o.recorder = rec
	// A mock also stands for a function that olelo does not run.
	o.Lenient = o.Lenient || len(u.Mocks) > 0
	for _, m := range u.Mocks {
		c, err := m.compiled()
		if err != nil {
			return nil, err
		}
		o.mocks = append(o.mocks, c)
	}
	stderr := o.Stderr
	o.logHere()
	o.Stderr = rec
	s, diags := load(&o)
	o.Stderr = stderr
	if n := diags.Errors(); n > 0 {
		o.report(s.set, diags)
		s.cleanup()
		return nil, fmt.Errorf("%s has %s", o.File, plural(n, "mistake"))
	}
	unit := &Unit{s: s, rec: rec}
	unit.From(u.Proto, u.Source)
	if n, ok := s.prog.FindRoute("event_route", "msrp:frame-in"); ok {
		rec.frameIn = n
	}
	if err := unit.start(); err != nil {
		unit.Close()
		return nil, err
	}
	unit.result(&unit.startup)
	return unit, nil
}

// start is a server's start without its sockets and control sockets. Timers run
// where the clock is a virtual one, when Advance moves it.
func (u *Unit) start() error {
	cfg := u.s.transportConfig()
	cfg.Capture = u.rec.sent
	if err := u.s.open(context.Background(), cfg, transport.Handlers{}); err != nil {
		return err
	}
	var err error
	if u.w, err = u.s.workers.add("unit"); err != nil {
		return err
	}
	u.s.first = u.w
	if u.s.clock.Virtual() {
		if err := u.s.timers.start(&u.s.workers); err != nil {
			return err
		}
	}
	if err := u.s.initFirstWorker(); err != nil {
		return err
	}
	u.s.net.Start()
	return nil
}

// Startup is what the start did: event routes such as htable:mod-init and
// core:worker-one-init, what it logged.
func (u *Unit) Startup() Result { return u.startup }

// Line is line n of a file of the configuration, "" where there is none.
func (u *Unit) Line(file string, n int) string { return u.s.set.Line(file, n) }

// Close ends the Unit.
func (u *Unit) Close() { u.s.stop() }

// From sets where the next messages come from, and over what; see UnitOptions.
func (u *Unit) From(p transport.Proto, a netip.AddrPort) {
	if !a.IsValid() {
		a = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, 1}), 5060)
	}
	u.proto, u.source = p, a
}
