package benchmark_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"olelo/modules/benchmark"
	"olelo/runtime/clock"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/rpc"
)

type bench struct {
	*registrytest.Bench
	m     registry.Module
	clock *clock.Clock
}

func open(t testing.TB, enable, granularity int) bench {
	t.Helper()
	m, c := benchmark.New(), clock.NewVirtual(time.Time{})
	for _, p := range m.Exports().Params {
		n := map[string]int{"enable": enable, "granularity": granularity}
		if v, ok := n[p.Name]; ok {
			if err := p.Set(registry.ParamValue{Int: int64(v), IsInt: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := m.(registry.Provisioner).Provision(registrytest.Host{Time: c}); err != nil {
		t.Fatal(err)
	}
	return bench{registrytest.New(t, map[string]registry.Module{"benchmark": m}), m, c}
}

// pass lets a timer count d.
func (b bench) pass(timer string, d time.Duration) {
	b.Run("bm_start_timer", timer)
	b.clock.Advance(d)
	b.Run("bm_log_timer", timer)
}

func (b bench) ask(t *testing.T, name string, args ...string) string {
	t.Helper()
	for _, r := range b.m.Exports().RPCs {
		if r.Name == "benchmark."+name {
			return answer(t, r, args)
		}
	}
	t.Fatalf("no command %s", name)
	return ""
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

// The line's form was seen on Kamailio 5.6.3.
func TestLine(t *testing.T) {
	b := open(t, 1, 2)
	b.pass("a", 3*time.Microsecond)
	if got := b.Logged(); got != "" {
		t.Errorf("the first of two is logged: %s", got)
	}
	b.pass("a", 6*time.Microsecond)
	b.pass("b", time.Second)
	const want = "benchmark (timer a [0]): 6 [ msgs/total/min/max/avg - LR: 2/9/3/6/4.500000 | GB: 2/9/3/6/4.500000]"
	if got := b.Logged(); !strings.Contains(got, "INFO: benchmark: "+want) || strings.Contains(got, "timer b") {
		t.Errorf("%s, want %s", got, want)
	}
	b.pass("a", time.Microsecond)
	b.clock.Advance(time.Microsecond)
	b.Run("bm_log_timer", "a") // from the same start
	const again = "2 [ msgs/total/min/max/avg - LR: 2/3/1/2/1.500000 | GB: 4/12/1/6/3.000000]"
	if got := b.Logged(); !strings.Contains(got, again) {
		t.Errorf("%s, want %s", got, again)
	}
	if got := b.Eval("$BM_time_diff"); got != "2" {
		t.Error(got)
	}
}

func TestEnabling(t *testing.T) {
	for _, k := range []struct {
		enable int
		rpc    []string
		want   bool
	}{
		{1, nil, true},
		{0, nil, false},
		{-1, nil, false},
		{0, []string{"enable_timer", "a", "1"}, true},
		{-1, []string{"enable_timer", "a", "1"}, false},
		{0, []string{"enable_global", "1"}, true},
		{1, []string{"enable_global", "-1"}, false},
	} {
		b := open(t, k.enable, 1)
		b.pass("a", time.Microsecond)
		b.Logged()
		if len(k.rpc) > 0 {
			b.ask(t, k.rpc[0], k.rpc[1:]...)
		}
		b.pass("a", time.Microsecond)
		if got := b.Logged() != ""; got != k.want {
			t.Errorf("%+v: %v", k, got)
		}
	}
}

// A timer that was not started counts nothing; granularity 0 is no division.
func TestNothingToCount(t *testing.T) {
	b := open(t, 1, 0)
	if rc := b.Run("bm_log_timer", "a"); rc != 1 || b.Eval("$BM_time_diff") != "0" {
		t.Error(rc)
	}
	b.pass("a", time.Microsecond)
	if got := b.Logged(); got != "" {
		t.Error(got)
	}
}

// Seen on Kamailio 5.6.3.
func TestRPC(t *testing.T) {
	b := open(t, 1, 2)
	b.pass("a", 3*time.Microsecond)
	for _, k := range [][2]string{
		{"timer_list", "[a enabled 0 2 3 3 3 3 1 3 3 3 3]"},
		{"timer_name_list a", "[a enabled 0 2 3 3 3 3 1 3 3 3 3]"},
		{"timer_name_list", "400 Invalid timer name"},
		{"timer_name_list none", "500 Register timer failure"},
		{"enable_timer a 0", ""},
		{"enable_timer a 2", "500 Invalid Parameter Value"},
		{"enable_timer a", "500 Invalid Parameters"},
		{"enable_timer none 1", "500 Register timer failure"},
		{"enable_global 2", "500 Invalid Parameter Value"},
		{"enable_global x", "500 Invalid Parameters"},
		{"granularity 0", "500 Invalid Parameter Value"},
		{"granularity", "500 Invalid Parameters"},
		{"loglevel 2", "500 Invalid Parameter Value"},
		{"loglevel 1", ""},
	} {
		words := strings.Fields(k[0])
		if got := b.ask(t, words[0], words[1:]...); got != k[1] {
			t.Errorf("%s: %s, want %s", k[0], got, k[1])
		}
	}
	b.Run("bm_start_timer", "new")
	if got := b.ask(t, "timer_name_list", "new"); got != "[new enabled 1 2 0 4294967295 0 0 0 0 4294967295 0]" {
		t.Error(got)
	}
}

func TestNames(t *testing.T) {
	b := open(t, 1, 1)
	for _, bad := range []string{"", strings.Repeat("a", 32)} {
		if _, err := b.Call("bm_start_timer", bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if rc := b.Run("bm_start_timer", strings.Repeat("a", 31)); rc != 1 {
		t.Error(rc)
	}
}
