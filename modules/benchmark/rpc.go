package benchmark

import (
	"slices"

	"olelo/runtime/log"
	"olelo/runtime/registry"
)

const badArguments = "Invalid Parameters"

func (m *Module) rpcs() []registry.RPC {
	const badValue = "Invalid Parameter Value"
	set := func(command, doc string, least, most int, store func(int32)) registry.RPC {
		return registry.RPC{Name: "benchmark." + command, Doc: doc, Run: func(c registry.RPCCall) error {
			n, ok := number(c, 0)
			switch {
			case !ok:
			case n < least || n > most:
				c.Fault(500, badValue)
			default:
				store(int32(n))
			}
			return nil
		}}
	}
	return []registry.RPC{
		set("enable_global", "Sets which timers count: 1 all, 0 those that are enabled, -1 none.", -1, 1, m.enable.Store),
		{
			Name: "benchmark.enable_timer", Doc: "Enables a timer, 1, or disables it, 0.",
			Run: func(c registry.RPCCall) error {
				n, ok := number(c, 1)
				tname, named := c.Text(0)
				t := m.find(tname)
				switch {
				case !ok:
				case !named:
					c.Fault(500, badArguments)
				case n < 0 || n > 1:
					c.Fault(500, badValue)
				case t == nil:
					c.Fault(500, "Register timer failure")
				default:
					t.enabled.Store(n == 1)
				}
				return nil
			},
		},
		set("granularity", "Sets how often a timer counts for a line to be logged.", 1, 1<<31-1, m.granularity.Store),
		set("loglevel", "Sets the level of these lines, -3 to 1.", int(log.Crit), int(log.Notice), m.level.Store),
		{
			Name: "benchmark.timer_list", Doc: "What all timers have counted.", List: true,
			Run: func(c registry.RPCCall) error {
				m.mu.Lock()
				timers := slices.Clone(m.timers)
				m.mu.Unlock()
				for _, t := range timers {
					c.Add(m.report(t))
				}
				return nil
			},
		},
		{
			Name: "benchmark.timer_name_list", Doc: "What a timer has counted.",
			Run: func(c registry.RPCCall) error {
				tname, ok := c.Text(0)
				t := m.find(tname)
				switch {
				case !ok:
					c.Fault(400, "Invalid timer name")
				case t == nil:
					c.Fault(500, "Register timer failure")
				default:
					c.Add(m.report(t))
				}
				return nil
			},
		},
	}
}

// number is the i-th argument; the fault is told where that is none.
func number(c registry.RPCCall, i int) (int, bool) {
	n, ok := c.Int(i)
	if !ok {
		c.Fault(500, badArguments)
	}
	return int(n), ok
}

func (m *Module) find(tname string) *timer {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.timers {
		if t.name == tname {
			return t
		}
	}
	return nil
}

func (m *Module) report(t *timer) *registry.RPCStruct {
	t.mu.Lock()
	defer t.mu.Unlock()
	state := "disabled"
	if t.enabled.Load() {
		state = "enabled"
	}
	s := (&registry.RPCStruct{}).Set("name", t.name).Set("state", state).Set("id", t.id).Set("granularity", int(m.granularity.Load())).
		Set("period_sum", t.period.sum).Set("period_min", t.period.min()).Set("period_max", t.period.most)
	if t.period.calls > 0 {
		s.Set("period_media", t.period.mean())
	} else {
		s.Set("period_media", 0)
	}
	s.Set("calls", t.all.calls).Set("sum", t.all.sum).Set("global_min", t.all.min()).Set("global_max", t.all.most)
	if t.all.calls > 0 {
		s.Set("global_media", t.all.mean())
	}
	return s
}
