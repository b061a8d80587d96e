package pv

import (
	"maps"
	"slices"
	"strconv"

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
	name, ok := call.Arg(0)
	if !ok {
		call.Fault(500, "Missing parameter varname"+usage)
		return nil
	}
	kind, ok := call.Arg(1)
	if !ok {
		call.Fault(500, "Missing parameter type"+usage)
		return nil
	}
	text, ok := call.Arg(2)
	if kind != "int" && kind != "str" {
		call.Fault(500, "Unknown parameter type (Types: int or str)")
		return nil
	}
	v := value.OfStr(text)
	if kind == "int" {
		n, err := strconv.ParseInt(text, 0, 64)
		v, ok = value.OfInt(n), ok && err == nil
	}
	if !ok {
		call.Fault(500, "Missing "+map[string]string{"int": "integer", "str": "string"}[kind]+" parameter value"+usage)
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
	if name, ok := call.Arg(0); ok {
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
