package forward

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"

	"olelo/runtime/nameserver"
	"olelo/runtime/registry"
)

// Records is a Lookup that knows some names itself, and asks another one for the
// rest. It is not to be changed once it is asked.
type Records struct {
	Next  Lookup // nil is the system's, and its name servers for NAPTR
	known map[string][]registry.DNSRecord

	system system
}

// Add makes a record known.
func (r *Records) Add(x registry.DNSRecord) {
	if r.known == nil {
		r.known = map[string][]registry.DNSRecord{}
	}
	x.Name = strings.ToLower(x.Name)
	r.known[x.Name] = append(r.known[x.Name], x)
}

func (r *Records) next() Lookup {
	if r.Next == nil {
		return &r.system
	}
	return r.Next
}

// of are the records of a name that hold now; none tells that it is known not to
// be there.
func (r *Records) of(name string) (list []registry.DNSRecord, none bool) {
	for _, x := range r.known[strings.ToLower(name)] {
		switch {
		case !x.Until.IsZero() && !time.Now().Before(x.Until):
		case x.None:
			none = true
		default:
			list = append(list, x)
		}
	}
	return list, none && list == nil
}

func notFound(name string) error {
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// LookupNetIP finds the addresses of a host.
func (r *Records) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	list, none := r.of(host)
	var found []netip.Addr
	for _, x := range list {
		if x.SRV == nil && (network == "ip" || x.Addr.Is4() == (network == "ip4")) {
			found = append(found, x.Addr)
		}
	}
	switch {
	case found != nil:
		return found, nil
	case none:
		return nil, notFound(host)
	}
	return r.next().LookupNetIP(ctx, network, host)
}

// LookupSRV finds the hosts of a service; with neither service nor proto name is
// that of the records.
func (r *Records) LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error) {
	full := name
	if service != "" {
		full = "_" + service + "._" + proto + "." + name
	}
	list, none := r.of(full)
	var found []*net.SRV
	for _, x := range list {
		if x.SRV != nil {
			found = append(found, x.SRV)
		}
	}
	switch {
	case found != nil:
		return full, found, nil
	case none:
		return "", nil, notFound(full)
	}
	return r.next().LookupSRV(ctx, service, proto, name)
}

// LookupNAPTR finds the services of a domain, which no known record tells.
func (r *Records) LookupNAPTR(ctx context.Context, domain string) ([]NAPTR, error) {
	return r.next().LookupNAPTR(ctx, domain)
}

// system is the resolver of the system, which knows no NAPTR, and its name
// servers for those.
type system struct {
	net.Resolver
	servers nameserver.Client
}

func (s *system) LookupNAPTR(ctx context.Context, domain string) ([]NAPTR, error) {
	answer, err := s.servers.Ask(ctx, domain, dns.TypeNAPTR)
	var list []NAPTR
	for _, rr := range answer {
		if x, ok := rr.(*dns.NAPTR); ok {
			list = append(list, NAPTR{x.Order, x.Preference, x.Flags, x.Service, x.Replacement})
		}
	}
	return list, err
}
