package cfgutils

import (
	"olelo/runtime/log"
	"olelo/runtime/memory"
	"olelo/runtime/registry"
)

// abort ends the server. Where routes run without one, they end here.
func (m *Module) abort(c *registry.Ctx) int {
	c.Log.Log(log.Crit, "cfgutils", "abort called")
	if m.aborter != nil {
		m.aborter.Abort()
	}
	return 0
}

// logMemory is pkg_status, pkg_summary, shm_status and shm_summary.
func (m *Module) logMemory(c *registry.Ctx) int {
	memory.Log(c.Log, m.memlog)
	return 1
}
