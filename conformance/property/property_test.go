package property

import (
	"flag"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"olelo/conformance/scenario"
	"olelo/conformance/server"
)

var suite scenario.Suite

// TestMain makes the inputs the same in each run, unless -rapid.seed says
// otherwise.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.seed"); f.Value.String() == f.DefValue {
		flag.Set("rapid.seed", "1")
	}
	flag.Set("rapid.nofailfile", "true") // a seed says it all
	os.Exit(scenario.Main(m, &suite))
}

var survey = flag.Int("survey", 0, "do not stop at a difference: tell for each look so many of the shortest inputs that differ")

// batchSize is how many inputs a check sends: rapid's 100 checks are 2,000.
const batchSize = 20

// TestAreas compares what both servers make of the inputs of each area;
// -rapid.checks says how often it sends 20 of them.
func TestAreas(t *testing.T) {
	for _, a := range areas {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			kamailio, ok := suite.Program(t, server.Kamailio, 1)
			if !ok {
				t.Skip("kamailio is not installed")
			}
			olelo, _ := suite.Program(t, server.Olelo, 1)
			k, o := newBench(t, a, kamailio), newBench(t, a, olelo)
			f := &findings{area: a, explained: map[string]int{}, found: map[string][]finding{}}
			all := rapid.SliceOfN(a.inputs, batchSize, batchSize)
			rapid.Check(t, func(rt *rapid.T) {
				inputs := all.Draw(rt, "inputs")
				want, err := k.outcomes(t.Context(), inputs)
				if err != nil {
					rt.Fatal(err)
				}
				got, err := o.outcomes(t.Context(), inputs)
				if err != nil {
					rt.Fatal(err)
				}
				for i, in := range inputs {
					f.compare(rt, in, want[i], got[i])
				}
			})
			f.tell(t)
		})
	}
}

// findings are what the comparison of an area came to.
type findings struct {
	area      *area
	compared  int // values
	explained map[string]int
	found     map[string][]finding // by look, of a survey
}

type finding struct {
	in              Input
	kamailio, olelo string
}

func (f finding) String() string {
	return fmt.Sprintf("%v\nkamailio: %s\nolelo:    %s", f.in, f.kamailio, f.olelo)
}

// compare holds the values of an input against each other.
func (f *findings) compare(t *rapid.T, in Input, kamailio, olelo string) {
	if kamailio == died && olelo != died {
		f.explained["Kamailio dies"]++
		return
	}
	f.compared += len(f.area.looks)
	k, o := strings.Split(kamailio, " "), strings.Split(olelo, " ")
	if n := len(f.area.looks) + 1; len(k) != n || len(o) != n {
		if kamailio == olelo {
			return
		}
		if reason := explain("", in, kamailio, olelo); reason != "" {
			f.explained[reason]++
			return
		}
		f.differ(t, "the message", finding{in: in, kamailio: kamailio, olelo: olelo})
		return
	}
	for i, l := range f.area.looks {
		if k[i] == o[i] {
			continue
		}
		if reason := explain(l.what, in, k[i], o[i]); reason != "" {
			f.explained[reason]++
			continue
		}
		f.differ(t, l.what, finding{in: in, kamailio: readable(k[i]), olelo: readable(o[i])})
	}
}

// differ fails the check, or keeps the finding for the survey.
func (f *findings) differ(t *rapid.T, look string, d finding) {
	if *survey == 0 {
		t.Fatalf("%s of %v", look, d)
	}
	f.found[look] = append(f.found[look], d)
}

func (f *findings) tell(t *testing.T) {
	t.Logf("%d values compared", f.compared)
	for _, reason := range slices.Sorted(maps.Keys(f.explained)) {
		t.Logf("%6d explained: %s", f.explained[reason], reason)
	}
	for _, look := range slices.Sorted(maps.Keys(f.found)) {
		all := f.found[look]
		slices.SortStableFunc(all, func(a, b finding) int { return len(a.in.Text) - len(b.in.Text) })
		t.Errorf("%6d differ: %s", len(all), look)
		for _, d := range all[:min(len(all), *survey)] {
			t.Logf("of %v", d)
		}
	}
}

func newBench(t *testing.T, a *area, p server.Program) *bench {
	port, err := suite.Ports().Take()
	if err != nil {
		t.Fatal(err)
	}
	client, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{area: a, program: p, port: port, client: client}
	t.Cleanup(func() { b.close(); client.Close() })
	return b
}
