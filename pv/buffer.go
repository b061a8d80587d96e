package pv

import (
	"fmt"
	"strconv"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

func bufferVars() []registry.PV {
	return []registry.PV{
		registry.GetPV("mbu", ofMessage(func(m *sip.Message, c *registry.Ctx, v *value.Value) {
			if !m.Edited() {
				v.SetStr(registry.View(m.Raw()))
				return
			}
			v.SetStr(string(m.AppendEdited(nil)))
		}), "The whole message as it would be sent now."),
		{
			Name: "msgbuf", Access: registry.ReadWrite,
			Doc:  "One byte of the message as received, counted from 0: $msgbuf(20), $msgbuf($var(i)). Assigned to, it is changed at once, for what is read later too.",
			Bind: bindBuffer,
		},
	}
}

func bindBuffer(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
	if err := noIndex(r); err != nil {
		return registry.Var{}, err
	}
	if err := needInner(r, "a number, or a variable that holds one,"); err != nil {
		return registry.Var{}, err
	}
	of, err := dynamic(fx, r.Inner)
	if err != nil {
		return registry.Var{}, err
	}
	at := func(*registry.Ctx) int64 { return 0 }
	if of != nil {
		at = func(c *registry.Ctx) int64 { // a text counts as 0
			v := c.Eval(of)
			return v.I
		}
	} else {
		n, err := strconv.ParseInt(r.Inner, 10, 32)
		if err != nil {
			return registry.Var{}, fmt.Errorf("$%s(%s): a number is wanted, or a variable that holds one", r.Class, r.Inner)
		}
		at = func(*registry.Ctx) int64 { return n }
	}
	inside := func(c *registry.Ctx) (int, bool) {
		n := at(c)
		if c.Msg == nil || n < 0 || n >= int64(len(c.Msg.Raw())) {
			c.Log.Errorf(logAs, "$msgbuf(%d): the message has no such byte", n)
			return 0, false
		}
		return int(n), true
	}
	return registry.Var{
		Get: func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if n, ok := inside(c); ok {
				v.SetStr(concat(c, registry.View(c.Msg.Raw()[n:n+1])))
			}
		},
		Set: func(c *registry.Ctx, v *value.Value) bool {
			n, ok := inside(c)
			if !ok {
				return false
			}
			if v.IsNull() {
				c.Log.Errorf(logAs, "$msgbuf(%d) cannot be $null: it stays", n)
				return true
			}
			s, ok := stringFor(c, "msgbuf", v)
			if !ok {
				return false
			}
			if s == "" {
				c.Log.Errorf(logAs, "$msgbuf(%d) cannot be set to an empty text", n)
				return false
			}
			return c.Msg.Overwrite(n, s[:1])
		},
	}, nil
}
