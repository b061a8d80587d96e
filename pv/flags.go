package pv

import (
	"fmt"
	"strconv"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// flagSet is one of the three sets of 32 flags of a message.
type flagSet struct {
	get func(c *registry.Ctx) (uint32, bool)
	set func(c *registry.Ctx, f uint32) bool
}

func flagVars() []registry.PV {
	message := flagSet{
		func(c *registry.Ctx) (uint32, bool) {
			if c.Msg == nil {
				return 0, false
			}
			return c.Msg.Flags(), true
		},
		func(c *registry.Ctx, f uint32) bool {
			if c.Msg == nil {
				c.Log.Errorf(logAs, "message flags can only be set while a SIP message is handled")
				return false
			}
			c.Msg.SetFlags(f)
			return true
		},
	}
	script := flagSet{
		func(c *registry.Ctx) (uint32, bool) { return c.State.ScriptFlags, true },
		func(c *registry.Ctx, f uint32) bool { c.State.ScriptFlags = f; return true },
	}
	branch := flagSet{
		func(c *registry.Ctx) (uint32, bool) { return c.State.BranchFlags, true },
		func(c *registry.Ctx, f uint32) bool { c.State.BranchFlags = f; return true },
	}
	return []registry.PV{
		message.decimal("mf", "The message flags."), message.hex("mF", "The message flags, in hexadecimal."), message.bit("Mf", "One message flag, 0 or 1: $Mf(5)."),
		script.decimal("sf", "The script flags."), script.hex("sF", "The script flags, in hexadecimal."), script.bit("Sf", "One script flag, 0 or 1: $Sf(5)."),
		branch.decimal("bf", "The flags of the request URI's branch."), branch.hex("bF", "The flags of the request URI's branch, in hexadecimal."), branch.bit("Bf", "One flag of the request URI's branch, 0 or 1: $Bf(5)."),
	}
}

// assign sets all flags; $null clears them.
func (s flagSet) assign(name string) registry.Setter {
	return func(c *registry.Ctx, v *value.Value) bool {
		if v.IsNull() {
			return s.set(c, 0)
		}
		n, ok := intFor(c, name, v)
		return ok && s.set(c, uint32(n))
	}
}

func (s flagSet) decimal(name, doc string) registry.PV {
	return registry.GetSetPV(name, func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		if f, ok := s.get(c); ok {
			v.SetInt(int64(f))
		}
	}, s.assign(name), doc)
}

func (s flagSet) hex(name, doc string) registry.PV {
	return registry.GetSetPV(name, func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		f, ok := s.get(c)
		if !ok {
			return
		}
		const hex = "0123456789abcdef"
		b := c.Arena.Alloc(8)
		for i := range b {
			b[i] = hex[f>>(28-4*uint(i))&15]
		}
		v.SetBoth(registry.View(b), int64(f))
	}, s.assign(name), doc)
}

func (s flagSet) bit(name, doc string) registry.PV {
	return registry.PV{
		Name: name, Access: registry.ReadWrite, Doc: doc,
		Bind: func(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
			if err := noIndex(r); err != nil {
				return registry.Var{}, err
			}
			n, err := strconv.ParseUint(r.Inner, 10, 8)
			if err != nil || n > 31 {
				return registry.Var{}, fmt.Errorf("$%s needs the number of a flag, 0 to 31, in parentheses", name)
			}
			mask := uint32(1) << n
			return registry.Var{
				Get: func(c *registry.Ctx, v *value.Value) {
					v.SetNull()
					if f, ok := s.get(c); ok {
						v.SetInt(int64(f >> n & 1))
					}
				},
				Set: func(c *registry.Ctx, v *value.Value) bool {
					f, _ := s.get(c)
					on := false
					if !v.IsNull() {
						i, ok := intFor(c, name, v)
						if !ok {
							return false
						}
						on = i != 0
					}
					if on {
						f |= mask
					} else {
						f &^= mask
					}
					return s.set(c, f)
				},
			}, nil
		},
	}
}
