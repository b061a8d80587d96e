package counters

import (
	"fmt"

	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

func (m *Module) rpcs() []registry.RPC {
	const (
		groups = "The names of all groups of counters."
		names  = "The names of a group's counters: group."
		values = "A group's counters: group."
	)
	return []registry.RPC{
		{Name: "cnt.get", Doc: "One counter: group, name. Without a name all of the group.", Run: m.rpcGet},
		{Name: "cnt.get_raw", Doc: "One counter: group, name.", Run: m.rpcGetRaw},
		{Name: "cnt.get_vars", Doc: values, Run: m.rpcGroup},
		{Name: "cnt.grp_get_all", Doc: values, Run: m.rpcGroup},
		{Name: "cnt.reset", Doc: "Sets a counter to 0: group, name.", Run: m.rpcReset},
		{Name: "cnt.grps_list", Doc: groups, List: true, Run: m.rpcGroups},
		{Name: "cnt.list_groups", Doc: groups, List: true, Run: m.rpcGroups},
		{Name: "cnt.var_list", Doc: names, List: true, Run: m.rpcNames},
		{Name: "cnt.list_vars", Doc: names, List: true, Run: m.rpcNames},
		{Name: "cnt.help", Doc: "What a counter counts: group, name.", Run: m.rpcHelp},
	}
}

// named is the counter that the first two arguments name; it has sent a fault
// where there is none.
func (m *Module) named(call registry.RPCCall) *registry.Stat {
	var id [2]string
	for i := range id {
		var ok bool
		if id[i], ok = rpc.Need(call, i); !ok {
			return nil
		}
	}
	var s *registry.Stat
	if id[0] != "" {
		s = m.stats.Stat(id[0], id[1])
	}
	if s == nil {
		call.Fault(rpc.CodeBadRequest, fmt.Sprintf("non-existent counter %s.%s\n", id[0], id[1]))
	}
	return s
}

func (m *Module) rpcGet(call registry.RPCCall) error {
	if _, ok := call.Text(1); !ok {
		return m.rpcGroup(call)
	}
	return m.rpcGetRaw(call)
}

func (m *Module) rpcGetRaw(call registry.RPCCall) error {
	if s := m.named(call); s != nil {
		call.Add(s.Value())
	}
	return nil
}

func (m *Module) rpcReset(call registry.RPCCall) error {
	if s := m.named(call); s != nil {
		s.Reset()
	}
	return nil
}

func (m *Module) rpcHelp(call registry.RPCCall) error {
	switch s := m.named(call); {
	case s == nil:
	case s.Doc == "":
		call.Add("kamailio statistic (no description)")
	default:
		call.Add(s.Doc)
	}
	return nil
}

// rpcGroup tells nothing of a group that is not there, which is no mistake in
// Kamailio either.
func (m *Module) rpcGroup(call registry.RPCCall) error {
	group, ok := rpc.Need(call, 0)
	if !ok {
		return nil
	}
	out := new(registry.RPCStruct)
	for _, s := range m.stats.Stats() {
		if s.Group == group {
			out.Set(s.Name, s.Value())
		}
	}
	call.Add(out)
	return nil
}

func (m *Module) rpcGroups(call registry.RPCCall) error {
	last := ""
	for _, s := range m.stats.Stats() {
		if s.Group != last {
			call.Add(s.Group)
			last = s.Group
		}
	}
	return nil
}

func (m *Module) rpcNames(call registry.RPCCall) error {
	group, ok := rpc.Need(call, 0)
	if !ok {
		return nil
	}
	for _, s := range m.stats.Stats() {
		if s.Group == group {
			call.Add(s.Name)
		}
	}
	return nil
}
