package htable

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

func (m *Module) vars() []registry.PV {
	return []registry.PV{
		m.pv("sht", "The item's value; $null deletes it.", func(a *access, _ registry.Fixup) registry.Var {
			return registry.Var{Get: a.get, Set: a.set}
		}),
		m.pv("shtex", "Seconds until the item expires, 0 where it does not; assigning a number of seconds starts a new life, 0 one without end.", func(a *access, _ registry.Fixup) registry.Var {
			return registry.Var{Get: a.getLeft, Set: a.setLeft}
		}),
		m.pv("shtinc", "Adds 1 to an integer item and gives the sum.", func(a *access, fx registry.Fixup) registry.Var {
			return registry.Var{Get: a.add(1, fx.Wrap32())}
		}),
		m.pv("shtdec", "Takes 1 from an integer item and gives the difference.", func(a *access, fx registry.Fixup) registry.Var {
			return registry.Var{Get: a.add(-1, fx.Wrap32())}
		}),
		m.pv("shtcn", "How many items have a name that matches: regular expression, ~~ the same, ~%end, %~start, ==text, ** all.", func(a *access, _ registry.Fixup) registry.Var {
			return registry.Var{Get: func(c *registry.Ctx, v *value.Value) { a.count(c, v, false) }}
		}),
		m.pv("shtcv", "How many items have a value that matches: as $shtcn, and eqNUMBER.", func(a *access, _ registry.Fixup) registry.Var {
			return registry.Var{Get: func(c *registry.Ctx, v *value.Value) { a.count(c, v, true) }}
		}),
		{
			Name: "shtrecord", Doc: "In event_route[htable:expired:…], the expired item: key or value.",
			Bind: m.bindRecord,
		},
		{
			Name: "shtitkey", Doc: "The key of an iterator's current item.",
			Bind: m.bindIterator(func(it *iterator, v *value.Value) { v.SetStr(it.cur.Key) }),
		},
		{
			Name: "shtitval", Doc: "The value of an iterator's current item.",
			Bind: m.bindIterator(func(it *iterator, v *value.Value) { *v = it.cur.Value }),
		},
	}
}

// pv is a variable whose inner part is table=>key.
func (m *Module) pv(class, doc string, bound func(*access, registry.Fixup) registry.Var) registry.PV {
	access := registry.ReadOnly
	if class == "sht" || class == "shtex" {
		access = registry.ReadWrite
	}
	return registry.PV{
		Name: class, Access: access, Doc: doc,
		Bind: func(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
			if err := inner(r); err != nil {
				return registry.Var{}, err
			}
			a, err := m.bind(fx, r.Inner)
			if err != nil {
				return registry.Var{}, fmt.Errorf("$%s: %w", class, err)
			}
			return bound(a, fx), nil
		},
	}
}

func inner(r registry.Ref) error {
	switch {
	case !r.HasInner:
		return fmt.Errorf("$%s wants a name in parentheses", r.Class)
	case r.Index.Kind != registry.IndexNone:
		return fmt.Errorf("$%s takes no index", r.Class)
	}
	return nil
}

// get is $sht. A table that is not declared reads $null.
func (a *access) get(c *registry.Ctx, v *value.Value) {
	if a.table == nil {
		v.SetNull()
		return
	}
	key, hash := a.keyIn(c, v)
	if err := a.table.Get(c.Worker, &c.Arena, key, hash, v); err != nil {
		a.failed(c, "$sht", key, err)
	}
}

func (a *access) set(c *registry.Ctx, v *value.Value) bool {
	if a.table == nil {
		a.m.missing(c, "assignment to $sht("+a.name+"=>…)", a.name)
		return false
	}
	key, hash := a.key(c)
	if err := a.table.Set(c.Worker, key, hash, v); err != nil {
		a.failed(c, "$sht", key, err)
		return false
	}
	return true
}

// failed logs that another worker's sht_lock was in the way.
func (a *access) failed(c *registry.Ctx, what, key string, err error) {
	c.Log.Errorf(name, "%s(%s=>%s): %v", what, a.name, key, err)
}

func (a *access) getLeft(c *registry.Ctx, v *value.Value) {
	if a.table == nil {
		v.SetNull()
		return
	}
	key, hash := a.keyIn(c, v)
	left, ok, err := a.table.Left(c.Worker, key, hash)
	if err != nil {
		a.failed(c, "$shtex", key, err)
	}
	if !ok || left == Forever {
		v.SetInt(0)
		return
	}
	v.SetInt(int64((left + time.Second - 1) / time.Second))
}

func (a *access) setLeft(c *registry.Ctx, v *value.Value) bool {
	if a.table == nil {
		a.m.missing(c, "assignment to $shtex("+a.name+"=>…)", a.name)
		return false
	}
	n := v.I
	if v.IsStr() && v.S != "" {
		var err error
		if n, err = strconv.ParseInt(v.S, 10, 64); err != nil {
			c.Log.Errorf(name, "$shtex(%s=>…) wants a number of seconds, not %q", a.name, v.S)
			return false
		}
	}
	key, hash := a.key(c)
	if err := a.table.Expire(c.Worker, key, hash, seconds(n)); err != nil {
		a.failed(c, "$shtex", key, err)
		return false
	}
	return true
}

// seconds is n seconds; beyond 292 years it is for ever, as are 0 and less.
func seconds(n int64) time.Duration {
	const most = int64(1<<63-1) / int64(time.Second)
	if n < 0 || n > most/2 {
		return 0
	}
	return time.Duration(n) * time.Second
}

func (a *access) add(delta int64, wrap bool) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		if a.table == nil {
			v.SetNull()
			return
		}
		key, hash := a.keyIn(c, v)
		if err := a.table.Add(c.Worker, key, hash, delta, wrap, v); err != nil {
			a.failed(c, "$shtinc", key, err)
		}
	}
}

// count is $shtcn and, with values, $shtcv.
func (a *access) count(c *registry.Ctx, v *value.Value, values bool) {
	if a.table == nil {
		v.SetNull()
		return
	}
	v.SetInt(0)
	text, _ := a.key(c)
	match, err := a.m.counter(text, values)
	if err != nil {
		c.Log.Errorf(name, "counting in table %s: %v", a.name, err)
		return
	}
	n := int64(0)
	if err := a.table.Each(c.Worker, func(key string, val *value.Value) bool {
		if match(key, val) {
			n++
		}
		return true
	}); err != nil {
		a.failed(c, "$shtcn", text, err)
	}
	v.SetInt(n)
}

func (m *Module) bindRecord(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
	if err := inner(r); err != nil {
		return registry.Var{}, err
	}
	var value func(it *Item, v *value.Value)
	switch strings.TrimSpace(r.Inner) {
	case "key":
		value = recordKey
	case "value":
		value = recordValue
	default:
		return registry.Var{}, fmt.Errorf("$shtrecord(%s): key or value is wanted", r.Inner)
	}
	return registry.Var{Get: m.record(value)}, nil
}

func recordKey(it *Item, v *value.Value)   { v.SetStr(it.Key) }
func recordValue(it *Item, v *value.Value) { *v = it.Value }

// record reads the expired item; outside its event route it is the empty text.
func (m *Module) record(f func(*Item, *value.Value)) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		if it := m.worker(c).record; it != nil {
			f(it, v)
			return
		}
		v.SetStr("")
	}
}

func (m *Module) bindIterator(f func(*iterator, *value.Value)) func(registry.Fixup, registry.Ref) (registry.Var, error) {
	return func(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
		if err := inner(r); err != nil {
			return registry.Var{}, err
		}
		if strings.TrimSpace(r.Inner) == "" {
			return registry.Var{}, errors.New("$" + r.Class + " wants an iterator's name")
		}
		text, err := fx.Format(r.Inner)
		if err != nil {
			return registry.Var{}, err
		}
		return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
			it := m.worker(c).find(text.Text(c))
			if it == nil || !it.on {
				v.SetNull()
				return
			}
			f(it, v)
		}}, nil
	}
}
