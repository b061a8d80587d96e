package ipops

import (
	"net/netip"
	"strconv"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func addressFuncs() []registry.Func {
	ip, other := registry.Text("ip"), registry.Text("other")
	is := func(name string, f func(string) bool, doc string) registry.Func {
		return registry.Fn1(name, ip, registry.Any, func(_ *registry.Ctx, s string) int { return registry.Truth(f(s)) }, doc)
	}
	return []registry.Func{
		is("is_ip", func(s string) bool { return family(s) > 0 }, "True for an IPv4 or IPv6 address, also an IPv6 one in brackets."),
		is("is_pure_ip", func(s string) bool { f := family(s); return f == isIPv4 || f == isIPv6 }, "True for an address without brackets."),
		is("is_ipv4", func(s string) bool { return family(s) == isIPv4 }, "True for an IPv4 address."),
		is("is_ipv6", func(s string) bool { return family(s) == isIPv6 }, "True for an IPv6 address without brackets."),
		is("is_ipv6_reference", func(s string) bool { return family(s) == isReference }, "True for an IPv6 address in brackets."),
		is("is_ip_rfc1918", isRFC1918, "True for an IPv4 address of a private network (RFC 1918)."),
		registry.Fn1("ip_type", ip, registry.Any, func(_ *registry.Ctx, s string) int { return family(s) },
			"1 for an IPv4 address, 2 for an IPv6 one, 3 for one in brackets; -1 for anything else."),
		registry.Fn2("compare_ips", ip, other, registry.Any, func(_ *registry.Ctx, a, b string) int {
			x, okX := parse(sip.Unbracket(a))
			y, okY := parse(sip.Unbracket(b))
			return registry.Truth(okX && okY && x == y)
		}, "True where two addresses are the same; brackets do not matter."),
		registry.Fn2("compare_pure_ips", ip, other, registry.Any, func(_ *registry.Ctx, a, b string) int {
			x, okX := parse(a)
			y, okY := parse(b)
			return registry.Truth(okX && okY && x == y)
		}, "The same for addresses without brackets."),
		registry.Fn2("is_in_subnet", ip, registry.Text("subnets"), registry.Any, inSubnets,
			"True where an address is in one of the subnets, addresses or ADDRESS/BITS with commas between."),
	}
}

// What ip_type tells.
const (
	isIPv4      = 1
	isIPv6      = 2
	isReference = 3
)

func family(s string) int {
	if inner := sip.Unbracket(s); inner != s {
		if a, ok := parse(inner); ok && a.Is6() {
			return isReference
		}
		return -1
	}
	switch a, ok := parse(s); {
	case !ok:
		return -1
	case a.Is4():
		return isIPv4
	}
	return isIPv6
}

// parse reads an address; a zone makes it none. What cannot be one costs no
// error value.
func parse(s string) (netip.Addr, bool) {
	if s == "" || strings.IndexByte(s, '%') >= 0 {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(s)
	return a, err == nil
}

func isRFC1918(s string) bool {
	a, ok := parse(s)
	return ok && a.Is4() && a.IsPrivate()
}

func inSubnets(c *registry.Ctx, ip, subnets string) int {
	a, ok := parse(ip)
	for rest, more := subnets, ok; more; {
		var one string
		one, rest, more = strings.Cut(rest, ",")
		if one = strings.TrimSpace(one); inSubnet(c, a, one) {
			return 1
		}
	}
	return -1
}

func inSubnet(c *registry.Ctx, ip netip.Addr, subnet string) bool {
	text, bits, masked := strings.Cut(subnet, "/")
	net, ok := parse(text)
	switch {
	case !ok:
		return false
	case !masked:
		return net == ip
	}
	n, err := strconv.ParseUint(bits, 10, 8)
	if err != nil {
		c.Log.Errorf(name, "is_in_subnet: %.60q is no subnet: ADDRESS/BITS is wanted", subnet)
		return false
	}
	p, err := net.Prefix(int(n))
	return err == nil && p.Contains(ip)
}
