package registry

import (
	"errors"
	"strings"
)

// VarOrText is a text that is one variable or none: in a text with other
// characters around it Kamailio expands no variable here, so "my$fU" is those
// five characters. A variable that is $null makes the text empty.
func VarOrText(param string) P[string] {
	return P[string]{
		ParamInfo: ParamInfo{Name: param, Kind: "text"},
		Bind: func(fx Fixup, a Arg) (func(*Ctx) (string, bool), error) {
			text := a.Text
			constant := func(*Ctx) (string, bool) { return text, true }
			if !strings.Contains(text, "$") {
				return constant, nil
			}
			f, err := fx.Format(text)
			if err != nil {
				return nil, err
			}
			get, ok := f.Single()
			if !ok {
				fx.Warn("auth-not-expanded", "variables in the "+param+" \""+text+"\" are not expanded: it is neither one variable nor none", "build it with pv_printf and give the result")
				return constant, nil
			}
			return func(c *Ctx) (string, bool) {
				vals := c.Borrow(1)
				v := &vals[0]
				get(c, v)
				text := v.S
				if v.IsInt() && !v.IsStr() {
					text = c.Arena.Int(v.I)
				}
				c.Return(vals)
				return text, true
			}, nil
		},
	}
}

// NotEmpty is p that refuses an empty text at the start; a variable's may be.
func NotEmpty(p P[string]) P[string] {
	bind := p.Bind
	p.Bind = func(fx Fixup, a Arg) (func(*Ctx) (string, bool), error) {
		if a.Text == "" && !a.IsInt {
			return nil, errors.New("it is empty")
		}
		return bind(fx, a)
	}
	return p
}
