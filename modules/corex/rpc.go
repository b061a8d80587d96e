package corex

import (
	"slices"
	"strings"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

func (m *Module) rpcs() []registry.RPC {
	const memoryDoc = "Logs what memory the Go runtime has in use, at the level "
	return []registry.RPC{
		{Name: "corex.debug", Doc: "Tells the log level, or sets it where a number is given.", Run: m.rpcDebug},
		{Name: "corex.list_sockets", Doc: "Lists the sockets.", Run: m.rpcSockets},
		{Name: "corex.list_aliases", Doc: "Lists the names that count as the server's own.", Run: m.rpcAliases},
		{Name: "corex.shm_status", Doc: memoryDoc + "memlog=.", Run: m.rpcMemory},
		{Name: "corex.shm_summary", Doc: memoryDoc + "memlog=.", Run: m.rpcMemory},
		{Name: "corex.pkg_summary", Doc: memoryDoc + "L_ALERT, for a worker: pid or idx, number.", Run: m.rpcPkgSummary},
		{Name: "shm.info", Doc: "Whose heap it is and its size in bytes.", Run: m.rpcHeapInfo},
		{Name: "shm.stats", Doc: "The Go runtime's heap, in bytes.", Run: m.rpcHeap},
		{Name: "shm.report", Doc: "The Go runtime's heap, in bytes, and its objects.", Run: m.rpcHeapReport},
	}
}

func (m *Module) rpcDebug(c registry.RPCCall) error {
	l := m.host.Log()
	old := int(l.Level())
	level, ok := c.Int(0)
	if !ok {
		c.Add(new(registry.RPCStruct).Set("debug", old))
		return nil
	}
	l.SetLevel(log.Level(level))
	c.Add(new(registry.RPCStruct).Set("old", old).Set("new", int(level)))
	return nil
}

func (m *Module) rpcSockets(c registry.RPCCall) error {
	for _, s := range transport.ByProto(m.host.Sockets()) {
		c.Add(new(registry.RPCStruct).
			Set("PROTO", s.Proto.String()).
			Set("NAME", s.IP).
			Set("ADDRLIST", new(registry.RPCStruct).Set("ADDR", s.IP)).
			Set("PORT", s.Port).
			Set("MCAST", "no").
			Set("MHOMED", "no").
			Set("VIRTUAL", "no").
			Set("SOCKNAME", orDash(s.Name)).
			Set("ADVERTISE", orDash(strings.TrimSuffix(s.Advertise, ":"+s.Port))))
	}
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func (m *Module) rpcAliases(c registry.RPCCall) error {
	h, ok := m.host.(registry.AliasHost)
	if !ok {
		return nil
	}
	for _, a := range slices.Backward(h.Aliases()) {
		if a.Subdomains { // Kamailio does not list them either
			continue
		}
		proto := "*"
		if a.Proto != transport.None {
			proto = a.Proto.String()
		}
		c.Add(new(registry.RPCStruct).Set("PROTO", proto).Set("ADDR", a.Host).Set("PORT", a.Port))
	}
	return nil
}
