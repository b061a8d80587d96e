package siputils

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// The results of the comparisons.
const (
	notEqual = -1
	noSense  = -2 // what is compared cannot be read
)

func compareFuncs() []registry.Func {
	a, b := registry.Text("text"), registry.Text("other")
	return []registry.Func{
		registry.Fn2("cmp_uri", a, b, registry.Any, func(_ *registry.Ctx, a, b string) int { return compareURI(a, b, true) },
			"True where two URIs are the same (RFC 3261 section 19.1.4, without headers); -2 where one is none."),
		registry.Fn2("cmp_aor", a, b, registry.Any, func(_ *registry.Ctx, a, b string) int { return compareURI(a, b, false) },
			"True where two URIs have the same user, host and port; -2 where one is none."),
		registry.Fn2("cmp_hdr_name", a, b, registry.Any, compareHeader,
			"True where two header names mean the same: From and f."),
	}
}

func compareURI(a, b string, whole bool) int {
	u, err := sip.ParseURI(a)
	if err != nil {
		return noSense
	}
	v, err := sip.ParseURI(b)
	if err != nil {
		return noSense
	}
	switch {
	case u.User != v.User, !strings.EqualFold(u.Host, v.Host):
		return notEqual
	case !whole:
		return registry.Truth(sameSIPPort(&u, &v))
	case u.Port != v.Port:
		return notEqual
	case u.IsPhone() != v.IsPhone(), u.Password != v.Password, (u.UserParams == "") != (v.UserParams == ""):
		return notEqual
	case !strings.EqualFold(u.Scheme, v.Scheme) && (!u.IsPhone() || !isSIP(&u) || !isSIP(&v)): // sips with user=phone is the same as sip
		return notEqual
	}
	if !u.IsPhone() || !isSIP(&u) { // otherwise the parameters of the user are compared alone
		for _, name := range [...]string{"user", "ttl", "method", "maddr"} {
			p, _ := u.Param(name)
			if q, _ := v.Param(name); !strings.EqualFold(p, q) {
				return notEqual
			}
		}
	}
	if !isList(u.TelParams()) || !isList(v.TelParams()) {
		return noSense
	}
	return registry.Truth(sameParams(&u, &v) && sameParams(&v, &u))
}

// sameSIPPort reports whether two URIs have the same port for cmp_aor: none is
// 5060, whatever the scheme is, and 0 is any that is there.
func sameSIPPort(u, v *sip.URI) bool {
	a, b := u.PortNum(), v.PortNum()
	switch {
	case u.Port == "":
		return v.Port == "" || b == 5060
	case v.Port == "":
		return a == 5060
	}
	return a == b || a == 0 || b == 0
}

// isList reports whether parameters can be read. One behind the last ; is missing.
func isList(params string) bool {
	_, ok := sip.EachParameter(params, ';', func(int, sip.Parameter) {})
	return params == "" || ok && !strings.HasSuffix(params, ";")
}

// sameParams reports whether no parameter of u has another value in v. With
// user=phone they are the parameters of the user.
func sameParams(u, v *sip.URI) bool {
	same := true
	sip.EachParameter(u.TelParams(), ';', func(_ int, p sip.Parameter) {
		found := false
		sip.EachParameter(v.TelParams(), ';', func(_ int, q sip.Parameter) {
			if !found && strings.EqualFold(p.Name, q.Name) { // the first one counts
				found = true
				same = same && strings.EqualFold(p.Value, q.Value)
			}
		})
	})
	return same
}

func compareHeader(c *registry.Ctx, a, b string) int {
	a, b = strings.TrimSuffix(a, ":"), strings.TrimSuffix(b, ":")
	if a == "" || b == "" {
		c.Log.Errorf(logAs, "cmp_hdr_name: a header name is empty")
		return noSense
	}
	if sip.HeaderKey(a).Same(sip.HeaderKey(b)) {
		return 1
	}
	if !sip.HeaderKey(a).Known() && !sip.HeaderKey(b).Known() && strings.ToLower(a) < strings.ToLower(b) {
		return -2
	}
	return notEqual
}
