package htable

import (
	"olelo/lang/source"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

func (m *Module) funcs() []registry.Func {
	text, num := registry.Text, registry.IntP
	table, key := m.tableP("table"), text("key")
	op, val := text("op"), text("value")
	iname := text("iterator")
	return []registry.Func{
		m.lockFunc("sht_lock", m.lock, "Waits until no other worker holds the item's part of the table, and holds it until sht_unlock. May be nested."),
		m.lockFunc("sht_unlock", m.unlock, "Undoes one sht_lock of this worker."),
		registry.Fn0("sht_print", registry.Any, m.print, "Writes all tables to the log, at L_ERR."),
		registry.Fn1("sht_reset", table, registry.Any, m.reset, "Deletes all items."),
		registry.Fn2("sht_rm", table, key, registry.Any, m.remove, "Deletes an item."),
		registry.Fn2("sht_is_null", table, key, registry.Any, m.isNull, "True where the item is $null."),
		registry.Fn1("sht_rm_name_re", m.accessP("table=>regexp"), registry.Any, m.removeNameRE, "Deletes the items whose key matches."),
		registry.Fn1("sht_rm_value_re", m.accessP("table=>regexp"), registry.Any, m.removeValueRE, "Deletes the items whose string value matches."),
		registry.Fn3("sht_rm_name", table, op, val, registry.Any, m.removeName, "Deletes the items whose key matches: op re (regular expression) or sw (starts with)."),
		registry.Fn3("sht_rm_value", table, op, val, registry.Any, m.removeValue, "Deletes the items whose string value matches: op re or sw."),
		registry.Fn3("sht_match_name", table, op, val, registry.Any, m.hasName, "True where an item's key matches: op eq, ne, re or sw."),
		registry.Fn3("sht_has_name", table, op, val, registry.Any, m.hasName, "The same as sht_match_name."),
		registry.Fn3("sht_match_str_value", table, op, val, registry.Any, m.hasValue, "True where an item's string value matches: op eq, ne, re or sw."),
		registry.Fn3("sht_has_str_value", table, op, val, registry.Any, m.hasValue, "The same as sht_match_str_value."),
		registry.Fn4("sht_setxs", table, key, val, num("expire"), registry.Any, m.setString, "Sets a string with a life of its own, in seconds."),
		registry.Fn4("sht_setxi", table, key, num("value"), num("expire"), registry.Any, m.setInt, "Sets an integer with a life of its own, in seconds."),
		registry.Fn2("sht_iterator_start", iname, table, registry.Any, m.iteratorStart, "Begins to walk over a table; up to four iterators at a time in a worker."),
		registry.Fn1("sht_iterator_next", iname, registry.Any, m.iteratorNext, "Steps to the next item; false at the end."),
		registry.Fn1("sht_iterator_rm", iname, registry.Any, m.iteratorRemove, "Deletes the current item and steps; -2 where no item follows."),
		registry.Fn2("sht_iterator_sets", iname, val, registry.Any, m.iteratorSetStr, "Sets the current item to a string."),
		registry.Fn2("sht_iterator_seti", iname, num("value"), registry.Any, m.iteratorSetInt, "Sets the current item to an integer."),
		registry.Fn2("sht_iterator_setex", iname, num("expire"), registry.Any, m.iteratorExpire, "Gives the current item so many seconds to live."),
		registry.Fn1("sht_iterator_end", iname, registry.Any, m.iteratorEnd, "Ends an iterator."),
	}
}

// noRoot is what sht_lock and sht_unlock return for a table that is not
// declared.
const noRoot = -11

// lockFunc is a function of one table=>key that knows where it stands.
func (m *Module) lockFunc(fn string, run func(*registry.Ctx, *access, source.Pos) int, doc string) registry.Func {
	p := m.accessP("table=>key")
	return registry.Func{
		Name: fn, Routes: registry.Any, Doc: doc, Params: []registry.ParamInfo{p.ParamInfo},
		Bind: func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
			get, err := p.Bind(fx, args[0])
			if err != nil {
				return nil, err
			}
			a, _ := get(nil)
			at := fx.Pos()
			return func(c *registry.Ctx) int {
				if a.table == nil {
					m.missing(c, fn, a.name)
					return noRoot
				}
				return run(c, a, at)
			}, nil
		},
	}
}

func (m *Module) lock(c *registry.Ctx, a *access, at source.Pos) int {
	key, hash := a.key(c)
	if err := a.table.Hold(c.Worker, hash, at); err != nil {
		a.failed(c, "sht_lock", key, err)
		return -1
	}
	return 1
}

func (m *Module) unlock(c *registry.Ctx, a *access, _ source.Pos) int {
	_, hash := a.key(c)
	a.table.Release(c.Worker, hash)
	return 1
}

// usable reports whether the call names a declared table and, where wanted,
// a text; it logs what is missing.
func (m *Module) usable(c *registry.Ctx, fn string, t target, param, text string) bool {
	switch {
	case t.Table == nil:
		m.missing(c, fn, t.name)
	case text == "":
		c.Log.Errorf(name, "%s(%s): the %s is empty", fn, t.name, param)
	default:
		return true
	}
	return false
}

// done turns an error into a return code.
func (m *Module) done(c *registry.Ctx, fn string, t target, err error) int {
	if err != nil {
		c.Log.Errorf(name, "%s(%s): %v", fn, t.name, err)
		return -1
	}
	return 1
}

func (m *Module) reset(c *registry.Ctx, t target) int {
	if !m.usable(c, "sht_reset", t, "table", t.name) {
		return -1
	}
	return m.done(c, "sht_reset", t, t.Reset(c.Worker))
}

func (m *Module) remove(c *registry.Ctx, t target, key string) int {
	if !m.usable(c, "sht_rm", t, "key", key) {
		return -1
	}
	_, err := t.Delete(c.Worker, key, t.hash(key))
	return m.done(c, "sht_rm", t, err)
}

func (m *Module) isNull(c *registry.Ctx, t target, key string) int {
	if !m.usable(c, "sht_is_null", t, "key", key) {
		return -1
	}
	vals := c.Borrow(1)
	defer c.Return(vals)
	if err := t.Get(c.Worker, &c.Arena, key, t.hash(key), &vals[0]); err != nil {
		return m.done(c, "sht_is_null", t, err)
	}
	return registry.Truth(vals[0].IsNull())
}

func (m *Module) setString(c *registry.Ctx, t target, key, text string, life int) int {
	v := value.OfStr(text)
	return m.setFor(c, "sht_setxs", t, key, &v, life)
}

// setInt returns 1, where Kamailio's returns 0, which ends the script.
func (m *Module) setInt(c *registry.Ctx, t target, key string, n, life int) int {
	v := value.OfInt(int64(n))
	return m.setFor(c, "sht_setxi", t, key, &v, life)
}

func (m *Module) setFor(c *registry.Ctx, fn string, t target, key string, v *value.Value, life int) int {
	if !m.usable(c, fn, t, "key", key) {
		return -1
	}
	return m.done(c, fn, t, t.SetFor(c.Worker, key, t.hash(key), v, seconds(int64(life))))
}

func (m *Module) removeNameRE(c *registry.Ctx, a *access) int {
	return m.removeRE(c, "sht_rm_name_re", a, m.removeName)
}

func (m *Module) removeValueRE(c *registry.Ctx, a *access) int {
	return m.removeRE(c, "sht_rm_value_re", a, m.removeValue)
}

// removeRE returns 1 also for a table that is not declared, as Kamailio does.
func (m *Module) removeRE(c *registry.Ctx, fn string, a *access, f func(*registry.Ctx, target, string, string) int) int {
	if a.table == nil {
		m.missing(c, fn, a.name)
		return 1
	}
	pattern, _ := a.key(c)
	return f(c, target{a.table, a.name}, "re", pattern)
}

func (m *Module) removeName(c *registry.Ctx, t target, op, text string) int {
	return m.removeIf(c, "sht_rm_name", t, op, text, false)
}

func (m *Module) removeValue(c *registry.Ctx, t target, op, text string) int {
	return m.removeIf(c, "sht_rm_value", t, op, text, true)
}

func (m *Module) removeIf(c *registry.Ctx, fn string, t target, op, text string, values bool) int {
	if !m.usable(c, fn, t, "value", text) {
		return -1
	}
	match, err := m.matcher(op, text, true)
	if err == nil {
		err = t.RemoveIf(c.Worker, func(key string, v *value.Value) bool { return fits(match, key, v, values) })
	}
	return m.done(c, fn, t, err)
}

func fits(match matcher, key string, v *value.Value, values bool) bool {
	if values {
		return v.IsStr() && match(v.S)
	}
	return match(key)
}

func (m *Module) hasName(c *registry.Ctx, t target, op, text string) int {
	return m.has(c, "sht_match_name", t, op, text, false)
}

func (m *Module) hasValue(c *registry.Ctx, t target, op, text string) int {
	return m.has(c, "sht_match_str_value", t, op, text, true)
}

func (m *Module) has(c *registry.Ctx, fn string, t target, op, text string, values bool) int {
	if !m.usable(c, fn, t, "value", text) {
		return -1
	}
	if op == "eq" && !values {
		var v value.Value
		ok, err := t.Lookup(c.Worker, &c.Arena, text, t.hash(text), &v)
		if !ok && err == nil {
			return -1
		}
		return m.done(c, fn, t, err)
	}
	match, err := m.matcher(op, text, false)
	if err != nil {
		return m.done(c, fn, t, err)
	}
	found := false
	err = t.Each(c.Worker, func(key string, v *value.Value) bool {
		found = fits(match, key, v, values)
		return !found
	})
	if !found && err == nil {
		return -1
	}
	return m.done(c, fn, t, err)
}

// print writes each table, its slots and items, a line each.
func (m *Module) print(c *registry.Ctx) int {
	if !c.Log.Enabled(log.Err) {
		return 1
	}
	for _, t := range m.store.Tables() {
		items, err := t.Items(c.Worker)
		if err != nil {
			c.Log.Errorf(name, "sht_print: table %s: %v", t.Name, err)
			continue
		}
		c.Log.Errorf(name, "table %s: %d slots, autoexpire %v, %d items", t.Name, t.Slots, t.AutoExpire, len(items))
		for i := range items {
			it := &items[i]
			kind := "int"
			if it.Value.IsStr() {
				kind = "str"
			}
			c.Log.Errorf(name, "  [%d] %s = %s (%s, expires %s)", it.Slot, it.Key, it.Value.AppendTo(nil), kind, t.expiry(it.Left))
		}
	}
	return 1
}
