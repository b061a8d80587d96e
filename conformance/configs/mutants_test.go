package configs

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// The bounds of TestMutants.
const (
	asked    = 10 // every so many of them Kamailio is given too
	mostSaid = 4  // errors for one mistake
)

// TestMutants makes one mistake after the other in real configurations. olelo
// never panics and says little; Kamailio agrees on whether it is a mistake, and
// nearly always on the line.
func TestMutants(t *testing.T) {
	sources := mutable(t)
	p, have := findOracle()
	r := rand.New(rand.NewPCG(1, 2))
	var mu sync.Mutex
	said := map[int]int{}
	compared, agree, line := 0, 0, 0
	t.Run("all", func(t *testing.T) {
		const batch = 50
		for n := 0; n < mutants; n += batch {
			var list []mutant
			var names []string
			for range batch {
				s := sources[r.IntN(len(sources))]
				list = append(list, mutate(r, s.text, s.tokens))
				names = append(names, s.name)
			}
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				for i, m := range list {
					file := filepath.Join(dir, "kamailio.cfg")
					write(t, file, m.main)
					if m.part != "" {
						write(t, filepath.Join(dir, "part.cfg"), m.part)
					}
					o := olelo(file)
					mu.Lock()
					said[o.errors]++
					mu.Unlock()
					if o.errors > mostSaid {
						t.Errorf("%s: %s: %d errors\n%s", names[i], m.what, o.errors, o.all)
					}
					if !have || (n+i)%asked != 0 {
						continue
					}
					k := kamailio(t, p, file)
					d := differs(k, o)
					mu.Lock()
					compared++
					if k.refused == o.refused || d == "" {
						agree++
					}
					if d == "" {
						line++
					} else {
						t.Logf("%s: %s\n%s", names[i], m.what, d)
					}
					mu.Unlock()
				}
			})
		}
	})
	var counts []string
	for n := range 100 {
		if said[n] > 0 {
			counts = append(counts, fmt.Sprintf("%d: %d", n, said[n]))
		}
	}
	t.Logf("%d mutants of %d configurations; errors said: %s", mutants, len(sources), strings.Join(counts, ", "))
	if !have {
		t.Skip("kamailio is not installed: no mutant is compared")
	}
	t.Logf("%d compared with Kamailio: %d agree on acceptance, %d (%.1f %%) on the line", compared, agree, line, 100*float64(line)/float64(compared))
	if agree*100 < compared*99 {
		t.Errorf("only %d of %d mistakes are mistakes to both", agree, compared)
	}
	if line*100 < compared*95 {
		t.Errorf("the line is the same for %d of %d, fewer than 95 %%", line, compared)
	}
}

// source is a configuration without mistakes.
type source struct {
	name, text string
	tokens     [][]int
}

// mutable are the configurations to make mistakes in: Debian's that both accept,
// or, without a Kamailio, those of this project.
func mutable(t *testing.T) []source {
	var list []source
	add := func(name, text string) {
		if tokens := pieces(text); len(tokens) > 100 {
			list = append(list, source{name, text, tokens})
		}
	}
	if p, ok := findOracle(); ok {
		have, dir := installed(t, p), t.TempDir()
		all := stock(t, dir, have)
		for _, c := range append(all[:min(1, len(all))], shipped(t, dir, have)...) {
			text, err := os.ReadFile(c.file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "include_file") || len(c.defines) > 0 || olelo(c.file).refused || kamailio(t, p, c.file).refused {
				continue
			}
			add(c.name, string(text))
		}
		if len(all) > 0 { // most of its users switch something on
			on := list[0]
			define := "#!define " + strings.Join(switches(on.text), "\n#!define ") + "\n"
			at := strings.IndexByte(on.text, '\n') + 1
			for range 3 {
				add("stock+all", on.text[:at]+define+on.text[at:])
			}
		}
	}
	if len(list) == 0 {
		cases, err := filepath.Glob("../suites/*/*.txtar")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range cases {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range a.Files {
				if f := filepath.Join(t.TempDir(), filepath.Base(path)+".cfg"); file.Name == "kamailio.cfg" {
					if err := os.WriteFile(f, file.Data, 0o600); err != nil {
						t.Fatal(err)
					}
					if !olelo(f).refused {
						add(path, string(file.Data))
					}
				}
			}
		}
		examples, _ := filepath.Glob("../../examples/*/*.cfg")
		for _, f := range examples {
			if text, err := os.ReadFile(f); err == nil && !olelo(f).refused {
				add(f, string(text))
			}
		}
	}
	if len(list) == 0 {
		t.Fatal("no configuration to make mistakes in")
	}
	slices.SortFunc(list, func(a, b source) int { return strings.Compare(a.name, b.name) })
	return list
}
