package compile

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/diag"
	"olelo/lang/source"
	"olelo/runtime/registry"
)

// message is the words of a diagnostic.
type message struct {
	text, hint string
	known      bool     // Kamailio has it, olelo does not run it yet
	atEnd      bool     // Kamailio names the end of the place
	unloaded   []string // modules that have it, none of which is loaded
	silent     bool     // it belongs to a module whose absence is reported
}

// taken reports whether Kamailio takes what m is about.
func (m message) taken() bool { return m.known || m.silent }

func (c *compiler) errorAt(at ast.Range, code, msg, hint string) {
	c.complain(at, code, message{text: msg, hint: hint})
}

// complain reports m, unless that would repeat the report of a missing module.
func (c *compiler) complain(at ast.Range, code string, m message) {
	if m.silent {
		return
	}
	if m.known {
		code = "not-run-yet"
	}
	if !m.known && c.enough(at) {
		return
	}
	if !c.late { // a start may not get to it
		for _, mod := range m.unloaded {
			c.env.Forgotten(mod)
		}
	}
	d := diag.Diagnostic{
		Severity: diag.Error, Code: code, Msg: m.text, Hint: m.hint, Late: c.late, NotRun: m.known,
		Pos: at.Pos, EndLine: at.EndLine, EndCol: at.EndCol,
	}
	if m.atEnd {
		d.SeenLine, d.SeenCol = at.EndLine, at.EndCol
	}
	c.diags.Add(d)
}

// enough counts a mistake, and reports whether it is one too many to tell.
func (c *compiler) enough(at ast.Range) bool {
	c.errors++
	if c.errors == c.opt.MaxErrors+1 {
		c.diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "too-many-errors", Pos: at.Pos, Late: c.late, Msg: "too many errors: the rest is not told"})
	}
	return c.errors > c.opt.MaxErrors
}

// atStart reports, once, a mistake that Kamailio finds only when it starts.
func (c *compiler) atStart(at ast.Range, code string, err error) {
	key := err.Error()
	var start *registry.StartError
	if errors.As(err, &start) {
		key = start.Msg
	}
	if c.warned[key] {
		return
	}
	c.warned[key] = true
	late := c.late
	c.late = true
	c.errorAt(at, code, err.Error(), "")
	c.late = late
}

// warnAt warns of what Kamailio takes without a word.
func (c *compiler) warnAt(at ast.Range, code, msg, hint string) {
	c.diags.Add(diag.Diagnostic{
		Severity: diag.Warning, Code: code, Msg: msg, Hint: hint, Late: true,
		Pos: at.Pos, EndLine: at.EndLine, EndCol: at.EndCol,
	})
}

func place(p source.Pos) string { return fmt.Sprintf("%s:%d", p.Filename, p.Line) }

// notYet says that olelo does not run what modules of Kamailio have.
func notYet(what, kind string, modules []string, v catalogue.Versions) message {
	return message{
		text:  fmt.Sprintf("%s: %s of module %s, known in Kamailio %s, not run by olelo yet", what, kind, strings.Join(modules, " or "), v),
		hint:  "--lenient starts anyway: each use then logs an error and counts as false",
		known: true,
	}
}

// ofModule ends a question for a name that these modules have.
func (c *compiler) ofModule(modules []string) string {
	for _, m := range modules {
		if _, ok := c.env.Module(m); ok || c.env.IsMissing(m) {
			return "?"
		}
	}
	return " of module " + modules[0] + ", which is not loaded?"
}

// coreFunction tells which Kamailios have a function of that name in the core.
func coreFunction(name string) (catalogue.Versions, bool) {
	for _, w := range catalogue.Words(name) {
		if w.Section == "Core Functions" {
			return w.Versions, true
		}
	}
	return catalogue.Versions{}, false
}

// unknownFunc explains a call that cannot be bound.
func (c *compiler) unknownFunc(name string, arity int) message {
	rows := catalogue.Functions(name)
	have, here := c.env.arities(name), present(c.env, rows)
	if v, ok := coreFunction(name); ok && len(have) == 0 {
		return notYet(name+"()", "a function", []string{"core"}, v)
	}
	if len(have) > 0 || len(here) > 0 {
		fit := present(c.env, catalogue.FunctionsWith(name, arity))
		if len(fit) == 0 {
			all := append(have, arities(here)...)
			slices.Sort(all)
			return message{text: fmt.Sprintf("%s() takes %s, not %d", name, list(slices.Compact(all), "parameter"), arity)}
		}
		mods := catalogue.Modules(fit)
		if c.env.anyMissing(mods) {
			return message{silent: true}
		}
		what := name + "()"
		if len(have) > 0 {
			what += " with " + plural(arity, "parameter")
		}
		return notYet(what, "a function", mods, fit[0].Versions)
	}
	if len(rows) == 0 {
		m := message{text: "there is no function " + name + "()"}
		if c.errors > c.opt.MaxErrors {
			return m
		}
		if len(catalogue.Vars(name)) > 0 {
			m.hint = "did you mean the variable $" + name + "(…)?"
		} else if near := diag.Nearest(name, names(c.env.funcs)); near != "" {
			m.hint = "did you mean " + near + "()?"
		} else if far := catalogue.NearFunctions(name); len(far) > 0 {
			m.hint = "did you mean " + far[0] + "()" + c.ofModule(catalogue.Modules(catalogue.Functions(far[0])))
		} else if c.env.stranger {
			m.silent = true
		}
		return m
	}
	mods := catalogue.Modules(rows)
	return message{
		text: fmt.Sprintf("%s() is a function of module %s, which is not loaded", name, strings.Join(mods, " or ")),
		hint: `add loadmodule "` + mods[0] + `.so"`, unloaded: mods, silent: c.env.lost,
	}
}

// unknownVar explains a variable class that cannot be bound.
func (c *compiler) unknownVar(class string) message {
	rows := catalogue.Vars(class)
	if len(rows) == 0 {
		m := message{text: "there is no variable $" + class}
		if near := diag.Nearest(class, names(c.env.pvs)); near != "" {
			m.hint = "did you mean $" + near + "?"
		} else if far := catalogue.NearVars(class); len(far) > 0 {
			m.hint = "did you mean $" + far[0] + c.ofModule(catalogue.Modules(catalogue.Vars(far[0])))
		}
		if i := strings.IndexAny(class, "._?"); i > 0 {
			if _, ok := c.env.pvs[class[:i]]; ok {
				m.hint = fmt.Sprintf("a bare name takes in dots and underscores: write $(%s)%s", class[:i], class[i:])
			}
		}
		m.silent = m.hint == "" && c.env.stranger
		return m
	}
	mods := catalogue.Modules(rows)
	if c.env.anyMissing(mods) {
		return message{silent: true}
	}
	for _, mod := range mods {
		if _, loaded := c.env.Module(mod); loaded || mod == "core" {
			return notYet("$"+class, "a variable", []string{mod}, rows[0].Versions)
		}
	}
	return message{
		text: fmt.Sprintf("$%s is a variable of module %s, which is not loaded", class, strings.Join(mods, " or ")),
		hint: `add loadmodule "` + mods[0] + `.so"`, unloaded: mods, silent: c.env.lost,
	}
}

// unknownTrans explains a transformation class that cannot be bound.
func (c *compiler) unknownTrans(class string) message {
	rows := catalogue.Transformations(class)
	if len(rows) == 0 {
		m := message{text: "there is no transformation class {" + class + ".…}"}
		if near := diag.Nearest(class, names(c.env.trans)); near != "" {
			m.hint = "did you mean {" + near + ".…}?"
		} else if far := catalogue.NearTransformations(class); len(far) > 0 {
			m.hint = "did you mean {" + far[0] + ".…}" + c.ofModule(catalogue.Modules(catalogue.Transformations(far[0])))
		} else if c.env.stranger {
			m.silent = true
		}
		return m
	}
	mods := catalogue.Modules(rows)
	if c.env.anyMissing(mods) {
		return message{silent: true}
	}
	for _, mod := range mods {
		if _, loaded := c.env.Module(mod); loaded {
			return notYet("{"+class+".…}", "a transformation class", []string{mod}, rows[0].Versions)
		}
	}
	return message{
		text: fmt.Sprintf("{%s.…} is a transformation class of module %s, which is not loaded", class, strings.Join(mods, " or ")),
		hint: `add loadmodule "` + mods[0] + `.so"`, unloaded: mods, silent: c.env.lost,
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// list is "1 parameter", "1 or 2 parameters", "1, 2 or 3 parameters".
func list(n []int, noun string) string {
	if len(n) == 1 {
		return plural(n[0], noun)
	}
	words := make([]string, len(n))
	for i := range n {
		words[i] = strconv.Itoa(n[i])
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last] + " " + noun + "s"
}

// width is how many columns of one line a range covers, 0 where that is not known.
func (c *compiler) width(at ast.Range) int {
	if at.EndLine != at.Pos.Line || at.EndCol < at.Pos.Column {
		return 0
	}
	return at.EndCol - at.Pos.Column + 1
}
