package sip

import (
	"errors"
	"strings"
)

// Credentials are the parameters of an Authorization header with scheme
// Digest (RFC 7616 section 3.4), as views of it. Quoted ones are what stands
// between the quotes, escapes and all: that is what the digest is made of. Of a
// parameter given twice the last one counts.
type Credentials struct {
	Username, Realm, Nonce, URI, Response string
	Algorithm, QOP, NC, CNonce, Opaque    string
	has                                   uint // bits by parameter
}

// The parameters that Credentials' has tells of.
const (
	hasUsername = 1 << iota
	hasRealm
	hasNonce
	hasURI
	hasResponse
	hasAlgorithm
	hasQOP
	hasNC
	hasCNonce
	hasOpaque
)

// mandatory is what Credentials cannot do without.
const mandatory = hasUsername | hasRealm | hasNonce | hasURI | hasResponse

// ErrNoCredentials is what Parse says of the scheme alone.
var ErrNoCredentials = errors.New("no parameters after Digest")

var (
	errName    = errors.New("a parameter without a name and =")
	errNoValue = errors.New("a parameter without a value")
	errQuote   = errors.New("a quote that does not end")
)

// Parse reads a header body. digest is false where its scheme is another one:
// that is no error, somebody else may understand it. As in Kamailio, a name is
// all that stands before the =, and what stands between a value and the next
// comma is passed over.
func (k *Credentials) Parse(body string) (digest bool, err error) {
	*k = Credentials{}
	const scheme = "Digest"
	body = trimLeft(body)
	if len(body) < len(scheme) || !strings.EqualFold(body[:len(scheme)], scheme) {
		return false, nil
	}
	rest := body[len(scheme):]
	if rest == "" {
		return true, ErrNoCredentials
	}
	if !isSpace(rest[0]) && rest[0] != ',' {
		return false, nil // another scheme, that starts with the same letters
	}
	for more := true; more; {
		name, after, ok := strings.Cut(trimLeft(rest[1:]), "=")
		if !ok {
			return true, errName
		}
		var val string
		if val, rest, err = takeValue(trimLeft(after)); err != nil {
			return true, err
		}
		k.set(strings.TrimRight(name, " \t\r\n"), val)
		comma := strings.IndexByte(rest, ',')
		if more = comma >= 0; more {
			rest = rest[comma:]
		}
	}
	return true, nil
}

// takeValue takes a quoted string, or what ends at a space or comma, off s.
func takeValue(s string) (val, rest string, err error) {
	if s == "" || s[0] != '"' {
		n := 0
		for n < len(s) && !isSpace(s[n]) && s[n] != ',' {
			n++
		}
		if n == 0 {
			return "", "", errNoValue
		}
		return s[:n], s[n:], nil
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[1:i], s[i+1:], nil
		}
	}
	return "", "", errQuote
}

// set keeps a parameter; unknown ones are ignored (RFC 7616 section 3.4).
func (k *Credentials) set(name, val string) {
	if dst, bit := k.param(name); dst != nil {
		*dst = val
		k.has |= bit
	}
}

// Param is the parameter of a name, in any case; ok is false where there is none.
func (k *Credentials) Param(name string) (val string, ok bool) {
	at, bit := k.param(name)
	if at == nil {
		return "", false
	}
	return *at, k.has&bit != 0
}

// param is where a parameter is kept, and its bit; nil for an unknown one.
func (k *Credentials) param(name string) (at *string, bit uint) {
	switch len(name) {
	case 2:
		if strings.EqualFold(name, "nc") {
			return &k.NC, hasNC
		}
	case 3:
		if strings.EqualFold(name, "uri") {
			return &k.URI, hasURI
		} else if strings.EqualFold(name, "qop") {
			return &k.QOP, hasQOP
		}
	case 5:
		if strings.EqualFold(name, "realm") {
			return &k.Realm, hasRealm
		} else if strings.EqualFold(name, "nonce") {
			return &k.Nonce, hasNonce
		}
	case 6:
		if strings.EqualFold(name, "cnonce") {
			return &k.CNonce, hasCNonce
		} else if strings.EqualFold(name, "opaque") {
			return &k.Opaque, hasOpaque
		}
	case 8:
		if strings.EqualFold(name, "username") {
			return &k.Username, hasUsername
		} else if strings.EqualFold(name, "response") {
			return &k.Response, hasResponse
		}
	case 9:
		if strings.EqualFold(name, "algorithm") {
			return &k.Algorithm, hasAlgorithm
		}
	}
	return nil, 0
}

// HasNC reports whether there is a nonce count.
func (k *Credentials) HasNC() bool { return k.has&hasNC != 0 }

// Complete reports whether nothing is missing: a qop needs nc and cnonce.
func (k *Credentials) Complete() bool {
	const withQOP = hasNC | hasCNonce
	return k.has&mandatory == mandatory && (k.QOP == "" || k.has&withQOP == withQOP)
}

// User splits the username at its @, and leaves out what stands before a : that
// comes first, a URI's scheme. As in Kamailio, one of less than three bytes is
// all user.
func (k *Credentials) User() (user, domain string) {
	s := k.Username
	if len(s) < 3 {
		return s, ""
	}
	if i := strings.IndexAny(s, ":@"); i >= 0 && s[i] == ':' {
		s = s[i+1:]
	}
	user, domain, _ = strings.Cut(s, "@")
	return user, domain
}

func trimLeft(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	return s
}

// IsHTTPToken reports whether c may stand in a token (RFC 7230 section 3.2.6).
func IsHTTPToken(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c != 0 && strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}
