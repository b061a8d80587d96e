package avpops

import (
	"fmt"

	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

func bindPush(fx registry.Fixup, to, text string) (registry.Call, error) {
	put, branches, err := bindDestination(fx, to)
	if err != nil {
		return nil, err
	}
	o, rest, err := variable(fx, text)
	if err != nil {
		return nil, err
	}
	f, err := flags(rest, "g")
	if err != nil {
		return nil, err
	}
	return func(c *registry.Ctx) int {
		vals, _ := o.values(c)
		defer c.Return(vals)
		if !has(f, 'g') && len(vals) > 1 {
			vals = vals[:1]
		}
		for i := range vals {
			v := &vals[i]
			if number(v) {
				v.SetStr(c.Arena.Int(v.I))
			} else if v.IsNull() {
				v.SetStr("")
			}
			if i > 0 && branches && !addBranch(c, c.Msg.RURI(), c.Msg.DstURI()) {
				return -1
			}
			if !put(c, v) {
				return -1
			}
		}
		return registry.Truth(len(vals) > 0)
	}, nil
}

// bindDestination reads where a value goes. branches tells that each value but the
// last becomes a branch.
func bindDestination(fx registry.Fixup, to string) (put registry.Setter, branches bool, err error) {
	variable := ""
	switch to {
	case "$ru":
		variable = "$ru"
	case "$ru/username":
		variable = "$rU"
	case "$ru/domain":
		variable = "$rd"
	case "$du":
		v, err := fx.Var("$du")
		return v.Set, false, err
	case "$br":
		return func(c *registry.Ctx, v *value.Value) bool { return addBranch(c, v.S, "") }, false, nil
	default:
		return nil, false, fmt.Errorf("%q is no destination: $ru, $ru/username, $ru/domain, $du and $br are", to)
	}
	v, err := fx.Var(variable)
	return func(c *registry.Ctx, val *value.Value) bool {
		if val.S == "" && variable != "$rU" {
			c.Log.Errorf(name, "avp_pushto: an empty %s is refused", variable)
			return false
		}
		return v.Set(c, val)
	}, true, err
}

func addBranch(c *registry.Ctx, uri, dst string) bool {
	if c.Msg == nil || !c.Msg.IsRequest() || uri == "" {
		c.Log.Errorf(name, "avp_pushto: a branch is of a request, and has an URI")
		return false
	}
	if !c.State.Branches.Add(msgstate.Branch{URI: uri, DstURI: dst, SendSocket: c.State.SendSocket, Flags: c.State.BranchFlags}) {
		c.Log.Errorf(name, "avp_pushto: a request has at most %d branches", msgstate.MaxBranches)
		return false
	}
	return true
}
