package core

import (
	"fmt"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// selector gives a select's text; ok is false where the message has nothing of
// the kind.
type selector func(*registry.Ctx) (text string, ok bool)

// has is a selector of what every message has, if empty.
func has(get func(*registry.Ctx) string) selector {
	return func(c *registry.Ctx) (string, bool) { return get(c), true }
}

// selectVar is $sel(NAME), and @NAME.
func (m *Module) selectVar() registry.PV {
	return registry.PV{
		Name: "sel", Access: registry.ReadOnly,
		Doc: "A select: $sel(via[1].host), $sel(cfg_get.group.name), also written @via[1].host.",
		Bind: func(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
			if head, name, ok := strings.Cut(r.Inner, "."); ok && head == "cfg_get" {
				s, err := m.setting(name)
				return registry.Var{Get: func(_ *registry.Ctx, v *value.Value) { v.SetStr(s.Get()) }}, err
			}
			get := m.bindSelect(r.Inner)
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

// setting is a global parameter by group.name.
func (m *Module) setting(name string) (*registry.Setting, error) {
	group, name, ok := strings.Cut(name, ".")
	if !ok || strings.ContainsAny(name, ".[") {
		return nil, fmt.Errorf("cfg_get.%s is no group and name: it is written cfg_get.GROUP.NAME", group)
	}
	if h, ok := m.host.(registry.SettingHost); ok {
		if s := h.Setting(group, name); s != nil {
			return s, nil
		}
	}
	return nil, &registry.StartError{Msg: fmt.Sprintf("there is no parameter %s.%s: it is set above the routes as %s.%s = VALUE", group, name, group, name)}
}
