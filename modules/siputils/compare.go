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
		return registry.Truth(sipPort(&u) == sipPort(&v))
	case u.PortNum() != v.PortNum():
		return notEqual
	case u.IsPhone() != v.IsPhone(), u.Password != v.Password, (u.UserParams == "") != (v.UserParams == ""):
		return notEqual
	case !strings.EqualFold(u.Scheme, v.Scheme) && (!u.IsPhone() || !isSIP(&u) || !isSIP(&v)): // sips with user=phone is the same as sip
		return notEqual
	}
	return registry.Truth(sameParams(&u, &v) && sameParams(&v, &u))
}

// sipPort is the port that a URI means for cmp_aor, whatever its scheme is.
func sipPort(u *sip.URI) int {
	if n := u.PortNum(); n != 0 {
		return n
	}
	return 5060
}

// sameParams reports whether no parameter of u makes it another URI than v: one
// that v has with another value, or one of those that both must have. With
// user=phone they are the parameters of the user.
func sameParams(u, v *sip.URI) bool {
	for rest := u.TelParams(); rest != ""; {
		var one string
		one, rest = sip.NextParam(rest)
		key, _, _ := strings.Cut(one, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		val, _ := sip.Param(one, key)
		other, ok := sip.Param(v.TelParams(), key)
		switch {
		case ok && !strings.EqualFold(val, other):
			return false
		case !ok && val != "" && (key == "user" || key == "ttl" || key == "method" || key == "maddr"):
			return false
		}
	}
	return true
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
