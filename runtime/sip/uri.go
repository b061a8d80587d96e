package sip

import (
	"errors"
	"fmt"
	"strings"
)

// URI is a SIP, SIPS, TEL or URN URI in parts, all as written.
type URI struct {
	Scheme     string // "sip"
	User       string // tel: the number; urn: the namespace, where what follows it is no port
	UserParams string // with user=phone, what follows the user's first ;
	Password   string
	Host       string // with the brackets of an IPv6 address
	Port       string // "" where there is none, or only its colon
	EmptyPort  bool   // there is no more of a port than its colon
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
	err = u.Parse(s)
	return u, err
}

// Parse makes u the URI s, as ParseURI does.
func (u *URI) Parse(s string) error {
	*u = URI{}
	scheme, rest, ok := cut(s, ':')
	if !ok {
		return uriError(s, "no scheme")
	}
	u.Scheme = scheme
	switch {
	case equalFold(scheme, "sip"), equalFold(scheme, "sips"):
	case equalFold(scheme, "tel"):
		err := u.setAddress(s, rest)
		u.User, u.Host = u.Host, "" // Kamailio reads it as a SIP URI, of which the host is the number
		return err
	case equalFold(scheme, "urn"):
		if u.setNamespace(rest) {
			return nil
		}
		return u.setAddress(s, rest)
	default:
		return uriError(s, "the scheme is not sip, sips, tel or urn")
	}
	if err := u.setAddress(s, rest); err != nil {
		return err
	}
	if u.IsPhone() {
		u.User, u.UserParams, _ = cut(u.User, ';')
		if u.User == "" && strings.IndexByte(rest, '@') >= 0 {
			return uriError(s, "nothing before the ; of the user")
		}
	}
	return nil
}

// setNamespace reads a URN's service:sos as user and host, as Kamailio does. What
// may be anything else of a SIP URI is that.
func (u *URI) setNamespace(rest string) bool {
	namespace, name, ok := cut(rest, ':')
	if !ok || strings.Trim(name, "0123456789") == "" || namespace == "" || namespace[0] == '[' || notName.in(rest[1:]) || strings.IndexByte(name, ':') >= 0 {
		return false
	}
	u.User, u.Host = namespace, name
	return true
}

// setAddress reads what is behind the scheme of s: user, password, host, port,
// parameters and headers. The first character, whatever it is, begins a user or
// a host.
func (u *URI) setAddress(s, rest string) error {
	if notURI.in(rest) {
		return uriError(s, "a character that is not allowed")
	}
	at := behindFirst(rest, '@')
	if at < 0 && strings.HasPrefix(rest, "@") && !equalFold(u.Scheme, "tel") {
		return uriError(s, "nothing before @")
	}
	if at >= 0 {
		if why := u.setUser(rest[:at]); why != "" {
			return uriError(s, why)
		}
		rest = rest[at+1:]
		if strings.IndexByte(rest, '@') >= 0 {
			return uriError(s, "more than one @")
		}
	}
	headers := behindFirst(rest, '?')
	if headers >= 0 {
		rest, u.Headers = rest[:headers], rest[headers+1:]
	}
	if strings.IndexByte(u.Headers, ';') >= 0 {
		return uriError(s, "a ; behind the ?")
	}
	if i := behindFirst(rest, ';'); i >= 0 {
		rest, u.Params = rest[:i], rest[i+1:]
	}
	if why := u.setHost(rest, at >= 0); why != "" {
		return uriError(s, why)
	}
	if headers < 0 && isOpenMaddr(u.Params[strings.LastIndexByte(u.Params, ';')+1:]) {
		return uriError(s, "nothing behind maddr=")
	}
	return nil
}

// isOpenMaddr reports whether a parameter that a URI ends with is maddr without a
// value, or begins as it, which Kamailio refuses.
func isOpenMaddr(param string) bool {
	name, val, assigned := cut(param, '=')
	if assigned {
		return val == "" && equalFold(name, "maddr")
	}
	return len(name) >= len("ma") && len(name) <= len("maddr") && equalFold(name, "maddr"[:len(name)])
}

// behindFirst is strings.IndexByte behind the first character.
func behindFirst(s string, c byte) int {
	if s == "" {
		return -1
	}
	if i := strings.IndexByte(s[1:], c); i >= 0 {
		return i + 1
	}
	return -1
}

// setUser reads what is before the @. It takes what Kamailio takes, which is
// more than RFC 3261 allows.
func (u *URI) setUser(s string) (why string) {
	reference := 0 // the length of an IPv6 reference, with its port, that the user begins with
	if strings.HasPrefix(s, "[") {
		if reference = userEnd.index(s); reference < 0 {
			return "a bracket in the user"
		}
		var host URI
		if why := host.setHost(s[:reference], false); why != "" {
			return why
		}
	}
	u.User, u.Password, _ = cut(s[reference:], ':')
	u.User = s[:reference+len(u.User)]
	plain := u.User[reference:]
	if plain != "" {
		if i := userEnd.index(plain[1:]); i >= 0 {
			plain = plain[:i+1]
		}
	}
	switch {
	case u.User == "":
		return "nothing before @"
	case reference == 0 && brackets.in(plain):
		return "a bracket in the user"
	case u.Password == "":
		return ""
	}
	digits := strings.TrimLeft(u.Password, "0123456789")
	port, ok := decimal(u.Password[:len(u.Password)-len(digits)])
	switch {
	case plain == u.User && digits != u.Password && (!ok || port > 65535):
		return "a password that begins with a number which is no port" // as which Kamailio reads it first
	case notPassword.in(u.Password), plain == u.User && brackets.in(u.Password):
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
		if end == 0 || end < len(s) && s[end] != ':' || strings.ContainsAny(s[1:end], "[&") {
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
	u.EmptyPort = u.Port == ""
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
		return !brackets.in(s)
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
	for s := u.Params; len(s) >= len("user="); {
		var one string
		one, s, _ = strings.Cut(s, ";")
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
// that has a value counts, which begins with no colon.
func (u *URI) Param(name string) (val string, ok bool) {
	for rest := u.Params; rest != ""; {
		var one string
		one, rest, _ = cut(rest, ';')
		if k, v, _ := cut(one, '='); equalFold(k, name) {
			ok = true
			if v != "" && v[0] != ':' {
				val = v
			}
		}
	}
	return val, ok
}

// Transport is the transport that the URI names, in lower case; of several the
// last that there is. wss is none here, as in Kamailio.
func (u *URI) Transport() string {
	name := ""
	for rest := u.Params; rest != ""; {
		var one string
		one, rest, _ = cut(rest, ';')
		if k, v, _ := cut(one, '='); equalFold(k, "transport") {
			for _, t := range [...]string{"udp", "tcp", "tls", "sctp", "ws"} {
				if equalFold(v, t) {
					name = t
				}
			}
		}
	}
	return name
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
