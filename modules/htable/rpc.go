package htable

import (
	"slices"
	"time"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// The fault codes of the module's commands.
const (
	faultNotFound = 404
	faultServer   = 500
)

const (
	answerSet = "Ok. Key set to new value."
	noTable   = "No such htable"
	noDB      = "No htable db_url"
)

func (m *Module) rpcs() []registry.RPC {
	return []registry.RPC{
		{Name: "htable.get", Doc: "One item: table, key.", Run: m.rpcGet},
		{Name: "htable.delete", Doc: "Deletes an item: table, key.", Run: m.rpcDelete},
		{Name: "htable.sets", Doc: "Sets an item to a string: table, key, value.", Run: m.rpcSet(false, false)},
		{Name: "htable.seti", Doc: "Sets an item to an integer: table, key, value.", Run: m.rpcSet(true, false)},
		{Name: "htable.setxs", Doc: "Sets an item to a string with a life of its own: table, key, value, seconds.", Run: m.rpcSet(false, true)},
		{Name: "htable.setxi", Doc: "Sets an item to an integer with a life of its own: table, key, value, seconds.", Run: m.rpcSet(true, true)},
		{Name: "htable.setex", Doc: "Sets how many seconds an item has to live: table, key, seconds.", Run: m.rpcExpire},
		{Name: "htable.dump", Doc: "All items of a table.", List: true, Run: m.rpcDump},
		{Name: "htable.flush", Doc: "Deletes all items of a table.", Run: m.rpcFlush},
		{Name: "htable.listTables", Doc: "The tables and their options.", List: true, Run: m.rpcList},
		{Name: "htable.stats", Doc: "The tables' slots and numbers of items.", List: true, Run: m.rpcStats},
		{Name: "htable.reload", Doc: "Loads a table from its database anew: items that are not there are gone.", Run: m.rpcReload},
		{Name: "htable.store", Doc: "Stores a table in its database, in place of what is there.", Run: m.rpcStore},
	}
}

// named is the table that the first argument names; it has sent a fault where
// there is none.
func (m *Module) named(call registry.RPCCall, missing, unknown string) *Table {
	name, ok := call.Text(0)
	if !ok {
		call.Fault(faultServer, missing)
		return nil
	}
	t := m.store.Table(name)
	if t == nil {
		call.Fault(faultServer, unknown)
	}
	return t
}

// keyed is named of commands whose second argument is a key.
func (m *Module) keyed(call registry.RPCCall, missing, unknown string) (*Table, string) {
	key, ok := call.Text(1)
	if !ok {
		call.Fault(faultServer, missing)
		return nil, ""
	}
	return m.named(call, missing, unknown), key
}

// answer replies, or tells that another worker's sht_lock was in the way.
func answer(call registry.RPCCall, text string, err error) error {
	if err != nil {
		call.Fault(faultServer, err.Error())
		return nil
	}
	call.Add(text)
	return nil
}

func (m *Module) rpcGet(call registry.RPCCall) error {
	t, key := m.keyed(call, "Not enough parameters (htable name and key name)", noTable)
	if t == nil {
		return nil
	}
	hash := t.hash(key)
	var v value.Value
	ok, err := t.Lookup(nil, nil, key, hash, &v)
	if err != nil {
		return answer(call, "", err)
	}
	left, still, err := t.Left(nil, key, hash)
	if err != nil {
		return answer(call, "", err)
	}
	if !ok || !still {
		call.Fault(faultServer, "Key name doesn't exist in htable.")
		return nil
	}
	item := new(registry.RPCStruct).Set("name", key)
	setValue(item, &v)
	item.Set("flags", int64(v.K&value.Str)).Set("expire", t.expiry(left))
	call.Add(new(registry.RPCStruct).Set("item", item))
	return nil
}

func setValue(s *registry.RPCStruct, v *value.Value) {
	if v.IsStr() {
		s.Set("value", v.S)
	} else {
		s.Set("value", v.I)
	}
}

// expiry is the local time at which an item will expire.
func (t *Table) expiry(left time.Duration) string {
	if left == Forever {
		return "NEVER"
	}
	return t.store.clock.Now().Add(left).Format(time.DateTime)
}

func (m *Module) rpcDelete(call registry.RPCCall) error {
	t, key := m.keyed(call, "Not enough parameters (htable name & key name", noTable)
	if t == nil {
		return nil
	}
	had, err := t.Delete(nil, key, t.hash(key))
	if err == nil && !had {
		call.Fault(faultNotFound, "Key not found in htable.")
		return nil
	}
	return answer(call, "Ok. Key deleted.", err)
}

func (m *Module) rpcSet(integer, expiring bool) func(registry.RPCCall) error {
	missing, unknown := "Not enough parameters (htable name, key name and value)", noTable
	if expiring {
		missing, unknown = "Not enough parameters (htable name, key name, value and expire)", "Failed to set the item"
	}
	return func(call registry.RPCCall) error {
		v, ok := given(call, integer)
		life, lives := int64(0), true
		if expiring {
			life, lives = call.Int(3)
		}
		if !ok || !lives {
			call.Fault(faultServer, missing)
			return nil
		}
		t, key := m.keyed(call, missing, unknown)
		switch {
		case t == nil:
			return nil
		case !expiring:
			return answer(call, answerSet, t.Set(nil, key, t.hash(key), &v))
		}
		return answer(call, answerSet, t.SetFor(nil, key, t.hash(key), &v, seconds(life)))
	}
}

// given is the third argument, the value to set.
func given(call registry.RPCCall, integer bool) (value.Value, bool) {
	if integer {
		n, ok := call.AsInt(2)
		return value.OfInt(n), ok
	}
	s, ok := call.AsText(2)
	return value.OfStr(s), ok
}

// rpcExpire answers Ok also where there is no such item, as Kamailio does.
func (m *Module) rpcExpire(call registry.RPCCall) error {
	const missing = "Not enough parameters (htable name, item name and expire)"
	life, ok := call.AsInt(2)
	if !ok {
		call.Fault(faultServer, missing)
		return nil
	}
	t, key := m.keyed(call, missing, noTable)
	if t == nil {
		return nil
	}
	return answer(call, "Ok", t.Expire(nil, key, t.hash(key), seconds(life)))
}

func (m *Module) rpcDump(call registry.RPCCall) error {
	t := m.named(call, "No htable name given", noTable)
	if t == nil {
		return nil
	}
	items, err := t.Items(nil)
	if err != nil {
		return answer(call, "", err)
	}
	for len(items) > 0 {
		n := 1
		for n < len(items) && items[n].Slot == items[0].Slot {
			n++
		}
		slot := make([]any, 0, n)
		for i := range items[:n] {
			it := &items[i]
			s := new(registry.RPCStruct).Set("name", it.Key)
			setValue(s, &it.Value)
			kind := "int"
			if it.Value.IsStr() {
				kind = "str"
			}
			slot = append(slot, s.Set("type", kind))
		}
		call.Add(new(registry.RPCStruct).Set("entry", items[0].Slot).Set("size", n).Set("slot", slot))
		items = items[n:]
	}
	return nil
}

func (m *Module) rpcFlush(call registry.RPCCall) error {
	t := m.named(call, "No htable name given", noTable)
	if t == nil {
		return nil
	}
	return answer(call, "Ok. Htable flushed.", t.Reset(nil))
}

// rpcList tells the tables, the last declared first.
func (m *Module) rpcList(call registry.RPCCall) error {
	tables := m.store.Tables()
	for i := len(tables) - 1; i >= 0; i-- {
		t := tables[i]
		call.Add(new(registry.RPCStruct).
			Set("name", t.Name).
			Set("dbtable", t.DBTable).
			Set("dbmode", t.DBMode).
			Set("expire", int64(t.AutoExpire/time.Second)).
			Set("updateexpire", number(!t.KeepExpire)).
			Set("size", t.Slots).
			Set("dmqreplicate", number(t.Replicate)))
	}
	return nil
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// rpcStats tells how the items are spread over the slots.
func (m *Module) rpcStats(call registry.RPCCall) error {
	tables := m.store.Tables()
	for i := len(tables) - 1; i >= 0; i-- {
		t := tables[i]
		var slots []int // of each item
		if err := t.Each(nil, func(key string, _ *value.Value) bool {
			slots = append(slots, t.slot(hashKey(key)))
			return true
		}); err != nil {
			return answer(call, "", err)
		}
		slices.Sort(slots)
		used, most, least := 0, 0, len(slots)
		for rest := slots; len(rest) > 0; used++ {
			n := 1
			for n < len(rest) && rest[n] == rest[0] {
				n++
			}
			most, least = max(most, n), min(least, n)
			rest = rest[n:]
		}
		if used < t.Slots {
			least = 0
		}
		call.Add(new(registry.RPCStruct).
			Set("name", t.Name).
			Set("slots", t.Slots).
			Set("all", len(slots)).
			Set("min", least).
			Set("max", most))
	}
	return nil
}
