// Package benchmark is Kamailio's module benchmark: how long parts of a route
// take.
package benchmark

import (
	"fmt"
	"sync"
	"sync/atomic"

	"olelo/runtime/clock"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// name is the module's name, as it stands before its log lines.
const name = "benchmark"

// Module is the module's instance.
type Module struct {
	initial struct{ enable, granularity, level int }
	clock   *clock.Clock

	enable      atomic.Int32 // below 0 none, 0 those that are enabled, above 0 all timers
	granularity atomic.Int32
	level       atomic.Int32

	mu     sync.Mutex
	timers []*timer

	perWorker sync.Map // *registry.Worker → *work
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
)

// New returns the module with Kamailio's defaults.
func New() registry.Module {
	m := &Module{}
	m.initial.granularity, m.initial.level = 1, int(log.Info)
	return m
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	const routes = registry.Request | registry.Failure | registry.Reply | registry.Branch | registry.Local
	return registry.Exports{
		Doc: "How long parts of a route take.",
		Funcs: []registry.Func{
			registry.Fn1("bm_start_timer", m.timerP("timer"), routes, m.start, "Starts a timer, by its name of up to 31 bytes, for this worker. Always true."),
			registry.Fn1("bm_log_timer", m.timerP("timer"), routes, m.stop, "Counts the time since the timer's start, and logs each granularity-th time. Always true."),
		},
		PVs: []registry.PV{registry.GetPV("BM_time_diff", func(c *registry.Ctx, v *value.Value) { v.SetInt(m.work(c).last) },
			"The microseconds that this worker counted last.")},
		Params: []registry.Param{
			registry.Int("enable", &m.initial.enable, "Which timers count: 1 all, 0, the default, those that RPC benchmark.enable_timer enables, -1 none."),
			registry.Int("granularity", &m.initial.granularity, "A line is logged each so many times that a timer counts. Default 1; -1 logs none."),
			registry.Int("loglevel", &m.initial.level, "The level of these lines, -5 to 3. Default 2: L_INFO."),
			registry.StrFunc("register", func(v registry.ParamValue) error {
				_, err := m.timer(v.Str)
				return err
			}, "Makes a timer, so that RPC commands know it before a route uses it."),
		},
		RPCs: m.rpcs(),
		Differs: []registry.Difference{
			{Of: "modparam granularity", How: "0 logs nothing; Kamailio divides by it and dies"},
			{Of: "bm_log_timer()", How: "counts nothing where the timer was not started; Kamailio counts the time since 1970"},
		},
	}
}

// Provision takes the values of the parameters.
func (m *Module) Provision(h registry.Host) error {
	m.clock = h.Clock()
	m.enable.Store(int32(m.initial.enable))
	m.granularity.Store(int32(m.initial.granularity))
	m.level.Store(int32(m.initial.level))
	return nil
}

// maxName is how many bytes a timer's name may have.
const maxName = 31

// timer finds a timer or makes it.
func (m *Module) timer(tname string) (*timer, error) {
	if tname == "" || len(tname) > maxName {
		return nil, fmt.Errorf("%q is no timer's name: 1 to %d bytes are wanted", tname, maxName)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.timers {
		if t.name == tname {
			return t, nil
		}
	}
	t := &timer{name: tname, id: len(m.timers)}
	t.enabled.Store(m.initial.enable > 0)
	m.timers = append(m.timers, t)
	return t, nil
}

// timerP is a constant timer's name.
func (m *Module) timerP(param string) registry.P[*timer] {
	return registry.P[*timer]{
		ParamInfo: registry.ParamInfo{Name: param, Kind: "word"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*timer, bool), error) {
			t, err := m.timer(a.Text)
			return func(*registry.Ctx) (*timer, bool) { return t, true }, err
		},
	}
}
