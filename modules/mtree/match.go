package mtree

import (
	"cmp"
	"fmt"
	"slices"

	"olelo/lang/pvar"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// param is the modparam that names the variable.
func (o *output) param(pname string, avp bool, doc string) registry.Param {
	return registry.StrFunc(pname, func(v registry.ParamValue) error {
		p, _, err := pvar.Parse(v.Str)
		switch {
		case err != nil:
			return fmt.Errorf("%s %q is no variable: %w", pname, v.Str, err)
		case avp && (p.Class != "avp" || len(p.Trans) > 0):
			return fmt.Errorf("%s %q is no AVP: write it as $avp(name)", pname, v.Str)
		}
		o.text, o.pos = v.Str, v.Pos
		return nil
	}, doc)
}

func (o *output) bind(fx registry.Fixup) (err error) {
	if o.v, err = fx.Var(o.text); err != nil {
		return registry.At(o.pos, err)
	}
	if o.v.Set == nil {
		return registry.At(o.pos, fmt.Errorf("the variable %s is read-only", o.text))
	}
	return nil
}

// bound binds the variables that a match sets, with each call.
func (m *Module) bound(f registry.Func) registry.Func {
	bind := f.Bind
	f.Bind = func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
		for _, o := range []*output{&m.value, &m.values, &m.dstid, &m.weight, &m.count} {
			if err := o.bind(fx); err != nil {
				return nil, err
			}
		}
		return bind(fx, args)
	}
	return f
}

// treeP is a tree's name; that of a tree that there is not is nil while routing.
func (m *Module) treeP() registry.P[*tree] {
	return registry.P[*tree]{
		ParamInfo: registry.ParamInfo{Name: "tree", Kind: "text"},
		Bind: func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*tree, bool), error) {
			f, err := fx.Format(a.Text)
			if err != nil {
				return nil, err
			}
			if tname, ok := f.Const(); ok {
				s := m.slot(tname)
				return func(*registry.Ctx) (*tree, bool) { return s.tree.Load(), true }, nil
			}
			return func(c *registry.Ctx) (*tree, bool) { return m.tree(f.Text(c)), true }, nil
		},
	}
}

// tree is the tree of a name; nil where there is none.
func (m *Module) tree(tname string) *tree {
	if s, ok := m.slots.Load(tname); ok {
		return s.(*slot).tree.Load()
	}
	return nil
}

// modeAll is the mode in which all prefixes' values are wanted.
const modeAll = 2

func (m *Module) match(c *registry.Ctx, t *tree, text string, mode int) int {
	if t == nil {
		return -1
	}
	var buf [maxPrefix]hit
	hits, badAt := t.path(text, buf[:0])
	if badAt >= 0 {
		c.Log.Infof(name, "mt_match: character %d of %.80q is not in char_list", badAt+1, text)
	}
	switch {
	case t.kind == destinations:
		return registry.Truth(badAt < 0 && m.setDests(c, hits))
	case mode == modeAll:
		for _, h := range hits {
			for i := range h.items {
				set(c, &m.values, t.value(&h.items[i]))
			}
		}
		return registry.Truth(badAt < 0 && len(hits) > 0)
	case badAt >= 0 || len(hits) == 0:
		return -1
	}
	return registry.Truth(set(c, &m.value, t.value(&hits[len(hits)-1].items[0])))
}

// value is an item as a variable has it.
func (t *tree) value(it *item) value.Value {
	if t.kind == numbers {
		return value.OfInt(it.number)
	}
	return value.OfStr(it.text)
}

func set(c *registry.Ctx, o *output, v value.Value) bool {
	vals := c.Borrow(1)
	defer c.Return(vals)
	vals[0] = v
	return o.v.Set(c, &vals[0])
}

// setDests sets the variables of destinations; it reports whether there was a value
// that names them.
func (m *Module) setDests(c *registry.Ctx, hits []hit) (found bool) {
	var buf [32]dest
	list := buf[:0]
	for _, h := range slices.Backward(hits) {
		dests := h.items[0].dests
		found = found || dests != nil
		for _, d := range slices.Backward(dests) {
			if !slices.ContainsFunc(list, func(o dest) bool { return o.id == d.id }) {
				list = append(list, d)
			}
		}
	}
	if !found {
		return false
	}
	slices.SortStableFunc(list, func(a, b dest) int { return cmp.Compare(a.weight, b.weight) })
	for _, d := range slices.Backward(list) {
		set(c, &m.weight, value.OfInt(int64(int32(d.weight))))
		set(c, &m.dstid, value.OfInt(int64(int32(d.id))))
	}
	set(c, &m.count, value.OfInt(int64(len(list))))
	return true
}
