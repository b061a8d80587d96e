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
		scheme, params, some := strings.Cut(h.Body, " ")
		return params, some && strings.EqualFold(scheme, "Digest")
	}
	get := func(name, param, doc string, set func(v *value.Value, s string)) registry.PV {
		return registry.GetPV(name, func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if params, ok := digest(c); ok {
				set(v, digestParam(params, param))
			}
		}, doc)
	}
	whole := (*value.Value).SetStr
	return []registry.PV{
		get("au", "username", "The user in the credentials' username, before an @.", func(v *value.Value, s string) {
			user, _ := splitUser(s)
			v.SetStr(user)
		}),
		get("ad", "username", "The domain in the credentials' username, behind the @.", func(v *value.Value, s string) {
			_, domain := splitUser(s)
			v.SetStr(domain)
		}),
		get("aU", "username", "The credentials' whole username.", whole),
		get("ar", "realm", "The credentials' realm.", whole),
		get("aa", "algorithm", "The credentials' algorithm, empty where they name none.", whole),
		get("adn", "nonce", "The credentials' nonce.", whole),
		get("adc", "cnonce", "The credentials' cnonce.", whole),
		get("ado", "opaque", "The credentials' opaque.", whole),
		get("adr", "response", "The credentials' response.", whole),
		get("adu", "uri", "The credentials' uri, over which the response is computed; $null where they have none.", setStr),
	}
}

// splitUser splits a username at its first @ where both parts have a text.
func splitUser(s string) (user, domain string) {
	if i := strings.IndexByte(s, '@'); i > 0 && i < len(s)-1 {
		return s[:i], s[i+1:]
	}
	return s, ""
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
