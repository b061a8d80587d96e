package pv

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// credentials are the parts of the Digest credentials: of Proxy-Authorization
// or, without one, of Authorization (RFC 7616 section 3.4).
func credentials() []registry.PV {
	proxy, user := sip.HeaderKey("Proxy-Authorization"), sip.HeaderKey("Authorization")
	digest := func(c *registry.Ctx) (params string, ok bool) {
		if c.Msg == nil {
			return "", false
		}
		h, ok := c.Msg.HeaderByKey(&proxy, 0)
		if !ok {
			h, ok = c.Msg.HeaderByKey(&user, 0)
		}
		if !ok {
			return "", false
		}
		scheme, params, _ := strings.Cut(h.Body, " ")
		return params, strings.EqualFold(scheme, "Digest")
	}
	get := func(name, param, doc string, part func(string) (string, bool)) registry.PV {
		return registry.GetPV(name, func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			params, ok := digest(c)
			if !ok {
				return
			}
			s := digestParam(params, param)
			if part != nil {
				if s, ok = part(s); !ok {
					return
				}
			}
			v.SetStr(s)
		}, doc)
	}
	return []registry.PV{
		get("au", "username", "The user in the credentials' username, before an @.", func(s string) (string, bool) {
			u, _, _ := strings.Cut(s, "@")
			return u, s != ""
		}),
		get("ad", "username", "The domain in the credentials' username, behind the @.", func(s string) (string, bool) {
			_, d, _ := strings.Cut(s, "@")
			return d, s != ""
		}),
		get("aU", "username", "The credentials' whole username.", func(s string) (string, bool) { return s, s != "" }),
		get("ar", "realm", "The credentials' realm.", func(s string) (string, bool) { return s, s != "" }),
		get("aa", "algorithm", "The credentials' algorithm, empty where they name none.", nil),
		get("adn", "nonce", "The credentials' nonce.", nil),
		get("adc", "cnonce", "The credentials' cnonce.", nil),
		get("ado", "opaque", "The credentials' opaque.", nil),
		get("adr", "response", "The credentials' response.", nil),
		get("adu", "uri", "The credentials' uri, over which the response is computed.", nil),
	}
}

// digestParam is one of the comma-separated parameters, without its quotes;
// empty where it is not there.
func digestParam(s, name string) string {
	for s != "" {
		s = strings.TrimLeft(s, " \t\r\n,")
		eq := strings.IndexByte(s, '=')
		if eq < 0 {
			return ""
		}
		key := strings.TrimRight(s[:eq], " \t")
		s = strings.TrimLeft(s[eq+1:], " \t")
		var val string
		if s != "" && s[0] == '"' {
			end := 1
			for end < len(s) && s[end] != '"' {
				if s[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(s) {
				return ""
			}
			val, s = s[1:end], s[end+1:]
		} else if i := strings.IndexByte(s, ','); i >= 0 {
			val, s = strings.TrimRight(s[:i], " \t\r\n"), s[i:]
		} else {
			val, s = strings.TrimRight(s, " \t\r\n"), ""
		}
		if strings.EqualFold(key, name) {
			return val
		}
	}
	return ""
}
