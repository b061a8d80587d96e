package forward

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"olelo/runtime/random"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// Lookup asks the DNS; *net.Resolver does, but for NAPTR.
type Lookup interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
	LookupSRV(ctx context.Context, service, proto, name string) (cname string, addrs []*net.SRV, err error)
	// LookupNAPTR finds the services of a domain (RFC 3263 section 4.1).
	LookupNAPTR(ctx context.Context, domain string) ([]NAPTR, error)
}

// NAPTR is a record that names the SRV records of a service.
type NAPTR struct {
	Order, Preference uint16
	Flags, Service    string // "s", "SIP+D2U"
	Replacement       string // _sip._udp.example.org
}

// How the Resolver asks: a worker waits as long as lookupTime for a name, and
// what it learned, or that there is nothing to learn, serves all workers for a
// while. The system's resolver does not tell how long an answer may be kept.
const (
	lookupTime = 3 * time.Second
	keepFound  = 60 * time.Second
	keepFailed = 10 * time.Second
	cacheSize  = 4096
)

// Rules are how next hops are looked for.
type Rules struct {
	// NAPTR asks for the services of a domain where a hop has neither transport
	// nor port (dns_try_naptr).
	NAPTR bool
	// RecordOrder obeys the order of NAPTR records; without it Preference alone
	// counts (dns_naptr_ignore_rfc=no).
	RecordOrder bool
	// Preference is how much each transport is wanted, by Proto
	// (dns_udp_pref …); negative: not at all.
	Preference [transport.TLS + 1]int
	// Failover finds all addresses, to be tried one after the other
	// (use_dns_failover).
	Failover bool
	// Balance, with Failover, draws by weight among the SRV records of a priority
	// (dns_srv_lb). Without it the greatest weight comes first.
	Balance bool
}

// DefaultRules are Kamailio's.
func DefaultRules() Rules {
	return Rules{Preference: [...]int{transport.UDP: 30, transport.TCP: 20, transport.TLS: 10}}
}

// Resolver finds the addresses of a next hop (RFC 3263). It is safe for
// concurrent use.
type Resolver struct {
	Rules
	Chance *random.Source // for Balance; nil is the system's

	lookup  Lookup
	network string // ip4, ip6, ip
	protos  []transport.Proto
	cache   *lru.Cache[question, answer]
}

type question struct {
	proto transport.Proto // None: it may be any
	host  string
	port  int
	srv   bool
}

type answer struct {
	list  []target
	err   error
	until time.Time
}

// target is an address, with the priority and weight of the SRV record that it
// is of.
type target struct {
	Target
	priority, weight uint16
}

// Target is where a message may be sent.
type Target struct {
	Proto transport.Proto
	Addr  netip.AddrPort
}

// Targets are the addresses of a hop, of which there is at least one, in the
// order in which they are to be tried.
type Targets struct {
	one  Target   // before those of list; Proto None is none
	list []target // the Resolver's: it is never changed
}

// Next takes the first of the targets that are left.
func (t *Targets) Next() (next Target, ok bool) {
	switch {
	case t.one.Proto != transport.None:
		next, t.one = t.one, Target{}
	case len(t.list) > 0:
		next, t.list = t.list[0].Target, t.list[1:]
	default:
		return Target{}, false
	}
	return next, true
}

// skip is list without one of its elements. The list is shared.
func skip(list []target, i int) []target {
	if i == 0 {
		return list[1:]
	}
	return append(append([]target(nil), list[:i]...), list[i+1:]...)
}

// NewResolver returns a Resolver that finds addresses of the families and
// transports of which there are sockets, IPv4 before IPv6.
func NewResolver(l Lookup, sockets []*transport.Socket) *Resolver {
	r := &Resolver{Rules: DefaultRules(), lookup: l, network: "ip4"}
	var v4, v6 bool
	var has [transport.TLS + 1]bool
	for _, s := range sockets {
		v4 = v4 || s.Addr.Addr().Is4()
		v6 = v6 || s.Addr.Addr().Is6()
		has[s.Proto] = true
	}
	for p := transport.UDP; p <= transport.TLS; p++ {
		if has[p] {
			r.protos = append(r.protos, p)
		}
	}
	switch {
	case v4 && v6:
		r.network = "ip"
	case v6:
		r.network = "ip6"
	}
	cache, err := lru.New[question, answer](cacheSize)
	if err != nil {
		panic(err) // only for a size below 1
	}
	r.cache = cache
	return r
}

// Locate finds where to send a request, over p or, where that is None, over what
// the DNS says or else UDP: an IP is taken as it is, a name with a port is asked
// for its address, a name alone first for its SRV records.
func (r *Resolver) Locate(p transport.Proto, h sip.Hop) (Targets, error) {
	if p == transport.None && (h.Port != 0 || !r.NAPTR && !r.Failover) {
		p = transport.UDP
	}
	return r.find(p, h, h.Port == 0)
}

// Address finds where to send a reply: never by SRV records where there is an
// address (RFC 3263 section 5 asks for them last).
func (r *Resolver) Address(p transport.Proto, h sip.Hop) (netip.AddrPort, error) {
	t, err := r.find(p, h, false)
	if err != nil {
		return netip.AddrPort{}, err
	}
	to, _ := t.Next()
	return to.Addr, nil
}

func (r *Resolver) find(p transport.Proto, h sip.Hop, srv bool) (Targets, error) {
	if ip, ok := h.Addr(); ok {
		if p == transport.None {
			p = transport.UDP
		}
		return Targets{one: Target{p, netip.AddrPortFrom(ip, uint16(h.PortOr(p.String())))}}, nil
	}
	q := question{p, h.Host, h.Port, srv}
	a, ok := r.cache.Get(q)
	if !ok || !time.Now().Before(a.until) {
		// The text of a message dies with it, that of a key must not.
		q.host = strings.Clone(q.host)
		a = r.ask(q)
		r.cache.Add(q, a)
	}
	if a.err != nil {
		return Targets{}, a.err
	}
	t := Targets{list: a.list}
	if r.Balance && r.Failover {
		first := r.draw(a.list)
		t.one, t.list = a.list[first].Target, skip(a.list, first)
	}
	return t, nil
}

// draw chooses among the targets of the first priority, each as likely as its
// weight says; those without any weight are as likely as each other.
func (r *Resolver) draw(list []target) int {
	n, sum := 0, int64(0)
	for n < len(list) && list[n].priority == list[0].priority {
		sum += int64(list[n].weight)
		n++
	}
	if sum == 0 {
		return int(r.Chance.Int64N(int64(n)))
	}
	at := r.Chance.Int64N(sum)
	for i := range n {
		if at -= int64(list[i].weight); at < 0 {
			return i
		}
	}
	return 0
}

func (r *Resolver) ask(q question) answer {
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	if q.srv {
		services, lists := r.services(ctx, q)
		for _, p := range services {
			if list, err := r.serviceTargets(ctx, p, lists[p]); list != nil {
				return found(list)
			} else if err != nil {
				return failed(q.host, err)
			}
		}
	}
	if q.proto == transport.None {
		q.proto = transport.UDP
	}
	ips, err := r.addresses(ctx, q.host)
	if err != nil {
		return failed(q.host, err)
	}
	port := sip.Hop{Port: q.port}
	var list []target
	for _, ip := range ips {
		list = append(list, target{Target: Target{q.proto, netip.AddrPortFrom(ip, uint16(port.PortOr(q.proto.String())))}})
	}
	return found(list)
}

// services are the transports to look for, in their order, each with the name of
// its SRV records: that of the question, those that the domain's NAPTR records
// name, or all that there are.
func (r *Resolver) services(ctx context.Context, q question) ([]transport.Proto, map[transport.Proto]service) {
	if q.proto != transport.None {
		return []transport.Proto{q.proto}, map[transport.Proto]service{q.proto: ofProto(q.proto, q.host)}
	}
	order, names := r.byPreference(), map[transport.Proto]service{}
	if r.NAPTR {
		records, _ := r.lookup.LookupNAPTR(ctx, q.host)
		if order, names := r.named(records); len(order) > 0 {
			return order, names
		}
	}
	for _, p := range order {
		names[p] = ofProto(p, q.host)
	}
	return order, names
}

// serviceTargets are the addresses of a service, none where there is no such
// service, and an error where none of its hosts is there.
func (r *Resolver) serviceTargets(ctx context.Context, p transport.Proto, s service) (list []target, err error) {
	_, records, _ := r.lookup.LookupSRV(ctx, s.name, s.proto, s.domain)
	byWeight(records)
	for _, x := range records {
		var ips []netip.Addr
		if ips, err = r.addresses(ctx, strings.TrimSuffix(x.Target, ".")); err != nil {
			continue
		}
		for _, ip := range ips {
			list = append(list, target{Target{p, netip.AddrPortFrom(ip, x.Port)}, x.Priority, x.Weight})
		}
		if !r.Failover {
			break
		}
	}
	return list, err
}

// found keeps an answer.
func found(list []target) answer { return answer{list: list, until: time.Now().Add(keepFound)} }

func failed(host string, err error) answer {
	var d *net.DNSError
	switch {
	case errors.As(err, &d) && d.IsNotFound:
		err = errors.New("the DNS knows no such host")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &d) && d.IsTimeout:
		err = fmt.Errorf("no answer from the DNS within %s", lookupTime)
	case errors.As(err, &d):
		err = errors.New(d.Err)
	}
	return answer{err: fmt.Errorf("%.80q cannot be resolved: %w", host, err), until: time.Now().Add(keepFailed)}
}

var errNoAddress = errors.New("it has no address of a family that a listen= line has")

// addresses are those of a host, IPv4 first; only the first one without Failover.
func (r *Resolver) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	all, err := r.lookup.LookupNetIP(ctx, r.network, host)
	if err != nil {
		return nil, err
	}
	var v4, v6 []netip.Addr
	for _, ip := range all {
		if ip = ip.Unmap(); ip.Is4() {
			v4 = append(v4, ip)
		} else {
			v6 = append(v6, ip)
		}
	}
	list := append(v4, v6...)
	switch {
	case len(list) == 0:
		return nil, errNoAddress
	case !r.Failover:
		list = list[:1]
	}
	return list, nil
}
