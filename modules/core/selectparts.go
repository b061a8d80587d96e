package core

import (
	"net/netip"
	"strconv"
	"strings"

	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// selects are those that are no part of an address, a URI or a Via.
var selects = map[string]selector{
	"ruri":    has(selectRURI),
	"call_id": has(func(c *registry.Ctx) string { return c.Msg.CallID() }),
	"method": has(func(c *registry.Ctx) string {
		if c.Msg.IsRequest() {
			return c.Msg.Method()
		}
		_, m, _ := c.Msg.CSeq()
		return m
	}),
	"cseq":           header("CSeq"),
	"cseq.num":       has(func(c *registry.Ctx) string { n, _, _ := c.Msg.CSeq(); return n }),
	"cseq.method":    has(func(c *registry.Ctx) string { _, m, _ := c.Msg.CSeq(); return m }),
	"max_forwards":   header("Max-Forwards"),
	"expires":        header("Expires"),
	"content_length": header("Content-Length"),
	"content_type":   header("Content-Type"),
	"user_agent":     header("User-Agent"),
	"subject":        header("Subject"),
	"event":          header("Event"),
	"date":           header("Date"),
	"src.ip":         endpoint(source, ip),
	"src.port":       endpoint(source, port),
	"dst.ip":         endpoint(local, ip),
	"dst.port":       endpoint(local, port),
	"received.ip":    endpoint(local, ip),
	"received.port":  endpoint(local, port),
	"msg.len":        has(func(c *registry.Ctx) string { return c.Arena.Int(int64(len(c.Msg.Raw()))) }),
}

func header(name string) selector {
	return func(c *registry.Ctx) (string, bool) {
		h, ok := c.Msg.Header(name, 0)
		return h.Body, ok
	}
}

// source and local are the two ends that a message came over.
func source(c *registry.Ctx) (netip.AddrPort, bool) {
	if c.Recv == nil {
		return netip.AddrPort{}, false
	}
	return c.Recv.Src, true
}

func local(c *registry.Ctx) (netip.AddrPort, bool) {
	if c.Recv == nil || c.Recv.Socket == nil {
		return netip.AddrPort{}, false
	}
	return c.Recv.Socket.Addr, true
}

func endpoint(end func(*registry.Ctx) (netip.AddrPort, bool), part func(*registry.Ctx, netip.AddrPort) string) selector {
	return func(c *registry.Ctx) (string, bool) {
		a, ok := end(c)
		if !ok {
			return "", false
		}
		return part(c, a), true
	}
}

func ip(c *registry.Ctx, a netip.AddrPort) string {
	const longest = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")
	return registry.View(a.Addr().WithZone("").AppendTo(c.Arena.Alloc(longest)[:0]))
}

func port(c *registry.Ctx, a netip.AddrPort) string { return c.Arena.Int(int64(a.Port())) }

// addresses are the selects that are a name, a URI and parameters.
var addresses = map[string]func(*registry.Ctx) sip.NameAddr{
	"from": func(c *registry.Ctx) sip.NameAddr { return *c.Msg.From() },
	"to":   func(c *registry.Ctx) sip.NameAddr { return *c.Msg.To() },
	"contact": func(c *registry.Ctx) sip.NameAddr { // the last of the first header, as in Kamailio
		var last string
		for rest := c.Msg.Contact(); rest != "" && rest != "*"; {
			last, rest = sip.NextValue(rest)
		}
		return sip.ParseNameAddr(last)
	},
}

// uriSlots are where the parts of the addresses' URIs are remembered.
var uriSlots = map[string]msgstate.URISlot{"from": msgstate.FromURI, "to": msgstate.ToURI}

// addressPart is a part of an address, behind its name; nil where it has none
// of that name.
func addressPart(head, part string) selector {
	get := addresses[head]
	params := func(c *registry.Ctx) string { return get(c).Params }
	switch part {
	case "":
		if head == "contact" {
			return has(func(c *registry.Ctx) string { return c.Msg.Contact() })
		}
		return has(func(c *registry.Ctx) string { return get(c).Body })
	case "uri":
		return has(func(c *registry.Ctx) string { return get(c).URI })
	case "name":
		return has(func(c *registry.Ctx) string { return get(c).Display })
	case "tag":
		if head == "contact" {
			return nil
		}
		return has(func(c *registry.Ctx) string { return get(c).Tag })
	case "expires", "q":
		if head != "contact" {
			return nil
		}
		return paramOf(params, part)
	}
	if name, ok := strings.CutPrefix(part, "params."); ok {
		return paramOf(params, name)
	}
	of, ok := strings.CutPrefix(part, "uri.")
	if !ok {
		return nil
	}
	return uriPart(of, func(c *registry.Ctx) *sip.URI {
		text := get(c).URI
		if slot, ok := uriSlots[head]; ok {
			return c.State.URI(slot, text)
		}
		u, err := sip.ParseURI(text)
		if err != nil {
			return nil
		}
		return &u
	})
}

func paramOf(params func(*registry.Ctx) string, name string) selector {
	return func(c *registry.Ctx) (string, bool) { return sip.Param(params(c), name) }
}

// uriParts are the parts of a URI.
var uriParts = map[string]func(*registry.Ctx, *sip.URI) string{
	"type":   func(_ *registry.Ctx, u *sip.URI) string { return u.Scheme },
	"user":   func(_ *registry.Ctx, u *sip.URI) string { return u.User },
	"pwd":    func(_ *registry.Ctx, u *sip.URI) string { return u.Password },
	"host":   func(_ *registry.Ctx, u *sip.URI) string { return u.Host },
	"port":   func(_ *registry.Ctx, u *sip.URI) string { return u.Port },
	"params": func(_ *registry.Ctx, u *sip.URI) string { return u.TelParams() },
	"hostport": func(c *registry.Ctx, u *sip.URI) string {
		port := u.Port
		switch {
		case port == "" && strings.EqualFold(u.Scheme, "sips"):
			port = "5061"
		case port == "":
			port = "5060"
		}
		return c.Arena.Concat(c.Arena.Concat(u.Host, ":"), port)
	},
}

// uriPart is a part of a URI, empty where get has none; nil where there is no
// part of that name.
func uriPart(part string, get func(*registry.Ctx) *sip.URI) selector {
	of := uriParts[part]
	if name, ok := strings.CutPrefix(part, "params."); ok {
		of = func(_ *registry.Ctx, u *sip.URI) string {
			v, _ := sip.Param(u.TelParams(), name)
			return v
		}
	}
	if of == nil {
		return nil
	}
	return has(func(c *registry.Ctx) string {
		u := get(c)
		if u == nil {
			return ""
		}
		return of(c, u)
	})
}

// viaSelects are the parts of @via[n], counted from 1; every n below 0 is the
// last one.
var viaSelects = map[string]func(*registry.Ctx, sip.Via) (string, bool){
	"":          func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Body, true },
	"host":      func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Host, true },
	"port":      viaPort,
	"transport": func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Transport(), true },
	"branch":    func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Branch, v.Branch != "" },
	"received":  func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Received, v.Received != "" },
	"rport":     func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.RPort, v.HasRPort },
	"i":         func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.I, v.I != "" },
}

func viaPort(c *registry.Ctx, v sip.Via) (string, bool) {
	if v.Port == 0 {
		return "", true
	}
	return c.Arena.Int(int64(v.Port)), true
}

func selectRURI(c *registry.Ctx) string {
	if !c.Msg.IsRequest() {
		return ""
	}
	return c.Msg.RURI()
}

// bindSelect finds a select; nil where olelo does not run it.
func bindSelect(text string) selector {
	name := strings.ToLower(strings.Join(strings.Fields(text), ""))
	if get := selects[name]; get != nil {
		return get
	}
	head, part, _ := strings.Cut(name, ".")
	switch {
	case head == "ruri":
		return uriPart(part, func(c *registry.Ctx) *sip.URI { return c.State.URI(msgstate.RequestURI, selectRURI(c)) })
	case addresses[head] != nil:
		return addressPart(head, part)
	}
	n := 1
	if i := strings.IndexByte(head, '['); i > 0 {
		var err error
		if n, err = strconv.Atoi(strings.TrimSuffix(head[i+1:], "]")); err != nil {
			return nil
		}
		head = head[:i]
	}
	get := viaSelects[part]
	if name, ok := strings.CutPrefix(part, "params."); ok {
		get = func(_ *registry.Ctx, v sip.Via) (string, bool) { return sip.Param(v.Params, name) }
	}
	if head != "via" || get == nil {
		return nil
	}
	return func(c *registry.Ctx) (string, bool) {
		v, ok := viaAt(c.Msg, n)
		if !ok {
			return "", false
		}
		return get(c, v)
	}
}

func viaAt(m *sip.Message, n int) (v sip.Via, ok bool) {
	if n >= 0 {
		return m.Via(n - 1)
	}
	for i := 0; ; i++ {
		next, more := m.Via(i)
		if !more {
			return v, ok
		}
		v, ok = next, true
	}
}
