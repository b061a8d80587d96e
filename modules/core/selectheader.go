package core

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// headerName is a header's name in a select, where _ stands for - too.
func headerName(s string) string { return strings.ReplaceAll(s, "_", "-") }

// headerSelect is @msg.header.NAME, the first header of the name, and its parts;
// nil where there is no such part.
func headerSelect(name step, part string, more bool) selector {
	if name.has || more && part == "" {
		return nil
	}
	body := header(headerName(name.name))
	addr := func(c *registry.Ctx) sip.NameAddr {
		s, _ := body(c)
		first, _ := sip.NextValue(s)
		return sip.ParseNameAddr(first)
	}
	if part == "" {
		return body
	}
	if param, ok := strings.CutPrefix(part, "params."); ok {
		return func(c *registry.Ctx) (string, bool) {
			s, _ := body(c)
			first, _ := sip.NextValue(s)
			value, params, _ := strings.Cut(first, ";")
			if strings.IndexByte(value, '<') >= 0 {
				return "", false // the parameters of an address are those of nameaddr
			}
			return sip.Param(params, param)
		}
	}
	of, ok := strings.CutPrefix(part, "nameaddr.")
	if !ok {
		return nil
	}
	switch of {
	case "name":
		return has(func(c *registry.Ctx) string { return addr(c).Display })
	case "uri":
		return has(func(c *registry.Ctx) string { return addr(c).URI })
	case "params":
		return has(func(c *registry.Ctx) string { return addr(c).Params })
	}
	if param, ok := strings.CutPrefix(of, "params."); ok {
		return paramOf(func(c *registry.Ctx) string { return addr(c).Params }, param)
	}
	if of, ok = strings.CutPrefix(of, "uri."); !ok {
		return nil
	}
	return uriPart(of, parsed(func(c *registry.Ctx) string { return addr(c).URI }, 0, false))
}

// headerValueSelect is textopsx' @hf_value.NAME[n], a header's values, which are
// apart by commas, of all its lines, and their parts; @hf_value2, a line's body;
// @hf_value_exists, whether a value is there. It is nil where there is no such
// part.
func headerValueSelect(head string, steps []step) selector {
	if len(steps) == 0 {
		return nil
	}
	of, part := steps[0], join(steps[1:])
	key := sip.HeaderKey(headerName(of.name))
	switch {
	case len(steps) > 1 && part == "":
		return nil
	case head == "hf_value_exists" && part != "" && !of.has:
		return func(c *registry.Ctx) (string, bool) {
			found := "0"
			eachValue(c, &key, func(v string) bool {
				if v == part {
					found = "1"
				}
				return found == "0"
			})
			return found, true
		}
	case head == "hf_value2" && part == "":
		n := 1
		if of.has {
			n = of.index
		}
		return func(c *registry.Ctx) (string, bool) {
			h, ok := c.Msg.HeaderByKey(&key, max(n, 1)-1)
			return h.Body, ok
		}
	case head != "hf_value":
		return nil
	}
	get := valuePart(part)
	if get == nil {
		return nil
	}
	if of.has || part == "name" {
		n := of.index
		return func(c *registry.Ctx) (string, bool) {
			v, ok := valueAt(c, &key, n)
			return get(c, v), ok
		}
	}
	if part != "uri" {
		get = func(_ *registry.Ctx, v string) string { return v } // as in Kamailio: a part wants a number
	}
	return func(c *registry.Ctx) (string, bool) {
		text, ok := "", false
		eachValue(c, &key, func(v string) bool {
			if ok {
				text = c.Arena.Concat(text, ",")
			}
			text, ok = c.Arena.Concat(text, get(c, v)), true
			return true
		})
		return text, ok
	}
}

// valuePart is a part of a header's value; nil where there is none of that name.
func valuePart(part string) func(*registry.Ctx, string) string {
	switch part {
	case "":
		return func(_ *registry.Ctx, v string) string { return v }
	case "uri":
		return func(_ *registry.Ctx, v string) string { return sip.ParseNameAddr(v).URI }
	case "name":
		return func(_ *registry.Ctx, v string) string { return strings.Trim(sip.ParseNameAddr(v).Display, `"`) }
	}
	for _, p := range []string{"p.", "param.", "params."} {
		if name, ok := strings.CutPrefix(part, p); ok {
			return func(_ *registry.Ctx, v string) string {
				val, _ := sip.Param(sip.ParseNameAddr(v).Params, name)
				return val
			}
		}
	}
	of, ok := strings.CutPrefix(part, "uri.")
	if get := uriParts[of]; ok && get != nil {
		return func(c *registry.Ctx, v string) string {
			u, err := sip.ParseURI(sip.ParseNameAddr(v).URI)
			if err != nil {
				return ""
			}
			return get(c, &u)
		}
	}
	return nil
}

// eachValue calls f with the values of a header until it returns false.
func eachValue(c *registry.Ctx, key *sip.Key, f func(string) bool) {
	for i := 0; ; i++ {
		h, ok := c.Msg.HeaderByKey(key, i)
		if !ok {
			return
		}
		for v, rest := "", h.Body; rest != ""; {
			v, rest = sip.NextValue(rest)
			if !f(strings.TrimSpace(v)) {
				return
			}
		}
	}
}

// valueAt is a value of a header, counted from 1, 0 the first too, or from the end,
// -1 the last.
func valueAt(c *registry.Ctx, key *sip.Key, n int) (text string, ok bool) {
	if n < 0 {
		all := 0
		eachValue(c, key, func(string) bool { all++; return true })
		if n += all + 1; n < 1 {
			return "", false
		}
	}
	at := max(n, 1)
	eachValue(c, key, func(v string) bool {
		if at--; at == 0 {
			text, ok = v, true
		}
		return at > 0
	})
	return text, ok
}
