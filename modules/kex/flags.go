package kex

import "olelo/runtime/registry"

// mostFlag is the last flag of a set.
const mostFlag = 31

// bit is the flag's bit; ok is false, and the log says so, where it has none.
func bit(c *registry.Ctx, fn string, flag int) (uint32, bool) {
	if flag < 0 || flag > mostFlag {
		c.Log.Errorf(name, "%s: the flag %d does not exist: 0 to %d do", fn, flag, mostFlag)
		return 0, false
	}
	return 1 << flag, true
}

func (m *Module) setScriptFlag(c *registry.Ctx, flag int) int {
	b, ok := bit(c, "setsflag", flag)
	c.State.ScriptFlags |= b
	return registry.Truth(ok)
}

func (m *Module) resetScriptFlag(c *registry.Ctx, flag int) int {
	b, ok := bit(c, "resetsflag", flag)
	c.State.ScriptFlags &^= b
	return registry.Truth(ok)
}

func (m *Module) isScriptFlag(c *registry.Ctx, flag int) int {
	b, _ := bit(c, "issflagset", flag)
	return registry.Truth(c.State.ScriptFlags&b != 0)
}

// branchFlags are the flags of a branch, 0 being the request URI's; nil where
// there is no such branch.
func branchFlags(c *registry.Ctx, branch int) *uint32 {
	if branch == 0 {
		return &c.State.BranchFlags
	}
	if branch < 0 {
		return nil
	}
	if br := c.State.Branches.At(branch - 1); br != nil {
		return &br.Flags
	}
	return nil
}

func (m *Module) setFlag(c *registry.Ctx, flag int) int { return m.setBranchFlag(c, flag, 0) }

func (m *Module) setBranchFlag(c *registry.Ctx, flag, branch int) int {
	b, ok := bit(c, "setbflag", flag)
	set := branchFlags(c, branch)
	if set == nil || !ok {
		return -1
	}
	*set |= b
	return 1
}

func (m *Module) resetFlag(c *registry.Ctx, flag int) int { return m.resetBranchFlag(c, flag, 0) }

func (m *Module) resetBranchFlag(c *registry.Ctx, flag, branch int) int {
	b, ok := bit(c, "resetbflag", flag)
	set := branchFlags(c, branch)
	if set == nil || !ok {
		return -1
	}
	*set &^= b
	return 1
}

func (m *Module) isFlag(c *registry.Ctx, flag int) int { return m.isBranchFlag(c, flag, 0) }

func (m *Module) isBranchFlag(c *registry.Ctx, flag, branch int) int {
	b, _ := bit(c, "isbflagset", flag)
	set := branchFlags(c, branch)
	return registry.Truth(set != nil && *set&b != 0)
}
