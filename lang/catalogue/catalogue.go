// Package catalogue knows the names of Kamailio 5.6 and 6.1: functions with
// their arities, module parameters, pseudo-variables, transformations, event
// routes, RPC commands and the core's own words. It tells a typo from a name
// whose module is not loaded and from one that olelo does not run yet.
//
// A table is indexed when it is first asked: a configuration that olelo runs
// pays nothing. All functions are safe for concurrent use; the slices
// they return are shared and must not be changed.
package catalogue

import (
	"cmp"
	"slices"
	"strings"
)

// Any is the number of parameters of a function that takes any number.
const Any = -1

// Function is one function with one arity.
type Function struct {
	Module string
	Name   string
	Params int      // how many, or Any
	Kinds  []string // text, int, word, pv, regex, special; may be shorter than Params ("special" stands for all)
	Expr   bool     // its parameters may be computed: f($var(x)), f("a" + $ru)
	Routes string   // "REQUEST_ROUTE|ONREPLY_ROUTE", "ANY_ROUTE"
	Versions
}

// Param is one module parameter.
type Param struct {
	Module string
	Name   string
	Type   string // int, str, string, func, or several joined by '|'
	Versions
}

// Var is one pseudo-variable class.
type Var struct {
	Module   string
	Name     string // without the dollar: "sht", "err.class"
	Writable bool   // as far as is known
	Versions
}

// Name is a name that has nothing but a module: a transformation class, one of
// its keys, an event route, an RPC command.
type Name struct {
	Module string
	Name   string
	Versions
}

// Word is one of the core's own words.
type Word struct {
	Section string // section of the core cookbook: "Core parameters", "Core Functions"
	Name    string
	Versions
}

// Versions tells which Kamailio has a name.
type Versions struct{ In56, In61 bool }

// String is "5.6, 6.1", or the one of them.
func (v Versions) String() string {
	switch {
	case v.In56 && v.In61:
		return "5.6, 6.1"
	case v.In56:
		return "5.6"
	case v.In61:
		return "6.1"
	}
	return ""
}

// Functions returns every row of the function called name, in all modules and
// arities; nil where there is no such function.
func Functions(name string) []Function { return functions.of(name) }

// FunctionsWith returns the rows of name that take n parameters.
func FunctionsWith(name string, n int) []Function {
	var fit []Function
	for _, f := range Functions(name) {
		if f.Params == n || f.Params == Any {
			fit = append(fit, f)
		}
	}
	return fit
}

// TakesExpressions reports whether parameters of name may be computed, in a
// call with n of them.
func TakesExpressions(name string, n int) bool {
	for _, f := range FunctionsWith(name, n) {
		if f.Expr {
			return true
		}
	}
	return false
}

// Params returns every module parameter called name; a module has at most one.
func Params(name string) []Param { return params.of(name) }

// ParamOf returns module's parameter called name.
func ParamOf(module, name string) (Param, bool) {
	for _, p := range Params(name) {
		if p.Module == module {
			return p, true
		}
	}
	return Param{}, false
}

// FunctionsOf returns the rows of module's functions, by name.
func FunctionsOf(module string) []Function { return functions.ofModule(module) }

// ParamsOf returns module's parameters, by name.
func ParamsOf(module string) []Param { return params.ofModule(module) }

// VarsOf returns module's pseudo-variable classes, by name.
func VarsOf(module string) []Var { return vars.ofModule(module) }

// TransformationsOf returns module's transformation classes, by name.
func TransformationsOf(module string) []Name { return trans.ofModule(module) }

// TransformationKeys returns what may stand behind class in a transformation:
// "uri.host" is the key host of the class uri. Their Module is the class.
func TransformationKeys(class string) []Name { return transKeys.ofModule(class) }

// EventRoutesOf returns module's event routes, by name.
func EventRoutesOf(module string) []Name { return events.ofModule(module) }

// RPCsOf returns module's RPC commands, by name; those of the core for "core".
func RPCsOf(module string) []Name {
	if module == "core" {
		return coreRPCs.ofModule(module)
	}
	return rpcs.ofModule(module)
}

// Vars returns the pseudo-variable classes called name, without the dollar.
func Vars(name string) []Var { return vars.of(name) }

// Transformations returns the transformation classes called class.
func Transformations(class string) []Name { return trans.of(class) }

// EventRoutes returns the event routes called name. The last part of a name
// that the configuration chooses (a table in htable:expired:TABLE) may be
// anything.
func EventRoutes(name string) []Name {
	if n := events.of(name); n != nil {
		return n
	}
	if i := strings.LastIndexByte(name, ':'); i > 0 && strings.IndexByte(name, ':') < i {
		return openEvents()[name[:i]]
	}
	return nil
}

// RPCs returns the RPC commands called name.
func RPCs(name string) []Name { return rpcs.of(name) }

// Words returns the core's words called name, one for each section that has it.
func Words(name string) []Word { return words()[name] }

// WordsOf returns the words of a section of the core cookbook, by name.
func WordsOf(section string) []Word {
	var list []Word
	for _, of := range words() {
		for _, w := range of {
			if w.Section == section {
				list = append(list, w)
			}
		}
	}
	slices.SortFunc(list, func(a, b Word) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// HasModule reports whether Kamailio has a module of that name, without ".so".
func HasModule(name string) bool {
	return hasModule(name)
}

// Modules returns the names of the modules of some rows, each once: what to load
// to get a function or variable. The shortest name comes first: where several
// modules have one thing, it is the one that the others are variants of.
func Modules[R interface{ ModuleName() string }](rows []R) []string {
	var names []string
next:
	for _, r := range rows {
		m := r.ModuleName()
		for _, n := range names {
			if n == m {
				continue next
			}
		}
		names = append(names, m)
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	return names
}

// ModuleName is the module that has the function.
func (f Function) ModuleName() string { return f.Module }

// ModuleName is the module that has the parameter.
func (p Param) ModuleName() string { return p.Module }

// ModuleName is the module that has the variable.
func (v Var) ModuleName() string { return v.Module }

// ModuleName is the module that has the name.
func (n Name) ModuleName() string { return n.Module }
