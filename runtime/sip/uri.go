package sip

import (
	"errors"
	"fmt"
	"strings"
)

// URI is a SIP, SIPS, TEL or URN URI in parts, all as written.
type URI struct {
	Scheme     string // "sip"
	User       string // tel: the number; urn: what follows "urn:"
	UserParams string // with user=phone, what follows the user's first ;
	Password   string
	Host       string // with the brackets of an IPv6 address
	Port       string // "" where there is none
	Params     string // without the leading ;
	Headers    string // without the leading ?
}

// ErrURI is wrapped by the errors of ParseURI.
var ErrURI = errors.New("malformed URI")

func uriError(s, why string) error { return fmt.Errorf("%w %.80q: %s", ErrURI, s, why) }

// ParseURI reads sip:, sips:, tel: and urn: URIs (RFC 3261, 3966, 8141), and no
// tels: ones, like Kamailio 5.6.3, which has a number for them. An
// error wraps ErrURI. The parts are views of s.
func ParseURI(s string) (u URI, err error) {
	scheme, rest, ok := cut(s, ':')
	if !ok {
		return u, uriError(s, "no scheme")
	}
	u.Scheme = scheme
	switch {
	case equalFold(scheme, "sip"), equalFold(scheme, "sips"):
	case equalFold(scheme, "tel"):
		if err := u.setAddress(s, rest); err != nil {
			return u, err
		}
		u.User, u.Host = u.Host, "" // Kamailio reads it as a SIP URI, of which the host is the number
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
	if err := u.setAddress(s, rest); err != nil {
		return u, err
	}
	if u.IsPhone() {
		u.User, u.UserParams, _ = cut(u.User, ';')
		if u.User == "" && strings.IndexByte(rest, '@') >= 0 {
			return u, uriError(s, "nothing before the ; of the user")
		}
	}
	return u, nil
}

// setAddress reads what is behind the scheme of s: user, password, host, port,
// parameters and headers.
func (u *URI) setAddress(s, rest string) error {
	if strings.ContainsAny(rest, "\r\n\x00") {
		return uriError(s, "a character that is not allowed")
	}
	at := strings.IndexByte(rest, '@')
	if at >= 0 {
		if why := u.setUser(rest[:at]); why != "" {
			return uriError(s, why)
		}
		rest = rest[at+1:]
		if strings.IndexByte(rest, '@') >= 0 {
			return uriError(s, "more than one @")
		}
	}
	rest, u.Headers, _ = cut(rest, '?')
	if strings.IndexByte(u.Headers, ';') >= 0 {
		return uriError(s, "a ; behind the ?")
	}
	rest, u.Params, _ = cut(rest, ';')
	if why := u.setHost(rest, at >= 0); why != "" {
		return uriError(s, why)
	}
	return nil
}

// setUser reads what is before the @. It takes what Kamailio takes, which is
// more than RFC 3261 allows.
func (u *URI) setUser(s string) (why string) {
	u.User, u.Password, _ = cut(s, ':')
	plain := u.User
	if i := strings.IndexAny(plain, ";?"); i >= 0 {
		plain = plain[:i]
	}
	switch {
	case u.User == "":
		return "nothing before @"
	case strings.ContainsAny(plain, "[]"):
		return "a bracket in the user"
	case strings.ContainsAny(u.Password, ":;?[]"):
		return "a character that no password has"
	}
	return ""
}

// setHost reads host[:port]. Behind a user Kamailio takes fewer characters in a
// host than in a URI without one, where a host name like web_1 is taken.
func (u *URI) setHost(s string, behindUser bool) (why string) {
	end := len(s)
	switch {
	case s == "":
		return "no host"
	case s[0] == '[':
		end = strings.IndexByte(s, ']') + 1
		if end == 0 || end < len(s) && s[end] != ':' {
			return "host or port"
		}
	default:
		if i := strings.IndexByte(s, ':'); i >= 0 {
			end = i
		}
		if !isHost(s[:end], behindUser) {
			return "a character that is not allowed in the host"
		}
	}
	u.Host = s[:end]
	if end == len(s) {
		return ""
	}
	u.Port = s[end+1:]
	if n, ok := decimal(u.Port); u.Port != "" && (!ok || n > 65535) {
		return "host or port"
	}
	return ""
}

func isHost(s string, behindUser bool) bool {
	if s == "" {
		return false
	}
	if !behindUser {
		return !strings.ContainsAny(s, "[]")
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'z':
		case i > 0 && (c == '-' || c == '.'):
		default:
			return false
		}
	}
	return true
}

// IsPhone reports whether the URI says user=phone, in lower case as Kamailio
// wants it; of several the last one counts. What follows the user's first ; is
// then no part of the user.
func (u *URI) IsPhone() bool {
	phone := false
	for s := u.Params; s != ""; {
		var one string
		one, s, _ = cut(s, ';')
		if k, v, ok := cut(one, '='); ok && equalFold(k, "user") {
			phone = v == "phone"
		}
	}
	return phone
}

// TelParams are the parameters that belong to the number or the user: with
// user=phone those of the user, otherwise Params.
func (u *URI) TelParams() string {
	if (equalFold(u.Scheme, "sip") || equalFold(u.Scheme, "sips")) && u.IsPhone() {
		return u.UserParams
	}
	return u.Params
}

// PortNum is the port as a number, 0 where there is none.
func (u *URI) PortNum() int { n, _ := decimal(u.Port); return n }

// Param finds a URI parameter, its name in lower case; of several the last one
// that has a value counts.
func (u *URI) Param(name string) (val string, ok bool) {
	for rest := u.Params; rest != ""; {
		var one string
		one, rest = NextParam(rest)
		if v, has := Param(one, name); has {
			ok = true
			if v != "" {
				val = v
			}
		}
	}
	return val, ok
}

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
