package htable_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"olelo/lang/source"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/rpc"
	"olelo/runtime/value"
)

// other is a second worker at the same tables.
func (b *bench) other(rank int) *bench {
	o := &bench{registrytest.New(b.T, b.Modules), b.m, b.vars}
	o.C.Rank = rank
	return o
}

func TestLockKeepsOthersOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "a=>size=4;")
		o := b.other(2)
		b.C.Lock() // as while a message is handled
		b.Set("$sht(a=>n)", 1)
		b.Run("sht_lock", "a=>n")
		b.Run("sht_lock", "a=>n") // nested
		got := make(chan string)
		go func() { got <- o.Eval("$sht(a=>n)") }()
		synctest.Wait()
		b.Set("$sht(a=>n)", 2) // the holder passes its own lock
		b.Run("sht_unlock", "a=>n")
		synctest.Wait()
		select {
		case s := <-got:
			t.Fatalf("read %s while it was locked", s)
		default:
		}
		b.Set("$sht(a=>n)", 3)
		b.Run("sht_unlock", "a=>n")
		if s := <-got; s != "3" {
			t.Errorf("read %s after the lock, want 3", s)
		}
		b.C.Unlock()
	})
}

// An access gives up after some seconds, with the lock's place in the log.
func TestLockPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "a=>size=4;")
		o := b.other(2)
		b.At = source.Pos{Filename: "k.cfg", Line: 12, Column: 3}
		b.C.Lock()
		defer b.C.Unlock()
		b.Set("$sht(a=>n)", 1)
		b.Run("sht_lock", "a=>n")
		start := time.Now()
		if got := o.Eval("$sht(a=>n)"); got != "<null>" {
			t.Errorf("read %s", got)
		}
		if d := time.Since(start); d != 5*time.Second {
			t.Errorf("waited %v", d)
		}
		if log := o.Logged(); !strings.Contains(log, "worker 1 has held sht_lock (taken at k.cfg:12)") {
			t.Errorf("log: %s", log)
		}
		if o.Set("$sht(a=>n)", 2) || o.Run("sht_lock", "a=>n") != -1 || o.Run("sht_reset", "a") != -1 {
			t.Error("a write passed the lock")
		}
	})
}

// A worker that left its route without sht_unlock does not stop the others.
func TestForgottenLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "a=>size=4;")
		o := b.other(2)
		b.At = source.Pos{Filename: "k.cfg", Line: 12, Column: 3}
		b.C.Lock()
		b.Set("$sht(a=>n)", 1)
		b.Run("sht_lock", "a=>n")
		b.C.Unlock() // the message is done
		if got := o.Eval("$sht(a=>n)"); got != "1" {
			t.Errorf("read %s", got)
		}
		if log := b.Logged(); !strings.Contains(log, "k.cfg:12 was not undone") {
			t.Errorf("log: %s", log)
		}
		b.Run("sht_unlock", "a=>n") // too late, harmless
		if got := o.Run("sht_lock", "a=>n"); got != 1 {
			t.Errorf("the lock is not free: %d", got)
		}
	})
}

func TestConcurrentIncrements(t *testing.T) {
	b := open(t, "a=>size=4;initval=0;")
	const workers, each = 4, 500
	var wg sync.WaitGroup
	for i := range workers {
		o := b.other(i + 2)
		wg.Go(func() {
			for range each {
				o.Eval("$shtinc(a=>n)")
				o.C.Lock()
				o.Run("sht_lock", "a=>locked")
				v := o.Get("$sht(a=>locked)")
				o.Set("$sht(a=>locked)", int(v.I)+1)
				o.Run("sht_unlock", "a=>locked")
				o.C.Unlock()
				o.C.Arena.Reset()
			}
		})
	}
	wg.Wait()
	if got := b.Eval("$sht(a=>n) $sht(a=>locked)"); got != fmt.Sprintf("%d %d", workers*each, workers*each) {
		t.Errorf("got %s", got)
	}
}

func TestIterator(t *testing.T) {
	b := open(t, "a=>size=4;", "b=>size=4;")
	check := func(want int, call string, args ...any) {
		t.Helper()
		if got := b.Run(call, args...); got != want {
			t.Errorf("%s%v returned %d, want %d", call, args, got, want)
		}
	}
	check(-1, "sht_iterator_next", "nope")
	check(-1, "sht_iterator_start", "i1", "zz")
	check(1, "sht_iterator_start", "i1", "a")
	check(-1, "sht_iterator_next", "i1")
	b.Set("$sht(a=>k1)", "v1")
	b.Set("$sht(a=>k2)", 7)
	check(-1, "sht_iterator_seti", "i1", "20")
	check(-1, "sht_iterator_rm", "i1")
	if got := b.Eval("$shtitkey(i1) $shtitval(i1) $shtitkey(nope)"); got != "<null> <null> <null>" {
		t.Errorf("before the first step: %s", got)
	}
	seen := map[string]bool{}
	for b.Run("sht_iterator_next", "i1") > 0 {
		seen[b.Eval("$shtitkey(i1)=$shtitval(i1)")] = true
	}
	if diff := cmp.Diff(map[string]bool{"k1=v1": true, "k2=7": true}, seen); diff != "" {
		t.Errorf("items (-want +got)\n%s", diff)
	}
	check(1, "sht_iterator_next", "i1") // after the end it begins anew
	check(1, "sht_iterator_sets", "i1", "SS")
	if got := b.Eval("$shtitval(i1)"); got != "SS" {
		t.Errorf("after sets: %s", got)
	}
	check(1, "sht_iterator_seti", "i1", "33")
	if got := b.Eval("$shtitval(i1)"); got != "33" {
		t.Errorf("after seti: %s", got)
	}
	check(1, "sht_iterator_setex", "i1", "33")
	check(1, "sht_iterator_rm", "i1")
	check(-2, "sht_iterator_rm", "i1")
	check(-1, "sht_iterator_rm", "i1")
	check(1, "sht_iterator_end", "i1")
	check(-1, "sht_iterator_end", "i1")
	if got := b.Eval("$sht(a=>k1) $sht(a=>k2)"); got != "<null> <null>" {
		t.Errorf("after the removals: %s", got)
	}
	for i := 1; i <= 4; i++ {
		check(1, "sht_iterator_start", fmt.Sprint("i", i), "a")
	}
	check(-1, "sht_iterator_start", "i5", "a")
	check(1, "sht_iterator_start", "i1", "b") // the same name again
	if got := b.other(2).Run("sht_iterator_next", "i1"); got != -1 {
		t.Errorf("another worker's iterator: %d", got)
	}
}

// The table may change while it is walked over.
func TestIteratorMeetsChanges(t *testing.T) {
	b := open(t, "a=>size=4;")
	for i := range 10 {
		b.Set(fmt.Sprintf("$sht(a=>k%d)", i), i)
	}
	b.Run("sht_iterator_start", "i", "a")
	n := 0
	for b.Run("sht_iterator_next", "i") > 0 {
		if n++; n == 1 {
			b.Run("sht_reset", "a")
			b.Set("$sht(a=>new)", 1)
		}
	}
	if n != 1 {
		t.Errorf("%d items, of which %d were gone", n, n-1)
	}
}

// host is what the module needs of a server.
type host struct {
	registrytest.Host
	b      *bench
	events map[string]registry.Block
	timer  func(*registry.Ctx)
	every  time.Duration
}

func (h *host) Log() *log.Logger                             { return h.b.C.Log }
func (h *host) EventRoute(name string) registry.Block        { return h.events[name] }
func (h *host) Every(d time.Duration, f func(*registry.Ctx)) { h.every, h.timer = d, f }
func (h *host) NewCtx() *registry.Ctx                        { return h.b.C }

type block func(*registry.Ctx) int

func (f block) Run(c *registry.Ctx, _ registry.Mask) int { return f(c) }

func TestEventRoutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "a=>size=4;autoexpire=10;", "quiet=>size=4;autoexpire=10;")
		if err := modparam(b.m, "timer_interval", 3); err != nil {
			t.Fatal(err)
		}
		var told []string
		h := &host{b: b, events: map[string]registry.Block{
			"htable:mod-init": block(func(*registry.Ctx) int { b.Set("$sht(a=>x)", 1); return 1 }),
			"htable:expired:a": block(func(*registry.Ctx) int {
				told = append(told, strings.Clone(b.Eval("$shtrecord(key) $shtrecord(value) $sht(a=>x)")))
				return 1
			}),
		}}
		if err := b.m.Provision(h); err != nil {
			t.Fatal(err)
		}
		if h.every != 3*time.Second {
			t.Fatalf("a sweep every %v", h.every)
		}
		if err := b.m.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := b.Eval("$sht(a=>x)"); got != "1" {
			t.Errorf("htable:mod-init left %s", got)
		}
		b.Set("$sht(quiet=>x)", 1)
		time.Sleep(9 * time.Second)
		h.timer(b.C)
		if told != nil {
			t.Errorf("told too early: %q", told)
		}
		time.Sleep(time.Second)
		h.timer(b.C)
		if diff := cmp.Diff([]string{"x 1 <null>"}, told); diff != "" {
			t.Errorf("told (-want +got)\n%s", diff)
		}
		h.timer(b.C)
		if len(told) != 1 {
			t.Errorf("told again: %q", told)
		}
		if got := b.Eval("[$shtrecord(key)$shtrecord(value)]"); got != "[]" {
			t.Errorf("$shtrecord outside its event route: %s", got)
		}
	})
}

func TestProvision(t *testing.T) {
	b := open(t, "a=>size=4,autoexpire=5;", "d=>size=4;dbtable=x;dmqreplicate=1;")
	h := &host{b: b}
	if err := b.m.Provision(h); err != nil {
		t.Fatal(err)
	}
	if h.timer != nil {
		t.Error("a timer without a table that expires")
	}
	got := b.Logged()
	for _, want := range []string{`",autoexpire=5;" is ignored`, "dbtable=x does nothing", "dmqreplicate=1 does nothing"} {
		if !strings.Contains(got, want) {
			t.Errorf("log %s\nlacks %q", got, want)
		}
	}
	if err := modparam(b.m, "timer_interval", 0); err != nil {
		t.Fatal(err)
	}
	if err := b.m.Provision(h); err == nil || !strings.Contains(err.Error(), "timer_interval is 0") {
		t.Errorf("timer_interval=0: %v", err)
	}
}

func (b *bench) rpc(t *testing.T, line ...string) (reply []any, fault string) {
	t.Helper()
	for _, r := range b.m.Exports().RPCs {
		if r.Name == "htable."+line[0] {
			answer, err := rpc.Run(r, rpc.Texts(line[1:]...))
			if err != nil {
				t.Fatal(err)
			}
			if f := answer.Fault; f != nil {
				fault = fmt.Sprint(f.Code, " ", f.Text)
			}
			return answer.Values, fault
		}
	}
	t.Fatal("no RPC command ", line[0])
	return nil, ""
}

// Answers as kamcmd showed them from Kamailio 5.6.3.
func TestRPC(t *testing.T) {
	b := open(t, "b=>size=4;autoexpire=10;initval=3;", "a=>size=4;")
	b.Set("$sht(a=>k1)", "v1")
	b.Set("$sht(a=>k2)", 8)
	for _, c := range []struct {
		line  []string
		want  string // the only value of the reply
		fault string
	}{
		{[]string{"get", "a", "nope"}, "", "500 Key name doesn't exist in htable."},
		{[]string{"get", "zz", "nope"}, "", "500 No such htable"},
		{[]string{"get", "a"}, "", "500 Not enough parameters (htable name and key name)"},
		{[]string{"seti", "a", "i1", "5"}, "Ok. Key set to new value.", ""},
		{[]string{"sets", "a", "s1", "a b"}, "Ok. Key set to new value.", ""},
		{[]string{"sets", "a"}, "", "500 Not enough parameters (htable name, key name and value)"},
		{[]string{"seti", "a", "i2", "xx"}, "", "500 Not enough parameters (htable name, key name and value)"},
		{[]string{"seti", "zz", "i2", "5"}, "", "500 No such htable"},
		{[]string{"setex", "a", "i1", "5"}, "Ok", ""},
		{[]string{"setex", "a", "nope", "5"}, "Ok", ""},
		{[]string{"setex", "b"}, "", "500 Not enough parameters (htable name, item name and expire)"},
		{[]string{"setxs", "b", "xs", "hello", "6"}, "Ok. Key set to new value.", ""},
		{[]string{"setxi", "b", "xi", "55", "6"}, "Ok. Key set to new value.", ""},
		{[]string{"setxi", "b"}, "", "500 Not enough parameters (htable name, key name, value and expire)"},
		{[]string{"delete", "a", "i1"}, "Ok. Key deleted.", ""},
		{[]string{"delete", "a", "i1"}, "", "404 Key not found in htable."},
		{[]string{"delete", "zz", "i1"}, "", "500 No such htable"},
		{[]string{"dump", "zz"}, "", "500 No such htable"},
		{[]string{"dump"}, "", "500 No htable name given"},
		{[]string{"reload", "a"}, "", "500 No htable db_url"},
		{[]string{"store", "a"}, "", "500 No htable db_url"},
		{[]string{"flush", "zz"}, "", "500 No such htable"},
		{[]string{"flush"}, "", "500 No htable name given"},
	} {
		reply, fault := b.rpc(t, c.line...)
		var want []any
		if c.want != "" {
			want = []any{c.want}
		}
		if diff := cmp.Diff(want, reply); diff != "" || fault != c.fault {
			t.Errorf("%v: fault %q, want %q; reply (-want +got)\n%s", c.line, fault, c.fault, diff)
		}
	}
	if got := b.Eval("$sht(a=>s1) $sht(b=>xs) $sht(b=>xi) $shtex(b=>xi)"); got != "a b hello 55 6" {
		t.Errorf("set: %s", got)
	}

	st := func(kv ...any) *registry.RPCStruct {
		s := new(registry.RPCStruct)
		for i := 0; i < len(kv); i += 2 {
			s.Set(kv[i].(string), kv[i+1])
		}
		return s
	}
	reply, _ := b.rpc(t, "get", "a", "k1")
	if diff := cmp.Diff([]any{st("item", st("name", "k1", "value", "v1", "flags", int64(2), "expire", "NEVER"))}, reply); diff != "" {
		t.Errorf("get k1 (-want +got)\n%s", diff)
	}
	reply, _ = b.rpc(t, "get", "a", "k2")
	if diff := cmp.Diff([]any{st("item", st("name", "k2", "value", int64(8), "flags", int64(0), "expire", "NEVER"))}, reply); diff != "" {
		t.Errorf("get k2 (-want +got)\n%s", diff)
	}
	reply, _ = b.rpc(t, "get", "b", "xs")
	when := reply[0].(*registry.RPCStruct).Values[0].(*registry.RPCStruct).Values[3].(string)
	if at, err := time.ParseInLocation(time.DateTime, when, time.Local); err != nil || time.Until(at) > 7*time.Second {
		t.Errorf("expire is %q: %v", when, err)
	}
	b.Run("sht_rm", "a", "s1")
	b.Run("sht_rm", "a", "k2")
	reply, _ = b.rpc(t, "dump", "a")
	entry := reply[0].(*registry.RPCStruct).Values[0] // which slot is olelo's own business
	if diff := cmp.Diff([]any{st("entry", entry, "size", 1, "slot", []any{st("name", "k1", "value", "v1", "type", "str")})}, reply); diff != "" {
		t.Errorf("dump (-want +got)\n%s", diff)
	}
	reply, _ = b.rpc(t, "listTables")
	if diff := cmp.Diff([]any{
		st("name", "a", "dbtable", "", "dbmode", 0, "expire", int64(0), "updateexpire", int64(1), "size", 16, "dmqreplicate", int64(0)),
		st("name", "b", "dbtable", "", "dbmode", 0, "expire", int64(10), "updateexpire", int64(1), "size", 16, "dmqreplicate", int64(0)),
	}, reply); diff != "" {
		t.Errorf("listTables (-want +got)\n%s", diff)
	}
	b.rpc(t, "flush", "b")
	reply, _ = b.rpc(t, "stats")
	if diff := cmp.Diff([]any{
		st("name", "a", "slots", 16, "all", 1, "min", 0, "max", 1),
		st("name", "b", "slots", 16, "all", 0, "min", 0, "max", 0),
	}, reply); diff != "" {
		t.Errorf("stats (-want +got)\n%s", diff)
	}
}

func TestNoAllocations(t *testing.T) {
	b := open(t, "c=>size=8;autoexpire=1800;")
	b.vars.text = "s.4711.1.123456"
	b.Set("$sht(c=>$k::srcaddr)", "msrp://127.0.0.1:40000/x;tcp")
	b.Set("$sht(c=>n)", 1)
	for _, text := range []string{"$sht(c=>n)", "$sht(c=>$k)", "$sht(c=>$k::srcaddr)", "$sht(c=>missing)", "$shtinc(c=>n)", "$shtex(c=>n)"} {
		v, err := b.Var(text)
		if err != nil {
			t.Fatal(err)
		}
		var val value.Value
		if n := testing.AllocsPerRun(100, func() { v.Get(b.C, &val); b.C.Arena.Reset() }); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
	v, err := b.Var("$sht(c=>n)")
	if err != nil {
		t.Fatal(err)
	}
	val := value.OfInt(5)
	if n := testing.AllocsPerRun(100, func() { v.Set(b.C, &val) }); n != 0 {
		t.Errorf("assigning an int: %v allocations", n)
	}
}

func BenchmarkTable(b *testing.B) {
	h := open(b, "c=>size=8;", "e=>size=8;autoexpire=1800;")
	h.vars.text = "s.4711.1.123456"
	for _, t := range []string{"c", "e"} {
		h.Set("$sht("+t+"=>const)", "value")
		h.Set("$sht("+t+"=>n)", 1)
		h.Set("$sht("+t+"=>$k)", "value")
		h.Set("$sht("+t+"=>$k::srcaddr)", "msrp://127.0.0.1:40000/x;tcp")
	}
	for _, c := range []struct{ name, text string }{
		{"get/const", "$sht(c=>const)"},
		{"get/var", "$sht(c=>$k)"},
		{"get/3-part", "$sht(c=>$k::srcaddr)"},
		{"get/expiring", "$sht(e=>const)"},
		{"miss", "$sht(c=>missing)"},
		{"inc", "$shtinc(c=>n)"},
	} {
		v, err := h.Var(c.text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			var val value.Value
			for b.Loop() {
				v.Get(h.C, &val)
				h.C.Arena.Reset()
			}
		})
	}
	set, err := h.Var("$sht(c=>n)")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("set/int", func(b *testing.B) {
		val := value.OfInt(5)
		for b.Loop() {
			set.Set(h.C, &val)
		}
	})
	b.Run("set/var", func(b *testing.B) {
		set, err := h.Var("$sht(c=>$k)")
		if err != nil {
			b.Fatal(err)
		}
		val := value.OfInt(5)
		for b.Loop() {
			set.Set(h.C, &val)
		}
	})
	b.Run("set/string", func(b *testing.B) {
		one, two := value.OfStr("first value"), value.OfStr("second value")
		for b.Loop() {
			set.Set(h.C, &one)
			set.Set(h.C, &two)
		}
	})
	b.Run("contention/one key", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			o := h.other(2)
			v, _ := o.Var("$shtinc(c=>hot)")
			var val value.Value
			for pb.Next() {
				v.Get(o.C, &val)
			}
		})
	})
	b.Run("contention/own keys", func(b *testing.B) {
		var rank sync.Mutex
		n := 0
		b.RunParallel(func(pb *testing.PB) {
			rank.Lock()
			n++
			o := h.other(n + 1)
			rank.Unlock()
			v, _ := o.Var(fmt.Sprintf("$sht(c=>key%d)", n))
			val := value.OfInt(int64(n))
			for pb.Next() {
				v.Set(o.C, &val)
				v.Get(o.C, &val)
			}
		})
	})
}

var _ registry.Host = (*host)(nil)
