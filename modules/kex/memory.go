package kex

import (
	"fmt"
	"slices"

	"olelo/runtime/memory"
	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

func (m *Module) rpcPkgInfo(call registry.RPCCall) error {
	call.Add(new(registry.RPCStruct).Set("name", "go"))
	return nil
}

// rpcPkgStats tells of the workers.
func (m *Module) rpcPkgStats(call registry.RPCCall) error {
	filter, filtered := call.Text(0)
	of := map[string]func(i int, p registry.Process) int{
		"pid":   func(_ int, p registry.Process) int { return p.PID },
		"rank":  func(_ int, p registry.Process) int { return p.Rank },
		"index": func(i int, _ registry.Process) int { return i },
	}[filter]
	n, ok := call.Int(1)
	switch {
	case !filtered:
	case of == nil:
		call.Fault(rpc.CodeServerError, "Invalid filter type")
		return nil
	case !ok:
		call.Fault(rpc.CodeServerError, "One more parameter expected")
		return nil
	}
	var workers []registry.Process
	if h, ok := m.host.(registry.ProcessHost); ok {
		workers = h.Processes()
	}
	found := false
	for i, p := range workers {
		if filtered && int64(of(i, p)) != n {
			continue
		}
		found = true
		call.Add(new(registry.RPCStruct).Set("entry", i).Set("pid", p.PID).Set("rank", p.Rank).Set("desc", p.Desc))
	}
	if filter == "pid" && !found {
		call.Fault(rpc.CodeServerError, "No such pid")
	}
	return nil
}

// rpcModStats is mod.stats, and with objects mod.mem_statsx. A second argument that
// is none of pkg, shm and all leaves the names of the modules alone, as in Kamailio.
func (m *Module) rpcModStats(objects bool) func(registry.RPCCall) error {
	return func(call registry.RPCCall) error {
		module, ok := call.Text(0)
		if !ok {
			call.Fault(rpc.CodeServerError, `Module name or "all" needed`)
			return nil
		}
		pool, ok := call.Text(1)
		if !ok {
			call.Fault(rpc.CodeServerError, `"pkg" or "shm" or "all" needed`)
			return nil
		}
		places := memory.Places()
		modules := []string{module}
		if module == "all" {
			modules = []string{"core"} // it is always there
			for _, p := range places {
				if !slices.Contains(modules, p.Module) {
					modules = append(modules, p.Module)
				}
			}
		}
		for _, name := range modules {
			call.Add("Module: " + name)
			if pool == "pkg" || pool == "all" {
				call.Add(new(registry.RPCStruct).Set("Total", 0))
			}
			if pool == "shm" || pool == "all" {
				call.Add(used(places, name, objects))
			}
			call.Add("")
		}
		return nil
	}
}

// used are the places of a module, and their sum.
func used(places []memory.Place, module string, objects bool) *registry.RPCStruct {
	s, total := new(registry.RPCStruct), int64(0)
	for _, p := range places {
		if p.Module != module {
			continue
		}
		total += p.Bytes
		if objects {
			s.Set(p.Where, fmt.Sprintf("%d (%d)", p.Bytes, p.Objects))
		} else {
			s.Set(p.Where, p.Bytes)
		}
	}
	return s.Set("Total", total)
}
