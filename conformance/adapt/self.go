package adapt

import (
	"net/netip"
	"regexp"
	"strings"
)

var listenLine = regexp.MustCompile(`^\s*(listen|socket)\b`)

// selfReferences puts the new address of a socket wherever the configuration writes
// the old one out, as in force_send_socket(udp:10.1.2.3:5060): it means itself.
func (a *adapter) selfReferences() error {
	fresh := map[string]string{}
	for _, s := range a.Sockets {
		old := strings.TrimPrefix(s.Old, s.Protocol+":")
		if ip, err := netip.ParseAddrPort(old); err == nil && !ip.Addr().IsUnspecified() && fresh[old] == "" {
			fresh[old] = s.Addr.String()
		}
	}
	for _, t := range a.texts {
		for old, now := range fresh {
			for _, at := range occurrences(t.body, old) {
				if listenLine.MatchString(t.body[strings.LastIndexByte(t.body[:at], '\n')+1 : at]) {
					continue // sockets has written it, or left it for the server to refuse
				}
				t.edits = append(t.edits, edit{at, at + len(old), now})
			}
		}
	}
	return nil
}

// occurrences are the places of an address in a text that are not a part of
// another one.
func occurrences(text, addr string) []int {
	var at []int
	for from := 0; ; {
		i := strings.Index(text[from:], addr)
		if i < 0 {
			return at
		}
		i += from
		from = i + len(addr)
		if (i == 0 || !hostByte(text[i-1])) && (from == len(text) || !hostByte(text[from])) {
			at = append(at, i)
		}
	}
}

func hostByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '.' || c == '-' || c == '_'
}
