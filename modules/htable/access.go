package htable

import (
	"errors"
	"fmt"
	"strings"

	"olelo/lang/catalogue"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// access is one "table=>key" of the configuration, bound: the table is looked
// up at load, and a key without variables is hashed then.
type access struct {
	m     *Module
	table *Table // nil where none is declared
	name  string // the table's
	text  *registry.Format
	fixed string // the key, where it has no variables
	hash  uint64 // of fixed
	isFix bool
	one   registry.Getter // the key's value, where it is one variable and nothing else
}

// bind makes an access of the text between the parentheses. The key keeps
// every blank; the table's name does not.
func (m *Module) bind(fx registry.Fixup, text string) (*access, error) {
	table, key, ok := strings.Cut(text, "=>")
	if !ok {
		return nil, fmt.Errorf("%q has no => between a table and a key: write table=>key", text)
	}
	a := &access{m: m, name: strings.TrimSpace(table)}
	if a.table = m.store.Table(a.name); a.table == nil {
		m.undeclared(fx, a.name)
	}
	f, err := fx.Format(key)
	if err != nil {
		return nil, err
	}
	a.text = f
	if a.fixed, a.isFix = f.Const(); a.isFix {
		a.hash = m.store.hash(a.fixed)
	} else if get, ok := f.Single(); ok {
		a.one = get
	}
	return a, nil
}

// nullKey is what a key with a $null variable has in its place.
const nullKey = "<null>"

// key evaluates the key; the text lives until the worker's next one.
func (a *access) key(c *registry.Ctx) (string, uint64) {
	if a.isFix {
		return a.fixed, a.hash
	}
	vals := c.Borrow(1)
	key, hash := a.keyIn(c, &vals[0])
	c.Return(vals)
	return key, hash
}

// keyIn is key where v is free for a variable's value: what it held is lost.
func (a *access) keyIn(c *registry.Ctx, v *value.Value) (string, uint64) {
	if a.isFix {
		return a.fixed, a.hash
	}
	var key string
	if a.one == nil {
		key = a.text.Brief(c, v)
	} else {
		switch a.one(c, v); {
		case v.IsStr():
			key = v.S
		case v.IsNull():
			if v.I == 0 { // not a void (value.SetVoid)
				key = nullKey
			}
		default:
			key = c.Arena.Int(v.I)
		}
	}
	return key, a.m.store.hash(key)
}

// missing logs an access to a table that is not declared.
func (m *Module) missing(c *registry.Ctx, what, table string) {
	c.Log.Errorf(name, "%s: no table %q is declared; add modparam(\"htable\", \"htable\", \"%s=>size=8;\")", what, table, table)
}

// undeclared warns about a table that is used and not declared, once a table.
func (m *Module) undeclared(fx registry.Fixup, table string) {
	if m.warned[table] {
		return
	}
	m.warned[table] = true
	declared := m.store.names()
	msg := fmt.Sprintf("table %q is not declared: writing to it fails, reading it gives $null", table)
	hint := fmt.Sprintf("add modparam(\"htable\", \"htable\", \"%s=>size=8;\")", table)
	switch near := catalogue.Nearest(table, m.store.seq, 1); {
	case len(declared) == 0:
		msg += "; no table is"
	case len(declared) == 1:
		msg += fmt.Sprintf("; the only one declared is %q", declared[0])
		hint += fmt.Sprintf(", or use the declared table %q", declared[0])
	case len(near) > 0:
		hint += fmt.Sprintf("; did you mean %q?", near[0])
		fallthrough
	default:
		msg += "; declared are " + few(declared)
	}
	fx.Warn("htable-undeclared", msg, hint)
}

// few lists names, not too many.
func few(names []string) string {
	const most = 6
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// accessP is a "table=>key" parameter.
func (m *Module) accessP(param string) registry.P[*access] {
	return registry.P[*access]{
		ParamInfo: registry.ParamInfo{Name: param, Kind: "special"},
		Bind: func(fx registry.Fixup, arg registry.Arg) (func(*registry.Ctx) (*access, bool), error) {
			a, err := m.bind(fx, arg.Text)
			return func(*registry.Ctx) (*access, bool) { return a, true }, err
		},
	}
}

// target is a table named by a parameter.
type target struct {
	*Table // nil where none is declared
	name   string
}

// tableP is a text parameter that names a table.
func (m *Module) tableP(param string) registry.P[target] {
	return registry.P[target]{
		ParamInfo: registry.ParamInfo{Name: param, Kind: "text"},
		Bind: func(fx registry.Fixup, arg registry.Arg) (func(*registry.Ctx) (target, bool), error) {
			f, err := fx.Format(arg.Text)
			if err != nil {
				return nil, err
			}
			if s, ok := f.Const(); ok {
				if s == "" {
					return nil, errors.New("a table's name is wanted")
				}
				t := target{m.store.Table(s), s}
				if t.Table == nil {
					m.undeclared(fx, s)
				}
				return func(*registry.Ctx) (target, bool) { return t, true }, nil
			}
			return func(c *registry.Ctx) (target, bool) {
				s := f.Text(c)
				return target{m.store.Table(s), s}, true
			}, nil
		},
	}
}
