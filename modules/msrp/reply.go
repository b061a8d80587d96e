package msrp

import (
	"strings"

	"olelo/runtime/msrp"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

func (m *Module) reply2(c *registry.Ctx, code, text string) int { return m.reply(c, code, text, "") }

func (m *Module) reply(c *registry.Ctx, code, text, hdrs string) int {
	f := frame(c, "msrp_reply")
	if f == nil {
		return -1
	}
	if len(code) != 3 || strings.Trim(code, "0123456789") != "" {
		c.Log.Errorf(name, "msrp_reply: the code %.20q is not three digits: nothing is sent", code)
		return -1
	}
	if strings.ContainsAny(text, "\r\n") {
		c.Log.Errorf(name, "msrp_reply: the text %.60q has a line end in it: nothing is sent", text)
		return -1
	}
	return m.sendReply(c, f, code, text, hdrs)
}

// sendReply answers f. Responses and REPORTs are not answered (RFC 4975 section
// 7.1.2): that is success, as it is in Kamailio for responses.
func (m *Module) sendReply(c *registry.Ctx, f *msrp.Frame, code, text, hdrs string) int {
	if !f.IsRequest() || f.Method() == "REPORT" {
		return 1
	}
	s := stateOf(f)
	s.replied = true
	s.buf = f.AppendReply(s.buf[:0], code, text, hdrs)
	s.out = transport.Dest{Proto: c.Recv.Proto, Conn: c.Recv.Conn, CloseAfter: s.replyFlags&flagClose != 0}
	if s.replyFlags&flagNoConnect == 0 {
		// Where the connection is gone: another one to the same peer.
		s.out.Addr, s.out.Socket = c.Recv.Src, c.Recv.Socket
	} else {
		s.out.NoConnect = true
	}
	if err := m.net.Send(&s.out, s.buf, c.Recv.Conn); err != nil {
		c.Log.Errorf(name, "msrp_reply: the answer %s to frame %s is not sent to %s:%s: %v", code, f.TransID(), c.Recv.Proto, c.Recv.Src, err)
		return -1
	}
	return 1
}

func (m *Module) replyFlags(c *registry.Ctx, flags int) int {
	f := frame(c, "msrp_reply_flags")
	if f == nil {
		return -1
	}
	stateOf(f).replyFlags |= flags
	return 1
}
