package pv

import (
	"strconv"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

func setURI(c *registry.Ctx, v *value.Value) bool {
	s, ok := stringFor(c, "ru", v)
	if !ok {
		return false
	}
	if s == "" {
		c.Log.Errorf(logAs, "$ru cannot be made empty")
		return false
	}
	return putURI(c, "ru", s)
}

func putURI(c *registry.Ctx, name, s string) bool {
	if c.Msg == nil || !c.Msg.SetRURI(s) {
		c.Log.Errorf(logAs, "$%s can only be set in a request", name)
		return false
	}
	return true
}

// settableURI is the request URI in parts, for a change to one of them.
func settableURI(c *registry.Ctx, name string) *sip.URI {
	if c.Msg == nil || !c.Msg.IsRequest() {
		c.Log.Errorf(logAs, "$%s can only be set in a request", name)
		return nil
	}
	return requestURI(c)
}

// setUser changes the request URI's user; an empty one, or $null, takes it
// away with its password.
func setUser(c *registry.Ctx, v *value.Value) bool {
	s := ""
	if !v.IsNull() {
		var ok bool
		if s, ok = stringFor(c, "rU", v); !ok {
			return false
		}
	}
	u := settableURI(c, "rU")
	if u == nil {
		return false
	}
	if isScheme(u, "urn") {
		c.Log.Errorf(logAs, "$rU cannot be set: the request URI <%s> is a URN", c.Msg.RURI())
		return false
	}
	n := *u
	if n.User = s; s == "" {
		n.Password, n.UserParams = "", ""
	}
	return putURI(c, "rU", compose(c, &n))
}

// setHost changes the request URI's host. A tel URI becomes a sip URI of the
// same user with user=phone (RFC 3261 section 19.1.6).
func setHost(c *registry.Ctx, v *value.Value) bool {
	s, ok := stringFor(c, "rd", v)
	if !ok {
		return false
	}
	if s == "" {
		c.Log.Errorf(logAs, "$rd cannot be made empty")
		return false
	}
	u := settableURI(c, "rd")
	if u == nil {
		return false
	}
	switch {
	case isScheme(u, "urn"):
		c.Log.Errorf(logAs, "$rd cannot be set: the request URI <%s> is a URN", c.Msg.RURI())
		return false
	case isScheme(u, "tel"):
		params := u.Params
		if params != "" {
			params = concat(c, ";", params)
		}
		return putURI(c, "rd", concat(c, "sip:", u.User, params, "@", s, ";user=phone"))
	}
	n := *u
	n.Host = s
	return putURI(c, "rd", compose(c, &n))
}

// setPort changes the request URI's port; an empty one, or $null, takes it away.
func setPort(c *registry.Ctx, v *value.Value) bool {
	u := settableURI(c, "rp")
	if u == nil {
		return false
	}
	if isScheme(u, "tel") {
		c.Log.Errorf(logAs, "$rp cannot be set: the request URI <%s> is a tel URI", c.Msg.RURI())
		return false
	}
	n := *u
	switch {
	case v.IsStr():
		n.Port = v.S
	case v.IsInt():
		n.Port = c.Arena.Int(v.I)
	default:
		n.Port = ""
	}
	if p, err := strconv.ParseUint(n.Port, 10, 16); n.Port != "" && (err != nil || p > 65535) {
		c.Log.Errorf(logAs, "$rp cannot be set to %q: a port is a number up to 65535", n.Port)
		return false
	}
	return putURI(c, "rp", compose(c, &n))
}

func setDestination(c *registry.Ctx, v *value.Value) bool {
	if c.Msg == nil {
		c.Log.Errorf(logAs, "$du can only be set while a SIP message is handled")
		return false
	}
	if v.IsNull() {
		c.Msg.SetDstURI("")
		return true
	}
	s, ok := stringFor(c, "du", v)
	if ok {
		c.Msg.SetDstURI(s)
	}
	return ok
}

// compose writes a URI from its parts, in the arena; one with user=phone as
// sip, sips or not, as Kamailio does.
func compose(c *registry.Ctx, u *sip.URI) string {
	var p [12]string
	n := 0
	put := func(before, s string) {
		p[n], p[n+1] = before, s
		n += 2
	}
	scheme := u.Scheme
	if u.IsPhone() && isScheme(u, "sips") {
		scheme = "sip"
	}
	put(scheme, ":")
	if u.User != "" {
		put("", u.User)
		if u.UserParams != "" {
			put(";", u.UserParams)
		}
		if u.Password != "" {
			put(":", u.Password)
		}
	}
	host := u.Host
	if host != "" && u.User != "" {
		put("@", host)
	} else {
		put("", host)
	}
	s := concat(c, p[:n]...)
	p, n = [12]string{s}, 1
	if u.Port != "" {
		put(":", u.Port)
	}
	if u.Params != "" {
		put(";", u.Params)
	}
	if u.Headers != "" {
		put("?", u.Headers)
	}
	return concat(c, p[:n]...)
}

// concat is the texts one after the other, in the arena.
func concat(c *registry.Ctx, texts ...string) string {
	n := 0
	for _, s := range texts {
		n += len(s)
	}
	b := c.Arena.Alloc(n)[:0]
	for _, s := range texts {
		b = append(b, s...)
	}
	return registry.View(b)
}

// lower is s in ASCII lower case, s itself where it is so already.
func lower(c *registry.Ctx, s string) string {
	i := 0
	for i < len(s) && (s[i] < 'A' || s[i] > 'Z') {
		i++
	}
	if i == len(s) {
		return s
	}
	b := c.Arena.Alloc(len(s))
	copy(b, s)
	for ; i < len(b); i++ {
		if b[i] >= 'A' && b[i] <= 'Z' {
			b[i] |= 0x20
		}
	}
	return registry.View(b)
}
