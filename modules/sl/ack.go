package sl

import (
	"fmt"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// FilterRequest absorbs the ACK for a reply of this module: the To tag of such
// a reply is made of what the ACK has in common with its INVITE (RFC 3261
// section 17.1.1.3), so that the ACK tells by itself.
func (m *Module) FilterRequest(c *registry.Ctx) bool {
	if c.Msg.Method() != "ACK" {
		return false
	}
	tag := c.Msg.To().Tag
	if !strings.HasPrefix(tag, m.tag) || tag != m.localTag(c) {
		return false
	}
	m.count(c).acks.Add(1)
	if m.filtered != nil {
		m.filtered.Run(c, registry.Event)
	}
	return true
}

// localTag is the To tag that a reply to the message would get.
func (m *Module) localTag(c *registry.Ctx) string {
	const suffix = len(".01234567")
	b := c.Arena.Alloc(len(m.tag) + suffix)
	return c.Arena.String(c.Msg.AppendTag(b[:0], m.tag))
}

// tagVar is $ltt(s), the local To tag of a stateless reply, and $ltt(t), that
// of the transaction.
func (m *Module) tagVar() registry.PV {
	return registry.PV{
		Name: "ltt", Doc: "The To tag that a reply of this server has: s for a stateless one, t for the transaction's.",
		Bind: func(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
			switch key := strings.TrimSpace(r.Inner); {
			case key == "s" || key == "stateless":
				return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
					if c.Msg == nil {
						v.SetNull()
						return
					}
					v.SetStr(m.localTag(c))
				}}, nil
			case key == "t" || key == "transaction": // there are no transactions without tm
				return registry.Var{Get: func(_ *registry.Ctx, v *value.Value) { v.SetNull() }}, nil
			}
			return registry.Var{}, fmt.Errorf("$ltt(%s): s or t is wanted", r.Inner)
		},
	}
}
