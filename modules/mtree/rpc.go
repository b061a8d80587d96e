package mtree

import (
	"cmp"
	"slices"
	"strings"

	"olelo/runtime/registry"
)

// The fault codes of the module's commands.
const (
	faultNotFound = 404
	faultServer   = 500
)

const (
	emptyList = "Empty tree list."
	noTree    = "Tree not found"
	badCall   = "Invalid Parameters"
)

func (m *Module) rpcs() []registry.RPC {
	return []registry.RPC{
		{Name: "mtree.list", Doc: "The prefixes and values of all trees, or of those whose names begin with a text.", List: true, Run: m.rpcList},
		{Name: "mtree.summary", Doc: "Type and size of the same trees; memsize is what it takes in Kamailio, in bytes.", List: true, Run: m.rpcSummary},
		{Name: "mtree.match", Doc: "What the prefixes of a text have in a tree: tree, text, mode 0 (the longest prefix) or 2 (all, the shortest first).", List: true, Run: m.rpcMatch},
		{Name: "mtree.reload", Doc: "Loads the tree with a name anew, or all; with db_table always all.", Run: m.rpcReload},
	}
}

// trees are those that there are, by the lengths of their names, then by name.
func (m *Module) trees() []*tree {
	var list []*tree
	m.slots.Range(func(_, s any) bool {
		if t := s.(*slot).tree.Load(); t != nil {
			list = append(list, t)
		}
		return true
	})
	slices.SortFunc(list, func(a, b *tree) int {
		return cmp.Or(len(a.name)-len(b.name), strings.Compare(a.name, b.name))
	})
	return list
}

// asked are the trees whose names begin with a command's first argument: all
// without one.
func asked(call registry.RPCCall, trees []*tree) []*tree {
	begin, _ := call.Text(0)
	return slices.DeleteFunc(trees, func(t *tree) bool { return !strings.HasPrefix(t.name, begin) })
}

func (m *Module) rpcList(call registry.RPCCall) error {
	trees := m.trees()
	if len(trees) == 0 {
		call.Fault(faultServer, emptyList)
		return nil
	}
	for _, t := range asked(call, trees) {
		t.list(call, t.top, nil)
	}
	return nil
}

// list lists the prefixes that begin with one.
func (t *tree) list(call registry.RPCCall, level []node, prefix []byte) {
	for i := range level {
		n := &level[i]
		at := append(prefix, t.chars.list[i])
		if len(n.items) > 0 {
			values := make([]any, len(n.items))
			for k := range n.items {
				values[k] = t.answer(&n.items[k])
			}
			call.Add((&registry.RPCStruct{}).Set("tname", t.name).Set("tprefix", string(at)).Set("tvalue", values))
		}
		t.list(call, n.below, at)
	}
}

func (t *tree) answer(it *item) any {
	if t.kind == numbers {
		return it.number
	}
	return it.text
}

func (m *Module) rpcSummary(call registry.RPCCall) error {
	trees := m.trees()
	if len(trees) == 0 {
		call.Fault(faultServer, strings.TrimSuffix(emptyList, "."))
		return nil
	}
	list := asked(call, trees)
	if len(list) == 0 {
		call.Fault(faultNotFound, noTree)
	}
	for _, t := range list {
		call.Add((&registry.RPCStruct{}).Set("table", t.name).Set("item", (&registry.RPCStruct{}).
			Set("ttype", t.kind).Set("memsize", t.size()).Set("nrnodes", t.rows).Set("nritems", t.texts).
			Set("reload_count", t.reloads).Set("reload_time", t.loaded.Unix())))
	}
	return nil
}

func (m *Module) rpcMatch(call registry.RPCCall) error {
	tname, _ := call.Text(0)
	text, _ := call.AsText(1)
	mode, ok := call.Int(2)
	t := m.tree(tname)
	switch {
	case len(m.trees()) == 0:
		call.Fault(faultServer, emptyList)
		return nil
	case !ok:
		call.Fault(faultServer, badCall)
		return nil
	case mode != 0 && mode != modeAll:
		call.Fault(faultServer, "Invalid parameter 'mode'")
		return nil
	case t == nil:
		call.Fault(faultNotFound, noTree)
		return nil
	}
	hits, badAt := t.path(text, nil)
	if badAt >= 0 || len(hits) == 0 {
		call.Fault(faultNotFound, "Prefix not found")
		return nil
	}
	call.Add(t.name)
	if mode != modeAll {
		last := hits[len(hits)-1]
		t.addMatch(call, text[:last.length], &last.items[0])
		return nil
	}
	for _, h := range hits {
		for i := range h.items {
			t.addMatch(call, text[:h.length], &h.items[i])
		}
	}
	return nil
}

func (t *tree) addMatch(call registry.RPCCall, prefix string, it *item) {
	call.Add((&registry.RPCStruct{}).Set("PREFIX", prefix).Set("TVALUE", t.answer(it)))
}

func (m *Module) rpcReload(call registry.RPCCall) error {
	m.reload.Lock()
	defer m.reload.Unlock()
	if len(m.definitions) == 0 {
		m.reloaded(call, m.loadAll(), "Ok. Mtrees reloaded.", "Can not reload Mtrees from database.")
		return nil
	}
	tname, _ := call.Text(0)
	const done, failed = "Ok. Mtree reloaded.", "Mtree Reload Failed"
	found := false
	for _, d := range m.definitions {
		if tname != "" && d.name != tname {
			continue
		}
		found = true
		if err := m.load(d); err != nil {
			m.reloaded(call, err, done, failed)
			return nil
		}
	}
	if !found {
		call.Fault(faultServer, "Can not find specified Mtree")
		return nil
	}
	m.reloaded(call, nil, done, failed)
	return nil
}

// reloaded answers mtree.reload.
func (m *Module) reloaded(call registry.RPCCall, err error, done, failed string) {
	if err != nil {
		m.host.Log().Errorf(name, "%v", err)
		call.Fault(faultServer, failed)
		return
	}
	call.Add(done)
}
