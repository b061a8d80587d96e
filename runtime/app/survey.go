package app

import (
	"cmp"
	"slices"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/inventory"
	"olelo/lang/parse"
	"olelo/lang/source"
	"olelo/runtime/core"
	"olelo/runtime/registry"
)

// Survey is what a configuration is and uses, for the one who decides whether
// olelo can take it over.
type Survey struct {
	Set     *source.Set
	Defines []Define // in effect at the end of the text, by name; Kamailio's own left out
	Sockets []string // as Kamailio would list them
	// Uses are all names that it uses, by kind, the most used first. Of a
	// configuration with mistakes, what stands behind them may be missing.
	Uses []inventory.Item
	// Diags are those of a check that goes on without what is not run yet. An
	// error in them stops Kamailio's start too, as far as this host can tell.
	Diags *diag.List
}

// Inspect loads a configuration as Check does, opens nothing, and returns what
// it uses. An error says that the main file cannot be read.
func Inspect(o Options) (*Survey, error) {
	o.setDefaults()
	o.logHere()
	o.Lenient = true
	o.uses = &inventory.List{}
	s, diags := load(&o)
	defer s.cleanup()
	for i := range diags.Items {
		if d := &diags.Items[i]; d.Code == parse.NoFile {
			return nil, &unreadable{d.Msg}
		}
	}
	s.globals()
	s.mentions()
	v := &Survey{Set: s.set, Defines: s.defines(&o), Uses: o.uses.Items(s.set.Order), Diags: diags}
	for _, k := range s.sockets {
		v.Sockets = append(v.Sockets, k.Text)
	}
	v.differ(s.differences(&o))
	return v, nil
}

type unreadable struct{ msg string }

func (e *unreadable) Error() string { return e.msg }

// globals notes the global parameters, by the core's table.
func (s *server) globals() {
	classes := map[core.Class]inventory.Class{core.Runs: inventory.Runs, core.Accepted: inventory.Accepted, core.NotYet: inventory.NotRun}
	for _, it := range s.file.Items {
		if g, ok := it.(*ast.Global); ok {
			p, known := core.Of(g)
			switch {
			case !known:
			case p.Class == core.NotYet && p.Name == "listen" && !s.env.IsMissing("sctp"):
				s.notes.global(p.Name, inventory.Accepted, "Kamailio opens no SCTP socket either: module sctp is not loaded", g.Pos)
			default:
				s.notes.global(p.Name, classes[p.Class], p.Why, g.Pos)
			}
		}
	}
}

// mentions notes the variables in the values of parameters.
func (s *server) mentions() {
	for _, it := range s.file.Items {
		switch it := it.(type) {
		case *ast.Global:
			if it.Name == "log_prefix" && len(it.Values) == 1 {
				s.env.Mentions(it.Values[0].Text, it.Values[0].Range, s.notes.list)
			}
		case *ast.ModParam:
			if it.Value.Kind == ast.LitStr {
				s.env.Mentions(it.Value.Text, it.Value.Range, s.notes.list)
			}
		}
	}
}

// defines are the configuration's own.
func (s *server) defines(o *Options) []Define {
	empty, _, _ := parse.Load(parse.Options{
		File: "empty", Dialect6: o.Dialect == Dialect6, ReadFile: func(string) ([]byte, error) { return nil, nil },
	})
	var list []Define
	for _, d := range s.file.Defines {
		if _, builtIn := empty.Define(d.Name); !builtIn && !strings.HasPrefix(d.Name, "MOD_") {
			list = append(list, Define{ID: d.Name, Value: d.Value, HasValue: d.Value != ""})
		}
	}
	slices.SortFunc(list, func(a, b Define) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// difference is a registry.Difference as an inventory holds it.
type difference struct {
	class inventory.Class
	how   string
}

// named is what an inventory's entry is called in a registry.Difference.
func named(e *inventory.Entry) string {
	switch e.Kind {
	case inventory.Module:
		return "module " + e.Name
	case inventory.ModParam:
		return "modparam " + e.Name
	case inventory.Global:
		return e.Name + "="
	case inventory.Function:
		name, _, _ := strings.Cut(e.Name, "(")
		return name + "()"
	}
	return e.Name
}

// differences are those of all that is loaded.
func (s *server) differences(o *Options) map[string]difference {
	all := map[string]difference{}
	add := func(name string, it registry.Module) {
		for _, d := range it.Exports().Differs {
			if _, there := s.env.Module(d.With); d.With != "" && !there {
				continue
			}
			of := d.Of
			if param, ok := strings.CutPrefix(of, "modparam "); ok {
				of = "modparam " + name + "." + param
			}
			if of == "" {
				of = "module " + name
			}
			x := difference{inventory.Differs, d.How}
			if d.Idle {
				x.class = inventory.Accepted
			}
			if old, ok := all[of]; ok {
				x.how = old.how + "\n" + x.how
			}
			all[of] = x
		}
	}
	for _, m := range o.Builtin {
		add(m.Name, m.Module)
	}
	for _, m := range s.modules {
		add(m.name, m.it)
	}
	return all
}

// differ gives what runs, and is meant to run otherwise, its class.
func (v *Survey) differ(all map[string]difference) {
	for i := range v.Uses {
		e := &v.Uses[i].Entry
		if d, ok := all[named(e)]; ok && e.Class == inventory.Runs {
			e.Class, e.Why = d.class, d.how
		}
	}
}
