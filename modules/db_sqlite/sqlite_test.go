package db_sqlite_test

import (
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"olelo/modules/db_sqlite"
	"olelo/runtime/db"
	"olelo/runtime/registry"
)

// set gives a modparam.
func set(m registry.Module, name, value string) error {
	for _, p := range m.Exports().Params {
		if p.Name == name {
			return p.Set(registry.ParamValue{Str: value})
		}
	}
	return errors.New("no parameter " + name)
}

func open(t *testing.T, m registry.Module, path string) db.Conn {
	t.Helper()
	u, err := db.ParseURL("sqlite:///" + path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := m.(db.Driver).OpenDB(u)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func exec(t *testing.T, c db.Conn, statement string) *db.Result {
	t.Helper()
	r, err := c.Exec(statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return r
}

// TestKinds holds the kinds of columns that Kamailio 5.6.3 was seen to make of
// their declarations.
func TestKinds(t *testing.T) {
	c := open(t, db_sqlite.New(), filepath.Join(t.TempDir(), "k.db"))
	for declaration, want := range map[string]db.Value{
		"INTEGER":                {Kind: db.Int, Int: 12},
		"unsigned big int":       {Kind: db.Int, Int: 12},
		"pointtext":              {Kind: db.Int, Int: 12},
		"string":                 {Kind: db.Int, Int: 12},
		"bytea":                  {Kind: db.Int, Int: 12},
		"decimal(5,2)":           {Kind: db.Int, Int: 12},
		"unsigned bigint":        {Kind: db.BigInt, Int: 12},
		"character varying(64)":  {Kind: db.Text, Text: "12abc"},
		"VarChar(3)":             {Kind: db.Text, Text: "12abc"},
		"longtext":               {Kind: db.Text, Text: "12abc"},
		"clob":                   {Kind: db.Text, Text: "12abc"},
		"longblob":               {Kind: db.Blob, Text: "12abc"},
		"double precision":       {Kind: db.Double, Float: 12},
		"floating":               {Kind: db.Double, Float: 12},
		"":                       {Kind: db.Text, Text: "12abc"},
		"timestamp with no date": {Kind: db.Time},
	} {
		exec(t, c, "create table t (x "+declaration+")")
		exec(t, c, "insert into t values ('12abc')")
		if got := exec(t, c, "select x from t").Rows; !reflect.DeepEqual(got, [][]db.Value{{want}}) {
			t.Errorf("%q gives %+v, want %+v", declaration, got, want)
		}
		exec(t, c, "drop table t")
	}
}

func TestTimes(t *testing.T) {
	c := open(t, db_sqlite.New(), filepath.Join(t.TempDir(), "k.db"))
	exec(t, c, "create table t (x datetime)")
	for _, stored := range []string{"julianday('2020-01-02 03:04:05')", "1577934245", "'2020-01-02 03:04:05'"} {
		exec(t, c, "insert into t values ("+stored+")")
	}
	if err := c.Insert("t", []db.Field{{Column: "x", Value: db.Value{Kind: db.Time, Int: 1577934245}}}); err != nil {
		t.Fatal(err)
	}
	want := db.Value{Kind: db.Time, Int: 1577934245}
	for i, row := range exec(t, c, "select x from t").Rows {
		if row[0] != want {
			t.Errorf("row %d is %+v, want %+v", i, row[0], want)
		}
	}
	if got := exec(t, c, "select typeof(x), datetime(x) from t where rowid=4").Rows[0]; got[0].Text != "real" || got[1].Text != "2020-01-02 03:04:05" {
		t.Errorf("a time is stored as %+v, want a Julian day", got)
	}
}

func TestChanges(t *testing.T) {
	c := open(t, db_sqlite.New(), filepath.Join(t.TempDir(), "k.db"))
	exec(t, c, "create table t (k varchar(10), n integer default 7)")
	k := func(s string) []db.Match { return []db.Match{db.Is("k", db.OfText(s))} }
	keys := func(q db.Query) string {
		t.Helper()
		q.Table, q.Columns = "t", []string{"k", "n"}
		rows, err := db.All(c, q)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, r := range rows {
			list = append(list, r[0].String()+"="+r[1].String())
		}
		return strings.Join(list, " ")
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(c.Insert("t", []db.Field{{Column: "k", Value: db.OfText("b")}}))
	must(c.Insert("t", []db.Field{{Column: "k", Value: db.OfText("a'); drop table t; --")}, {Column: "n", Value: db.OfInt(1)}}))
	must(c.Insert("t", []db.Field{{Column: "n", Value: db.OfInt(2)}}))
	if got := keys(db.Query{OrderBy: "n"}); got != "a'); drop table t; --=1 =2 b=7" {
		t.Errorf("rows by n: %s", got)
	}
	must(c.Update("t", []db.Field{{Column: "n", Value: db.OfInt(9)}}, k("b")))
	if got := keys(db.Query{Where: []db.Match{{Column: "n", Op: db.Greater, Value: db.OfInt(7)}}}); got != "b=9" {
		t.Errorf("rows with n > 7: %s", got)
	}
	if got := keys(db.Query{Where: []db.Match{{Column: "k"}}}); got != "=2" {
		t.Errorf("rows without k: %s", got)
	}
	must(c.Delete("t", []db.Match{{Column: "k", Op: db.NotEqual, Value: db.OfText("b")}}))
	if got := keys(db.Query{OrderBy: "n"}); got != "=2 b=9" {
		t.Errorf("rows that are left: %s", got)
	}
	failed := errors.New("failed")
	if err := c.Transact(func(c db.Conn) error {
		must(c.Delete("t", nil))
		return failed
	}); !errors.Is(err, failed) {
		t.Errorf("a transaction that fails: %v", err)
	}
	if got := keys(db.Query{OrderBy: "n"}); got != "=2 b=9" {
		t.Errorf("after a transaction that failed: %s", got)
	}
	must(c.Transact(func(c db.Conn) error { return c.Delete("t", k("b")) }))
	if r := exec(t, c, "delete from t"); r.Affected != 1 || len(r.Columns) != 0 {
		t.Errorf("a delete of one row: %+v", r)
	}
	if err := c.Delete("t; drop table t", nil); err == nil {
		t.Error("a statement is taken for a name")
	}
	if err := c.Select(db.Query{Table: "t", Columns: []string{"nosuch"}}, nil); err == nil {
		t.Error("a column that is not there is no error")
	}
	if _, err := c.Exec(" "); err == nil {
		t.Error("an empty statement is no error")
	}
}

func TestParams(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?.db")
	made := open(t, db_sqlite.New(), path)
	exec(t, made, "create table t (x int)")

	m := db_sqlite.New()
	for name, value := range map[string]string{
		"db_set_readonly": path, "db_set_busy_timeout": path + "=0;",
	} {
		if err := set(m, name, value); err != nil {
			t.Error(err)
		}
	}
	if _, err := open(t, m, path).Exec("insert into t values (1)"); err == nil {
		t.Error("a file that is only read was written")
	}

	// With no patience, a file that another writes to is an error.
	m = db_sqlite.New()
	if err := set(m, "db_set_busy_timeout", path+"=0"); err != nil {
		t.Error(err)
	}
	impatient := open(t, m, path)
	if err := made.Transact(func(db.Conn) error {
		_, err := impatient.Exec("insert into t values (1)")
		if err == nil {
			t.Error("two wrote at once")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}

	m = db_sqlite.New()
	if err := set(m, "db_set_journal_mode", path+"=wal;"); err != nil {
		t.Error(err)
	}
	if got := exec(t, open(t, m, path), "pragma journal_mode").Rows[0][0].Text; got != "wal" {
		t.Errorf("the journal is %s, want wal", got)
	}

	for _, bad := range [][2]string{
		{"db_set_readonly", ""},
		{"db_set_journal_mode", path},
		{"db_set_journal_mode", path + "=x"},
		{"db_set_journal_mode", ";"},
		{"db_set_busy_timeout", path + "=-1"},
		{"db_set_busy_timeout", "=5"},
	} {
		if err := set(db_sqlite.New(), bad[0], bad[1]); err == nil {
			t.Errorf("%s takes %q", bad[0], bad[1])
		}
	}
	u, err := db.ParseURL("sqlite:///" + filepath.Join(t.TempDir(), "none", "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := db_sqlite.New().(db.Driver).OpenDB(u); err == nil {
		c.Close()
		t.Error("a file in a folder that is not there was opened")
	}
}
