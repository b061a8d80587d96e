package ipops

import (
	"net/netip"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// kind is what a network is for.
type kind struct {
	net  netip.Prefix
	name string
}

// kinds are the networks of a family that have a name, the narrower ones
// first; what is in none of them is other.
type kinds struct {
	nets  []kind
	other string
}

func newKinds(other string, rows ...[2]string) kinds {
	k := kinds{other: other}
	for _, r := range rows {
		k.nets = append(k.nets, kind{netip.MustParsePrefix(r[0]), r[1]})
	}
	return k
}

func (k *kinds) of(a netip.Addr) string {
	for i := range k.nets {
		if k.nets[i].net.Contains(a) {
			return k.nets[i].name
		}
	}
	return k.other
}

// The names are Kamailio's, as seen.
var (
	kinds4 = newKinds(
		"PUBLIC",
		[2]string{"0.0.0.0/8", "PRIVATE"},
		[2]string{"10.0.0.0/8", "PRIVATE"},
		[2]string{"100.64.0.0/10", "SHARED"},
		[2]string{"127.0.0.0/8", "LOOPBACK"},
		[2]string{"169.254.0.0/16", "LINK-LOCAL"},
		[2]string{"172.16.0.0/12", "PRIVATE"},
		[2]string{"192.0.0.0/24", "RESERVED"},
		[2]string{"192.0.2.0/24", "TEST-NET"},
		[2]string{"192.88.99.0/24", "6TO4-RELAY"},
		[2]string{"192.168.0.0/16", "PRIVATE"},
		[2]string{"198.18.0.0/15", "RESERVED"},
		[2]string{"198.51.100.0/24", "TEST-NET"},
		[2]string{"203.0.113.0/24", "TEST-NET"},
		[2]string{"224.0.0.0/4", "MULTICAST"},
		[2]string{"255.255.255.255/32", "BROADCAST"},
		[2]string{"240.0.0.0/4", "RESERVED"},
	)
	kinds6 = newKinds(
		"RESERVED",
		[2]string{"::1/128", "LOOPBACK"},
		[2]string{"::/128", "UNSPECIFIED"},
		[2]string{"100::/64", "DISCARD"},
		[2]string{"2001::/32", "TEREDO"},
		[2]string{"2001:2::/48", "BMWG"},
		[2]string{"2001:10::/28", "ORCHID"},
		[2]string{"2001:db8::/32", "DOCUMENTATION"},
		[2]string{"2002::/16", "6TO4"},
		[2]string{"2000::/3", "GLOBAL-UNICAST"},
		[2]string{"fc00::/7", "UNIQUE-LOCAL-UNICAST"},
		[2]string{"fe80::/10", "LINK-LOCAL-UNICAST"},
		[2]string{"ff00::/8", "MULTICAST"},
	)
)

func kindName(a netip.Addr) string {
	switch {
	case a.Is4():
		return kinds4.of(a)
	case a.Is4In6():
		return "IPV4MAP"
	}
	return kinds6.of(a)
}

func kindFuncs() []registry.Func {
	fn := func(fn string, is func(netip.Addr) bool, doc string) registry.Func {
		return registry.Fn2(fn, registry.Text("ip"), registry.OutP("result"), registry.Any, func(c *registry.Ctx, s string, to *registry.Var) int {
			a, ok := parse(s)
			if !ok {
				a, ok = parse(sip.Unbracket(s))
				ok = ok && a.Is6()
			}
			if !ok || !is(a) {
				c.Log.Errorf(name, "%s: %.60q is no such address", fn, s)
				return -1
			}
			vals := c.Borrow(1)
			vals[0].SetStr(kindName(a))
			ok = to.Set(c, &vals[0])
			c.Return(vals)
			return registry.Truth(ok)
		}, doc)
	}
	const what = "Assigns to a variable what network an address is of: "
	const v4, v6 = "PUBLIC, PRIVATE, LOOPBACK, LINK-LOCAL, SHARED, MULTICAST, BROADCAST, TEST-NET, 6TO4-RELAY, RESERVED",
		"GLOBAL-UNICAST, UNIQUE-LOCAL-UNICAST, LINK-LOCAL-UNICAST, LOOPBACK, UNSPECIFIED, MULTICAST, IPV4MAP, TEREDO, 6TO4, ORCHID, BMWG, DISCARD, DOCUMENTATION, RESERVED"
	return []registry.Func{
		fn("detailed_ip_type", func(netip.Addr) bool { return true }, what+"what detailed_ipv4_type or detailed_ipv6_type tell."),
		fn("detailed_ipv4_type", netip.Addr.Is4, what+v4+"."),
		fn("detailed_ipv6_type", netip.Addr.Is6, what+v6+"."),
	}
}
