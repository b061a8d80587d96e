package random

import (
	"flag"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"olelo/conformance/scenario"
	"olelo/conformance/server"
)

var suite scenario.Suite

var (
	seed       = flag.Uint64("seed", 1, "of the programs")
	statements = flag.Int("statements", 2000, "to compare, at least")
	shrinks    = flag.Int("shrinks", 3, "how many differences to shrink to cases")
	keep       = flag.String("keep", "", "the folder for the cases; \"\" prints them")
)

func TestMain(m *testing.M) { os.Exit(scenario.Main(m, &suite)) }

// programs in a batch, statements in a program's own block, messages for each.
const (
	batchSize   = 40
	blockSize   = 20
	perProgram  = 3
	checkedSize = 200 // programs of TestGenerator
)

func TestRandomPrograms(t *testing.T) {
	kamailio, ok := suite.Program(t, server.Kamailio, 1)
	if !ok {
		t.Skip("kamailio is not installed")
	}
	olelo, _ := suite.Program(t, server.Olelo, 1)
	port, err := suite.Ports().Take()
	if err != nil {
		t.Fatal(err)
	}
	client, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	dir := t.TempDir()
	b := &bench{kamailio: kamailio, olelo: olelo, port: port, client: client, accepts: func(p *Program) (bool, error) {
		return accepted(dir, io.Discard, p)
	}}
	g, tally := New(*seed), newTally()
	var found []*Difference
	for tally.Statements < *statements {
		var programs []*Program
		for range batchSize {
			programs = append(programs, g.Program(blockSize, perProgram))
		}
		ran, err := b.compare(t.Context(), programs, tally)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, slices.DeleteFunc(ran, func(d *Difference) bool { return d == nil })...)
	}
	for i, d := range found {
		name := d.Program.Name
		if i >= *shrinks {
			t.Errorf("%s: %v", name, d)
			continue
		}
		small, err := b.shrink(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s: %v", name, small)
		report(t, name, small.Case(*seed))
	}
	t.Logf("seed %d: %d programs, %d statements, %d values compared, %d differences", *seed, tally.Programs, tally.Statements, tally.Comparisons, len(found))
	counts(t, "filtered", tally.Filtered)
	counts(t, "not made", g.avoided)
}

func counts(t *testing.T, what string, reasons map[string]int) {
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		t.Logf("%6d %s: %s", reasons[reason], what, reason)
	}
}

// report keeps a case, or prints it.
func report(t *testing.T, name, text string) {
	if *keep == "" {
		t.Log("\n" + text)
		return
	}
	file := filepath.Join(*keep, "fuzz-"+name+".txtar")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Error(err)
	}
	t.Log(file)
}

// made are the programs of a seed and their generator.
func made(seed uint64) ([]*Program, *Generator) {
	g := New(seed)
	var all []*Program
	for range checkedSize {
		all = append(all, g.Program(blockSize, perProgram))
	}
	return all, g
}

func source(programs []*Program) string {
	var b strings.Builder
	for _, p := range programs {
		b.WriteString(p.Source())
		for _, m := range p.Messages {
			b.WriteString(string(m))
		}
	}
	return b.String()
}

// TestGenerator: a seed tells the programs, olelo starts with them, and they
// use all that there is to compare.
func TestGenerator(t *testing.T) {
	programs, g := made(7)
	again, _ := made(7)
	other, _ := made(8)
	if text := source(programs); text != source(again) {
		t.Error("the same seed made other programs")
	} else if text == source(other) {
		t.Error("another seed made the same programs")
	}
	var said strings.Builder
	if ok, err := accepted(t.TempDir(), &said, programs...); err != nil || !ok {
		t.Errorf("olelo refuses the programs: %v\n%.2000s", err, said.String())
	}
	uses := map[string]bool{}
	for _, what := range g.used {
		uses[what] = true
	}
	var missing []string
	want := func(kind string, names ...string) {
		for _, name := range names {
			if !uses[kind+" "+name] && avoid(name+"(") == "" {
				missing = append(missing, kind+" "+name)
			}
		}
	}
	want("operator", slices.Concat(arithmetic, orders, equals, logic)...)
	want("operator", "=~", "-", "~", "!", "not", "(int)", "(str)", "strlen", "strempty", "defined")
	for _, name := range transformationNames {
		if avoid("$var(a){"+name+"}") == "" {
			want("transformation", name)
		}
	}
	for code := range codes {
		want("transformation", "s.decode."+codes[code])
	}
	want("variable", readClasses...)
	for _, s := range stores {
		want("variable", s.class)
	}
	for _, form := range slices.Concat(tests, actions) {
		want("function", functionName(form))
	}
	want("statement", "if", "else", "while", "break", "switch", "switch by pattern", "route", "return", "exit", "drop", "iterator")
	if missing != nil {
		t.Errorf("never made: %s", strings.Join(missing, ", "))
	}
}
