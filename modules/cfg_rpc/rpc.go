package cfg_rpc

import (
	"strconv"

	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

// What Kamailio's faults say.
const (
	noGroup = "Failed to get the parameters"
	noGet   = "Failed to get the variable"
	noHelp  = "Failed to get the variable description"
	noSet   = "Failed to set the variable"
	noReset = "Reset failed"
)

func (m *Module) rpcs() []registry.RPC {
	const (
		now   = "Changes a parameter: group, name, "
		later = "Notes a change for cfg.commit: group, name, "
	)
	return []registry.RPC{
		{Name: "cfg.get", Doc: "The value of a parameter, or of all of a group: group, name.", Run: m.rpcGet},
		{Name: "cfg.list", Doc: "The names of all parameters, or of a group's: group.", List: true, Run: m.rpcList},
		{Name: "cfg.help", Doc: "What a parameter is: group, name.", Run: m.rpcHelp},
		{Name: "cfg.set", Doc: now + "value.", Run: m.change(asIs, m.set)},
		{Name: "cfg.seti", Doc: now + "number.", Run: m.change(asNumber, m.set)},
		{Name: "cfg.sets", Doc: now + "text.", Run: m.change(asText, m.set)},
		{Name: "cfg.set_now_int", Doc: now + "number.", Run: m.change(asNumber, m.set)},
		{Name: "cfg.set_now_string", Doc: now + "text.", Run: m.change(asText, m.set)},
		{Name: "cfg.set_delayed", Doc: later + "value.", Run: m.change(asIs, m.later)},
		{Name: "cfg.set_delayed_int", Doc: later + "number.", Run: m.change(asNumber, m.later)},
		{Name: "cfg.set_delayed_string", Doc: later + "text.", Run: m.change(asText, m.later)},
		{Name: "cfg.diff", Doc: "The noted changes.", List: true, Run: m.rpcDiff},
		{Name: "cfg.commit", Doc: "Makes the noted changes.", Run: m.rpcCommit},
		{Name: "cfg.rollback", Doc: "Forgets the noted changes.", Run: m.rpcRollback},
		{Name: "cfg.reset", Doc: "Sets a group's parameters to what they were at the start: group.", Run: m.rpcReset},
	}
}

// value is a parameter's value as a reply has it.
func value(s *registry.Setting, text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && !s.Text {
		return n
	}
	return text
}

// found is the parameter that the first two arguments name; it has sent a fault
// where there is none.
func (m *Module) found(call registry.RPCCall, missing string) *registry.Setting {
	group, ok := rpc.Need(call, 0)
	if !ok {
		return nil
	}
	named, ok := rpc.Need(call, 1)
	if !ok {
		return nil
	}
	s := m.host.Setting(group, named)
	if s == nil {
		call.Fault(rpc.CodeBadRequest, missing)
	}
	return s
}

func (m *Module) rpcGet(call registry.RPCCall) error {
	group, ok := call.Text(0)
	_, one := call.Arg(1)
	if _, named := call.Text(1); !ok || one && !named {
		call.Fault(rpc.CodeServerError, noGroup)
		return nil
	}
	if one {
		if s := m.found(call, noGet); s != nil {
			call.Add(value(s, s.Get()))
		}
		return nil
	}
	all := new(registry.RPCStruct)
	for _, s := range m.host.Settings() {
		if s.Group == group {
			all.Set(s.Name, value(s, s.Get()))
		}
	}
	call.Add(all)
	return nil
}

func (m *Module) rpcList(call registry.RPCCall) error {
	group, one := call.Text(0)
	for _, s := range m.host.Settings() {
		if !one || s.Group == group {
			call.Add(s.Group + ": " + s.Name)
		}
	}
	return nil
}

func (m *Module) rpcHelp(call registry.RPCCall) error {
	s := m.found(call, noHelp)
	if s == nil {
		return nil
	}
	call.Add(s.Doc)
	if s.Text {
		call.Add("(parameter type is string)")
	} else {
		call.Add("(parameter type is integer)")
	}
	return nil
}

// asIs, asText and asNumber read the argument that is the value.
func asText(call registry.RPCCall) (string, bool) { return rpc.Need(call, 2) }

func asIs(call registry.RPCCall) (string, bool) {
	if n, ok := call.Int(2); ok {
		return strconv.FormatInt(n, 10), true
	}
	return asText(call)
}

func asNumber(call registry.RPCCall) (string, bool) {
	n, ok := rpc.NeedInt(call, 2)
	return strconv.FormatInt(n, 10), ok
}

// change is a command that changes a parameter, at once or later.
func (m *Module) change(read func(registry.RPCCall) (string, bool), do func(change) bool) func(registry.RPCCall) error {
	return func(call registry.RPCCall) error {
		for i := range 2 {
			if _, ok := rpc.Need(call, i); !ok {
				return nil
			}
		}
		text, ok := read(call) // before the parameter is looked for, as in Kamailio
		if !ok {
			return nil
		}
		s := m.found(call, noSet)
		if s == nil {
			return nil
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if !do(change{s, text}) {
			call.Fault(rpc.CodeBadRequest, noSet)
		}
		return nil
	}
}

// later refuses a change that cfg.commit could not make.
func (m *Module) later(c change) bool {
	if !m.settable(c.of) {
		return false
	}
	if _, err := strconv.ParseInt(c.text, 10, 32); err != nil && !c.of.Text {
		m.log.Errorf(name, "%s.%s is not changed: %q is no number of 32 bits", c.of.Group, c.of.Name, c.text)
		return false
	}
	m.delayed = append(m.delayed, c)
	return true
}

func (m *Module) rpcDiff(call registry.RPCCall) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.delayed {
		call.Add(new(registry.RPCStruct).
			Set("group name", c.of.Group).
			Set("variable name", c.of.Name).
			Set("old value", value(c.of, c.of.Get())).
			Set("new value", value(c.of, c.text)))
	}
	return nil
}

func (m *Module) rpcCommit(registry.RPCCall) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.delayed {
		m.set(c)
	}
	m.delayed = nil
	return nil
}

func (m *Module) rpcRollback(registry.RPCCall) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.delayed = nil
	return nil
}

// rpcReset tells nothing of a group that is not there, as Kamailio. That of the
// core it fails at there too, having changed what it can.
func (m *Module) rpcReset(call registry.RPCCall) error {
	group, ok := rpc.Need(call, 0)
	if !ok {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.host.Settings() {
		if s.Group == group && (s.Set == nil || !m.set(change{s, m.first[s]})) {
			call.Fault(rpc.CodeServerError, noReset)
		}
	}
	return nil
}
