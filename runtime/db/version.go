package db

import (
	"fmt"

	"olelo/runtime/registry"
)

// VersionTableHost is a Host that knows version_table=.
type VersionTableHost interface{ VersionTable() string }

// VersionTable is the table of a database that has its tables' versions: Kamailio's
// "version" where the Host knows none.
func VersionTable(h registry.Host) string {
	if v, ok := h.(VersionTableHost); ok && v.VersionTable() != "" {
		return v.VersionTable()
	}
	return "version"
}

// CheckVersion reads a table's version out of the database's table of versions
// and returns what is wrong where it is not the one wanted.
func CheckVersion(c Conn, versions, table string, want int) error {
	rows, err := All(c, Query{
		Table: versions, Columns: []string{"table_version"},
		Where: []Match{Is("table_name", OfText(table))},
	})
	switch {
	case err != nil:
		return fmt.Errorf("the version of table %s cannot be read: %w", table, err)
	case len(rows) == 0:
		return fmt.Errorf("table %q has no row in table %q: version %d of it is wanted", table, versions, want)
	case len(rows) > 1:
		return fmt.Errorf("table %q has %d rows in table %q: one is wanted", table, len(rows), versions)
	case rows[0][0].Int != int64(want):
		return fmt.Errorf("table %q has version %d by table %q: version %d is wanted", table, rows[0][0].Int, versions, want)
	}
	return nil
}
