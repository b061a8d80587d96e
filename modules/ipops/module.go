// Package ipops is Kamailio's module ipops: IP addresses as texts, and questions
// to the DNS.
package ipops

import (
	"slices"
	"sync"

	"olelo/runtime/nameserver"
	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "ipops"

// Module is the module's instance.
type Module struct {
	dns       nameserver.Client
	ipv6      bool // the server has a socket of IPv6
	host      func() host
	perWorker sync.Map // *registry.Worker → *answers
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
)

// New returns the module.
func New() registry.Module { return &Module{} }

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc:   "IP addresses as texts, and questions to the DNS. A question holds its worker up until the answer comes.",
		Funcs: slices.Concat(addressFuncs(), kindFuncs(), m.dnsFuncs()),
		PVs:   m.vars(),
		Differs: []registry.Difference{
			{Of: "is_in_subnet()", How: "takes a subnet whose mask is no number for none; in Kamailio that has the mask 0, which holds every address"},
			{Of: "dns_set_local_ttl()", How: "has no effect: every question is asked anew, or kept by the system's resolver", Idle: true},
		},
	}
}

// Provision learns which families the server speaks.
func (m *Module) Provision(h registry.Host) error {
	for _, s := range h.Sockets() {
		m.ipv6 = m.ipv6 || s.Addr.Addr().Is6()
	}
	m.host = sync.OnceValue(m.findHost)
	return nil
}
