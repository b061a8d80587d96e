package auth

import (
	"encoding/binary"
	"fmt"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// The flags of the functions that challenge.
const (
	challengeQOPAuth = 1
	challengeQOPInt  = 2
	challengeNo500   = 4
	challengeStale   = 16
)

// appendChallenge appends the header line of a challenge.
func (m *Module) appendChallenge(dst []byte, c *registry.Ctx, w *work, s *side, realm string, flags int) []byte {
	dst = append(dst, *s.challenge...)
	dst = append(dst, `: Digest realm="`...)
	dst = appendQuoted(dst, realm)
	dst = append(dst, `", nonce="`...)
	dst = m.appendNonce(dst, c, w)
	dst = append(dst, '"')
	switch {
	case flags&challengeQOPInt != 0:
		dst = append(dst, `, qop="auth-int"`...)
	case flags&challengeQOPAuth != 0:
		dst = append(dst, `, qop="auth"`...)
	}
	if flags&challengeStale != 0 {
		dst = append(dst, ", stale=true"...)
	}
	if m.algName != "" {
		dst = append(dst, ", algorithm="...)
		dst = append(dst, m.algName...)
	}
	return append(dst, "\r\n"...)
}

// appendQuoted appends the inside of a quoted string; what would end it is
// escaped (RFC 7230 section 3.2.6).
func appendQuoted(dst []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\r', '\n':
			dst = append(dst, ' ')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendNonce appends a new nonce for whoever sent the message.
func (m *Module) appendNonce(dst []byte, c *registry.Ctx, w *work) []byte {
	var id []byte
	if m.ids != nil {
		w.id = m.ids.id(w.id[:0], c.Rank)
		id = w.id
	}
	return w.signer.append(dst, c.State.Now(), m.parts(c, w), id)
}

// keepChallenge puts a challenge into challenge_attr, for append_to_reply. It
// never says stale=true: Kamailio's flag for that has no effect.
func (m *Module) keepChallenge(c *registry.Ctx, w *work, r *request) {
	flags := 0
	switch {
	case r.flags&flagQOPInt != 0:
		flags |= challengeQOPInt
	case r.flags&flagQOPAuth != 0:
		flags |= challengeQOPAuth
	}
	w.buf = m.appendChallenge(w.buf[:0], c, w, r.side, r.realm, flags)
	v := value.OfStr(c.Arena.String(w.buf))
	c.State.AVP.Push(m.attr, &v)
}

// getChallenge is auth_get_www_authenticate.
func (m *Module) getChallenge(c *registry.Ctx, realm string, flags int, out *registry.Var) int {
	if realm = m.stripRealm(realm); realm == "" {
		c.Log.Errorf(name, "auth_get_www_authenticate: the realm is empty")
		return codeError
	}
	w := m.worker(c)
	w.buf = m.appendChallenge(w.buf[:0], c, w, &m.www, realm, flags)
	vals := c.Borrow(1)
	vals[0].SetStr(c.Arena.String(w.buf))
	ok := out.Set(c, &vals[0])
	c.Return(vals)
	if !ok {
		return codeError
	}
	return codeOK
}

func (m *Module) wwwChallenge(c *registry.Ctx, realm string, flags int) int {
	return m.challenge(c, "www_challenge", &m.www, realm, flags)
}

func (m *Module) proxyChallenge(c *registry.Ctx, realm string, flags int) int {
	return m.challenge(c, "proxy_challenge", &m.proxy, realm, flags)
}

// authChallenge is auth_challenge: www for a REGISTER, proxy for all else.
func (m *Module) authChallenge(c *registry.Ctx, realm string, flags int) int {
	s := &m.proxy
	if c.Msg != nil && c.Msg.Method() == "REGISTER" {
		s = &m.www
	}
	return m.challenge(c, "auth_challenge", s, realm, flags)
}

// challenge sends 401 or 407; where that cannot be done, 500 instead.
func (m *Module) challenge(c *registry.Ctx, fn string, s *side, realm string, flags int) int {
	switch {
	case c.Frame != nil:
		c.Log.Errorf(name, "%s answers SIP requests: for an MSRP frame build the header with auth_get_www_authenticate and send it with msrp_reply", fn)
		return codeError
	case c.Msg == nil:
		c.Log.Errorf(name, "%s: there is no request to challenge here", fn)
		return codeError
	case c.Msg.Method() == "ACK":
		return codeOK // never answered
	}
	if realm = m.stripRealm(realm); realm == "" {
		c.Log.Errorf(name, "%s: the realm is empty", fn)
		if flags&challengeNo500 == 0 {
			m.send(c, fn, 500, "Internal Server Error", "")
		}
		return codeError
	}
	w := m.worker(c)
	w.buf = m.appendChallenge(w.buf[:0], c, w, s, realm, flags)
	if !m.send(c, fn, s.code, s.reason, c.Arena.String(w.buf)) {
		return codeError
	}
	return codeOK
}

func (m *Module) send(c *registry.Ctx, fn string, code int, reason, headers string) bool {
	if err := m.sl.Reply(c, code, reason, headers); err != nil {
		c.Log.Errorf(name, "%s: the reply %d is not sent: %v", fn, code, err)
		return false
	}
	return true
}

// addAuthInfo adds Authentication-Info (RFC 7615, RFC 7616 section 3.5) to the
// replies: the server's proof that it knows the password too.
func (m *Module) addAuthInfo(c *registry.Ctx, w *work, k *sip.Credentials) {
	b := append(w.buf[:0], `Authentication-Info: nextnonce="`...)
	if m.oneTime != 0 {
		b = m.appendNonce(b, c, w)
	} else {
		b = append(b, k.Nonce...)
	}
	b = append(b, '"')
	if k.QOP != "" {
		b = fmt.Appendf(b, `, qop=%s`, k.QOP)
	}
	body := ""
	if strings.EqualFold(k.QOP, qopInt) {
		body = c.Msg.Body()
	}
	b = append(b, `, rspauth="`...)
	b = append(b, w.digest.response(m.alg, k, "", body)...)
	b = append(b, '"')
	if k.QOP != "" {
		b = fmt.Appendf(b, `, cnonce="%s", nc=%s`, k.CNonce, k.NC)
	}
	w.buf = append(b, "\r\n"...)
	c.State.ReplyHeaders = append(c.State.ReplyHeaders, w.buf...)
}

func appendUint(dst []byte, n uint64) []byte { return binary.BigEndian.AppendUint64(dst, n) }
