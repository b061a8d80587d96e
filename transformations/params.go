package transformations

import (
	"fmt"
	"strconv"
	"strings"

	"olelo/lang/pvar"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// A parameter is a literal, or one variable; "x$rU" is a literal.

// next takes the first parameter off text. more tells that a comma follows.
func next(text string) (first, rest string, more bool, err error) {
	t := strings.TrimLeft(text, " \t")
	if strings.HasPrefix(t, "$") && len(t) > 1 && t[1] != ',' {
		v, n, err := pvar.Parse(t)
		if err != nil {
			return "", "", false, err
		}
		rest = strings.TrimLeft(t[n:], " \t")
		if rest == "" {
			return v.Text, "", false, nil
		}
		if rest[0] != ',' {
			return "", "", false, fmt.Errorf("%q follows the variable %s; a parameter is one variable or plain text", rest, v.Text)
		}
		return v.Text, rest[1:], true, nil
	}
	if i := strings.IndexByte(t, ','); i >= 0 {
		return t[:i], t[i+1:], true, nil
	}
	return t, "", false, nil
}

// numArg is a parameter that is a number.
type numArg struct {
	n   int
	get registry.Getter
}

func number(fx registry.Fixup, s string) (a numArg, err error) {
	if strings.HasPrefix(s, "$") {
		v, err := fx.Var(s)
		if err != nil {
			return a, err
		}
		a.get = v.Get
		return a, nil
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
	if err != nil {
		return a, fmt.Errorf("%q is no number", s)
	}
	a.n = int(n)
	return a, nil
}

// at is the number; ok is false, and an error logged, where the variable holds
// no integer.
func (a *numArg) at(c *registry.Ctx, key string) (int, bool) {
	if a.get == nil {
		return a.n, true
	}
	v := c.Eval(a.get)
	if !v.IsInt() {
		c.Log.Errorf(logAs, "{%s}: the variable in its parameter holds no integer", key)
		return 0, false
	}
	return int(v.I), true
}

// textArg is a parameter that is a text.
type textArg struct {
	s   string
	get registry.Getter
}

func textParam(fx registry.Fixup, s string) (a textArg, err error) {
	if strings.HasPrefix(s, "$") && len(s) > 1 {
		v, err := fx.Var(s)
		if err != nil {
			return a, err
		}
		a.get = v.Get
		return a, nil
	}
	a.s = s
	return a, nil
}

// at is the text; ok is false, and an error logged, where the variable's is
// empty or it holds none.
func (a *textArg) at(c *registry.Ctx, key string) (string, bool) {
	if a.get == nil {
		return a.s, true
	}
	v := c.Eval(a.get)
	s := v.S
	if v.K == value.Int {
		s = c.Arena.Int(v.I)
	}
	if s == "" {
		c.Log.Errorf(logAs, "{%s}: the variable in its parameter is empty", key)
		return "", false
	}
	return s, true
}

// onlyText reads the one text parameter of a key.
func onlyText(a args) (textArg, error) {
	if !a.has {
		return textArg{}, errNoParam
	}
	if t := strings.TrimLeft(a.text, " \t"); strings.HasPrefix(t, "$") && len(t) > 1 {
		s, _, more, err := next(a.text)
		if err == nil && more {
			err = fmt.Errorf("one parameter is wanted, not %q", a.text)
		}
		if err != nil {
			return textArg{}, err
		}
		return textParam(a.fx, s)
	}
	return textArg{s: strings.TrimLeft(a.text, " \t")}, nil
}
