package pv

import (
	"net"
	"strconv"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// ofRecv is a getter that is only asked where something was received.
func ofRecv(get func(r *transport.Recv, c *registry.Ctx, v *value.Value)) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		if c.Recv != nil {
			get(c.Recv, c, v)
		}
	}
}

func ofSocket(get func(s *transport.Socket, c *registry.Ctx, v *value.Value)) registry.Getter {
	return ofRecv(func(r *transport.Recv, c *registry.Ctx, v *value.Value) {
		if r.Socket != nil {
			get(r.Socket, c, v)
		}
	})
}

func recvProto(c *registry.Ctx, v *value.Value) {
	v.SetNull()
	if r := c.Recv; r != nil && r.Proto != transport.None {
		v.SetBoth(r.Proto.String(), int64(r.Proto))
	}
}

func (m *Module) received() []registry.PV {
	si := registry.GetPV("si", ofRecv(func(r *transport.Recv, _ *registry.Ctx, v *value.Value) { v.SetStr(r.SrcIP) }), "The IP address that the message came from.")
	return []registry.PV{
		si, alias("src_ip", si),
		registry.GetPV("siz", ofRecv(func(r *transport.Recv, c *registry.Ctx, v *value.Value) { v.SetStr(bracketed(c, r.SrcIP)) }), "The IP address that the message came from, IPv6 in brackets."),
		registry.GetPV("sp", ofRecv(func(r *transport.Recv, _ *registry.Ctx, v *value.Value) { v.SetInt(int64(r.Src.Port())) }), "The port that the message came from."),
		registry.GetPV("su", ofRecv(func(r *transport.Recv, c *registry.Ctx, v *value.Value) {
			v.SetStr(addressURI(c, r.SrcIP, int(r.Src.Port()), r.Proto, false))
		}), "Where the message came from as a SIP URI, the transport unless UDP."),
		registry.GetPV("sut", ofRecv(func(r *transport.Recv, c *registry.Ctx, v *value.Value) {
			v.SetStr(addressURI(c, r.SrcIP, int(r.Src.Port()), r.Proto, true))
		}), "Where the message came from as a SIP URI with its transport."),
		registry.GetPV("sas", ofRecv(func(r *transport.Recv, c *registry.Ctx, v *value.Value) {
			v.SetStr(concat(c, r.Proto.String(), ":", bracketed(c, r.SrcIP), ":", c.Arena.Int(int64(r.Src.Port()))))
		}), "Where the message came from as proto:ip:port."),
		registry.GetPV("prid", ofRecv(func(r *transport.Recv, _ *registry.Ctx, v *value.Value) { v.SetInt(int64(r.Proto)) }), "The number of the transport that the message came in over: 1 UDP, 2 TCP, 3 TLS."),
		registry.GetPV("conid", ofRecv(func(r *transport.Recv, _ *registry.Ctx, v *value.Value) {
			if r.Conn != nil {
				v.SetInt(int64(r.Conn.ID()))
			}
		}), "The number of the connection that the message came in over."),
		registry.GetPV("Ri", ofSocket(func(s *transport.Socket, _ *registry.Ctx, v *value.Value) { v.SetStr(s.IP) }), "The local IP address that the message came to."),
		registry.GetPV("Rp", ofSocket(func(s *transport.Socket, _ *registry.Ctx, v *value.Value) { v.SetInt(int64(s.Addr.Port())) }), "The local port that the message came to."),
		registry.GetPV("Rn", ofSocket(func(s *transport.Socket, _ *registry.Ctx, v *value.Value) { setStr(v, s.Name) }), "The name of the local socket that the message came to."),
		registry.GetPV("Ru", ofSocket(func(s *transport.Socket, c *registry.Ctx, v *value.Value) {
			v.SetStr(addressURI(c, s.IP, int(s.Addr.Port()), s.Proto, false))
		}), "The local socket as a SIP URI, the transport unless UDP."),
		registry.GetPV("Rut", ofSocket(func(s *transport.Socket, c *registry.Ctx, v *value.Value) {
			v.SetStr(addressURI(c, s.IP, int(s.Addr.Port()), s.Proto, true))
		}), "The local socket as a SIP URI with its transport."),
		registry.GetPV("RAi", ofSocket(func(s *transport.Socket, _ *registry.Ctx, v *value.Value) { h, _ := advertised(s); v.SetStr(h) }), "The advertised address of the local socket."),
		registry.GetPV("RAp", ofSocket(func(s *transport.Socket, _ *registry.Ctx, v *value.Value) { _, p := advertised(s); v.SetInt(int64(p)) }), "The advertised port of the local socket."),
		registry.GetPV("RAu", ofSocket(func(s *transport.Socket, c *registry.Ctx, v *value.Value) {
			h, p := advertised(s)
			v.SetStr(addressURI(c, h, p, s.Proto, false))
		}), "The advertised local socket as a SIP URI, the transport unless UDP."),
		registry.GetPV("RAut", ofSocket(func(s *transport.Socket, c *registry.Ctx, v *value.Value) {
			h, p := advertised(s)
			v.SetStr(addressURI(c, h, p, s.Proto, true))
		}), "The advertised local socket as a SIP URI with its transport."),
		registry.GetPV("Ras", ofSocket(func(s *transport.Socket, c *registry.Ctx, v *value.Value) {
			v.SetStr(concat(c, s.Proto.String(), ":", bracketed(c, s.IP), ":", c.Arena.Int(int64(s.Addr.Port()))))
		}), "The local socket as proto:ip:port."),
		registry.GetPV("pp", func(c *registry.Ctx, v *value.Value) { v.SetInt(int64(c.PID)) }, "The worker's number, as in its log lines."),
	}
}

// advertised is what the socket shows to others.
func advertised(s *transport.Socket) (host string, port int) {
	if s.Advertise == "" {
		return s.IP, int(s.Addr.Port())
	}
	h, p, err := net.SplitHostPort(s.Advertise)
	if err != nil {
		return strings.Trim(s.Advertise, "[]"), int(s.Addr.Port())
	}
	n, err := strconv.Atoi(p)
	if err != nil {
		n = int(s.Addr.Port())
	}
	return h, n
}

func addressURI(c *registry.Ctx, host string, port int, p transport.Proto, always bool) string {
	s := concat(c, "sip:", bracketed(c, host), ":", c.Arena.Int(int64(port)))
	if always || p != transport.UDP {
		s = concat(c, s, ";transport=", p.String())
	}
	return s
}

// bracketed puts an IPv6 address in brackets.
func bracketed(c *registry.Ctx, host string) string {
	if strings.IndexByte(host, ':') < 0 || host[0] == '[' {
		return host
	}
	return concat(c, "[", host, "]")
}
