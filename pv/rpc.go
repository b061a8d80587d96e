package pv

import (
	"maps"
	"slices"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

func (m *Module) rpcs() []registry.RPC {
	return []registry.RPC{
		{Name: "pv.shvSet", Doc: "Sets a $shv: name, type (int or str), value.", Run: m.shvSet},
		{Name: "pv.shvGet", Doc: "Shows a $shv, or all: [name].", Run: m.shvGet},
	}
}

func (m *Module) shvSet(call registry.RPCCall) error {
	const usage = " (Parameters: varname type value)"
	name, ok := call.Text(0)
	if !ok {
		call.Fault(500, "Missing parameter varname"+usage)
		return nil
	}
	kind, ok := call.Text(1)
	if !ok {
		call.Fault(500, "Missing parameter type"+usage)
		return nil
	}
	var v value.Value
	switch kind {
	case "int":
		n, ok := call.Int(2)
		if !ok {
			call.Fault(500, "Missing integer parameter value"+usage)
			return nil
		}
		v = value.OfInt(n)
	case "str":
		text, ok := call.Text(2)
		if !ok {
			call.Fault(500, "Missing parameter value"+usage)
			return nil
		}
		v = value.OfStr(text)
	default:
		call.Fault(500, "Unknown parameter type (Types: int or str)")
		return nil
	}
	sv := m.shared.lookup(name, false)
	if sv == nil {
		call.Fault(404, "Variable not found")
		return nil
	}
	sv.put(&v)
	call.Add("Ok. Variable set to new value.")
	return nil
}

func (m *Module) shvGet(call registry.RPCCall) error {
	if name, ok := call.Text(0); ok {
		sv := m.shared.lookup(name, false)
		if sv == nil {
			call.Fault(404, "Variable not found")
			return nil
		}
		call.Add(describe(name, sv))
		return nil
	}
	m.shared.mu.Lock()
	all := maps.Clone(m.shared.vars)
	m.shared.mu.Unlock()
	items := new(registry.RPCStruct)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		items.Set("shv", describe(name, all[name]))
	}
	call.Add(new(registry.RPCStruct).Set("items", items))
	return nil
}

func describe(name string, sv *sharedVar) *registry.RPCStruct {
	s := new(registry.RPCStruct).Set("name", name)
	v := sv.Load()
	if v.IsStr() {
		return s.Set("type", "string").Set("value", v.S)
	}
	return s.Set("type", "int").Set("value", v.I)
}
