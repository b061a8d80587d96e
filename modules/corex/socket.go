package corex

import (
	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

func (m *Module) socketFuncs() []registry.Func {
	addr, sname := registry.Text("address"), registry.Text("name")
	const unknown = " A socket that is not there changes nothing; it is true all the same, but for an empty text."
	at := func(text string) *transport.Socket { return transport.SocketAt(m.host.Sockets(), text) }
	named := func(text string) *transport.Socket { return transport.SocketNamed(m.host.Sockets(), text) }
	set := func(fn string, p registry.P[string], find func(string) *transport.Socket, use func(*registry.Ctx, *transport.Socket), doc string) registry.Func {
		return registry.Fn1(fn, p, registry.Any, func(c *registry.Ctx, text string) int {
			if text == "" {
				c.Log.Errorf(name, "%s: no socket is named", fn)
				return -1
			}
			if s := find(text); s != nil {
				use(c, s)
			} else {
				c.Log.Warnf(name, "%s: no socket found to match [%.100s]", fn, text)
			}
			return 1
		}, doc+unknown)
	}
	return []registry.Func{
		set("set_send_socket", addr, at, sendFrom, "Sends from a socket: [proto:]ip:port."),
		set("set_send_socket_name", sname, named, sendFrom, "Sends from the socket of that name."),
		set("set_recv_socket", addr, at, receivedOn, "Acts as if the message had come in on a socket: [proto:]ip:port."),
		set("set_recv_socket_name", sname, named, receivedOn, "Acts as if the message had come in on the socket of that name."),
		registry.Fn1("set_source_address", addr, registry.Any, m.setSource,
			"Acts as if the message had come from an address: [udp:|tcp:]ip:port, port 5060 where there is none. The transport stays as it is. A host's name is looked up."),
		registry.Fn1("is_socket_name", sname, registry.Any, func(_ *registry.Ctx, text string) int {
			return registry.Truth(named(text) != nil)
		}, "True where a socket has that name, whatever the case of its letters."),
	}
}

func sendFrom(c *registry.Ctx, s *transport.Socket) { c.State.SendSocket = s }

// receivedOn lays a receiver's data of its own over what the reader owns. What is
// sent on still goes out from where the message came in.
func receivedOn(c *registry.Ctx, s *transport.Socket) {
	if c.Recv == nil {
		return
	}
	if c.State.InSocket == nil {
		c.State.InSocket = c.Recv.Socket
	}
	r := *c.Recv
	if r.Socket, r.Proto = s, s.Proto; r.Conn != nil && r.Conn.Proto() != s.Proto {
		r.Conn = nil
	}
	c.Recv = &r
}
