package msrp

import (
	"strings"

	"olelo/runtime/msrp"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

func (m *Module) relay(c *registry.Ctx) int {
	f := frame(c, "msrp_relay")
	if f == nil {
		return -1
	}
	next, ok := f.NextHop()
	if !ok {
		return -1
	}
	s := stateOf(f)
	if !m.target(c, s, f, "msrp_relay", next) {
		return -1
	}
	b, _ := f.BeginRelay()
	if s.replied && c.Recv.Conn != nil {
		m.answered.Add(transaction{c.Recv.Conn.ID(), strings.Clone(f.TransID())}, struct{}{})
	}
	err := m.net.Send(&s.out, b, c.Recv.Conn)
	f.EndRelay()
	return m.sent(c, s, f, "msrp_relay", err)
}

// target fills s.out: where the script said, otherwise the URI next.
func (m *Module) target(c *registry.Ctx, s *state, f *msrp.Frame, fn, next string) bool {
	if s.dstSet {
		if s.gone {
			c.Log.Errorf(name, "%s: the connection of the session that msrp_cmap_lookup found is closed", fn)
			return false
		}
		s.out = s.dst
	} else if err := m.resolve(s, next, &s.out); err != nil {
		c.Log.Errorf(name, "%s: %v", fn, err)
		return false
	}
	s.out.NoConnect = s.out.NoConnect || s.relayFlags&flagNoConnect != 0
	s.out.CloseAfter = s.relayFlags&flagClose != 0
	s.out.Begun = f.Begun()
	return true
}

// sent turns the result of Send into a return code.
func (m *Module) sent(c *registry.Ctx, s *state, f *msrp.Frame, fn string, err error) int {
	if err == nil {
		return 1
	}
	s.refused = true
	what := f.Method()
	if f.IsReply() {
		what = f.Code()
	}
	if ok, left := m.failed.Allow(); ok {
		c.Log.Errorf(name, "%s: frame %s (%s) is not sent to %s:%s: %v%s", fn, f.TransID(), what, s.out.Proto, s.out.Addr, err, left)
	}
	return -1
}

func (m *Module) setDst(c *registry.Ctx, addr, sock string) int {
	f := frame(c, "msrp_set_dst")
	if f == nil {
		return -1
	}
	s := stateOf(f)
	s.out = transport.Dest{}
	if err := m.resolve(s, addr, &s.out); err != nil {
		c.Log.Errorf(name, "msrp_set_dst: %v", err)
		return -1
	}
	s.out.Socket = m.net.FindSocket(sock)
	s.dst, s.dstSet, s.gone = s.out, true, false
	return 1
}

func (m *Module) relayFlags(c *registry.Ctx, flags int) int {
	f := frame(c, "msrp_relay_flags")
	if f == nil {
		return -1
	}
	stateOf(f).relayFlags |= flags
	return 1
}

func (m *Module) forward(c *registry.Ctx) int { return m.forwardPaths(c, "", "") }

func (m *Module) forwardTo(c *registry.Ctx, to string) int {
	if f := c.Frame; f != nil && to != "" {
		return m.forwardPaths(c, to, f.Path())
	}
	return m.forwardPaths(c, to, "")
}

func (m *Module) forwardToFrom(c *registry.Ctx, to, from string) int {
	if from == "" {
		return m.forwardTo(c, to)
	}
	return m.forwardPaths(c, to, from)
}

// forwardPaths sends the frame with other paths, "" for the one it has.
func (m *Module) forwardPaths(c *registry.Ctx, to, from string) int {
	const fn = "msrp_forward"
	f := frame(c, fn)
	if f == nil {
		return -1
	}
	for _, p := range [...]string{to, from} {
		if err := msrp.CheckPath(p); err != nil {
			c.Log.Errorf(name, "%s: %v", fn, err)
			return -1
		}
	}
	s := stateOf(f)
	if to == "" && !s.dstSet {
		c.Log.Errorf(name, "%s: no destination: call msrp_set_dst or msrp_cmap_lookup before, or give a To-Path", fn)
		return -1
	}
	if !m.target(c, s, f, fn, firstURI(to)) {
		return -1
	}
	s.buf = f.AppendForward(s.buf[:0], to, from)
	return m.sent(c, s, f, fn, m.net.Send(&s.out, s.buf, c.Recv.Conn))
}

func firstURI(path string) string {
	for i := range len(path) {
		if path[i] == ' ' {
			return path[:i]
		}
	}
	return path
}
