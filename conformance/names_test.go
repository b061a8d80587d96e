package conformance

import (
	"bufio"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"olelo/lang/inventory"
	"olelo/modules/all"
	"olelo/modules/core"
	"olelo/runtime/app"
	"olelo/runtime/registry"
)

// rpcCommand is what no configuration, but a case's script names.
const rpcCommand inventory.Kind = "rpc"

// covered are the kinds of which the suites have to name everything that there
// is. Of the others, the test tells how much is missing.
var covered = []inventory.Kind{
	inventory.Variable, inventory.Transformation, inventory.Function, inventory.ModParam, inventory.EventRoute, rpcCommand,
}

// TestNames holds the modules' export tables against the suites: each name is in
// a configuration that a case starts or checks, or in uncovered.txt with a reason.
func TestNames(t *testing.T) {
	used := namesUsed(t)
	reasons := uncovered(t)
	names := exported()
	for _, kind := range slices.Sorted(maps.Keys(names)) {
		missing := 0
		for _, name := range names[kind] {
			id := string(kind) + " " + name
			reason, excused := reasons[id]
			delete(reasons, id)
			switch {
			case used[id] && excused:
				t.Errorf("%s: a case names it; take it out of uncovered.txt (%s)", id, reason)
			case !used[id] && !excused:
				missing++
				if slices.Contains(covered, kind) {
					t.Errorf("%s: no case names it", id)
				} else {
					t.Logf("%s: no case names it", id)
				}
			}
		}
		t.Logf("%s: %d of %d names are in the suites", kind, len(names[kind])-missing, len(names[kind]))
	}
	for id := range reasons {
		t.Errorf("%s: uncovered.txt has it, no module", id)
	}
}

// exported are the names of all modules, as an inventory writes them.
func exported() map[inventory.Kind][]string {
	found := map[inventory.Kind]map[string]bool{}
	add := func(kind inventory.Kind, name string) {
		if found[kind] == nil {
			found[kind] = map[string]bool{}
		}
		found[kind][name] = true
	}
	each := func(module string, x registry.Exports) {
		for _, v := range x.PVs {
			add(inventory.Variable, "$"+v.Name)
		}
		for _, t := range x.Trans {
			for _, k := range t.Keys {
				add(inventory.Transformation, "{"+t.Class+"."+k.Key+"}")
			}
		}
		for _, f := range x.Funcs {
			add(inventory.Function, f.Name+"("+strings.Join(slices.Repeat([]string{"_"}, len(f.Params)), ",")+")")
		}
		for _, p := range x.Params {
			add(inventory.ModParam, module+"."+p.Name)
		}
		for _, e := range x.Events {
			add(inventory.EventRoute, "event_route["+e+"]")
		}
		for _, r := range x.RPCs {
			add(rpcCommand, r.Name)
		}
	}
	each("core", core.New().Exports())
	for name, make := range all.Modules {
		each(name, make().Exports())
	}
	lists := map[inventory.Kind][]string{}
	for kind, names := range found {
		lists[kind] = slices.Sorted(maps.Keys(names))
	}
	return lists
}

var rpcStep = regexp.MustCompile(`(?m)^\s*(?:\[[^]]*\]\s*)?(?:!\s*)?rpc\s+(?:server=\S+\s+)?(\S+)`)

// namesUsed are the names, behind their kind, in the configurations and scripts
// of all cases.
func namesUsed(t *testing.T) map[string]bool {
	cases, err := filepath.Glob("suites/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, file := range cases {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range rpcStep.FindAllSubmatch(archive.Comment, -1) {
			used[string(rpcCommand)+" "+string(m[1])] = true
		}
		dir := t.TempDir()
		for _, f := range archive.Files {
			path := filepath.Join(dir, filepath.FromSlash(f.Name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range archive.Files {
			if filepath.Ext(f.Name) != ".cfg" {
				continue
			}
			survey, err := app.Inspect(app.Options{
				File: filepath.Join(dir, filepath.FromSlash(f.Name)), Modules: all.Modules,
				Builtin: []app.Builtin{{Name: "core", Module: core.New()}}, Stdout: io.Discard, Stderr: io.Discard,
			})
			if err != nil {
				t.Errorf("%s: %s: %v", file, f.Name, err)
				continue
			}
			for _, u := range survey.Uses {
				used[string(u.Kind)+" "+u.Name] = true
				if i := strings.LastIndexByte(u.Name, ':'); u.Kind == inventory.EventRoute && i >= 0 {
					used[string(u.Kind)+" "+u.Name[:i+1]+"]"] = true // of a table: event_route[htable:expired:NAME]
				}
			}
		}
	}
	return used
}

// uncovered reads uncovered.txt: on each line a kind, a name, and why no case
// names it. # begins a comment.
func uncovered(t *testing.T) map[string]string {
	f, err := os.Open("uncovered.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reasons := map[string]string{}
	for sc := bufio.NewScanner(f); sc.Scan(); {
		line := strings.TrimSpace(sc.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.Fields(line)
		if len(words) < 3 {
			t.Fatalf("uncovered.txt: %q: a kind, a name and a reason are wanted", line)
		}
		reasons[words[0]+" "+words[1]] = strings.Join(words[2:], " ")
	}
	return reasons
}
