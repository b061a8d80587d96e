package compile

import (
	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/diag"
)

// only6 says once, in dialect 5.6, that Kamailio 5.6 does not have what the
// configuration uses; olelo runs it all the same. newer is asked at the first
// use of what.
func (c *compiler) only6(at ast.Range, what string, newer func() bool) {
	key := "only-6\x00" + what
	if c.opt.Dialect6 || c.warned[key] {
		return
	}
	c.warned[key] = true
	if newer() {
		d := OnlyIn6(at, what)
		d.Late = true
		c.diags.Add(d)
	}
}

// OnlyIn6 is the warning of what Kamailio 6 has and 5.6 does not.
func OnlyIn6(at ast.Range, what string) diag.Diagnostic {
	return diag.Diagnostic{
		Severity: diag.Warning, Code: "only-in-6", Msg: what + " is Kamailio 6's, not in 5.6",
		Hint: "olelo runs it; --compat=6 gives the whole meaning of 6",
		Pos:  at.Pos, EndLine: at.EndLine, EndCol: at.EndCol,
	}
}

func (c *compiler) only6Func(e *ast.Call) {
	n := len(e.Args)
	c.only6(e.Range, e.Name+"() with "+plural(n, "parameter"), func() bool {
		return catalogue.Newer(e.Name, func(name string) []catalogue.Function { return catalogue.FunctionsWith(name, n) })
	})
}

func (f *fixup) only6Var(off, end int, class string) {
	f.c.only6(f.part(off, end), "$"+class, func() bool { return catalogue.Newer(class, catalogue.Vars) })
}

func (f *fixup) only6Trans(off, end int, class, key string, newer bool) {
	f.c.only6(f.part(off, end), "{"+class+"."+key+"}", func() bool {
		return newer || catalogue.Newer(class, catalogue.Transformations)
	})
}

func (c *compiler) only6Event(at ast.Range, name string) {
	c.only6(at, "event_route["+name+"]", func() bool { return catalogue.Newer(name, catalogue.EventRoutes) })
}
