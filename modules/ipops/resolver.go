package ipops

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// lookupTime is how long a worker waits for an answer, whatever the number of
// name servers.
const lookupTime = 3 * time.Second

// ask returns the records of a type of a name.
func (m *Module) ask(name string, typ uint16) ([]dns.RR, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	return m.dns.Ask(ctx, name, typ)
}

// addresses are the IPv4 addresses of a name or, where it has none and ipv6 is
// set, the IPv6 ones.
func (m *Module) addresses(name string, ipv6 bool) (list []netip.Addr, err error) {
	for _, typ := range []uint16{dns.TypeA, dns.TypeAAAA} {
		if typ == dns.TypeAAAA && (len(list) > 0 || !ipv6) {
			break
		}
		var rrs []dns.RR
		if rrs, err = m.ask(name, typ); err != nil {
			return nil, err
		}
		for _, rr := range rrs {
			ip := net.IP(nil)
			switch rr := rr.(type) {
			case *dns.A:
				ip = rr.A.To4()
			case *dns.AAAA:
				ip = rr.AAAA
			}
			if a, ok := netip.AddrFromSlice(ip); ok {
				list = append(list, a)
			}
		}
	}
	return list, nil
}
