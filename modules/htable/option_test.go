package htable_test

import (
	"reflect"
	"fmt"
	"strings"
	"testing"
	"time"

	"olelo/modules/htable"
)

func TestTableOptions(t *testing.T) {
	type opts = htable.Options
	for text, want := range map[string]opts{
		"c=>size=8;autoexpire=1800;initval=0;updateexpire=0": {Name: "c", Slots: 256, AutoExpire: 1800 * time.Second, HasInitVal: true, KeepExpire: true},
		"c=>size=8":                           {Name: "c", Slots: 256},
		"c=>":                                 {Name: "c", Slots: 16},
		"c=>;":                                {Name: "c", Slots: 16},
		"c=>size=0":                           {Name: "c", Slots: 8},
		"c=>size=1":                           {Name: "c", Slots: 8},
		"c=>size=2":                           {Name: "c", Slots: 4},
		"c=>size=20":                          {Name: "c", Slots: 1 << 20},
		"c=>size=32":                          {Name: "c", Slots: 16384},
		"c=> size = 8 ; autoexpire = 5 ;":     {Name: "c", Slots: 256, AutoExpire: 5 * time.Second},
		"c =>size=4":                          {Name: "c", Slots: 16},
		"=>size=4":                            {Slots: 16},
		"c=>size=4;dmqreplicate=1":            {Name: "c", Slots: 16, Replicate: true},
		"c=>size=4;dbtable=foo;dbmode=1":      {Name: "c", Slots: 16, DBTable: "foo", DBMode: 1},
		"c=>size=8,autoexpire=5":              {Name: "c", Slots: 256},
		"c=>autoexpire=5":                     {Name: "c", Slots: 16, AutoExpire: 5 * time.Second},
		"c=>size=4;autoexpire=":               {Name: "c", Slots: 16},
		`c=>size=4;cols="a,b";autoexpire=5`:   {Name: "c", Slots: 16, AutoExpire: 5 * time.Second, Cols: []string{"a", "b"}},
		`c=>cols='a, b,c';`:                   {Name: "c", Slots: 16, Cols: []string{"a", "b", "c"}},
		"c=>size=4;initval=-3;updateexpire=2": {Name: "c", Slots: 16, InitVal: -3, HasInitVal: true},
	} {
		m := htable.New()
		if err := modparam(m, "htable", text); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := m.Store().Tables()[0].Options; !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", text, got, want)
		}
	}
}

func TestBadTableOptions(t *testing.T) {
	for _, c := range []struct {
		text string
		at   int // character, from 1
		msg  string
	}{
		{"justname", 9, "no => after the table's name"},
		{"c=>size=abc", 9, "size=abc: a number is wanted"},
		{"c=>size", 8, "size has no value"},
		{"c=>size=8;nosuch=1", 11, `"nosuch" is not an option`},
		{"c=>size=8; autoexpires=1", 12, `did you mean "autoexpire"?`},
		{"c=>size=4;autoexpire=-5", 22, "at least 0"},
		{"c=>size=4;initval=abc", 19, "initval=abc"},
		{"c=>size=4;;", 11, "an option is missing"},
	} {
		err := modparam(htable.New(), "htable", c.text)
		if err == nil {
			t.Errorf("%s is accepted", c.text)
			continue
		}
		if at := fmt.Sprintf("at character %d ", c.at); !strings.Contains(err.Error(), c.msg) || !strings.Contains(err.Error(), at) {
			t.Errorf("%s: %v; want %q %s", c.text, err, c.msg, at)
		}
	}
}

func TestParams(t *testing.T) {
	m := htable.New()
	for _, c := range []struct {
		name string
		v    any
		want string
	}{
		{"db_url", "", ""},
		{"db_url", "mysql://kamailio@localhost/kamailio", "olelo runs databases of sqlite:// and text:// only yet"},
		{"enable_dmq", 0, ""},
		{"enable_dmq", 1, "DMQ"},
		{"event_callback", "ksr_event", "KEMI"},
		{"fetch_rows", 100, ""},
		{"timer_procs", 1, ""},
		{"htable", "a=>size=4;", ""},
		{"htable", "a=>size=6;", `table "a" is declared twice`},
	} {
		err := modparam(m, c.name, c.v)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s=%v: %v, want %q", c.name, c.v, err, c.want)
		}
	}
}

func FuzzTableOptions(f *testing.F) {
	for _, s := range []string{"c=>size=8;autoexpire=1800;", "c", "=>;;", `a=>cols="x,y";size=`, "a=>size=8,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := htable.New()
		if err := modparam(m, "htable", text); err != nil {
			if !strings.Contains(err.Error(), "at character ") {
				t.Errorf("%q: an error without its place: %v", text, err)
			}
			return
		}
		if n := m.Store().Tables()[0].Slots; n < 4 || n&(n-1) != 0 {
			t.Errorf("%q makes %d slots", text, n)
		}
	})
}
