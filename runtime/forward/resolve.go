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

	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// Lookup asks the DNS; *net.Resolver does.
type Lookup interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
	LookupSRV(ctx context.Context, service, proto, name string) (cname string, addrs []*net.SRV, err error)
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

// Resolver finds the address of a next hop (RFC 3263). It is safe for
// concurrent use.
type Resolver struct {
	lookup  Lookup
	network string // ip4, ip6, ip
	cache   *lru.Cache[question, answer]
}

type question struct {
	proto transport.Proto
	host  string
	port  int
	srv   bool
}

type answer struct {
	addr  netip.AddrPort
	err   error
	until time.Time
}

// NewResolver returns a Resolver that finds addresses of the families of which
// there are sockets, IPv4 before IPv6.
func NewResolver(l Lookup, sockets []*transport.Socket) *Resolver {
	r := &Resolver{lookup: l, network: "ip4"}
	var v4, v6 bool
	for _, s := range sockets {
		v4 = v4 || s.Addr.Addr().Is4()
		v6 = v6 || s.Addr.Addr().Is6()
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

// Locate finds where to send a request: an IP is taken as it is, a name with a
// port is asked for its address, a name alone first for its SRV records.
func (r *Resolver) Locate(p transport.Proto, h sip.Hop) (netip.AddrPort, error) {
	return r.find(p, h, h.Port == 0)
}

// Address finds where to send a reply: never by SRV records where there is an
// address (RFC 3263 section 5 asks for them last).
func (r *Resolver) Address(p transport.Proto, h sip.Hop) (netip.AddrPort, error) {
	return r.find(p, h, false)
}

func (r *Resolver) find(p transport.Proto, h sip.Hop, srv bool) (netip.AddrPort, error) {
	port := h.PortOr(p.String())
	if ip, ok := h.Addr(); ok {
		return netip.AddrPortFrom(ip, uint16(port)), nil
	}
	q := question{p, h.Host, port, srv}
	if a, ok := r.cache.Get(q); ok && time.Now().Before(a.until) {
		return a.addr, a.err
	}
	// The text of a message dies with it, that of a key must not.
	q.host = strings.Clone(q.host)
	a := r.ask(q)
	r.cache.Add(q, a)
	return a.addr, a.err
}

func (r *Resolver) ask(q question) answer {
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	host, port := q.host, q.port
	if q.srv {
		service, proto := "sip", q.proto.String()
		if q.proto == transport.TLS {
			service, proto = "sips", "tcp"
		}
		// Sorted by priority, and by chance as their weights say.
		_, list, err := r.lookup.LookupSRV(ctx, service, proto, host)
		for _, s := range list {
			var ip netip.Addr
			if ip, err = r.address(ctx, strings.TrimSuffix(s.Target, ".")); err == nil {
				return found(ip, int(s.Port))
			}
		}
		if len(list) > 0 {
			return failed(host, err)
		}
	}
	ip, err := r.address(ctx, host)
	if err != nil {
		return failed(host, err)
	}
	return found(ip, port)
}

func found(ip netip.Addr, port int) answer {
	return answer{addr: netip.AddrPortFrom(ip, uint16(port)), until: time.Now().Add(keepFound)}
}

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

func (r *Resolver) address(ctx context.Context, host string) (netip.Addr, error) {
	list, err := r.lookup.LookupNetIP(ctx, r.network, host)
	if err != nil {
		return netip.Addr{}, err
	}
	for _, ip := range list {
		if ip.Unmap().Is4() {
			return ip.Unmap(), nil
		}
	}
	if len(list) == 0 {
		return netip.Addr{}, errNoAddress
	}
	return list[0], nil
}
