package corex

import "olelo/runtime/registry"

func flagFuncs() []registry.Func {
	flag := registry.IntP("flag")
	const numbers = " Extended flags are numbered from 0 to 63; other numbers are false."
	return []registry.Func{
		registry.Fn1("setxflag", flag, registry.Any, func(c *registry.Ctx, n int) int {
			if !isXFlag(n) {
				return -1
			}
			c.State.XFlags |= 1 << n
			return 1
		}, "Sets an extended flag of the message."+numbers),
		registry.Fn1("resetxflag", flag, registry.Any, func(c *registry.Ctx, n int) int {
			if !isXFlag(n) {
				return -1
			}
			c.State.XFlags &^= 1 << n
			return 1
		}, "Clears an extended flag of the message."+numbers),
		registry.Fn1("isxflagset", flag, registry.Any, func(c *registry.Ctx, n int) int {
			return registry.Truth(isXFlag(n) && c.State.XFlags&(1<<n) != 0)
		}, "True where an extended flag of the message is set."+numbers),
		registry.Fn0("is_faked_msg", registry.Any, func(c *registry.Ctx) int { return registry.Truth(c.Msg == nil || c.Recv == nil || c.Recv.Faked) },
			"True where there is no message from the network: in event routes that run on their own."),
	}
}

func isXFlag(n int) bool { return n >= 0 && n < 64 }
