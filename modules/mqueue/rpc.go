package mqueue

import (
	"slices"

	"olelo/runtime/registry"
)

func sizeOf(q *queue) *registry.RPCStruct {
	return (&registry.RPCStruct{}).Set("name", q.name).Set("size", q.len())
}

func (m *Module) rpcSize(c registry.RPCCall) error {
	qname, ok := c.Text(0)
	switch q := m.queues[qname]; {
	case !ok:
		c.Fault(400, "No queue name")
	case q == nil:
		c.Fault(404, "No such queue")
	default:
		c.Add(sizeOf(q))
	}
	return nil
}

// rpcSizes tells the queues that were made last first, as Kamailio does.
func (m *Module) rpcSizes(c registry.RPCCall) error {
	for _, q := range slices.Backward(m.order) {
		c.Add(sizeOf(q))
	}
	return nil
}

func (m *Module) rpcFetch(c registry.RPCCall) error {
	qname, ok := c.Text(0)
	q := m.queues[qname]
	switch {
	case !ok:
		c.Fault(500, "No queue name")
		return nil
	case q == nil:
		c.Fault(500, "No such queue")
		return nil
	}
	i, ok := q.fetch()
	if !ok {
		c.Fault(404, "Empty queue")
		return nil
	}
	c.Add((&registry.RPCStruct{}).Set("key", i.key).Set("val", i.value))
	return nil
}
