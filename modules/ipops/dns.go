package ipops

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// The codes of what cannot be answered.
const (
	noQuestion = -2
	noAddress  = -3 // what is to be compared is none
	noName     = -3 // the answer has no place to be kept in
	unresolved = -4
)

// answers are the last answers of a worker, by the names that the script gives
// them.
type answers struct {
	hosts map[string][]netip.Addr
	srv   map[string][]*dns.SRV
	naptr map[string][]*dns.NAPTR
}

func (m *Module) answers(c *registry.Ctx) *answers {
	if a, ok := m.perWorker.Load(c.Worker); ok {
		return a.(*answers)
	}
	a := &answers{map[string][]netip.Addr{}, map[string][]*dns.SRV{}, map[string][]*dns.NAPTR{}}
	m.perWorker.Store(c.Worker, a)
	return a
}

func (m *Module) dnsFuncs() []registry.Func {
	host, ip, answer := registry.Text("host"), registry.Text("ip"), registry.Text("answer")
	const codes = " -3 where that is no address, -4 where the name has none."
	return []registry.Func{
		registry.Fn2("dns_sys_match_ip", host, ip, registry.Any, func(c *registry.Ctx, host, ip string) int {
			return match(c, "dns_sys_match_ip", host, ip, system)
		}, "True where a name has an address, by the system's resolver: DNS and /etc/hosts."+codes),
		registry.Fn2("dns_int_match_ip", host, ip, registry.Any, func(c *registry.Ctx, host, ip string) int {
			return match(c, "dns_int_match_ip", host, ip, m.internal)
		}, "The same by the DNS alone: its IPv4 addresses or, with a socket of IPv6, where there are none the IPv6 ones."+codes),
		registry.Fn2("dns_query", host, answer, registry.Any, m.query,
			"Asks the system's resolver for the addresses of a name; $dns(ANSWER=>…) tells them. -4 where there are none."),
		registry.Fn2("srv_query", host, answer, registry.Any, m.querySRV,
			"Asks the DNS for SRV records (RFC 2782); $srvquery(ANSWER=>…) tells them, in the order in which they count. True also where there are none."),
		registry.Fn2("naptr_query", host, answer, registry.Any, m.queryNAPTR,
			"Asks the DNS for NAPTR records (RFC 3403); $naptrquery(ANSWER=>…) tells them, in the order in which they count. True also where there are none."),
		registry.Fn1("dns_set_local_ttl", registry.IntP("seconds"), registry.Any, func(*registry.Ctx, int) int { return 1 },
			"How long answers of the DNS are kept."),
	}
}

// system asks the system's resolver, IPv4 addresses first.
func system(host string) ([]netip.Addr, error) {
	if a, ok := parse(host); ok {
		return []netip.Addr{a}, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	list, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	for i := range list {
		list[i] = list[i].Unmap()
	}
	slices.SortStableFunc(list, func(a, b netip.Addr) int { return cmp.Compare(a.BitLen(), b.BitLen()) })
	return list, err
}

// internal asks the DNS alone, for families that the server speaks.
func (m *Module) internal(host string) ([]netip.Addr, error) {
	if a, ok := parse(host); ok {
		if a.Is6() && !m.ipv6 {
			return nil, nil
		}
		return []netip.Addr{a}, nil
	}
	return m.addresses(host, m.ipv6)
}

func match(c *registry.Ctx, fn, host, ip string, resolve func(string) ([]netip.Addr, error)) int {
	want, ok := parse(sip.Unbracket(ip))
	if !ok {
		c.Log.Errorf(name, "%s: %.60q is no IP address", fn, ip)
		return noAddress
	}
	list, err := resolve(host)
	switch {
	case err != nil:
		c.Log.Errorf(name, "%s: %.80q: %v", fn, host, err)
		return unresolved
	case len(list) == 0:
		return unresolved
	}
	return registry.Truth(slices.Contains(list, want))
}

func (m *Module) query(c *registry.Ctx, host, answer string) int {
	hosts := m.answers(c).hosts
	list, err := system(host)
	if err != nil || len(list) == 0 {
		c.Log.Errorf(name, "dns_query: %.80q: %v", host, err)
		delete(hosts, answer)
		return unresolved
	}
	hosts[strings.Clone(answer)] = list
	return 1
}

// records asks for records of a type; where there are none, or no answer comes,
// there are none.
func records[T dns.RR](c *registry.Ctx, m *Module, fn, host, answer string, typ uint16, order func(a, b T) int) ([]T, int) {
	switch {
	case host == "":
		c.Log.Errorf(name, "%s: the name that is asked for is empty", fn)
		return nil, noQuestion
	case answer == "":
		c.Log.Errorf(name, "%s: the answer's name is empty", fn)
		return nil, noName
	}
	rrs, err := m.ask(host, typ)
	if err != nil {
		c.Log.Debugf(name, "%s: %.80q: %v", fn, host, err)
	}
	list := make([]T, 0, len(rrs))
	for _, rr := range rrs {
		if r, ok := rr.(T); ok {
			list = append(list, r)
		}
	}
	slices.SortStableFunc(list, order)
	return list, 1
}

func (m *Module) querySRV(c *registry.Ctx, host, answer string) int {
	list, rc := records(c, m, "srv_query", host, answer, dns.TypeSRV, func(a, b *dns.SRV) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(b.Weight, a.Weight))
	})
	if rc > 0 {
		m.answers(c).srv[strings.Clone(answer)] = list
	}
	return rc
}

func (m *Module) queryNAPTR(c *registry.Ctx, host, answer string) int {
	list, rc := records(c, m, "naptr_query", host, answer, dns.TypeNAPTR, func(a, b *dns.NAPTR) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Preference, b.Preference))
	})
	if rc > 0 {
		m.answers(c).naptr[strings.Clone(answer)] = list
	}
	return rc
}
