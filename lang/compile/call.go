package compile

import (
	"errors"
	"strconv"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/inventory"
	"olelo/lang/program"
	"olelo/runtime/ere"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// call compiles a function or route call into dst: its raw code, or with test
// 1 where that is > 0 and 0 otherwise.
func (c *compiler) call(e *ast.Call, dst uint8, test bool) {
	switch e.Name {
	case "route":
		c.statement("route()", e.Pos)
		c.routeCall(e, dst, test)
		return
	case "selval":
		c.statement("selval()", e.Pos)
		c.selval(e, dst)
		return
	}
	fn, ok := c.function(e)
	if !ok {
		return
	}
	c.prog.Calls = append(c.prog.Calls, program.Leaf[registry.Call]{Text: e.Name, Do: fn})
	op := program.OpCall
	if test {
		op = program.OpCallTest
	}
	rc := program.RCSet
	if c.ofCore(e.Name) {
		rc = program.RCZero
	}
	c.pos = e.Pos
	c.emit(program.Instr{Op: op, A: dst, C: rc, D: int32(len(c.prog.Calls) - 1)})
}

// ofCore reports whether a function that is there is one of the core's.
func (c *compiler) ofCore(name string) bool {
	f := c.env.funcs[name]
	return len(f) > 0 && f[0].module == "core"
}

// function binds a call site; ok is false where that is reported.
func (c *compiler) function(e *ast.Call) (registry.Call, bool) {
	f, ok := c.env.fn(e.Name, len(e.Args))
	if !ok {
		return c.notRun(e)
	}
	if !c.allowed(e, f.it.Routes) {
		return nil, false
	}
	args, ok := c.arguments(e)
	if !ok {
		return nil, false
	}
	fx := c.site(e)
	c.late = true
	defer func() { c.late = false }()
	call, err := f.it.Bind(fx, args)
	if err != nil {
		if !errors.Is(err, errReported) {
			c.errorAt(e.Range, "bad-parameter", err.Error(), "")
		}
		return nil, false
	}
	if c.opt.Uses != nil {
		c.runs(inventory.Function, functionName(e.Name, len(e.Args)), f.module, e.Pos)
	}
	return call, true
}

// allowed reports whether a function may stand in the route that is compiled.
func (c *compiler) allowed(e *ast.Call, routes registry.Mask) bool {
	if routes&c.mask == 0 {
		c.errorAt(e.Range, "wrong-route", e.Name+"() cannot be used in this kind of route block", "")
		return false
	}
	return true
}

// site is the fixup of a call's arguments.
func (c *compiler) site(e *ast.Call) *fixup {
	fx := &fixup{c: c, at: e.Range, text: -1}
	for _, a := range e.Args {
		lit, _ := a.(*ast.Lit)
		fx.args = append(fx.args, lit)
	}
	return fx
}

// arguments are a call's, which must be constants; ok is false where one is
// not, which is reported.
func (c *compiler) arguments(e *ast.Call) ([]registry.Arg, bool) {
	args := make([]registry.Arg, len(e.Args))
	for i, a := range e.Args {
		if id, ok := a.(*ast.Ident); ok && c.ofCore(e.Name) { // uri:host, TCP
			args[i] = registry.Arg{Text: id.Name, Pos: id.Pos}
			continue
		}
		lit, ok := a.(*ast.Lit)
		if !ok {
			k, isConst := c.constant(a)
			if !isConst {
				c.errorAt(rangeOf(a), "parameter-not-constant",
					"parameter "+strconv.Itoa(i+1)+" of "+e.Name+"() is not a constant",
					`put a variable into quotes: "$var(x)"`)
				return nil, false
			}
			pos, _, _ := a.Span()
			args[i] = registry.Arg{Int: k.I, IsInt: k.K == value.Int, Text: constText(k), Pos: pos}
			continue
		}
		args[i] = registry.Arg{Text: lit.Text, Int: lit.Int, IsInt: lit.Kind == ast.LitInt, Pos: lit.Pos}
	}
	return args, true
}

func (c *compiler) routeCall(e *ast.Call, dst uint8, test bool) {
	if len(e.Args) != 1 {
		c.errorAt(e.Range, "bad-parameter", "route() takes the name of one route block", "")
		return
	}
	depth := uint8(min(c.depth, 255))
	if name, ok := routeName(e.Args[0]); ok {
		n, found := c.prog.FindRoute("route", name)
		if !found {
			m := message{text: "there is no route[" + name + "]"}
			var have []string
			for i := range c.prog.Routes {
				if c.prog.Routes[i].Kind == "route" {
					have = append(have, c.prog.Routes[i].Name)
				}
			}
			if near := diag.Nearest(name, have); near != "" {
				m.hint = "did you mean route[" + near + "]?"
			}
			c.late = true
			c.errorAt(e.Range, "unknown-route", m.text, m.hint)
			c.late = false
			return
		}
		c.pos = e.Pos
		c.emit(program.Instr{Op: program.OpRoute, A: dst, C: depth, D: int32(n)})
	} else {
		r := c.operand(e.Args[0])
		c.pos = e.Pos
		c.emit(program.Instr{Op: program.OpRouteDyn, A: dst, B: r, C: depth})
	}
	if test {
		c.emit(program.Instr{Op: program.OpTruth, A: dst, B: dst})
	}
}

// routeName is a route's name written as a word, a number or a text.
func routeName(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.Lit:
		return e.Text, true
	case *ast.Ident:
		return e.Name, true
	}
	return "", false
}

// selval is selval(cond, a, b): a where cond is true, b otherwise.
func (c *compiler) selval(e *ast.Call, dst uint8) {
	if len(e.Args) != 3 {
		c.errorAt(e.Range, "bad-parameter", "selval() takes a condition and two values", "")
		return
	}
	no := c.branch(e.Args[0], positive, false)
	c.expr(e.Args[1], dst)
	over := jumpList{c.emit(program.Instr{Op: program.OpJump})}
	c.patch(no)
	c.expr(e.Args[2], dst)
	c.patch(over)
}

// regex compiles a static pattern and returns its number.
func (c *compiler) regex(pattern string, at ast.Range, fold ere.Flags) (int, bool) {
	re, err := ere.Compile(pattern, fold)
	if err != nil {
		c.late = true
		c.errorAt(at, "bad-regex", err.Error(), "")
		c.late = false
		return 0, false
	}
	c.prog.Regexes = append(c.prog.Regexes, program.Leaf[program.Matcher]{Text: pattern, Do: re.Match})
	return len(c.prog.Regexes) - 1, true
}
