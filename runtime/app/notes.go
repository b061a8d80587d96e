package app

import (
	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/inventory"
	"olelo/lang/source"
)

// notes is what the loader adds to an inventory; a nil list takes everything
// and keeps nothing.
type notes struct{ list *inventory.List }

func (n notes) module(name string, class inventory.Class, why string, at source.Pos) {
	e := inventory.Entry{Kind: inventory.Module, Name: name, Class: class, Why: why, Modules: []string{name}}
	if class == inventory.NotRun {
		e.Versions = moduleVersions
	}
	n.list.Add(e, at)
}

// moduleVersions are those of the catalogue, which tells no more of a module
// than that it is there.
const moduleVersions = "5.6 or 6.1"

func (n notes) param(module string, p *ast.ModParam, class inventory.Class, why string) {
	e := inventory.Entry{Kind: inventory.ModParam, Name: module + "." + p.Name.Text, Class: class, Why: why, Modules: []string{module}}
	if row, ok := catalogue.ParamOf(module, p.Name.Text); ok && class == inventory.NotRun {
		e.Versions = row.Versions.String()
	}
	n.list.Add(e, p.Pos)
}

// missingParam notes a parameter of a module that is not there.
func (n notes) missingParam(module string, p *ast.ModParam) {
	if why, ok := idle(module); ok {
		n.param(module, p, inventory.Accepted, why)
		return
	}
	n.param(module, p, inventory.NotRun, "")
}

func (n notes) global(name string, class inventory.Class, why string, at source.Pos) {
	e := inventory.Entry{Kind: inventory.Global, Name: name, Class: class, Why: why, Modules: []string{"core"}}
	if class == inventory.NotRun {
		e.Versions = "5.6, 6.1"
		for _, w := range catalogue.Words(name) {
			e.Versions = w.Versions.String()
		}
	}
	n.list.Add(e, at)
}
