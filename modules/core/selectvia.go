package core

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// viaSelects are the parts of @via[n], counted from 1; every n below 0 is the
// last one.
var viaSelects = map[string]func(*registry.Ctx, sip.Via) (string, bool){
	"":          func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Body, true },
	"name":      func(_ *registry.Ctx, v sip.Via) (string, bool) { return viaProto(v, 0), true },
	"version":   func(_ *registry.Ctx, v sip.Via) (string, bool) { return viaProto(v, 1), true },
	"host":      func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Host, true },
	"port":      viaPort,
	"transport": func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Transport(), true },
	"comment":   viaComment,
	"branch":    func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Branch, v.Branch != "" },
	"received":  func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Received, v.Received != "" },
	"rport":     func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.RPort, v.HasRPort },
	"i":         func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.I, v.I != "" },
	"alias":     func(_ *registry.Ctx, v sip.Via) (string, bool) { return "", v.Alias },
}

func viaPort(c *registry.Ctx, v sip.Via) (string, bool) {
	if v.Port == 0 {
		return "", true
	}
	return c.Arena.Int(int64(v.Port)), true
}

// viaProto is a part of "SIP/2.0/UDP".
func viaProto(v sip.Via, n int) string {
	parts := strings.SplitN(v.Proto, "/", 3)
	if len(parts) < 3 {
		return ""
	}
	return strings.TrimSpace(parts[n])
}

// viaComment is what the value has in parentheses at its end.
func viaComment(_ *registry.Ctx, v sip.Via) (string, bool) {
	open := strings.IndexByte(v.Body, '(')
	if open < 0 || !strings.HasSuffix(v.Body, ")") {
		return "", false
	}
	return v.Body[open+1 : len(v.Body)-1], true
}

// viaSelect is a part of a Via value; nil where there is none of that name.
func viaSelect(via step, part string) selector {
	n := 1
	if via.has {
		n = via.index
	}
	get := viaSelects[part]
	if name, ok := strings.CutPrefix(part, "params."); ok {
		get = func(_ *registry.Ctx, v sip.Via) (string, bool) { return sip.Param(v.Params, name) }
	}
	if get == nil {
		return nil
	}
	return func(c *registry.Ctx) (string, bool) {
		v, ok := viaAt(c.Msg, n)
		if !ok {
			return "", false
		}
		return get(c, v)
	}
}

func viaAt(m *sip.Message, n int) (v sip.Via, ok bool) {
	if n >= 0 {
		return m.Via(n - 1)
	}
	for i := 0; ; i++ {
		next, more := m.Via(i)
		if !more {
			return v, ok
		}
		v, ok = next, true
	}
}
