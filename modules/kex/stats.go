package kex

import (
	"strconv"
	"strings"

	"olelo/runtime/registry"
)

// faultRequest is the fault of a command without arguments.
const faultRequest = 400

// picked are the counters that the command's arguments name, by group and
// name: "all", "group:", "name", and, with dotted, "group.name" and
// "group:name". What does not exist is left out.
func (m *Module) picked(call registry.RPCCall, dotted bool, missing string) ([]*registry.Stat, bool) {
	if _, ok := call.Text(0); !ok {
		call.Fault(faultRequest, missing)
		return nil, false
	}
	h, ok := m.host.(registry.StatsHost)
	if !ok {
		return nil, true
	}
	all := h.Stats()
	var out []*registry.Stat
	for i := 0; ; i++ {
		if _, more := call.Arg(i); !more {
			return out, true
		}
		what, ok := call.Text(i)
		if !ok {
			call.Refuse()
			return out, true
		}
		for _, s := range all {
			if names(s, what, dotted) {
				out = append(out, s)
			}
		}
	}
}

func names(s *registry.Stat, what string, dotted bool) bool {
	if what == "all" || what == s.Name {
		return true
	}
	if group, ok := strings.CutSuffix(what, ":"); ok {
		return group == s.Group
	}
	return dotted && (what == s.Group+"."+s.Name || what == s.Group+":"+s.Name)
}

const (
	missingGet   = "Please provide which stats to retrieve"
	missingReset = "Please provide stats name"
)

// Stats are the counters of group core, which Kamailio's core has through kex.
func (m *Module) Stats() []*registry.Stat {
	if h, ok := m.host.(registry.CoreStatsHost); ok {
		return h.CoreStats()
	}
	return nil
}

// text is a counter's value as Kamailio prints it: without a sign, in 64 bits.
func text(n int64) string { return strconv.FormatUint(uint64(n), 10) }

func line(s *registry.Stat, n int64) string { return s.Group + ":" + s.Name + " = " + text(n) }

func (m *Module) rpcGet(call registry.RPCCall) error {
	list, _ := m.picked(call, false, missingGet)
	for _, s := range list {
		call.Add(line(s, s.Value()))
	}
	return nil
}

func (m *Module) rpcFetch(numbers bool) func(registry.RPCCall) error {
	return func(call registry.RPCCall) error {
		list, ok := m.picked(call, true, missingGet)
		if !ok {
			return nil
		}
		out := new(registry.RPCStruct)
		for _, s := range list {
			n := s.Value()
			if numbers {
				out.Set(s.Group+"."+s.Name, float64(n))
			} else {
				out.Set(s.Group+"."+s.Name, text(n))
			}
		}
		call.Add(out)
		return nil
	}
}

func (m *Module) rpcReset(call registry.RPCCall) error {
	list, _ := m.picked(call, false, missingReset)
	for _, s := range list {
		s.Reset()
	}
	return nil
}

// rpcClear tells of each counter what it is now and, where that is another
// number, what it was.
func (m *Module) rpcClear(call registry.RPCCall) error {
	list, _ := m.picked(call, false, missingReset)
	for _, s := range list {
		old := s.Value()
		s.Reset()
		now := s.Value()
		if now == old {
			call.Add(line(s, now))
		} else {
			call.Add(line(s, now) + " (" + text(old) + ")")
		}
	}
	return nil
}
