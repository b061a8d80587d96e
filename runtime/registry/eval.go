package registry

import "olelo/runtime/value"

// Eval is a getter's value, by way of a borrowed slot: a local Value whose
// address is given to a Getter would be allocated on each call.
func (c *Ctx) Eval(get Getter) value.Value {
	t := c.Borrow(1)
	get(c, &t[0])
	v := t[0]
	c.Return(t)
	return v
}
