package sip

import (
	"errors"
	"strings"
)

// Credentials are the parameters of an Authorization header with scheme
// Digest (RFC 7616 section 3.4), as views of it. Quoted ones are what stands
// between the quotes, escapes and all: that is what the digest is made of.
type Credentials struct {
	Username, Realm, Nonce, URI, Response string
	Algorithm, QOP, NC, CNonce            string
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
)

// mandatory is what Credentials cannot do without.
const mandatory = hasUsername | hasRealm | hasNonce | hasURI | hasResponse

// ErrNoCredentials is what Parse says of the scheme alone.
var ErrNoCredentials = errors.New("no parameters after Digest")

var (
	errName        = errors.New("a parameter without a name")
	errNoValue     = errors.New("a parameter without a value")
	errQuote       = errors.New("a quote that does not end")
	errSeparator   = errors.New("no comma between two parameters")
	errTwice       = errors.New("a parameter given twice")
	errTrailing    = errors.New("a comma at the end")
	errControlByte = errors.New("a control character")
)

// Parse reads a header body. digest is false where its scheme is another one:
// that is no error, somebody else may understand it.
func (k *Credentials) Parse(body string) (digest bool, err error) {
	*k = Credentials{}
	const scheme = "Digest"
	body = strings.Trim(body, " \t\r\n")
	if len(body) < len(scheme) || !strings.EqualFold(body[:len(scheme)], scheme) {
		return false, nil
	}
	rest := body[len(scheme):]
	if rest == "" {
		return true, ErrNoCredentials
	}
	if !isSpace(rest[0]) {
		return false, nil // another scheme, that starts with the same letters
	}
	for {
		if rest = trimLeft(rest); rest == "" {
			return true, errTrailing
		}
		n := 0
		for n < len(rest) && IsHTTPToken(rest[n]) {
			n++
		}
		if n == 0 {
			return true, errName
		}
		name := rest[:n]
		if rest = trimLeft(rest[n:]); rest == "" || rest[0] != '=' {
			return true, errNoValue
		}
		var val string
		if val, rest, err = takeValue(trimLeft(rest[1:])); err != nil {
			return true, err
		}
		if err := k.set(name, val); err != nil {
			return true, err
		}
		if rest = trimLeft(rest); rest == "" {
			return true, nil
		}
		if rest[0] != ',' {
			return true, errSeparator
		}
		rest = rest[1:]
	}
}

// takeValue takes a token or a quoted string off s.
func takeValue(s string) (val, rest string, err error) {
	if s == "" {
		return "", "", errNoValue
	}
	if s[0] != '"' {
		n := 0
		for n < len(s) && IsHTTPToken(s[n]) {
			n++
		}
		if n == 0 {
			return "", "", errNoValue
		}
		return s[:n], s[n:], nil
	}
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"':
			return s[1:i], s[i+1:], nil
		case c < ' ' && c != '\t' && c != '\r' && c != '\n', c == 0x7F:
			return "", "", errControlByte
		}
	}
	return "", "", errQuote
}

// set keeps a parameter; unknown ones are ignored (RFC 7616 section 3.4).
func (k *Credentials) set(name, val string) error {
	var dst *string
	var bit uint
	switch len(name) {
	case 2:
		if strings.EqualFold(name, "nc") {
			dst, bit = &k.NC, hasNC
		}
	case 3:
		if strings.EqualFold(name, "uri") {
			dst, bit = &k.URI, hasURI
		} else if strings.EqualFold(name, "qop") {
			dst, bit = &k.QOP, hasQOP
		}
	case 5:
		if strings.EqualFold(name, "realm") {
			dst, bit = &k.Realm, hasRealm
		} else if strings.EqualFold(name, "nonce") {
			dst, bit = &k.Nonce, hasNonce
		}
	case 6:
		if strings.EqualFold(name, "cnonce") {
			dst, bit = &k.CNonce, hasCNonce
		}
	case 8:
		if strings.EqualFold(name, "username") {
			dst, bit = &k.Username, hasUsername
		} else if strings.EqualFold(name, "response") {
			dst, bit = &k.Response, hasResponse
		}
	case 9:
		if strings.EqualFold(name, "algorithm") {
			dst, bit = &k.Algorithm, hasAlgorithm
		}
	}
	if dst == nil {
		return nil
	}
	if k.has&bit != 0 {
		return errTwice
	}
	*dst = val
	k.has |= bit
	return nil
}

// HasNC reports whether there is a nonce count.
func (k *Credentials) HasNC() bool { return k.has&hasNC != 0 }

// Complete reports whether nothing is missing: a qop needs nc and cnonce.
func (k *Credentials) Complete() bool {
	const withQOP = hasNC | hasCNonce
	return k.has&mandatory == mandatory && (k.QOP == "" || k.has&withQOP == withQOP)
}

// User is the username up to its @.
func (k *Credentials) User() string {
	user, _, _ := strings.Cut(k.Username, "@")
	return user
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
