package registry

import (
	"errors"
	"strconv"
	"strings"

	"olelo/runtime/value"
)

// Text is a string parameter in which variables are expanded.
func Text(name string) P[string] {
	return P[string]{
		ParamInfo: ParamInfo{name, "text"},
		Bind: func(fx Fixup, a Arg) (func(*Ctx) (string, bool), error) {
			f, err := fx.Format(a.Text)
			if err != nil {
				return nil, err
			}
			if s, ok := f.Const(); ok {
				return func(*Ctx) (string, bool) { return s, true }, nil
			}
			return func(c *Ctx) (string, bool) { return f.Text(c), true }, nil
		},
	}
}

// Word is a plain constant string; variables in it are not expanded.
func Word(name string) P[string] {
	return P[string]{
		ParamInfo: ParamInfo{name, "word"},
		Bind: func(_ Fixup, a Arg) (func(*Ctx) (string, bool), error) {
			s := a.Text
			return func(*Ctx) (string, bool) { return s, true }, nil
		},
	}
}

var errNotInt = errors.New("an integer, or a variable that holds one, is wanted")

// IntP is an integer parameter: a number, a string that is one, or a variable
// that holds either while routing.
func IntP(name string) P[int] {
	return P[int]{
		ParamInfo: ParamInfo{name, "int"},
		Bind: func(fx Fixup, a Arg) (func(*Ctx) (int, bool), error) {
			if a.IsInt {
				n := int(a.Int)
				return func(*Ctx) (int, bool) { return n, true }, nil
			}
			f, err := fx.Format(a.Text)
			if err != nil {
				return nil, err
			}
			if s, ok := f.Const(); ok {
				n, err := strconv.ParseInt(strings.TrimSpace(s), 0, 64)
				if err != nil {
					return nil, errNotInt
				}
				return func(*Ctx) (int, bool) { return int(n), true }, nil
			}
			get, ok := f.Single()
			if !ok {
				get = func(c *Ctx, v *value.Value) { v.SetStr(f.Text(c)) }
			}
			return func(c *Ctx) (int, bool) {
				vals := c.Borrow(1)
				get(c, &vals[0])
				v := vals[0]
				c.Return(vals)
				if v.IsInt() {
					return int(v.I), true
				}
				n, err := strconv.ParseInt(v.S, 10, 64)
				return int(n), err == nil && v.IsStr()
			}, nil
		},
	}
}

// VarP is a variable handed to the function itself, to read or to assign.
func VarP(name string) P[*Var] {
	return P[*Var]{
		ParamInfo: ParamInfo{name, "pv"},
		Bind: func(fx Fixup, a Arg) (func(*Ctx) (*Var, bool), error) {
			v, err := fx.Var(a.Text)
			if err != nil {
				return nil, err
			}
			return func(*Ctx) (*Var, bool) { return &v, true }, nil
		},
	}
}

// OutP is a variable that the function assigns: a read-only one is an error.
func OutP(name string) P[*Var] {
	p := VarP(name)
	bind := p.Bind
	p.Bind = func(fx Fixup, a Arg) (func(*Ctx) (*Var, bool), error) {
		get, err := bind(fx, a)
		if err == nil {
			if v, _ := get(nil); v.Set == nil {
				return nil, errors.New("the variable " + a.Text + " is read-only")
			}
		}
		return get, err
	}
	return p
}

// Int is an integer modparam stored in *p.
func Int(name string, p *int, doc string) Param {
	return Param{
		Name: name, Type: ParamInt, Doc: doc,
		Set: func(v ParamValue) error { *p = int(v.Int); return nil },
	}
}

// Str is a string modparam stored in *p.
func Str(name string, p *string, doc string) Param {
	return Param{
		Name: name, Type: ParamStr, Doc: doc,
		Set: func(v ParamValue) error { *p = v.Str; return nil },
	}
}

// StrFunc is a string modparam that the module parses, once a line.
func StrFunc(name string, set func(v ParamValue) error, doc string) Param {
	return Param{Name: name, Type: ParamStr, Doc: doc, Set: set}
}
