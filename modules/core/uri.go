package core

import (
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/log"
	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// change is what a function does to the request URI.
type change uint8

const (
	setHost change = iota
	setHostPort
	setHostPortTransport
	setPort
	setUser
	setUserPass
	prefix
	strip
	stripTail
	userPhone
)

// rewrite is one call site of a function that changes the request URI.
type rewrite struct {
	name string
	what change
	text string
	n    int
	bad  string // why text can never be put into a URI, "" where it can
}

func uriFuncs() []registry.Func {
	var list []registry.Func
	for _, f := range []struct {
		what  change
		names string
		param string
		check func(string) string
		doc   string
	}{
		{setHost, "rewritehost sethost seth", "host", badHost, "Replaces the request URI's host. A tel URI becomes a sip URI with user=phone."},
		{setHostPort, "rewritehostport sethostport sethp", "hostport", badHostPort, "Replaces the request URI's host and port; without a port it has none afterwards."},
		{setHostPortTransport, "rewritehostporttrans sethostporttrans sethpt", "hostport", badHostPortTransport, "Replaces the request URI's host, port and transport: \"host:port;transport=tcp\"."},
		{setPort, "rewriteport setport setp", "port", badPort, "Replaces the request URI's port; \"\" takes it away."},
		{setUser, "rewriteuser setuser setu", "user", badUser, "Replaces the request URI's user; \"\" takes it away with its password."},
		{setUserPass, "rewriteuserpass setuserpass setup", "user", badUser, "Replaces the request URI's user and password: \"user:password\"."},
		{prefix, "prefix", "text", badUser, "Puts a text before the request URI's user."},
	} {
		for _, name := range strings.Fields(f.names) {
			list = append(list, registry.Func{
				Name: name, Params: []registry.ParamInfo{{Name: f.param, Kind: "word"}}, Routes: notOnSend, Doc: f.doc,
				Bind: func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
					r := &rewrite{name: name, what: f.what, text: args[0].Text, bad: f.check(args[0].Text)}
					warnBad(fx, r.name, r.bad, args[0].Text)
					return r.run, nil
				},
			})
		}
	}
	for _, name := range []string{"rewriteuri", "seturi"} {
		list = append(list, registry.Func{
			Name: name, Params: []registry.ParamInfo{{Name: "uri", Kind: "word"}}, Routes: notOnSend, Doc: "Replaces the request URI.",
			Bind: func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
				return bindSetURI(fx, name, args[0].Text), nil
			},
		})
	}
	cut := func(name string, what change, doc string) registry.Func {
		return registry.Func{
			Name: name, Params: []registry.ParamInfo{{Name: "characters", Kind: "int"}}, Routes: notOnSend, Doc: doc,
			Bind: func(_ registry.Fixup, args []registry.Arg) (registry.Call, error) {
				if !args[0].IsInt || args[0].Int < 0 {
					return nil, fmt.Errorf("%s: a number of characters is wanted, not %q", name, args[0].Text)
				}
				return (&rewrite{name: name, what: what, n: int(args[0].Int)}).run, nil
			},
		}
	}
	return append(
		list,
		cut("strip", strip, "Takes characters off the front of the request URI's user."),
		cut("strip_tail", stripTail, "Takes characters off the end of the request URI's user."),
		registry.Fn0("userphone", notOnSend, (&rewrite{name: "userphone", what: userPhone}).run, "Adds user=phone to the request URI."),
		registry.Fn0("revert_uri", notOnSend, func(c *registry.Ctx) int {
			if c.Msg == nil || !c.Msg.SetRURI("") {
				return noRequest(c, "revert_uri")
			}
			return 1
		}, "Gives the request the URI again that it came with."),
	)
}

func noRequest(c *registry.Ctx, fn string) int {
	c.Log.Errorf(log.Core, "%s: only a request has a request URI", fn)
	return -1
}

// warnBad tells of a text that every call will refuse. It is no error:
// Kamailio starts with it, and breaks the URI where it comes by.
func warnBad(fx registry.Fixup, name, bad, text string) {
	if bad == "" {
		return
	}
	hint := ""
	if strings.Contains(text, "$") {
		hint = "variables are not expanded here: assign to $ru, $rU, $rd or $rp instead"
	}
	fx.Warn("bad-uri-part", name+" will always be false: "+bad, hint)
}

func bindSetURI(fx registry.Fixup, name, text string) registry.Call {
	bad := ""
	if _, err := sip.ParseURI(text); err != nil {
		bad = err.Error()
	}
	warnBad(fx, name, bad, text)
	return func(c *registry.Ctx) int {
		if bad != "" {
			c.Log.Errorf(log.Core, "%s: %s; the request URI stays as it is", name, bad)
			return -1
		}
		if c.Msg == nil || !c.Msg.SetRURI(text) {
			return noRequest(c, name)
		}
		return 1
	}
}

// parts is a URI to be changed.
type parts struct {
	scheme                         string // in lower case
	user, userParams, pass         string // userParams with user=phone only, or those of what was a tel URI
	host, port                     string
	transport, params, phone, head string // params in order: transport as set, what was there, user=phone
}

func (p *parts) isTel() bool { return p.scheme == "tel" }

// run changes the request URI. Where that cannot be done right it stays as it
// is.
func (r *rewrite) run(c *registry.Ctx) int {
	if r.bad != "" {
		c.Log.Errorf(log.Core, "%s: %s; the request URI stays as it is", r.name, r.bad)
		return -1
	}
	if c.Msg == nil || !c.Msg.IsRequest() {
		return noRequest(c, r.name)
	}
	u := c.State.URI(msgstate.RequestURI, c.Msg.RURI())
	if u == nil {
		c.Log.Errorf(log.Core, "%s: the request URI <%.200s> cannot be read", r.name, c.Msg.RURI())
		return -1
	}
	p, ok := split(u)
	if !ok {
		c.Log.Errorf(log.Core, "%s: a URN has neither user nor host: <%.200s>", r.name, c.Msg.RURI())
		return -1
	}
	if r.what != userPhone && u.IsPhone() && p.scheme == "sips" { // as Kamailio does
		p.scheme = "sip"
	}
	if why := r.apply(c, &p); why != "" {
		c.Log.Errorf(log.Core, "%s: %s: <%.200s>", r.name, why, c.Msg.RURI())
		return -1
	}
	text := p.text(c)
	if c.State.URI(msgstate.RequestURI, text) == nil {
		c.Log.Errorf(log.Core, "%s: the request URI <%.200s> stays as it is, for <%.200s> is none", r.name, c.Msg.RURI(), text)
		return -1
	}
	c.Msg.SetRURI(text)
	return 1
}

// split takes a URI apart; ok is false for a URN.
func split(u *sip.URI) (p parts, ok bool) {
	p = parts{user: u.User, userParams: u.UserParams, pass: u.Password, host: u.Host, port: u.Port, params: u.Params, head: u.Headers}
	for _, s := range [...]string{"sip", "sips", "tel"} {
		if strings.EqualFold(u.Scheme, s) {
			p.scheme = s
		}
	}
	if p.scheme == "" {
		return p, false
	}
	return p, true
}

// apply changes p, or says why that cannot be done.
func (r *rewrite) apply(c *registry.Ctx, p *parts) (why string) {
	switch r.what {
	case setHost:
		if p.port != "" && hasPort(r.text) {
			return "the URI has a port already, and so has " + r.text
		}
		p.setHost(r.text)
	case setHostPort:
		p.port = ""
		p.setHost(r.text)
	case setHostPortTransport:
		p.port = ""
		host, params, _ := strings.Cut(r.text, ";")
		p.params = without(c, p.params, "transport")
		p.transport = params
		p.setHost(host)
	case setPort:
		if p.isTel() {
			return "a tel URI has no port"
		}
		p.port = r.text
	case setUser, setUserPass:
		user, pass, has := strings.Cut(r.text, ":")
		if has || r.what == setUserPass {
			p.pass = pass
		}
		if has && p.isTel() {
			return "a tel URI has no password"
		}
		return p.setUser(user)
	case prefix:
		p.user = c.Arena.Concat(r.text, p.user)
	case strip, stripTail:
		return r.cut(c, p)
	case userPhone:
		if !p.isTel() {
			p.setPhone(c)
		}
	}
	return ""
}

func (r *rewrite) cut(c *registry.Ctx, p *parts) (why string) {
	switch n := len(p.user); {
	case r.n == 0:
		return ""
	case r.n > n:
		c.Log.Warnf(log.Core, "%s: the user %q has no %d characters: it is taken away", r.name, p.user, r.n)
		return p.setUser("")
	case r.what == strip:
		return p.setUser(p.user[r.n:])
	default:
		return p.setUser(p.user[:n-r.n])
	}
}

// setHost sets the host, with a port where host has one. A tel URI becomes a
// sip URI of the same user (RFC 3261 section 19.1.6).
func (p *parts) setHost(host string) {
	p.host = host
	if p.isTel() {
		p.scheme = "sip"
		if p.params != "" {
			p.userParams = p.params
		}
		p.params, p.phone = "", "user=phone"
	}
}

func (p *parts) setUser(user string) (why string) {
	if p.user = user; user != "" {
		return ""
	}
	if p.isTel() {
		return "nothing would be left of a tel URI"
	}
	p.userParams, p.pass = "", ""
	return ""
}

func (p *parts) setPhone(c *registry.Ctx) {
	if u := (sip.URI{Params: p.params}); u.IsPhone() {
		return
	}
	p.params, p.phone = without(c, p.params, "user"), "user=phone"
}

// without is URI parameters without the one called name, in lower case.
func without(c *registry.Ctx, params, name string) string {
	for rest, at := params, 0; ; {
		one, tail, more := strings.Cut(rest, ";")
		if k, _, _ := strings.Cut(one, "="); strings.EqualFold(k, name) {
			switch before := strings.TrimSuffix(params[:at], ";"); {
			case !more:
				return before
			case before == "":
				return tail
			default:
				return c.Arena.Concat(params[:at], tail)
			}
		}
		if !more {
			return params
		}
		at += len(one) + 1
		rest = tail
	}
}

// text writes the URI, in the arena.
func (p *parts) text(c *registry.Ctx) string {
	const separators = 16
	n := len(p.scheme) + len(p.user) + len(p.userParams) + len(p.pass) + len(p.host) + len(p.port) +
		len(p.transport) + len(p.params) + len(p.phone) + len(p.head)
	b := c.Arena.Alloc(n + separators)[:0]
	b = append(b, p.scheme...)
	b = append(b, ':')
	b = append(b, p.user...)
	if p.userParams != "" {
		b = append(b, ';')
		b = append(b, p.userParams...)
	}
	if p.pass != "" {
		b = append(b, ':')
		b = append(b, p.pass...)
	}
	if p.user != "" && !p.isTel() {
		b = append(b, '@')
	}
	b = append(b, p.host...)
	if p.port != "" {
		b = append(b, ':')
		b = append(b, p.port...)
	}
	for _, s := range [...]string{p.transport, p.params, p.phone} {
		if s != "" {
			b = append(b, ';')
			b = append(b, s...)
		}
	}
	if p.head != "" {
		b = append(b, '?')
		b = append(b, p.head...)
	}
	return registry.View(b)
}

// hasPort reports whether a host that badHost accepts has a port.
func hasPort(host string) bool {
	return strings.LastIndexByte(host, ':') > strings.LastIndexByte(host, ']')
}

// The checks of texts, which say what is wrong with one.

func badHost(s string) string {
	u, err := sip.ParseURI("sip:" + s)
	if err != nil || u.User != "" || u.Params != "" || u.Headers != "" || strings.ContainsAny(s, "$,\"'\\/<> \t") {
		return fmt.Sprintf("%q is not a host", s)
	}
	return ""
}

func badHostPort(s string) string {
	if badHost(s) != "" {
		return fmt.Sprintf("%q is not host:port", s)
	}
	return ""
}

func badHostPortTransport(s string) string {
	host, params, has := strings.Cut(s, ";")
	if badHost(host) != "" || has && (params == "" || strings.ContainsAny(params, "$ ?@<>")) {
		return fmt.Sprintf("%q is not host:port;transport=…", s)
	}
	return ""
}

func badPort(s string) string {
	if n, err := strconv.Atoi(s); s != "" && (err != nil || n < 0 || n > 65535) {
		return fmt.Sprintf("%q is not a port", s)
	}
	return ""
}

func badUser(s string) string {
	if strings.ContainsAny(s, "@[]\r\n") || namesVariable(s) {
		return fmt.Sprintf("%q is not a user", s)
	}
	return ""
}

// namesVariable tells a mistaken $rU from the $ that a user may have (RFC 3261
// section 25.1).
func namesVariable(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		if n := s[i+1]; s[i] == '$' && (n == '(' || n|0x20 >= 'a' && n|0x20 <= 'z') {
			return true
		}
	}
	return false
}
