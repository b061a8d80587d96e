package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
)

// results are all measurements, and write each one down when it is made.
type results struct {
	raw    io.Writer // in the format of Go's benchmarks
	cpu    string
	values map[key][]float64 // of one repetition after the other
	order  []line
}

// line is a row of the table.
type line struct{ group, title, row, unit string }

type key struct {
	group, row, unit, who string
}

func newResults(raw io.Writer, cpu string) *results {
	return &results{raw: raw, cpu: cpu, values: map[key][]float64{}}
}

// header writes where it is measured, and of which units more is better.
func (r *results) header() error {
	_, err := fmt.Fprintf(r.raw, "goos: %s\ngoarch: %s\npkg: olelo/conformance/bench\ncpu: %s\n", runtime.GOOS, runtime.GOARCH, r.cpu)
	for _, unit := range slices.Sorted(maps.Keys(shown)) {
		if err == nil && shown[unit].better == "more" {
			_, err = fmt.Fprintf(r.raw, "Unit %s better=higher\n", unit)
		}
	}
	return err
}

// record keeps a measurement.
func (r *results) record(g group, w row, who string, s sample) error {
	_, err := fmt.Fprintf(r.raw, "Benchmark%s/%s/server=%s\t%d", strings.ToUpper(g.name[:1])+g.name[1:], w.name, who, s.n)
	for _, m := range s.metrics {
		l := line{g.name, g.title, w.name, m.unit}
		if !slices.Contains(r.order, l) {
			r.order = append(r.order, l)
		}
		k := key{g.name, w.name, m.unit, who}
		r.values[k] = append(r.values[k], m.value)
		if err == nil {
			_, err = fmt.Fprintf(r.raw, "\t%.4g %s", m.value, m.unit)
		}
	}
	if err == nil {
		_, err = fmt.Fprintln(r.raw)
	}
	return err
}

// of are a contestant's values of a line.
func (r *results) of(l line, who string) []float64 {
	return r.values[key{l.group, l.row, l.unit, who}]
}

// ratio is the median of olelo's value by that of another one in the same
// repetition.
func (r *results) ratio(l line, who string) (float64, bool) {
	ours, theirs := r.of(l, olelo), r.of(l, who)
	var all []float64
	for i := range min(len(ours), len(theirs)) {
		if theirs[i] > 0 {
			all = append(all, ours[i]/theirs[i])
		}
	}
	return median(all), len(all) > 0
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	v := slices.Sorted(slices.Values(values))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
