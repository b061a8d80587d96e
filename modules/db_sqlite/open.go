package db_sqlite

import (
	"context"
	"database/sql"
	"net/url"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"olelo/runtime/db"
)

// idleSessions is how many sessions of a file stay open while nothing asks.
const idleSessions = 8

// OpenDB opens a file, which is made where there is none and it may be written.
func (m *Module) OpenDB(u *db.URL) (db.Conn, error) {
	o := m.files[u.Name]
	if o == nil {
		o = &options{wait: lockWait}
	}
	mode := "rwc"
	if o.readOnly {
		mode = "ro"
	}
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: u.Name}).EscapedPath(), RawQuery: "mode=" + mode}
	pool, err := driver.Open(name.String(), func(c *sqlite3.Conn) error {
		if err := c.BusyTimeout(o.wait); err != nil {
			return err
		}
		if o.journal == "" {
			return nil
		}
		return c.Exec("PRAGMA journal_mode=" + o.journal)
	})
	if err != nil {
		return nil, err
	}
	pool.SetMaxIdleConns(idleSessions)
	d := &database{pool}
	if err := d.with(func(*session) error { return nil }); err != nil {
		pool.Close()
		return nil, err
	}
	return d, nil
}

// database is a file; each call has one of its sessions to itself.
type database struct{ pool *sql.DB }

var _ db.Conn = (*database)(nil)

func (d *database) with(f func(*session) error) error {
	c, err := d.pool.Conn(context.Background())
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Raw(func(c any) error { return f(&session{c.(driver.Conn).Raw()}) })
}

func (d *database) Close() error { return d.pool.Close() }

func (d *database) Select(q db.Query, each func([]db.Value) error) error {
	return d.with(func(s *session) error { return s.Select(q, each) })
}

func (d *database) Insert(table string, row []db.Field) error {
	return d.with(func(s *session) error { return s.Insert(table, row) })
}

func (d *database) Update(table string, set []db.Field, where []db.Match) error {
	return d.with(func(s *session) error { return s.Update(table, set, where) })
}

func (d *database) Delete(table string, where []db.Match) error {
	return d.with(func(s *session) error { return s.Delete(table, where) })
}

func (d *database) Exec(statement string) (r *db.Result, err error) {
	err = d.with(func(s *session) error {
		r, err = s.Exec(statement)
		return err
	})
	return r, err
}

func (d *database) Transact(f func(db.Conn) error) error {
	return d.with(func(s *session) error { return s.Transact(f) })
}
