package mtree

import (
	"fmt"
	"strings"

	"olelo/runtime/db"
)

// slot is the place of a name.
func (m *Module) slot(name string) *slot {
	s, _ := m.slots.LoadOrStore(name, &slot{})
	return s.(*slot)
}

func (m *Module) newTree(name string, kind int) *tree {
	return &tree{name: name, kind: kind, chars: m.chars, loaded: m.host.Clock().Now()}
}

func (m *Module) duplicates() duplicates {
	switch {
	case m.ignoreDup != 0:
		return ignore
	case m.allowDup != 0:
		return keep
	}
	return refuse
}

// add adds a row's value to a tree, and logs what is left out.
func (m *Module) add(t *tree, prefix, text string) error {
	if prefix == "" || text == "" {
		m.host.Log().Errorf(name, "tree %s: a row without prefix or value is left out (prefix %q, value %q)", t.name, prefix, text)
		return nil
	}
	bad, err := t.add(prefix, text, m.duplicates())
	if bad != nil {
		m.host.Log().Errorf(name, "tree %s: the value %q of prefix %s has no destinations: %v", t.name, text, prefix, bad)
	}
	return err
}

// load loads a tree anew. Where it fails, the tree is as it was.
func (m *Module) load(d *definition) error {
	t := m.newTree(d.name, d.kind)
	q := db.Query{Table: d.table, Columns: d.cols}
	if q.Columns == nil {
		q.Columns = []string{m.tprefix, m.tvalue}
	}
	if d.multi {
		q.Where = []db.Match{db.Is(m.tname, db.OfText(d.name))}
	}
	err := m.conn.Select(q, func(row []db.Value) error { return m.add(t, row[0].String(), joined(row[1:])) })
	if err != nil {
		return fmt.Errorf("tree %s cannot be loaded from table %s: %w", d.name, d.table, err)
	}
	s := m.slot(d.name)
	if t.reloads = 1; s.tree.Load() != nil {
		t.reloads += s.tree.Load().reloads
	}
	s.tree.Store(t)
	return nil
}

// nullColumn is what NULL is among several values.
const nullColumn = "*"

// joined is the value of several columns.
func joined(row []db.Value) string {
	if len(row) == 1 {
		return row[0].String()
	}
	list := make([]string, len(row))
	for i := range row {
		if list[i] = row[i].String(); row[i].Kind == db.Null {
			list[i] = nullColumn
		}
	}
	return strings.Join(list, ",")
}

// loadAll loads the trees of db_table anew. Where it fails, they are as they were.
func (m *Module) loadAll() error {
	trees := map[string]*tree{}
	q := db.Query{Table: m.table, Columns: []string{m.tname, m.tprefix, m.tvalue}}
	err := m.conn.Select(q, func(row []db.Value) error {
		tname, prefix, text := row[0].String(), row[1].String(), row[2].String()
		if tname == "" || prefix == "" || text == "" {
			m.host.Log().Errorf(name, "table %s: a row without name, prefix or value is left out (name %q, prefix %q, value %q)", m.table, tname, prefix, text)
			return nil
		}
		if trees[tname] == nil {
			trees[tname] = m.newTree(tname, m.kind)
		}
		return m.add(trees[tname], prefix, text)
	})
	if err != nil {
		return fmt.Errorf("the trees of table %s cannot be loaded: %w", m.table, err)
	}
	for tname := range trees {
		m.slot(tname)
	}
	m.slots.Range(func(tname, s any) bool {
		s.(*slot).tree.Store(trees[tname.(string)])
		return true
	})
	return nil
}
