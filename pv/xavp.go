package pv

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/avp"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// xlist is where a class of XAVPs lives.
type xlist func(c *registry.Ctx) *avp.XList

func xavpList(c *registry.Ctx) *avp.XList { return &c.State.XAVP }
func xavuList(c *registry.Ctx) *avp.XList { return &c.State.XAVU }
func xaviList(c *registry.Ctx) *avp.XList { return &c.State.XAVI }

func (m *Module) xavps() []registry.PV {
	return []registry.PV{
		{
			Name: "xavp", Access: registry.ReadWrite,
			Doc:  "A stack of values or of lists of named values: $xavp(x=>a) pushes a new list, $xavp(x[0]=>a) adds to the newest.",
			Bind: func(fx registry.Fixup, r registry.Ref) (registry.Var, error) { return bindXAVP(fx, r, xavpList, false) },
		},
		{
			Name: "xavi", Access: registry.ReadWrite, Doc: "As $xavp, with names whose case does not matter.",
			Bind: func(fx registry.Fixup, r registry.Ref) (registry.Var, error) { return bindXAVP(fx, r, xaviList, true) },
		},
		{
			Name: "xavu", Access: registry.ReadWrite, Doc: "A value, or a list of named values, by name; assigning replaces it.",
			Bind: bindXAVU,
		},
	}
}

// xname is one name of $xavp(root[0]=>child[1]) with its index.
type xname struct {
	name string
	at   index
}

type xref struct {
	root, child xname
	hasChild    bool
}

// parseXAVP reads root[i]=>child[j]. Kamailio ignores what follows a second
// =>, which is said.
func parseXAVP(fx registry.Fixup, inner string, fold bool) (x xref, err error) {
	root, child, ok := strings.Cut(inner, "=>")
	x.hasChild = ok
	if ok {
		if first, more, third := strings.Cut(child, "=>"); third {
			fx.Warn("xavp-depth", "XAVPs have two levels: =>"+more+" is ignored, as Kamailio does", "keep what is below in a second XAVP")
			child = first
		}
		if x.child, err = parseXName(fx, child, fold); err != nil {
			return x, err
		}
	}
	x.root, err = parseXName(fx, root, fold)
	return x, err
}

func parseXName(fx registry.Fixup, s string, fold bool) (n xname, err error) {
	s = strings.TrimSpace(s)
	n.name = s
	if i := strings.IndexByte(s, '['); i >= 0 {
		if !strings.HasSuffix(s, "]") {
			return n, fmt.Errorf("the [ of %s has no closing ]", s)
		}
		n.name = strings.TrimSpace(s[:i])
		text := s[i+1 : len(s)-1]
		switch {
		case text == "*":
			n.at = index{all: true, has: true}
		case strings.HasPrefix(text, "$"):
			v, err := fx.Var(text)
			if err != nil {
				return n, err
			}
			n.at = index{get: v.Get, has: true}
		default:
			k, err := strconv.ParseInt(text, 10, 32)
			if err != nil {
				return n, fmt.Errorf("the index [%s] is no number, no variable and not *", text)
			}
			n.at = index{n: int(k), has: true}
		}
	}
	if n.name == "" {
		return n, errors.New("an XAVP needs a name")
	}
	if fold {
		n.name = strings.ToLower(n.name)
	}
	return n, nil
}

func bindXAVP(fx registry.Fixup, r registry.Ref, list xlist, fold bool) (registry.Var, error) {
	if err := noIndex(r); err != nil {
		return registry.Var{}, fmt.Errorf("%w: the index of an XAVP stands in the parentheses, $%s(name[0]=>child)", err, r.Class)
	}
	if err := needInner(r, "a name"); err != nil {
		return registry.Var{}, err
	}
	x, err := parseXAVP(fx, r.Inner, fold)
	if err != nil {
		return registry.Var{}, err
	}
	v := registry.Var{
		Get: func(c *registry.Ctx, v *value.Value) { x.get(c, list(c), v) },
		Set: func(c *registry.Ctx, v *value.Value) bool { return x.set(c, list(c), v) },
	}
	return v, nil
}

func (x *xref) get(c *registry.Ctx, l *avp.XList, v *value.Value) {
	v.SetNull()
	i, ok := x.root.at.at(c)
	if !ok {
		v.SetVoid()
		return
	}
	n := l.Get(avp.Root, x.root.name, i)
	if n == 0 {
		return
	}
	if !x.hasChild {
		xvalue(c, l, n, v)
		return
	}
	if !l.IsList(n) {
		return
	}
	if x.child.at.all {
		joinXAVP(c, l, n, x.child.name, v)
		return
	}
	if i, ok = x.child.at.at(c); !ok {
		v.SetVoid()
	} else if ch := l.Get(n, x.child.name, i); ch != 0 {
		xvalue(c, l, ch, v)
	}
}

// xvalue is a node's value; a list shows as <<xavp:name>>, where Kamailio
// puts an address.
func xvalue(c *registry.Ctx, l *avp.XList, n avp.Node, v *value.Value) {
	if !l.IsList(n) {
		*v = l.Value(n)
		return
	}
	const open, shut = "<<xavp:", ">>"
	name := l.Name(n)
	b := c.Arena.Alloc(len(open) + len(name) + len(shut))[:0]
	b = append(append(append(b, open...), name...), shut...)
	v.SetStr(registry.View(b))
}

// joinXAVP makes *v all values called name below n, newest first.
func joinXAVP(c *registry.Ctx, l *avp.XList, n avp.Node, name string, v *value.Value) {
	joinValues(c, v, l.Count(n, name), func(i int) (one value.Value) {
		xvalue(c, l, l.Get(n, name, i), &one)
		return one
	})
}

// set assigns. Without an index a value is pushed, with one the node there is
// changed; an index where there is nothing changes nothing.
func (x *xref) set(c *registry.Ctx, l *avp.XList, v *value.Value) bool {
	root, ok := x.root.at.at(c)
	if !ok {
		return false
	}
	if !x.hasChild {
		return x.setRoot(l, root, v)
	}
	child, ok := x.child.at.at(c)
	if !ok {
		return false
	}
	if !x.root.at.has && !v.IsNull() {
		n := l.PushList(avp.Root, x.root.name)
		l.Push(n, x.child.name, v)
		return true
	}
	n := avp.Node(0)
	if root >= 0 {
		n = l.Get(avp.Root, x.root.name, root)
	}
	if n == 0 {
		return true
	}
	if !l.IsList(n) {
		c.Log.Errorf(logAs, "$xavp(%s[%d]) is a value, it has no %s", x.root.name, root, x.child.name)
		return false
	}
	switch {
	case v.IsNull() && x.child.at.all:
		l.RemoveAll(n, x.child.name)
	case v.IsNull():
		l.Remove(n, x.child.name, child)
	case x.child.at.all:
		l.RemoveAll(n, x.child.name)
		l.Push(n, x.child.name, v)
	case !x.child.at.has:
		l.Push(n, x.child.name, v)
	default:
		if ch := l.Get(n, x.child.name, child); ch != 0 && child >= 0 {
			l.Set(ch, v)
		}
	}
	return true
}

func (x *xref) setRoot(l *avp.XList, i int, v *value.Value) bool {
	name := x.root.name
	switch {
	case v.IsNull() && x.root.at.all:
		l.RemoveAll(avp.Root, name)
	case v.IsNull():
		l.Remove(avp.Root, name, i)
	case x.root.at.all:
		l.RemoveAll(avp.Root, name)
		l.Push(avp.Root, name, v)
	case !x.root.at.has:
		l.Push(avp.Root, name, v)
	default:
		if n := l.Get(avp.Root, name, i); n != 0 && i >= 0 {
			l.Set(n, v)
		}
	}
	return true
}

func bindXAVU(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
	if err := noIndex(r); err != nil {
		return registry.Var{}, err
	}
	if err := needInner(r, "a name"); err != nil {
		return registry.Var{}, err
	}
	x, err := parseXAVP(fx, r.Inner, false)
	if err != nil {
		return registry.Var{}, err
	}
	if x.root.at.has || x.child.at.has {
		return registry.Var{}, errors.New("$xavu has one value of a name and takes no index")
	}
	return registry.Var{
		Get: func(c *registry.Ctx, v *value.Value) { x.get(c, xavuList(c), v) },
		Set: func(c *registry.Ctx, v *value.Value) bool {
			x.setUnique(xavuList(c), v)
			return true
		},
	}, nil
}

// setUnique assigns where a name has one node.
func (x *xref) setUnique(l *avp.XList, v *value.Value) {
	parent, name := avp.Root, x.root.name
	if x.hasChild {
		root := l.Get(avp.Root, name, 0)
		if root == 0 || !l.IsList(root) {
			if v.IsNull() {
				return
			}
			l.RemoveAll(avp.Root, name)
			root = l.PushList(avp.Root, name)
		}
		parent, name = root, x.child.name
	}
	n := l.Get(parent, name, 0)
	switch {
	case v.IsNull():
		l.RemoveAll(parent, name)
	case n == 0:
		l.Push(parent, name, v)
	default:
		l.Set(n, v)
	}
}
