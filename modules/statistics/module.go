// Package statistics is Kamailio's module statistics: counters of the
// configuration's own, and functions that change any counter.
package statistics

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/counter"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// name is the module's name, as it stands before its log lines.
const name = "statistics"

// Module is the module's instance.
type Module struct {
	own   []*registry.Stat
	stats registry.StatsHost // nil in a load that has failed already: what it binds never runs
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.StatSource  = (*Module)(nil)
)

// New returns an instance without counters.
func New() registry.Module { return &Module{} }

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc: "Counters of the configuration's own, and functions that change any counter.",
		Params: []registry.Param{
			registry.StrFunc("variable", m.declare, `Declares a counter of group script: "name", or "name/no_reset" for one that a reset leaves as it is. May be set several times.`),
		},
		Funcs: []registry.Func{
			registry.Fn2("update_stat", m.counter(), m.change(), registry.Any, m.update, "Adds a number, such as +1 or -2, to a counter of any group; both may be variables."),
			registry.Fn1("reset_stat", m.counter(), registry.Request|registry.Branch|registry.Failure|registry.Reply|registry.Local, m.reset, "Sets a counter of any group to 0; its name may be a variable."),
		},
	}
}

// declare reads one modparam("statistics", "variable", …).
func (m *Module) declare(v registry.ParamValue) error {
	counted, flag, has := strings.Cut(v.Str, "/")
	switch {
	case counted == "":
		return errors.New("a counter's name is wanted")
	case has && flag != "no_reset":
		return fmt.Errorf("%q is no flag of a counter: no_reset is", flag)
	}
	m.own = append(m.own, &registry.Stat{Group: "script", Name: counted, Count: new(counter.Counter), Keep: has})
	return nil
}

// Provision keeps the server, whose counters the functions find.
func (m *Module) Provision(h registry.Host) error {
	var err error
	m.stats, err = registry.StatsOf(h)
	return err
}

// Stats are the declared counters.
func (m *Module) Stats() []*registry.Stat { return m.own }

// counter is the parameter that names a counter, or a variable that does.
func (m *Module) counter() registry.P[*registry.Stat] {
	return registry.P[*registry.Stat]{
		ParamInfo: registry.ParamInfo{Name: "counter", Kind: "text"},
		Bind: func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*registry.Stat, bool), error) {
			if m.stats == nil {
				return func(*registry.Ctx) (*registry.Stat, bool) { return nil, false }, nil
			}
			if !strings.HasPrefix(a.Text, "$") {
				s := m.stats.Stat("", a.Text)
				if s == nil {
					return nil, fmt.Errorf("there is no counter %q: modparam(\"statistics\", \"variable\", …) declares one", a.Text)
				}
				return func(*registry.Ctx) (*registry.Stat, bool) { return s, true }, nil
			}
			f, err := fx.Format(a.Text)
			if err != nil {
				return nil, err
			}
			return func(c *registry.Ctx) (*registry.Stat, bool) {
				named := f.Text(c)
				s := m.stats.Stat("", named)
				if s == nil {
					c.Log.Errorf(name, "there is no counter %q", named)
				}
				return s, s != nil
			}, nil
		},
	}
}

// change is the parameter that says how a counter changes: a number other than
// 0, or a variable. A text that is no number changes nothing.
func (m *Module) change() registry.P[int64] {
	return registry.P[int64]{
		ParamInfo: registry.ParamInfo{Name: "change", Kind: "text"},
		Bind: func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (int64, bool), error) {
			if !strings.HasPrefix(a.Text, "$") {
				n, err := strconv.ParseInt(a.Text, 10, 32)
				if err != nil || n == 0 {
					return nil, fmt.Errorf("%q does not say how a counter changes: a number other than 0, such as +1, does", a.Text)
				}
				return func(*registry.Ctx) (int64, bool) { return n, true }, nil
			}
			f, err := fx.Format(a.Text)
			if err != nil {
				return nil, err
			}
			get, ok := f.Single()
			if !ok {
				get = func(c *registry.Ctx, v *value.Value) { v.SetStr(f.Text(c)) }
			}
			return func(c *registry.Ctx) (int64, bool) {
				vals := c.Borrow(1)
				defer c.Return(vals)
				get(c, &vals[0])
				switch v := &vals[0]; {
				case v.IsNull():
					return 0, false
				case v.IsStr():
					n, _ := strconv.ParseInt(v.S, 10, 32)
					return n, true
				default:
					return v.I, true
				}
			}, nil
		},
	}
}

func (m *Module) update(c *registry.Ctx, s *registry.Stat, n int64) int {
	s.Add(c.Rank, n)
	return 1
}

func (m *Module) reset(_ *registry.Ctx, s *registry.Stat) int {
	s.Reset()
	return 1
}
