package ipops

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// lookupTime is how long a worker waits for an answer, whatever the number of
// name servers.
const lookupTime = 3 * time.Second

// resolver asks the name servers of the system, as /etc/resolv.conf has them
// when it is first used; /etc/hosts does not count.
type resolver struct {
	once    sync.Once
	servers []string // host:port
	err     error
}

func (r *resolver) configure() error {
	r.once.Do(func() {
		if len(r.servers) > 0 {
			return
		}
		conf, err := dns.ClientConfigFromFile("/etc/resolv.conf")
		if err != nil {
			r.err = err
			return
		}
		for _, s := range conf.Servers {
			r.servers = append(r.servers, net.JoinHostPort(s, conf.Port))
		}
		if len(r.servers) == 0 {
			r.err = errors.New("/etc/resolv.conf has no nameserver")
		}
	})
	return r.err
}

// ask returns the answer's records of a type, of whatever name: aliases are
// followed by the server that is asked.
func (r *resolver) ask(name string, typ uint16) ([]dns.RR, error) {
	if err := r.configure(); err != nil {
		return nil, err
	}
	if _, ok := dns.IsDomainName(name); !ok || name == "" {
		return nil, fmt.Errorf("%.80q is no domain name", name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	q := new(dns.Msg).SetQuestion(dns.Fqdn(name), typ)
	var failed error
	for i, server := range r.servers {
		deadline, _ := ctx.Deadline()
		one, stop := context.WithTimeout(ctx, time.Until(deadline)/time.Duration(len(r.servers)-i))
		a, err := exchange(one, q, server)
		stop()
		if err != nil {
			failed = err
			continue
		}
		if a.Rcode != dns.RcodeSuccess {
			return nil, fmt.Errorf("the DNS answers %s", dns.RcodeToString[a.Rcode])
		}
		var list []dns.RR
		for _, rr := range a.Answer {
			if rr.Header().Rrtype == typ {
				list = append(list, rr)
			}
		}
		return list, nil
	}
	return nil, failed
}

// exchange asks over UDP, and over TCP where the answer did not fit.
func exchange(ctx context.Context, q *dns.Msg, server string) (*dns.Msg, error) {
	a, _, err := new(dns.Client).ExchangeContext(ctx, q, server)
	if err == nil && a.Truncated {
		tcp := dns.Client{Net: "tcp"}
		a, _, err = tcp.ExchangeContext(ctx, q, server)
	}
	return a, err
}

// addresses are the IPv4 addresses of a name or, where it has none and ipv6 is
// set, the IPv6 ones.
func (r *resolver) addresses(name string, ipv6 bool) (list []netip.Addr, err error) {
	for _, typ := range []uint16{dns.TypeA, dns.TypeAAAA} {
		if typ == dns.TypeAAAA && (len(list) > 0 || !ipv6) {
			break
		}
		var rrs []dns.RR
		if rrs, err = r.ask(name, typ); err != nil {
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
