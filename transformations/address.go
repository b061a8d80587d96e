package transformations

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// nameAddr finds the < and > of "name" <uri>; without a < all is the URI. size
// is the length up to the >.
func nameAddr(s string) (name, uri string, size int, ok bool) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == '<' && !quoted:
			end := strings.IndexByte(s[i:], '>')
			if end < 0 {
				return "", "", 0, false
			}
			return s[:i], s[i+1 : i+end], i + end + 1, true
		}
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
	part := func(key, doc string, get func(a sip.NameAddr) string) registry.TransKey {
		return checked(key, doc, func(_ *registry.Ctx, s string) (string, bool) {
			a, ok := toBody(s)
			return get(a), ok
		})
	}
	ofURI := func(key, doc string, get func(u sip.URI) string) registry.TransKey {
		return checked(key, doc, func(_ *registry.Ctx, s string) (string, bool) {
			a, ok := toBody(s)
			if !ok {
				return "", false
			}
			u, err := sip.ParseURI(a.URI)
			return get(u), err == nil
		})
	}
	return []registry.TransKey{
		part("uri", "The URI.", func(a sip.NameAddr) string { return a.URI }),
		part("display", "The display name, with its quotes.", func(a sip.NameAddr) string { return a.Display }),
		part("tag", "The tag.", func(a sip.NameAddr) string { return a.Tag }),
		part("params", "The header's parameters.", func(a sip.NameAddr) string {
			return strings.TrimLeft(a.Params, "; \t\r\n")
		}),
		ofURI("user", "The URI's user.", func(u sip.URI) string { return u.User }),
		ofURI("host", "The URI's host.", func(u sip.URI) string { return u.Host }),
	}
}

// toBody reads a From or To header: one address, whose URI has a scheme and no
// blank, though a URI elsewhere may have one.
func toBody(s string) (sip.NameAddr, bool) {
	if _, more := sip.NextValue(s); more != "" {
		return sip.NameAddr{}, false
	}
	a := sip.ParseNameAddr(s)
	return a, strings.IndexByte(a.URI, ':') > 0 && !strings.ContainsAny(a.URI, " \t")
}
