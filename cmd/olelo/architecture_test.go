package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// layer says what the packages of a part of the tree may import directly, and
// what they may never depend on, through whatever chain.
type layer struct {
	of     []string // path.Match patterns, without the module's name
	may    []string
	except []string // of may
	never  []string
}

// layers are the directions that ARCHITECTURE.md describes. The first one
// that fits a package counts.
var layers = []layer{
	{
		of:    []string{"lang/compile", "lang/program"},
		may:   []string{"lang/*", "runtime/registry", "runtime/value", "runtime/log", "runtime/ere", "runtime/sip", "runtime/transport", "runtime/msgstate"},
		never: []string{"modules/*", "pv", "transformations", "runtime/vm", "runtime/app", "runtime/core"},
	},
	{
		of: []string{"lang/lex"}, may: []string{"lang/*", "runtime/ere"},
		never: []string{"modules/*", "pv", "transformations", "runtime/vm", "runtime/app", "runtime/core"},
	},
	{
		of: []string{"lang/*"}, may: []string{"lang/*"},
		never: []string{"modules/*", "pv", "transformations", "runtime/vm", "runtime/app", "runtime/core"},
	},
	{of: []string{"runtime/app"}, may: []string{"lang/*", "runtime/*"}, never: []string{"modules/*", "pv", "transformations"}},
	{of: []string{"runtime/core"}, may: []string{"lang/ast", "lang/diag", "lang/source", "runtime/forward", "runtime/log", "runtime/transport"}},
	{
		of: []string{"runtime/*", "runtime/registry/registrytest"}, may: []string{"lang/source", "lang/program", "lang/pvar", "runtime/*"},
		except: []string{"runtime/app", "runtime/core"}, never: []string{"modules/*", "pv", "transformations", "lang/compile"},
	},
	{of: []string{"transformations"}, may: []string{"lang/pvar", "runtime/*"}, except: []string{"runtime/app", "runtime/core", "runtime/vm"}},
	{of: []string{"pv"}, may: []string{"lang/pvar", "runtime/*", "transformations"}, except: []string{"runtime/app", "runtime/core", "runtime/vm"}},
	{of: []string{"modules/all"}, may: []string{"modules/*", "pv", "runtime/registry"}},
	{
		of: []string{"modules/*"}, may: []string{"lang/source", "lang/catalogue", "lang/pvar", "runtime/*", "pv", "transformations"},
		except: []string{"runtime/app", "runtime/core", "runtime/vm"}, never: []string{"lang/compile", "lang/parse"},
	},
	{of: []string{"cmd/olelo"}, may: []string{"*", "*/*", "cmd/olelo/migrate", "cmd/olelo/trace"}},
	{of: []string{"cmd/olelo/trace"}, may: []string{"lang/coverage", "runtime/app", "runtime/transport", "runtime/value"}},
	{of: []string{"cmd/olelo/migrate"}, may: []string{"lang/diag", "lang/inventory", "runtime/app", "runtime/core"}},
	// It reads a user's configuration to move it, and tests nothing.
	{
		of: []string{"conformance/adapt"}, may: []string{"conformance/server", "lang/*"}, except: []string{"lang/compile", "lang/program"},
		never: []string{"modules/*", "runtime/app", "runtime/core", "runtime/vm"},
	},
	// What is tested from outside shares no code with what tests it.
	{of: []string{"conformance/script"}, may: []string{"conformance/*", "lang/coverage", "runtime/rpc"}},
	// Programs that olelo refuses are left out before a server is started.
	{of: []string{"conformance/random"}, may: []string{"conformance/*", "runtime/app", "modules/all", "modules/core"}},
	{of: []string{"conformance", "conformance/*"}, may: []string{"conformance/*"}},
	{of: []string{"examples/*", "examples/*/*"}},
}

func fits(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, pkg)
		return ok && err == nil
	})
}

func TestImportDirections(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-e", "-deps", "-json=ImportPath,Imports,Deps", "olelo/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var p struct {
			ImportPath    string
			Imports, Deps []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		pkg, ours := strings.CutPrefix(p.ImportPath, "olelo/")
		if !ours {
			continue
		}
		seen++
		i := slices.IndexFunc(layers, func(l layer) bool { return fits(l.of, pkg) })
		if i < 0 {
			t.Errorf("%s has no place among the layers: see ARCHITECTURE.md", pkg)
			continue
		}
		l := layers[i]
		for _, imp := range p.Imports {
			if imp, ours := strings.CutPrefix(imp, "olelo/"); ours && (!fits(l.may, imp) || fits(l.except, imp)) {
				t.Errorf("%s imports %s", pkg, imp)
			}
		}
		for _, dep := range p.Deps {
			if dep, ours := strings.CutPrefix(dep, "olelo/"); ours && fits(l.never, dep) {
				t.Errorf("%s depends on %s", pkg, dep)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d packages were seen", seen)
	}
}
