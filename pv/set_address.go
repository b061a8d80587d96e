package pv

import (
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// addressHeader is From or To, for a change to a part of it: what is assigned is
// laid over the received bytes, and seen where the message is sent.
type addressHeader struct {
	addr addrOf
	uri  uriOf
}

var (
	fromHeader = addressHeader{fromAddr, fromURI}
	toHeader   = addressHeader{toAddr, toURI}
)

// settable is the header in parts; nil, and an error logged, where the message
// has none, or one whose URI cannot be read.
func (h addressHeader) settable(c *registry.Ctx, name string) (*sip.NameAddr, *sip.URI) {
	a, u := h.addr(c), h.uri(c)
	if u == nil {
		c.Log.Errorf(logAs, "$%s cannot be set: there is no address that can be read", name)
		return nil, nil
	}
	return a, u
}

// replace puts s in the place of part, a view of the message.
func replace(c *registry.Ctx, part, s string) { c.Msg.Edit(c.Msg.OffsetOf(part), len(part), s) }

// cannotDelete is an assignment of $null that changes nothing, and is none that
// fails.
func cannotDelete(c *registry.Ctx, name string) bool {
	warnf(c, "$%s cannot be taken away: it stays", name)
	return true
}

func (h addressHeader) setURI(name string) registry.Setter {
	return func(c *registry.Ctx, v *value.Value) bool {
		a, _ := h.settable(c, name)
		if a == nil {
			return false
		}
		if v.IsNull() {
			return cannotDelete(c, name)
		}
		s, ok := stringFor(c, name, v)
		if ok {
			replace(c, a.URI, s)
		}
		return ok
	}
}

// setUser changes the user alone: its parameters and the password stay. $null
// takes it away with the @ behind it.
func (h addressHeader) setUser(name string) registry.Setter {
	return func(c *registry.Ctx, v *value.Value) bool {
		a, u := h.settable(c, name)
		if a == nil {
			return false
		}
		user, host := u.User, u.Host
		if v.IsNull() {
			at, n := c.Msg.OffsetOf(user), len(user)
			if n > 0 && c.Msg.Raw()[at+n] == '@' {
				n++
			}
			c.Msg.Edit(at, n, "")
			return true
		}
		s, ok := stringFor(c, name, v)
		switch {
		case !ok:
		case user == "":
			c.Msg.Edit(c.Msg.OffsetOf(host), 0, concat(c, s, "@"))
		default:
			replace(c, user, s)
		}
		return ok
	}
}

// setHost changes the host; a tel URI has none and stays as it is.
func (h addressHeader) setHost(name string) registry.Setter {
	return func(c *registry.Ctx, v *value.Value) bool {
		a, u := h.settable(c, name)
		if a == nil {
			return false
		}
		if v.IsNull() {
			return cannotDelete(c, name)
		}
		s, ok := stringFor(c, name, v)
		if host := u.Host; ok && host != "" {
			replace(c, host, s)
		}
		return ok
	}
}

// setDisplay changes the display name, which is written as it is given, without
// quotes of its own. $null takes it away with a blank behind it.
func (h addressHeader) setDisplay(name string) registry.Setter {
	return func(c *registry.Ctx, v *value.Value) bool {
		a, _ := h.settable(c, name)
		if a == nil {
			return false
		}
		if v.IsNull() {
			if a.Display != "" {
				at, n := c.Msg.OffsetOf(a.Display), len(a.Display)
				if c.Msg.Raw()[at+n] == ' ' {
					n++
				}
				c.Msg.Edit(at, n, "")
			}
			return true
		}
		s, ok := stringFor(c, name, v)
		switch {
		case !ok:
		case a.Display == "":
			c.Msg.Edit(c.Msg.OffsetOf(a.Body), 0, concat(c, s, " "))
		default:
			replace(c, a.Display, s)
		}
		return ok
	}
}
