package compile

import (
	"errors"
	"slices"
	"strconv"

	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/diag"
	"olelo/lang/inventory"
	"olelo/lang/program"
	"olelo/runtime/ere"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// call compiles a function or route call into dst: its raw code, or with test
// 1 where that is > 0 and 0 otherwise.
func (c *compiler) call(e *ast.Call, dst uint8, test bool) {
	if e.Name != "selval" {
		c.trace(e.Name, len(e.Args), e.Range, e.EndLine)
	}
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
	c.prog.Calls = append(c.prog.Calls, program.Leaf[registry.Call]{Text: e.Name, Do: fn.call})
	in := program.Instr{Op: program.OpCall, A: dst, C: program.RCSet, D: int32(len(c.prog.Calls) - 1)}
	switch {
	case test:
		in.Op = program.OpCallTest
	case fn.logs:
		in.Op, in.B = program.OpCallLog, uint8(int8(fn.level))
	}
	if c.ofCore(e.Name) {
		in.C = program.RCZero
	}
	c.pos = e.Pos
	c.emit(in)
}

// ofCore reports whether a function that is there is one of the core's.
func (c *compiler) ofCore(name string) bool {
	f := c.env.funcs[name]
	return len(f) > 0 && f[0].module == "core"
}

// bound is a function at a call site; where logs is set, all that it does is to
// write a line at level.
type bound struct {
	call  registry.Call
	logs  bool
	level log.Level
}

// function binds a call site; ok is false where that is reported.
func (c *compiler) function(e *ast.Call) (fn bound, ok bool) {
	f, ok := c.env.fn(e.Name, len(e.Args))
	if !ok {
		fn.call, ok = c.notRun(e)
		return fn, ok
	}
	if !c.allowed(e, f.it.Routes) {
		return bound{}, false
	}
	c.only6Func(e)
	args, err := c.arguments(e, f.it.Params)
	if err != nil {
		return bound{call: refuse(e)}, err == errNotRun
	}
	fx := c.site(e)
	c.late = true
	defer func() { c.late = false }()
	call, err := f.it.Bind(fx, args)
	if err != nil {
		var notRun *registry.NotRunError
		known := errors.As(err, &notRun)
		if !errors.Is(err, errReported) && !c.told(e.Range) {
			c.complain(e.Range, "bad-parameter", message{text: err.Error(), known: known, atEnd: true})
		}
		if known {
			c.waits(inventory.Function, functionName(e.Name, len(e.Args)), []owner{{f.module, "5.6, 6.1"}}, e.Pos)
		}
		return bound{call: refuse(e)}, known
	}
	if c.opt.Uses != nil {
		c.runs(inventory.Function, functionName(e.Name, len(e.Args)), f.module, e.Pos)
	}
	fn.call = c.called(e, args, f.it.Params, call)
	if _, mocked := c.mock(e); !mocked && c.opt.Recorder == nil && f.it.Logs != nil {
		fn.level, fn.logs = f.it.Logs(args)
	}
	return fn, true
}

// told reports whether the parser has found a mistake at a place.
func (c *compiler) told(at ast.Range) bool {
	return slices.ContainsFunc(c.diags.Items, func(d diag.Diagnostic) bool {
		return d.Severity == diag.Error && d.Pos.Filename == at.Pos.Filename && d.Pos.Offset >= at.Pos.Offset &&
			d.Pos.Line <= at.EndLine
	})
}

// allowed reports whether a function may stand in the route that is compiled.
func (c *compiler) allowed(e *ast.Call, routes registry.Mask) bool {
	if routes&c.mask == 0 {
		c.complain(e.Range, "wrong-route", message{text: e.Name + "() cannot be used in this kind of route block", atEnd: true})
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

// errNotRun stands for a report that olelo does not run something yet.
var errNotRun = errors.New("not run")

// arguments are a call's; the error is errReported or errNotRun. They must be
// constants, but for functions whose parameters Kamailio computes. params are
// those of a function that olelo runs.
func (c *compiler) arguments(e *ast.Call, params []registry.ParamInfo) ([]registry.Arg, error) {
	var err error
	args := make([]registry.Arg, len(e.Args))
	for i, a := range e.Args {
		if id, ok := a.(*ast.Ident); ok && c.ofCore(e.Name) { // uri:host, TCP
			args[i] = registry.Arg{Text: id.Name, Pos: id.Pos}
			continue
		}
		lit, ok := a.(*ast.Lit)
		if !ok {
			k, isConst := c.constant(a)
			switch {
			case isConst:
			case !calls(a) && catalogue.TakesExpressions(e.Name, len(e.Args)):
				if args[i], err = c.computed(e, i, params); err != nil {
					return nil, err
				}
				continue
			default:
				c.errorAt(rangeOf(a), "parameter-not-constant",
					"parameter "+strconv.Itoa(i+1)+" of "+e.Name+"() is not a constant",
					`put a variable into quotes: "$var(x)"`)
				return nil, errReported
			}
			pos, _, _ := a.Span()
			args[i] = registry.Arg{Int: k.I, IsInt: k.K == value.Int, Text: constText(k), Pos: pos}
			continue
		}
		args[i] = registry.Arg{Text: lit.Text, Int: lit.Int, IsInt: lit.Kind == ast.LitInt, Pos: lit.Pos}
	}
	return args, nil
}

// computed evaluates argument i of a call, for the function to read from where
// it is kept. Kamailio expands the variables in what comes out once more: here
// a caller cannot have that done to what he sends.
func (c *compiler) computed(e *ast.Call, i int, params []registry.ParamInfo) (registry.Arg, error) {
	a := e.Args[i]
	if params == nil { // not run, only checked
		mark := c.regs
		c.expr(a, c.reg())
		c.release(mark)
		return registry.Arg{}, nil
	}
	if kind := params[i].Kind; kind != "text" && kind != "int" {
		c.complain(rangeOf(a), "", message{
			text:  "parameter " + strconv.Itoa(i+1) + " of " + e.Name + "() is computed: known in Kamailio 5.6, not run by olelo yet",
			hint:  `a variable in quotes, "$var(x)", may do the same`,
			known: true,
		})
		return registry.Arg{}, errNotRun
	}
	keep := &ast.Var{Range: rangeOf(a), Text: "$vn(<" + strconv.Itoa(i+1) + ">)"}
	op := "int" // of any text, too: 0 where it is no number
	if params[i].Kind == "text" {
		op = "str" // $null is nothing, not "<null>"
	}
	tracer := c.opt.Tracer
	c.opt.Tracer = nil // the place is no variable of the configuration
	defer func() { c.opt.Tracer = tracer }()
	c.assign(rangeOf(a), keep, &ast.Unary{Range: rangeOf(a), Op: op, X: a}, -1)
	return registry.Arg{Text: keep.Text, Pos: keep.Pos}, nil
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
		c.emitCall(e, program.Instr{Op: program.OpRoute, A: dst, C: depth, D: int32(n)})
	} else {
		r := c.operand(e.Args[0])
		c.emitCall(e, program.Instr{Op: program.OpRouteDyn, A: dst, B: r, C: depth})
	}
	if test {
		c.emit(program.Instr{Op: program.OpTruth, A: dst, B: dst})
	}
}

// emitCall emits the call of a route.
func (c *compiler) emitCall(e *ast.Call, in program.Instr) {
	c.pos = e.Pos
	r := c.opt.Recorder
	if r != nil {
		c.probe("calling", r.Calling())
	}
	c.emit(in)
	if r != nil {
		c.probe("returned", r.Returned())
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
	c.selected(e.Args[1], dst)
	over := jumpList{c.emit(program.Instr{Op: program.OpJump})}
	c.patch(no)
	c.selected(e.Args[2], dst)
	c.patch(over)
}

// selected evaluates one of selval's values; $null becomes the empty text.
func (c *compiler) selected(e ast.Expr, dst uint8) {
	c.expr(e, dst)
	if c.typeOf(e) == tAny {
		there := jumpList{c.emit(program.Instr{Op: program.OpJumpNotNull, A: dst})}
		c.load(value.OfStr(""), dst)
		c.patch(there)
	}
}

// regex compiles a static pattern and returns its number.
func (c *compiler) regex(pattern string, at ast.Range, fold ere.Flags) (int, bool) {
	key := regexKey{pattern, fold}
	if n, ok := c.regexes[key]; ok {
		return n, true
	}
	re, err := ere.Compile(pattern, fold)
	if err != nil {
		c.late = true
		c.errorAt(at, "bad-regex", err.Error(), "")
		c.late = false
		return 0, false
	}
	c.prog.Regexes = append(c.prog.Regexes, program.Leaf[program.Matcher]{Text: pattern, Do: re.Match})
	c.regexes[key] = len(c.prog.Regexes) - 1
	return c.regexes[key], true
}

type regexKey struct {
	pattern string
	flags   ere.Flags
}
