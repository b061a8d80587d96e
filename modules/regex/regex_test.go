package regex_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"olelo/modules/regex"
	"olelo/pv"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
)

func bench(t testing.TB, groups string) (*registrytest.Bench, error) {
	t.Helper()
	m := regex.New()
	if groups != "" {
		file := filepath.Join(t.TempDir(), "groups")
		if err := os.WriteFile(file, []byte(groups), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, p := range m.Exports().Params {
			if p.Name == "file" {
				if err := p.Set(registry.ParamValue{Str: file}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	b := registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": pv.New(), "regex": m})
	return b, m.(registry.Provisioner).Provision(registrytest.Host{})
}

// A pattern that only PCRE takes stops the start where it is known by then.
func TestWhatIsNotRun(t *testing.T) {
	b, err := bench(t, "")
	if err != nil {
		t.Fatal(err)
	}
	for pattern, what := range map[string]string{"a(?R)?b": "recursion", "(?(1)a|b)": "conditions", `\p{L}`: `\p`} {
		var notRun *registry.NotRunError
		if _, err := b.Call("pcre_match", "a", pattern); !errors.As(err, &notRun) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", pattern, err)
		}
		b.Set("$var(p)", pattern)
		if rc := b.Run("pcre_match", "a", "$var(p)"); rc != -4 || !strings.Contains(b.Logged(), what) {
			t.Errorf("%s: %d", pattern, rc)
		}
	}
	if _, err := bench(t, "[0]\nok\n[1]\na(?R)?b\n"); err == nil || !strings.Contains(err.Error(), "group 1") || !strings.Contains(err.Error(), "recursion") {
		t.Error(err)
	}
}

func TestMatchingAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, which runs with -short, empties the pools of regexp")
	}
	b, err := bench(t, "[0]\n^sip:\n^tel:\n")
	if err != nil {
		t.Fatal(err)
	}
	b.Set("$var(p)", "^b.b$")
	single, err := b.Call("pcre_match", "bob", "$var(p)")
	if err != nil {
		t.Fatal(err)
	}
	group, err := b.Call("pcre_match_group", "tel:1")
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() {
		if single(b.C) != 1 || group(b.C) != 1 {
			t.Fatal("no match")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
