package registry

import (
	"errors"
	"strconv"
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

// IntP is an integer parameter, as Kamailio takes it: a number, a string that is a
// decimal one of 32 bits, or a variable that holds a number while routing. A
// variable that holds a text, if only digits, is a mistake then.
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
				n, err := strconv.ParseInt(s, 10, 32)
				if err != nil {
					return nil, errNotInt
				}
				return func(*Ctx) (int, bool) { return int(n), true }, nil
			}
			get, ok := f.Single()
			if !ok {
				return func(c *Ctx) (int, bool) {
					n, err := strconv.ParseInt(f.Text(c), 10, 64)
					return int(n), err == nil
				}, nil
			}
			return func(c *Ctx) (int, bool) {
				vals := c.Borrow(1)
				get(c, &vals[0])
				v := vals[0]
				c.Return(vals)
				return int(v.I), v.IsInt()
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
