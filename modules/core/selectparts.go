package core

import (
	"net/netip"
	"os"
	"strings"

	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// selects are those that are a whole name, and nothing behind it.
var selects = map[string]selector{
	"call_id": has(func(c *registry.Ctx) string { return c.Msg.CallID() }),
	"method": has(func(c *registry.Ctx) string {
		if c.Msg.IsRequest() {
			return c.Msg.Method()
		}
		_, m, _ := c.Msg.CSeq()
		return m
	}),
	"cseq":                   header("CSeq"),
	"cseq.num":               has(func(c *registry.Ctx) string { n, _, _ := c.Msg.CSeq(); return n }),
	"cseq.method":            has(func(c *registry.Ctx) string { _, m, _ := c.Msg.CSeq(); return m }),
	"max_forwards":           header("Max-Forwards"),
	"expires":                header("Expires"),
	"content_length":         header("Content-Length"),
	"content_type":           header("Content-Type"),
	"user_agent":             header("User-Agent"),
	"subject":                header("Subject"),
	"event":                  header("Event"),
	"date":                   header("Date"),
	"src.ip":                 endpoint(source, ip),
	"src.port":               endpoint(source, port),
	"src.ip_port":            endpoint(source, ipPort),
	"dst.ip":                 endpoint(local, ip),
	"dst.port":               endpoint(local, port),
	"dst.ip_port":            endpoint(local, ipPort),
	"received.ip":            endpoint(local, ip),
	"received.port":          endpoint(local, port),
	"received.ip_port":       endpoint(local, ipPort),
	"received.proto":         received,
	"received.proto_ip_port": receivedProtoIPPort,
	"msg":                    has(func(c *registry.Ctx) string { return registry.View(c.Msg.Raw()) }),
	"msg.len":                has(func(c *registry.Ctx) string { return c.Arena.Int(int64(len(c.Msg.Raw()))) }),
	"msg.id":                 has(func(c *registry.Ctx) string { return c.Arena.Int(max(1, int64(c.State.Serial-c.State.Before))) }),
	"msg.flags":              has(func(c *registry.Ctx) string { return c.Arena.Int(int64(c.Msg.Flags())) }),
	"msg.body":               has(func(c *registry.Ctx) string { return c.Msg.Body() }),
	"msg.body.sdp": func(c *registry.Ctx) (string, bool) {
		return c.Msg.Body(), strings.EqualFold(sip.MediaType(c.Msg.ContentType()), "application/sdp")
	},
	"msg.type": has(func(c *registry.Ctx) string {
		if c.Msg.IsRequest() {
			return "1"
		}
		return "2"
	}),
	"msg.first_line": has(func(c *registry.Ctx) string {
		return strings.TrimRight(registry.View(c.Msg.Raw()[:c.Msg.HeadersAt()]), "\r\n")
	}),
	"msg.header": has(func(c *registry.Ctx) string {
		return registry.View(c.Msg.Raw()[c.Msg.HeadersAt():c.Msg.HeadersEndAt()])
	}),
	"msg.request":          ofRequest(func(c *registry.Ctx) string { return registry.View(c.Msg.Raw()) }),
	"msg.request.method":   ofRequest(func(c *registry.Ctx) string { return c.Msg.Method() }),
	"msg.request.uri":      ofRequest(func(c *registry.Ctx) string { return c.Msg.RURI() }),
	"msg.request.version":  ofRequest(func(c *registry.Ctx) string { return c.Msg.Version() }),
	"msg.response":         ofReply(func(c *registry.Ctx) string { return registry.View(c.Msg.Raw()) }),
	"msg.response.version": ofReply(func(c *registry.Ctx) string { return c.Msg.Version() }),
	"msg.response.status":  ofReply(func(c *registry.Ctx) string { return c.Arena.Int(int64(c.Msg.Status())) }),
	"msg.response.reason":  ofReply(func(c *registry.Ctx) string { return c.Msg.Reason() }),
	"sys.pid":              has(func(c *registry.Ctx) string { return c.Arena.Int(int64(os.Getpid())) }),
}

func header(name string) selector {
	return func(c *registry.Ctx) (string, bool) {
		h, ok := c.Msg.Header(name, 0)
		return h.Body, ok
	}
}

func ofRequest(get func(*registry.Ctx) string) selector {
	return func(c *registry.Ctx) (string, bool) {
		if !c.Msg.IsRequest() {
			return "", false
		}
		return get(c), true
	}
}

func ofReply(get func(*registry.Ctx) string) selector {
	return func(c *registry.Ctx) (string, bool) {
		if c.Msg.IsRequest() {
			return "", false
		}
		return get(c), true
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

func ipPort(c *registry.Ctx, a netip.AddrPort) string {
	host := ip(c, a)
	if a.Addr().Is6() {
		host = c.Arena.Concat(c.Arena.Concat("[", host), "]")
	}
	return c.Arena.Concat(c.Arena.Concat(host, ":"), port(c, a))
}

func received(c *registry.Ctx) (string, bool) {
	if c.Recv == nil {
		return "", false
	}
	return c.Recv.Proto.String(), true
}

func receivedProtoIPPort(c *registry.Ctx) (string, bool) {
	a, ok := local(c)
	if !ok {
		return "", false
	}
	return c.Arena.Concat(c.Arena.Concat(c.Recv.Proto.String(), ":"), ipPort(c, a)), true
}

func selectRURI(c *registry.Ctx) string {
	if !c.Msg.IsRequest() {
		return ""
	}
	return c.Msg.RURI()
}

// nextHop is where the request goes: the destination URI, or else its own.
func nextHop(c *registry.Ctx) string {
	if u := c.Msg.DstURI(); u != "" {
		return u
	}
	return selectRURI(c)
}

// uris are the selects of a URI and its parts.
var uris = map[string]func(*registry.Ctx) string{
	"ruri":     selectRURI,
	"dst_uri":  func(c *registry.Ctx) string { return c.Msg.DstURI() },
	"next_hop": nextHop,
}

// uriParts are the parts of a URI.
var uriParts = map[string]func(*registry.Ctx, *sip.URI) string{
	"type":   func(_ *registry.Ctx, u *sip.URI) string { return u.Scheme },
	"user":   func(_ *registry.Ctx, u *sip.URI) string { return u.User },
	"pwd":    func(_ *registry.Ctx, u *sip.URI) string { return u.Password },
	"host":   func(_ *registry.Ctx, u *sip.URI) string { return u.Host },
	"port":   func(_ *registry.Ctx, u *sip.URI) string { return u.Port },
	"params": func(_ *registry.Ctx, u *sip.URI) string { return u.TelParams() },
	"transport": func(_ *registry.Ctx, u *sip.URI) string {
		v, _ := u.Param("transport")
		return v
	},
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

// uriPart is a part of the URI that get gives, empty where it gives none; nil
// where there is no part of that name.
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

// parsed reads a text as a URI, and remembers it in a slot where there is one.
func parsed(text func(*registry.Ctx) string, slot msgstate.URISlot, kept bool) func(*registry.Ctx) *sip.URI {
	return func(c *registry.Ctx) *sip.URI {
		s := text(c)
		if kept {
			return c.State.URI(slot, s)
		}
		u, err := sip.ParseURI(s)
		if err != nil {
			return nil
		}
		return &u
	}
}

// bindSelect finds a select; nil where olelo does not run it.
func (m *Module) bindSelect(text string) selector {
	steps, ok := selectSteps(text)
	if !ok {
		return nil
	}
	if long := shortSelects[steps[0].name]; long != "" {
		steps[0].name = long
	}
	if get := selects[join(steps)]; get != nil {
		return get
	}
	head, rest := steps[0], steps[1:]
	switch head.name {
	case "via":
		return viaSelect(head, join(rest))
	case "sys":
		return m.sysSelect(join(rest))
	case "authorization":
		return credentialsSelect("Authorization", rest)
	case "proxy_authorization":
		return credentialsSelect("Proxy-Authorization", rest)
	case "hf_value", "hf_value2", "hf_value_exists":
		return headerValueSelect(head.name, rest)
	case "msg":
		if len(rest) > 1 && rest[0].name == "header" && !rest[0].has {
			return headerSelect(rest[1], join(rest[2:]), len(rest) > 2)
		}
		return nil
	}
	switch uri, part := uris[head.name], join(rest); {
	case head.has || part == "" && len(rest) > 0:
		return nil
	case uri != nil && part == "":
		return has(uri)
	case uri != nil:
		return uriPart(part, parsed(uri, msgstate.RequestURI, head.name == "ruri"))
	case addresses[head.name] != nil:
		return addressPart(head.name, part)
	}
	return nil
}

// shortSelects are the compact forms of headers' names, and what they are short for.
var shortSelects = map[string]string{"v": "via", "f": "from", "t": "to", "m": "contact", "rr": "record_route"}
