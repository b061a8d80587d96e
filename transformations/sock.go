package transformations

import (
	"strings"

	"olelo/runtime/registry"
)

// Corex is the class of Kamailio's module corex.
func Corex() []registry.Trans {
	return []registry.Trans{{Class: "sock", Doc: "Parts of a socket, proto:host:port.", Keys: sockKeys()}}
}

func sockKeys() []registry.TransKey {
	key := func(key, doc string, f func(c *registry.Ctx, s socket) string) registry.TransKey {
		return checked(key, doc, func(c *registry.Ctx, text string) (string, bool) {
			if text == "" {
				return "", false
			}
			s, wrong := parseSocket(text)
			if wrong != "" {
				c.Log.Errorf(logAs, "{sock.%s}: %s in %q", key, wrong, text)
				return "", false
			}
			return f(c, s), true
		})
	}
	return []registry.TransKey{
		key("host", "Its host.", func(_ *registry.Ctx, s socket) string { return s.host }),
		key("port", "Its port; nothing where it has none.", func(_ *registry.Ctx, s socket) string { return s.port }),
		key("proto", "Its protocol, as written; nothing where it has none.", func(_ *registry.Ctx, s socket) string { return s.proto }),
		key("touri", "The SIP URI of it: sip:host:port;transport=proto.", func(c *registry.Ctx, s socket) string {
			if s.host == "" {
				return ""
			}
			var port, proto string
			if s.port != "" {
				port = join(c, ":", s.port)
			}
			if s.proto != "" {
				proto = join(c, ";transport=", s.proto)
			}
			return join(c, "sip:", s.host, port, proto)
		}),
	}
}

// socket is proto:host:port, in which proto and port may be absent.
type socket struct{ proto, host, port string }

// parseSocket takes host, host:port, proto:host and proto:host:port. A host in
// brackets may have colons. wrong says what is amiss.
func parseSocket(text string) (s socket, wrong string) {
	var parts [3]string
	n, start, inside := 0, 0, false
	for i := 0; i <= len(text); i++ {
		switch {
		case i == len(text) || text[i] == ':' && !inside:
			if n == len(parts) || n > 0 && i == start && i == len(text) {
				return s, "too many colons"
			}
			parts[n] = text[start:i]
			n, start = n+1, i+1
		case text[i] == '[':
			inside = true
		case text[i] == ']' && !inside:
			return s, "too many brackets"
		case text[i] == ']':
			inside = false
		}
	}
	switch {
	case n == 1:
		s.host = parts[0]
	case n == 2 && isNumber(parts[1]):
		s.host, s.port = parts[0], parts[1]
	default:
		s = socket{parts[0], parts[1], parts[2]}
		if !isSocketProto(s.proto) {
			return s, "bad protocol"
		}
		if n == 3 && !isNumber(s.port) {
			return s, "bad port number"
		}
	}
	return s, ""
}

func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "+")
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isSocketProto knows the transports that olelo has.
func isSocketProto(s string) bool {
	p := protoOf(s)
	return p > 0 && p <= 3
}
