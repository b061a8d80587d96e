package kex

import (
	"net/netip"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// isMyself is is_myself: a SIP URI, or an address or a name without port.
func (m *Module) isMyself(_ *registry.Ctx, text string) int { return m.isOwn(text, false) }

// isMyhost is is_myhost: what isMyself takes, of which the host alone counts.
func (m *Module) isMyhost(_ *registry.Ctx, text string) int { return m.isOwn(text, true) }

func (m *Module) isOwn(text string, hostAlone bool) int {
	scheme, _, hasScheme := strings.Cut(text, ":")
	if !hasScheme || isAddr(text) {
		return registry.Truth(text != "" && m.knows(text, 0, transport.None))
	}
	if !strings.EqualFold(scheme, "sip") && !strings.EqualFold(scheme, "sips") {
		return -1
	}
	u, err := sip.ParseURI(text)
	if err != nil {
		return -1
	}
	if hostAlone {
		return registry.Truth(m.knows(u.Host, 0, transport.None))
	}
	proto := transport.None
	if name, ok := u.Param("transport"); ok {
		proto = transportOf(name)
	}
	return registry.Truth(m.knows(u.Host, u.PortNum(), proto))
}

func isAddr(s string) bool {
	_, err := netip.ParseAddr(sip.Unbracket(s))
	return err == nil
}

// knows reports whether host, port and transport are the server's: a socket's,
// an advertised or an alias. Port 0 and transport None match any.
func (m *Module) knows(host string, port int, proto transport.Proto) bool {
	var aliases []registry.Alias
	if h, ok := m.host.(registry.AliasHost); ok {
		aliases = h.Aliases()
	}
	return registry.IsMyself(m.host.Sockets(), aliases, host, port, proto)
}

func transportOf(name string) transport.Proto {
	for _, p := range [...]transport.Proto{transport.UDP, transport.TCP, transport.TLS} {
		if strings.EqualFold(name, p.String()) {
			return p
		}
	}
	return transport.None
}
