package transformations

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

func uriKeys() []registry.TransKey {
	part := func(key, doc string, get func(u *sip.URI) string) registry.TransKey {
		return uriKey(key, doc, func(_ *registry.Ctx, u *sip.URI) string { return get(u) })
	}
	param := func(key, name string) registry.TransKey {
		return part(key, "The value of its parameter "+name+".", func(u *sip.URI) string { s, _ := u.Param(name); return s })
	}
	host := func(u *sip.URI) string { return u.Host }
	return append([]registry.TransKey{
		part("user", "Its user.", func(u *sip.URI) string { return u.User }),
		part("passwd", "Its password.", func(u *sip.URI) string { return u.Password }),
		part("host", "Its host.", host),
		part("domain", "Its host.", host),
		bare("port", "Its port, a number; nothing where it has none.", func(c *registry.Ctx, v *value.Value) {
			if u := uriIn(c, v); u == nil || u.Port == "" {
				v.SetVoid()
			} else {
				v.SetInt(int64(u.PortNum()))
			}
		}),
		part("params", "Its parameters; nothing of a tel URI.", func(u *sip.URI) string { return params(u) }),
		part("headers", "Its headers.", func(u *sip.URI) string { return u.Headers }),
		part("scheme", "Its scheme.", func(u *sip.URI) string { return u.Scheme }),
		param("transport", "transport"), param("ttl", "ttl"), param("uparam", "user"), param("maddr", "maddr"),
		param("method", "method"), param("lr", "lr"), param("r2", "r2"),
		uriParamKey(),
		uriKey("tosocket", "Its socket, proto:host:port; nothing without a transport that there is.", func(c *registry.Ctx, u *sip.URI) string {
			t := u.Transport()
			if t == "" {
				c.Log.Errorf(logAs, "{uri.tosocket}: the URI names no transport that there is")
				return ""
			}
			port := u.PortNum()
			if port == 0 {
				port = 5060
			}
			return join(c, t, ":", u.Host, ":", c.Arena.Int(int64(port)))
		}),
		uriKey("duri", "For routing: scheme, host, port, transport.", func(c *registry.Ctx, u *sip.URI) string {
			return join(c, u.Scheme, ":", u.Host, before(c, ":", u.Port), transport(c, u))
		}),
		uriKey("saor", "The address of record: scheme, user, host.", func(c *registry.Ctx, u *sip.URI) string {
			if isTel(u) {
				return join(c, u.Scheme, ":", u.User)
			}
			return join(c, u.Scheme, ":", userAt(c, u), u.Host)
		}),
		uriKey("suri", "The simple URI: scheme, user, host, port, transport.", func(c *registry.Ctx, u *sip.URI) string {
			return join(c, u.Scheme, ":", userAt(c, u), u.Host, before(c, ":", u.Port), transport(c, u))
		}),
	}, uriKeys6()...)
}

func uriKey(key, doc string, get func(c *registry.Ctx, u *sip.URI) string) registry.TransKey {
	return bare(key, doc, func(c *registry.Ctx, v *value.Value) {
		if u := uriIn(c, v); u == nil {
			v.SetVoid()
		} else {
			v.SetStr(get(c, u))
		}
	})
}

func uriParamKey() registry.TransKey {
	return uriNameKey("param", "The value of a parameter: {uri.param,name}; nothing of a tel URI.", func(c *registry.Ctx, _ string, u *sip.URI, name textArg) (string, bool) {
		list := params(u)
		if list == "" {
			return "", true
		}
		n, ok := name.at(c, "uri.param")
		if !ok {
			return "", false
		}
		val := ""
		_, ok = sip.EachParameter(list, ';', func(_ int, p sip.Parameter) {
			if strings.EqualFold(p.Name, n) {
				val = p.Value
			}
		})
		return val, ok
	})
}

// uriNameKey is a key of a URI and the name of a parameter of it. get reads u
// before the name, whose variables may ask for another URI's parts.
func uriNameKey(key, doc string, get func(c *registry.Ctx, s string, u *sip.URI, name textArg) (string, bool)) registry.TransKey {
	return with(key, doc, func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		name, err := onlyText(a)
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			u := parsed(c, strings.TrimSuffix(s, ";"))
			if u == nil {
				return false
			}
			text, ok := get(c, s, u, name)
			v.SetStr(text)
			return ok
		}, nil
	})
}

// uriIn is the URI that v holds, without a ; at its end; nil where that is none.
func uriIn(c *registry.Ctx, v *value.Value) *sip.URI {
	s, ok := textOf(c, v)
	if !ok {
		return nil
	}
	return parsed(c, strings.TrimSuffix(s, ";"))
}

// parsed is a text in parts, valid until another one is; nil where it is no URI.
func parsed(c *registry.Ctx, s string) *sip.URI {
	if s == "" {
		return nil
	}
	u := c.State.SpelledURI(s)
	if u == nil {
		c.Log.Errorf(logAs, "invalid uri [%.200s]", s)
	}
	return u
}

// params are none for a tel URI or a URN, as in Kamailio.
func params(u *sip.URI) string {
	if isTel(u) || strings.EqualFold(u.Scheme, "urn") {
		return ""
	}
	return u.Params
}

func isTel(u *sip.URI) bool { return strings.EqualFold(u.Scheme, "tel") }

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
			u := parsed(c, s)
			if u == nil {
				return "", s != ""
			}
			port, proto := u.Port, 1
			if t := u.Transport(); t != "" {
				proto = protoOf(t)
			}
			if port == "" {
				port = "5060"
				if aliasProtos[proto] == "tls" {
					port = "5061"
				}
			}
			return join(c, u.Host, "~", port, "~", string(lowerHex[proto])), true
		}),
		checked("decode", "host~port~proto as a URI.", func(c *registry.Ctx, s string) (string, bool) {
			host, rest, ok := strings.Cut(s, "~")
			port, proto, ok2 := strings.Cut(rest, "~")
			if !ok || !ok2 || host == "" || proto == "" || proto[0] < '1' || int(proto[0]-'0') >= len(aliasProtos) {
				c.Log.Errorf(logAs, "{urialias.decode}: %q is no host~port~proto", s)
				return "", s != ""
			}
			uri := join(c, "sip:", host, ":", port)
			if proto[0] != '1' {
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
