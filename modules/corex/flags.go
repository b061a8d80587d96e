package corex

import "olelo/runtime/registry"

func flagFuncs() []registry.Func {
	flag, flagName := registry.IntP("flag"), registry.Text("flag")
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
		registry.Fn0("is_incoming", registry.Any, func(c *registry.Ctx) int { return registry.Truth(c.State.FromNetwork) },
			"True in event_route[network:msg] for a message that has come in; false for one that goes out, and elsewhere."),
		registry.Fn1("msg_iflag_set", flagName, registry.Any, func(c *registry.Ctx, s string) int {
			c.State.Internal |= internalFlags[s]
			return 1
		}, "Sets an internal flag: USE_UAC_FROM, USE_UAC_TO or UAC_AUTH. It is true for other names too, and sets nothing then."),
		registry.Fn1("msg_iflag_reset", flagName, registry.Any, func(c *registry.Ctx, s string) int {
			bit, ok := internalFlag(c, "msg_iflag_reset", s)
			c.State.Internal &^= bit
			return registry.Truth(ok)
		}, "Clears an internal flag: USE_UAC_FROM, USE_UAC_TO or UAC_AUTH."),
		registry.Fn1("msg_iflag_is_set", flagName, registry.Any, func(c *registry.Ctx, s string) int {
			switch bit, ok := internalFlag(c, "msg_iflag_is_set", s); {
			case !ok:
				return -1
			case c.State.Internal&bit == 0:
				return -2
			}
			return 1
		}, "True where an internal flag is set; -2 where it is not, -1 where there is none of that name."),
	}
}

// internalFlags are flags by which Kamailio's modules tell each other what they
// have done with a message.
var internalFlags = map[string]uint8{"USE_UAC_FROM": 1, "USE_UAC_TO": 2, "UAC_AUTH": 4}

func internalFlag(c *registry.Ctx, fn, flag string) (bit uint8, ok bool) {
	if bit, ok = internalFlags[flag]; !ok {
		c.Log.Errorf(name, "%s: there is no internal flag %.40q", fn, flag)
	}
	return bit, ok
}

func isXFlag(n int) bool { return n >= 0 && n < 64 }
