package htable_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"olelo/modules/htable"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/value"
)

// vars is a module with the variables that the tests put into keys: $k is what
// the test last stored in text, $n is an int, $nil is $null.
type vars struct{ text string }

func (v *vars) Exports() registry.Exports {
	return registry.Exports{PVs: []registry.PV{
		registry.GetPV("k", func(_ *registry.Ctx, x *value.Value) { x.SetStr(v.text) }, ""),
		registry.GetPV("n", func(_ *registry.Ctx, x *value.Value) { x.SetInt(7) }, ""),
		registry.GetPV("nil", func(_ *registry.Ctx, x *value.Value) { x.SetNull() }, ""),
	}}
}

// bench is a worker with some tables.
type bench struct {
	*registrytest.Bench
	m    *htable.Module
	vars *vars
}

func open(t testing.TB, tables ...string) *bench {
	t.Helper()
	m, v := htable.New(), &vars{}
	for _, line := range tables {
		if err := modparam(m, "htable", line); err != nil {
			t.Fatal(err)
		}
	}
	return &bench{registrytest.New(t, map[string]registry.Module{"htable": m, "vars": v}), m, v}
}

// modparam is a modparam line: text or int.
func modparam(m registry.Module, name string, v any) error {
	for _, p := range m.Exports().Params {
		if p.Name == name {
			switch v := v.(type) {
			case string:
				return p.Set(registry.ParamValue{Str: v})
			case int:
				return p.Set(registry.ParamValue{Int: int64(v), IsInt: true})
			}
		}
	}
	panic("no modparam " + name)
}

func TestValues(t *testing.T) {
	b := open(t, "a=>size=8;")
	b.Set("$sht(a=>k)", "v")
	if got := b.Eval("[$sht(a=>k)]"); got != "[v]" {
		t.Errorf("set: %s", got)
	}
	b.Set("$sht(a=>k)", nil)
	if got := b.Eval("[$sht(a=>k)]"); got != "[<null>]" {
		t.Errorf("deleted: %s", got)
	}
	b.Set("$sht(a=>e)", "")
	if v := b.Get("$sht(a=>e)"); v.K != value.Str || v.S != "" {
		t.Errorf("empty string: %+v", v)
	}
	b.Set("$sht(a=>i)", 5)
	if v := b.Get("$sht(a=>i)"); v != value.OfInt(5) {
		t.Errorf("int: %+v", v)
	}
	b.Set("$sht(a=>i)", "now str")
	if v := b.Get("$sht(a=>i)"); v != value.OfStr("now str") {
		t.Errorf("int to string: %+v", v)
	}
	// $rp has a text and a number: htable.get shows flags 2, a string.
	b.Set("$sht(a=>p)", value.OfBoth("5060", 5060))
	if v := b.Get("$sht(a=>p)"); v != value.OfStr("5060") {
		t.Errorf("$rp: %+v", v)
	}
}

func TestKeys(t *testing.T) {
	b := open(t, "a=>size=4;")
	b.Set("$sht(a=>k1)", "v1")
	b.vars.text = "k1"
	for text, want := range map[string]string{
		"$sht(a=>k1)":     "v1",
		"$sht(a=> k1)":    "<null>", // a leading blank is part of the key
		"$sht(a=>K1)":     "<null>",
		"$sht(a =>k1)":    "v1", // and not of the table's name
		"$sht( a=>k1)":    "v1",
		"$sht(a=>$k)":     "v1",
		"$sht(a=>$(k))":   "v1",
		"$(sht(a=>k1))":   "v1",
		"$sht(a=>)":       "<null>",
		"$sht(a=>k$n::x)": "<null>",
	} {
		if got := b.Eval(text); got != want {
			t.Errorf("%s = %s, want %s", text, got, want)
		}
	}
	b.Set("$sht(a=>k$nil)", "null part")
	if got := b.Eval("$sht(a=>k<null>)"); got != "null part" {
		t.Errorf("a $null in a key: %s", got)
	}
	b.Set("$sht(a=>$nil)", "null key")
	if got := b.Eval("$sht(a=><null>)"); got != "null key" {
		t.Errorf("a $null key: %s", got)
	}
	b.Set("$sht(a=>$n)", "seven")
	if got := b.Eval("$sht(a=>7)"); got != "seven" {
		t.Errorf("an int key: %s", got)
	}
}

// A table owns its texts: what was assigned may change afterwards.
func TestTextsAreOwned(t *testing.T) {
	b := open(t, "a=>size=4;")
	b.vars.text = b.C.Arena.String([]byte("key"))
	b.Set("$sht(a=>$k)", b.C.Arena.String([]byte("value")))
	b.C.Arena.Reset()
	b.C.Arena.String([]byte(strings.Repeat("X", 100)))
	if got := b.Eval("$sht(a=>key)"); got != "value" {
		t.Errorf("after the message: %q", got)
	}
}

func TestIncrement(t *testing.T) {
	b := open(t, "a=>size=8;", "c=>size=4;initval=3;")
	steps := []struct{ text, want string }{
		{"$shtinc(a=>n)", "<null>"}, // a missing item stays missing
		{"$sht(a=>n)", "<null>"},
		{"$shtdec(a=>n)", "<null>"},
		{"$sht(c=>x)", "3"},
		{"$shtinc(c=>x)", "4"},
		{"$shtdec(c=>y)", "2"},
		{"$sht(c=>x)", "4"},
	}
	for _, s := range steps {
		if got := b.Eval(s.text); got != s.want {
			t.Errorf("%s = %s, want %s", s.text, got, s.want)
		}
	}
	b.Set("$sht(a=>n)", 10)
	if got := b.Eval("$shtinc(a=>n) $shtinc(a=>n) $shtdec(a=>n) $sht(a=>n)"); got != "11 12 11 11" {
		t.Errorf("got %s", got)
	}
	b.Set("$sht(a=>s)", "5")
	if got := b.Eval("$shtinc(a=>s) $sht(a=>s)"); got != "<null> 5" {
		t.Errorf("a string: %s", got)
	}
	b.Set("$sht(a=>big)", 2147483647)
	if got := b.Eval("$shtinc(a=>big)"); got != "-2147483648" {
		t.Errorf("32 bits: %s", got)
	}
	b.Fixup.Wide = true
	b.Set("$sht(a=>big)", 2147483647)
	if got := b.Eval("$shtinc(a=>big)"); got != "2147483648" {
		t.Errorf("64 bits: %s", got)
	}
}

func TestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "b=>size=4;autoexpire=10;initval=3;", "n=>size=4;autoexpire=10;updateexpire=0;", "a=>size=4;")
		check := func(text, want string) {
			t.Helper()
			if got := b.Eval(text); got != want {
				t.Errorf("%s = %s, want %s", text, got, want)
			}
		}
		check("$shtex(b=>none)", "0")
		b.Run("sht_setxs", "b", "e1", "abc", "100")
		check("$shtex(b=>e1)", "100")
		b.Run("sht_setxs", "b", "e1", "abc", "0") // the table's own life
		check("$shtex(b=>e1)", "10")
		b.Set("$shtex(b=>e1)", 33)
		check("$shtex(b=>e1)", "33")
		b.Set("$sht(b=>e1)", 5) // an update starts anew
		check("$shtex(b=>e1)", "10")
		b.Set("$shtex(b=>e1)", 33)
		check("$shtinc(b=>e1) $shtex(b=>e1)", "6 10")
		b.Set("$shtex(b=>e1)", "20")
		check("$shtex(b=>e1)", "20")
		b.Set("$shtex(b=>none)", 30)
		check("$shtex(b=>none) $sht(b=>none)", "0 3")

		b.Set("$sht(n=>e1)", 5)
		b.Set("$shtex(n=>e1)", 33)
		b.Set("$sht(n=>e1)", 6)
		check("$shtex(n=>e1) $shtinc(n=>e1) $shtex(n=>e1)", "33 7 33")

		// A table without autoexpire keeps its items whatever they are told.
		b.Run("sht_setxs", "a", "x1", "abc", "1")
		check("$shtex(a=>x1)", "0")
		for _, never := range []any{0, -1, nil, ""} {
			b.Set("$sht(b=>never)", "v")
			b.Set("$shtex(b=>never)", never)
		}

		// Lapsed items are gone before anyone sweeps.
		b.Set("$sht(b=>l)", "lapse")
		b.Set("$shtex(b=>l)", 1)
		time.Sleep(999 * time.Millisecond)
		check("$sht(b=>l)", "lapse")
		time.Sleep(time.Millisecond)
		check("$sht(b=>l) $shtex(b=>l) $shtcn(b=>^l)", "3 0 0")
		check("$shtinc(b=>l) $shtex(b=>l)", "4 10")
		time.Sleep(time.Hour)
		check("$sht(a=>x1) $sht(b=>never) $sht(b=>l)", "abc v 3")

		if b.Set("$shtex(b=>never)", "soon") {
			t.Error("$shtex took the text \"soon\"")
		}
		if log := b.Logged(); !strings.Contains(log, `"soon"`) {
			t.Errorf("log: %s", log)
		}
	})
}

// The cases sht-expire-update of the observed language.
func TestUpdateExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "u=>size=4;autoexpire=1;", "n=>size=4;autoexpire=2;updateexpire=0;")
		b.Set("$sht(u=>k)", "v")
		time.Sleep(600 * time.Millisecond)
		b.Set("$sht(u=>k)", "w")
		time.Sleep(600 * time.Millisecond)
		if got := b.Eval("$sht(u=>k)"); got != "w" {
			t.Errorf("default updateexpire: %s", got)
		}
		b.Set("$sht(n=>k)", "v")
		time.Sleep(1500 * time.Millisecond)
		b.Set("$sht(n=>k)", "w")
		time.Sleep(1500 * time.Millisecond)
		if got := b.Eval("$sht(n=>k)"); got != "<null>" {
			t.Errorf("updateexpire=0: %s", got)
		}
	})
}

func TestCount(t *testing.T) {
	b := open(t, "a=>size=4;")
	b.Set("$sht(a=>k1)", "v1")
	b.Set("$sht(a=>k2)", 7)
	b.Set("$sht(a=>k3)", "v3")
	b.Set("$sht(a=>k4)", "~v4")
	b.Set("$sht(a=>num)", "12")
	for text, want := range map[string]int64{
		"$shtcn(a=>k)": 4, "$shtcn(a=>^k)": 4, "$shtcn(a=>k1)": 1, "$shtcn(a=>K)": 4,
		"$shtcn(a=>~k)": 0, "$shtcn(a=>~~k)": 4, "$shtcn(a=>~%k)": 0, "$shtcn(a=>~%1)": 1,
		"$shtcn(a=>%~1)": 0, "$shtcn(a=>==k1)": 1, "$shtcn(a=>!=k1)": 0, "$shtcn(a=>eqk1)": 0,
		"$shtcn(a=> k)": 0, "$shtcn(a=>**)": 5, "$shtcn(a=>)": 0, "$shtcv(a=>)": 0,
		"$shtcv(a=>v)": 3, "$shtcv(a=>^v)": 2, "$shtcv(a=>V1)": 1, "$shtcv(a=>~v)": 1,
		"$shtcv(a=>~~v)": 3, "$shtcv(a=>~~^v)": 2, "$shtcv(a=>~%v1)": 1, "$shtcv(a=>%~1)": 1,
		"$shtcv(a=>%~v)": 2, "$shtcv(a=>==v1)": 1, "$shtcv(a=>==7)": 0, "$shtcv(a=>==12)": 1,
		"$shtcv(a=>eq7)": 1, "$shtcv(a=>eqv1)": 0, "$shtcv(a=>eq)": 0, "$shtcv(a=>ne7)": 0,
		"$shtcv(a=>~~7)": 0, "$shtcv(a=>7)": 0, "$shtcv(a=>**)": 5, "$shtcv(a=>gt6)": 0,
	} {
		if got := b.Get(text); got != value.OfInt(want) {
			t.Errorf("%s = %+v, want %d", text, got, want)
		}
	}
	if got := b.Get("$shtcn(a=>[)"); got != value.OfInt(0) || !strings.Contains(b.Logged(), `"["`) {
		t.Errorf("a bad regular expression: %+v", got)
	}
}

func TestFunctions(t *testing.T) {
	b := open(t, "a=>size=4;")
	fill := func() {
		b.Set("$sht(a=>k1)", "v1")
		b.Set("$sht(a=>k2)", 7)
		b.Set("$sht(a=>k3)", "v3")
	}
	for _, c := range []struct {
		call  string
		args  []any
		want  int
		left  string // of k1, k2, k3
		inLog string
	}{
		{"sht_match_name", []any{"a", "eq", "k2"}, 1, "v1 7 v3", ""},
		{"sht_has_name", []any{"a", "eq", "zz"}, -1, "v1 7 v3", ""},
		{"sht_match_name", []any{"a", "sw", "k"}, 1, "v1 7 v3", ""},
		{"sht_match_name", []any{"a", "sw", "kk"}, -1, "v1 7 v3", ""},
		{"sht_match_name", []any{"a", "ne", "k2"}, 1, "v1 7 v3", ""},
		{"sht_match_name", []any{"a", "xx", "kk"}, -1, "v1 7 v3", `unknown operator "xx"`},
		{"sht_match_name", []any{"a", "re", "[k"}, -1, "v1 7 v3", `"[k"`},
		{"sht_match_name", []any{"a", "re", "^K2"}, 1, "v1 7 v3", ""},
		{"sht_match_name", []any{"zz", "eq", "kk"}, -1, "v1 7 v3", `no table "zz" is declared`},
		{"sht_match_str_value", []any{"a", "re", "V1"}, 1, "v1 7 v3", ""},
		{"sht_match_str_value", []any{"a", "eq", "7"}, -1, "v1 7 v3", ""},
		{"sht_has_str_value", []any{"a", "sw", "v"}, 1, "v1 7 v3", ""},
		{"sht_rm", []any{"a", "nope"}, 1, "v1 7 v3", ""},
		{"sht_rm", []any{"a", "k1"}, 1, "<null> 7 v3", ""},
		{"sht_rm", []any{"zz", "k1"}, -1, "v1 7 v3", `no table "zz" is declared`},
		{"sht_rm", []any{"a", ""}, -1, "v1 7 v3", "the key is empty"},
		{"sht_rm_name_re", []any{"a=>^K[12]"}, 1, "<null> <null> v3", ""},
		{"sht_rm_name_re", []any{"zz=>^k"}, 1, "v1 7 v3", `no table "zz" is declared`},
		{"sht_rm_value_re", []any{"a=>^v"}, 1, "<null> 7 <null>", ""},
		{"sht_rm_name", []any{"a", "sw", "k1"}, 1, "<null> 7 v3", ""},
		{"sht_rm_name", []any{"a", "eq", "k1"}, -1, "v1 7 v3", `unknown operator "eq"`},
		{"sht_rm_name", []any{"a", "sw", "nonesuch"}, 1, "v1 7 v3", ""},
		{"sht_rm_name", []any{"a", "re", ""}, -1, "v1 7 v3", "is empty"},
		{"sht_rm_value", []any{"a", "re", "V3"}, 1, "v1 7 <null>", ""},
		{"sht_rm_value", []any{"a", "sw", "7"}, 1, "v1 7 v3", ""},
		{"sht_setxs", []any{"a", "k1", "x", "10"}, 1, "x 7 v3", ""},
		{"sht_setxi", []any{"a", "k1", "12", "10"}, 1, "12 7 v3", ""}, // #diverges: Kamailio's 0 ends the script
		{"sht_setxi", []any{"zz", "k1", "12", "10"}, -1, "v1 7 v3", `no table "zz" is declared`},
		{"sht_reset", []any{"a"}, 1, "<null> <null> <null>", ""},
		{"sht_reset", []any{"zz"}, -1, "v1 7 v3", `no table "zz" is declared`},
		{"sht_lock", []any{"zz=>k"}, -11, "v1 7 v3", `no table "zz" is declared`},
		{"sht_unlock", []any{"zz=>k"}, -11, "v1 7 v3", `no table "zz" is declared`},
		{"sht_unlock", []any{"a=>k"}, 1, "v1 7 v3", ""},
		{"sht_print", nil, 1, "v1 7 v3", "k2 = 7 (int, expires NEVER)"},
	} {
		fill()
		b.Logged()
		if got := b.Run(c.call, c.args...); got != c.want {
			t.Errorf("%s%v returned %d, want %d", c.call, c.args, got, c.want)
		}
		log := b.Logged()
		if c.inLog == "" && log != "" || !strings.Contains(log, c.inLog) {
			t.Errorf("%s%v logged %q, want %q in it", c.call, c.args, log, c.inLog)
		}
		if got := b.Eval("$sht(a=>k1) $sht(a=>k2) $sht(a=>k3)"); got != c.left {
			t.Errorf("after %s%v: %s, want %s", c.call, c.args, got, c.left)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	b := open(t, "a=>size=4;")
	for _, text := range []string{
		"$sht(a)", "$sht", "$(sht(a=>x)[1])", "$sht(a=>$nosuch)", "$shtinc(a)", "$shtitkey",
		"$shtrecord", "$shtrecord(expires)", "$sht(a=x)",
	} {
		if _, err := b.Format(text); err == nil {
			t.Errorf("%s binds", text)
		}
	}
	for _, c := range [][]any{{"sht_lock", "a"}, {"sht_rm_name_re", "a"}, {"sht_setxi", "a", "b", "x", "y"}, {"sht_lock", "a=>$nosuch"}} {
		if _, err := b.Call(c[0].(string), c[1:]...); err == nil {
			t.Errorf("%v binds", c)
		}
	}
}

// A table that is not declared warns once, however often it is used, fails
// writes and reads $null.
func TestUndeclared(t *testing.T) {
	b := open(t, "c=>size=8;autoexpire=1800;")
	for range 3 {
		if b.Set("$sht(msrp=>$k::srcaddr)", "x") {
			t.Error("a write to an undeclared table works")
		}
		if got := b.Eval("$sht(msrp=>$k::srcaddr) $shtex(msrp=>x) $shtinc(msrp=>x) $shtcn(msrp=>x)"); got != "<null> <null> <null> <null>" {
			t.Errorf("reads %s", got)
		}
	}
	if len(b.Warned) != 1 || !strings.Contains(b.Warned[0], `htable-undeclared: table "msrp"`) || !strings.Contains(b.Warned[0], `"c"`) {
		t.Errorf("warnings: %q", b.Warned)
	}
	if log := b.Logged(); strings.Count(log, `no table "msrp" is declared`) != 3 {
		t.Errorf("log: %s", log)
	}
	none := open(t)
	none.Eval("$sht(x=>y)")
	if len(none.Warned) != 1 || !strings.Contains(none.Warned[0], "no table is") {
		t.Errorf("warnings without tables: %q", none.Warned)
	}
}
