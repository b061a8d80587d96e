package pv

import (
	"net/netip"

	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// sending are the variables of onsend_route: $null elsewhere.
func sending() []registry.PV {
	get := func(f func(c *registry.Ctx, s *msgstate.Sending, v *value.Value)) registry.Getter {
		return func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if s := &c.State.Sending; s.Proto != 0 {
				f(c, s, v)
			}
		}
	}
	proto := get(func(_ *registry.Ctx, s *msgstate.Sending, v *value.Value) { v.SetInt(int64(s.Proto)) })
	to := map[string]registry.Getter{
		"ip":    get(func(c *registry.Ctx, s *msgstate.Sending, v *value.Value) { v.SetStr(ipText(c, s.To.Addr())) }),
		"port":  get(func(_ *registry.Ctx, s *msgstate.Sending, v *value.Value) { v.SetInt(int64(s.To.Port())) }),
		"af":    get(func(_ *registry.Ctx, s *msgstate.Sending, v *value.Value) { v.SetInt(family(s.To.Addr())) }),
		"proto": proto,
		"len":   get(func(_ *registry.Ctx, s *msgstate.Sending, v *value.Value) { v.SetInt(int64(len(s.Bytes))) }),
		"buf":   get(func(_ *registry.Ctx, s *msgstate.Sending, v *value.Value) { v.SetStr(registry.View(s.Bytes)) }),
	}
	from := map[string]registry.Getter{
		"ip":    get(func(_ *registry.Ctx, s *msgstate.Sending, v *value.Value) { v.SetStr(s.From.IP) }),
		"port":  get(func(_ *registry.Ctx, s *msgstate.Sending, v *value.Value) { v.SetInt(int64(s.From.Addr.Port())) }),
		"af":    get(func(_ *registry.Ctx, s *msgstate.Sending, v *value.Value) { v.SetInt(family(s.From.Addr.Addr())) }),
		"proto": proto,
		"len":   to["len"],
		"buf":   to["buf"],
	}
	return []registry.PV{
		keyed("snd", "Of what is sent, in onsend_route: ip port af proto of the destination, len, buf.", to),
		keyed("sndto", "The same as $snd.", to),
		keyed("sndfrom", "Of what is sent, in onsend_route: ip port af proto of the socket, len, buf.", from),
	}
}

// ipText is an address as text, in the arena.
func ipText(c *registry.Ctx, ip netip.Addr) string {
	const longest = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")
	return registry.View(ip.WithZone("").AppendTo(c.Arena.Alloc(longest)[:0]))
}

// family is the number of an address family, Linux's AF_INET and AF_INET6.
func family(ip netip.Addr) int64 {
	if ip.Is4() {
		return 2
	}
	return 10
}
