// Package rtimer is Kamailio's module rtimer: it runs route blocks every so often.
package rtimer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "rtimer"

// Module is the module's instance.
type Module struct {
	host     registry.Host
	routes   registry.RouteHost
	interval int64 // of timers that name none, in seconds
	timers   []*timer
	numbers  sync.Map // *registry.Worker → its number in its timer, int64
}

// timer is one modparam timer.
type timer struct {
	name     string
	interval time.Duration
	workers  int
	routes   []string // in the order in which they run
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Starter     = (*Module)(nil)
)

// New returns an instance.
func New() registry.Module { return &Module{interval: 120} }

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc: "Runs route blocks every so often.",
		Params: []registry.Param{
			{
				Name: "default_interval", Type: registry.ParamInt, Set: m.setInterval,
				Doc: "Seconds between two runs of the timers behind it that have no interval; default 120.",
			},
			registry.StrFunc("timer", m.addTimer, `A timer: "name=N;interval=SECONDS;mode=0", or interval=MICROSECONDSu; mode is how many workers run its routes. May be set several times.`),
			registry.StrFunc("exec", m.addRoute, `What a timer runs: "timer=N;route=NAME". May be set several times: what is set last runs first.`),
		},
		PVs: []registry.PV{
			registry.GetPV("rtimer_worker", m.worker, "The number of the timer's worker, from 0; 0 elsewhere."),
		},
		Differs: []registry.Difference{
			{Of: "modparam timer", How: "a timer with mode=0 has a worker of its own, and with it $var values of its own; Kamailio's share one process"},
			{Of: "modparam default_interval", How: "less than 1 is refused"},
		},
	}
}

// fields are the values of "a=1;b=2", in the order that is asked for; what is
// not given is "".
func fields(text string, names ...string) ([]string, error) {
	vals := make([]string, len(names))
	for _, f := range strings.Split(text, ";") {
		f = strings.TrimSpace(f)
		if f == "" {
			continue
		}
		key, val, ok := strings.Cut(f, "=")
		if !ok {
			return nil, fmt.Errorf("%q is not written name=value", f)
		}
		for i, n := range names {
			if strings.TrimSpace(key) == n {
				vals[i] = strings.TrimSpace(val)
			}
		}
	}
	return vals, nil
}

func (m *Module) setInterval(v registry.ParamValue) error {
	if v.Int < 1 {
		return errors.New("an interval is a number of seconds above 0")
	}
	m.interval = v.Int
	return nil
}

// addTimer reads one modparam timer.
func (m *Module) addTimer(v registry.ParamValue) error {
	f, err := fields(v.Str, "name", "interval", "mode")
	if err != nil {
		return err
	}
	t := &timer{name: f[0]}
	if t.name == "" {
		return errors.New("a timer has a name: name=N;interval=SECONDS")
	}
	if m.find(t.name) != nil {
		return fmt.Errorf("there is a timer %s already", t.name)
	}
	if f[2] != "" {
		n, err := strconv.ParseUint(f[2], 10, 16)
		if err != nil {
			return fmt.Errorf("mode=%s is no number of workers", f[2])
		}
		t.workers = int(n)
	}
	digits, micro := strings.CutSuffix(f[1], "u")
	unit := time.Second
	if micro {
		unit = time.Microsecond
	}
	var n int64
	if f[1] != "" {
		u, err := strconv.ParseUint(digits, 10, 31)
		if err != nil {
			return fmt.Errorf("interval=%s is no number of seconds, nor of microseconds with a u behind it", f[1])
		}
		n = int64(u)
	}
	if n == 0 {
		n, unit = m.interval, time.Second
	}
	t.interval, t.workers = time.Duration(n)*unit, max(t.workers, 1)
	m.timers = append(m.timers, t)
	return nil
}

func (m *Module) find(name string) *timer {
	for _, t := range m.timers {
		if t.name == name {
			return t
		}
	}
	return nil
}

// addRoute reads one modparam exec.
func (m *Module) addRoute(v registry.ParamValue) error {
	f, err := fields(v.Str, "timer", "route")
	if err != nil {
		return err
	}
	t := m.find(f[0])
	switch {
	case f[0] == "":
		return errors.New("it names no timer: timer=N;route=NAME")
	case t == nil:
		return fmt.Errorf("there is no timer %s before it", f[0])
	case f[1] != "":
		t.routes = append([]string{f[1]}, t.routes...)
	}
	return nil
}

// Provision keeps the server.
func (m *Module) Provision(h registry.Host) error {
	m.host = h
	var ok bool
	if m.routes, ok = h.(registry.RouteHost); !ok {
		return errors.New("this server runs no routes by their names")
	}
	return nil
}

// Start sets the timers, which begin to run once all modules have started. A route
// that the configuration does not have is none.
func (m *Module) Start(context.Context) error {
	for _, t := range m.timers {
		var blocks []registry.Block
		for _, n := range t.routes {
			if b := m.routes.RouteBlock(n); b != nil {
				blocks = append(blocks, b)
			}
		}
		if len(blocks) == 0 {
			continue
		}
		for i := range t.workers {
			m.host.Every(t.interval, m.run(blocks, int64(i)))
		}
	}
	return nil
}
