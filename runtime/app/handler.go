package app

import (
	"fmt"
	"strings"

	"olelo/runtime/log"
	"olelo/runtime/msrp"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// frameHandler is the module that routes MSRP frames.
type frameHandler interface {
	HandleFrame(c *registry.Ctx, f *msrp.Frame)
	Undelivered(c *registry.Ctx, frame []byte, src *transport.Conn)
}

// httpHandler is the module that routes HTTP requests. A negative code ends the
// connection.
type httpHandler interface {
	HandleHTTP(c *registry.Ctx) (code int)
}

// handler feeds one UDP reader or one connection to its worker. Connections
// share workers, as they share processes in Kamailio: the worker's lock keeps
// one message at a time, and connections of other workers do not meet it.
type handler struct {
	s *server
	w *worker
}

var _ transport.Handler = handler{}

// SIP routes a SIP message.
func (h handler) SIP(r *transport.Recv, raw []byte) {
	w := h.w
	w.ctx.Lock()
	defer w.ctx.Unlock()
	defer w.guard()
	h.sip(r, raw)
}

func (h handler) sip(r *transport.Recv, raw []byte) {
	w := h.w
	c := w.begin()
	raw, ok := h.s.received(c, r, raw)
	if !ok {
		return
	}
	if err := h.message(c, r, raw); err != nil {
		if level := log.Level(h.s.params.ParserLog); c.Log.Enabled(level) {
			c.Log.Log(level, log.Core, fmt.Sprintf("a message from %s:%s cannot be routed: %v; it begins %.80q", r.Proto, r.Src, err, raw))
		}
		if len(w.msg.Raw()) > 0 {
			h.s.stats.core.refused(c.Rank, &w.msg, err)
			h.s.unreadable(c, &w.msg)
		}
		if r.Conn != nil { // as Kamailio does: a stream cannot be trusted behind it
			r.Conn.Close()
		}
		return
	}
	if c.Msg.IsHTTP() {
		h.http(c)
		return
	}
	h.s.stats.core.received(c.Rank, c.Msg)
	if !h.s.preRoute(c) {
		return
	}
	if w.msg.IsRequest() {
		if h.s.params.TCPAcceptAliases && r.Conn != nil {
			acceptAlias(c)
		}
		for _, f := range h.s.filters {
			if f.FilterRequest(c) {
				return
			}
		}
		h.s.request(c)
		return
	}
	h.reply(c)
}

// acceptAlias does what alias in the first Via asks for (RFC 5923).
func acceptAlias(c *registry.Ctx) {
	v, ok := c.Msg.Via(0)
	if !ok || !v.Alias {
		return
	}
	hop := sip.Hop{Port: v.Port}
	c.Recv.Conn.Alias(uint16(hop.PortOr(c.Recv.Proto.String())))
}

// message makes raw the SIP message that the worker routes in c, which it has
// begun. Where it cannot be routed, the context has none.
func (h handler) message(c *registry.Ctx, r *transport.Recv, raw []byte) error {
	w := h.w
	c.Recv = r
	if h.s.wire != nil {
		raw = h.s.wire.FilterReceived(c, raw)
	}
	if err := w.msg.Parse(raw); err != nil {
		return err
	}
	if w.msg.IsHTTP() {
		w.http = sip.AppendHTTP(w.http[:0], raw, strings.ToUpper(r.Proto.String()), r.Src)
		if err := w.msg.Parse(w.http); err != nil {
			return err
		}
	} else if err := w.msg.Check(); err != nil {
		return err
	}
	c.Msg = &w.msg
	h.s.viaDefaults(&c.State)
	h.s.logPrefix(c)
	return nil
}

// http routes an HTTP request, which nobody answers where no module does that.
func (h handler) http(c *registry.Ctx) {
	if h.s.http != nil && h.s.http.HandleHTTP(c) < 0 && c.Recv.Conn != nil {
		c.Recv.Conn.Close()
	}
}

// frame makes raw, a whole one or the start of one, the MSRP frame that the worker
// routes.
func (h handler) frame(r *transport.Recv, raw []byte, whole bool) (*registry.Ctx, error) {
	w := h.w
	c := w.begin()
	c.Recv = r
	var err error
	if whole {
		err = w.frame.Parse(raw)
	} else {
		err = w.frame.ParseBegun(raw)
	}
	if err != nil {
		return c, err
	}
	c.Msg = &w.msg
	h.s.logPrefix(c)
	return c, nil
}

// reply runs reply_route, and forwards the reply by its Via unless the route
// dropped it.
func (h handler) reply(c *registry.Ctx) {
	rc := h.s.runMain(c, h.s.replyRoute, registry.CoreOnReply)
	dropped := c.Flow&registry.FlowDrop != 0 || rc == 0
	if dropped {
		h.s.stats.core.dropReplies.Add(c.Rank, 1)
	}
	if dropped || rc < 0 {
		return
	}
	if err := h.s.forwardReply(c); err != nil {
		c.Log.Errorf(log.Core, "the reply from %s:%s is not forwarded: %v", c.Recv.Proto, c.Recv.Src, err)
	}
}

// MSRP routes an MSRP frame.
func (h handler) MSRP(r *transport.Recv, raw []byte) {
	w := h.w
	w.ctx.Lock()
	defer w.ctx.Unlock()
	defer w.guard()
	h.msrp(r, raw)
}

func (h handler) msrp(r *transport.Recv, raw []byte) {
	c, err := h.frame(r, raw, true)
	h.routeFrame(c, err, raw)
}

// routeFrame routes the worker's frame, or closes the connection of one that
// cannot be read.
func (h handler) routeFrame(c *registry.Ctx, err error, raw []byte) {
	if err != nil {
		c.Log.Errorf(log.Core, "a bad MSRP frame from %s:%s, connection closed: %v: %.80q", c.Recv.Proto, c.Recv.Src, err, raw)
		c.Recv.Conn.Close()
		return
	}
	h.s.frames.HandleFrame(c, &h.w.frame)
}

// MSRPBegun routes an MSRP frame whose end has not come yet, but for one with
// credentials: a digest may be of its body too.
func (h handler) MSRPBegun(r *transport.Recv, raw []byte) (taken bool) {
	w := h.w
	w.ctx.Lock()
	defer w.ctx.Unlock()
	defer w.guard()
	c, err := h.frame(r, raw, false)
	if err == nil && w.frame.HasCredentials() {
		return false
	}
	taken = true
	h.routeFrame(c, err, raw)
	return taken
}

// Undelivered lets the frames' module answer for a frame that was lost.
func (h handler) Undelivered(src *transport.Conn, msg []byte) {
	if h.s.frames == nil {
		return
	}
	w := h.w
	w.ctx.Lock()
	defer w.ctx.Unlock()
	defer w.guard()
	h.s.frames.Undelivered(w.begin(), msg, src)
}

// logPrefix puts log_prefix before the lines of this message: as it is now, or
// with log_prefix_mode=1 as it is at each line.
func (s *server) logPrefix(c *registry.Ctx) {
	f := s.prog.LogPrefix
	switch {
	case f == nil:
	case s.params.LogPrefixMode == 1:
		c.Log.SetPrefixFunc(func() string { return f.Text(c) })
	default:
		c.Log.SetPrefix(f.Text(c))
	}
}

// handlers makes the transport's handlers: a worker of its own for each UDP
// reader, and the TCP workers in turn for the connections.
func (s *server) handlers() (transport.Handlers, error) {
	udp := map[*transport.Socket][]*worker{}
	for _, sock := range s.sockets {
		if sock.Proto != transport.UDP {
			continue
		}
		for i := range sock.Readers(s.params.Children) {
			w, err := s.workers.add(fmt.Sprintf("udp receiver child=%d sock=%s:%s", i, sock.IP, sock.Port))
			if err != nil {
				return transport.Handlers{}, err
			}
			udp[sock] = append(udp[sock], w)
		}
	}
	s.tcp = make([]handler, s.params.TCPChildren)
	for i := range s.tcp {
		w, err := s.workers.add(fmt.Sprintf("tcp receiver (generic) child=%d", i))
		if err != nil {
			return transport.Handlers{}, err
		}
		s.tcp[i] = handler{s, w}
	}
	s.first = s.tcp[0].w
	for _, sock := range s.sockets {
		if len(udp[sock]) > 0 {
			s.first = udp[sock][0]
			break
		}
	}
	return transport.Handlers{
		UDP: func(sock *transport.Socket, i int) transport.Handler { return handler{s, udp[sock][i]} },
		TCP: s.tcpHandler,
	}, nil
}

func (s *server) tcpHandler(c *transport.Conn) transport.Handler {
	return &s.tcp[c.Worker()]
}
