package app

import (
	"errors"
	"net/netip"
	"strings"
	"sync"

	"olelo/runtime/forward"
	"olelo/runtime/log"
	"olelo/runtime/msgstate"
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
		f.Resolver = forward.NewResolver(&s.records, s.sockets)
		f.Resolver.Rules, f.Resolver.Chance = s.params.DNS, s.random
		f.MHomed, f.UDPMTU, f.MTUProto = s.params.MHomed, s.params.UDPMTU, s.params.MTUProto
		f.ServerID, f.ViaParams, f.ViaFields = s.params.ServerID, s.params.ViaParams, s.params.ViaFields
		f.OnSend, f.OnSendReply = s.route("onsend_route", ""), s.params.OnSendReply
	})
	return &s.forwards.f
}

// viaDefaults gives a message what the parameters say of Via headers; its
// routes may say other.
func (s *server) viaDefaults(m *msgstate.State) {
	m.ForceRPort, m.LocalRPort = s.params.ForceRPort, s.params.LocalRPort
	m.AdvertisedHost, m.AdvertisedPort = s.params.AdvertisedHost, s.params.AdvertisedPort
}

// errNotOwnVia is what check_via refuses.
var errNotOwnVia = errors.New("its first Via is not this server's (check_via)")

// ownVia reports whether a reply's first Via is the server's own.
func (s *server) ownVia(c *registry.Ctx) bool {
	v, _ := c.Msg.Via(0)
	hop := sip.Hop{Port: v.Port}
	return registry.IsMyself(s.sockets, host{s}.Aliases(), v.Host, hop.PortOr(strings.ToLower(v.Transport())), transport.None)
}

// forwardReply sends a reply on by its second Via. One without a second Via was
// for this server and has arrived.
func (s *server) forwardReply(c *registry.Ctx) error {
	if s.params.CheckVia && !s.ownVia(c) {
		return errNotOwnVia
	}
	err := host{s}.ForwardReply(c, 0, "")
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
	_ registry.ResolveHost = host{}
)

// ForwardRequest sends the request being handled on.
func (h host) ForwardRequest(c *registry.Ctx, to sip.Hop) error {
	err := h.forwarder().Request(c, to)
	sentOn(c.Rank, &h.stats.core.fwdRequests, &h.stats.core.dropRequests, err)
	return err
}

// ForwardReply sends the reply being handled on.
func (h host) ForwardReply(c *registry.Ctx, status int, reason string) error {
	err := h.forwarder().Reply(c, status, reason)
	if !errors.Is(err, sip.ErrNoNextVia) {
		sentOn(c.Rank, &h.stats.core.fwdReplies, &h.stats.core.dropReplies, err)
	}
	return err
}

// Send sends bytes as they are.
func (h host) Send(c *registry.Ctx, to sip.Hop, sock *transport.Socket, b []byte) error {
	return h.forwarder().Send(c, to, sock, b)
}

// AddRecord lets the server know a DNS record.
func (h host) AddRecord(r registry.DNSRecord) { h.records.Add(r) }

// Resolve finds an address as for a reply.
func (h host) Resolve(p transport.Proto, to sip.Hop) (netip.AddrPort, error) {
	return h.forwarder().Resolver.Address(p, to)
}
