package ere

import (
	"math/rand/v2"
	"testing"
)

// TestTables: a pattern's table finds what its expression finds.
func TestTables(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(3, 4))}
	tables, hits := 0, 0
	for range 20_000 {
		pattern, f := g.pattern(2), Flags(g.IntN(4))
		r, err := Compile(pattern, f)
		if err != nil || r.fast == nil {
			continue
		}
		table := newTable(r.fast.String())
		if table == nil {
			continue
		}
		tables++
		for range 8 {
			text := g.text()
			all, err := r.Find(text, 1)
			if err != nil {
				t.Fatal(err)
			}
			if len(all) > 0 {
				hits++
			}
			if got := table.match(text); got != (len(all) > 0) {
				t.Errorf("%q flags %d in %q: %v, want %v", pattern, f, text, got, all)
			}
		}
	}
	if tables < 10_000 || hits < 10_000 {
		t.Errorf("the patterns test nothing: %d tables, %d matches", tables, hits)
	}
}

// TestTableIsMadeLater: a pattern gives the same before and behind the match that
// makes its table, and one that has none goes on without.
func TestTableIsMadeLater(t *testing.T) {
	for _, k := range []struct {
		pattern string
		small   bool
	}{
		{"^(INVITE|ACK|BYE)$", true},
		{`\.(png|jpe?g)$`, true},
		{"^sip:[0-9]{3,8}@", true},
		{`(a)b\1`, false},
		{`ack\b`, false},
		{"(a|b)*a(a|b){12}x|ACK", false},
	} {
		r, err := Compile(k.pattern, IgnoreCase)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 2 * tabled {
			for _, text := range []string{"", "ack", "xack", "a.jpg", "a.jpgs", "sip:123@x", "sip:12@x", "aba"} {
				got, err := r.Match(text)
				all, err2 := r.Find(text, 1)
				if err != nil || err2 != nil || got != (len(all) > 0) {
					t.Errorf("%q in %q, time %d: %v %v, want %v %v", k.pattern, text, n, got, err, all, err2)
				}
			}
		}
		if made := r.table.Load() != nil; made != k.small {
			t.Errorf("%q: a table is %v, want %v", k.pattern, made, k.small)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	const text = "sip:+49301234567@example.com:5060;transport=tcp"
	for _, k := range []struct{ name, pattern string }{
		{"prefix", "^sip:"},
		{"prefix/no", "^sips:"},
		{"literal", "example"},
		{"suffix", "transport=tcp$"},
		{"digits", "^sip:[+0-9]+@"},
		{"words", "scanner|friendly|sipcli"},
		{"whole", "^(INVITE|ACK|BYE)$"},
	} {
		r, err := Compile(k.pattern, IgnoreCase)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(k.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = r.Match(text)
			}
		})
	}
}

// BenchmarkTable is what it costs to make a table.
func BenchmarkTable(b *testing.B) {
	for _, pattern := range []string{"^sip:[+0-9]+@", "scanner|friendly|sipcli", "[a-z]+@([a-z0-9-]+[.])+(com|net|org)", "(a|b)*a(a|b){12}"} {
		r, err := Compile(pattern, IgnoreCase)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(pattern, func(b *testing.B) {
			for b.Loop() {
				newTable(r.fast.String())
			}
		})
	}
}
