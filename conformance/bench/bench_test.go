package main

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"olelo/conformance/server"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == ceilingCommand {
		fail(runCeiling(os.Args[2]))
	}
	os.Exit(m.Run())
}

// small is as little as shows that each row works.
var small = options{reps: 1, warmUp: time.Millisecond, measure: 50 * time.Millisecond, sessions: 24, iterations: 100}

// TestRows runs each row once on each contestant that can do it.
func TestRows(t *testing.T) {
	who, err := contestants(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var ports server.Ports
	t.Cleanup(func() { ports.Close() })
	var raw strings.Builder
	r := newResults(&raw, "a processor")
	if err := r.header(); err != nil {
		t.Fatal(err)
	}
	for _, g := range small.groups() {
		if testing.Short() { // those with the most connections, the longest bodies and the most lines are slow
			g.rows = slices.DeleteFunc(g.rows, func(r row) bool {
				return strings.HasPrefix(r.name, "pairs=1000/") || strings.HasSuffix(r.name, "/body=1048576") || r.name == "lines=100000"
			})
		}
		if err := g.measure(t.Context(), who, &ports, small.reps, func(w row, name string, s sample) error { return r.record(g, w, name, s) }); err != nil {
			t.Errorf("%s: %v", g.name, err)
		}
		for _, w := range g.rows {
			for _, c := range who {
				lines := strings.Count(raw.String(), "/"+w.name+"/server="+c.name+"\t")
				if want := map[bool]int{true: 1}[slices.Contains(w.who, c.name)]; lines != want {
					t.Errorf("%s/%s: %d results of %s, want %d", g.name, w.name, lines, c.name, want)
				}
			}
		}
	}
	for _, l := range r.order {
		if shown[l.unit].name == "" {
			t.Errorf("the table does not know the unit %s of %s/%s", l.unit, l.group, l.row)
		}
		for _, c := range who {
			for _, v := range r.of(l, c.name) {
				// What 24 connections hold is less than what a server does meanwhile.
				if v <= 0 && !strings.HasPrefix(l.unit, "B/") {
					t.Errorf("%s/%s: %v %s of %s", l.group, l.row, v, l.unit, c.name)
				}
			}
		}
	}
	for line := range strings.Lines(raw.String()) {
		if f := strings.Split(line, "\t"); strings.HasPrefix(line, "Benchmark") {
			if n, err := strconv.ParseUint(f[1], 10, 64); err != nil || n == 0 || len(f) < 3 {
				t.Errorf("%q is no line of Go's benchmarks", line)
			}
		}
	}
}

func numbered(n ...uint64) string {
	var b strings.Builder
	for _, n := range n {
		f := sendFrame(&link{uri: "from"}, &link{uri: "to", use: "session"}, 5)
		number(f, n)
		b.Write(f)
	}
	return b.String()
}

func TestArrivals(t *testing.T) {
	size := len(numbered(0))
	for _, k := range []struct {
		name, stream string
		whole        int
		wrong        bool
	}{
		{"whole", numbered(0, 1, 2), 3, false},
		{"part", numbered(0, 1)[:size+size/2], 1, false},
		{"lost", numbered(0, 2), 1, true},
		{"doubled", numbered(0, 0), 1, true},
		{"overtaken", numbered(1, 0), 0, true},
		{"cut", numbered(0)[:size/2] + numbered(1), 0, true},
		{"longer", numbered(0)[:size-30] + "x" + numbered(0)[size-30:], 0, true},
		{"another", strings.Replace(numbered(0), "SEND", "AUTH", 1), 0, true},
	} {
		for step := 1; step <= len(k.stream); step++ {
			a := newArrivals(size, sendLine)
			whole, err := 0, error(nil)
			for rest := k.stream; rest != "" && err == nil; {
				n := 0
				part := rest[:min(step, len(rest))]
				n, err = a.feed([]byte(part))
				if err == nil {
					whole += n
				}
				rest = rest[len(part):]
			}
			if (err != nil) != k.wrong || whole > k.whole || !k.wrong && whole != k.whole {
				t.Fatalf("%s, %d bytes at a time: %d frames, %v; want %d, an error: %t", k.name, step, whole, err, k.whole, k.wrong)
			}
		}
	}
}

// TestTable: a ratio is that of one repetition, not of the medians.
func TestTable(t *testing.T) {
	r := newResults(&strings.Builder{}, "a processor")
	g, w := group{name: "msrp", title: "MSRP relay"}, row{name: "pairs=1/body=100"}
	for i, v := range [][2]float64{{1000, 2000}, {2000, 8000}, {9000, 9000}} {
		for j, who := range []string{olelo, kamailio} {
			if err := r.record(g, w, who, sample{1, []metric{{"cpu-ns/frame", v[j]}}}); err != nil {
				t.Fatal(i, err)
			}
		}
	}
	var b strings.Builder
	r.table(&b, 3)
	for _, want := range []string{
		"| pairs=1, body=100 | µs CPU a frame | 2.00 | 8.00 | 0.50 | – | – |\n",
		"MSRP relay: 0.50 of Kamailio's, the geometric mean of 1.\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
}
