package forward

import (
	"net"
	"net/netip"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

// socketTo is the socket that a message to an address goes out from, or, for a
// connection, whose address its Via has: the forced one, or that of this
// transport at its address; the one that the message came in on; or the
// transport's default one. A socket of another address family is none.
func (f *Forwarder) socketTo(c *registry.Ctx, p transport.Proto, to netip.Addr) *transport.Socket {
	if forced := c.State.SendSocket; forced != nil {
		if forced.Addr.Addr().Is4() == to.Is4() {
			if s := f.like(forced, p); s != nil {
				return s
			}
		}
		c.Log.Warnf(log.Core, "the forced socket %s cannot send over %s to %s: another one is used", forced.Text, p, to)
	}
	return f.ownSocket(c, p, to)
}

// ownSocket is the socket that a message goes out from where none is forced.
func (f *Forwarder) ownSocket(c *registry.Ctx, p transport.Proto, to netip.Addr) *transport.Socket {
	if f.MHomed && p == transport.UDP {
		if s := f.routed(to); s != nil {
			return s
		}
	}
	if c.Recv != nil {
		in := c.State.InSocket
		if in == nil {
			in = c.Recv.Socket
		}
		if in != nil && in.Proto == p && in.Addr.Addr().Is4() == to.Is4() {
			return in
		}
	}
	return f.defaultSocket(p, to)
}

// routed is the first UDP socket on the address that the system would send
// from to another; nil where that has none.
func (f *Forwarder) routed(to netip.Addr) *transport.Socket {
	const anyPort = 9 // connecting a UDP socket sends nothing
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(to, anyPort)))
	if err != nil {
		return nil
	}
	local := c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
	_ = c.Close()
	for _, s := range f.Sockets {
		if s.Proto == transport.UDP && s.Addr.Addr() == local {
			return s
		}
	}
	return nil
}

// like is s, or the socket of another transport at its address.
func (f *Forwarder) like(s *transport.Socket, p transport.Proto) *transport.Socket {
	if s.Proto == p {
		return s
	}
	for _, x := range f.Sockets {
		if x.Proto == p && x.Addr == s.Addr {
			return x
		}
	}
	return nil
}

// defaultSocket is the first socket of a transport and address family that is
// not on a loopback address, otherwise the last one, as in Kamailio. Those on
// 127.0.0.2 … count as others there.
func (f *Forwarder) defaultSocket(p transport.Proto, to netip.Addr) *transport.Socket {
	var last *transport.Socket
	for _, s := range f.Sockets {
		if s.Proto != p || s.Addr.Addr().Is4() != to.Is4() {
			continue
		}
		if last = s; s.IP != "127.0.0.1" && s.IP != "::1" {
			return s
		}
	}
	return last
}

// from is the socket that transport must send from: it chooses the local
// address of a connection itself, unless the script has.
func from(c *registry.Ctx, p transport.Proto, s *transport.Socket) *transport.Socket {
	if p == transport.UDP || c.State.SendSocket != nil {
		return s
	}
	return nil
}
