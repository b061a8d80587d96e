package sip

import (
	"bytes"
	"net/netip"
)

// isHTTP reports whether a first line's version is HTTP's: "HTTP/1.1".
func isHTTP(version string) bool {
	const like = "http/"
	if len(version) != len(like)+len("1.1") || !equalFold(version[:len(like)], like) {
		return false
	}
	digits := version[len(like):]
	return digit(digits[0]) && digits[1] == '.' && digit(digits[2])
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// IsHTTP reports whether m is an HTTP request, as they come in on SIP's sockets
// too.
func (m *Message) IsHTTP() bool { m.need(); return m.first.http }

// AppendHTTP appends an HTTP request as it is routed: behind the first line it
// has a Via with its transport ("TCP") and source, as Kamailio gives it; Via lines
// of its own are called Hia.
func AppendHTTP(dst, raw []byte, transport string, src netip.AddrPort) []byte {
	start := 0
	for start < len(raw) && (raw[start] == '\r' || raw[start] == '\n') {
		start++
	}
	end := start + bytes.IndexByte(raw[start:], '\n') + 1
	dst = append(dst, raw[start:end]...)
	dst = append(dst, "Via: SIP/2.0/"...)
	dst = append(dst, transport...)
	dst = append(dst, ' ')
	dst = src.AppendTo(dst)
	dst = append(dst, "\r\n"...)
	for len(raw) > end {
		line := raw[end:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		if len(trimCR(bytes.TrimSuffix(line, []byte("\n")))) == 0 {
			break
		}
		at := len(dst)
		dst = append(dst, line...)
		if i := bytes.IndexByte(line, ':'); i > 0 && headerID(view(bytes.TrimRight(line[:i], " \t"))) == hVia {
			dst[at] = 'H'
		}
		end += len(line)
	}
	return append(dst, raw[end:]...)
}
