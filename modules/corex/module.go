// Package corex is Kamailio's module corex: functions of the core with
// variables in their parameters (append_branch, send_udp, set_send_socket),
// files, extended flags, and the RPC commands about sockets and the log level.
//
// The buffer events (network:msg), the DNS cache's records and the extras of
// the own Via are not there yet: what asks for them does not load.
package corex

import (
	"olelo/runtime/registry"
	"olelo/transformations"
)

// name is the module's name, as it stands before its log lines.
const name = "corex"

// Module is the module's instance.
type Module struct {
	host    registry.Host
	send    registry.SendHost
	forward registry.ForwardHost
	own     []registry.Alias // alias_subdomains
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
)

// New returns an instance.
func New() registry.Module { return &Module{} }

// Provision keeps the server, and tells it the domains that are its own.
func (m *Module) Provision(h registry.Host) error {
	m.host = h
	m.send, _ = h.(registry.SendHost)
	m.forward, _ = h.(registry.ForwardHost)
	if a, ok := h.(registry.AliasHost); ok {
		for _, d := range m.own {
			a.AddAlias(d)
		}
	}
	return nil
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	x := registry.Exports{
		Doc:    "Functions of the core with variables in their parameters, files, extended flags, sockets.",
		Params: []registry.Param{registry.StrFunc("alias_subdomains", m.addSubdomains, "A domain that counts as the server's own with all its subdomains: [proto:]domain[:port]. May be set several times.")},
		RPCs:   m.rpcs(),
		Trans:  transformations.Corex(),
		Differs: []registry.Difference{
			{Of: "{sock.proto}", How: "tls is a protocol also where TLS is off"},
		},
	}
	for _, list := range [][]registry.Func{branchFuncs(), m.sendFuncs(), fileFuncs(), flagFuncs(), m.socketFuncs()} {
		x.Funcs = append(x.Funcs, list...)
	}
	return x
}
