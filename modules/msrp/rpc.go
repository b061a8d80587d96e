package msrp

import (
	"cmp"
	"slices"
	"time"

	"olelo/runtime/registry"
)

// cmapList is msrp.cmaplist, in Kamailio's reply structure.
func (m *Module) cmapList(call registry.RPCCall) error {
	if m.cmap == nil {
		call.Fault(500, "No Connections Map Table")
		return nil
	}
	var all []*session
	m.cmap.each(func(s *session) { all = append(all, s) })
	slices.SortFunc(all, func(a, b *session) int {
		return cmp.Or(cmp.Compare(a.hash&m.cmap.mask, b.hash&m.cmap.mask), a.expires.Compare(b.expires), cmp.Compare(a.id, b.id))
	})
	list := &registry.RPCStruct{}
	for _, s := range all {
		list.Set("CONDATA", (&registry.RPCStruct{}).
			Set("CITEMID", int64(s.hash)).
			Set("SESSIONID", s.id).
			Set("PEER", s.peer).
			Set("ADDR", string(appendAddr(nil, s.proto, s.src))).
			Set("SOCK", s.sock.Text).
			Set("EXPIRES", s.expires.Format(time.ANSIC)).
			Set("CONID", int64(s.conid)).
			Set("FLAGS", 0))
	}
	call.Add((&registry.RPCStruct{}).
		Set("MAP_SIZE", len(m.cmap.slots)).
		Set("CONLIST", list).
		Set("CONCOUNT", len(all)))
	return nil
}
