package random

import (
	"flag"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"olelo/conformance/scenario"
	"olelo/conformance/server"
)

var only = flag.String("only", "", "")

var suite scenario.Suite

var (
	seed       = flag.Uint64("seed", 1, "of the programs")
	statements = flag.Int("statements", 1500, "to make, at least")
	shrinks    = flag.Int("shrinks", 3, "differences to shrink, at most")
)

func TestMain(m *testing.M) { os.Exit(scenario.Main(m, &suite)) }

func TestRandomPrograms(t *testing.T) {
	kamailio, ok := suite.Program(t, server.Kamailio, 1)
	if !ok {
		t.Skip("kamailio is not installed")
	}
	olelo, _ := suite.Program(t, server.Olelo, 1)
	g := New(*seed)
	port, err := suite.Ports().Take()
	if err != nil {
		t.Fatal(err)
	}
	client, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	b := &bench{kamailio: kamailio, olelo: olelo, port: port, dir: t.TempDir(), client: client}
	tally := &Tally{Filtered: map[string]int{}}
	var found []*Difference
	for tally.Statements < *statements {
		var programs []*Program
		for range 40 {
			programs = append(programs, g.Program(20, 3))
		}
		ran, err := b.compare(t.Context(), programs, tally)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, slices.DeleteFunc(ran, func(d *Difference) bool { return d == nil })...)
	}
	if *only != "" {
		found = slices.DeleteFunc(found, func(d *Difference) bool { return !slices.Contains(strings.Split(*only, ","), d.Program.Name) })
	}
	for i, d := range found {
		if i >= *shrinks {
			t.Errorf("%s: %v", d.Program.Name, d)
			continue
		}
		name := d.Program.Name
		d, err := b.shrink(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s: %v\n%s\n%s", name, d, d.Program.Source(), d.Program.Messages[0])
	}
	t.Logf("seed %d: %d programs, %d statements, %d comparisons, %d differences", *seed, tally.Programs, tally.Statements, tally.Comparisons, len(found))
	for _, reason := range slices.Sorted(maps.Keys(tally.Filtered)) {
		t.Logf("%6d filtered: %s", tally.Filtered[reason], reason)
	}
	for _, reason := range slices.Sorted(maps.Keys(g.avoided)) {
		t.Logf("%6d avoided: %s", g.avoided[reason], reason)
	}
}
