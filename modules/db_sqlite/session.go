package db_sqlite

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ncruces/go-sqlite3"

	"olelo/runtime/db"
)

// session is one session of a file, for one call or the calls of a transaction.
type session struct{ conn *sqlite3.Conn }

var _ db.Conn = (*session)(nil)

// Close does nothing: a session is its database's.
func (s *session) Close() error { return nil }

// statement builds an SQL statement with its arguments.
type statement struct {
	strings.Builder
	args []db.Value
	err  error
}

// name appends a name of a table or column.
func (b *statement) name(name string) {
	if b.err == nil && !isName(name) {
		b.err = fmt.Errorf("%.60q is not the name of a table or column", name)
	}
	b.WriteString(name)
}

func (b *statement) names(names []string) {
	for i, n := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		b.name(n)
	}
}

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c < 0x80 && c != '_' && c != '$' && c != '.' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != ""
}

func (b *statement) arg(v db.Value) {
	b.WriteByte('?')
	b.args = append(b.args, v)
}

func (b *statement) where(ms []db.Match) {
	for i, m := range ms {
		if i == 0 {
			b.WriteString(" WHERE ")
		} else {
			b.WriteString(" AND ")
		}
		b.name(m.Column)
		switch {
		case m.Value.Kind == db.Null && m.Op == db.Equal:
			b.WriteString(" IS NULL")
		case m.Value.Kind == db.Null && m.Op == db.NotEqual:
			b.WriteString(" IS NOT NULL")
		default:
			b.WriteString(m.Op.String())
			b.arg(m.Value)
		}
	}
}

// run runs the statement, and each with every row.
func (s *session) run(b *statement, each func(*sqlite3.Stmt) error) error {
	if b.err != nil {
		return b.err
	}
	st, _, err := s.conn.Prepare(b.String())
	if err != nil {
		return err
	}
	defer st.Close()
	for i := range b.args {
		if err := bind(st, i+1, &b.args[i]); err != nil {
			return err
		}
	}
	for st.Step() {
		if err := each(st); err != nil {
			return err
		}
	}
	return st.Err()
}

func noRow(*sqlite3.Stmt) error { return nil }

func (s *session) Select(q db.Query, each func([]db.Value) error) error {
	var b statement
	b.WriteString("SELECT ")
	if b.names(q.Columns); q.Columns == nil {
		b.WriteByte('*')
	}
	b.WriteString(" FROM ")
	b.name(q.Table)
	b.where(q.Where)
	if q.OrderBy != "" {
		b.WriteString(" ORDER BY ")
		b.name(q.OrderBy)
	}
	if q.Limit > 0 {
		fmt.Fprintf(&b, " LIMIT %d", q.Limit)
	}
	var r reader
	return s.run(&b, func(st *sqlite3.Stmt) error { return each(r.row(st)) })
}

func (s *session) Insert(table string, row []db.Field) error {
	var b statement
	b.WriteString("INSERT INTO ")
	b.name(table)
	b.WriteString(" (")
	for i, f := range row {
		if i > 0 {
			b.WriteByte(',')
		}
		b.name(f.Column)
	}
	b.WriteString(") VALUES (")
	for i, f := range row {
		if i > 0 {
			b.WriteByte(',')
		}
		b.arg(f.Value)
	}
	b.WriteByte(')')
	return s.run(&b, noRow)
}

func (s *session) Update(table string, set []db.Field, where []db.Match) error {
	var b statement
	b.WriteString("UPDATE ")
	b.name(table)
	b.WriteString(" SET ")
	for i, f := range set {
		if i > 0 {
			b.WriteByte(',')
		}
		b.name(f.Column)
		b.WriteByte('=')
		b.arg(f.Value)
	}
	b.where(where)
	return s.run(&b, noRow)
}

func (s *session) Delete(table string, where []db.Match) error {
	var b statement
	b.WriteString("DELETE FROM ")
	b.name(table)
	b.where(where)
	return s.run(&b, noRow)
}

// Exec runs the first statement of the text, as SQLite's prepare takes it.
func (s *session) Exec(text string) (*db.Result, error) {
	st, _, err := s.conn.Prepare(text)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return nil, errors.New("there is no statement in it")
	}
	defer st.Close()
	r := &db.Result{Columns: make([]string, st.ColumnCount())}
	for i := range r.Columns {
		r.Columns[i] = st.ColumnName(i)
	}
	var rd reader
	for st.Step() {
		r.Rows = append(r.Rows, append([]db.Value(nil), rd.row(st)...))
	}
	if err := st.Err(); err != nil {
		return nil, err
	}
	if len(r.Columns) == 0 && !st.ReadOnly() {
		r.Affected = s.conn.Changes()
	}
	return r, nil
}

// Transact takes the file's write lock first, so that what f reads stays true.
func (s *session) Transact(f func(db.Conn) error) (err error) {
	tx, err := s.conn.BeginImmediate()
	if err != nil {
		return err
	}
	defer tx.End(&err)
	return f(s)
}
