package pike

import (
	"net/netip"
	"slices"
	"strings"

	"olelo/runtime/registry"
)

// usage is a leaf as pike.top shows it.
type usage struct {
	ip         string
	prev, curr int
	expires    int // seconds; less than 0 is 0
	status     string
}

// The statuses of a leaf.
const (
	statusHot  = "HOT"
	statusWarm = "WARM"
)

func (m *Module) rpcTop(call registry.RPCCall) error {
	filter := statusHot
	if arg, ok := call.Text(0); ok {
		filter = strings.ToUpper(arg)
	}
	switch filter {
	case statusHot, statusWarm, "ALL":
	default:
		call.Fault(500, "Bad argument. Select: ALL, HOT or WARM")
		return nil
	}
	rows := []any{}
	for _, u := range m.tree.usage() {
		if filter == "ALL" || filter == u.status {
			rows = append(rows, (&registry.RPCStruct{}).
				Set("ip_addr", u.ip).
				Set("leaf_hits_prev", u.prev).
				Set("leaf_hits_curr", u.curr).
				Set("expires", u.expires).
				Set("status", u.status))
		}
	}
	call.Add((&registry.RPCStruct{}).
		Set("max_hits", int(m.tree.density)).
		Set("list", rows).
		Set("number_of_rows", len(rows)))
	return nil
}

// usage is of all leaves, in Kamailio's order: the highest first byte first, then
// as they came.
func (t *tree) usage() []usage {
	var list []usage
	for i := range t.roots {
		r := &t.roots[len(t.roots)-1-i]
		r.mu.Lock()
		if r.top != nil {
			list = t.leaves(list, r.top, []byte{r.top.key})
		}
		r.mu.Unlock()
	}
	return list
}

func (t *tree) leaves(list []usage, n *node, path []byte) []usage {
	if n.leaf {
		n.roll(t.epoch.Load())
		ip, _ := netip.AddrFromSlice(path)
		u := usage{ip: ip.String(), prev: int(n.prev), curr: int(n.curr), expires: int(max(n.expires-t.now.Load(), 0))}
		switch {
		case t.hot(n):
			u.status = statusHot
		case t.warm(n):
			u.status = statusWarm
		}
		list = append(list, u)
	}
	for i, kid := range n.kids {
		list = t.leaves(list, kid, append(slices.Clip(path), n.keys[i]))
	}
	return list
}
