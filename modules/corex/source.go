package corex

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

var (
	errSourceProto = errors.New("the transport is udp or tcp")
	errNoResolver  = errors.New("no names can be looked up here")
	errNotReceived = errors.New("no message was received here")
)

// setSource is set_source_address.
func (m *Module) setSource(c *registry.Ctx, text string) int {
	src, err := m.source(text)
	if err == nil && c.Recv == nil {
		err = errNotReceived
	}
	if err != nil {
		c.Log.Errorf(name, "set_source_address: <%.100s>: %v", text, err)
		return -1
	}
	r := *c.Recv
	r.Src, r.SrcIP = src, src.Addr().WithZone("").String()
	c.Recv = &r
	return 1
}

// source reads [udp:|tcp:]host[:port].
func (m *Module) source(text string) (a netip.AddrPort, err error) {
	proto, host := transport.UDP, text
	if first, rest, ok := strings.Cut(text, ":"); ok && !strings.HasPrefix(text, "[") {
		if p := transport.ParseProto(first); p == transport.UDP || p == transport.TCP {
			proto, host = p, rest
		} else if strings.Contains(rest, ":") {
			return a, errSourceProto
		}
	}
	to := sip.Hop{Host: host, Port: 5060}
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		n, err := strconv.ParseUint(host[i+1:], 10, 16)
		if err != nil {
			return a, errBadPort
		}
		to.Host, to.Port = host[:i], int(n)
	}
	if to.Host == "" {
		return a, errors.New("no address is given")
	}
	if ip, ok := to.Addr(); ok {
		return netip.AddrPortFrom(ip, uint16(to.Port)), nil
	}
	if m.names == nil {
		return a, errNoResolver
	}
	return m.names.Resolve(proto, to)
}
