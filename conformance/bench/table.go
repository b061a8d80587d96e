package main

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// shown says how a unit of the results is shown: under what name, divided by what.
var shown = map[string]struct {
	name   string
	by     float64
	better string // which value is: "more", or "" for less
}{
	"cpu-ns/frame":   {"µs CPU a frame", 1e3, ""},
	"frames/s":       {"1000 frames/s", 1e3, "more"},
	"p50-ns":         {"µs, p50", 1e3, ""},
	"p99-ns":         {"µs, p99", 1e3, ""},
	"start-ns":       {"ms to the first answer", 1e6, ""},
	"start-B":        {"MB at the start", 1e6, ""},
	"total-B":        {"MB with all of them", 1e6, ""},
	"B/conn":         {"kB a connection", 1e3, ""},
	"B/session":      {"kB a session", 1e3, ""},
	"cpu-ns/conn":    {"µs CPU a connection", 1e3, ""},
	"cpu-ns/session": {"µs CPU a session", 1e3, ""},
	"conns/s":        {"1000 connections/s", 1e3, "more"},
	"sessions/s":     {"1000 sessions/s", 1e3, "more"},
	"cpu-ns/line":    {"µs CPU a line", 1e3, ""},
	"load-ns":        {"ms", 1e6, ""},
	"cpu-ns/op":      {"ns CPU", 1, ""},
	"cpu-ns/request": {"µs CPU a request", 1e3, ""},
	"requests/s":     {"1000 requests/s", 1e3, "more"},
}

// table writes the medians and ratios as Markdown.
func (r *results) table(w io.Writer, reps int) {
	fmt.Fprintf(w, "%s, %d CPUs of %s, median of %d. A ratio is olelo's value by the other one's of the same repetition.\n",
		time.Now().Format(time.DateOnly), runtime.NumCPU(), r.cpu, reps)
	group := ""
	for _, l := range r.order {
		if l.group != group {
			group = l.group
			fmt.Fprintf(w, "\n| %s | | olelo | Kamailio | ratio | ceiling | ratio |\n|---|---|--:|--:|--:|--:|--:|\n", l.title)
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s |\n", strings.ReplaceAll(l.row, "/", ", "), shown[l.unit].name,
			r.value(l, olelo), r.value(l, kamailio), r.ratioText(l, kamailio), r.value(l, ceiling), r.ratioText(l, ceiling))
	}
	r.means(w, kamailio, "Kamailio's")
	r.means(w, ceiling, "the ceiling's")
}

// means are the geometric means of a group's ratios, over what less is better of.
func (r *results) means(w io.Writer, who, whose string) {
	sums, counts := map[string]float64{}, map[string]int{}
	var titles []string
	for _, l := range r.order {
		x, ok := r.ratio(l, who)
		if !ok || x <= 0 || shown[l.unit].better != "" {
			continue
		}
		if counts[l.title] == 0 {
			titles = append(titles, l.title)
		}
		sums[l.title] += math.Log(x)
		counts[l.title]++
	}
	for _, t := range titles {
		fmt.Fprintf(w, "\n%s: %.2f of %s, the geometric mean of %d.\n", t, math.Exp(sums[t]/float64(counts[t])), whose, counts[t])
	}
}

// none stands where there is no value.
const none = "–"

func (r *results) value(l line, who string) string {
	all := r.of(l, who)
	if len(all) == 0 {
		return none
	}
	x := median(all) / shown[l.unit].by
	digits := 2
	if x >= 10 {
		digits = 1
	}
	if x >= 100 {
		digits = 0
	}
	return strconv.FormatFloat(x, 'f', digits, 64)
}

func (r *results) ratioText(l line, who string) string {
	x, ok := r.ratio(l, who)
	if !ok {
		return none
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}
