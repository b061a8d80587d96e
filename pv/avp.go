package pv

import (
	"olelo/runtime/avp"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

type avpName = avp.Name

func (m *Module) avps() []registry.PV {
	return []registry.PV{{
		Name: "avp", Access: registry.ReadWrite,
		Doc:  "A stack of values of the message: assigning pushes, $null pops, [*] replaces all; [0] is the newest.",
		Bind: m.bindAVP,
	}}
}

// avpNames gives an AVP's name at run time.
type avpNames struct {
	name avpName
	get  registry.Getter
}

func (m *Module) bindAVPName(fx registry.Fixup, inner string) (n avpNames, err error) {
	if n.get, err = dynamic(fx, inner); err != nil || n.get != nil {
		return n, err
	}
	if a, ok := m.aliases[inner]; ok {
		n.name = a
		return n, nil
	}
	n.name, err = avp.ParseName(inner)
	return n, err
}

// at is the name for this message. Where the variable in it holds none, ok is
// false, and *v what is read then: a void of $null, else $null.
func (n *avpNames) at(c *registry.Ctx, v *value.Value) (name avpName, ok bool) {
	if n.get == nil {
		return n.name, true
	}
	s := c.Eval(n.get)
	switch {
	case s.IsStr() && s.S != "":
		return avpName{Text: s.S}, true
	case s.K == value.Int:
		return avpName{Num: s.I, IsNum: true}, true
	}
	noName(&s, v)
	return avpName{}, false
}

func (m *Module) bindAVP(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
	if err := needInner(r, "a name"); err != nil {
		return registry.Var{}, err
	}
	names, err := m.bindAVPName(fx, r.Inner)
	if err != nil {
		return registry.Var{}, err
	}
	at := bindIndex(r.Index)
	get := func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		name, ok := names.at(c, v)
		if !ok {
			return
		}
		i, ok := at.at(c)
		if !ok {
			v.SetVoid()
			return
		}
		if i < 0 { // counts from the oldest, but finds nothing except the newest
			if i += c.State.AVP.Count(name); i != 0 {
				return
			}
		}
		if val, ok := c.State.AVP.Get(name, i); ok {
			*v = val
		}
	}
	if at.all {
		get = func(c *registry.Ctx, v *value.Value) {
			if name, ok := names.at(c, v); ok {
				joinAVP(c, name, v)
			}
		}
	}
	set := func(c *registry.Ctx, v *value.Value) bool {
		name, ok := names.at(c, &value.Value{})
		if !ok {
			c.Log.Errorf(logAs, "$avp(%s): the variable in it holds no name", r.Inner)
			return false
		}
		if _, ok := at.at(c); !ok {
			return false
		}
		switch {
		case at.all:
			c.State.AVP.Delete(name)
		case v.IsNull():
			c.State.AVP.Pop(name)
		}
		c.State.AVP.Push(name, v)
		return true
	}
	return registry.Var{Get: get, Set: set}, nil
}

// joinAVP makes *v all values of name, newest first.
func joinAVP(c *registry.Ctx, name avpName, v *value.Value) {
	list := &c.State.AVP
	joinValues(c, v, list.Count(name), func(i int) value.Value {
		val, _ := list.Get(name, i)
		return val
	})
}

// joinValues makes *v the text of n values; $null where n is 0.
func joinValues(c *registry.Ctx, v *value.Value, n int, at func(int) value.Value) {
	if n == 0 {
		v.SetNull()
		return
	}
	const sep = ", "
	size := (n - 1) * len(sep)
	var d [20]byte
	for i := range n {
		one := at(i)
		if one.IsStr() {
			size += len(one.S)
		} else {
			size += len(one.AppendTo(d[:0]))
		}
	}
	b := c.Arena.Alloc(size)[:0]
	for i := range n {
		if len(b) > 0 { // not behind empty texts at the start
			b = append(b, sep...)
		}
		one := at(i)
		b = one.AppendTo(b)
	}
	v.SetStr(registry.View(b))
}
