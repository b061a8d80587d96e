// Package auth is Kamailio's module auth: digest authentication (RFC 7616, RFC
// 3261 section 22) of SIP requests and MSRP frames, with passwords that the
// script gives.
package auth

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"olelo/runtime/avp"
	"olelo/runtime/random"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// name is the module's name, as it stands before its log lines.
const name = "auth"

// Replier is what this module needs of module sl: a stateless reply with
// further header lines.
type Replier interface {
	Reply(c *registry.Ctx, code int, reason, headers string) error
}

// StrictDigester is module msrp, where it is loaded: whether an MSRP frame's
// digest is made with the method MSRP only (its strict_digest_method).
type StrictDigester interface{ StrictDigestMethod() bool }

// Module is the module's instance.
type Module struct {
	nonceExpire, maxDrift                          int
	checksRegister, checksNoDialog, checksInDialog int
	nonceCount, oneTime                            int
	pools, ncSize, otnSize                         int
	authInfo, bindConn                             int
	secret, realmPrefix, algName                   string
	wwwHeader, proxyHeader                         string
	unused                                         int

	alg     algorithm
	attr    avp.Name
	random  *random.Source
	keys    keys
	ids     *counter // nil without nonce_count and one_time_nonce
	sl      Replier
	msrp    StrictDigester // nil without module msrp
	www     side
	proxy   side
	perWork sync.Map // *registry.Worker → *work
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
)

// New returns an instance with Kamailio's defaults.
func New() *Module {
	m := &Module{
		nonceExpire: 300, maxDrift: 3, pools: 1, ncSize: 1 << 20, otnSize: 1 << 20,
		bindConn:  bindMSRP,
		wwwHeader: "WWW-Authenticate", proxyHeader: "Proxy-Authenticate",
		attr: avp.Name{Text: "digest_challenge"},
	}
	m.www = side{0, sip.HeaderKey("Authorization"), "Authorization", &m.wwwHeader, 401, "Unauthorized"}
	m.proxy = side{1, sip.HeaderKey("Proxy-Authorization"), "Proxy-Authorization", &m.proxyHeader, 407, "Proxy Authentication Required"}
	return m
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	realm, password := registry.NotEmpty(registry.VarOrText("realm")), registry.NotEmpty(registry.VarOrText("passwd"))
	flags := registry.IntP("flags")
	requests := registry.Request | registry.Event
	replies := requests | registry.Failure | registry.Reply
	const codes = " 1; -1 malformed or foreign nonce, -2 wrong password, -4 nonce expired, -5 no credentials for the realm, -6 nonce used before."
	const bound = "the nonce of an MSRP frame counts only on the connection that it was given to; nonce_bind_connection=0 gives Kamailio's way"
	return registry.Exports{
		Doc: "Digest authentication of SIP requests and MSRP frames.",
		Differs: []registry.Difference{
			{How: `a quote behind a backslash does not end a quoted parameter of credentials, as in RFC 7616; in Kamailio it does`},
			{Of: "pv_www_authenticate()", How: bound, With: "msrp"},
			{Of: "pv_www_authenticate()", How: "for an MSRP frame a digest over AUTH, as RFC 4976 says, is accepted besides one over MSRP; modparam(\"msrp\", \"strict_digest_method\", 1) gives Kamailio's way", With: "msrp"},
			{Of: "pv_www_authorize()", How: bound, With: "msrp"},
			{Of: "modparam force_stateless_reply", How: "without module tm every reply is stateless", Idle: true},
			{Of: "modparam use_domain", How: "Kamailio 5.6.3 checks no domains either", Idle: true},
			{Of: "modparam qop", How: "what a challenge offers is said by the flags of the functions", Idle: true},
		},
		Funcs: []registry.Func{
			registry.Fn3("pv_www_authenticate", realm, password, flags, requests, m.wwwAuthenticate, "Checks Authorization against a password; flags: 1 the password is an HA1; 2, 4 or 8 put a challenge (without qop, qop=auth, qop=auth-int) into $avp(digest_challenge) where it is not good."+codes),
			registry.Fn4("pv_www_authenticate", realm, password, flags, registry.NotEmpty(registry.Text("method")), requests, m.wwwAuthenticateMethod, "The same with the method that the digest is made with."),
			registry.Fn3("pv_www_authorize", realm, password, flags, requests, m.wwwAuthenticate, "The same as pv_www_authenticate."),
			registry.Fn3("pv_proxy_authenticate", realm, password, flags, requests, m.proxyAuthenticate, "Checks Proxy-Authorization, as pv_www_authenticate does Authorization."),
			registry.Fn3("pv_proxy_authorize", realm, password, flags, requests, m.proxyAuthenticate, "The same as pv_proxy_authenticate."),
			registry.Fn4("pv_auth_check", realm, password, flags, registry.IntP("checks"), requests, m.authCheck, "pv_www_authenticate for a REGISTER, pv_proxy_authenticate for all else; checks 1: -8 where the user is not that of From, of a REGISTER that of To as well."),
			registry.Fn2("www_challenge", realm, flags, replies, m.wwwChallenge, "Sends 401 with a challenge; flags: 1 qop=auth, 2 qop=auth-int, 4 no 500 where it cannot be made, 16 stale=true."),
			registry.Fn2("proxy_challenge", realm, flags, replies, m.proxyChallenge, "Sends 407 with a challenge; flags as of www_challenge."),
			registry.Fn2("auth_challenge", realm, flags, replies, m.authChallenge, "www_challenge for a REGISTER, proxy_challenge for all else."),
			registry.Fn3("auth_get_www_authenticate", realm, flags, registry.OutP("pvdest"), requests, m.getChallenge, "Puts the header line of a 401's challenge into a variable; flags as of www_challenge."),
			registry.Fn0("consume_credentials", requests, m.consume, "Keeps the credentials that were checked from going on with the request, good or not; those of Authorization where there are both; -1 where none were."),
			registry.Fn1("has_credentials", registry.Text("realm"), requests, m.hasCredentials, "True where the request has credentials for the realm."),
		},
		Params: m.params(),
	}
}

func (m *Module) params() []registry.Param {
	checks := "Bits of what a nonce's use must have in common with its challenge: 1 request URI, 2 Call-ID, 4 From tag, 8 source address; "
	return []registry.Param{
		intRange("nonce_expire", &m.nonceExpire, 1, 1<<30, "Seconds for which a nonce may be used; default 300."),
		registry.Int("nonce_auth_max_drift", &m.maxDrift, "Seconds that a nonce may come from the future, clocks of a cluster being what they are; default 3, below 0 any."),
		intRange("auth_checks_register", &m.checksRegister, 0, checkAll, checks+"for REGISTER; default 0."),
		intRange("auth_checks_no_dlg", &m.checksNoDialog, 0, checkAll, checks+"for requests without a To tag; default 0."),
		intRange("auth_checks_in_dlg", &m.checksInDialog, 0, checkAll, checks+"for requests with a To tag; default 0."),
		registry.Int("nonce_count", &m.nonceCount, "1: nc must grow with each use of a nonce, up to 255; needs clients that use qop; default 0."),
		registry.Int("one_time_nonce", &m.oneTime, "1: a nonce may be used once; with nonce_count, that counts for clients without nc; default 0."),
		registry.Int("nid_pool_no", &m.pools, "Into how many parts the memory of nonces is divided, 1 to 64, so that workers do not meet; default 1."),
		intRange("nc_array_size", &m.ncSize, 1, mostSize, "How many nonces nonce_count remembers; default 1048576."),
		order("nc_array_order", &m.ncSize, "nc_array_size as a power of 2; default 20."),
		intRange("otn_in_flight_no", &m.otnSize, 1, mostSize, "How many nonces one_time_nonce remembers; default 1048576."),
		order("otn_in_flight_order", &m.otnSize, "otn_in_flight_no as a power of 2; default 20."),
		registry.Str("secret", &m.secret, "What nonces are signed with; the same on all servers of a cluster; default: random at each start."),
		registry.Str("realm_prefix", &m.realmPrefix, "Taken off the front of every realm; default \"\"."),
		registry.Int("add_authinfo_hdr", &m.authInfo, "1 adds Authentication-Info to the replies of an authenticated SIP request; default 0."),
		registry.Int("force_stateless_reply", &m.unused, "Challenges are sent without keeping state."),
		registry.Int("use_domain", &m.unused, "Whether the realm's domain is checked."),
		{
			Name: "protect_contacts", Type: registry.ParamInt, Doc: "0 only.",
			Set: func(v registry.ParamValue) error {
				if v.Int != 0 {
					return registry.NotRun("protect_contacts=1 is known, but olelo does not run it yet; auth_checks_register=2 binds a nonce to its Call-ID")
				}
				return nil
			},
		},
		registry.StrFunc("algorithm", func(v registry.ParamValue) error {
			switch v.Str {
			case "", "MD5":
				m.alg = algMD5
			case "SHA-256":
				m.alg = algSHA256
			default:
				return fmt.Errorf("algorithm %q is not known: MD5, SHA-256 or \"\" is wanted", v.Str)
			}
			m.algName = v.Str
			return nil
		}, "Digest hash, MD5 or SHA-256, told in challenges; \"\", the default, is MD5 and is not told."),
		registry.StrFunc("qop", func(v registry.ParamValue) error {
			switch v.Str {
			case "", "auth", "auth-int":
				return nil
			}
			return fmt.Errorf("qop %q is not known: auth, auth-int or \"\" is wanted", v.Str)
		}, "What challenges offer as qop."),
		headerName("www_challenge_header", &m.wwwHeader, "Name of the header that carries the challenge of a 401; default WWW-Authenticate."),
		headerName("proxy_challenge_header", &m.proxyHeader, "Name of the header that carries the challenge of a 407; default Proxy-Authenticate."),
		registry.StrFunc("challenge_attr", m.setAttr, "AVP that gets the challenge of pv_*_authenticate; default $avp(digest_challenge)."),
		{
			Name: "nonce_bind_connection", Type: registry.ParamInt,
			Doc: "olelo's own. A nonce counts only on the connection (UDP: from the address and port) that it was given to: 0 never, as in Kamailio; 1 for MSRP frames; 2 for SIP too. Default 1.",
			Set: func(v registry.ParamValue) error {
				if v.Int < bindNone || v.Int > bindAll {
					return fmt.Errorf("%d is out of range: 0 (never), 1 (MSRP) or 2 (SIP too)", v.Int)
				}
				m.bindConn = int(v.Int)
				return nil
			},
		},
	}
}

func intRange(param string, p *int, least, most int, doc string) registry.Param {
	return registry.Param{
		Name: param, Type: registry.ParamInt, Doc: doc,
		Set: func(v registry.ParamValue) error {
			if v.Int < int64(least) || v.Int > int64(most) {
				return fmt.Errorf("%s=%d: a number from %d to %d is wanted", param, v.Int, least, most)
			}
			*p = int(v.Int)
			return nil
		},
	}
}

func order(param string, p *int, doc string) registry.Param {
	const most = 30
	return registry.Param{
		Name: param, Type: registry.ParamInt, Doc: doc,
		Set: func(v registry.ParamValue) error {
			if v.Int < 0 || v.Int > most {
				return fmt.Errorf("%s=%d: a number from 0 to %d is wanted", param, v.Int, most)
			}
			*p = 1 << v.Int
			return nil
		},
	}
}

func headerName(param string, p *string, doc string) registry.Param {
	return registry.StrFunc(param, func(v registry.ParamValue) error {
		if v.Str == "" {
			return fmt.Errorf("%s is empty: a header's name is wanted", param)
		}
		for i := range len(v.Str) {
			if !sip.IsHTTPToken(v.Str[i]) {
				return fmt.Errorf("%s %q is not a header's name", param, v.Str)
			}
		}
		*p = v.Str
		return nil
	}, doc)
}

// setAttr reads $avp(name), $avp(s:name) or $name.
func (m *Module) setAttr(v registry.ParamValue) error {
	s, ok := strings.CutPrefix(v.Str, "$")
	if inner, isAVP := strings.CutPrefix(s, "avp("); isAVP {
		s, isAVP = strings.CutSuffix(inner, ")")
		ok = ok && isAVP
		s = strings.TrimPrefix(s, "s:")
	}
	for i := range len(s) {
		ok = ok && sip.IsHTTPToken(s[i]) && s[i] != '$'
	}
	if !ok || s == "" {
		return fmt.Errorf("challenge_attr %q is not an AVP: write it as $avp(name)", v.Str)
	}
	m.attr = avp.Name{Text: s}
	return nil
}

// Provision finds the modules that this one needs.
func (m *Module) Provision(h registry.Host) error {
	sl, _ := h.Module("sl")
	var ok bool
	if m.sl, ok = sl.(Replier); !ok {
		return errors.New("module auth sends its challenges through module sl: add loadmodule \"sl.so\"")
	}
	if msrp, loaded := h.Module("msrp"); loaded {
		m.msrp, _ = msrp.(StrictDigester)
	}
	m.random = h.Random()
	m.keys = makeKeys(m.secret, m.random)
	if m.nonceCount != 0 || m.oneTime != 0 {
		nc, otn := m.ncSize, m.otnSize
		if m.nonceCount == 0 {
			nc = 0
		}
		if m.oneTime == 0 {
			otn = 0
		}
		m.ids = newCounter(m.pools, nc, otn)
	}
	return nil
}

func (m *Module) strictMSRP() bool { return m.msrp != nil && m.msrp.StrictDigestMethod() }

// work is what a worker keeps: storage, and who was authenticated last.
type work struct {
	signer *signer
	digest digester
	cred   sip.Credentials // views of the message
	line   int             // of cred, among the message's headers
	buf    []byte
	id     []byte

	checked [2]checked // by side
	serial  uint32     // of the message that they are of
	raw     *byte      // of its text: msg_apply_changes makes another one
}

// checked are the credentials that the last check found, good or not.
type checked struct {
	line           int // header line + 1; 0 is none
	good, consumed bool
}

// of is what was checked of the message being handled.
func (w *work) of(c *registry.Ctx) *[2]checked {
	var raw *byte
	if c.Msg != nil {
		raw = unsafe.SliceData(c.Msg.Raw())
	}
	if w.serial != c.State.Serial || w.raw != raw {
		w.checked, w.serial, w.raw = [2]checked{}, c.State.Serial, raw
	}
	return &w.checked
}

// Authorized is the user, up to an @, whose credentials were found good for the
// message being handled: those for this server before those for it as a proxy.
func (m *Module) Authorized(c *registry.Ctx) (user string, ok bool) {
	if c.Msg == nil {
		return "", false
	}
	for _, one := range *m.worker(c).of(c) {
		if !one.good {
			continue
		}
		var k sip.Credentials
		if digest, err := k.Parse(c.Msg.HeaderAt(one.line - 1).Body); digest && err == nil {
			user, _ = k.User()
			return user, true
		}
	}
	return "", false
}

func (m *Module) worker(c *registry.Ctx) *work {
	if w, ok := m.perWork.Load(c.Worker); ok {
		return w.(*work)
	}
	w := &work{signer: newSigner(&m.keys, m.random)}
	m.perWork.Store(c.Worker, w)
	return w
}

// consume is consume_credentials: the credentials that were checked, good or not,
// do not go on with the request; those of Authorization where there are both. MSRP
// frames are relayed byte for byte, with them.
func (m *Module) consume(c *registry.Ctx) int {
	checked := m.worker(c).of(c)
	one := &checked[m.www.index]
	if one.line == 0 {
		one = &checked[m.proxy.index]
	}
	if one.line == 0 {
		c.Log.Errorf(name, "consume_credentials: no check of this request found credentials of its realm")
		return codeError
	}
	if c.Msg != nil && c.Frame == nil && !one.consumed {
		start, end := c.Msg.HeaderSpan(one.line - 1)
		c.Msg.Edit(start, end-start, "")
		one.consumed = true // once more is true, too
	}
	return codeOK
}
