package db_text

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"olelo/runtime/db"
)

// table is a file's content. A row is never changed, and rows up to the length
// that a reader saw never are: readers need the folder's lock only to take them.
type table struct {
	name    string
	columns []column
	rows    [][]db.Value
	next    []int64     // of the columns that are auto, what comes next
	changed bool        // since it was read or written
	file    fs.FileInfo // as it was then
}

// read reads a table's file.
func (f *format) read(path string) (*table, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t := &table{name: filepath.Base(path), file: info}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		line = bytes.TrimSuffix(line, []byte("\n"))
		if n == 1 {
			if t.columns, err = columns(string(line)); err != nil {
				return nil, fmt.Errorf("%s:1: %w", path, err)
			}
			t.next = make([]int64, len(t.columns))
			continue
		}
		if len(line) == 0 {
			continue
		}
		row, err := f.row(t.columns, line)
		if err == nil {
			err = t.fill(row)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		t.rows = append(t.rows, row)
	}
	if t.columns == nil {
		return nil, fmt.Errorf("%s:1: the first line declares no columns", path)
	}
	return t, nil
}

// fill gives auto columns of a new row their number, and tells of nulls that
// are not allowed.
func (t *table) fill(row []db.Value) error {
	for i := range row {
		c, v := &t.columns[i], &row[i]
		if v.Kind == db.Null && c.auto {
			*v = db.OfInt(t.next[i])
		}
		if v.Kind == db.Null && !c.null {
			return fmt.Errorf("column %s of table %s is not declared null", c.name, t.name)
		}
		if c.auto {
			t.next[i] = max(t.next[i], v.Int+1)
		}
	}
	return nil
}

// write replaces the table's file.
func (f *format) write(path string, t *table) error {
	var b []byte
	for i, c := range t.columns {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, c.text...)
	}
	b = append(b, '\n')
	for _, row := range t.rows {
		b = append(f.appendRow(b, row), '\n')
	}
	mode := fs.FileMode(0o644)
	if t.file != nil {
		mode = t.file.Mode().Perm()
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+t.name+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(b)
	if err = cmp.Or(err, temp.Chmod(mode), temp.Sync()); err != nil {
		temp.Close()
		return err
	}
	if err := cmp.Or(temp.Close(), os.Rename(temp.Name(), path)); err != nil {
		return err
	}
	t.changed = false
	t.file, err = os.Stat(path)
	return err
}

// column finds a column.
func (t *table) column(name string) (int, error) {
	i := slices.IndexFunc(t.columns, func(c column) bool { return c.name == name })
	if i < 0 {
		return 0, fmt.Errorf("table %s has no column %q", t.name, name)
	}
	return i, nil
}

// pick finds columns; nil is all of them.
func (t *table) pick(names []string) ([]int, error) {
	if names == nil {
		all := make([]int, len(t.columns))
		for i := range all {
			all[i] = i
		}
		return all, nil
	}
	list := make([]int, len(names))
	for i, n := range names {
		var err error
		if list[i], err = t.column(n); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// condition is a Match on a column of the table.
type condition struct {
	at int
	op db.Op
	v  db.Value
}

func (t *table) conditions(where []db.Match) ([]condition, error) {
	list := make([]condition, len(where))
	for i, m := range where {
		at, err := t.column(m.Column)
		if err != nil {
			return nil, err
		}
		v, err := t.columns[at].convert(m.Value)
		if err != nil {
			return nil, err
		}
		list[i] = condition{at, m.Op, v}
	}
	return list, nil
}

func matches(row []db.Value, list []condition) bool {
	for i := range list {
		c := &list[i]
		d, ok := compare(&row[c.at], &c.v), false
		switch c.op {
		case db.Equal:
			ok = d == 0
		case db.NotEqual:
			ok = d != 0
		case db.Less:
			ok = d < 0
		case db.Greater:
			ok = d > 0
		case db.AtMost:
			ok = d <= 0
		case db.AtLeast:
			ok = d >= 0
		}
		if !ok {
			return false
		}
	}
	return true
}

// compare orders two values of one column: null comes first, and the case of letters
// does not count, as in Kamailio.
func compare(a, b *db.Value) int {
	if a.Kind == db.Null || b.Kind == db.Null {
		return cmp.Compare(min(a.Kind, 1), min(b.Kind, 1))
	}
	return cmp.Or(cmp.Compare(a.Int, b.Int), cmp.Compare(a.Float, b.Float), compareFold(a.Text, b.Text))
}

// convert makes a value one of the column's kind.
func (c *column) convert(v db.Value) (db.Value, error) {
	if v.Kind == db.Null || v.Kind == c.kind {
		return v, nil
	}
	isText := func(k db.Kind) bool { return k == db.Text || k == db.Blob }
	isInt := func(k db.Kind) bool { return k == db.Int || k == db.BigInt || k == db.Time }
	to := db.Value{Kind: c.kind}
	switch {
	case isText(c.kind) && isText(v.Kind):
		to.Text = v.Text
	case isInt(c.kind) && isInt(v.Kind):
		to.Int = v.Int
	case c.kind == db.Double && isInt(v.Kind):
		to.Float = float64(v.Int)
	case isInt(c.kind) && v.Kind == db.Double && v.Float == float64(int64(v.Float)):
		to.Int = int64(v.Float)
	default:
		return v, fmt.Errorf("%q is no value of column %s", v.String(), c.text)
	}
	return to, nil
}

func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		if d := cmp.Compare(lower(a[i]), lower(b[i])); d != 0 {
			return d
		}
	}
	return cmp.Compare(len(a), len(b))
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
