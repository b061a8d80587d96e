package msrp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"olelo/runtime/msrp"
	"olelo/runtime/transport"
)

// defaultPort is the port of a URI without one, as in Kamailio. (RFC 4975 has
// 2855.)
const defaultPort = 5060

// keepDests is how many targets a worker remembers by their URI.
const keepDests = 512

// resolve makes *d the target that an MSRP URI names. A host name is looked up
// in the DNS, which blocks the worker, at most dnsTimeout.
func (m *Module) resolve(s *state, uri string, d *transport.Dest) error {
	if uri != "" && uri == string(s.uri) {
		*d = s.found
		return nil
	}
	if known, ok := s.dests.Get(uri); ok {
		s.uri, s.found = append(s.uri[:0], uri...), known
		*d = known
		return nil
	}
	u, err := msrp.ParseURI(uri)
	if err != nil {
		return err
	}
	if u.Proto != "" && !strings.EqualFold(u.Proto, "tcp") {
		return fmt.Errorf("%.80q: the transport %q is not known here, only tcp", uri, u.Proto)
	}
	*d = transport.Dest{Proto: transport.TCP}
	if u.TLS() {
		d.Proto = transport.TLS
	}
	port := u.PortNum
	if port == 0 {
		port = defaultPort
	}
	host := strings.TrimSuffix(strings.TrimPrefix(u.Host, "["), "]")
	if ip, err := netip.ParseAddr(host); err == nil {
		d.Addr = netip.AddrPortFrom(ip.Unmap(), port)
		s.dests.Add(strings.Clone(uri), *d)
		return nil
	}
	if u.Host != host {
		return fmt.Errorf("%.80q: %q is not an IPv6 address", uri, host)
	}
	ip, err := m.names.lookup(host, m.canReach(d.Proto))
	if err != nil {
		return err
	}
	d.Addr = netip.AddrPortFrom(ip, port)
	return nil
}

// canReach tells by family which addresses there is a socket for.
func (m *Module) canReach(p transport.Proto) func(netip.Addr) bool {
	return func(a netip.Addr) bool {
		for _, s := range m.sockets {
			if s.Proto == p && s.Addr.Addr().Unmap().Is4() == a.Is4() {
				return true
			}
		}
		return false
	}
}

const (
	dnsTimeout = 2 * time.Second
	// dnsWaiting is how many workers may wait for a name server at once: the
	// others must go on, whatever names the network's frames bring.
	dnsWaiting = 1
	dnsKeep    = time.Minute     // an answer is used that long: Go's resolver does not tell its TTL
	dnsForget  = 5 * time.Second // and a failure that long
	dnsNames   = 1024
)

// resolver looks host names up and keeps the answers.
type resolver struct {
	lookupIP func(ctx context.Context, network, host string) ([]netip.Addr, error)
	now      func() time.Time
	cache    *lru.Cache[string, answer]
	waiting  chan struct{}
}

var errDNSBusy = errors.New("another name is being looked up")

type answer struct {
	addrs []netip.Addr
	err   error
	until time.Time
}

func newResolver() *resolver {
	cache, _ := lru.New[string, answer](dnsNames) // fails for sizes below 1 only
	return &resolver{lookupIP: net.DefaultResolver.LookupNetIP, now: time.Now, cache: cache, waiting: make(chan struct{}, dnsWaiting)}
}

// lookup returns host's first address that can be reached.
func (r *resolver) lookup(host string, reach func(netip.Addr) bool) (netip.Addr, error) {
	a, ok := r.cache.Get(host)
	if !ok || r.now().After(a.until) {
		select {
		case r.waiting <- struct{}{}:
			defer func() { <-r.waiting }()
		default:
			return netip.Addr{}, fmt.Errorf("the host %q cannot be resolved: %w", host, errDNSBusy)
		}
		ctx, cancel := context.WithTimeout(context.Background(), dnsTimeout)
		defer cancel()
		host = strings.Clone(host) // a view of the frame
		a = answer{until: r.now().Add(dnsKeep)}
		if a.addrs, a.err = r.lookupIP(ctx, "ip", host); a.err != nil {
			a.err = fmt.Errorf("the host %q cannot be resolved: %w", host, a.err)
			a.until = r.now().Add(dnsForget)
		}
		r.cache.Add(host, a)
	}
	if a.err != nil {
		return netip.Addr{}, a.err
	}
	for _, ip := range a.addrs {
		if ip = ip.Unmap(); reach(ip) {
			return ip, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("no address of the host %q (%v) can be reached from the server's sockets", host, a.addrs)
}
