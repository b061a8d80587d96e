package app

import (
	"net/netip"

	"olelo/lang/compile"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

// ownNames are the addresses and names that count as the server's own.
type ownNames struct {
	sockets []*transport.Socket
	aliases []registry.Alias
}

var _ compile.Myself = ownNames{}

func newNames(s *server) ownNames { return ownNames{s.sockets, host{s}.Aliases()} }

// IsAddr reports whether a is the address of one of the sockets.
func (n ownNames) IsAddr(a netip.Addr) bool {
	for _, s := range n.sockets {
		if s.Addr.Addr() == a && s.Own() {
			return true
		}
	}
	return false
}

// IsHost reports whether host and port, over any transport, are the server's.
func (n ownNames) IsHost(host string, port int) bool {
	return registry.IsMyself(n.sockets, n.aliases, host, port, transport.None)
}
