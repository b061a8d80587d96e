package pv

import (
	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

func (m *Module) branchVars() []registry.PV {
	return []registry.PV{
		registry.TextPV("fs", func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if s := c.State.SendSocket; s != nil {
				v.SetStr(s.Text)
			}
		}, func(c *registry.Ctx, v *value.Value) bool {
			return m.forceSocket(c, v, "fs", transport.SocketAt)
		}, "The socket to send from, proto:ip:port."),
		registry.TextPV("fsn", func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if s := c.State.SendSocket; s != nil {
				setStr(v, s.Name)
			}
		}, func(c *registry.Ctx, v *value.Value) bool {
			return m.forceSocket(c, v, "fsn", transport.SocketNamed)
		}, "The name of the socket to send from."),
		registry.GetPV("fsp", func(c *registry.Ctx, v *value.Value) {
			v.SetInt(0)
			if s := c.State.SendSocket; s != nil {
				v.SetInt(int64(s.Addr.Port()))
			}
		}, "The port of the socket to send from, 0 where none is forced."),
		registry.TextPV("br", func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if b := c.State.Branches.At(0); b != nil {
				var list [1]*msgstate.Branch
				list[0] = b
				v.SetStr(contacts(c, list[:], ""))
			}
		}, addBranch, "The first branch; assigning appends one."),
		registry.GetPV("bR", func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if all := allBranches(c); len(all) > 0 {
				v.SetStr(contacts(c, all, ""))
			}
		}, "All branches."),
		registry.GetPV("ds", destinationSet, "The request URI, where it was changed, and all branches, as a Contact header line without its end."),
		{
			Name: "branch", Access: registry.ReadWrite,
			Doc:  "A branch's attributes: uri dst_uri path q flags send_socket ruid location_ua count; the index picks the branch.",
			Bind: m.bindBranch,
		},
		{
			Name: "sbranch", Access: registry.ReadWrite,
			Doc:  "The attributes of the static branch, as $branch's.",
			Bind: m.bindStaticBranch,
		},
	}
}

func (m *Module) forceSocket(c *registry.Ctx, v *value.Value, name string, find func([]*transport.Socket, string) *transport.Socket) bool {
	if v.IsNull() {
		c.State.SendSocket = nil
		return true
	}
	text, ok := stringFor(c, name, v)
	if !ok {
		return false
	}
	s := find(m.sockets, text)
	if s == nil {
		warnf(c, "$%s: no socket is called %q", name, text)
		return true
	}
	c.State.SendSocket = s
	return true
}

func allBranches(c *registry.Ctx) []*msgstate.Branch {
	list := make([]*msgstate.Branch, 0, msgstate.MaxBranches)
	for i := range c.State.Branches.Len() {
		list = append(list, c.State.Branches.At(i))
	}
	return list
}

// contacts is the branches as a Contact header has them. A URI stands in
// angle brackets where it has a q.
func contacts(c *registry.Ctx, list []*msgstate.Branch, s string) string {
	for i, b := range list {
		if i > 0 {
			s = concat(c, s, ", ")
		}
		if b.HasQ {
			s = concat(c, s, "<", b.URI, ">;q=", qText(b.Q))
		} else {
			s = concat(c, s, b.URI)
		}
	}
	return s
}

// qText is thousandths as a q value: 500 is 0.5.
func qText(q int) string {
	if q >= 1000 {
		return "1"
	}
	d := []byte{'0', '.', byte('0' + q/100), byte('0' + q/10%10), byte('0' + q%10)}
	for len(d) > 3 && d[len(d)-1] == '0' {
		d = d[:len(d)-1]
	}
	if q <= 0 {
		return "0"
	}
	return string(d)
}

// destinationSet is $null where there is no branch and the request URI is the
// received one.
func destinationSet(c *registry.Ctx, v *value.Value) {
	v.SetNull()
	list := allBranches(c)
	if c.Msg != nil && c.Msg.RURIChanged() {
		uri := &msgstate.Branch{URI: c.Msg.RURI(), Q: c.State.RequestQ, HasQ: c.State.RequestHasQ}
		list = append([]*msgstate.Branch{uri}, list...)
	}
	if len(list) == 0 {
		return
	}
	s := "Contact: "
	for i, b := range list {
		if i > 0 {
			s = concat(c, s, ", ")
		}
		s = concat(c, s, "<", b.URI, ">")
		if b.HasQ {
			s = concat(c, s, ";q=", qText(b.Q))
		}
	}
	v.SetStr(s)
}

func addBranch(c *registry.Ctx, v *value.Value) bool {
	s, ok := stringFor(c, "br", v)
	if !ok {
		return false
	}
	if s == "" {
		c.Log.Errorf(logAs, "$br cannot be set to an empty text")
		return false
	}
	return appendBranch(c, msgstate.Branch{URI: concat(c, s)})
}

func appendBranch(c *registry.Ctx, b msgstate.Branch) bool {
	if c.Msg == nil || !c.Msg.IsRequest() {
		c.Log.Errorf(logAs, "only a request has branches")
		return false
	}
	if !c.State.Branches.Add(b) {
		c.Log.Errorf(logAs, "a request has at most %d branches", msgstate.MaxBranches)
		return false
	}
	return true
}

// branchAttr is one attribute of a branch.
type branchAttr struct {
	get func(b *msgstate.Branch, v *value.Value)
	set func(c *registry.Ctx, b *msgstate.Branch, v *value.Value) bool
}

func (m *Module) branchAttrs() map[string]branchAttr {
	text := func(name string, field func(*msgstate.Branch) *string) branchAttr {
		return branchAttr{
			get: func(b *msgstate.Branch, v *value.Value) { setStr(v, *field(b)) },
			set: func(c *registry.Ctx, b *msgstate.Branch, v *value.Value) bool {
				if v.IsNull() {
					*field(b) = ""
					return true
				}
				s, ok := stringFor(c, name, v)
				if ok {
					*field(b) = concat(c, s)
				}
				return ok
			},
		}
	}
	// Kamailio refuses nothing and keeps nothing where these are assigned.
	fixed := func(field func(*msgstate.Branch) string) branchAttr {
		return branchAttr{
			get: func(b *msgstate.Branch, v *value.Value) { setStr(v, field(b)) },
			set: func(*registry.Ctx, *msgstate.Branch, *value.Value) bool { return true },
		}
	}
	return map[string]branchAttr{
		"uri":         text("branch(uri)", func(b *msgstate.Branch) *string { return &b.URI }),
		"dst_uri":     text("branch(dst_uri)", func(b *msgstate.Branch) *string { return &b.DstURI }),
		"path":        text("branch(path)", func(b *msgstate.Branch) *string { return &b.Path }),
		"ruid":        fixed(func(b *msgstate.Branch) string { return b.RUID }),
		"location_ua": fixed(func(b *msgstate.Branch) string { return b.LocationUA }),
		"q": {
			get: func(b *msgstate.Branch, v *value.Value) {
				v.SetNull()
				if b.HasQ {
					v.SetInt(int64(b.Q))
				}
			},
			set: func(c *registry.Ctx, b *msgstate.Branch, v *value.Value) bool {
				if v.IsNull() {
					b.Q, b.HasQ = 0, false
					return true
				}
				n, ok := intFor(c, "branch(q)", v)
				if ok {
					b.Q, b.HasQ = int(max(0, n)), n >= 0
				}
				return ok
			},
		},
		"flags": {
			get: func(b *msgstate.Branch, v *value.Value) { v.SetInt(int64(b.Flags)) },
			set: func(c *registry.Ctx, b *msgstate.Branch, v *value.Value) bool {
				if v.IsNull() {
					b.Flags = 0
					return true
				}
				n, ok := intFor(c, "branch(flags)", v)
				if ok {
					b.Flags = uint32(n)
				}
				return ok
			},
		},
		"send_socket": {
			get: func(b *msgstate.Branch, v *value.Value) {
				v.SetNull()
				if b.SendSocket != nil {
					v.SetStr(b.SendSocket.Text)
				}
			},
			set: func(c *registry.Ctx, b *msgstate.Branch, v *value.Value) bool {
				if v.IsNull() {
					b.SendSocket = nil
					return true
				}
				s, ok := stringFor(c, "branch(send_socket)", v)
				if !ok {
					return false
				}
				if b.SendSocket = transport.SocketAt(m.sockets, s); b.SendSocket == nil {
					warnf(c, "$branch(send_socket): no socket is called %q", s)
				}
				return true
			},
		},
	}
}

func (m *Module) bindBranch(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
	at := bindIndex(r.Index)
	if r.Inner == "count" {
		return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
			v.SetNull() // no branches show as $null, not as 0
			if n := c.State.Branches.Len(); n > 0 {
				v.SetInt(int64(n))
			}
		}}, nil
	}
	attrs := m.branchAttrs()
	a, ok := attrs[r.Inner]
	if !ok {
		return registry.Var{}, unknownKey(r.Class, r, attrs)
	}
	drop := r.Inner == "uri"
	return registry.Var{
		Get: func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if i, ok := at.at(c); ok {
				if b := c.State.Branches.At(i); b != nil {
					a.get(b, v)
				}
			}
		},
		Set: func(c *registry.Ctx, v *value.Value) bool {
			i, ok := at.at(c)
			if !ok {
				return false
			}
			if drop && v.IsNull() {
				return c.State.Branches.Drop(i)
			}
			b := c.State.Branches.At(i)
			if b == nil {
				c.Log.Errorf(logAs, "there is no branch [%d]", i)
				return false
			}
			return a.set(c, b, v)
		},
	}, nil
}

// bindStaticBranch is $sbranch(key): $null, whatever has been set, as long as
// there is no URI.
func (m *Module) bindStaticBranch(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
	if err := noIndex(r); err != nil {
		return registry.Var{}, err
	}
	if r.Inner == "count" {
		return registry.Var{Get: func(c *registry.Ctx, v *value.Value) { v.SetInt(int64(c.State.Branches.Len())) }}, nil
	}
	attrs := m.branchAttrs()
	a, ok := attrs[r.Inner]
	if !ok {
		return registry.Var{}, unknownKey(r.Class, r, attrs)
	}
	uri := r.Inner == "uri"
	return registry.Var{
		Get: func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if b := &c.State.Static; b.URI != "" {
				a.get(b, v)
			}
		},
		Set: func(c *registry.Ctx, v *value.Value) bool {
			b := &c.State.Static
			if uri && v.IsNull() {
				*b = msgstate.Branch{}
				return true
			}
			if uri && b.URI == "" {
				b.HasQ = true // its q is 0 where it has not been set
			}
			return a.set(c, b, v)
		},
	}, nil
}

func (m *Module) branchFuncs() []registry.Func {
	const routes = registry.Any
	return []registry.Func{
		registry.Fn0("sbranch_reset", routes, func(c *registry.Ctx) int {
			c.State.Static = msgstate.Branch{}
			return 1
		}, "Empties the static branch."),
		registry.Fn0("sbranch_append", routes, func(c *registry.Ctx) int {
			if c.State.Static.URI == "" || !appendBranch(c, c.State.Static) {
				return -1
			}
			return 1
		}, "Appends the static branch to the request's branches."),
		registry.Fn0("sbranch_set_ruri", routes, func(c *registry.Ctx) int {
			b := &c.State.Static
			if b.URI == "" || !putURI(c, "ru", b.URI) {
				return -1
			}
			c.Msg.SetDstURI(b.DstURI)
			c.State.RequestQ, c.State.RequestHasQ = b.Q, b.HasQ
			c.State.BranchFlags = b.Flags
			c.State.SendSocket = b.SendSocket
			return 1
		}, "Makes the static branch the request URI, with its destination, flags and socket."),
	}
}
