package sanity

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// readable is whether every Via can be read and there is one Content-Length at
// most. The rest is what the server asks of each message.
func (m *Module) readable(msg *sip.Message) *fault {
	if msg.CountByKey(&m.contentLength) > 1 {
		return silent
	}
	for i := 0; ; i++ {
		v, ok := msg.Via(i)
		switch {
		case !ok && v.Body == "":
			return nil
		case !ok:
			return silent
		}
	}
}

// contentLength is whether Content-Length tells the body's length. None is not
// wrong.
func contentLength(c *registry.Ctx) *fault {
	n, ok := c.Msg.ContentLength()
	switch {
	case !ok:
		c.Log.Warnf(name, "the request has no Content-Length")
	case n != len(c.Msg.Body()):
		return badLength
	}
	return nil
}

// is32Bit is whether s is a number as Kamailio takes one: up to ten digits, and
// up to 4294967296.
func is32Bit(s string) bool {
	n, err := strconv.ParseUint(s, 10, 64)
	return err == nil && len(s) <= 10 && n <= 1<<32
}

// expiry reads the first word of Expires.
func (m *Module) expiry(msg *sip.Message) *fault {
	h, ok := msg.HeaderByKey(&m.expires, 0)
	if !ok {
		return nil
	}
	word := h.Body
	if i := strings.IndexAny(word, " \t\r\n"); i >= 0 {
		word = word[:i]
	}
	switch {
	case word == "":
		return badExpiresLine
	case !is32Bit(word):
		return badExpires
	}
	return nil
}

// extensions compares the first Proxy-Require with those that are known; the
// reply names the first one that is not (RFC 3261 section 16.3).
func (m *Module) extensions(msg *sip.Message) *fault {
	h, ok := msg.HeaderByKey(&m.proxyRequired, 0)
	if !ok {
		return nil
	}
	if h.Body == "" {
		return badProxyRequire
	}
	for _, e := range list(h.Body) {
		if !slices.Contains(m.extension, e) {
			return &fault{code: 420, reason: "Bad Proxy Require Extension", headers: "Unsupported: " + e + "\r\n"}
		}
	}
	return nil
}

// list is the texts between commas, without blanks around them.
func list(s string) (l []string) {
	for one := range strings.SplitSeq(s, ",") {
		if one = strings.TrimSpace(one); one != "" {
			l = append(l, strings.Clone(one))
		}
	}
	return l
}

func checkURIs(c *registry.Ctx, uris int) *fault {
	msg := c.Msg
	for bit := 1; bit < uriLimit; bit <<= 1 {
		var f *fault
		switch uris & bit {
		case requestURI:
			f = uri(c, msgstate.RequestURI, msg.RURI(), badRequestURI)
		case fromURI:
			f = uri(c, msgstate.FromURI, msg.From().URI, badFrom)
		case toURI:
			f = uri(c, msgstate.ToURI, msg.To().URI, badTo)
		case contactURI:
			f = contacts(msg)
		}
		if f != nil {
			return f
		}
	}
	return nil
}

// contacts reads the first Contact header.
func contacts(msg *sip.Message) *fault {
	h, ok := msg.Header("Contact", 0)
	if !ok || h.Body == "*" {
		return nil
	}
	for one, rest := sip.NextValue(h.Body); ; one, rest = sip.NextValue(rest) {
		a := sip.ParseNameAddr(one)
		if a.URI == "" || !strings.Contains(one, "<") && !strings.Contains(one, ":") {
			return badContact
		}
		if _, err := sip.ParseURI(a.URI); err != nil {
			return badContactURI
		}
		if rest == "" {
			return nil
		}
	}
}

func tags(msg *sip.Message) *fault {
	if many(msg.From().Params) {
		return badFromTags
	}
	if many(msg.To().Params) {
		return badToTags
	}
	return nil
}

// many is whether there are several tags among parameters.
func many(params string) bool {
	n := 0
	for params != "" {
		var p string
		p, params = sip.NextParam(params)
		k, _, _ := strings.Cut(p, "=")
		if strings.EqualFold(strings.TrimSpace(k), "tag") {
			n++
		}
	}
	return n > 1
}

// digest reads the credentials, up to the first ones of another scheme: other is
// what they are.
func (m *Module) digest(msg *sip.Message, other *fault) *fault {
	for i := range m.credentials {
		k := &m.credentials[i]
		for n := msg.FindHeader(k, 0); n >= 0; n = msg.FindHeader(k, n+1) {
			var cred sip.Credentials
			digest, err := cred.Parse(msg.HeaderAt(n).Body)
			switch {
			case !digest, errors.Is(err, sip.ErrNoCredentials):
				return other
			case err != nil:
				return badAuthLine
			case !cred.Complete():
				return badCredentials
			case cred.Username == "":
				return noUser
			case cred.Nonce == "":
				return noNonce
			case cred.Response == "":
				return noResponse
			}
		}
	}
	return nil
}
