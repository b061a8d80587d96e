package sqlops

import (
	"slices"
	"strings"

	"olelo/runtime/avp"
	"olelo/runtime/db"
	"olelo/runtime/registry"
)

// The codes of the functions.
const (
	codeRows      = 1
	codeNoRows    = 2
	codeForgotten = 3 // rows that nobody keeps
	codeError     = -1
	codeClosed    = -2 // the database cannot be opened
)

// run runs a statement, and tells the code that it has; where that is below 0, the
// reason is in the log.
func (m *Module) run(c *registry.Ctx, fn string, con *connection, statement string) (*db.Result, int) {
	w := m.worker(c)
	w.affected[con.place] = 0
	conn, err := con.db()
	if err != nil {
		c.Log.Errorf(name, "%s: connection %q is not open: %v", fn, con.name, err)
		return nil, codeClosed
	}
	r, err := conn.Exec(statement)
	if err != nil {
		c.Log.Errorf(name, "%s(%q): %.200q: %v", fn, con.name, statement, err)
		return nil, codeError
	}
	w.affected[con.place] = max(r.Affected, int64(len(r.Rows)))
	if len(r.Rows) == 0 {
		return r, codeNoRows
	}
	return r, codeRows
}

func (m *Module) query(c *registry.Ctx, con *connection, statement string) int {
	_, code := m.run(c, "sql_query", con, statement)
	if code == codeRows {
		return codeForgotten
	}
	return code
}

func (m *Module) queryInto(c *registry.Ctx, con *connection, statement string, at int) int {
	r, code := m.run(c, "sql_query", con, statement)
	m.worker(c).results[at] = r
	return code
}

func (m *Module) free(c *registry.Ctx, at int) int {
	m.worker(c).results[at] = nil
	return 1
}

// queryXAVP pushes the last row first, so that the first one is the newest.
func (m *Module) queryXAVP(c *registry.Ctx, con *connection, statement string, to *target) int {
	r, code := m.run(c, "sql_xquery", con, statement)
	if code != codeRows {
		return code
	}
	x, t := &c.State.XAVP, c.Borrow(1)
	for _, row := range slices.Backward(r.Rows) {
		list := x.PushList(avp.Node(0), to.xavp)
		for i := range row {
			row[i].SetPV(&t[0], to.wrap)
			x.Append(list, r.Columns[i], &t[0])
		}
	}
	c.Return(t)
	return codeRows
}

func (m *Module) queryVars(c *registry.Ctx, con *connection, statement string, to *target) int {
	r, code := m.run(c, "sql_pvquery", con, statement)
	if code != codeRows {
		return code
	}
	t := c.Borrow(1)
	defer c.Return(t)
	for _, row := range slices.Backward(r.Rows) {
		for i := range row {
			if i == len(to.vars) {
				c.Log.Errorf(name, "sql_pvquery: the statement gives %d columns, and there are %d variables", len(row), len(to.vars))
				return codeError
			}
			row[i].SetPV(&t[0], to.wrap)
			if v := &to.vars[i]; !v.avp || !t[0].IsNull() {
				v.Set(c, &t[0])
			}
		}
	}
	return codeRows
}

func (m *Module) queryLater(c *registry.Ctx, con *connection, statement string) int {
	select {
	case con.later <- strings.Clone(statement):
		return 1
	default:
		c.Log.Errorf(name, "sql_query_async(%q): %d statements wait already", con.name, laterSize)
		return codeError
	}
}
