package app

import (
	"errors"
	"sync"

	"olelo/runtime/forward"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// forwarder sends messages on; it is made for the first one, when the sockets
// are open and the routes compiled.
type forwarder struct {
	once sync.Once
	f    forward.Forwarder
}

func (s *server) forwarder() *forward.Forwarder {
	s.forwards.once.Do(func() {
		f := &s.forwards.f
		f.Net, f.Conn, f.Sockets = s.net, s.net.Conn, s.sockets
		f.Resolver = forward.NewResolver(nil, s.sockets)
		if n, ok := s.prog.FindRoute("onsend_route", ""); ok {
			f.OnSend = block{&s.prog, n}
		}
	})
	return &s.forwards.f
}

// forwardReply sends a reply on by its second Via. One without a second Via was
// for this server and has arrived.
func (s *server) forwardReply(c *registry.Ctx) error {
	err := s.forwarder().Reply(c, 0, "")
	if errors.Is(err, sip.ErrNoNextVia) {
		if c.Log.Enabled(log.Debug) {
			c.Log.Debugf(log.Core, "the reply %d from %s:%s is for this server: it has one Via", c.Msg.Status(), c.Recv.Proto, c.Recv.Src)
		}
		return nil
	}
	return err
}

var (
	_ registry.ForwardHost = host{}
	_ registry.SendHost    = host{}
)

// ForwardRequest sends the request being handled on.
func (h host) ForwardRequest(c *registry.Ctx, to sip.Hop) error {
	return h.forwarder().Request(c, to)
}

// ForwardReply sends the reply being handled on.
func (h host) ForwardReply(c *registry.Ctx, status int, reason string) error {
	return h.forwarder().Reply(c, status, reason)
}

// Send sends bytes as they are.
func (h host) Send(c *registry.Ctx, to sip.Hop, sock *transport.Socket, b []byte) error {
	return h.forwarder().Send(c, to, sock, b)
}
