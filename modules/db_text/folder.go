package db_text

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"olelo/runtime/db"
)

// folder is a database. Its tables are read when they are first asked for.
type folder struct {
	format
	path    string
	watch   bool // db_mode 1
	maxRows int

	mu     sync.RWMutex
	tables map[string]*table
}

var _ db.Conn = (*folder)(nil)

// Close keeps the tables: they are the folder's, whoever uses it.
func (f *folder) Close() error { return nil }

// find finds a table that is in memory and, where files are watched, as its file
// is. f is locked.
func (f *folder) find(name string) *table {
	t := f.tables[name]
	if t == nil || !f.watch {
		return t
	}
	if info, err := os.Stat(filepath.Join(f.path, name)); err == nil && !sameFile(info, t.file) {
		return nil
	}
	return t
}

// load is find, reading the table's file where it has to. f is locked for writing.
func (f *folder) load(name string) (*table, error) {
	if t := f.find(name); t != nil {
		return t, nil
	}
	if name == "" || strings.ContainsAny(name, "/\x00") || name[0] == '.' {
		return nil, fmt.Errorf("%q is not the name of a table", name)
	}
	t, err := f.read(filepath.Join(f.path, name))
	if err != nil {
		return nil, err
	}
	f.tables[name] = t
	return t, nil
}

// table is a copy of a table's head, with the rows that it has now.
func (f *folder) table(name string) (table, error) {
	f.mu.RLock()
	t := f.find(name)
	if t != nil {
		defer f.mu.RUnlock()
		return *t, nil
	}
	f.mu.RUnlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	t, err := f.load(name)
	if err != nil {
		return table{}, err
	}
	return *t, nil
}

func (f *folder) Select(q db.Query, each func([]db.Value) error) error {
	t, err := f.table(q.Table)
	if err != nil {
		return err
	}
	return t.query(q, byColumn(q.OrderBy), f.maxRows, each)
}

// inside runs do on the tables, with the folder locked.
func (f *folder) inside(do func(transaction) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return do(transaction{f})
}

func (f *folder) Insert(table string, row []db.Field) error {
	return f.inside(func(x transaction) error { return x.Insert(table, row) })
}

func (f *folder) Update(table string, set []db.Field, where []db.Match) error {
	return f.inside(func(x transaction) error { return x.Update(table, set, where) })
}

func (f *folder) Delete(table string, where []db.Match) error {
	return f.inside(func(x transaction) error { return x.Delete(table, where) })
}

func (f *folder) Exec(text string) (r *db.Result, err error) {
	s, err := parse(text)
	if err != nil {
		return nil, err
	}
	if s.verb == "select" {
		t, err := f.table(s.table)
		if err != nil {
			return nil, err
		}
		return s.run(&t, f.maxRows)
	}
	err = f.inside(func(x transaction) error {
		r, err = x.run(s)
		return err
	})
	return r, err
}

func (f *folder) Transact(do func(db.Conn) error) error {
	return f.inside(func(x transaction) error {
		before := make(map[string]table, len(f.tables))
		for name, t := range f.tables {
			before[name] = *t
		}
		err := do(x)
		if err != nil {
			for name, t := range f.tables {
				if old, ok := before[name]; ok {
					*t = old
				} else {
					delete(f.tables, name)
				}
			}
		}
		return err
	})
}

// write writes the tables that were changed into their files.
func (f *folder) write() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(f.tables)) {
		if t := f.tables[name]; t.changed {
			errs = append(errs, f.format.write(filepath.Join(f.path, name), t))
		}
	}
	return errors.Join(errs...)
}

func sameFile(a, b fs.FileInfo) bool {
	return b != nil && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
