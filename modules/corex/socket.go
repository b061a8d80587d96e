package corex

import (
	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

func (m *Module) socketFuncs() []registry.Func {
	addr, sname := registry.Text("address"), registry.Text("name")
	const unknown = " A socket that is not there changes nothing; it is true all the same, but for an empty text."
	return []registry.Func{
		registry.Fn1("set_send_socket", addr, registry.Any, func(c *registry.Ctx, text string) int {
			return forceSocket(c, text, transport.SocketAt(m.host.Sockets(), text))
		}, "Sends from a socket: [proto:]ip:port."+unknown),
		registry.Fn1("set_send_socket_name", sname, registry.Any, func(c *registry.Ctx, text string) int {
			return forceSocket(c, text, transport.SocketNamed(m.host.Sockets(), text))
		}, "Sends from the socket of that name."+unknown),
		registry.Fn1("is_socket_name", sname, registry.Any, func(_ *registry.Ctx, text string) int {
			return registry.Truth(transport.SocketNamed(m.host.Sockets(), text) != nil)
		}, "True where a socket has that name, whatever the case of its letters."),
	}
}

func forceSocket(c *registry.Ctx, text string, s *transport.Socket) int {
	if text == "" {
		c.Log.Errorf(name, "no socket is named")
		return -1
	}
	if s == nil {
		c.Log.Warnf(name, "no socket found to match [%.100s]", text)
		return 1
	}
	c.State.SendSocket = s
	return 1
}
