package corex

import (
	"slices"

	"olelo/runtime/log"
	"olelo/runtime/memory"
	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

func (m *Module) rpcMemory(registry.RPCCall) error {
	memory.Log(m.host.Log(), log.Level(m.host.Global("memlog")))
	return nil
}

// rpcPkgSummary does nothing for a pid that no worker has, as Kamailio.
func (m *Module) rpcPkgSummary(c registry.RPCCall) error {
	selector, given := c.Text(0)
	n, ok := c.Int(1)
	if !given || !ok {
		c.Fault(rpc.CodeBadRequest, "Selector and value not provided")
		return nil
	}
	var workers []registry.Process
	if h, ok := m.host.(registry.ProcessHost); ok {
		workers = h.Processes()
	}
	switch selector {
	case "idx":
		if n < 0 || n >= int64(len(workers)) {
			c.Fault(rpc.CodeServerError, "Index value out of range")
			return nil
		}
	case "pid":
		if !slices.ContainsFunc(workers, func(p registry.Process) bool { return int64(p.PID) == n }) {
			return nil
		}
	default:
		c.Fault(rpc.CodeServerError, "Unsupported selector")
		return nil
	}
	memory.Log(m.host.Log(), log.Alert)
	return nil
}

// Numbers about the heap are sent as floating-point ones, as Kamailio's.

func (m *Module) rpcHeapInfo(c registry.RPCCall) error {
	c.Add(new(registry.RPCStruct).Set("name", "go").Set("size", float64(memory.Now().Total)))
	return nil
}

func (m *Module) rpcHeap(c registry.RPCCall) error {
	h := memory.Now()
	c.Add(new(registry.RPCStruct).
		Set("total", float64(h.Total)).
		Set("free", float64(h.Free)).
		Set("used", float64(h.Used)).
		Set("real_used", float64(h.InUse)).
		Set("max_used", float64(h.Total)))
	return nil
}

func (m *Module) rpcHeapReport(c registry.RPCCall) error {
	h := memory.Now()
	c.Add(new(registry.RPCStruct).
		Set("total_size", float64(h.Total)).
		Set("free_size_s", float64(h.Free)).
		Set("used_size_s", float64(h.Used)).
		Set("real_used_s", float64(h.InUse)).
		Set("max_used_s", float64(h.Total)).
		Set("used_frags", float64(h.Objects)))
	return nil
}
