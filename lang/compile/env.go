package compile

import (
	"net/netip"
	"sort"
	"strings"

	"olelo/lang/ast"
	"olelo/runtime/registry"
)

// Env is the names that the loaded modules offer.
type Env struct {
	// Block makes a route block of its number in the program, for modules to run.
	Block func(route int) registry.Block

	// Myself knows the server's own names, for the word myself in tests. Without
	// it, nothing is.
	Myself Myself

	modules map[string]registry.Module
	funcs   map[string][]export[registry.Func]
	pvs     map[string]export[registry.PV]
	trans   map[string]export[registry.Trans]
	events  map[string]string // event route: module
	missing map[string]bool   // modules that the configuration loads and that are not there

	forgotten map[string]bool // of those, modules that it uses and does not load by their name

	file *ast.File // that was compiled, for its definitions

	lost     bool // some modules' names cannot be told
	stranger bool // one of those is in no catalogue: any function may be its
}

// Myself knows the server's own addresses and names, while it routes.
type Myself interface {
	// IsAddr reports whether a is the address of one of the sockets.
	IsAddr(a netip.Addr) bool
	// IsHost reports whether host and port are those of a socket, advertised or
	// an alias.
	IsHost(host string, port int) bool
}

// nobody is a server without names.
type nobody struct{}

func (nobody) IsAddr(netip.Addr) bool  { return false }
func (nobody) IsHost(string, int) bool { return false }

type export[T any] struct {
	module string
	it     T
}

// NewEnv returns an empty environment.
func NewEnv() *Env {
	return &Env{
		Myself:  nobody{},
		modules: map[string]registry.Module{},
		funcs:   map[string][]export[registry.Func]{},
		pvs:     map[string]export[registry.PV]{},
		trans:   map[string]export[registry.Trans]{},
		events:  map[string]string{},
		missing: map[string]bool{}, forgotten: map[string]bool{},
	}
}

// Add makes a loaded module's exports known. A later module's variable of the
// same name takes the place of an earlier one's, as in Kamailio.
func (e *Env) Add(name string, m registry.Module) {
	e.modules[name] = m
	x := m.Exports()
	for _, f := range x.Funcs {
		e.funcs[f.Name] = append(e.funcs[f.Name], export[registry.Func]{name, f})
	}
	for _, v := range x.PVs {
		e.pvs[v.Name] = export[registry.PV]{name, v}
	}
	for _, t := range x.Trans {
		if old, ok := e.trans[t.Class]; ok { // a class may be spread over several modules
			t.Keys = append(old.it.Keys[:len(old.it.Keys):len(old.it.Keys)], t.Keys...)
		}
		e.trans[t.Class] = export[registry.Trans]{name, t}
	}
	e.Raises(name, x.Events...)
}

// Raises says that a module, or the core, raises event routes of these names.
func (e *Env) Raises(module string, events ...string) {
	for _, ev := range events {
		e.events[ev] = module
	}
}

// raiser is the loaded module that raises an event route: by its name, or by
// its start up to the colon where the configuration chooses the rest. "" is none.
func (e *Env) raiser(event string) string {
	for i := len(event); i > 0; i = strings.LastIndexByte(event[:i-1], ':') + 1 {
		if mod, ok := e.events[event[:i]]; ok {
			return mod
		}
	}
	return ""
}

// Module returns a loaded module's instance.
func (e *Env) Module(name string) (registry.Module, bool) {
	m, ok := e.modules[name]
	return m, ok
}

// Missing says that the configuration loads a module that is not there, which
// is reported: what needs the module is not reported again.
func (e *Env) Missing(module string) { e.missing[module] = true }

// Forgotten says that the configuration uses a module that it does not load, or
// under a misspelt name, which is reported: uses of it are not reported again.
func (e *Env) Forgotten(module string) {
	e.missing[module], e.forgotten[module] = true, true
}

// Stranger says that the configuration loads a module that nobody knows, which
// is reported: a function that nobody knows may be that module's.
func (e *Env) Stranger(module string) {
	e.Missing(module)
	e.stranger = true
}

// Lost says that the names of some modules that the configuration loads cannot
// be told, which is reported: anything may be theirs.
func (e *Env) Lost() { e.lost, e.stranger = true, true }

// IsLost reports whether Lost was said.
func (e *Env) IsLost() bool { return e.lost }

// IsMissing reports whether module was said to be Missing.
func (e *Env) IsMissing(module string) bool { return e.missing[module] }

// present are the rows of modules that the configuration loads, whether they
// are there or not.
func present[R interface{ ModuleName() string }](e *Env, rows []R) []R {
	var here []R
	for _, r := range rows {
		if _, ok := e.modules[r.ModuleName()]; ok || e.missing[r.ModuleName()] {
			here = append(here, r)
		}
	}
	return here
}

func (e *Env) anyMissing(modules []string) bool {
	for _, m := range modules {
		if e.missing[m] {
			return true
		}
	}
	return false
}

// fn finds the function of that name and arity: the first module's that has it.
func (e *Env) fn(name string, arity int) (export[registry.Func], bool) {
	for _, f := range e.funcs[name] {
		if len(f.it.Params) == arity {
			return f, true
		}
	}
	return export[registry.Func]{}, false
}

// arities lists the numbers of parameters that a loaded function takes.
func (e *Env) arities(name string) []int {
	var n []int
	for _, f := range e.funcs[name] {
		n = append(n, len(f.it.Params))
	}
	sort.Ints(n)
	return n
}

func names[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for n := range m {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}
