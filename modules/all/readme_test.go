package all

import (
	"flag"
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"olelo/runtime/registry"
)

var update = flag.Bool("update", false, "write the modules' README.md from their export tables")

// TestReadmes keeps each module's README.md equal to its export table.
func TestReadmes(t *testing.T) {
	for name, make := range Modules {
		keep(t, filepath.Join(folder(name), "README.md"), readme(name, make().Exports()))
	}
}

// folder is where a module lives, from here.
func folder(name string) string {
	if name == "pv" {
		return filepath.Join("..", "..", "pv")
	}
	return filepath.Join("..", name)
}

// TestDocs keeps every export documented.
func TestDocs(t *testing.T) {
	for name, make := range Modules {
		x := make().Exports()
		lacks := func(kind, what, doc string) {
			if strings.TrimSpace(doc) == "" {
				t.Errorf("module %s: %s %s has no doc text", name, kind, what)
			}
		}
		lacks("the module", "itself", x.Doc)
		for _, f := range x.Funcs {
			lacks("function", f.Name, f.Doc)
		}
		for _, p := range x.Params {
			lacks("parameter", p.Name, p.Doc)
		}
		for _, v := range x.PVs {
			lacks("variable", v.Name, v.Doc)
		}
		for _, r := range x.RPCs {
			lacks("RPC command", r.Name, r.Doc)
		}
	}
}

// TestDifferences keeps every difference about something that there is.
func TestDifferences(t *testing.T) {
	for name, make := range Modules {
		x := make().Exports()
		have := map[string]bool{"": true}
		for _, f := range x.Funcs {
			have[f.Name+"()"] = true
		}
		for _, p := range x.Params {
			have["modparam "+p.Name] = true
		}
		for _, v := range x.PVs {
			have["$"+v.Name] = true
		}
		for _, tr := range x.Trans {
			for _, k := range tr.Keys {
				have["{"+tr.Class+"."+k.Key+"}"] = true
			}
		}
		for _, e := range x.Events {
			have["event_route["+e+"]"] = true
		}
		for _, d := range x.Differs {
			if !have[d.Of] {
				t.Errorf("module %s: %q differs, and is not there", name, d.Of)
			}
			if d.How == "" || strings.HasSuffix(d.How, ".") {
				t.Errorf("module %s: how %q differs: %q", name, d.Of, d.How)
			}
		}
	}
}

func readme(name string, x registry.Exports) string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "# %s\n\n%s\n\nMade from the module's export table by `go test ./modules/all -update`.\n", name, x.Doc)
	if len(x.Funcs) > 0 {
		b.WriteString("\n## Functions\n\n| function | routes | what it does |\n|---|---|---|\n")
		for _, f := range x.Funcs {
			params := make([]string, len(f.Params))
			for i, p := range f.Params {
				params[i] = p.Name + " " + p.Kind
			}
			fmt.Fprintf(b, "| `%s(%s)` | %s | %s |\n", f.Name, strings.Join(params, ", "), f.Routes, cell(f.Doc))
		}
	}
	if len(x.Params) > 0 {
		b.WriteString("\n## Parameters\n\n| parameter | type | what it sets |\n|---|---|---|\n")
		for _, p := range x.Params {
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", p.Name, p.Type, cell(p.Doc))
		}
	}
	if len(x.PVs) > 0 {
		b.WriteString("\n## Variables\n\n| variable | | what it is |\n|---|---|---|\n")
		for _, v := range x.PVs {
			access := "read"
			if v.Access == registry.ReadWrite {
				access = "read, write"
			}
			fmt.Fprintf(b, "| `$%s` | %s | %s |\n", v.Name, access, cell(v.Doc))
		}
	}
	for _, t := range x.Trans {
		fmt.Fprintf(b, "\n## Transformations {%s.…}\n\n%s\n\n| key | what it makes |\n|---|---|\n", t.Class, t.Doc)
		for _, k := range t.Keys {
			fmt.Fprintf(b, "| `{%s.%s}` | %s |\n", t.Class, k.Key, cell(k.Doc))
		}
	}
	if len(x.Events) > 0 {
		events := append([]string(nil), x.Events...)
		sort.Strings(events)
		b.WriteString("\n## Event routes\n\n")
		for _, e := range events {
			fmt.Fprintf(b, "- `event_route[%s]`\n", e)
		}
	}
	if len(x.RPCs) > 0 {
		b.WriteString("\n## RPC commands\n\n| command | what it answers |\n|---|---|\n")
		for _, r := range x.RPCs {
			fmt.Fprintf(b, "| `%s` | %s |\n", r.Name, cell(r.Doc))
		}
	}
	differences(b, x.Differs)
	return b.String()
}

func differences(b *strings.Builder, list []registry.Difference) {
	for _, idle := range []bool{false, true} {
		title := "\n## Meant to differ from Kamailio\n\n"
		if idle {
			title = "\n## Accepted without effect\n\n"
		}
		for _, d := range list {
			if d.Idle != idle {
				continue
			}
			b.WriteString(title + "- ")
			title = ""
			if d.Of != "" {
				fmt.Fprintf(b, "`%s`: ", d.Of)
			}
			fmt.Fprintf(b, "%s.\n", d.How)
		}
	}
}

func cell(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", "\\|")
}
