package sl

import (
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// The bits of send_reply_mode's mode.
const (
	modeNoConnect = 1 << iota
	modeClose
)

func (m *Module) send(c *registry.Ctx, code int, reason string) int {
	return m.sendMode(c, code, reason, 0)
}

func (m *Module) sendMode(c *registry.Ctx, code int, reason string, mode int) int {
	if err := m.reply(c, code, reason, "", mode); err != nil {
		level := log.Err
		if err == errACK { // anybody can cause it; the script need not tell ACKs apart
			level = log.Debug
		}
		if c.Log.Enabled(level) {
			c.Log.Log(level, name, fmt.Sprintf("the reply %d is not sent: %v", code, err))
		}
		return -1
	}
	return 1
}

// sendError is sl_reply_error. Kamailio keeps the last internal error for it;
// what it says without one is what it says here.
func (m *Module) sendError(c *registry.Ctx) int {
	const text = "I'm terribly sorry, server error occurred (1/SL)"
	c.Log.Errorf(name, "stateless error reply: 500 %s", text)
	if m.sendMode(c, 500, text, 0) < 0 {
		return -1
	}
	m.count(c).sentErrors.Add(1)
	return 1
}

// Reply sends a stateless reply to the request being handled, with further
// header lines, each with its CRLF. It is what other modules call.
func (m *Module) Reply(c *registry.Ctx, code int, reason, headers string) error {
	return m.reply(c, code, reason, headers, 0)
}

// replyRoom is what a reply may need beyond the lines it takes over from its
// request: first line, To tag, received, rport, Server, Content-Length.
const replyRoom = 512

func (m *Module) reply(c *registry.Ctx, code int, reason, headers string, mode int) error {
	counts := m.count(c)
	if err := replyable(c); err != nil {
		counts.failures.Add(1)
		return err
	}
	if strings.ContainsAny(reason, "\r\n") {
		c.Log.Errorf(name, "the reason %.60q has a line end in it, %q is sent instead", reason, m.defaultReason)
		reason = m.defaultReason
	}
	w := m.worker(c)
	w.vals = append(w.vals[:0], c.State.ReplyHeaders...)
	w.vals = append(w.vals, headers...)
	if code >= 300 && code < 400 {
		w.vals = appendContacts(w.vals, c)
	}
	extra := m.header
	if len(w.vals) > 0 || m.warning {
		w.vals = append(w.vals, m.header...)
		if m.warning {
			w.vals = appendWarning(w.vals, c)
		}
		extra = c.Arena.String(w.vals)
	}
	rport := m.rport || c.State.ForceRPort
	w.info = sip.ReplyInfo{Src: c.Recv.Src, ForceRPort: rport, Tag: m.tag, Extra: extra, Body: c.State.ReplyBody}
	b := c.Arena.Alloc(len(c.Msg.Raw()) + len(reason) + len(extra) + len(c.State.ReplyBody) + replyRoom)[:0]
	b = c.Msg.AppendReply(b, code, reason, w.info)

	w.dest = transport.Dest{
		Proto: c.Recv.Proto, Socket: c.Recv.Socket, Batch: c.Recv.Batch,
		NoConnect:  c.State.Replying.NoConnect || mode&modeNoConnect != 0,
		CloseAfter: c.State.Replying.Close || mode&modeClose != 0,
	}
	if c.Recv.Proto == transport.UDP {
		w.dest.Addr = c.Msg.ReplyDest(c.Recv.Src, rport)
	} else {
		w.dest.Addr, w.dest.Conn = c.Recv.Src, c.Recv.Conn
	}
	if err := m.net.Send(&w.dest, c.OnWire(b), c.Recv.Conn); err != nil {
		counts.failures.Add(1)
		return fmt.Errorf("to %s:%s: %w", w.dest.Proto, w.dest.Addr, err)
	}
	counts.sent(code)
	if m.response != nil && !c.Msg.IsHTTP() {
		m.tell(c, b)
	}
	return nil
}

// replyable returns why the message being handled cannot be answered.
func replyable(c *registry.Ctx) error {
	switch {
	case c.Frame != nil:
		return errMSRP
	case c.Msg == nil || c.Recv == nil:
		return errNothing
	case c.Msg.IsRequest() && c.Msg.Method() == "ACK":
		return errACK
	}
	return c.Msg.Replyable()
}

// tell runs event_route[sl:local-response], whose message is the reply.
func (m *Module) tell(c *registry.Ctx, b []byte) {
	reply := new(sip.Message)
	if err := reply.Parse(b); err != nil {
		c.Log.Errorf(name, "event_route[sl:local-response]: %v", err)
		return
	}
	msg, recv, flow, rc := c.Msg, c.Recv, c.Flow, c.RC
	c.Msg, c.Recv, c.Flow = reply, nil, 0
	m.response.Run(c, registry.Event)
	c.Msg, c.Recv, c.Flow, c.RC = msg, recv, flow, rc
}

// appendContacts appends the Contact line of a redirect: the request URI where
// it was changed, and the branches.
func appendContacts(dst []byte, c *registry.Ctx) []byte {
	const contact = "Contact: "
	between := contact
	add := func(uri string) {
		dst = append(dst, between...)
		dst = append(dst, '<')
		dst = append(dst, uri...)
		dst = append(dst, '>')
		between = ", "
	}
	if c.Msg.RURIChanged() {
		add(c.Msg.RURI())
	}
	for i := range c.State.Branches.Len() {
		br := c.State.Branches.At(i)
		add(br.URI)
		if br.HasQ {
			dst = append(dst, ";q="...)
			dst = appendQ(dst, br.Q)
		}
	}
	if between == contact {
		return dst
	}
	return append(dst, "\r\n"...)
}

// appendQ appends thousandths as a qvalue (RFC 3261 section 25.1): 0.5, 1.
func appendQ(dst []byte, q int) []byte {
	if q >= 1000 {
		return append(dst, '1')
	}
	if q <= 0 {
		return append(dst, '0')
	}
	dst = append(dst, "0."...)
	digits := strconv.Itoa(1000 + q)[1:]
	return append(dst, strings.TrimRight(digits, "0")...)
}
