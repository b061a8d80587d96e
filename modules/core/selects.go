package core

import (
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// selector gives a select's text; ok is false where the message has nothing of
// the kind.
type selector func(*registry.Ctx) (text string, ok bool)

// has is a selector of what every message has, if empty.
func has(get func(*registry.Ctx) string) selector {
	return func(c *registry.Ctx) (string, bool) { return get(c), true }
}

// selects are those without an index.
var selects = map[string]selector{
	"ruri":            has(selectRURI),
	"ruri.user":       ofURI(msgstate.RequestURI, selectRURI, func(u *sip.URI) string { return u.User }),
	"ruri.host":       ofURI(msgstate.RequestURI, selectRURI, func(u *sip.URI) string { return u.Host }),
	"from":            has(func(c *registry.Ctx) string { return c.Msg.From().Body }),
	"from.uri":        has(selectFrom),
	"from.uri.user":   ofURI(msgstate.FromURI, selectFrom, func(u *sip.URI) string { return u.User }),
	"from.uri.host":   ofURI(msgstate.FromURI, selectFrom, func(u *sip.URI) string { return u.Host }),
	"from.tag":        has(func(c *registry.Ctx) string { return c.Msg.From().Tag }),
	"to":              has(func(c *registry.Ctx) string { return c.Msg.To().Body }),
	"to.uri":          has(selectTo),
	"to.uri.user":     ofURI(msgstate.ToURI, selectTo, func(u *sip.URI) string { return u.User }),
	"to.uri.host":     ofURI(msgstate.ToURI, selectTo, func(u *sip.URI) string { return u.Host }),
	"to.tag":          has(func(c *registry.Ctx) string { return c.Msg.To().Tag }),
	"contact.expires": contactExpires,
	"call_id":         has(func(c *registry.Ctx) string { return c.Msg.CallID() }),
	"method": has(func(c *registry.Ctx) string {
		if c.Msg.IsRequest() {
			return c.Msg.Method()
		}
		_, m, _ := c.Msg.CSeq()
		return m
	}),
}

// viaSelects are the parts of @via[n], counted from 1, or from -1 at the end.
var viaSelects = map[string]func(*registry.Ctx, sip.Via) (string, bool){
	"":          func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Body, true },
	"host":      func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Host, true },
	"port":      viaPort,
	"transport": func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Transport(), true },
	"branch":    func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Branch, v.Branch != "" },
	"received":  func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.Received, v.Received != "" },
	"rport":     func(_ *registry.Ctx, v sip.Via) (string, bool) { return v.RPort, v.HasRPort },
}

func viaPort(c *registry.Ctx, v sip.Via) (string, bool) {
	if v.Port == 0 {
		return "", true
	}
	return c.Arena.Int(int64(v.Port)), true
}

func contactExpires(c *registry.Ctx) (string, bool) {
	first, _ := sip.NextValue(c.Msg.Contact())
	a := sip.ParseNameAddr(first)
	return sip.Param(a.Params, "expires")
}

func selectRURI(c *registry.Ctx) string {
	if !c.Msg.IsRequest() {
		return ""
	}
	return c.Msg.RURI()
}

func selectFrom(c *registry.Ctx) string { return c.Msg.From().URI }
func selectTo(c *registry.Ctx) string   { return c.Msg.To().URI }

func ofURI(slot msgstate.URISlot, text func(*registry.Ctx) string, part func(*sip.URI) string) selector {
	return has(func(c *registry.Ctx) string {
		u := c.State.URI(slot, text(c))
		if u == nil {
			return ""
		}
		return part(u)
	})
}

// selectVar is $sel(NAME), and @NAME.
func (m *Module) selectVar() registry.PV {
	return registry.PV{
		Name: "sel", Access: registry.ReadOnly,
		Doc: "A select: $sel(via[1].host), $sel(cfg_get.group.name), also written @via[1].host.",
		Bind: func(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
			if head, name, ok := strings.Cut(r.Inner, "."); ok && head == "cfg_get" {
				text, err := m.setting(name)
				return registry.Var{Get: func(_ *registry.Ctx, v *value.Value) { v.SetStr(text) }}, err
			}
			get := bindSelect(r.Inner)
			if get == nil {
				return registry.Var{}, registry.NotRun("the select %s is not run by olelo yet", r.Inner)
			}
			at := r.Class == registry.SelectClass
			return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
				text, ok := "", false
				if c.Msg != nil {
					text, ok = get(c)
				}
				if ok && (text != "" || at) { // $sel() is null where a select is empty
					v.SetStr(text)
					return
				}
				v.SetNull()
			}}, nil
		},
	}
}

// setting is a global parameter's value by group.name.
func (m *Module) setting(name string) (string, error) {
	group, name, ok := strings.Cut(name, ".")
	if !ok || strings.ContainsAny(name, ".[") {
		return "", fmt.Errorf("cfg_get.%s is no group and name: it is written cfg_get.GROUP.NAME", group)
	}
	if h, ok := m.host.(registry.SettingHost); ok {
		if text, ok := h.Setting(group, name); ok {
			return text, nil
		}
	}
	return "", fmt.Errorf("there is no parameter %s.%s: it is set above the routes as %s.%s = VALUE", group, name, group, name)
}

// bindSelect finds a select; nil where olelo does not run it.
func bindSelect(text string) selector {
	name := strings.ToLower(strings.Join(strings.Fields(text), ""))
	if get := selects[name]; get != nil {
		return get
	}
	head, part, _ := strings.Cut(name, ".")
	n := 1
	if i := strings.IndexByte(head, '['); i > 0 {
		var err error
		if n, err = strconv.Atoi(strings.TrimSuffix(head[i+1:], "]")); err != nil || n == 0 {
			return nil
		}
		head = head[:i]
	}
	get := viaSelects[part]
	if head != "via" || get == nil {
		return nil
	}
	return func(c *registry.Ctx) (string, bool) {
		i := n - 1
		if n < 0 {
			for i = 0; ; i++ {
				if _, ok := c.Msg.Via(i); !ok {
					break
				}
			}
			i += n
		}
		if i < 0 {
			return "", false
		}
		v, ok := c.Msg.Via(i)
		if !ok {
			return "", false
		}
		return get(c, v)
	}
}
