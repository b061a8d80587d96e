// Package core is the functions that Kamailio's core has without any module:
// log, flags of the message, changes to the request URI, forwarding without
// state. They and the core's variables are always there.
package core

import (
	"olelo/pv"
	"olelo/runtime/registry"
)

// Module is the core as a module that is always loaded.
type Module struct {
	host    registry.Host
	forward registry.ForwardHost
	flags   registry.FlagHost
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
)

// New returns an instance.
func New() *Module { return &Module{} }

// Provision keeps what the functions need of the server.
func (m *Module) Provision(h registry.Host) error {
	m.host = h
	m.forward, _ = h.(registry.ForwardHost)
	m.flags, _ = h.(registry.FlagHost)
	return nil
}

// notOnSend are the routes of what changes a message before it is sent.
const notOnSend = registry.Any &^ registry.OnSend

// Exports lists the core's functions and variables.
func (m *Module) Exports() registry.Exports {
	x := pv.Core{}.Exports()
	x.Doc = "The functions and variables that need no module."
	x.Differs = append(x.Differs, registry.Difference{
		Of: "tcp_conn_wq_max=", How: "at half of it the connections that send there are held back; Kamailio closes a connection that is over it",
	}, registry.Difference{
		How: "core.shmmem tells of the Go runtime's heap, whose total is no limit but the most that it has been, and has no number of fragments",
	})
	for _, list := range [][]registry.Func{logFuncs(), m.flagFuncs(), branchFuncs(), uriFuncs(), m.forwardFuncs(), sendFuncs(), aliasFuncs(), m.socketFuncs(), shellFuncs()} {
		x.Funcs = append(x.Funcs, list...)
	}
	x.PVs = append(x.PVs, m.selectVar())
	return x
}
