package pv

import (
	"fmt"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// Provision notes when the server starts and on which sockets.
func (m *Module) Provision(h registry.Host) error {
	m.time = h.Clock()
	m.started = m.time.Now().Unix()
	m.sockets = h.Sockets()
	m.stats, _ = h.(registry.StatsHost)
	m.settings, _ = h.(registry.SettingHost)
	m.serverID = int64(h.Global("server_id"))
	return nil
}

func outcome(ok bool) int {
	if ok {
		return 1
	}
	return -1
}

// valueFunc asks something of one variable's value.
func valueFunc(name, doc string, test func(v *value.Value) bool) registry.Func {
	return registry.Fn1(name, registry.VarP("variable"), registry.Any, func(c *registry.Ctx, p *registry.Var) int {
		v := c.Eval(p.Get)
		return outcome(test(&v))
	}, doc)
}

func (m *Module) valueFuncs() []registry.Func {
	return []registry.Func{
		valueFunc("pv_isset", "True where the variable is not $null.", func(v *value.Value) bool { return !v.IsNull() }),
		valueFunc("is_int", "True where the variable has an integer.", (*value.Value).IsInt),
		valueFunc("not_empty", "True where the variable is a string that is not empty.", func(v *value.Value) bool { return v.IsStr() && v.S != "" }),
		registry.Fn1("pv_unset", unsettable(), registry.Any, func(c *registry.Ctx, p *registry.Var) int {
			if p.Set == nil {
				return 1
			}
			var null value.Value
			return outcome(p.Set(c, &null))
		}, "Assigns $null."),
		typeOf(), evaluate(),
	}
}

// unsettable is the variable of pv_unset. A read-only one is accepted, as in
// Kamailio, where the call then does nothing.
func unsettable() registry.P[*registry.Var] {
	p := registry.VarP("variable")
	bind := p.Bind
	p.Bind = func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*registry.Var, bool), error) {
		get, err := bind(fx, a)
		if err == nil {
			if v, _ := get(nil); v.Set == nil {
				fx.Warn("read-only", "pv_unset does nothing: "+a.Text+" is read-only", "")
			}
		}
		return get, err
	}
	return p
}

// typeOf takes its second parameter as a plain word: int, str or null.
func typeOf() registry.Func {
	kind := registry.P[func(*value.Value) bool]{
		ParamInfo: registry.ParamInfo{Name: "type", Kind: "word"},
		Bind: func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (func(*value.Value) bool, bool), error) {
			var test func(*value.Value) bool
			switch a.Text {
			case "int":
				test = func(v *value.Value) bool { return v.K == value.Int }
			case "str":
				test = (*value.Value).IsStr
			case "null":
				test = func(v *value.Value) bool { return v.IsNull() && v.I == 0 }
			default:
				fx.Warn("unknown-type", fmt.Sprintf("typeof is never true: there is no type %q", a.Text), "the types are int, str and null")
				test = func(*value.Value) bool { return false }
			}
			return func(*registry.Ctx) (func(*value.Value) bool, bool) { return test, true }, nil
		},
	}
	return registry.Fn2("typeof", registry.VarP("variable"), kind, registry.Any, func(c *registry.Ctx, p *registry.Var, test func(*value.Value) bool) int {
		v := c.Eval(p.Get)
		return outcome(test(&v))
	}, "True where the variable's type is int, str or null.")
}
