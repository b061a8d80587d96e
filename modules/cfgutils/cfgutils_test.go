package cfgutils

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/rpc"
)

// TestCodes: codes seen on Kamailio 5.6.3, in this order.
func TestCodes(t *testing.T) {
	m := New().(*Module)
	m.initialFlags, m.lockSetSize = 5, 4
	b := registrytest.New(t, map[string]registry.Module{"cfgutils": m})
	if err := m.Provision(registrytest.Host{}); err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct {
		fn   string
		args []string
		want int
	}{
		{"rand_get_prob", nil, 10},
		{"rand_set_prob", []string{"4"}, 1},
		{"rand_get_prob", nil, 4},
		{"rand_reset_prob", nil, 1},
		{"rand_get_prob", nil, 10},
		{"rand_set_prob", []string{"100"}, 1},
		{"rand_event", nil, 1},
		{"rand_set_prob", []string{"0"}, 1},
		{"rand_event", nil, -1},
		{"rand_get_prob", nil, 0},
		{"is_gflag", []string{"0"}, 1},
		{"is_gflag", []string{"1"}, -1},
		{"set_gflag", []string{"1"}, 1},
		{"is_gflag", []string{"1"}, 1},
		{"reset_gflag", []string{"1"}, 1},
		{"is_gflag", []string{"1"}, -1},
		{"is_gflag", []string{"2"}, 1},
		{"lock", []string{"x"}, 1},
		{"trylock", []string{"x"}, -1},
		{"unlock", []string{"x"}, 1},
		{"trylock", []string{"x"}, 1},
		{"unlock", []string{"x"}, 1},
		{"unlock", []string{"x"}, 1},
		{"check_route_exists", []string{"NOPE"}, -1},
		{"route_if_exists", []string{"NOPE"}, -1},
		{"usleep", []string{"1"}, 1},
		{"sleep", []string{"0"}, 1},
	} {
		if got := b.Run(k.fn, anys(k.args)...); got != k.want {
			t.Errorf("%s(%q) = %d, want %d", k.fn, k.args, got, k.want)
		}
	}
}

// TestBadParameters: a start refuses them, as Kamailio's does.
func TestBadParameters(t *testing.T) {
	b := registrytest.New(t, map[string]registry.Module{"cfgutils": New()})
	for _, k := range [][2]string{
		{"set_gflag", "32"},
		{"set_gflag", "x"},
		{"is_gflag", "-1"},
		{"rand_set_prob", "101"},
	} {
		if _, err := b.Call(k[0], k[1]); err == nil {
			t.Errorf("%s(%q) was accepted", k[0], k[1])
		}
	}
}

// TestRPC: answers seen on Kamailio 5.6.3, in this order.
func TestRPC(t *testing.T) {
	m := New().(*Module)
	m.initialFlags = 5
	m.hashFile = filepath.Join(t.TempDir(), "x.cfg")
	if err := os.WriteFile(m.hashFile, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.Provision(registrytest.Host{}); err != nil {
		t.Fatal(err)
	}
	for _, k := range [][2]string{
		{"rand_get_prob", "actual probability: 10 percent"},
		{"rand_set_prob 55", ""},
		{"rand_set_prob 155", "500 Invalid Percent"},
		{"rand_set_prob", "500 Invalid Parameters"},
		{"rand_get_prob", "actual probability: 55 percent"},
		{"rand_reset_prob", ""},
		{"rand_get_prob", "actual probability: 10 percent"},
		{"get_gflags", "0x5 (5)"},
		{"set_gflag 8", ""},
		{"is_gflag 8", "TRUE"},
		{"is_gflag 2", "FALSE"},
		{"reset_gflag 1", ""},
		{"get_gflags", "0xC (12)"},
		{"is_gflag 12", "TRUE"},
		{"is_gflag 14", "FALSE"},
		{"set_gflag", "500 Invalid Parameters"},
		{"set_gflag x", "500 Invalid Parameters"},
		{"get_config_hash", "900150983cd24fb0d6963f7d28e17f72"},
		{"check_config_hash", "Identical hash"},
	} {
		if got := ask(t, m, k[0]); got != k[1] {
			t.Errorf("%s: %q, want %q", k[0], got, k[1])
		}
	}
	if err := os.WriteFile(m.hashFile, []byte("abcd"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, m, "check_config_hash"); got != "Different hash" {
		t.Errorf("after a change: %q", got)
	}
	if got := ask(t, New().(*Module), "check_config_hash"); got != "500 No hash file" {
		t.Errorf("without a file: %q", got)
	}
	m.hashFile = "/nonexistent"
	if m.Provision(registrytest.Host{}) == nil {
		t.Error("a missing hash_file was accepted")
	}
}

func ask(t *testing.T, m *Module, line string) string {
	t.Helper()
	words := strings.Fields(line)
	for _, cmd := range m.rpcs() {
		if cmd.Name != "cfgutils."+words[0] {
			continue
		}
		r, err := rpc.Run(cmd, rpc.Texts(words[1:]...))
		switch {
		case err != nil:
			t.Fatal(err)
		case r.Fault != nil:
			return fmt.Sprint(r.Fault.Code, " ", r.Fault.Text)
		case len(r.Values) > 0:
			return fmt.Sprint(r.Values[0])
		}
		return ""
	}
	t.Fatalf("no command %s", words[0])
	return ""
}

// TestCoreHash: codes seen on Kamailio 5.6.3.
func TestCoreHash(t *testing.T) {
	b := registrytest.New(t, map[string]registry.Module{"cfgutils": New()})
	for _, k := range []struct {
		a, b string
		size any
		want int
	}{
		{"abc", "", 4, 3},
		{"abc", "x", 4, 10},
		{"abc", "", 16, 24387},
		{"cid-options@lang", "bob", 8, 102},
		{"abc", "", "8", 67},
		{"abc", "", 1, 1},
		{"abc", "", 31, 7167811},
		{"abc", "", 0, 1},
		{"abc", "", -1, 1},
	} {
		if got := b.Run("core_hash", k.a, k.b, k.size); got != k.want {
			t.Errorf("core_hash(%q, %q, %v) = %d, want %d", k.a, k.b, k.size, got, k.want)
		}
	}
}

func anys(s []string) []any {
	out := make([]any, len(s))
	for i := range s {
		out[i] = s[i]
	}
	return out
}

// TestPairs: a lock of two keys is another than that of one.
func TestPairs(t *testing.T) {
	m := New().(*Module)
	m.lockSetSize = maxLockSet
	b := registrytest.New(t, map[string]registry.Module{"cfgutils": m})
	if err := m.Provision(registrytest.Host{}); err != nil {
		t.Fatal(err)
	}
	free := 0
	for i := range 8 { // keys share locks by chance
		key := fmt.Sprint("k", i)
		if b.Run("lock", key, "x") != 1 || b.Run("trylock", key, "x") != -1 {
			t.Fatalf("the lock of %s and x is not taken", key)
		}
		if b.Run("trylock", key) == 1 {
			free++
			b.Run("unlock", key)
		}
		if b.Run("unlock", key, "x") != 1 || b.Run("trylock", key, "x") != 1 {
			t.Fatalf("the lock of %s and x is not given back", key)
		}
		b.Run("unlock", key, "x") // or a later key that shares it would wait for ever
	}
	if free == 0 {
		t.Error("the lock of a key is always that of it and another")
	}
}

type aborter struct {
	registrytest.Host
	aborted bool
}

func (a *aborter) Abort() { a.aborted = true }

func TestAbort(t *testing.T) {
	m := New().(*Module)
	b := registrytest.New(t, map[string]registry.Module{"cfgutils": m})
	h := new(aborter)
	if err := m.Provision(h); err != nil {
		t.Fatal(err)
	}
	if rc := b.Run("abort"); rc != 0 || !h.aborted {
		t.Errorf("code %d, aborted %t; want 0, and an abort", rc, h.aborted)
	}
	if got := b.Logged(); !strings.Contains(got, "CRITICAL: cfgutils: abort called") {
		t.Errorf("logged %q", got)
	}
}
