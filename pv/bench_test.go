package pv_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"olelo/runtime/value"
)

// BenchmarkVariables reads each variable that an INVITE has, as often as a route
// may: what is found once in a message is found.
func BenchmarkVariables(b *testing.B) {
	f, err := os.Open("testdata/req.tsv")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	x := sipBench(b, "req.sip")
	x.Set("$var(a)", "text")
	x.Set("$avp(a)", "text")
	x.Set("$xavp(a=>b)", "text")
	names := []string{"$var(a)", "$avp(a)", "$xavp(a=>b)"}
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if name, _, ok := strings.Cut(sc.Text(), "\t"); ok && !strings.HasPrefix(name, "#") {
			names = append(names, name)
		}
	}
	for _, name := range names {
		v, err := x.Var(name)
		if err != nil {
			b.Fatalf("%s: %v", name, err)
		}
		b.Run(name, func(b *testing.B) {
			var val value.Value
			b.ReportAllocs()
			for b.Loop() {
				v.Get(x.C, &val)
				x.C.Arena.Reset()
			}
		})
	}
}
