package all

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"olelo/lang/catalogue"
	"olelo/modules/core"
	"olelo/runtime/app"
	params "olelo/runtime/core"
	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

// whole are the modules of which everything that Kamailio 5.6 has must run.
var whole = []string{
	"auth", "cfgutils", "corex", "htable", "kex", "maxfwd", "msrp", "pv", "sanity", "siputils", "sl", "textops", "xlog",
}

// kinds are the columns of the table.
var kinds = []string{"function", "parameter", "variable", "transformation", "event route", "RPC command"}

// coreParams are the sections of the core cookbook with global parameters.
var coreParams = []string{
	"Core parameters", "DNS Parameters", "TCP Parameters", "TLS Parameters", "UDP Parameters", "SCTP Parameters",
	"Real-Time Parameters", "Blocklist Parameters",
}

// name is one name that Kamailio has.
type name struct {
	text string
	catalogue.Versions
}

// tally counts names of a module and a kind.
type tally struct{ run, of, runOf6, of6 int }

func (c tally) String() string {
	var b strings.Builder
	switch {
	case c.of > 0:
		fmt.Fprintf(&b, "%d/%d", c.run, c.of)
	case c.of6 == 0:
		return "–"
	}
	if c.of6 > 0 {
		fmt.Fprintf(&b, " +%d/%d", c.runOf6, c.of6)
	}
	return strings.TrimSpace(b.String())
}

// TestCoverage writes modules/README.md, the table of what runs of all that the
// catalogue knows, and holds it against the export tables.
func TestCoverage(t *testing.T) {
	reasons := exceptions(t)
	used := map[string]bool{}
	missing := map[string][]string{} // by module
	rows := map[string][]tally{}
	exports := withCore()
	selects := exports["core"].PVs // $sel is the core's here, pv's in Kamailio
	for module, x := range exports {
		if module == "pv" {
			x.PVs = append(x.PVs, selects...)
		}
		have, known := exportedNames(x), knownNames(module, x)
		for i, kind := range kinds {
			rows[module] = append(rows[module], tally{})
			row := &rows[module][i]
			for _, n := range known[kind] {
				runs := have[kind][n.text]
				id := module + " " + kind + " " + n.text
				reason, excused := reasons[id]
				used[id] = true
				if runs && excused {
					t.Errorf("%s runs; take it out of testdata/exceptions.txt (%s)", id, reason)
				}
				if excused {
					continue
				}
				switch {
				case !n.In56:
					row.of6++
				default:
					row.of++
				}
				switch {
				case runs && n.In56:
					row.run++
				case runs:
					row.runOf6++
				default:
					since := ""
					if !n.In56 {
						since = " (6)"
					}
					missing[module] = append(missing[module], "`"+display(kind, n.text)+"`"+since)
					if n.In56 && slices.Contains(whole, module) {
						t.Errorf("%s does not run", id)
					}
				}
			}
		}
	}
	for id := range reasons {
		if !used[id] {
			t.Errorf("testdata/exceptions.txt has %q, which the catalogue does not know", id)
		}
	}
	keep(t, filepath.Join("..", "README.md"), coverage(rows, missing, reasons))
}

// keep writes a generated file, or compares it.
func keep(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("%s does not match the export tables (%v): run go test ./modules/all -update", file, err)
	}
}

// withCore are the exports of all modules and of the core, whose parameters and
// RPC commands are the server's own.
func withCore() map[string]registry.Exports {
	x := core.New().Exports()
	for _, p := range params.All() {
		if p.Class == params.NotYet {
			continue
		}
		for _, name := range append(p.Aliases, p.Name) {
			x.Params = append(x.Params, registry.Param{Name: name})
		}
	}
	t := rpc.NewTable()
	rpc.RegisterCore(t, rpc.Server{
		Version: "5.6", Flags: "-", Started: time.Unix(1, 0), Args: []string{"olelo"},
		Kill: func() error { return nil }, Modules: func() []string { return nil }, Defines: func() []rpc.Define { return nil },
		Sockets: func() []rpc.Address { return nil }, Aliases: func() []rpc.Address { return nil },
		Processes: func() []registry.Process { return nil }, TCPInfo: func() rpc.TCPInfo { return rpc.TCPInfo{} },
		TCPList: func() []rpc.TCPStatus { return nil },
	})
	for _, name := range t.Names() {
		x.RPCs = append(x.RPCs, registry.RPC{Name: name})
	}
	x.Events = app.CoreEvents()
	all := map[string]registry.Exports{"core": x}
	for name, make := range Modules {
		all[name] = make().Exports()
	}
	return all
}

func exportedNames(x registry.Exports) map[string]map[string]bool {
	have := map[string]map[string]bool{}
	for _, kind := range kinds {
		have[kind] = map[string]bool{}
	}
	for _, f := range x.Funcs {
		have["function"][f.Name] = true
		have["function"][fmt.Sprintf("%s/%d", f.Name, len(f.Params))] = true
	}
	for _, p := range x.Params {
		have["parameter"][p.Name] = true
	}
	for _, v := range x.PVs {
		have["variable"][v.Name] = true
	}
	for _, tr := range x.Trans {
		for _, k := range tr.Keys {
			have["transformation"][tr.Class+"."+k.Key] = true
		}
	}
	for _, e := range x.Events {
		have["event route"][e] = true
	}
	for _, r := range x.RPCs {
		have["RPC command"][r.Name] = true
	}
	return have
}

func knownNames(module string, x registry.Exports) map[string][]name {
	known := map[string][]name{}
	add := func(kind, text string, v catalogue.Versions) {
		known[kind] = append(known[kind], name{text, v})
	}
	for _, f := range catalogue.FunctionsOf(module) {
		text := fmt.Sprintf("%s/%d", f.Name, f.Params)
		if f.Params == catalogue.Any {
			text = f.Name
		}
		add("function", text, f.Versions)
	}
	if module == "core" {
		for _, w := range catalogue.WordsOf("Core Functions") {
			add("function", w.Name, w.Versions)
		}
		for _, section := range coreParams {
			for _, w := range catalogue.WordsOf(section) {
				add("parameter", w.Name, w.Versions)
			}
		}
	}
	for _, p := range catalogue.ParamsOf(module) {
		add("parameter", p.Name, p.Versions)
	}
	for _, v := range catalogue.VarsOf(module) {
		add("variable", v.Name, v.Versions)
	}
	for _, class := range catalogue.TransformationsOf(module) {
		for _, k := range catalogue.TransformationKeys(class.Name) {
			add("transformation", class.Name+"."+k.Name, k.Versions)
		}
	}
	for _, e := range catalogue.EventRoutesOf(module) {
		text := e.Name
		for _, own := range x.Events { // htable:expired:TABLE
			if strings.HasSuffix(own, ":") && strings.HasPrefix(text, own) {
				text = own
			}
		}
		add("event route", text, e.Versions)
	}
	for _, r := range catalogue.RPCsOf(module) {
		add("RPC command", r.Name, r.Versions)
	}
	return known
}

// exceptions reads testdata/exceptions.txt: on each line a module, a kind and a
// name between tabs, and why it is not counted.
func exceptions(t *testing.T) map[string]string {
	f, err := os.Open("testdata/exceptions.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reasons := map[string]string{}
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if sc.Text() == "" || strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		cols := strings.Split(sc.Text(), "\t")
		if len(cols) != 4 {
			t.Fatalf("exceptions.txt: %q: module, kind, name and reason are wanted, between tabs", sc.Text())
		}
		reasons[strings.Join(cols[:3], " ")] = cols[3]
	}
	return reasons
}

// display is a name as a configuration has it.
func display(kind, text string) string {
	switch kind {
	case "variable":
		return "$" + text
	case "transformation":
		return "{" + text + "}"
	case "event route":
		return "event_route[" + text + "]"
	case "function":
		f, n, any := strings.Cut(text, "/")
		var params int
		fmt.Sscan(n, &params)
		if !any {
			return f + "(…)"
		}
		return f + "(" + strings.Join(slices.Repeat([]string{"_"}, params), ",") + ")"
	}
	return text
}

func coverage(rows map[string][]tally, missing map[string][]string, reasons map[string]string) string {
	var b strings.Builder
	b.WriteString(`# What runs of Kamailio's modules

Made from the modules' export tables and the catalogue of Kamailio's names by
` + "`go test ./modules/all -update`" + `. Names that run, of all that 5.6 has; behind a plus,
of those that only 6.1 has. A module that is not here does not run: a
configuration that loads it is refused, unless it has nothing to do in a server
without processes and shared memory.

| module | functions | parameters | variables | transformations | event routes | RPC commands |
|---|---|---|---|---|---|---|
`)
	sum := make([]tally, len(kinds))
	for _, module := range slices.Sorted(maps.Keys(rows)) {
		link := module
		if module != "core" {
			dir := module
			if module == "pv" {
				dir = "../pv"
			}
			link = "[" + module + "](" + dir + "/README.md)"
		}
		fmt.Fprintf(&b, "| %s |", link)
		for i, c := range rows[module] {
			fmt.Fprintf(&b, " %s |", c)
			sum[i].run, sum[i].of = sum[i].run+c.run, sum[i].of+c.of
			sum[i].runOf6, sum[i].of6 = sum[i].runOf6+c.runOf6, sum[i].of6+c.of6
		}
		b.WriteString("\n")
	}
	b.WriteString("| all |")
	for _, c := range sum {
		fmt.Fprintf(&b, " %s |", c)
	}
	b.WriteString("\n\n## What does not run yet\n\n")
	for _, module := range slices.Sorted(maps.Keys(missing)) {
		slices.Sort(missing[module])
		fmt.Fprintf(&b, "- %s: %s\n", module, strings.Join(missing[module], ", "))
	}
	b.WriteString("\n## Not counted\n\n")
	for _, id := range slices.Sorted(maps.Keys(reasons)) {
		module, rest, _ := strings.Cut(id, " ")
		for _, kind := range kinds {
			if text, ok := strings.CutPrefix(rest, kind+" "); ok {
				fmt.Fprintf(&b, "- %s: `%s`: %s\n", module, display(kind, text), reasons[id])
			}
		}
	}
	return b.String()
}
