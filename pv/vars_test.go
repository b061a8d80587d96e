package pv_test

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"

	"olelo/pv"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/value"
)

func bench(t testing.TB) *registrytest.Bench {
	return registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": pv.New()})
}

func sipBench(t testing.TB, file string) *registrytest.Bench {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	b := bench(t)
	b.Message(string(text))
	return b
}

func kind(v value.Value) string {
	return map[value.Kind]string{value.Null: "N0", value.Int: "NI", value.Str: "S", value.Both: "SI"}[v.K]
}

// Requests with much and with little in them, and a reply.
func TestMessageVariables(t *testing.T) {
	for _, name := range []string{"req", "m0", "opt", "rpl"} {
		t.Run(name, func(t *testing.T) {
			b := sipBench(t, name+".sip")
			f, err := os.Open("testdata/" + name + ".tsv")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			rows := 0
			for sc := bufio.NewScanner(f); sc.Scan(); {
				col := strings.Split(sc.Text(), "\t")
				if len(col) != 3 {
					continue
				}
				rows++
				want, err := strconv.Unquote(col[2])
				if err != nil {
					t.Fatalf("bad row %q", sc.Text())
				}
				if got := kind(b.Get(col[0])); got != col[1] {
					t.Errorf("%s is %s, want %s", col[0], got, col[1])
				}
				if got := b.Eval(col[0]); got != want {
					t.Errorf("%s = %q, want %q", col[0], got, want)
				}
			}
			if rows < 80 {
				t.Errorf("only %d rows", rows)
			}
		})
	}
}
