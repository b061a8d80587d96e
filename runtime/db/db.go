// Package db is what a database is to a module: an address, a connection, rows.
// Drivers are modules (db_sqlite, db_text); a module that keeps something in a
// database has a Source as its db_url and knows no driver.
package db

// Driver is a module that opens databases.
type Driver interface {
	// OpenDB opens the database that an URL of the driver's scheme names. The
	// connection is safe for concurrent use; whoever opened it closes it.
	OpenDB(u *URL) (Conn, error)
}

// Conn is an open database. Its calls block until they are answered. Names of
// tables and columns are those of the configuration: a name that is none is an
// error, never part of a statement.
type Conn interface {
	// Select calls each with the rows that a query finds, one after the other. A
	// row is valid until each returns, the texts in it for good. each must not use
	// the connection. An error of each ends the query and is returned.
	Select(q Query, each func(row []Value) error) error
	// Insert adds a row of these fields; others get their column's default.
	Insert(table string, row []Field) error
	// Update sets fields of the rows that match.
	Update(table string, set []Field, where []Match) error
	// Delete removes the rows that match, all of them without a Match.
	Delete(table string, where []Match) error
	// Exec runs a statement in the database's own language.
	Exec(statement string) (*Result, error)
	// Transact runs f, whose changes through its Conn take place together; where f
	// or the database fails, none does, and the error is returned.
	Transact(f func(Conn) error) error
	Close() error
}

// Query is what Select looks for.
type Query struct {
	Table   string
	Columns []string // of each row; nil is all, in the table's order
	Where   []Match  // all have to match
	OrderBy string   // a column, ascending; "" is the database's order
	Limit   int      // how many rows at most; 0 is all
}

// Match is a condition on a column.
type Match struct {
	Column string
	Op     Op
	Value  Value
}

// Op compares a column with a value; the zero Op is =.
type Op uint8

// The comparisons.
const (
	Equal Op = iota
	Less
	Greater
	AtMost
	AtLeast
	NotEqual
)

// String is the comparison in SQL.
func (o Op) String() string { return [...]string{"=", "<", ">", "<=", ">=", "!="}[o] }

// Is is the condition that a column equals a value.
func Is(column string, v Value) Match { return Match{Column: column, Value: v} }

// Field is a column with a value.
type Field struct {
	Column string
	Value  Value
}

// Result is what a statement gave.
type Result struct {
	Columns []string // none where the statement gives no rows
	Rows    [][]Value
	// Affected is how many rows it changed; 0 for one that gives rows.
	Affected int64
}

// All is the rows of a query together.
func All(c Conn, q Query) ([][]Value, error) {
	var rows [][]Value
	err := c.Select(q, func(row []Value) error {
		rows = append(rows, append([]Value(nil), row...))
		return nil
	})
	return rows, err
}
