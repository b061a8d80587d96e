package uuid_test

import (
	"regexp"
	"testing"
	"time"

	"olelo/modules/uuid"
	"olelo/runtime/clock"
	"olelo/runtime/random"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
)

func bench(t *testing.T) *registrytest.Bench {
	t.Helper()
	m := uuid.New()
	h := registrytest.Host{Time: clock.NewVirtual(time.Date(2022, 2, 22, 19, 22, 22, 0, time.UTC)), Chance: random.Seeded(1)}
	if err := m.(registry.Provisioner).Provision(h); err != nil {
		t.Fatal(err)
	}
	return registrytest.New(t, map[string]registry.Module{"uuid": m})
}

func TestForms(t *testing.T) {
	b := bench(t)
	for _, k := range []struct{ kind, want string }{
		{"g", `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
		{"r", `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
		{"any", `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
		// The time of RFC 9562's own example.
		{"t", `^c232ab00-9414-11ec-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
		{"time", `^c232ab01-9414-11ec-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
		{"s", `^c232ab02-9414-11ec-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
	} {
		if got := b.Eval("$uuid(" + k.kind + ")"); !regexp.MustCompile(k.want).MatchString(got) {
			t.Errorf("$uuid(%s) is %s, want %s", k.kind, got, k.want)
		}
	}
	if first := b.Eval("$uuid(g)"); first == b.Eval("$uuid(g)") {
		t.Error("an identifier comes twice")
	}
	for _, bad := range []string{"$uuid", "$uuid()", "$(uuid(g)[1])"} {
		if _, err := b.Format(bad); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	b := bench(t)
	f, err := b.Format("$uuid(t)$uuid(g)")
	if err != nil {
		t.Fatal(err)
	}
	f.Text(b.C)
	if n := testing.AllocsPerRun(20, func() { f.Text(b.C); b.C.Arena.Reset() }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
