package db_text_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"olelo/modules/db_text"
	"olelo/runtime/db"
	"olelo/runtime/registry"
)

func set(m registry.Module, name, value string, n int64) error {
	for _, p := range m.Exports().Params {
		if p.Name == name {
			return p.Set(registry.ParamValue{Str: value, Int: n})
		}
	}
	return errors.New("no parameter " + name)
}

// folder makes a folder with one table, t.
func folder(t *testing.T, text string) (path string) {
	t.Helper()
	path = t.TempDir()
	write(t, path, text)
	return path
}

func write(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "t"), []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, m registry.Module, path string) db.Conn {
	t.Helper()
	u, err := db.ParseURL("text://" + path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := m.(db.Driver).OpenDB(u)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// show is a result in one line.
func show(r *db.Result) string {
	var rows []string
	for _, row := range r.Rows {
		var fields []string
		for _, v := range row {
			if v.Kind == db.Null {
				fields = append(fields, "null")
			} else {
				fields = append(fields, v.String())
			}
		}
		rows = append(rows, strings.Join(fields, ","))
	}
	return strings.Join(rows, " ")
}

const people = `id(int,auto) name(str) flag(double) desc(str,null)
1:nick:0.34:a\tgood\: friend
2:cole:-3.75:
3:bob:2.50:x
`

func TestStatements(t *testing.T) {
	c := open(t, db_text.New(), folder(t, people))
	for _, x := range []struct{ statement, want string }{
		{`select * from t`, "1,nick,0.34,a\tgood: friend 2,cole,-3.75,null 3,bob,2.50,x"},
		{`SELECT name, id FROM t WHERE id > 1 AND flag<0`, "cole,2"},
		{`select id from t where name="nick"`, "1"},
		{`select id from t where name='nick';`, "1"},
		{`select id from t where desc=null`, "2"},
		{`select id from t where desc != null`, "1 3"},
		{`select id from t where id<>2 order by name`, "3 1"},
		{`select id from t where id>=1 and id<=2 order by flag asc, id desc`, "2 1"},
		{`select id from t order by id desc`, "3 2 1"},
		{`insert into t (name, flag) values ("it''s ""it""", 1)`, ""},
		{`select id, name from t where id=4`, `4,it''s "it"`},
		{`update t set name='x', desc=null where id=1`, ""},
		{`delete from t where id>1`, ""},
		{`select * from t`, "1,x,0.34,null"},
		{`delete from t`, ""},
		{`select * from t`, ""},
	} {
		r, err := c.Exec(x.statement)
		if err != nil {
			t.Errorf("%s: %v", x.statement, err)
			continue
		}
		if got := show(r); got != x.want {
			t.Errorf("%s gives %q, want %q", x.statement, got, x.want)
		}
	}
	for _, bad := range []string{
		"", "drop table t", "select", "select * from", "select * from t where", "select * from t where id is null",
		"select * from t where id=x", "select * from t where name='x", "select * from t limit 1", "select count(*) from t",
		"select nosuch from t", "select * from t where nosuch=1", "select * from t order by nosuch", "select * from nosuch",
		"update t set name='x'", "update t set nosuch=1 where id=1", "update t set id='x' where id=1",
		"insert into t (id) values (1)", "insert into t (name, flag) values ('x')", "select * from '../t'", "select * from .t",
	} {
		if r, err := c.Exec(bad); err == nil {
			t.Errorf("%q gives %+v, want an error", bad, *r)
		}
	}
}

func TestFiles(t *testing.T) {
	for text, want := range map[string]string{
		"id(int) s(str,null)\n1\n":                  "1,null",
		"id(int) s(str,null)\n1:\n\n2:\n":           "1,null 2,null",
		"id(INT)  s(Str) \n1:a \n2: b\n":            "1,a  2, b",
		"id (int)\n9\n":                             "9",
		"id(int,auto) s(str)\n:8\n:9\n":             "0,8 1,9",
		"s(blob)\na\\n\\r\\t\\\\\\0\\:\n":           "a\n\r\t\\\x00:",
		"id(int) s(string)\n1:8":                    "1,8",
		"id(int,null) s(time,null,x)\n-5:1577\n:\n": "-5,1577 null,null",
	} {
		r, err := open(t, db_text.New(), folder(t, text)).Exec("select * from t")
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := show(r); got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
	for _, bad := range []string{
		"", "\n1\n", "id\n1\n", "id(foo)\n1\n", "(int)\n1\n", "id(int\n1\n", "s(str,auto)\na\n",
		"id(int)\nx\n", "id(int)\n12x\n", "id(int,auto)\n1.5\n", "id(int) s(str)\n1:y:z\n", "id(int) s(str)\n1\n",
		"s(str)\na\\\n", "s(str)\na\\q\n", "id(int)\r\n1\r\n",
	} {
		if r, err := open(t, db_text.New(), folder(t, bad)).Exec("select * from t"); err == nil {
			t.Errorf("%q is read as %q, want an error", bad, show(r))
		}
	}
}

// TestWritten holds the file byte by byte to what Kamailio writes.
func TestWritten(t *testing.T) {
	m := db_text.New()
	dir := folder(t, people)
	c := open(t, m, dir)
	err := errors.Join(
		c.Insert("t", []db.Field{
			{Column: "name", Value: db.OfText("a:b\\\n")},
			{Column: "flag", Value: db.OfInt(2)},
			{Column: "desc", Value: db.Value{Kind: db.Blob, Text: "\x00\t\r"}},
		}),
		c.Update("t", []db.Field{{Column: "flag", Value: db.Value{Kind: db.Double, Float: 1.256}}}, []db.Match{db.Is("id", db.OfInt(2))}),
		c.Delete("t", []db.Match{db.Is("name", db.OfText("bob"))}),
		m.(registry.Cleaner).Cleanup(),
	)
	if err != nil {
		t.Fatal(err)
	}
	const want = `id(int,auto) name(str) flag(double) desc(str,null)
1:nick:0.34:a\tgood\: friend
2:cole:1.26:
4:a\:b\\\n:2.00:\0\t\r
`
	got, err := os.ReadFile(filepath.Join(dir, "t"))
	if err != nil || string(got) != want {
		t.Errorf("the file is %q (%v), want %q", got, err, want)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("the folder has %v (%v), want the table alone", list, err)
	}
}

func TestTransaction(t *testing.T) {
	c := open(t, db_text.New(), folder(t, people))
	failed := errors.New("failed")
	err := c.Transact(func(c db.Conn) error {
		return errors.Join(c.Delete("t", nil), c.Insert("t", []db.Field{
			{Column: "name", Value: db.OfText("x")}, {Column: "flag", Value: db.OfInt(1)},
		}), failed)
	})
	if !errors.Is(err, failed) {
		t.Errorf("a transaction that fails: %v", err)
	}
	ids := db.Query{Table: "t", Columns: []string{"id"}, OrderBy: "name"}
	rows, err := db.All(c, ids)
	if got := show(&db.Result{Rows: rows}); err != nil || got != "3 2 1" {
		t.Errorf("after it: %s (%v)", got, err)
	}
	if err := c.Transact(func(c db.Conn) error {
		return c.Delete("t", []db.Match{{Column: "id", Op: db.Less, Value: db.OfInt(3)}})
	}); err != nil {
		t.Error(err)
	}
	rows, err = db.All(c, ids)
	if got := show(&db.Result{Rows: rows}); err != nil || got != "3" {
		t.Errorf("after one that is good: %s (%v)", got, err)
	}
}

func TestParams(t *testing.T) {
	m := db_text.New()
	if err := errors.Join(
		set(m, "db_mode", "", 1), set(m, "db_delim", "|", 0), set(m, "emptystring", "", 1), set(m, "max_result_rows", "", 1),
	); err != nil {
		t.Fatal(err)
	}
	dir := folder(t, "id(int) s(str)\n1|\n")
	c := open(t, m, dir)
	query := func(want string) {
		t.Helper()
		r, err := c.Exec("select * from t")
		if err != nil {
			t.Fatal(err)
		}
		if got := show(r); got != want {
			t.Errorf("t is %q, want %q", got, want)
		}
	}
	query("1,")
	write(t, dir, "id(int) s(str)\n22|a:b\n") // db_mode 1 sees another size
	query("22,a:b")
	write(t, dir, "id(int) s(str)\n1|\n2|\n")
	if _, err := c.Exec("select * from t"); err == nil {
		t.Error("more rows than max_result_rows are no error")
	}
	for _, bad := range [][2]string{{"db_delim", ""}, {"db_delim", "ab"}, {"default_connection", "x"}, {"default_connection", "sqlite:///x"}} {
		if err := set(db_text.New(), bad[0], bad[1], 0); err == nil {
			t.Errorf("%s takes %q", bad[0], bad[1])
		}
	}
}
