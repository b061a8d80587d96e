package core

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"
)

// lookupTime bounds the look-up of a host name in a listen line.
const lookupTime = 10 * time.Second

// addresses are the addresses that a host of a listen line stands for: an IP
// address, an interface, a host name; "" stands for all interfaces.
func (c *collector) addresses(h tok) ([]netip.Addr, error) {
	text := strings.TrimSuffix(strings.TrimPrefix(h.text, "["), "]")
	if a, err := netip.ParseAddr(text); err == nil {
		return []netip.Addr{a}, nil
	}
	if h.text == "" {
		return c.allInterfaces()
	}
	if ifc, err := net.InterfaceByName(h.text); err == nil {
		addrs, err := c.ofInterface(ifc)
		if err == nil && len(addrs) == 0 {
			err = fmt.Errorf("interface %s has no IPv4 address", h.text)
		}
		return addrs, err
	}
	return lookup(h.text)
}

func (c *collector) allInterfaces() ([]netip.Addr, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("the host's interfaces cannot be read: %w", err)
	}
	var addrs []netip.Addr
	for i := range all {
		if all[i].Flags&net.FlagUp == 0 {
			continue
		}
		of, err := c.ofInterface(&all[i])
		if err != nil {
			return nil, err
		}
		addrs = append(addrs, of...)
	}
	if len(addrs) == 0 {
		return nil, errors.New("this host has no address to listen on")
	}
	return addrs, nil
}

// ofInterface are an interface's IPv4 addresses, and with auto_bind_ipv6 its
// IPv6 ones, link-local ones only with bind_ipv6_link_local.
func (c *collector) ofInterface(ifc *net.Interface) ([]netip.Addr, error) {
	nets, err := ifc.Addrs()
	if err != nil {
		return nil, fmt.Errorf("the addresses of interface %s cannot be read: %w", ifc.Name, err)
	}
	var addrs []netip.Addr
	for _, n := range nets {
		in, ok := n.(*net.IPNet)
		if !ok {
			continue
		}
		a, ok := netip.AddrFromSlice(in.IP)
		if !ok {
			continue
		}
		a = a.Unmap()
		if a.Is6() {
			if !c.autoBindIPv6 || a.IsLinkLocalUnicast() && !c.linkLocal {
				continue
			}
			if a.IsLinkLocalUnicast() {
				a = a.WithZone(ifc.Name)
			}
		}
		addrs = append(addrs, a)
	}
	return addrs, nil
}

// lookup finds a host name's address: the first IPv4 one, as Kamailio takes
// it, otherwise the first IPv6 one.
func lookup(name string) ([]netip.Addr, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
	if err != nil {
		var dns *net.DNSError
		if errors.As(err, &dns) {
			err = errors.New(dns.Err)
		}
		return nil, fmt.Errorf("%s is no IP address, no interface, and no host name that can be resolved: %w", name, err)
	}
	for _, a := range addrs {
		if a.Unmap().Is4() {
			return []netip.Addr{a.Unmap()}, nil
		}
	}
	if len(addrs) == 0 {
		return nil, fmt.Errorf("host name %s has no address", name)
	}
	return addrs[:1], nil
}
