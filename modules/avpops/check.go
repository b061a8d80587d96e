package avpops

import (
	"cmp"
	"fmt"
	"strings"

	"olelo/runtime/ere"
	"olelo/runtime/fnmatch"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// compare compares two values of one type.
type compare func(c *registry.Ctx, a, b *value.Value) bool

// equal is of two texts or numbers.
func equal(want, fold bool) compare {
	return func(_ *registry.Ctx, a, b *value.Value) bool {
		if number(a) {
			return (a.I == b.I) == want
		}
		return (a.S == b.S || fold && strings.EqualFold(a.S, b.S)) == want
	}
}

// order is of what is less than 0 where a comes before b; texts are compared
// without regard to case.
func order(f func(n int) bool) compare {
	return func(_ *registry.Ctx, a, b *value.Value) bool {
		if number(a) {
			return f(cmp.Compare(a.I, b.I))
		}
		return f(compareFold(a.S, b.S))
	}
}

// compareFold compares texts as C's strcasecmp does.
func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		if n := cmp.Compare(lower(a[i]), lower(b[i])); n != 0 {
			return n
		}
	}
	return cmp.Compare(len(a), len(b))
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// bits is of two numbers, and false for texts.
func bits(f func(a, b int64) int64) compare {
	return func(_ *registry.Ctx, a, b *value.Value) bool { return number(a) && f(a.I, b.I) != 0 }
}

// comparison is an operator's compare; nil where there is no such operator.
func (m *Module) comparison(op string, r *right, fold bool) (compare, error) {
	switch op {
	case "eq":
		return equal(true, fold), nil
	case "ne":
		return equal(false, fold), nil
	case "lt":
		return order(func(n int) bool { return n < 0 }), nil
	case "le":
		return order(func(n int) bool { return n <= 0 }), nil
	case "gt":
		return order(func(n int) bool { return n > 0 }), nil
	case "ge":
		return order(func(n int) bool { return n >= 0 }), nil
	case "and":
		return bits(func(a, b int64) int64 { return a & b }), nil
	case "or":
		return bits(func(a, b int64) int64 { return a | b }), nil
	case "xor":
		return bits(func(a, b int64) int64 { return a ^ b }), nil
	case "fm":
		return func(_ *registry.Ctx, a, b *value.Value) bool { return !number(a) && fnmatch.Match(b.S, a.S) }, nil
	case "re":
		return m.matches(r)
	}
	return nil, fmt.Errorf("%q is no operator: eq, ne, lt, le, gt, ge, re, fm, and, or, xor are", op)
}

// matches is by a regular expression, which ignores case.
func (m *Module) matches(r *right) (compare, error) {
	if !r.isVar && !r.integr {
		re, err := ere.Compile(r.fixed.S, ere.IgnoreCase)
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx, a, _ *value.Value) bool { return match(c, re, a) }, nil
	}
	return func(c *registry.Ctx, a, b *value.Value) bool {
		if number(a) {
			return false
		}
		re, err := m.patterns.Get(b.S, ere.IgnoreCase)
		if err != nil {
			c.Log.Errorf(name, "avp_check: %v", err)
			return false
		}
		return match(c, re, a)
	}, nil
}

func match(c *registry.Ctx, re *ere.Regexp, a *value.Value) bool {
	if number(a) {
		return false
	}
	ok, err := re.Match(a.S)
	if err != nil {
		c.Log.Errorf(name, "avp_check: %v", err)
	}
	return ok
}

func (m *Module) bindCheck(fx registry.Fixup, left, text string) (registry.Call, error) {
	o, rest, err := variable(fx, left)
	if err != nil {
		return nil, err
	}
	if rest != "" {
		return nil, fmt.Errorf("%q cannot follow %s", rest, o.text)
	}
	op, r, rest, err := split(fx, text)
	if err != nil {
		return nil, err
	}
	f, err := flags(rest, "gi")
	if err != nil {
		return nil, err
	}
	is, err := m.comparison(op, &r, has(f, 'i'))
	if err != nil {
		return nil, err
	}
	return func(c *registry.Ctx) int {
		vals, _ := o.values(c)
		defer c.Return(vals)
		by := r.values(c)
		defer c.Return(by)
		if !has(f, 'g') && len(vals) > 1 {
			vals = vals[:1]
		}
		for i := range vals {
			for j := range by {
				a, b := &vals[i], &by[j]
				switch {
				case a.IsNull() || b.IsNull():
				case number(a) != number(b):
					c.Log.Errorf(name, "avp_check: a number and a text are compared")
				case is(c, a, b):
					return 1
				}
			}
		}
		return -1
	}, nil
}
