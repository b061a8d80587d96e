package app

import "olelo/runtime/registry"

var (
	_ registry.FlagHost  = host{}
	_ registry.AliasHost = host{}
	_ registry.WireHost  = host{}
)

// FlagBit is the number of a declared message flag.
func (h host) FlagBit(name string) (int, bool) { return h.params.FlagBit(name) }

// Aliases are the names that count as the server's own.
func (h host) Aliases() []registry.Alias {
	all := make([]registry.Alias, 0, len(h.params.Aliases)+len(h.ownAliases))
	for _, a := range h.params.Aliases {
		all = append(all, registry.Alias{Proto: a.Proto, Host: a.Host, Port: a.Port})
	}
	return append(all, h.ownAliases...)
}

// AddAlias adds one that a module knows.
func (h host) AddAlias(a registry.Alias) { h.ownAliases = append(h.ownAliases, a) }

// FilterWire passes all SIP messages through a module's filter.
func (h host) FilterWire(f registry.WireFilter) { h.wire = f }
