package siputils

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func uriFuncs() []registry.Func {
	text, rw := registry.Text, registry.OutP
	const telRoutes = registry.Request | registry.Failure | registry.Branch | registry.Reply | registry.Event
	return []registry.Func{
		registry.Fn1("is_uri", text("uri"), registry.Any, func(_ *registry.Ctx, s string) int {
			_, err := sip.ParseURI(s)
			return registry.Truth(err == nil)
		}, "True where the text is a sip, sips, tel or urn URI."),
		registry.Fn0("is_gruu", registry.Any, func(c *registry.Ctx) int {
			if c.Msg == nil || !c.Msg.IsRequest() {
				return -1
			}
			return isGRUU(c, c.Msg.RURI())
		}, "Whether the request URI is a GRUU: 1 a public, 2 a temporary one."),
		registry.Fn1("is_gruu", text("uri"), registry.Any, isGRUU, "Whether the URI is a GRUU: 1 a public, 2 a temporary one."),
		registry.Fn2("set_uri_user", rw("uri"), registry.VarP("user"), registry.Any, func(c *registry.Ctx, uri, user *registry.Var) int {
			return setPart(c, "set_uri_user", uri, user, setUser)
		}, "Sets the user of the URI in a variable to that in another; an empty one takes it away."),
		registry.Fn2("set_uri_host", rw("uri"), registry.VarP("host"), registry.Any, func(c *registry.Ctx, uri, host *registry.Var) int {
			return setPart(c, "set_uri_host", uri, host, setHost)
		}, "Sets the host of the URI in a variable to that in another."),
		registry.Fn3("tel2sip", text("uri"), text("host"), rw("result"), telRoutes, telToSIP,
			"Makes a SIP URI of a tel URI (RFC 3261 section 19.1.6): 1. A URI that is no tel URI is left alone: 2."),
	}
}

func isGRUU(c *registry.Ctx, uri string) int {
	u, err := sip.ParseURI(uri)
	if err != nil {
		c.Log.Errorf(logAs, "is_gruu: %v", err)
		return -1
	}
	val, ok := u.Param("gr")
	switch {
	case !ok:
		return -1
	case val == "":
		return 2
	}
	return 1
}

// setPart changes the URI in a variable.
func setPart(c *registry.Ctx, fn string, uri, part *registry.Var, set func(uri string, u *sip.URI, part string) (string, string)) int {
	s, ok := stringOf(c, fn, uri)
	if !ok {
		return -1
	}
	to := c.Eval(part.Get)
	if to.IsNull() {
		c.Log.Errorf(logAs, "%s: the new part is $null", fn)
		return -1
	}
	p := to.S
	if !to.IsStr() {
		p = c.Arena.Int(to.I)
	}
	u, err := sip.ParseURI(s)
	if err != nil {
		c.Log.Errorf(logAs, "%s: %v", fn, err)
		return -1
	}
	if !isSIP(&u) {
		c.Log.Errorf(logAs, "%s: <%s> is no SIP URI", fn, s)
		return -1
	}
	now, why := set(s, &u, p)
	if why != "" {
		c.Log.Errorf(logAs, "%s: %s", fn, why)
		return -1
	}
	return registry.Truth(assign(c, uri, now))
}

// setUser replaces what stands between the scheme and the host.
func setUser(uri string, u *sip.URI, user string) (now, why string) {
	scheme, rest := uri[:len(u.Scheme)+1], uri[len(u.Scheme)+1:]
	if u.User != "" {
		_, rest, _ = strings.Cut(rest, "@")
	}
	if user != "" {
		user += "@"
	}
	return scheme + user + rest, ""
}

func setHost(uri string, u *sip.URI, host string) (now, why string) {
	if host == "" {
		return "", "the new host is empty"
	}
	at := len(u.Scheme) + 1
	if u.User != "" {
		at = strings.IndexByte(uri, '@') + 1
	}
	return uri[:at] + host + uri[at+len(u.Host):], ""
}

func telToSIP(c *registry.Ctx, uri, host string, result *registry.Var) int {
	if len(uri) < 4 || !strings.EqualFold(uri[:4], "tel:") {
		return 2
	}
	number, params, _ := strings.Cut(uri[4:], ";")
	user := strings.NewReplacer("-", "", ".", "", "(", "", ")", "").Replace(number)
	if params != "" {
		user += ";" + params
	}
	return registry.Truth(assign(c, result, "sip:"+strings.ToLower(user)+"@"+host+";user=phone"))
}
