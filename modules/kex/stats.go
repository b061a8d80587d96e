package kex

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"olelo/runtime/registry"
)

// faultRequest is the fault of a command without arguments.
const faultRequest = 400

// picked are the counters that the command's arguments name, by group and
// name: "all", "group:", "name", and, with dotted, "group.name" and
// "group:name". What does not exist is left out.
func (m *Module) picked(call registry.RPCCall, dotted bool, missing string) ([]registry.Stat, bool) {
	if _, ok := call.Arg(0); !ok {
		call.Fault(faultRequest, missing)
		return nil, false
	}
	h, ok := m.host.(registry.StatsHost)
	if !ok {
		return nil, true
	}
	all := h.Stats()
	slices.SortFunc(all, func(a, b registry.Stat) int {
		return cmp.Or(strings.Compare(a.Group, b.Group), strings.Compare(a.Name, b.Name))
	})
	var out []registry.Stat
	for i := 0; ; i++ {
		what, ok := call.Arg(i)
		if !ok {
			return out, true
		}
		for _, s := range all {
			if names(&s, what, dotted) {
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

func line(s *registry.Stat) string {
	return s.Group + ":" + s.Name + " = " + strconv.FormatInt(s.Value(), 10)
}

func (m *Module) rpcGet(call registry.RPCCall) error {
	list, _ := m.picked(call, false, missingGet)
	for i := range list {
		call.Add(line(&list[i]))
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
				out.Set(s.Group+"."+s.Name, n)
			} else {
				out.Set(s.Group+"."+s.Name, strconv.FormatInt(n, 10))
			}
		}
		call.Add(out)
		return nil
	}
}

func (m *Module) rpcReset(call registry.RPCCall) error {
	list, _ := m.picked(call, false, missingReset)
	for _, s := range list {
		if s.Reset != nil {
			s.Reset()
		}
	}
	return nil
}

func (m *Module) rpcClear(call registry.RPCCall) error {
	list, _ := m.picked(call, false, missingReset)
	for i := range list {
		call.Add(line(&list[i]))
		if list[i].Reset != nil {
			list[i].Reset()
		}
	}
	return nil
}
