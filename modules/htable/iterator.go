package htable

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// maxIterators is how many iterators a worker may have at a time.
const maxIterators = 4

// iterator walks over a copy of the table's keys, made at its first step: the
// table may be changed while it walks, also by its own worker. Items removed
// meanwhile are left out. Kamailio keeps a part of the table locked instead.
type iterator struct {
	name  string // "" for a free one
	table *Table
	items []Item // what is still to come
	begun bool
	cur   Item
	on    bool // cur is an item
}

func (ws *workerState) find(name string) *iterator {
	for i := range ws.iterators {
		if it := &ws.iterators[i]; it.name == name && name != "" {
			return it
		}
	}
	return nil
}

func (m *Module) iteratorStart(c *registry.Ctx, iname string, t target) int {
	if t.Table == nil {
		m.missing(c, "sht_iterator_start", t.name)
		return -1
	}
	if iname == "" {
		c.Log.Errorf(name, "sht_iterator_start: an iterator needs a name")
		return -1
	}
	ws := m.worker(c)
	it := ws.find(iname)
	for i := 0; it == nil && i < maxIterators; i++ {
		if ws.iterators[i].name == "" {
			it = &ws.iterators[i]
		}
	}
	if it == nil {
		c.Log.Errorf(name, "sht_iterator_start: %d iterators are in use, %q cannot be another; end one with sht_iterator_end", maxIterators, iname)
		return -1
	}
	*it = iterator{name: strings.Clone(iname), table: t.Table}
	return 1
}

func (m *Module) iteratorEnd(c *registry.Ctx, iname string) int {
	it := m.iterator(c, "sht_iterator_end", iname)
	if it == nil {
		return -1
	}
	*it = iterator{}
	return 1
}

// iterator finds a started iterator, or logs that there is none.
func (m *Module) iterator(c *registry.Ctx, fn, iname string) *iterator {
	it := m.worker(c).find(iname)
	if it == nil {
		c.Log.Errorf(name, "%s: no iterator %q: start it with sht_iterator_start", fn, iname)
	}
	return it
}

// current finds an iterator that stands on an item.
func (m *Module) current(c *registry.Ctx, fn, iname string) *iterator {
	it := m.iterator(c, fn, iname)
	if it != nil && !it.on {
		c.Log.Errorf(name, "%s: iterator %q is on no item: call sht_iterator_next first", fn, iname)
		return nil
	}
	return it
}

// iteratorNext steps; after the end it begins anew, as Kamailio's does.
func (m *Module) iteratorNext(c *registry.Ctx, iname string) int {
	it := m.iterator(c, "sht_iterator_next", iname)
	if it == nil || !m.step(c, it) {
		return -1
	}
	return 1
}

func (m *Module) step(c *registry.Ctx, it *iterator) bool {
	it.on = false
	if !it.begun {
		items, err := it.table.Items(c.Worker)
		if err != nil {
			c.Log.Errorf(name, "sht_iterator_next: table %s: %v", it.table.Name, err)
			return false
		}
		it.items, it.begun = items, true
	}
	for len(it.items) > 0 {
		it.cur, it.items = it.items[0], it.items[1:]
		ok, err := it.table.Lookup(c.Worker, nil, it.cur.Key, it.table.hash(it.cur.Key), &it.cur.Value)
		if err != nil {
			c.Log.Errorf(name, "sht_iterator_next: table %s: %v", it.table.Name, err)
			return false
		}
		if ok {
			it.on = true
			return true
		}
	}
	it.items, it.begun = nil, false
	return false
}

// iteratorRemove removes the current item and steps: -2 where no other is left.
func (m *Module) iteratorRemove(c *registry.Ctx, iname string) int {
	it := m.current(c, "sht_iterator_rm", iname)
	if it == nil {
		return -1
	}
	if _, err := it.table.Delete(c.Worker, it.cur.Key, it.table.hash(it.cur.Key)); err != nil {
		c.Log.Errorf(name, "sht_iterator_rm: table %s: %v", it.table.Name, err)
		return -1
	}
	if !m.step(c, it) {
		return -2
	}
	return 1
}

func (m *Module) iteratorSetStr(c *registry.Ctx, iname, text string) int {
	v := value.OfStr(text)
	return m.iteratorSet(c, "sht_iterator_sets", iname, &v)
}

func (m *Module) iteratorSetInt(c *registry.Ctx, iname string, n int) int {
	v := value.OfInt(int64(n))
	return m.iteratorSet(c, "sht_iterator_seti", iname, &v)
}

func (m *Module) iteratorSet(c *registry.Ctx, fn, iname string, v *value.Value) int {
	it := m.current(c, fn, iname)
	if it == nil {
		return -1
	}
	err := it.table.Set(c.Worker, it.cur.Key, it.table.hash(it.cur.Key), v)
	if err == nil {
		_, err = it.table.Lookup(c.Worker, nil, it.cur.Key, it.table.hash(it.cur.Key), &it.cur.Value)
	}
	if err != nil {
		c.Log.Errorf(name, "%s: table %s: %v", fn, it.table.Name, err)
		return -1
	}
	return 1
}

func (m *Module) iteratorExpire(c *registry.Ctx, iname string, n int) int {
	it := m.current(c, "sht_iterator_setex", iname)
	if it == nil {
		return -1
	}
	if err := it.table.Expire(c.Worker, it.cur.Key, it.table.hash(it.cur.Key), seconds(int64(n))); err != nil {
		c.Log.Errorf(name, "sht_iterator_setex: table %s: %v", it.table.Name, err)
		return -1
	}
	return 1
}
