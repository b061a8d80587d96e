package forward

import (
	"cmp"
	"net"
	"slices"
	"strings"

	"olelo/runtime/transport"
)

// service is where the SRV records of a transport are: _name._proto.domain, or
// domain alone.
type service struct{ name, proto, domain string }

// ofProto is the service of a transport in a domain (RFC 3263 section 4.2).
func ofProto(p transport.Proto, domain string) service {
	if p == transport.TLS {
		return service{"sips", "tcp", domain}
	}
	return service{"sip", p.String(), domain}
}

// byPreference are the transports that there are, the most wanted first.
func (r *Resolver) byPreference() []transport.Proto {
	var list []transport.Proto
	for _, p := range r.protos {
		if r.Preference[p] >= 0 {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(a, b transport.Proto) int { return cmp.Compare(r.Preference[b], r.Preference[a]) })
	return list
}

// naptrProtos are the services of RFC 3263 section 4.1.
var naptrProtos = map[string]transport.Proto{"sip+d2u": transport.UDP, "sip+d2t": transport.TCP, "sips+d2t": transport.TLS}

// named are the transports that NAPTR records name and that there are, with
// their services: the most wanted first, or in the records' order.
func (r *Resolver) named(records []NAPTR) ([]transport.Proto, map[transport.Proto]service) {
	slices.SortStableFunc(records, func(a, b NAPTR) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Preference, b.Preference))
	})
	order, names := []transport.Proto(nil), map[transport.Proto]service{}
	for _, x := range records {
		p := naptrProtos[strings.ToLower(x.Service)]
		if p == transport.None || !strings.EqualFold(x.Flags, "s") || !slices.Contains(r.protos, p) || r.Preference[p] < 0 {
			continue
		}
		if _, twice := names[p]; !twice {
			order = append(order, p)
			names[p] = service{domain: strings.TrimSuffix(x.Replacement, ".")}
		}
	}
	if !r.RecordOrder {
		slices.SortStableFunc(order, func(a, b transport.Proto) int { return cmp.Compare(r.Preference[b], r.Preference[a]) })
	}
	return order, names
}

// byWeight sorts SRV records: by priority, and among those of one the greatest
// weight first.
func byWeight(list []*net.SRV) {
	slices.SortStableFunc(list, func(a, b *net.SRV) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(b.Weight, a.Weight))
	})
}
