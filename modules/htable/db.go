package htable

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"olelo/runtime/db"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// database is where tables with a dbtable= are kept.
type database struct {
	source db.Source
	conn   db.Conn // nil without a database

	keyName, keyType, valueType, keyValue, expires string // columns
	sizeSuffix                                     string
	useExpires                                     int // db_expires
}

// The types in the columns of a key and of a value.
const (
	keyOfList    = 1
	valueInteger = 1
)

func newDatabase() database {
	return database{
		keyName: "key_name", keyType: "key_type", valueType: "value_type", keyValue: "key_value", expires: "expires",
		sizeSuffix: "::size",
	}
}

// kept reports whether a table is one of the database's.
func (d *database) kept(t *Table) bool { return d.conn != nil && t.DBTable != "" }

// load replaces a table's content by that in the database. Where it fails, the table
// is as it was.
func (d *database) load(t *Table) error {
	fresh := &Table{Options: t.Options, store: t.store}
	read := d.readItems
	if len(t.Cols) > 0 {
		read = d.readCols
	}
	if err := read(fresh); err != nil {
		return fmt.Errorf("table %q cannot be loaded from %s: %w", t.Name, t.DBTable, err)
	}
	return t.take(fresh)
}

func (d *database) readItems(t *Table) error {
	q := db.Query{Table: t.DBTable, Columns: []string{d.keyName, d.keyType, d.valueType, d.keyValue}, OrderBy: d.keyName}
	expiring := d.useExpires != 0 && t.AutoExpire > 0
	if expiring {
		q.Columns = append(q.Columns, d.expires)
	}
	var list string // the key whose list is being read
	n := 0
	size := func() error {
		if n == 0 {
			return nil
		}
		v := value.OfInt(int64(n))
		n = 0
		return t.put(list+d.sizeSuffix, &v, 0)
	}
	err := d.conn.Select(q, func(row []db.Value) error {
		if row[0].Kind == db.Null || row[3].Kind == db.Null {
			return fmt.Errorf("a row's %s or %s is NULL (%s %q)", d.keyName, d.keyValue, d.keyName, row[0].String())
		}
		key := row[0].String()
		if n > 0 && key != list {
			if err := size(); err != nil {
				return err
			}
		}
		if row[1].Int == keyOfList {
			list = key
			key = fmt.Sprintf("%s[%d]", key, n)
			n++
		}
		v := value.OfStr(row[3].String())
		if row[2].Int == valueInteger {
			v = value.OfInt(leadingInt(v.S))
		}
		var life time.Duration
		if expiring && row[4].Int != 0 {
			if life = time.Unix(row[4].Int, 0).Sub(t.store.clock.Now()); life <= 0 {
				return nil
			}
		}
		return t.put(key, &v, life)
	})
	if err != nil {
		return err
	}
	return size()
}

// nullColumn is what a NULL is among the columns of a value.
const nullColumn = "*"

// readCols reads a table with columns of its own: a key, and values that become one
// text with commas.
func (d *database) readCols(t *Table) error {
	return d.conn.Select(db.Query{Table: t.DBTable, Columns: t.Cols, OrderBy: t.Cols[0]}, func(row []db.Value) error {
		if row[0].Kind == db.Null {
			return fmt.Errorf("a row's %s is NULL", t.Cols[0])
		}
		parts := make([]string, len(row)-1)
		for i := range parts {
			if parts[i] = row[i+1].String(); row[i+1].Kind == db.Null {
				parts[i] = nullColumn
			}
		}
		v := value.OfStr(strings.Join(parts, ","))
		return t.put(row[0].String(), &v, 0)
	})
}

// leadingInt is the number that a text begins with, of 32 bits; else 0.
func leadingInt(s string) int64 {
	s = strings.TrimLeft(s, " \t\r\n")
	n := 0
	if n < len(s) && (s[n] == '-' || s[n] == '+') {
		n++
	}
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	i, _ := strconv.ParseInt(s[:n], 10, 32) // out of range it is the nearest number
	return i
}

// errCols is why a table is not stored.
var errCols = errors.New("a table with cols= is only read from the database")

// save replaces the table in the database by the items that there are.
func (d *database) save(t *Table) error {
	if len(t.Cols) > 0 {
		return fmt.Errorf("table %q: %w", t.Name, errCols)
	}
	items, err := t.Items(nil)
	if err != nil {
		return err
	}
	err = d.conn.Transact(func(c db.Conn) error {
		if err := c.Delete(t.DBTable, nil); err != nil {
			return err
		}
		for i := range items {
			if err := c.Insert(t.DBTable, d.row(t, &items[i])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("table %q cannot be stored in %s: %w", t.Name, t.DBTable, err)
	}
	return nil
}

func (d *database) row(t *Table, it *Item) []db.Field {
	v, kind := it.Value.S, int64(0)
	if !it.Value.IsStr() {
		v, kind = strconv.FormatInt(it.Value.I, 10), valueInteger
	}
	fields := []db.Field{
		{Column: d.keyName, Value: db.OfText(it.Key)},
		{Column: d.keyType, Value: db.OfInt(0)},
		{Column: d.valueType, Value: db.OfInt(kind)},
		{Column: d.keyValue, Value: db.OfText(v)},
	}
	if d.useExpires == 0 {
		return fields
	}
	until := int64(0)
	if it.Left != Forever {
		until = t.store.clock.Now().Add(it.Left).Unix()
	}
	return append(fields, db.Field{Column: d.expires, Value: db.OfInt(until)})
}

// put sets an item; a life of 0 is the table's autoexpire.
func (t *Table) put(key string, v *value.Value, life time.Duration) error {
	return t.SetFor(nil, key, t.hash(key), v, life)
}

// take takes over the items of a table that nobody else has.
func (t *Table) take(from *Table) error {
	for i := range t.shards {
		s := &t.shards[i]
		if err := s.lock(nil); err != nil {
			return err
		}
		s.rows = from.shards[i].rows
		s.mu.Unlock()
	}
	return nil
}

// openDB opens the database and loads the tables that it has.
func (m *Module) openDB() error {
	if !m.db.source.Found() {
		return nil
	}
	var err error
	if m.db.conn, err = m.db.source.Open(); err != nil {
		return err
	}
	for _, t := range m.store.Tables() {
		if !m.db.kept(t) {
			continue
		}
		if err := m.db.load(t); err != nil {
			return m.db.source.At(err)
		}
		t.loaded = true
	}
	return nil
}

// Cleanup stores the tables with dbmode=1 and closes the database. A table that was
// not loaded is not stored: that would empty it.
func (m *Module) Cleanup() error {
	if m.db.conn == nil {
		return nil
	}
	var errs []error
	for _, t := range m.store.Tables() {
		if t.DBMode == 1 && t.loaded && len(t.Cols) == 0 {
			errs = append(errs, m.db.save(t))
		}
	}
	return errors.Join(append(errs, m.db.conn.Close())...)
}

// databaseTable is the table that an RPC command names, where it is one of the
// database's; else it has sent the fault.
func (m *Module) databaseTable(call registry.RPCCall) *Table {
	if m.db.conn == nil {
		call.Fault(faultServer, noDB)
		return nil
	}
	t := m.named(call, "No htable name given", noTable)
	if t != nil && t.DBTable == "" {
		call.Fault(faultServer, "No database htable")
		return nil
	}
	return t
}

func (m *Module) rpcReload(call registry.RPCCall) error {
	t := m.databaseTable(call)
	if t == nil {
		return nil
	}
	if err := m.db.load(t); err != nil {
		m.host.Log().Errorf(name, "%v", err)
		call.Fault(faultServer, "Htable reload failed")
		return nil
	}
	m.tellReloaded(t)
	call.Add("Ok. Htable reloaded.")
	return nil
}

func (m *Module) rpcStore(call registry.RPCCall) error {
	t := m.databaseTable(call)
	if t == nil {
		return nil
	}
	err := m.db.save(t)
	if err != nil {
		m.host.Log().Errorf(name, "%v", err)
	}
	if err != nil && !errors.Is(err, errCols) {
		call.Fault(faultServer, "Htable store failed")
		return nil
	}
	call.Add("Ok. Htable successfully stored to DB.")
	return nil
}

// tellReloaded runs event_route[htable:reloaded:TABLE].
func (m *Module) tellReloaded(t *Table) {
	b := m.host.EventRoute("htable:reloaded:" + t.Name)
	if b == nil {
		return
	}
	m.reload.Lock()
	defer m.reload.Unlock()
	if m.reloadCtx == nil {
		m.reloadCtx = m.host.NewCtx()
	}
	c := m.reloadCtx
	c.Lock()
	defer c.Unlock()
	b.Run(c, registry.Event)
	c.EndMessage()
}
