package sip

import (
	"errors"
	"fmt"
	"strings"
)

// URI is a SIP, SIPS, TEL or URN URI in parts, all as written.
type URI struct {
	Scheme   string // "sip"
	User     string // tel: the number; urn: what follows "urn:"
	Password string
	Host     string // with the brackets of an IPv6 address
	Port     string // "" where there is none
	Params   string // without the leading ;
	Headers  string // without the leading ?
}

// ErrURI is wrapped by the errors of ParseURI.
var ErrURI = errors.New("malformed URI")

func uriError(s, why string) error { return fmt.Errorf("%w %.80q: %s", ErrURI, s, why) }

// ParseURI reads sip:, sips:, tel: and urn: URIs (RFC 3261, 3966, 8141). An
// error wraps ErrURI. The parts are views of s.
func ParseURI(s string) (u URI, err error) {
	scheme, rest, ok := cut(s, ':')
	if !ok {
		return u, uriError(s, "no scheme")
	}
	u.Scheme = scheme
	switch {
	case equalFold(scheme, "sip"), equalFold(scheme, "sips"):
	case equalFold(scheme, "tel"), equalFold(scheme, "tels"):
		u.User, u.Params, _ = cut(rest, ';')
		if u.User == "" {
			return u, uriError(s, "no number")
		}
		return u, nil
	case equalFold(scheme, "urn"):
		if rest == "" {
			return u, uriError(s, "nothing after urn:")
		}
		u.User = rest
		return u, nil
	default:
		return u, uriError(s, "the scheme is not sip, sips, tel or urn")
	}
	if strings.IndexFunc(rest, func(r rune) bool { return r <= ' ' || r == 0x7F || r == '<' || r == '>' }) >= 0 {
		return u, uriError(s, "a character that is not allowed")
	}
	if at := strings.IndexByte(rest, '@'); at >= 0 {
		u.User, u.Password, _ = cut(rest[:at], ':')
		rest = rest[at+1:]
		if u.User == "" {
			return u, uriError(s, "nothing before @")
		}
	}
	rest, u.Headers, _ = cut(rest, '?')
	rest, u.Params, _ = cut(rest, ';')
	host, _, ok := hostPort(rest)
	if !ok {
		return u, uriError(s, "host or port")
	}
	if host == "" {
		return u, uriError(s, "no host")
	}
	u.Host = host
	if len(rest) > len(host) {
		u.Port = rest[len(host)+1:]
	}
	return u, nil
}

// PortNum is the port as a number, 0 where there is none.
func (u *URI) PortNum() int { n, _ := decimal(u.Port); return n }

// Param finds a URI parameter, its name in lower case.
func (u *URI) Param(name string) (val string, ok bool) { return Param(u.Params, name) }

// Header finds a URI header (after the ?), its name in lower case.
func (u *URI) Header(name string) (val string, ok bool) {
	for s := u.Headers; s != ""; {
		var h string
		h, s, _ = cut(s, '&')
		if k, v, _ := cut(h, '='); equalFold(k, name) {
			return v, true
		}
	}
	return "", false
}
