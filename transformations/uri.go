package transformations

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

func uriKeys() []registry.TransKey {
	part := func(key, doc string, get func(u sip.URI) string) registry.TransKey {
		return uriKey(key, doc, func(_ *registry.Ctx, u sip.URI) string { return get(u) })
	}
	param := func(key, name string) registry.TransKey {
		return part(key, "The value of its parameter "+name+".", func(u sip.URI) string { s, _ := u.Param(name); return s })
	}
	host := func(u sip.URI) string { _, h := userHost(&u); return h }
	return append([]registry.TransKey{
		part("user", "Its user.", func(u sip.URI) string { s, _ := userHost(&u); return s }),
		part("passwd", "Its password.", func(u sip.URI) string { return u.Password }),
		part("host", "Its host.", host),
		part("domain", "Its host.", host),
		plain("port", "Its port, a number; nothing where it has none.", func(c *registry.Ctx, s string, v *value.Value) bool {
			u, ok := parseURI(c, s)
			if !ok || u.Port == "" {
				return false
			}
			v.SetInt(int64(u.PortNum()))
			return true
		}),
		part("params", "Its parameters; nothing of a tel URI.", func(u sip.URI) string { return params(&u) }),
		part("headers", "Its headers.", func(u sip.URI) string { return u.Headers }),
		part("scheme", "Its scheme.", func(u sip.URI) string { return u.Scheme }),
		param("transport", "transport"), param("ttl", "ttl"), param("uparam", "user"), param("maddr", "maddr"),
		param("method", "method"), param("lr", "lr"), param("r2", "r2"),
		uriParamKey(),
		uriKey("tosocket", "Its socket, proto:host:port; nothing without a transport that there is.", func(c *registry.Ctx, u sip.URI) string {
			t, ok := u.Param("transport")
			if !ok {
				c.Log.Errorf(logAs, "{uri.tosocket}: the URI names no transport")
				return ""
			}
			if protoOf(t) == 0 {
				c.Log.Errorf(logAs, "{uri.tosocket}: unknown transport %q", t)
				return ""
			}
			port := u.Port
			if port == "" {
				port = "5060"
			}
			return join(c, t, ":", u.Host, ":", port)
		}),
		uriKey("duri", "For routing: scheme, host, port, transport.", func(c *registry.Ctx, u sip.URI) string {
			return join(c, u.Scheme, ":", u.Host, before(c, ":", u.Port), transport(c, &u))
		}),
		uriKey("saor", "The address of record: scheme, user, host.", func(c *registry.Ctx, u sip.URI) string {
			if isTel(&u) {
				return join(c, u.Scheme, ":", u.User)
			}
			return join(c, u.Scheme, ":", userAt(c, &u), u.Host)
		}),
		uriKey("suri", "The simple URI: scheme, user, host, port, transport.", func(c *registry.Ctx, u sip.URI) string {
			return join(c, u.Scheme, ":", userAt(c, &u), u.Host, before(c, ":", u.Port), transport(c, &u))
		}),
	}, uriKeys6()...)
}

func uriKey(key, doc string, get func(c *registry.Ctx, u sip.URI) string) registry.TransKey {
	return checked(key, doc, func(c *registry.Ctx, s string) (string, bool) {
		u, ok := parseURI(c, s)
		if !ok {
			return "", false
		}
		return get(c, u), true
	})
}

func uriParamKey() registry.TransKey {
	return uriNameKey("param", "The value of a parameter: {uri.param,name}; nothing of a tel URI.", func(_ *registry.Ctx, _ string, u sip.URI, name string) string {
		val, _ := listValue(params(&u), name, ';')
		return val
	})
}

// uriNameKey is a key of a URI and the name of a parameter of it.
func uriNameKey(key, doc string, get func(c *registry.Ctx, s string, u sip.URI, name string) string) registry.TransKey {
	what := "uri." + key
	return with(key, doc, func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		name, err := onlyText(a)
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			u, ok := parseURI(c, s)
			if !ok {
				return false
			}
			n, ok := name.at(c, what)
			if ok {
				v.SetStr(get(c, s, u, n))
			}
			return ok
		}, nil
	})
}

func parseURI(c *registry.Ctx, s string) (sip.URI, bool) {
	if s == "" {
		return sip.URI{}, false
	}
	u, err := sip.ParseURI(s)
	if err != nil {
		c.Log.Errorf(logAs, "invalid uri [%.200s]", s)
	}
	return u, err == nil
}

// params are none for a tel URI, as in Kamailio: all that it has is its number.
func params(u *sip.URI) string {
	if isTel(u) {
		return ""
	}
	return u.Params
}

func isTel(u *sip.URI) bool {
	return strings.EqualFold(u.Scheme, "tel")
}

// userHost takes a URN's namespace as its user and the rest as its host.
func userHost(u *sip.URI) (user, host string) {
	if strings.EqualFold(u.Scheme, "urn") {
		user, host, _ = strings.Cut(u.User, ":")
		return user, host
	}
	return u.User, u.Host
}

func before(c *registry.Ctx, mark, s string) string {
	if s == "" {
		return ""
	}
	return join(c, mark, s)
}

func userAt(c *registry.Ctx, u *sip.URI) string {
	if u.User == "" {
		return ""
	}
	return join(c, u.User, "@")
}

func transport(c *registry.Ctx, u *sip.URI) string {
	if t, ok := u.Param("transport"); ok {
		return join(c, ";transport=", t)
	}
	return ""
}

// join is the texts one after the other, in the arena.
func join(c *registry.Ctx, texts ...string) string {
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

var aliasProtos = [...]string{"", "udp", "tcp", "tls", "sctp", "ws", "wss"}

func uriAliasKeys() []registry.TransKey {
	return []registry.TransKey{
		checked("encode", "A URI as host~port~proto.", func(c *registry.Ctx, s string) (string, bool) {
			u, ok := parseURI(c, s)
			if !ok {
				return "", false
			}
			port, proto := u.Port, 1
			if port == "" {
				port = "5060"
			}
			if t, ok := u.Param("transport"); ok {
				proto = max(protoOf(t), 1)
			}
			return join(c, u.Host, "~", port, "~", string(lowerHex[proto])), true
		}),
		checked("decode", "host~port~proto as a URI.", func(c *registry.Ctx, s string) (string, bool) {
			host, rest, ok := strings.Cut(s, "~")
			port, proto, ok2 := strings.Cut(rest, "~")
			if !ok || !ok2 || host == "" || len(proto) != 1 || proto[0] < '1' || int(proto[0]-'0') >= len(aliasProtos) {
				c.Log.Errorf(logAs, "{urialias.decode}: %q is no host~port~proto", s)
				return "", true
			}
			uri := join(c, "sip:", host, ":", port)
			if proto != "1" {
				uri = join(c, uri, ";transport=", aliasProtos[proto[0]-'0'])
			}
			return uri, true
		}),
	}
}

func protoOf(s string) int {
	for i := 1; i < len(aliasProtos); i++ {
		if strings.EqualFold(s, aliasProtos[i]) {
			return i
		}
	}
	return 0
}
