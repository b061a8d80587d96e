// Package registrytest binds variables, texts and functions of modules
// without a configuration, for the tests of modules.
package registrytest

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"olelo/lang/pvar"
	"olelo/lang/source"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// Fixup is a registry.Fixup over the exports of some modules.
type Fixup struct {
	Modules map[string]registry.Module
	Routes  map[string]registry.Block // "route[x]" by its name, "event_route[x]" by "event:x"
	Defines map[string]string
	Wide    bool // 64-bit integers: dialect 6
	At      source.Pos
	Warned  []string // "code: message", one each
	Whole   string   // what reads the bodies of MSRP frames

	slots []bool // of each $var, in order: it starts $null
	names map[string]int
}

var _ registry.Fixup = (*Fixup)(nil)

// Format binds a text with variables.
func (f *Fixup) Format(text string) (*registry.Format, error) {
	parts, err := pvar.Format(text)
	if err != nil {
		return nil, err
	}
	var out []registry.FormatPart
	for _, p := range parts {
		if p.Var == nil {
			out = append(out, registry.FormatPart{Text: p.Text})
			continue
		}
		v, err := f.bind(p.Var)
		if err != nil {
			return nil, err
		}
		out = append(out, registry.FormatPart{Get: v.Get})
	}
	return registry.NewFormat(out), nil
}

// Var binds one variable.
func (f *Fixup) Var(text string) (registry.Var, error) {
	v, n, err := pvar.Parse(text)
	if err != nil {
		return registry.Var{}, err
	}
	if n < len(text) {
		return registry.Var{}, fmt.Errorf("%q follows the variable %s", text[n:], text[:n])
	}
	return f.bind(&v)
}

func (f *Fixup) bind(v *pvar.Var) (registry.Var, error) {
	pv, ok := find(f, func(x registry.Exports) []registry.PV { return x.PVs }, func(p *registry.PV) bool { return p.Name == v.Class })
	if !ok {
		return registry.Var{}, fmt.Errorf("unknown variable $%s", v.Class)
	}
	index, err := f.index(v)
	if err != nil {
		return registry.Var{}, err
	}
	bound, err := pv.Bind(f, registry.Ref{Class: v.Class, Inner: v.Inner, HasInner: v.HasInner, Index: index, Pos: f.At})
	if err != nil {
		return registry.Var{}, err
	}
	if bound.Slot > 0 && bound.Get == nil {
		n := bound.Slot - 1
		bound.Get = func(c *registry.Ctx, v *value.Value) { *v = c.Vars[n].Value }
	}
	if len(v.Trans) == 0 {
		return bound, nil
	}
	get := bound.Get
	for _, t := range v.Trans {
		tr, err := f.trans(t)
		if err != nil {
			return registry.Var{}, err
		}
		before := get
		get = func(c *registry.Ctx, v *value.Value) { before(c, v); tr(c, v) }
	}
	return registry.Var{Get: get}, nil
}

func (f *Fixup) index(v *pvar.Var) (registry.Index, error) {
	switch {
	case !v.HasIndex:
		return registry.Index{}, nil
	case v.Index == "*":
		return registry.Index{Kind: registry.IndexAll}, nil
	case strings.HasPrefix(v.Index, "$"):
		x, err := f.Var(v.Index)
		return registry.Index{Kind: registry.IndexVar, Get: x.Get}, err
	}
	n, err := strconv.ParseInt(v.Index, 10, 64)
	return registry.Index{Kind: registry.IndexInt, N: n}, err
}

func (f *Fixup) trans(t pvar.Tr) (registry.TransFunc, error) {
	class, ok := find(f, func(x registry.Exports) []registry.Trans { return x.Trans }, func(x *registry.Trans) bool { return x.Class == t.Class })
	if !ok {
		return nil, fmt.Errorf("unknown transformation class %q", t.Class)
	}
	for _, k := range class.Keys {
		if k.Key == t.Key {
			return k.Bind(f, t.Args, t.HasArgs)
		}
	}
	return nil, fmt.Errorf("unknown transformation {%s.%s}", t.Class, t.Key)
}

// find looks through the modules' export tables of one kind.
func find[T any](f *Fixup, list func(registry.Exports) []T, match func(*T) bool) (T, bool) {
	for _, m := range f.Modules {
		rows := list(m.Exports())
		for i := range rows {
			if match(&rows[i]) {
				return rows[i], true
			}
		}
	}
	var none T
	return none, false
}

// Call binds a function of the modules with constant arguments: strings and ints.
func (f *Fixup) Call(name string, args ...any) (registry.Call, error) {
	fn, ok := find(f, func(x registry.Exports) []registry.Func { return x.Funcs }, func(x *registry.Func) bool {
		return x.Name == name && len(x.Params) == len(args)
	})
	if !ok {
		return nil, fmt.Errorf("no function %s with %d parameters", name, len(args))
	}
	list := make([]registry.Arg, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case string:
			list[i] = registry.Arg{Text: a, Pos: f.At}
		case int:
			list[i] = registry.Arg{Text: strconv.Itoa(a), Int: int64(a), IsInt: true, Pos: f.At}
		default:
			return nil, errors.New("an argument is a string or an int")
		}
	}
	return fn.Bind(f, list)
}

// VarSlot is the place+1 of a $var.
func (f *Fixup) VarSlot(name string, null bool) int {
	key := fmt.Sprint(null, name)
	if n, ok := f.names[key]; ok {
		return n
	}
	if f.names == nil {
		f.names = map[string]int{}
	}
	f.slots = append(f.slots, null)
	f.names[key] = len(f.slots)
	return len(f.slots)
}

// EventRoute returns Routes["event:"+name].
func (f *Fixup) EventRoute(name string) registry.Block { return f.Routes["event:"+name] }

// RouteBlock returns Routes[name].
func (f *Fixup) RouteBlock(name string) (registry.Block, bool) {
	b, ok := f.Routes[name]
	return b, ok
}

// Module returns Modules[name].
func (f *Fixup) Module(name string) (registry.Module, bool) {
	m, ok := f.Modules[name]
	return m, ok
}

// Define returns Defines[name].
func (f *Fixup) Define(name string) (string, bool) {
	s, ok := f.Defines[name]
	return s, ok
}

// Wrap32 tells that integers wrap at 32 bits.
func (f *Fixup) Wrap32() bool { return !f.Wide }

// WholeFrame keeps the first of them in Whole.
func (f *Fixup) WholeFrame(what string) { f.Whole = cmp.Or(f.Whole, what) }

// Route returns the request's.
func (f *Fixup) Route() (kind, name string) { return "request_route", "" }

// Pos returns At.
func (f *Fixup) Pos() source.Pos { return f.At }

// Warn notes what is said.
func (f *Fixup) Warn(code, msg, _ string) { f.Warned = append(f.Warned, code+": "+msg) }
