// Package textopsx is Kamailio's module textopsx: the single values of header
// fields and their parameters, the lines of a message one by one, and the
// message made anew from its changes.
package textopsx

import (
	"slices"

	"olelo/runtime/iterator"
	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "textopsx"

// Module is the module's instance.
type Module struct {
	headers, lines iterator.Kind
}

var _ registry.Module = (*Module)(nil)

// New returns the module.
func New() registry.Module {
	m := new(Module)
	m.headers.Module, m.headers.Prefix, m.headers.Parts = name, "hf_iterator_", headerParts
	m.lines.Module, m.lines.Prefix, m.lines.Parts = name, "bl_iterator_", bodyLines
	return m
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	const leak = "gives the iterator's place to others, as the message's end does; in Kamailio 4 names are all that a process ever has"
	return registry.Exports{
		Doc:   "Single values of header fields, the lines of a message one by one, and changes that are applied at once.",
		Funcs: slices.Concat(messageFuncs(), valueFuncs(), m.iteratorFuncs()),
		PVs:   m.vars(),
		Differs: []registry.Difference{
			{Of: "hf_iterator_end()", How: leak},
			{Of: "bl_iterator_end()", How: leak},
		},
	}
}
