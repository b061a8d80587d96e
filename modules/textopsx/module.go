// Package textopsx is Kamailio's module textopsx: the single values of header
// fields and their parameters, the lines of a message one by one, and the
// message made anew from its changes.
package textopsx

import (
	"slices"
	"sync"

	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "textopsx"

// Module is the module's instance.
type Module struct {
	perWorker sync.Map // *registry.Worker → *iterators
}

var _ registry.Module = (*Module)(nil)

// New returns the module.
func New() registry.Module { return &Module{} }

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
