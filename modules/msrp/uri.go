package msrp

import (
	"fmt"

	"olelo/runtime/msrp"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// uriTransformations is {msrpuri.key}.
func uriTransformations() registry.Trans {
	t := registry.Trans{
		Class: "msrpuri",
		Doc:   "Parts of an MSRP URI, as written; empty for what is not there, and for every part of what is no MSRP URI.",
	}
	for _, k := range []struct {
		key, doc string
		part     func(*msrp.URI) string
	}{
		{"user", "user", func(u *msrp.URI) string { return u.User }},
		{"host", "host; an IPv6 address has its brackets", func(u *msrp.URI) string { return u.Host }},
		{"port", "port", func(u *msrp.URI) string { return u.Port }},
		{"session", "session id", func(u *msrp.URI) string { return u.Session }},
		{"proto", "transport: tcp", func(u *msrp.URI) string { return u.Proto }},
		{"params", "transport and parameters (tcp;a=b) where there are parameters", func(u *msrp.URI) string { return u.Params }},
		{"userinfo", "what stands before the @", func(u *msrp.URI) string { return u.UserInfo }},
		{"scheme", "scheme: msrp or msrps", func(u *msrp.URI) string { return u.Scheme }},
	} {
		t.Keys = append(t.Keys, registry.TransKey{Key: k.key, Doc: k.doc, Bind: func(_ registry.Fixup, _ string, has bool) (registry.TransFunc, error) {
			if has {
				return nil, fmt.Errorf("{msrpuri.%s} takes no argument", k.key)
			}
			return func(_ *registry.Ctx, v *value.Value) {
				if v.IsNull() {
					v.SetVoid()
					return
				}
				u, err := msrp.ParseURI(v.S)
				if err != nil {
					u = msrp.URI{}
				}
				v.SetStr(k.part(&u))
			}, nil
		}})
	}
	return t
}
