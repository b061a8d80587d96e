package registry_test

import (
	"testing"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// A format within a format, deeper than the scratch of a worker, and one with
// more parts than it: every value arrives.
func TestNestedFormats(t *testing.T) {
	c := &registry.Ctx{Worker: &registry.Worker{}}
	text := func(s string) registry.Getter {
		return func(_ *registry.Ctx, v *value.Value) { v.SetStr(s) }
	}
	f := registry.NewFormat([]registry.FormatPart{{Text: "<"}, {Get: text("x")}, {Text: ">"}})
	want := "<x>"
	for range 40 {
		inner := f
		f = registry.NewFormat([]registry.FormatPart{
			{Get: text("a")},
			{Get: func(c *registry.Ctx, v *value.Value) { v.SetStr(inner.Text(c)) }},
			{Get: text("b")},
		})
		want = "a" + want + "b"
	}
	for range 2 { // what was borrowed was returned
		if got := f.Text(c); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	var parts []registry.FormatPart
	want = ""
	for range 100 {
		parts = append(parts, registry.FormatPart{Get: text("y")})
		want += "y"
	}
	if got := registry.NewFormat(parts).Text(c); got != want {
		t.Errorf("100 parts: %s", got)
	}
}

func TestFormatDoesNotAllocate(t *testing.T) {
	c := &registry.Ctx{Worker: &registry.Worker{}}
	f := registry.NewFormat([]registry.FormatPart{
		{Text: "n="},
		{Get: func(_ *registry.Ctx, v *value.Value) { v.SetInt(5) }},
		{Get: func(_ *registry.Ctx, v *value.Value) { v.SetStr("text") }},
	})
	if n := testing.AllocsPerRun(100, func() { f.Text(c); c.Arena.Reset() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
