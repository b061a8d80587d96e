package auth

import (
	"errors"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// The return codes of the functions that check (Kamailio auth manual,
// "pv_www_authenticate").
const (
	codeOK           = 1
	codeError        = -1
	codePassword     = -2
	codeStale        = -4
	codeNoCredential = -5
	codeReplay       = -6
	codeUser         = -8
)

// The flags of the functions that check.
const (
	flagHA1       = 1 << iota // the password is an HA1
	flagChallenge             // put a challenge into challenge_attr: without qop
	flagQOPAuth               // with qop="auth"
	flagQOPInt                // with qop="auth-int"

	flagAnyChallenge = flagChallenge | flagQOPAuth | flagQOPInt
)

// side is the header that credentials come in and that challenges go out in.
type side struct {
	index     int
	header    sip.Key
	name      string
	challenge *string // the challenge's header name
	code      int
	reason    string
}

// request is one check.
type request struct {
	side            *side
	realm, password string
	flags           int
	method          string                                                         // "" for the message's own
	secret          func(*sip.Credentials) (password string, isHA1 bool, code int) // in place of password
}

// Check checks the message's credentials for a realm as pv_www_authenticate does,
// those of Authorization or, where www is not set, of Proxy-Authorization; method
// is "" for the message's own. Once they are well-formed and their nonce is good,
// secret is asked for the user's password or HA1; a code of it other than 1 is
// the result.
func (m *Module) Check(c *registry.Ctx, www bool, realm, method string, secret func(*sip.Credentials) (password string, isHA1 bool, code int)) int {
	r := request{side: &m.proxy, realm: m.stripRealm(realm), method: method, secret: secret}
	if www {
		r.side = &m.www
	}
	return m.verify(c, m.worker(c), &r)
}

func (m *Module) wwwAuthenticate(c *registry.Ctx, realm, password string, flags int) int {
	return m.authenticate(c, "pv_www_authenticate", request{side: &m.www, realm: realm, password: password, flags: flags})
}

func (m *Module) wwwAuthenticateMethod(c *registry.Ctx, realm, password string, flags int, method string) int {
	if method == "" {
		c.Log.Errorf(name, "pv_www_authenticate: the method is empty")
		return codeError
	}
	return m.authenticate(c, "pv_www_authenticate", request{side: &m.www, realm: realm, password: password, flags: flags, method: method})
}

func (m *Module) proxyAuthenticate(c *registry.Ctx, realm, password string, flags int) int {
	return m.authenticate(c, "pv_proxy_authenticate", request{side: &m.proxy, realm: realm, password: password, flags: flags})
}

// authCheck is pv_auth_check: www for a REGISTER, proxy for all else. checks 1
// wants the user to be that of From, of a REGISTER that of To as well.
func (m *Module) authCheck(c *registry.Ctx, realm, password string, flags, checks int) int {
	r := request{side: &m.proxy, realm: realm, password: password, flags: flags}
	register := c.Msg != nil && c.Msg.Method() == "REGISTER"
	if register {
		r.side = &m.www
	}
	code := m.authenticate(c, "pv_auth_check", r)
	w := m.worker(c)
	if code != codeOK || checks&1 == 0 || c.Msg == nil || !w.of(c)[r.side.index].good {
		return code
	}
	user, _ := w.cred.User()
	if !isUser(c.Msg.From(), user) || register && !isUser(c.Msg.To(), user) {
		return codeUser
	}
	return codeOK
}

func isUser(a *sip.NameAddr, user string) bool {
	uri, err := sip.ParseURI(a.URI)
	return err == nil && uri.User == user
}

// authenticate checks a message's credentials; with a challenge flag, it puts
// a challenge into challenge_attr where they are not good.
func (m *Module) authenticate(c *registry.Ctx, fn string, r request) int {
	w := m.worker(c)
	if r.realm = m.stripRealm(r.realm); r.realm == "" {
		c.Log.Errorf(name, "%s: the realm is empty", fn)
		return codeError
	}
	if r.password == "" {
		c.Log.Errorf(name, "%s: the password is empty", fn)
		return codeError
	}
	code := m.verify(c, w, &r)
	if code < 0 && r.flags&flagAnyChallenge != 0 {
		m.keepChallenge(c, w, &r)
	}
	return code
}

// verify checks in Kamailio's order: the credentials' form, the nonce, the
// password.
func (m *Module) verify(c *registry.Ctx, w *work, r *request) int {
	if c.Frame == nil && c.Msg != nil {
		switch c.Msg.Method() {
		case "ACK", "CANCEL", "PRACK": // cannot be challenged (RFC 3261 section 22.1)
			return codeOK
		}
	}
	if found, err := w.find(c, r.side, r.realm); err != nil {
		c.Log.Errorf(name, "malformed %s header: %v", r.side.name, err)
		return codeError
	} else if !found {
		return codeNoCredential
	}
	k := &w.cred
	one := &w.of(c)[r.side.index]
	if one.good = false; one.line != w.line+1 {
		*one = checked{line: w.line + 1}
	}
	if !k.Complete() || !m.alg.accepts(k.Algorithm) || len(k.Response) != m.alg.hexLen() {
		c.Log.Errorf(name, "the %s header of %.60q lacks a parameter, or is not for algorithm %s", r.side.name, k.Username, m.alg)
		return codeError
	}
	if code := m.checkNonce(c, w, k); code != codeOK {
		return code
	}
	password, isHA1 := r.password, r.flags&flagHA1 != 0
	if r.secret != nil {
		var code int
		if password, isHA1, code = r.secret(k); code != codeOK {
			return code
		}
	}
	w.digest.setPassword(m.alg, k.Username, r.realm, password, isHA1)
	if !m.responseFits(c, w, k, r.method) {
		return codePassword
	}
	one.good = true
	if m.authInfo != 0 && c.Frame == nil {
		m.addAuthInfo(c, w, k)
	}
	return codeOK
}

// find reads the message's first credentials for the realm into w.cred. Other
// realms and schemes are passed over.
func (w *work) find(c *registry.Ctx, s *side, realm string) (bool, error) {
	for w.line = 0; ; w.line++ {
		body, ok := w.header(c, s)
		if !ok {
			return false, nil
		}
		digest, err := w.cred.Parse(body)
		switch {
		case errors.Is(err, sip.ErrNoCredentials):
		case err != nil:
			return false, err
		case digest && strings.EqualFold(w.cred.Realm, realm):
			return true, nil
		}
	}
}

// header is the next header of that side from w.line on: of the SIP message, or
// of the MSRP frame where there is none.
func (w *work) header(c *registry.Ctx, s *side) (string, bool) {
	if c.Msg != nil {
		if w.line = c.Msg.FindHeader(&s.header, w.line); w.line < 0 {
			return "", false
		}
		return c.Msg.HeaderAt(w.line).Body, true
	}
	if c.Frame == nil || w.line > 0 {
		return "", false
	}
	return c.Frame.Header(s.name)
}

func (m *Module) checkNonce(c *registry.Ctx, w *work, k *sip.Credentials) int {
	counts := m.nonceCount != 0 && k.QOP != "" && k.HasNC()
	var parts []byte
	if !counts { // nonce_count takes the place of the other checks
		parts = m.parts(c, w)
	}
	id, v := w.signer.check(k.Nonce, c.State.Now(), parts, lifetime{m.nonceExpire, m.maxDrift})
	if v == fresh {
		switch {
		case counts:
			v = m.ids.count(id, k.NC)
		case m.oneTime != 0:
			v = m.ids.once(id)
		}
	}
	switch v {
	case fresh:
		return codeOK
	case stale:
		return codeStale
	case replay:
		return codeReplay
	case badText:
		c.Log.Errorf(name, "nc %.20q is not eight hex digits", k.NC)
	}
	return codeError
}

// methodMSRP is what Kamailio hashes for an MSRP frame, whatever its method:
// the method of the SIP request that it builds of the frame.
const methodMSRP = "MSRP"

func (m *Module) responseFits(c *registry.Ctx, w *work, k *sip.Credentials, method string) bool {
	body := ""
	if strings.EqualFold(k.QOP, qopInt) {
		if c.Frame != nil {
			body, _ = c.Frame.Body()
		} else {
			body = c.Msg.Body()
		}
	}
	fits := func(method string) bool {
		return equal(w.digest.response(m.alg, k, method, body), k.Response)
	}
	switch {
	case method != "":
		return fits(method)
	case c.Frame == nil:
		return fits(c.Msg.Method())
	}
	return fits(methodMSRP) || !m.strictMSRP() && fits(c.Frame.Method())
}

// parts is what the message must have in common with the one that its nonce
// was made for (auth_checks_*); nil where that does not matter. It is valid
// until the next call.
func (m *Module) parts(c *registry.Ctx, w *work) []byte {
	checks := m.checksNoDialog
	if c.Msg != nil {
		switch {
		case c.Msg.Method() == "REGISTER":
			checks = m.checksRegister
		case c.Msg.To().Tag != "":
			checks = m.checksInDialog
		}
	}
	bound := m.bindConn == bindAll || m.bindConn == bindMSRP && c.Frame != nil
	if checks == 0 && !bound {
		return nil
	}
	b := append(w.signer.parts[:0], byte(checks))
	add := func(s string) {
		b = append(b, s...)
		b = append(b, 0)
	}
	if c.Msg != nil {
		if checks&checkURI != 0 {
			add(c.Msg.OrigRURI())
		}
		if checks&checkCallID != 0 {
			add(c.Msg.CallID())
		}
		if checks&checkFromTag != 0 {
			add(c.Msg.From().Tag)
		}
	}
	if c.Recv != nil {
		if checks&checkSource != 0 {
			add(c.Recv.SrcIP)
		}
		if bound {
			if c.Recv.Conn != nil {
				b = appendUint(b, c.Recv.Conn.ID())
			} else {
				b = c.Recv.Src.AppendTo(b)
			}
		}
	}
	w.signer.parts = b
	return b
}

// The values of nonce_bind_connection.
const (
	bindNone = iota
	bindMSRP
	bindAll
)

// The bits of auth_checks_* (Kamailio auth manual, "auth_checks_in_dlg").
const (
	checkURI = 1 << iota
	checkCallID
	checkFromTag
	checkSource
	checkAll = checkURI | checkCallID | checkFromTag | checkSource
)

// stripRealm takes realm_prefix off a realm.
func (m *Module) stripRealm(realm string) string { return strings.TrimPrefix(realm, m.realmPrefix) }

// hasCredentials reports credentials for the realm in either header.
func (m *Module) hasCredentials(c *registry.Ctx, realm string) int {
	w := m.worker(c)
	realm = m.stripRealm(realm)
	for _, s := range [...]*side{&m.www, &m.proxy} {
		found, err := w.find(c, s, realm)
		if err != nil {
			c.Log.Errorf(name, "malformed %s header: %v", s.name, err)
		}
		if found {
			return codeOK
		}
	}
	return codeError
}
