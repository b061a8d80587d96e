package avpops

import (
	"fmt"

	"olelo/runtime/registry"
	"olelo/transformations"
)

func bindSubst(fx registry.Fixup, avps, text string) (registry.Call, error) {
	s, err := transformations.ParseSubst(fx, text)
	if err != nil {
		return nil, err
	}
	return substitute(fx, avps, func(*registry.Ctx) (*transformations.Subst, error) { return s, nil })
}

// badSubst is what avp_subst_pv returns for what is no substitution.
const badSubst = -3

func bindSubstPV(fx registry.Fixup, avps, text string) (registry.Call, error) {
	f, err := fx.Format(text)
	if err != nil {
		return nil, err
	}
	return substitute(fx, avps, func(c *registry.Ctx) (*transformations.Subst, error) {
		return transformations.ParseSubst(literal{}, f.Text(c))
	})
}

// literal binds the replacement of a text that was made while routing: a variable
// in it, which may have come with the message, is refused.
type literal struct{ registry.Fixup }

// Var refuses.
func (literal) Var(text string) (registry.Var, error) {
	return registry.Var{}, fmt.Errorf("the variable %s comes out of another one: it is not evaluated", text)
}

// Warn says nothing: there is no place in the configuration.
func (literal) Warn(string, string, string) {}

func substitute(fx registry.Fixup, avps string, by func(*registry.Ctx) (*transformations.Subst, error)) (registry.Call, error) {
	src, dst, rest, err := targets(fx, avps)
	if err != nil {
		return nil, err
	}
	f, err := flags(rest, "gd")
	if err != nil {
		return nil, err
	}
	replace := dst.text == avps // no second one
	return func(c *registry.Ctx) int {
		s, err := by(c)
		if err != nil {
			c.Log.Errorf(name, "avp_subst_pv: %v", err)
			return badSubst
		}
		vals, in := src.values(c)
		defer c.Return(vals)
		out, ok := dst.avp(c)
		if !ok {
			return -1
		}
		done := -1
		for i := range vals {
			v := &vals[i]
			if number(v) {
				continue
			}
			text, n, err := s.Apply(c, v.S)
			if err != nil {
				c.Log.Errorf(name, "avp_subst: %v", err)
				return -1
			}
			if n == 0 {
				continue
			}
			done = 1
			v.SetStr(text)
			c.State.AVP.Push(out, v)
			if replace || has(f, 'd') {
				c.State.AVP.Remove(in, -(len(vals) - i))
			}
			if !has(f, 'g') {
				break
			}
		}
		return done
	}, nil
}
