package permissions

import (
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

func (m *Module) addressFuncs() []registry.Func {
	group, ip, port := registry.IntP("group"), registry.Text("address"), registry.IntP("port")
	return []registry.Func{
		registry.Fn3("allow_address", group, ip, port, registry.Any, m.allowAddress, "True where an address, or a domain's name, is in a group for that port."),
		registry.Fn2("allow_address_group", ip, port, registry.Any, m.allowAddressGroup, "Its code is the group that an address is in for that port, -1 for none."),
		registry.Fn0("allow_source_address", registry.Any, func(c *registry.Ctx) int { return m.allowSource(c, 1) }, "True where the message's source is in group 1."),
		registry.Fn1("allow_source_address", group, registry.Any, m.allowSource, "True where the message's source is in a group."),
		registry.Fn0("allow_source_address_group", registry.Any, m.allowSourceGroup, "Its code is the group that the message's source is in, -1 for none."),
	}
}

// found tags the message with an entry that it matched.
func (m *Module) found(c *registry.Ctx, a *address) bool {
	if a == nil {
		return false
	}
	if m.hasTag && a.tag != "" {
		tag := value.OfStr(a.tag)
		c.State.AVP.Push(m.tagAVP, &tag)
	}
	return true
}

func (m *Module) allowAddress(c *registry.Ctx, group int, host string, port int) int {
	t := m.addresses.Load()
	return registry.Truth(t != nil && m.found(c, t.find(group, host, port)))
}

func (m *Module) allowAddressGroup(c *registry.Ctx, host string, port int) int {
	t := m.addresses.Load()
	if t == nil {
		return -1
	}
	a := t.find(anyGroup, host, port)
	if a == nil {
		return -1
	}
	if a.ip.IsValid() { // Kamailio tags by a domain's name only where a group is asked for
		m.found(c, a)
	}
	return a.group
}

// fromSource finds the entry of where the message came from.
func (m *Module) fromSource(c *registry.Ctx, group int) *address {
	t := m.addresses.Load()
	if t == nil || c.Recv == nil {
		return nil
	}
	src := c.Recv.Src
	a := t.findIP(group, src.Addr().Unmap(), int(src.Port()))
	m.found(c, a)
	return a
}

func (m *Module) allowSource(c *registry.Ctx, group int) int {
	return registry.Truth(m.fromSource(c, group) != nil)
}

func (m *Module) allowSourceGroup(c *registry.Ctx) int {
	if a := m.fromSource(c, anyGroup); a != nil {
		return a.group
	}
	return -1
}
