package cfgutils

import (
	"fmt"

	"olelo/runtime/registry"
)

func (m *Module) rpcs() []registry.RPC {
	return []registry.RPC{
		{
			Name: "cfgutils.rand_set_prob", Doc: "Sets the probability of rand_event, in per cent.",
			Run: func(c registry.RPCCall) error {
				n, ok := numberArg(c)
				if !ok {
					return nil
				}
				if n < 0 || n > 100 {
					c.Fault(500, "Invalid Percent")
					return nil
				}
				m.prob.Store(int32(n))
				return nil
			},
		},
		{
			Name: "cfgutils.rand_reset_prob", Doc: "Sets the probability back to initial_probability.",
			Run: func(registry.RPCCall) error { m.randResetProb(nil); return nil },
		},
		{
			Name: "cfgutils.rand_get_prob", Doc: "Answers the probability of rand_event, in per cent.",
			Run: func(c registry.RPCCall) error {
				c.Add(fmt.Sprintf("actual probability: %d percent", m.prob.Load()))
				return nil
			},
		},
		m.mask("cfgutils.set_gflag", "Sets the global flags of a bit mask.", func(_ registry.RPCCall, mask uint32) { m.flags.Or(mask) }),
		m.mask("cfgutils.reset_gflag", "Clears the global flags of a bit mask.", func(_ registry.RPCCall, mask uint32) { m.flags.And(^mask) }),
		m.mask("cfgutils.is_gflag", "Answers whether all global flags of a bit mask are set: TRUE or FALSE.", func(c registry.RPCCall, mask uint32) {
			if m.flags.Load()&mask == mask {
				c.Add("TRUE")
			} else {
				c.Add("FALSE")
			}
		}),
		{
			Name: "cfgutils.get_gflags", Doc: "Answers the global flags, in hexadecimal and decimal.",
			Run: func(c registry.RPCCall) error {
				f := m.flags.Load()
				c.Add(fmt.Sprintf("0x%X (%d)", f, f))
				return nil
			},
		},
		{
			Name: "cfgutils.get_config_hash", Doc: "Answers the MD5 sum of hash_file at the start.",
			Run: func(c registry.RPCCall) error {
				if m.hash == "" {
					c.Fault(500, "No hash file")
					return nil
				}
				c.Add(m.hash)
				return nil
			},
		},
		{
			Name: "cfgutils.check_config_hash", Doc: "Answers whether hash_file is what it was at the start.",
			Run: func(c registry.RPCCall) error {
				if m.hash == "" {
					c.Fault(500, "No hash file")
					return nil
				}
				now, err := fileHash(m.hashFile)
				switch {
				case err != nil:
					c.Fault(500, err.Error())
				case now == m.hash:
					c.Add("Identical hash")
				default:
					c.Add("Different hash")
				}
				return nil
			},
		},
	}
}

// mask is a command of one parameter, a bit mask.
func (m *Module) mask(name, doc string, do func(c registry.RPCCall, mask uint32)) registry.RPC {
	return registry.RPC{Name: name, Doc: doc, Run: func(c registry.RPCCall) error {
		if n, ok := numberArg(c); ok {
			do(c, uint32(n))
		}
		return nil
	}}
}

// numberArg is the first argument; without one the call ends.
func numberArg(c registry.RPCCall) (int64, bool) {
	n, ok := c.Int(0)
	if !ok {
		c.Fault(500, "Invalid Parameters")
	}
	return n, ok
}
