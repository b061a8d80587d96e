package rpc

import (
	"strings"

	"olelo/runtime/memory"
	"olelo/runtime/registry"
)

// shmmem tells of the heap in the unit asked for, rounded down. Kamailio's counts
// free fragments too.
func shmmem(c registry.RPCCall) error {
	unit, _ := c.Text(0)
	shift, ok := map[string]int{"": 0, "b": 0, "bb": 0, "k": 10, "kb": 10, "m": 20, "mb": 20, "g": 30, "gb": 30}[strings.ToLower(unit)]
	if !ok {
		c.Fault(CodeServerError, "bad param, (use b|k|m|g)")
		return nil
	}
	h := memory.Now()
	c.Add(new(registry.RPCStruct).
		Set("total", h.Total>>shift).
		Set("free", h.Free>>shift).
		Set("used", h.Used>>shift).
		Set("real_used", h.InUse>>shift).
		Set("max_used", h.Total>>shift))
	return nil
}
