package counters_test

import (
	"strings"
	"testing"

	"olelo/modules/counters"
	"olelo/modules/statistics"
	"olelo/runtime/counter"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
)

type host struct {
	registrytest.Host
	registrytest.Counters
	log *log.Logger
}

func (h *host) Log() *log.Logger { return h.log }

type module interface {
	registry.Module
	registry.Provisioner
	registry.StatSource
}

// open has the counters that lines declare, and core.rcv_requests.
func open(t testing.TB, m registry.Module, lines ...string) (*registrytest.Bench, registrytest.Counters) {
	t.Helper()
	b := registrytest.New(t, map[string]registry.Module{"m": m})
	for _, line := range lines {
		if err := m.Exports().Params[0].Set(registry.ParamValue{Str: line}); err != nil {
			t.Fatal(err)
		}
	}
	h := &host{log: b.C.Log, Counters: append(m.(module).Stats(), &registry.Stat{Group: "core", Name: "rcv_requests", Count: new(counter.Counter)})}
	if err := m.(module).Provision(h); err != nil {
		t.Fatal(err)
	}
	return b, h.Counters
}

func TestNotCounted(t *testing.T) {
	b, _ := open(t, counters.New(), "own")
	const counted, unknown = "olelo counts nothing in the group", "there is no counter"
	for name, want := range map[string]string{"shmem.fragments": counted, "dns.failed_dns_request": counted, "nope.x": unknown, "own.own": unknown} {
		_, err := b.Call("cnt_inc", name)
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), want) {
			t.Errorf("cnt_inc(%q): %v, want %q", name, err, want)
		}
	}
}

func TestDoubled(t *testing.T) {
	b, stats := open(t, counters.New(), "own first", "script.own second", "other")
	if len(stats) != 3 || stats[0].Doc != "first" {
		t.Errorf("counters %v", stats)
	}
	if !strings.Contains(b.Logged(), "script.own is declared twice") {
		t.Error("nobody is told")
	}
}

func TestNoAllocations(t *testing.T) {
	b, stats := open(t, counters.New(), "own")
	inc, err := b.Call("cnt_inc", "own")
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { inc(b.C) }); n != 0 {
		t.Errorf("cnt_inc: %v allocations", n)
	}
	if stats[0].Value() != 101 {
		t.Errorf("counted %d", stats[0].Value())
	}
	s, stats := open(t, statistics.New(), "own")
	update, err := s.Call("update_stat", "own", "+1")
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { update(s.C) }); n != 0 {
		t.Errorf("update_stat: %v allocations", n)
	}
	if stats[0].Value() != 101 {
		t.Errorf("counted %d", stats[0].Value())
	}
}
