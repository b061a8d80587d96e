package sl

import (
	"fmt"
	"sync/atomic"

	"olelo/runtime/registry"
)

// countShards spreads the workers' counting, so that they do not write to one
// cache line.
const countShards = 16

// codes are the codes counted one by one; others count by class.
var codes = [...]int{200, 202, 300, 301, 302, 400, 401, 403, 404, 407, 408, 483, 500}

// classes of the other codes: 1xx to 6xx, and what is none of them.
const (
	classes    = 7
	classOther = 0
)

type counts struct {
	code                       [len(codes)]atomic.Int64
	class                      [classes]atomic.Int64
	sentErrors, failures, acks atomic.Int64
	_                          [64]byte
}

func (m *Module) count(c *registry.Ctx) *counts { return &m.counts[c.Rank&(countShards-1)] }

func (n *counts) sent(code int) {
	for i, known := range codes {
		if known == code {
			n.code[i].Add(1)
			return
		}
	}
	class := code / 100
	if class < 1 || class >= classes {
		class = classOther
	}
	n.class[class].Add(1)
}

// sum adds up one counter of all shards.
func (m *Module) sum(f func(*counts) *atomic.Int64) (n int64) {
	for i := range m.counts {
		n += f(&m.counts[i]).Load()
	}
	return n
}

func (m *Module) sumCode(i int) int64 {
	return m.sum(func(n *counts) *atomic.Int64 { return &n.code[i] })
}

func (m *Module) sumClass(i int) int64 {
	return m.sum(func(n *counts) *atomic.Int64 { return &n.class[i] })
}

// sumSent is how many replies were sent.
func (m *Module) sumSent() (n int64) {
	for i := range codes {
		n += m.sumCode(i)
	}
	for i := range classes {
		n += m.sumClass(i)
	}
	return n
}

// Stats are the figures of group sl (Kamailio sl manual, "Statistics"). As in
// Kamailio they cannot be reset.
func (m *Module) Stats() []*registry.Stat {
	figure := func(name string, f func() int64) *registry.Stat {
		return &registry.Stat{Group: "sl", Name: name, Figure: f}
	}
	list := []*registry.Stat{
		figure("xxx_replies", func() int64 { return m.sumClass(classOther) }),
		figure("sent_err_replies", func() int64 { return m.sum(func(n *counts) *atomic.Int64 { return &n.sentErrors }) }),
		figure("failures", func() int64 { return m.sum(func(n *counts) *atomic.Int64 { return &n.failures }) }),
		figure("received_ACKs", func() int64 { return m.sum(func(n *counts) *atomic.Int64 { return &n.acks }) }),
		figure("sent_replies", m.sumSent),
	}
	for class := 1; class < classes; class++ {
		list = append(list, figure(fmt.Sprintf("%dxx_replies", class), func() int64 { return m.sumClass(class) }))
	}
	for i, code := range codes {
		list = append(list, figure(fmt.Sprintf("%d_replies", code), func() int64 { return m.sumCode(i) }))
	}
	return list
}

// rpcStats is sl.stats: it has no row for 1xx replies, which count as others.
func (m *Module) rpcStats(call registry.RPCCall) error {
	s := new(registry.RPCStruct)
	for i, code := range codes {
		s.Set(fmt.Sprint(code), m.sumCode(i))
		if last := i == len(codes)-1 || codes[i+1]/100 != code/100; last {
			s.Set(fmt.Sprintf("%dxx", code/100), m.sumClass(code/100))
		}
	}
	s.Set("6xx", m.sumClass(6))
	s.Set("xxx", m.sumClass(1)+m.sumClass(classOther))
	call.Add(s)
	return nil
}
