package db_text

import (
	"fmt"
	"slices"

	"olelo/runtime/db"
)

// sorting is by which columns rows are sorted.
type sorting []struct {
	column string
	down   bool
}

func byColumn(name string) sorting {
	if name == "" {
		return nil
	}
	return sorting{{column: name}}
}

// query calls each with the columns of the rows that match, in that order.
func (t *table) query(q db.Query, order sorting, maxRows int, each func([]db.Value) error) error {
	cols, err := t.pick(q.Columns)
	if err != nil {
		return err
	}
	where, err := t.conditions(q.Where)
	if err != nil {
		return err
	}
	var found [][]db.Value
	for _, row := range t.rows {
		if matches(row, where) {
			found = append(found, row)
		}
	}
	if len(found) > maxRows {
		return fmt.Errorf("%d rows of table %s fit: max_result_rows allows %d", len(found), t.name, maxRows)
	}
	for _, by := range slices.Backward(order) {
		at, err := t.column(by.column)
		if err != nil {
			return err
		}
		slices.SortStableFunc(found, func(a, b []db.Value) int {
			if by.down {
				a, b = b, a
			}
			return compare(&a[at], &b[at])
		})
	}
	if q.Limit > 0 && q.Limit < len(found) {
		found = found[:q.Limit]
	}
	row := make([]db.Value, len(cols))
	for _, r := range found {
		for i, at := range cols {
			row[i] = r[at]
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return nil
}
