package pv

import (
	"errors"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// statVar is $stat(name).
func (m *Module) statVar() registry.PV {
	return registry.PV{
		Name: "stat", Doc: "The counter of that name, of any group: of several the one that came last.",
		Bind: func(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
			switch {
			case r.Inner == "":
				return registry.Var{}, errors.New("$stat(name) wants a counter's name")
			case r.Index.Kind != registry.IndexNone:
				return registry.Var{}, errors.New("$stat takes no [index]")
			}
			var s *registry.Stat
			if m.stats != nil {
				s = m.stats.Stat("", r.Inner)
			}
			return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
				if s == nil {
					c.Log.Warnf("pv", "$stat(%s): there is no such counter", r.Inner)
					v.SetNull()
					return
				}
				v.SetInt(s.Value())
			}}, nil
		},
	}
}
