package core

import (
	"fmt"

	"olelo/runtime/log"
	"olelo/runtime/registry"
)

func (m *Module) flagFuncs() []registry.Func {
	flag := m.flagP()
	return []registry.Func{
		registry.Fn1("setflag", flag, registry.Any, func(c *registry.Ctx, n int) int {
			if c.Msg == nil {
				return noMessage(c, "setflag")
			}
			c.Msg.SetFlag(n)
			return 1
		}, "Sets a flag of the message: its number, 0 to 31, or its name in flags=."),
		registry.Fn1("resetflag", flag, registry.Any, func(c *registry.Ctx, n int) int {
			if c.Msg == nil {
				return noMessage(c, "resetflag")
			}
			c.Msg.ResetFlag(n)
			return 1
		}, "Clears a flag of the message."),
		registry.Fn1("isflagset", flag, registry.Any, func(c *registry.Ctx, n int) int {
			if c.Msg != nil && c.Msg.IsFlag(n) {
				return 1
			}
			return -1
		}, "True where a flag of the message is set."),
	}
}

func noMessage(c *registry.Ctx, fn string) int {
	c.Log.Errorf(log.Core, "%s: there is no SIP message here", fn)
	return -1
}

// flagP is a message flag: a number, or a name that flags= declares.
func (m *Module) flagP() registry.P[int] {
	return registry.P[int]{
		ParamInfo: registry.ParamInfo{Name: "flag", Kind: "word"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (int, bool), error) {
			n, err := m.flag(a)
			return func(*registry.Ctx) (int, bool) { return n, true }, err
		},
	}
}

func (m *Module) flag(a registry.Arg) (int, error) {
	if a.IsInt {
		if a.Int < 0 || a.Int > 31 {
			return 0, fmt.Errorf("there is no flag %d: they are numbered from 0 to 31", a.Int)
		}
		return int(a.Int), nil
	}
	if m.flags != nil {
		if n, ok := m.flags.FlagBit(a.Text); ok {
			return n, nil
		}
	}
	return 0, fmt.Errorf("the flag %q is not declared: write flags %s:5, or another number, above the routes", a.Text, a.Text)
}
