package msrp

import (
	"errors"
	"fmt"
	"strings"
)

// URI is an MSRP URI in parts (RFC 4975 section 6), all as written:
// scheme://userinfo@host:port/session;proto;params.
type URI struct {
	Scheme   string // "msrp", "msrps", any case
	UserInfo string // before the @
	User     string // UserInfo before its first :
	Host     string // with the brackets of an IPv6 address
	Port     string // "" where there is none
	PortNum  uint16 // 0 where there is none
	Session  string
	Proto    string // "tcp"
	Params   string // transport and parameters, "tcp;a=b", "" where there is only the transport
}

// MaxURI bounds a URI's length in bytes.
const MaxURI = 2048

// ErrURI is wrapped by the errors of ParseURI.
var ErrURI = errors.New("malformed MSRP URI")

func uriError(s, why string) error { return fmt.Errorf("%w %.80q: %s", ErrURI, s, why) }

// TLS reports whether the scheme is msrps.
func (u *URI) TLS() bool { return len(u.Scheme) == len("msrps") }

// ParseURI reads an MSRP URI; the parts are views of s.
func ParseURI(s string) (u URI, err error) {
	if err = u.parse(s); err != nil {
		return URI{}, err
	}
	return u, nil
}

// parse sets the parts of a zero URI; after an error they mean nothing.
func (u *URI) parse(s string) error {
	if len(s) > MaxURI {
		return uriError(s, "longer than 2048 bytes")
	}
	scheme, rest, _ := cut(s, ':')
	if !strings.HasPrefix(rest, "//") || !isScheme(scheme) {
		return uriError(s, "it does not start with msrp:// or msrps://")
	}
	rest = rest[len("//"):]
	u.Scheme = scheme
	at, slash, semicolon := -1, -1, -1
	for i := range len(rest) {
		c := rest[i]
		if c > '@' && c != 0x7F || '0' <= c && c <= ':' {
			continue // most are letters or digits
		}
		switch {
		case c <= ' ' || c == 0x7F:
			return uriError(s, "a blank or control character")
		case c == '/' && slash < 0:
			slash = i
		case c == '@' && slash < 0 && at < 0:
			// userinfo may hold a semicolon, but no slash (RFC 3986 section 3.2.1).
			at, semicolon = i, -1
		case c == ';' && semicolon < 0:
			semicolon = i
		}
	}
	if at >= 0 {
		u.UserInfo = rest[:at]
		u.User, _, _ = cut(u.UserInfo, ':')
	}
	end := len(rest)
	if semicolon >= 0 {
		end = semicolon
	}
	auth := rest[at+1 : end]
	if slash >= 0 && slash < end {
		auth = rest[at+1 : slash]
		u.Session = rest[slash+1 : end]
	}
	if err := u.hostPort(s, auth); err != nil {
		return err
	}
	if semicolon >= 0 {
		var more bool
		if u.Proto, _, more = cut(rest[semicolon+1:], ';'); more {
			u.Params = rest[semicolon+1:]
		}
		if u.Proto == "" {
			return uriError(s, "nothing after the semicolon")
		}
	}
	return nil
}

func isScheme(s string) bool {
	return s == "msrp" || s == "msrps" || strings.EqualFold(s, "msrp") || strings.EqualFold(s, "msrps")
}

func (u *URI) hostPort(s, auth string) error {
	host, port := auth, ""
	if strings.HasPrefix(auth, "[") {
		i := strings.IndexByte(auth, ']')
		if i < 0 {
			return uriError(s, "no ] after the IPv6 address")
		}
		host, port = auth[:i+1], auth[i+1:]
	} else if i := strings.IndexByte(auth, ':'); i >= 0 {
		host, port = auth[:i], auth[i:]
	}
	if host == "" || host == "[]" {
		return uriError(s, "no host")
	}
	if strings.IndexByte(auth, '@') >= 0 {
		return uriError(s, "more than one @")
	}
	u.Host = host
	if port == "" || port == ":" {
		return nil
	}
	u.Port = port[1:]
	n := 0
	for i := range len(u.Port) {
		if !isDigit(u.Port[i]) || n > 65535 {
			return uriError(s, "the port is not a number from 1 to 65535")
		}
		n = n*10 + int(u.Port[i]-'0')
	}
	if port[0] != ':' || n == 0 || n > 65535 {
		return uriError(s, "the port is not a number from 1 to 65535")
	}
	u.PortNum = uint16(n)
	return nil
}
