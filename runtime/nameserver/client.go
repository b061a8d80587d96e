// Package nameserver asks the DNS for records of any type, which the system's
// resolver does not.
package nameserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Client asks the name servers of the system, as /etc/resolv.conf has them when
// it is first used, or Servers; /etc/hosts does not count. The zero Client is
// ready. It is safe for concurrent use.
type Client struct {
	Servers []string // host:port; none is the system's

	once sync.Once
	err  error
}

func (c *Client) configure() error {
	c.once.Do(func() {
		if len(c.Servers) > 0 {
			return
		}
		conf, err := dns.ClientConfigFromFile("/etc/resolv.conf")
		if err != nil {
			c.err = err
			return
		}
		for _, s := range conf.Servers {
			c.Servers = append(c.Servers, net.JoinHostPort(s, conf.Port))
		}
		if len(c.Servers) == 0 {
			c.err = errors.New("/etc/resolv.conf has no nameserver")
		}
	})
	return c.err
}

// Ask returns the answer's records of a type, of whatever name: aliases are
// followed by the server that is asked. The time until ctx ends is shared by the
// servers.
func (c *Client) Ask(ctx context.Context, name string, typ uint16) ([]dns.RR, error) {
	if err := c.configure(); err != nil {
		return nil, err
	}
	if _, ok := dns.IsDomainName(name); !ok || name == "" {
		return nil, fmt.Errorf("%.80q is no domain name", name)
	}
	q := new(dns.Msg).SetQuestion(dns.Fqdn(name), typ)
	var failed error
	for i, server := range c.Servers {
		one, stop := share(ctx, len(c.Servers)-i)
		a, err := exchange(one, q, server)
		stop()
		if err != nil {
			failed = err
			continue
		}
		if a.Rcode != dns.RcodeSuccess {
			return nil, &net.DNSError{
				Err: "the DNS answers " + dns.RcodeToString[a.Rcode], Name: name, Server: server,
				IsNotFound: a.Rcode == dns.RcodeNameError,
			}
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

// share gives one of n servers its part of the time.
func share(ctx context.Context, n int) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, time.Until(end)/time.Duration(n))
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
