package core

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// sendFuncs are the functions that say how the message, or its replies, go out.
func sendFuncs() []registry.Func {
	set := func(name string, routes registry.Mask, f func(*registry.Ctx), doc string) registry.Func {
		return registry.Fn0(name, routes, func(c *registry.Ctx) int { f(c); return 1 }, doc)
	}
	const rport = "Acts as if the sender had asked for rport (RFC 3581): replies go to the port that the request came from."
	return []registry.Func{
		set("force_rport", notOnSend, func(c *registry.Ctx) { c.State.ForceRPort = true }, rport),
		set("add_rport", notOnSend, func(c *registry.Ctx) { c.State.ForceRPort = true }, rport),
		set("add_local_rport", notOnSend, func(c *registry.Ctx) { c.State.LocalRPort = true }, "Asks the next hop for rport (RFC 3581), in the Via of the request sent on."),
		set("set_forward_no_connect", registry.Any, func(c *registry.Ctx) { c.State.Forwarding.NoConnect = true }, "Sends the request on only where a connection is open; nothing changes for UDP."),
		set("set_forward_close", registry.Any, func(c *registry.Ctx) { c.State.Forwarding.Close = true }, "Closes the connection that the request was sent on."),
		set("set_reply_no_connect", registry.Any, func(c *registry.Ctx) { c.State.Replying.NoConnect = true }, "Sends replies only where the connection is still open; nothing changes for UDP."),
		set("set_reply_close", registry.Any, func(c *registry.Ctx) { c.State.Replying.Close = true }, "Closes the connection that a reply was sent on."),
	}
}

// aliasFuncs are the functions by which a TCP connection takes what is sent to
// the port where its peer listens.
func aliasFuncs() []registry.Func {
	var list []registry.Func
	for _, name := range []string{"force_tcp_alias", "add_tcp_alias"} {
		list = append(list,
			registry.Fn0(name, notOnSend, func(c *registry.Ctx) int { return aliasByVia(c) },
				"Sends what goes to the port of the first Via over the connection that the request came in on."),
			registry.Func{
				Name: name, Params: []registry.ParamInfo{{Name: "port", Kind: "int"}}, Routes: notOnSend,
				Doc: "Sends what goes to a port of the peer over the connection that the request came in on.",
				Bind: func(_ registry.Fixup, args []registry.Arg) (registry.Call, error) {
					port := args[0].Int
					if !args[0].IsInt {
						return nil, fmt.Errorf("%s: %q is not a port", name, args[0].Text)
					}
					return func(c *registry.Ctx) int { return alias(c, int(port)) }, nil
				},
			})
	}
	return list
}

func aliasByVia(c *registry.Ctx) int {
	if c.Msg == nil || c.Recv == nil {
		return 1
	}
	v, ok := c.Msg.Via(0)
	if !ok {
		return 1
	}
	hop := sip.Hop{Port: v.Port}
	return alias(c, hop.PortOr(c.Recv.Proto.String()))
}

// alias is true whatever comes of it, as in Kamailio.
func alias(c *registry.Ctx, port int) int {
	if c.Recv == nil || c.Recv.Conn == nil {
		return 1
	}
	if port < 1 || port > 65535 || !c.Recv.Conn.Alias(uint16(port)) {
		c.Log.Errorf(log.Core, "the connection from %s gets no alias for port %d: it is none, or another connection has it", c.Recv.Src, port)
	}
	return 1
}

// socketFuncs are the functions about the socket that the message goes out from
// and what the Via says of it.
func (m *Module) socketFuncs() []registry.Func {
	return []registry.Func{
		{
			Name: "force_send_socket", Params: []registry.ParamInfo{{Name: "socket", Kind: "word"}}, Routes: notOnSend,
			Doc: "Sends from one of the server's sockets: [proto:]address[:port], as in its listen line.",
			Bind: func(_ registry.Fixup, args []registry.Arg) (registry.Call, error) {
				s, err := m.socket(args[0].Text)
				if err != nil {
					return nil, err
				}
				return func(c *registry.Ctx) int {
					c.State.SendSocket = s
					return 1
				}, nil
			},
		},
		{
			Name: "set_advertised_address", Params: []registry.ParamInfo{{Name: "host", Kind: "word"}}, Routes: notOnSend,
			Doc: "Puts a host into the Via of the request sent on, instead of the socket's address.",
			Bind: func(_ registry.Fixup, args []registry.Arg) (registry.Call, error) {
				host := args[0].Text
				if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
					host = "[" + host + "]"
				}
				if bad := badHost(host); bad != "" || hasPort(host) {
					return nil, fmt.Errorf("set_advertised_address: %q is not a host; set_advertised_port sets the port", host)
				}
				return func(c *registry.Ctx) int {
					c.State.AdvertisedHost = host
					return 1
				}, nil
			},
		},
		{
			Name: "set_advertised_port", Params: []registry.ParamInfo{{Name: "port", Kind: "int"}}, Routes: notOnSend,
			Doc: "Puts a port into the Via of the request sent on, instead of the socket's.",
			Bind: func(_ registry.Fixup, args []registry.Arg) (registry.Call, error) {
				n := int(args[0].Int)
				if !args[0].IsInt || n < 1 || n > 65535 {
					return nil, fmt.Errorf("set_advertised_port: %q is not a port", args[0].Text)
				}
				return func(c *registry.Ctx) int {
					c.State.AdvertisedPort = n
					return 1
				}, nil
			},
		},
		{
			Name: "udp_mtu_try_proto", Params: []registry.ParamInfo{{Name: "proto", Kind: "word"}}, Routes: notOnSend,
			Doc: "Chooses the transport of a request that is larger than udp_mtu, over udp_mtu_try_proto; without udp_mtu nothing changes.",
			Bind: func(_ registry.Fixup, args []registry.Arg) (registry.Call, error) {
				var p transport.Proto
				switch strings.ToUpper(args[0].Text) {
				case "TCP":
					p = transport.TCP
				case "TLS":
					p = transport.TLS
				case "UDP", "SCTP": // udp_mtu_try_proto= decides, as in Kamailio without SCTP sockets
				default:
					return nil, fmt.Errorf("udp_mtu_try_proto: UDP, TCP, TLS or SCTP is wanted, not %q", args[0].Text)
				}
				return func(c *registry.Ctx) int {
					c.State.MTUProto = p
					return 1
				}, nil
			},
		},
	}
}

// socket finds one of the server's sockets by [proto:]address[:port].
func (m *Module) socket(text string) (*transport.Socket, error) {
	proto, rest := transport.None, text
	if p, after, ok := strings.Cut(text, ":"); ok && transport.ParseProto(p) != transport.None {
		proto, rest = transport.ParseProto(p), after
	}
	host, port := rest, 0
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, ']') && strings.Count(rest[:i], ":") == 0 || i > 0 && rest[i-1] == ']' {
		n, err := strconv.ParseUint(rest[i+1:], 10, 16)
		if err != nil || n == 0 {
			return nil, fmt.Errorf("force_send_socket: %q is not a port", rest[i+1:])
		}
		host, port = rest[:i], int(n)
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if err != nil {
		return nil, fmt.Errorf("force_send_socket: %q is no IP address: write the address of a listen line", host)
	}
	var sockets []*transport.Socket
	if m.host != nil {
		sockets = m.host.Sockets()
	}
	for _, s := range sockets {
		if s.Addr.Addr() == ip.Unmap() && (proto == transport.None || proto == s.Proto) && (port == 0 || port == int(s.Addr.Port())) {
			return s, nil
		}
	}
	have := make([]string, len(sockets))
	for i, s := range sockets {
		have[i] = s.Text
	}
	return nil, fmt.Errorf("force_send_socket: the server does not listen on %s; it has %s", text, strings.Join(have, ", "))
}
