package corex

import (
	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

func (m *Module) socketFuncs() []registry.Func {
	addr, sname := registry.Text("address"), registry.Text("name")
	const unknown = " A socket that is not there changes nothing; it is true all the same."
	return []registry.Func{
		registry.Fn1("set_send_socket", addr, registry.Any, func(c *registry.Ctx, text string) int {
			return forceSocket(c, text, m.socketAt(text))
		}, "Sends from a socket: [proto:]ip:port."+unknown),
		registry.Fn1("set_send_socket_name", sname, registry.Any, func(c *registry.Ctx, text string) int {
			return forceSocket(c, text, m.socketNamed(text))
		}, "Sends from the socket of that name."+unknown),
		registry.Fn1("is_socket_name", sname, registry.Any, func(_ *registry.Ctx, text string) int {
			return truth(m.socketNamed(text) != nil)
		}, "True where a socket has that name."),
	}
}

func forceSocket(c *registry.Ctx, text string, s *transport.Socket) int {
	if s == nil {
		c.Log.Warnf(name, "no socket found to match [%.100s]", text)
		return 1
	}
	c.State.SendSocket = s
	return 1
}

// socketAt finds proto:ip:port, or ip:port of any transport.
func (m *Module) socketAt(text string) *transport.Socket {
	for _, s := range m.host.Sockets() {
		if s.Text == text || s.Addr.String() == text {
			return s
		}
	}
	return nil
}

func (m *Module) socketNamed(text string) *transport.Socket {
	for _, s := range m.host.Sockets() {
		if s.Name == text && text != "" {
			return s
		}
	}
	return nil
}
