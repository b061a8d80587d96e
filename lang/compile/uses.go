package compile

import (
	"slices"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/diag"
	"olelo/lang/inventory"
	"olelo/lang/pvar"
	"olelo/lang/source"
)

// What is bound is noted in Options.Uses, where that is not nil.

// runs notes a use of what is bound.
func (c *compiler) runs(kind inventory.Kind, name, module string, at source.Pos) {
	if c.opt.Uses == nil {
		return
	}
	e := inventory.Entry{Kind: kind, Name: name, Class: inventory.Runs}
	if module != "" {
		e.Modules = []string{module}
	}
	c.opt.Uses.Add(e, at)
}

// statement notes a statement or an operator of the language itself.
func (c *compiler) statement(name string, at source.Pos) {
	c.runs(inventory.Statement, name, "", at)
}

// owner is a module of Kamailio that has a name, and in which versions.
type owner struct{ module, versions string }

// owners are those of the catalogue's rows, each once, in order.
func owners[R interface {
	ModuleName() string
	String() string // of the versions
}](rows []R,
) []owner {
	var list []owner
	for _, r := range rows {
		if o := (owner{r.ModuleName(), r.String()}); !slices.Contains(list, o) {
			list = append(list, o)
		}
	}
	return list
}

// waits notes a use of what Kamailio has and olelo does not run. Of several
// modules that have it, it is that of one that the configuration loads.
func (c *compiler) waits(kind inventory.Kind, name string, of []owner, at source.Pos) {
	if c.opt.Uses == nil {
		return
	}
	e := inventory.Entry{Kind: kind, Name: name, Class: inventory.NotRun}
	if len(of) == 0 {
		e.Class, e.Why = inventory.Unknown, "it may belong to a module that nobody knows"
	}
	if slices.ContainsFunc(of, func(o owner) bool { return c.env.forgotten[o.module] }) {
		return // a mistake
	}
	if i := slices.IndexFunc(of, func(o owner) bool { return c.env.missing[o.module] }); i >= 0 {
		of = of[i : i+1]
	} else if i := slices.IndexFunc(of, func(o owner) bool { _, ok := c.env.Module(o.module); return ok }); i >= 0 {
		of = of[i : i+1]
	}
	for _, o := range of {
		e.Modules, e.Versions = append(e.Modules, o.module), of[0].versions
	}
	c.opt.Uses.Add(e, at)
}

// functionName is a function's name in an inventory: "xlog(_,_)".
func functionName(name string, arity int) string {
	return name + "(" + strings.TrimSuffix(strings.Repeat("_,", arity), ",") + ")"
}

// waitsFunc notes a call of a function that olelo does not run.
func (c *compiler) waitsFunc(e *ast.Call) {
	of := owners(catalogue.FunctionsWith(e.Name, len(e.Args)))
	if v, ok := coreFunction(e.Name); ok && len(c.env.arities(e.Name)) == 0 {
		of = []owner{{"core", v.String()}}
	}
	c.waits(inventory.Function, functionName(e.Name, len(e.Args)), of, e.Pos)
}

// waitsVar notes a use of a variable that olelo does not run.
func (f *fixup) waitsVar(class string, off int) {
	if !f.quiet {
		f.c.waits(inventory.Variable, "$"+class, owners(catalogue.Vars(class)), f.place(off))
	}
}

// waitsTrans notes a use of a transformation that olelo does not run.
func (f *fixup) waitsTrans(class, key string, off int) {
	if !f.quiet {
		f.c.waits(inventory.Transformation, "{"+class+"."+key+"}", owners(catalogue.Transformations(class)), f.place(off))
	}
}

// place is that of byte off of f's text.
func (f *fixup) place(off int) source.Pos {
	p := f.at.Pos
	if f.text >= 0 {
		p.Column += f.text + off
	}
	return p
}

// foreign reports whether a text that is bound at a call does not stand there:
// a module's parameter may be bound at each call.
func (f *fixup) foreign(text string) bool {
	for _, a := range f.args {
		if a == nil || strings.Contains(a.Text, text) {
			return false
		}
	}
	return len(f.args) > 0
}

// runs notes a use of a bound name.
func (f *fixup) runs(kind inventory.Kind, name, module string, off int) {
	if !f.quiet {
		f.c.runs(kind, name, module, f.place(off))
	}
}

// Mentions notes in uses the variables that a text outside the routes holds: a
// module's parameter, a global one. Whether such a text is expanded is up to
// who gets it; one that holds what is no variable of Kamailio's is taken to be
// no such text.
func (e *Env) Mentions(text string, at ast.Range, uses *inventory.List) {
	c := &compiler{env: e, diags: &diag.List{}, opt: Options{Uses: uses}}
	(&fixup{c: c, at: at, text: -1}).mention(text, 0)
}

// mention notes the variables in a text that is not bound.
func (f *fixup) mention(text string, off int) {
	if f.c.opt.Uses == nil || !strings.Contains(text, "$") || strings.Contains(text, "://") {
		return
	}
	parts, err := pvar.Format(text)
	if err != nil {
		return
	}
	for _, p := range parts {
		if p.Var == nil {
			continue
		}
		if _, ok := f.c.env.pvs[p.Var.Class]; !ok && !f.c.unknownVar(p.Var.Class).taken() {
			return
		}
	}
	for _, p := range parts {
		if p.Var != nil {
			f.mentionVar(p.Var, off)
		}
	}
}

func (f *fixup) mentionVar(v *pvar.Var, off int) {
	if x, ok := f.c.env.pvs[v.Class]; ok {
		f.runs(inventory.Variable, "$"+v.Class, x.module, off+v.Off)
	} else {
		f.waitsVar(v.Class, off+v.Off)
	}
	f.mention(v.Inner, off+v.InnerOff)
	f.mention(v.Index, off+v.IndexOff)
	for _, t := range v.Trans {
		switch x, ok := f.c.env.trans[t.Class]; {
		case ok && x.it.Has(t.Key):
			f.runs(inventory.Transformation, "{"+t.Class+"."+t.Key+"}", x.module, off+t.Off)
		case !ok && f.c.unknownTrans(t.Class).taken():
			f.waitsTrans(t.Class, t.Key, off+t.Off)
		}
		f.mention(t.Args, off+t.ArgsOff)
	}
}

// unassigned notes an assignment that olelo does not run, of a variable that
// it reads.
func (c *compiler) unassigned(to *ast.Var, why string) {
	v, _, err := pvar.Parse(to.Text)
	if err != nil {
		return
	}
	c.opt.Uses.Add(inventory.Entry{
		Kind: inventory.Variable, Name: "$" + v.Class + " = …", Class: inventory.NotRun,
		Modules: []string{c.env.pvs[v.Class].module}, Versions: "5.6, 6.1", Why: why,
	}, to.Pos)
}
