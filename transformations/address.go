package transformations

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// nameAddr finds the < and > of "name" <uri>; without a < all is the URI. size
// is the length up to the >, which is none within quotes.
func nameAddr(s string) (name, uri string, size int, ok bool) {
	quoted, lt := false, -1
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' && !(quoted && s[i-1] == '\\'):
			quoted = !quoted
		case quoted:
		case c == '<' && lt < 0:
			lt = i
		case c == '>' && lt >= 0:
			return s[:lt], s[lt+1 : i], i + 1, true
		}
	}
	if lt >= 0 {
		return "", "", 0, false
	}
	return "", s, len(s), s != ""
}

func nameAddrKeys() []registry.TransKey {
	return []registry.TransKey{
		checked("name", "The display name, with its quotes and the blank behind it.", func(_ *registry.Ctx, s string) (string, bool) {
			name, _, _, ok := nameAddr(s)
			return name, ok
		}),
		checked("uri", "The URI.", func(_ *registry.Ctx, s string) (string, bool) {
			_, uri, _, ok := nameAddr(s)
			return uri, ok
		}),
		plain("len", "The length up to the end of the URI.", func(_ *registry.Ctx, s string, v *value.Value) bool {
			_, _, n, ok := nameAddr(s)
			v.SetInt(int64(n))
			return ok
		}),
	}
}

func toBodyKeys() []registry.TransKey {
	part := func(key, doc string, get func(a *sip.NameAddr, u *sip.URI) string) registry.TransKey {
		return checked(key, doc, func(c *registry.Ctx, s string) (string, bool) {
			a, ok := sip.ParseTo(s)
			if !ok {
				return "", false
			}
			u := c.State.SpelledURI(a.URI)
			if u == nil {
				return "", false
			}
			return get(&a, u), true
		})
	}
	return []registry.TransKey{
		part("uri", "The URI.", func(a *sip.NameAddr, _ *sip.URI) string { return a.URI }),
		part("display", "The display name, with its quotes.", func(a *sip.NameAddr, _ *sip.URI) string { return a.Display }),
		part("tag", "The tag.", func(a *sip.NameAddr, _ *sip.URI) string { return a.Tag }),
		part("params", "The header's parameters.", func(a *sip.NameAddr, _ *sip.URI) string {
			return strings.TrimLeft(a.Params, "; \t\r\n")
		}),
		part("user", "The URI's user.", func(_ *sip.NameAddr, u *sip.URI) string { return u.User }),
		part("host", "The URI's host.", func(_ *sip.NameAddr, u *sip.URI) string { return u.Host }),
	}
}
