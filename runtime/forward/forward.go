// Package forward sends SIP messages on without keeping state: requests by
// their next hop (RFC 3261 section 16.11), replies by their second Via
// (section 18.2.2).
package forward

import (
	"errors"
	"fmt"
	"strconv"
	"sync"

	"olelo/runtime/log"
	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// Forwarder sends messages on for a server. Its fields are set before its
// first use; its methods may then be called from all workers at once.
type Forwarder struct {
	Net registry.Net
	// Conn finds a connection by its id, nil if it is gone.
	Conn func(id uint64) *transport.Conn
	// Sockets are the server's, in the configuration's order.
	Sockets  []*transport.Socket
	Resolver *Resolver
	// OnSend is onsend_route; nil where there is none. It runs for requests, and
	// with OnSendReply for replies too.
	OnSend      registry.Block
	OnSendReply bool
	// MHomed sends over UDP from the first socket on the address that the
	// system would send from (mhomed).
	MHomed bool
	// UDPMTU is how many bytes a request over UDP may have, 0 for any. MTUProto,
	// or what the route chose, carries a larger one (udp_mtu, udp_mtu_try_proto).
	UDPMTU   int
	MTUProto transport.Proto
	// ServerID, 0 for none, and the names of the XAVPs stand for what the own Via
	// has beside the usual, where State.Via asks for it.
	ServerID             int
	ViaParams, ViaFields string

	dests sync.Pool // of *transport.Dest, which a call through Net would allocate
}

// What Request and Reply say beside the errors of sip, transport and Resolver.
var (
	// ErrDropped: onsend_route has dropped the message.
	ErrDropped = errors.New("dropped by onsend_route")

	errNoRequest = errors.New("there is no received SIP request to send on here")
	errNoReply   = errors.New("there is no received SIP reply to send on here")
	errNoHost    = errors.New("the URI names no host to send to")
)

// forwardRoom is what a request may grow by beside its URI: Via, received,
// rport, Content-Length.
const forwardRoom = 512

// Request sends the request being handled to a next hop, over UDP where that
// names no transport.
func (f *Forwarder) Request(c *registry.Ctx, to sip.Hop) error {
	if c.Frame != nil || c.Msg == nil || c.Recv == nil {
		return errNoRequest
	}
	if err := c.Msg.Forwardable(); err != nil {
		return err
	}
	targets, err := f.locate(to)
	if err != nil {
		return err
	}
	for t, ok := targets.Next(); ok; t, ok = targets.Next() {
		if err = f.requestTo(c, t); err == nil || errors.Is(err, ErrDropped) {
			return err
		}
	}
	return err
}

// requestTo sends the request to one of the addresses of its next hop.
func (f *Forwarder) requestTo(c *registry.Ctx, t Target) error {
	p, addr := t.Proto, t.Addr
	sock := f.socketTo(c, p, addr.Addr())
	if sock == nil {
		return noSocket(p, addr.Addr().Is4())
	}
	b := f.build(c, p, sock)
	if p == transport.UDP && f.UDPMTU > 0 && len(b) > f.UDPMTU {
		if x := f.large(c); x != transport.UDP {
			if s := f.socketTo(c, x, addr.Addr()); s != nil {
				p, sock = x, s
				b = f.build(c, p, sock)
			}
		}
	}
	if f.OnSend != nil {
		c.State.Sending = msgstate.Sending{Proto: p, To: addr, From: sock, Bytes: b}
		if !f.onSend(c) {
			c.Log.Infof(log.Core, "the request to %s:%s is dropped by onsend_route", p, addr)
			return ErrDropped
		}
	}
	d := f.dest()
	defer f.dests.Put(d)
	*d = transport.Dest{Proto: p, Addr: addr, NoConnect: c.State.Forwarding.NoConnect, CloseAfter: c.State.Forwarding.Close, Batch: c.Recv.Batch}
	d.Socket = from(c, p, sock)
	if err := f.Net.Send(d, c.OnWire(b), c.Recv.Conn); err != nil {
		return fmt.Errorf("to %s:%s: %w", p, addr, err)
	}
	return nil
}

// large is the transport of a request that is too large for UDP.
func (f *Forwarder) large(c *registry.Ctx) transport.Proto {
	switch {
	case c.State.MTUProto != transport.None:
		return c.State.MTUProto
	case f.MTUProto != transport.None:
		return f.MTUProto
	}
	return transport.UDP
}

// build is the request with the Via of a socket, in the worker's arena.
func (f *Forwarder) build(c *registry.Ctx, p transport.Proto, sock *transport.Socket) []byte {
	host, port := f.sentBy(c, sock)
	info := sip.ForwardInfo{
		Transport: viaNames[p], Host: host, Port: port, LocalRPort: c.State.LocalRPort, Params: f.viaParams(c),
		Src: c.Recv.Src, ForceRPort: c.State.ForceRPort, Stream: p != transport.UDP,
	}
	if c.Recv.Conn != nil {
		info.Conn = c.Recv.Conn.ID()
	}
	b := c.Arena.Alloc(len(c.Msg.Raw()) + len(c.Msg.RURI()) + len(host) + len(info.Params) + forwardRoom)[:0]
	return c.Msg.AppendForward(b, &info)
}

// locate finds the addresses of a next hop.
func (f *Forwarder) locate(to sip.Hop) (Targets, error) {
	if to.Host == "" {
		return Targets{}, errNoHost
	}
	p := transport.None
	if to.Transport != "" {
		if p = transport.ParseProto(to.Transport); p == transport.None {
			return Targets{}, noTransport(to.Transport)
		}
	}
	return f.Resolver.Locate(p, to)
}

// Send sends b as it is to a hop, from sock or, where that is nil, from the
// socket that the message came in on or the transport's default one: not from
// a forced one.
func (f *Forwarder) Send(c *registry.Ctx, to sip.Hop, sock *transport.Socket, b []byte) error {
	targets, err := f.locate(to)
	if err != nil {
		return err
	}
	for t, ok := targets.Next(); ok; t, ok = targets.Next() {
		if err = f.sendTo(c, t, sock, b); err == nil {
			return nil
		}
	}
	return err
}

// sendTo is Send to one of the addresses of the hop.
func (f *Forwarder) sendTo(c *registry.Ctx, t Target, sock *transport.Socket, b []byte) error {
	p, addr := t.Proto, t.Addr
	if sock == nil {
		sock = f.ownSocket(c, p, addr.Addr())
	}
	if sock == nil {
		return noSocket(p, addr.Addr().Is4())
	}
	d := f.dest()
	defer f.dests.Put(d)
	*d = transport.Dest{Proto: p, Addr: addr, Socket: from(c, p, sock)}
	var conn *transport.Conn
	if c.Recv != nil {
		conn, d.Batch = c.Recv.Conn, c.Recv.Batch
	}
	if err := f.Net.Send(d, c.OnWire(b), conn); err != nil {
		return fmt.Errorf("to %s:%s: %w", p, addr, err)
	}
	return nil
}

// onSend runs onsend_route and reports whether the message may go out.
func (f *Forwarder) onSend(c *registry.Ctx) bool {
	route, flow, rc := c.Route, c.Flow, c.RC
	c.Flow = 0
	f.OnSend.Run(c, registry.OnSend)
	drop := c.Flow&registry.FlowDrop != 0
	c.Route, c.Flow, c.RC = route, flow, rc
	c.State.Sending = msgstate.Sending{}
	return !drop
}

// Reply sends the reply being handled on by its second Via, with another status
// and reason where status is not 0. A reply that came for a request from a
// connection goes back on it as long as it is open.
func (f *Forwarder) Reply(c *registry.Ctx, status int, reason string) error {
	if c.Frame != nil || c.Msg == nil || c.Recv == nil {
		return errNoReply
	}
	to, err := c.Msg.ReplyHop()
	if err != nil {
		return err
	}
	p := transport.ParseProto(to.Transport)
	if p == transport.None {
		return noTransport(to.Transport)
	}
	d := f.dest()
	defer f.dests.Put(d)
	*d = transport.Dest{Proto: p, Batch: c.Recv.Batch}
	var sock *transport.Socket
	if p != transport.UDP {
		d.Conn = f.requestConn(c, p)
	}
	if _, isIP := to.Addr(); isIP || d.Conn == nil {
		if d.Addr, err = f.Resolver.Address(p, to); err != nil {
			return err
		}
		sock = f.socketTo(c, p, d.Addr.Addr())
		if sock == nil && d.Conn == nil {
			return noSocket(p, d.Addr.Addr().Is4())
		}
		d.Socket = from(c, p, sock)
	}
	d.NoConnect = c.State.Forwarding.NoConnect || c.State.Replying.NoConnect
	d.CloseAfter = c.State.Forwarding.Close || c.State.Replying.Close
	b := c.Arena.Alloc(len(c.Msg.Raw()) + len(reason) + forwardRoom)[:0]
	b = c.Msg.AppendReplyOn(b, status, reason, p != transport.UDP)
	if f.OnSend != nil && f.OnSendReply {
		peer := d.Addr
		if d.Conn != nil {
			peer = d.Conn.Peer()
		}
		c.State.Sending = msgstate.Sending{Proto: p, To: peer, From: sock, Bytes: b}
		if !f.onSend(c) {
			return ErrDropped
		}
	}
	if err := f.Net.Send(d, c.OnWire(b), c.Recv.Conn); err != nil {
		return fmt.Errorf("to %s:%s: %w", p, d.Addr, err)
	}
	return nil
}

// requestConn is the connection that i in the own Via names: the request of
// this reply came in on it.
func (f *Forwarder) requestConn(c *registry.Ctx, p transport.Proto) *transport.Conn {
	v, _ := c.Msg.Via(0)
	id, err := strconv.ParseUint(v.I, 16, 64)
	if err != nil || f.Conn == nil {
		return nil
	}
	if conn := f.Conn(id); conn != nil && conn.Proto() == p {
		return conn
	}
	return nil
}

func (f *Forwarder) dest() *transport.Dest {
	if d, ok := f.dests.Get().(*transport.Dest); ok {
		return d
	}
	return new(transport.Dest)
}

// viaNames are the transports as a Via has them.
var viaNames = [...]string{transport.UDP: "UDP", transport.TCP: "TCP", transport.TLS: "TLS"}

func noTransport(name string) error {
	return fmt.Errorf("%.20q is no transport that olelo has: it sends over UDP, TCP and TLS", name)
}

func noSocket(p transport.Proto, v4 bool) error {
	family := "IPv6"
	if v4 {
		family = "IPv4"
	}
	return fmt.Errorf("%w: there is no listen=%s:… with an %s address", transport.ErrNoSocket, p, family)
}
