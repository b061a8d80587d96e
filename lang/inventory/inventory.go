// Package inventory is what a configuration uses, name by name, and what
// becomes of each name under olelo. The loader and the compiler fill it while
// they bind, so that it says of nothing that it runs that was not bound.
package inventory

import (
	"cmp"
	"slices"

	"olelo/lang/source"
)

// Kind is what sort of name an Entry is.
type Kind string

// The kinds, in the order in which a report lists them.
const (
	Module         Kind = "module"
	ModParam       Kind = "modparam"
	Global         Kind = "global"
	Route          Kind = "route"
	EventRoute     Kind = "event-route"
	Statement      Kind = "statement"
	Function       Kind = "function"
	Variable       Kind = "variable"
	Transformation Kind = "transformation"
	Select         Kind = "select"
)

// Kinds are all kinds, in their order.
func Kinds() []Kind {
	return []Kind{Module, ModParam, Global, Route, EventRoute, Statement, Function, Variable, Transformation, Select}
}

// Class is what becomes of a name.
type Class string

// The classes, from the one that stops a migration to the one that is no work.
const (
	NotRun   Class = "not-run"  // Kamailio runs it, olelo does not yet
	Unknown  Class = "unknown"  // neither olelo nor the catalogue of Kamailio knows it
	Differs  Class = "differs"  // it runs, in a way that is meant to differ; Why says how
	Accepted Class = "accepted" // it is taken and has no effect; Why says why that is safe
	Runs     Class = "runs"
)

// Classes are all classes, in their order.
func Classes() []Class { return []Class{NotRun, Unknown, Differs, Accepted, Runs} }

// Entry is a name and what becomes of it.
type Entry struct {
	Kind Kind
	// Name is the name as a configuration writes it: "sl.so" is "sl", the
	// parameter of a module "msrp.cmap_size", a function "xlog(_,_)" with a _ a
	// parameter, a variable "$hdr", a transformation "{s.len}", a route block
	// "route[…]".
	Name    string
	Class   Class
	Modules []string // whose it is in Kamailio, "core" included; the likeliest first
	// Versions are those of Kamailio that have it, "5.6, 6.1", of what does not run.
	Versions string
	Why      string // a phrase a line, no final stop; empty where the class says all
}

// Item is an Entry with all places that use it, in the order of the text.
type Item struct {
	Entry
	Uses []source.Pos
}

// List collects entries. A nil *List takes them and keeps nothing.
type List struct {
	items []*Item
	index map[key]*Item
}

type key struct {
	kind      Kind
	name, why string
	class     Class
}

// Add notes one use of e at a place; one that is no place is not kept.
func (l *List) Add(e Entry, at source.Pos) {
	if l == nil || !at.IsValid() {
		return
	}
	k := key{e.Kind, e.Name, e.Why, e.Class}
	it := l.index[k]
	if it == nil {
		it = &Item{Entry: e}
		if l.index == nil {
			l.index = map[key]*Item{}
		}
		l.index[k] = it
		l.items = append(l.items, it)
	}
	it.Uses = append(it.Uses, at)
}

// Items are the entries with their uses: by kind, the most used first. order
// sorts places as they stand in the text.
func (l *List) Items(order func(source.Pos) int) []Item {
	if l == nil {
		return nil
	}
	items := make([]Item, len(l.items))
	for i, it := range l.items {
		items[i] = *it
		slices.SortStableFunc(items[i].Uses, func(a, b source.Pos) int {
			return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.Column, b.Column))
		})
	}
	rank := map[Kind]int{}
	for i, k := range Kinds() {
		rank[k] = i
	}
	slices.SortStableFunc(items, func(a, b Item) int {
		return cmp.Or(
			cmp.Compare(rank[a.Kind], rank[b.Kind]),
			cmp.Compare(len(b.Uses), len(a.Uses)),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Why, b.Why),
		)
	})
	return items
}
