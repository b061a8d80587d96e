package htable_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"olelo/runtime/value"
)

// A table is a map: whatever is set, changed, removed and set again, of any
// length, it holds what a Go map holds.
func TestTableIsAMap(t *testing.T) {
	h := open(t, "c=>size=2;")
	x, err := h.Var("$sht(c=>$k)")
	if err != nil {
		t.Fatal(err)
	}
	model := map[string]value.Value{}
	rnd := rand.New(rand.NewPCG(1, 2))
	lengths := []int{0, 1, 7, 15, 16, 17, 23, 24, 25, 48, 64, 65, 1535, 2048, 2049, 9000}
	text := func() string {
		return strings.Repeat(string(rune('a'+rnd.IntN(26))), lengths[rnd.IntN(len(lengths))])
	}
	check := func(key string) {
		h.vars.text = key
		var v value.Value
		x.Get(h.C, &v)
		if want := model[key]; v != want {
			t.Fatalf("%.40q: got %.40v, want %.40v", key, v, want)
		}
	}
	for i := range 200_000 {
		key := fmt.Sprint(rnd.IntN(3000))
		if rnd.IntN(50) == 0 {
			key = text()
		}
		h.vars.text = key
		var v value.Value
		switch rnd.IntN(4) {
		case 0:
			v = value.OfInt(int64(i))
		case 1, 2:
			v = value.OfStr(text())
		}
		if i%50_000 > 45_000 { // nearly all go now and then
			v = value.Value{}
			h.vars.text = fmt.Sprint(i % 5000)
			key = h.vars.text
		}
		x.Set(h.C, &v)
		if v.IsNull() {
			delete(model, key)
		} else {
			model[key] = v
		}
		if i%100 == 0 {
			check(fmt.Sprint(rnd.IntN(3000)))
		}
		h.C.Arena.Reset()
	}
	for key := range model {
		check(key)
		h.C.Arena.Reset()
	}
	if n := h.Get("$shtcn(c=>**)"); n != value.OfInt(int64(len(model))) {
		t.Errorf("%v items are counted, want %d", n, len(model))
	}
}

// The cost of an item does not depend on how many there are, but for what the
// caches miss; what a collection takes neither. Every other item is a number.
func BenchmarkSize(b *testing.B) {
	for _, n := range []int{1e3, 1e4, 1e5, 1e6, 1e7} {
		if testing.Short() && n > 1e6 {
			continue // it takes 1 GB
		}
		h := open(b, "c=>size=16;autoexpire=3600;")
		item, err := h.Var("$sht(c=>$k)")
		if err != nil {
			b.Fatal(err)
		}
		sum, err := h.Var("$shtinc(c=>$k)")
		if err != nil {
			b.Fatal(err)
		}
		key := make([]byte, 0, 32)
		at := func(i int) {
			key = strconv.AppendInt(append(key[:0], "subscriber-"...), int64(i), 10)
			h.vars.text = string(key)
		}
		text, number := value.OfStr("sip:alice@127.0.0.1:5060"), value.OfInt(5)
		set := func(i int) {
			at(i)
			if i&1 == 0 {
				item.Set(h.C, &text)
			} else {
				item.Set(h.C, &number)
			}
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		for i := range n {
			set(i)
		}
		fill := time.Since(start)
		start = time.Now()
		runtime.GC()
		gc := time.Since(start)
		runtime.ReadMemStats(&after)
		var v value.Value
		for _, k := range []struct {
			name string
			do   func(i int)
		}{
			{"get", func(i int) { at(i); item.Get(h.C, &v); h.C.Arena.Reset() }},
			{"set", set},
			{"inc", func(i int) { at(i | 1); sum.Get(h.C, &v) }},
			{"miss", func(i int) { at(i + n); item.Get(h.C, &v) }},
		} {
			b.Run(fmt.Sprintf("items=%.0e/%s", float64(n), k.name), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					k.do(i * 7919 % n)
				}
				if k.name == "get" {
					b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/item")
					b.ReportMetric(float64(fill.Nanoseconds())/float64(n), "ns/fill")
					b.ReportMetric(gc.Seconds()*1000, "ms/gc")
				}
			})
		}
	}
}
