package db_sqlite

import (
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"

	"olelo/runtime/db"
)

// declared is the kind of a column by its declaration, as Kamailio tells it: the
// first of these words that is in it counts, whatever is around it; without
// any, it is an integer.
var declared = [...]struct {
	word string
	kind db.Kind
}{
	{"BIGINT", db.BigInt},
	{"INT", db.Int},
	{"CHAR", db.Text},
	{"TEXT", db.Text},
	{"CLOB", db.Text},
	{"DATE", db.Time},
	{"TIME", db.Time},
	{"BLOB", db.Blob},
	{"DOUBLE", db.Double},
	{"FLOAT", db.Double},
	{"REAL", db.Double},
}

// asStored is the kind of a value that is no column's.
var asStored = [...]db.Kind{
	sqlite3.INTEGER: db.Int, sqlite3.FLOAT: db.Double, sqlite3.TEXT: db.Text, sqlite3.BLOB: db.Blob, sqlite3.NULL: db.Null,
}

// reader reads the rows of one query.
type reader struct {
	kinds  []db.Kind // Null where no row has told yet: a column without declaration is what its first value is
	values []db.Value
}

// row is the row that the statement is at; the next call overwrites it.
func (r *reader) row(st *sqlite3.Stmt) []db.Value {
	if r.kinds == nil {
		n := st.ColumnCount()
		r.kinds, r.values = make([]db.Kind, n), make([]db.Value, n)
		for i := range r.kinds {
			r.kinds[i] = kindOf(st.ColumnDeclType(i))
		}
	}
	for i := range r.values {
		r.values[i] = r.value(st, i)
	}
	return r.values
}

func kindOf(declaration string) db.Kind {
	if declaration == "" {
		return db.Null
	}
	declaration = strings.ToUpper(declaration)
	for _, d := range declared {
		if strings.Contains(declaration, d.word) {
			return d.kind
		}
	}
	return db.Int
}

func (r *reader) value(st *sqlite3.Stmt, i int) db.Value {
	stored := st.ColumnType(i)
	if stored == sqlite3.NULL {
		return db.Value{}
	}
	if r.kinds[i] == db.Null {
		r.kinds[i] = asStored[stored]
	}
	v := db.Value{Kind: r.kinds[i]}
	switch v.Kind {
	case db.Int, db.BigInt:
		v.Int = st.ColumnInt64(i)
	case db.Double:
		v.Float = st.ColumnFloat(i)
	case db.Time:
		t, err := timeOf(st, i, stored)
		if err != nil { // no date: as Kamailio's driver, which takes any text for a number
			return db.Value{Kind: db.Time}
		}
		v.Int = t.Round(time.Second).Unix() // a Julian day has fractions
	default:
		v.Text = st.ColumnText(i)
	}
	return v
}

// timeOf is a date by SQLite's own rule: text, a Julian day, or seconds.
func timeOf(st *sqlite3.Stmt, i int, stored sqlite3.Datatype) (time.Time, error) {
	switch stored {
	case sqlite3.INTEGER:
		return sqlite3.TimeFormatAuto.Decode(st.ColumnInt64(i))
	case sqlite3.FLOAT:
		return sqlite3.TimeFormatAuto.Decode(st.ColumnFloat(i))
	}
	return sqlite3.TimeFormatAuto.Decode(st.ColumnText(i))
}

func bind(st *sqlite3.Stmt, i int, v *db.Value) error {
	switch v.Kind {
	case db.Null:
		return st.BindNull(i)
	case db.Int, db.BigInt:
		return st.BindInt64(i, v.Int)
	case db.Double:
		return st.BindFloat(i, v.Float)
	case db.Time: // Kamailio reads Julian days
		return st.BindTime(i, time.Unix(v.Int, 0), sqlite3.TimeFormatJulianDay)
	case db.Blob:
		return st.BindBlob(i, []byte(v.Text))
	}
	return st.BindText(i, v.Text)
}
