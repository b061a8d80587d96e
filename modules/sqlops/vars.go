package sqlops

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/db"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// bindRows binds $sqlrows(connection).
func (m *Module) bindRows(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
	con := m.connections[r.Inner]
	if con == nil {
		return registry.Var{}, fmt.Errorf("there is no connection %q", r.Inner)
	}
	return registry.Var{Get: func(c *registry.Ctx, v *value.Value) { v.SetInt(m.worker(c).affected[con.place]) }}, nil
}

// bindResult binds $dbr(result=>key).
func (m *Module) bindResult(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
	rname, key, ok := strings.Cut(r.Inner, "=>")
	if !ok {
		return registry.Var{}, errors.New("$dbr wants a result and a key: $dbr(result=>rows)")
	}
	at, err := m.result(strings.TrimSpace(rname))
	if err != nil {
		return registry.Var{}, err
	}
	get, err := field(fx, key)
	if err != nil {
		return registry.Var{}, err
	}
	return registry.Var{Get: func(c *registry.Ctx, v *value.Value) { get(c, m.worker(c).results[at], v) }}, nil
}

// field binds what stands behind the arrow of $dbr. A result that is nil has no
// rows, nor columns.
func field(fx registry.Fixup, key string) (func(*registry.Ctx, *db.Result, *value.Value), error) {
	switch inner, bracket := strings.CutSuffix(key, "]"); {
	case key == "rows":
		return func(_ *registry.Ctx, r *db.Result, v *value.Value) {
			if v.SetInt(0); r != nil {
				v.SetInt(int64(len(r.Rows)))
			}
		}, nil
	case key == "cols":
		return func(_ *registry.Ctx, r *db.Result, v *value.Value) {
			if v.SetInt(0); r != nil && len(r.Rows) > 0 {
				v.SetInt(int64(len(r.Columns)))
			}
		}, nil
	case bracket && strings.HasPrefix(key, "colname["):
		at, err := index(fx, strings.TrimPrefix(inner, "colname["))
		return func(c *registry.Ctx, r *db.Result, v *value.Value) {
			i := at(c)
			if v.SetNull(); r != nil && len(r.Rows) > 0 && i >= 0 && i < int64(len(r.Columns)) {
				v.SetStr(r.Columns[i])
			}
		}, err
	case bracket && strings.HasPrefix(key, "["):
		parts := split(inner[1:], ",")
		if len(parts) != 2 {
			return nil, fmt.Errorf("%q has no row and column: write [row,column]", key)
		}
		row, err := index(fx, parts[0])
		if err != nil {
			return nil, err
		}
		col, err := index(fx, parts[1])
		wrap := fx.Wrap32()
		return func(c *registry.Ctx, r *db.Result, v *value.Value) {
			i, j := row(c), col(c)
			if v.SetNull(); r != nil && i >= 0 && i < int64(len(r.Rows)) && j >= 0 && j < int64(len(r.Rows[i])) {
				r.Rows[i][j].SetPV(v, wrap)
			}
		}, err
	}
	return nil, fmt.Errorf("%q is no key of a result: rows, cols, [row,column] and colname[column] are", key)
}

// index is a number, or a variable that has one; what has none is -1.
func index(fx registry.Fixup, text string) (func(*registry.Ctx) int64, error) {
	text = strings.TrimSpace(text)
	if i, err := strconv.ParseInt(text, 10, 32); err == nil {
		return func(*registry.Ctx) int64 { return i }, nil
	}
	f, err := fx.Format(text)
	if err != nil {
		return nil, err
	}
	get, ok := f.Single()
	if !ok {
		return nil, fmt.Errorf("%q is no number, nor a variable", text)
	}
	return func(c *registry.Ctx) int64 {
		if v := c.Eval(get); v.IsInt() {
			return v.I
		}
		return -1
	}, nil
}
