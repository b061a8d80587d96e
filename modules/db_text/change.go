package db_text

import (
	"slices"

	"olelo/runtime/db"
)

func (t *table) insert(fields []db.Field) error {
	row := make([]db.Value, len(t.columns))
	for _, f := range fields {
		at, err := t.column(f.Column)
		if err != nil {
			return err
		}
		if row[at], err = t.columns[at].convert(f.Value); err != nil {
			return err
		}
	}
	if err := t.fill(row); err != nil {
		return err
	}
	t.rows, t.changed = append(t.rows, row), true
	return nil
}

// update makes new rows in place of those that match, and tells how many.
func (t *table) update(set []db.Field, where []db.Match) (int64, error) {
	conds, err := t.conditions(where)
	if err != nil {
		return 0, err
	}
	values := make([]condition, len(set))
	for i, f := range set {
		at, err := t.column(f.Column)
		if err != nil {
			return 0, err
		}
		if values[i].v, err = t.columns[at].convert(f.Value); err != nil {
			return 0, err
		}
		values[i].at = at
	}
	rows, n := slices.Clone(t.rows), int64(0)
	for i, row := range rows {
		if !matches(row, conds) {
			continue
		}
		row = slices.Clone(row)
		for _, v := range values {
			row[v.at] = v.v
		}
		if err := t.fill(row); err != nil {
			return 0, err
		}
		rows[i] = row
		n++
	}
	t.rows, t.changed = rows, t.changed || n > 0
	return n, nil
}

// remove removes the rows that match, and tells how many.
func (t *table) remove(where []db.Match) (int64, error) {
	conds, err := t.conditions(where)
	if err != nil {
		return 0, err
	}
	var rest [][]db.Value
	for _, row := range t.rows {
		if !matches(row, conds) {
			rest = append(rest, row)
		}
	}
	n := int64(len(t.rows) - len(rest))
	t.rows, t.changed = rest, t.changed || n > 0
	return n, nil
}
