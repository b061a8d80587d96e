package pv

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// logAs is the module's name in log lines.
const logAs = "pv"

// keyed is a read-only variable whose inner text is one of a few keys:
// $K(UDP). Each key has its getter.
func keyed(name, doc string, keys map[string]registry.Getter) registry.PV {
	return registry.PV{
		Name: name, Doc: doc,
		Bind: func(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
			if err := noIndex(r); err != nil {
				return registry.Var{}, err
			}
			get, ok := keys[r.Inner]
			if !ok {
				return registry.Var{}, unknownKey(name, r, keys)
			}
			return registry.Var{Get: get}, nil
		},
	}
}

func unknownKey[T any](name string, r registry.Ref, keys map[string]T) error {
	if !r.HasInner || r.Inner == "" {
		return fmt.Errorf("$%s needs a key in parentheses: %s", name, keyList(keys))
	}
	return fmt.Errorf("$%s has no key %q, only %s", name, r.Inner, keyList(keys))
}

func keyList[T any](keys map[string]T) string {
	return strings.Join(slices.Sorted(maps.Keys(keys)), ", ")
}

func noIndex(r registry.Ref) error {
	if r.Index.Kind != registry.IndexNone {
		return fmt.Errorf("$%s takes no [index]", r.Class)
	}
	return nil
}

func needInner(r registry.Ref, what string) error {
	if r.Inner == "" {
		return fmt.Errorf("$%s needs %s in parentheses", r.Class, what)
	}
	return nil
}

// alias is the same variable under another name.
func alias(name string, of registry.PV) registry.PV {
	of.Name = name
	return of
}

// index is a bound [index]: where it gives a number at run time. all is [*].
type index struct {
	n   int
	get registry.Getter
	all bool
	has bool
}

func bindIndex(x registry.Index) index {
	switch x.Kind {
	case registry.IndexInt:
		// Far outside any list is still outside it.
		return index{n: int(max(-1<<30, min(x.N, 1<<30))), has: true}
	case registry.IndexVar:
		return index{get: x.Get, has: true}
	case registry.IndexAll:
		return index{all: true, has: true}
	}
	return index{}
}

// at is the index's number; ok is false, and an error logged, where the
// variable in it holds none.
func (x *index) at(c *registry.Ctx) (n int, ok bool) {
	if x.get == nil {
		return x.n, true
	}
	v := c.Eval(x.get)
	if !v.IsInt() {
		c.Log.Errorf(logAs, "the variable in an [index] holds no integer")
		return 0, false
	}
	return int(v.I), true
}

// setStr is *v as text s, or $null where s is empty.
func setStr(v *value.Value, s string) {
	if s == "" {
		v.SetNull()
		return
	}
	v.SetStr(s)
}

// stringFor is the text that is assigned to name; ok is false, and an error
// logged, where v has none.
func stringFor(c *registry.Ctx, name string, v *value.Value) (s string, ok bool) {
	if !v.IsStr() {
		c.Log.Errorf(logAs, "$%s can only be set to a string", name)
		return "", false
	}
	return v.S, true
}

// intFor is the number that is assigned to name.
func intFor(c *registry.Ctx, name string, v *value.Value) (n int64, ok bool) {
	if !v.IsInt() {
		c.Log.Errorf(logAs, "$%s can only be set to an integer", name)
		return 0, false
	}
	return v.I, true
}

// dynamic binds an inner text that is one variable, "$var(x)"; nil where it
// is plain text.
func dynamic(fx registry.Fixup, inner string) (registry.Getter, error) {
	if !strings.HasPrefix(inner, "$") {
		return nil, nil
	}
	v, err := fx.Var(inner)
	if err != nil {
		return nil, err
	}
	if v.Get == nil {
		return nil, errors.New("the variable " + inner + " cannot be read here")
	}
	return v.Get, nil
}

func warnf(c *registry.Ctx, format string, args ...any) {
	if c.Log.Enabled(log.Warn) {
		c.Log.Warnf(logAs, format, args...)
	}
}
