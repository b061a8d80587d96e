package corex

import (
	"errors"
	"net"
	"strconv"
	"strings"

	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

func (m *Module) sendFuncs() []registry.Func {
	const routes = registry.Request | registry.Failure
	const doc = "Sends the request as it came in, without a Via and without state, over "
	uri, host, data := registry.Text("uri"), registry.Text("host"), registry.Text("data")
	list := []registry.Func{
		registry.Fn2("send_data", uri, data, registry.Any, m.sendData, "Sends a text to a SIP URI, as it is."),
		registry.Fn3("sendx", uri, registry.Text("socket"), data, registry.Any, m.sendX,
			"Sends a text to a SIP URI, as it is, from a socket proto:ip:port; any socket where that one is not there."),
		registry.Fn0("forward_reply", registry.CoreOnReply, m.forwardReply, "Sends the reply on by its second Via, now. It is true where there is none: the reply was for this server."),
	}
	for _, f := range []struct{ name, proto string }{{"send_udp", "udp"}, {"send_tcp", "tcp"}} {
		proto := f.proto
		list = append(list,
			registry.Fn0(f.name, routes, func(c *registry.Ctx) int { return m.sendRaw(c, proto, "") },
				doc+strings.ToUpper(proto)+": to the destination URI, or else the request URI."),
			registry.Fn1(f.name, host, routes, func(c *registry.Ctx, to string) int { return m.sendRaw(c, proto, to) },
				doc+strings.ToUpper(proto)+": to host[:port]; to the destination URI, or else the request URI, where that is empty."))
	}
	return list
}

var (
	errNoSend  = errors.New("nothing can be sent from here")
	errNoRaw   = errors.New("there is no SIP request to send here")
	errNoURI   = errors.New("that is no SIP URI")
	errBadPort = errors.New("a port is 1 to 65535")
)

// failed logs why nothing was sent.
func failed(c *registry.Ctx, fn, to string, err error) int {
	if err == nil {
		return 1
	}
	c.Log.Errorf(name, "%s: nothing is sent to <%.100s>: %v", fn, to, err)
	return -1
}

// sendRaw is send_udp and send_tcp.
func (m *Module) sendRaw(c *registry.Ctx, proto, host string) int {
	if c.Msg == nil || c.Frame != nil {
		return failed(c, "send_"+proto, host, errNoRaw)
	}
	var to sip.Hop
	if host != "" {
		to.Host = host
		if h, p, err := net.SplitHostPort(host); err == nil {
			n, err := strconv.ParseUint(p, 10, 16)
			if err != nil || n == 0 {
				return failed(c, "send_"+proto, host, errBadPort)
			}
			to.Host, to.Port = h, int(n)
		}
	} else {
		slot := msgstate.DestinationURI
		if host = c.Msg.DstURI(); host == "" {
			slot, host = msgstate.RequestURI, c.Msg.RURI()
		}
		u := c.State.URI(slot, host)
		if u == nil {
			return failed(c, "send_"+proto, host, errNoURI)
		}
		to = u.Hop()
	}
	to.Transport = proto
	return failed(c, "send_"+proto, host, m.to(c, to, c.State.SendSocket, c.Msg.Raw()))
}

func (m *Module) to(c *registry.Ctx, to sip.Hop, s *transport.Socket, b []byte) error {
	if m.send == nil {
		return errNoSend
	}
	return m.send.Send(c, to, s, b)
}

func (m *Module) sendData(c *registry.Ctx, uri, data string) int {
	return m.sendText(c, "send_data", uri, nil, data)
}

func (m *Module) sendX(c *registry.Ctx, uri, socket, data string) int {
	s := transport.SocketAt(m.host.Sockets(), socket)
	if s == nil && socket != "" {
		c.Log.Warnf(name, "sendx: local socket not found: %.100s", socket)
	}
	return m.sendText(c, "sendx", uri, s, data)
}

func (m *Module) sendText(c *registry.Ctx, fn, uri string, s *transport.Socket, data string) int {
	u, err := sip.ParseURI(uri)
	if err != nil {
		return failed(c, fn, uri, errNoURI)
	}
	return failed(c, fn, uri, m.to(c, u.Hop(), s, []byte(data)))
}

func (m *Module) forwardReply(c *registry.Ctx) int {
	if m.forward == nil {
		return failed(c, "forward_reply", "", errNoSend)
	}
	err := m.forward.ForwardReply(c, 0, "")
	if errors.Is(err, sip.ErrNoNextVia) {
		return 1 // it was for this server
	}
	return failed(c, "forward_reply", "", err)
}
