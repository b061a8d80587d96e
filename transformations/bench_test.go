package transformations_test

import (
	"bufio"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"olelo/runtime/value"
)

var keyOf = regexp.MustCompile(`^\{([a-z0-9]+\.[A-Za-z0-9.]+)[,}]`)

// BenchmarkTransformations runs each one on the first value of the table that
// gives something.
func BenchmarkTransformations(b *testing.B) {
	f, err := os.Open("testdata/kamailio-5.6.3.tsv")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	x := bench(b)
	seen := map[string]bool{}
	for sc := bufio.NewScanner(f); sc.Scan(); {
		col := strings.Split(sc.Text(), "\t")
		if len(col) < 4 || col[2] == "LOADERR" || col[2] == "N" || col[3] == `""` {
			continue
		}
		key := keyOf.FindStringSubmatch(col[1])
		if key == nil || seen[key[1]] {
			continue
		}
		seen[key[1]] = true
		if s, err := strconv.Unquote(col[0]); err == nil {
			x.Set("$var(x)", s)
		} else if n, err := strconv.Atoi(col[0]); err == nil {
			x.Set("$var(x)", n)
		}
		v, err := x.Var("$(var(x)" + col[1] + ")")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(key[1], func(b *testing.B) {
			var val value.Value
			b.ReportAllocs()
			for b.Loop() {
				v.Get(x.C, &val)
				x.C.Arena.Reset()
			}
		})
	}
}
