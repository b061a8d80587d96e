package mqueue_test

import (
	"errors"
	"fmt"
	"testing"

	"olelo/modules/mqueue"
	"olelo/pv"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/rpc"
)

func set(m registry.Module, name, text string) error {
	for _, p := range m.Exports().Params {
		if p.Name == name {
			return p.Set(registry.ParamValue{Str: text})
		}
	}
	return errors.New("no such parameter")
}

func bench(t testing.TB, lines ...string) *registrytest.Bench {
	t.Helper()
	m := mqueue.New()
	for _, l := range lines {
		if err := set(m, "mqueue", l); err != nil {
			t.Fatal(err)
		}
	}
	return registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": pv.New(), "mqueue": m})
}

// Seen on Kamailio 5.6.3.
func TestModes(t *testing.T) {
	for _, k := range []struct{ line, want string }{
		{"name=q", "a=1 b=2 a=3 c=4 "},
		{"name=q;size=2", "a=3 c=4 "},
		{"name=q;addmode=1", "a=1 b=2 c=4 "},
		{"name=q;addmode=2", "b=2 a=3 c=4 "},
		{"name=q;addmode=2;size=2", "a=3 c=4 "},
	} {
		b := bench(t, k.line)
		for _, i := range [][2]string{{"a", "1"}, {"b", "2"}, {"a", "3"}, {"c", "4"}} {
			b.Run("mq_add", "q", i[0], i[1])
		}
		got := ""
		for b.Run("mq_fetch", "q") == 1 {
			got += b.Eval("$mqk(q)=$mqv(q) ")
		}
		if got != k.want {
			t.Errorf("%s: %s, want %s", k.line, got, k.want)
		}
		if rc := b.Run("mq_fetch", "q"); rc != -2 || b.Eval("$mqk(q)") != "<null>" {
			t.Errorf("%s: the empty queue gives %d", k.line, rc)
		}
	}
}

// What a queue holds is its own: the text of the message dies.
func TestOwnsItsTexts(t *testing.T) {
	b := bench(t, "name=q")
	b.Set("$var(x)", "first")
	b.Run("mq_add", "q", "$var(x)", "$var(x)")
	b.Set("$var(x)", "other")
	b.C.EndMessage()
	b.Run("mq_fetch", "q")
	b.C.EndMessage()
	if got := b.Eval("$mqk(q)$mqv(q)"); got != "firstfirst" {
		t.Error(got)
	}
}

func TestDeclarations(t *testing.T) {
	m := mqueue.New()
	for _, bad := range []string{"", "size=2", "name=a;foo=1", "a"} {
		if err := set(m, "mqueue", bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	var notRun *registry.NotRunError
	if err := set(m, "db_url", "mysql://x/y"); !errors.As(err, &notRun) {
		t.Errorf("a database that olelo does not run: %v", err)
	}
	if err := errors.Join(set(m, "mqueue", "name=a"), set(m, "mqueue_name", "b")); err != nil {
		t.Error(err)
	}
	if set(m, "mqueue_name", "a") == nil {
		t.Error("a name is taken twice")
	}
}

// answer is what a command replies, the members of structures without names.
func answer(t *testing.T, cmd registry.RPC, args []string) string {
	t.Helper()
	r, err := rpc.Run(cmd, rpc.Texts(args...))
	if err != nil {
		t.Fatal(err)
	}
	if f := r.Fault; f != nil {
		return fmt.Sprint(f.Code, " ", f.Text)
	}
	s := ""
	for _, v := range r.Values {
		s += fmt.Sprint(v.(*registry.RPCStruct).Values)
	}
	return s
}

func TestRPC(t *testing.T) {
	b := bench(t, "name=q", "name=r")
	b.Run("mq_add", "q", "k", "v")
	for _, k := range []struct {
		name string
		args []string
		want string
	}{
		{"mqueue.get_sizes", nil, "[r 0][q 1]"},
		{"mqueue.get_size", []string{"q"}, "[q 1]"},
		{"mqueue.get_size", []string{"none"}, "404 No such queue"},
		{"mqueue.get_size", nil, "400 No queue name"},
		{"mqueue.fetch", []string{"q"}, "[k v]"},
		{"mqueue.fetch", []string{"q"}, "404 Empty queue"},
		{"mqueue.fetch", []string{"none"}, "500 No such queue"},
		{"mqueue.fetch", nil, "500 No queue name"},
	} {
		for _, r := range b.Modules["mqueue"].Exports().RPCs {
			if r.Name != k.name {
				continue
			}
			if got := answer(t, r, k.args); got != k.want {
				t.Errorf("%s%v: %s, want %s", k.name, k.args, got, k.want)
			}
		}
	}
}
