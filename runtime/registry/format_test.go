package registry

import (
	"strings"
	"testing"

	"olelo/runtime/value"
)

func literal(s string) FormatPart { return FormatPart{Text: s} }

func shows(v value.Value) FormatPart {
	return FormatPart{Get: func(_ *Ctx, out *value.Value) { *out = v }}
}

func TestFormat(t *testing.T) {
	c := &Ctx{Worker: &Worker{}}
	void := value.Value{}
	void.SetVoid()
	for _, k := range []struct {
		want  string
		parts []FormatPart
	}{
		{"", nil},
		{"a", []FormatPart{literal("a")}},
		{"bob", []FormatPart{shows(value.OfStr("bob"))}},
		{"-5", []FormatPart{shows(value.OfInt(-5))}},
		{"<null>", []FormatPart{shows(value.Value{})}},
		{"", []FormatPart{shows(void)}},
		{"TCP", []FormatPart{shows(value.OfBoth("TCP", 2))}},
		{"sip:bob@<null>:5060;", []FormatPart{
			literal("sip:"), shows(value.OfStr("bob")), literal("@"), shows(value.Value{}), literal(":"), shows(value.OfInt(5060)), literal(";"), shows(void),
		}},
		{"9223372036854775807-9223372036854775808", []FormatPart{shows(value.OfInt(1<<63 - 1)), shows(value.OfInt(-1 << 63))}},
	} {
		if got := NewFormat(k.parts).Text(c); got != k.want {
			t.Errorf("got %q, want %q", got, k.want)
		}
	}
}

// TestFormatInFormat: a variable's getter may show a text with variables itself.
func TestFormatInFormat(t *testing.T) {
	c := &Ctx{Worker: &Worker{}}
	inner := NewFormat([]FormatPart{literal("<"), shows(value.OfInt(7)), literal(">")})
	outer := NewFormat([]FormatPart{literal("a"), {Get: func(c *Ctx, v *value.Value) { v.SetStr(inner.Text(c)) }}, shows(value.OfStr("z"))})
	if got := outer.Text(c); got != "a<7>z" {
		t.Errorf("got %q", got)
	}
}

// A Brief text is what Text gives, also where a variable of it makes one itself.
func TestBrief(t *testing.T) {
	c := &Ctx{Worker: &Worker{}}
	var v, w value.Value
	inner := NewFormat([]FormatPart{literal("in-"), shows(value.OfInt(7)), literal("-a longer one")})
	f := NewFormat([]FormatPart{literal("<"), {Get: func(c *Ctx, v *value.Value) { v.SetStr(c.Arena.String([]byte(inner.Brief(c, &w)))) }}, literal(">"), shows(value.OfStr("x"))})
	for range 2 {
		if got, want := strings.Clone(f.Brief(c, &v)), f.Text(c); got != want || got != "<in-7-a longer one>x" {
			t.Errorf("%q, %q", got, want)
		}
	}
	used := len(c.Arena.buf)
	if inner.Brief(c, &v); len(c.Arena.buf) != used {
		t.Error("it takes of the arena")
	}
}

func BenchmarkFormat(b *testing.B) {
	user, host, port := shows(value.OfStr("alice")), shows(value.OfStr("example.com")), shows(value.OfInt(5060))
	for _, k := range []struct {
		name  string
		parts []FormatPart
	}{
		{"one", []FormatPart{user}},
		{"two", []FormatPart{literal("k::"), user}},
		{"int", []FormatPart{literal("n="), port}},
		{"five", []FormatPart{literal("sip:"), user, literal("@"), host, literal(";x=1")}},
		{"log", []FormatPart{literal("a request "), user, literal(" from "), host, literal(" (IP:"), host, literal(":"), port, literal(") to "), user, literal("@"), host, literal("\n")}},
	} {
		b.Run(k.name, func(b *testing.B) {
			c, f := &Ctx{Worker: &Worker{}}, NewFormat(k.parts)
			b.ReportAllocs()
			for b.Loop() {
				f.Text(c)
				c.Arena.Reset()
			}
		})
	}
}
