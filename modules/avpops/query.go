package avpops

import (
	"context"
	"errors"
	"slices"
	"strings"

	"olelo/runtime/avp"
	"olelo/runtime/db"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

var (
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Starter     = (*Module)(nil)
	_ registry.Cleaner     = (*Module)(nil)
)

// Provision finds the database, where there is one.
func (m *Module) Provision(h registry.Host) error {
	switch {
	case !m.source.IsSet():
		return nil
	case m.table == "":
		return m.source.At(errors.New("db_url wants an avp_table, too"))
	}
	return m.source.Find(h)
}

// Start opens the database.
func (m *Module) Start(context.Context) (err error) {
	if m.source.Found() {
		m.conn, err = m.source.Open()
	}
	return err
}

// Cleanup closes it.
func (m *Module) Cleanup() error {
	if m.conn == nil {
		return nil
	}
	return m.conn.Close()
}

// noRows is what avp_db_query returns where a statement gave none.
const noRows = -2

func (m *Module) queries() []registry.Func {
	query, to := registry.ParamInfo{Name: "query", Kind: "text"}, registry.ParamInfo{Name: "avps", Kind: "word"}
	const doc = "Runs a statement in the database's language; the columns of its rows become AVPs, the first row the newest values: those named in \"$avp(a);$avp(b)\", or $avp(i:1), $avp(i:2) and so on. -2 where there are no rows, -1 after an error. Variables stand in the text as they are: escape what comes from outside."
	return []registry.Func{
		{Name: "avp_db_query", Params: []registry.ParamInfo{query}, Routes: routes, Doc: doc, Bind: m.bindQuery},
		{Name: "avp_db_query", Params: []registry.ParamInfo{query, to}, Routes: routes, Doc: doc, Bind: m.bindQuery},
	}
}

// nameOf is the name of the AVP of column i; ok is false where there is none.
type nameOf func(c *registry.Ctx, i int) (name avp.Name, ok bool)

func (m *Module) bindQuery(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
	if !m.source.IsSet() {
		return nil, errors.New("avp_db_query: the module's db_url names no database")
	}
	f, err := fx.Format(args[0].Text)
	if err != nil {
		return nil, err
	}
	names := func(_ *registry.Ctx, i int) (avp.Name, bool) { return avp.Name{Num: int64(i + 1), IsNum: true}, true }
	if len(args) > 1 {
		if names, err = bindColumns(fx, args[1].Text); err != nil {
			return nil, named("avp_db_query", err)
		}
	}
	return func(c *registry.Ctx) int { return m.query(c, f.Text(c), names) }, nil
}

// bindColumns reads "$avp(a);$avp(b)".
func bindColumns(fx registry.Fixup, text string) (nameOf, error) {
	var list []operand
	for _, one := range strings.Split(strings.TrimSuffix(text, ";"), ";") {
		o, rest, err := attribute(fx, strings.TrimSpace(one))
		if err == nil {
			_, err = flags(rest, "")
		}
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return func(c *registry.Ctx, i int) (avp.Name, bool) {
		if i >= len(list) {
			return avp.Name{}, false
		}
		return list[i].avp(c)
	}, nil
}

func (m *Module) query(c *registry.Ctx, statement string, names nameOf) int {
	r, err := m.conn.Exec(statement)
	if err != nil {
		c.Log.Errorf(name, "avp_db_query: %v", err)
		return -1
	}
	for _, row := range slices.Backward(r.Rows) {
		for i := range row {
			v := value.Value{}
			switch col := &row[i]; col.Kind {
			case db.Int, db.BigInt, db.Time:
				v.SetInt(int64(int32(col.Int)))
			case db.Text, db.Blob:
				v.SetStr(col.Text)
			}
			if v.IsNull() || v.IsStr() && v.S == "" {
				continue // as in Kamailio, nor is one made of a fraction
			}
			if n, ok := names(c, i); ok {
				c.State.AVP.Push(n, &v)
			}
		}
	}
	if len(r.Rows) == 0 {
		return noRows
	}
	return 1
}
