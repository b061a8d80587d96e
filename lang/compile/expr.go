package compile

import (
	"errors"
	"math"
	"strconv"

	"olelo/lang/ast"
	"olelo/lang/inventory"
	"olelo/lang/program"
	"olelo/runtime/ere"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// typ is what is known of an expression's type before it runs.
type typ uint8

const (
	tAny typ = iota // a variable: integer, text or $null
	tInt
	tStr
)

// intOps are the operators on integers.
var intOps = map[string]program.Op{
	"-": program.OpSub, "*": program.OpMul, "/": program.OpDiv, "mod": program.OpMod,
	"&": program.OpAnd, "|": program.OpOr, "^": program.OpXor, "<<": program.OpShl, ">>": program.OpShr,
	"<": program.OpLt, "<=": program.OpLe, ">": program.OpGt, ">=": program.OpGe,
	"ieq": program.OpEqI, "ine": program.OpNeI,
}

// typeOf is an expression's static type. It reports nothing.
func (c *compiler) typeOf(e ast.Expr) typ {
	switch e := e.(type) {
	case *ast.Lit:
		if e.Kind == ast.LitInt {
			return tInt
		}
		return tStr
	case *ast.Var, *ast.Ident:
		return tAny
	case *ast.Select:
		return tStr
	case *ast.Unary:
		if e.Op == "str" {
			return tStr
		}
		return tInt
	case *ast.Binary:
		if e.Op == "+" {
			return c.typeOf(e.X)
		}
		return tInt
	case *ast.Call:
		if e.Name == "selval" && len(e.Args) == 3 {
			return c.typeOf(e.Args[1])
		}
		return tInt
	}
	return tInt
}

func (c *compiler) narrow(i int64) int64 {
	if c.opt.Wrap32 {
		return int64(int32(i))
	}
	return i
}

// isNull reports whether e is the variable $null itself.
func isNull(e ast.Expr) bool {
	v, ok := e.(*ast.Var)
	return ok && (v.Text == "$null" || v.Text == "$(null)")
}

// calls reports whether evaluating e runs a function or a route, which may
// assign variables.
func calls(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Call, *ast.AssignExpr:
		return true
	case *ast.Unary:
		return calls(e.X)
	case *ast.Binary:
		return calls(e.X) || calls(e.Y)
	}
	return false
}

// expr evaluates e into register dst.
func (c *compiler) expr(e ast.Expr, dst uint8) {
	mark := c.regs
	defer c.release(mark)
	c.pos, _, _ = e.Span()
	if v, ok := c.constant(e); ok {
		c.load(v, dst)
		return
	}
	switch e := e.(type) {
	case *ast.Var:
		c.getVar(e, dst)
	case *ast.Unary:
		c.unary(e, dst)
	case *ast.Binary:
		c.binary(e, dst)
	case *ast.Call:
		c.call(e, dst, true)
	case *ast.AssignExpr:
		c.assign(e.Range, e.To, e.Value, -1)
		c.load(value.OfInt(1), dst)
	case *ast.Ident:
		c.errorAt(e.Range, "unknown-word", "unknown word "+strconv.Quote(e.Name)+" in an expression",
			"a variable starts with $, a function has ( ), a text stands in quotes")
	case *ast.Select:
		c.selection(e, dst)
	}
}

// load puts a constant into a register.
func (c *compiler) load(v value.Value, dst uint8) {
	if v.K == value.Int && v.I >= math.MinInt32 && v.I <= math.MaxInt32 {
		c.emit(program.Instr{Op: program.OpLoadInt, A: dst, D: int32(v.I)})
		return
	}
	c.emit(program.Instr{Op: program.OpLoadConst, A: dst, D: int32(c.konst(v))})
}

// konst numbers a constant.
func (c *compiler) konst(v value.Value) int {
	if n, ok := c.consts[v]; ok {
		return n
	}
	n := len(c.prog.Consts)
	c.prog.Consts = append(c.prog.Consts, v)
	c.consts[v] = n
	return n
}

// variable binds a variable; ok is false where that is reported.
func (c *compiler) variable(e *ast.Var) (registry.Var, bool) {
	fx := &fixup{c: c, at: e.Range, text: 0}
	v, err := fx.Var(e.Text)
	if err != nil {
		if !errors.Is(err, errReported) {
			c.errorAt(e.Range, "bad-variable", err.Error(), "")
		}
		return registry.Var{}, false
	}
	return v, true
}

func (c *compiler) getVar(e *ast.Var, dst uint8) {
	v, ok := c.variable(e)
	switch {
	case !ok:
	case v.Slot > 0:
		c.emit(program.Instr{Op: program.OpLoadVar, A: dst, D: int32(v.Slot - 1)})
	default:
		c.prog.Gets = append(c.prog.Gets, program.Leaf[registry.Getter]{Text: e.Text, Do: v.Get})
		c.emit(program.Instr{Op: program.OpGet, A: dst, D: int32(len(c.prog.Gets) - 1)})
	}
}

// operand evaluates the left operand of e, whose right one is evaluated after.
func (c *compiler) left(e *ast.Binary) uint8 {
	r := c.reg()
	c.expr(e.X, r)
	if calls(e.Y) && c.typeOf(e.X) != tInt {
		c.emit(program.Instr{Op: program.OpPin, A: r})
	}
	return r
}

func (c *compiler) operand(e ast.Expr) uint8 {
	r := c.reg()
	c.expr(e, r)
	return r
}

var unaryOps = map[string]program.Op{
	"-": program.OpNeg, "~": program.OpCom, "!": program.OpNot, "int": program.OpToInt, "str": program.OpToStr,
	"strlen": program.OpStrLen, "strempty": program.OpStrEmpty, "defined": program.OpDefined,
}

// unaryWords are those of them that are words, as an inventory has them.
var unaryWords = map[string]string{
	"int": "(int)", "str": "(str)", "strlen": "strlen", "strempty": "strempty", "defined": "defined",
}

func (c *compiler) unary(e *ast.Unary, dst uint8) {
	if t := c.typeOf(e.X); t == tStr && (e.Op == "-" || e.Op == "~" || e.Op == "!") {
		c.mismatch(e.X)
		return
	}
	x := c.operand(e.X)
	c.pos = e.Pos
	if word := unaryWords[e.Op]; word != "" {
		c.statement(word, e.Pos)
	}
	c.emit(program.Instr{Op: unaryOps[e.Op], A: dst, B: x})
}

// mismatch reports a text where an integer is wanted.
func (c *compiler) mismatch(e ast.Expr) {
	c.errorAt(rangeOf(e), "type-mismatch", "type mismatch: a text stands where an integer is wanted",
		"(int) before it converts; for two texts, put the text on the left")
}

func rangeOf(e ast.Expr) ast.Range {
	pos, line, col := e.Span()
	return ast.Range{Pos: pos, EndLine: line, EndCol: col}
}

func (c *compiler) binary(e *ast.Binary, dst uint8) {
	if isOldTest(e) {
		c.oldTest(e, dst)
		return
	}
	lt, rt := c.typeOf(e.X), c.typeOf(e.Y)
	switch e.Op {
	case "&&", "||":
		c.logic(e, dst)
		return
	case "==", "!=", "eq", "ne":
		c.equality(e, lt, rt, dst)
		return
	case "=~":
		c.match(e, lt, dst)
		return
	case "+":
		c.sum(e, lt, rt, dst)
		return
	}
	op, ok := intOps[e.Op]
	if !ok {
		c.errorAt(e.Range, "unknown-operator", "unknown operator "+e.Op, "")
		return
	}
	for _, x := range []ast.Expr{e.X, e.Y} {
		if c.typeOf(x) == tStr && e.Op != "ieq" && e.Op != "ine" {
			c.mismatch(x)
			return
		}
	}
	l := c.left(e)
	if k, ok := c.smallConst(e.Y); ok && op == program.OpSub {
		c.pos = e.OpAt
		c.emit(program.Instr{Op: program.OpSubK, A: dst, B: l, D: k})
		return
	}
	r := c.operand(e.Y)
	c.pos = e.OpAt
	c.emit(program.Instr{Op: op, A: dst, B: l, C: r})
}

func (c *compiler) smallConst(e ast.Expr) (int32, bool) {
	v, ok := c.constant(e)
	return int32(v.I), ok && v.K == value.Int && v.I >= math.MinInt32 && v.I <= math.MaxInt32
}

func (c *compiler) sum(e *ast.Binary, lt, rt typ, dst uint8) {
	if lt == tInt && rt == tStr {
		c.mismatch(e.Y)
		return
	}
	l := c.left(e)
	op := program.OpAdd
	switch lt {
	case tInt:
		op = program.OpAddInt
	case tStr:
		op = program.OpConcat
	}
	if k, ok := c.smallConst(e.Y); ok && op != program.OpConcat {
		c.pos = e.OpAt
		c.emit(program.Instr{Op: program.OpAddK, A: dst, B: l, D: k})
		return
	}
	r := c.operand(e.Y)
	c.pos = e.OpAt
	c.emit(program.Instr{Op: op, A: dst, B: l, C: r})
}

func (c *compiler) equality(e *ast.Binary, lt, rt typ, dst uint8) {
	ne := e.Op == "!=" || e.Op == "ne"
	if x, ok := nullTest(e); ok {
		c.nulled(e)
		r := c.operand(x)
		c.pos = e.OpAt
		op := program.OpIsNull
		if ne {
			op = program.OpDefined
		}
		c.emit(program.Instr{Op: op, A: dst, B: r})
		return
	}
	if k, ok := c.constant(e.Y); ok && lt != tInt && e.Op == "==" && k.K == value.Str && k.S == "" {
		// No conversion: unlike 0 == $var(empty), 0 == "" is false.
		r := c.operand(e.X)
		c.pos = e.OpAt
		c.emit(program.Instr{Op: program.OpStrEmpty, A: dst, B: r})
		return
	}
	textual := e.Op == "eq" || e.Op == "ne" || lt == tStr
	if lt == tInt && rt == tStr && !textual {
		c.mismatch(e.Y)
		return
	}
	l := c.left(e)
	r := c.operand(e.Y)
	c.pos = e.OpAt
	op := program.OpEq
	switch {
	case textual && ne:
		op = program.OpNeS
	case textual:
		op = program.OpEqS
	case lt == tInt && ne:
		op = program.OpNeI
	case lt == tInt:
		op = program.OpEqI
	case ne:
		op = program.OpNe
	}
	c.emit(program.Instr{Op: op, A: dst, B: l, C: r})
}

// nullTest recognises a comparison with $null, and returns the other side.
func nullTest(e *ast.Binary) (ast.Expr, bool) {
	switch {
	case e.Op != "==" && e.Op != "!=":
	case isNull(e.Y):
		return e.X, true
	case isNull(e.X):
		return e.Y, true
	}
	return nil, false
}

// nulled notes the $null of a comparison, which is not bound.
func (c *compiler) nulled(e *ast.Binary) {
	at := e.Y
	if !isNull(at) {
		at = e.X
	}
	pos, _, _ := at.Span()
	c.runs(inventory.Variable, "$null", "pv", pos)
}

func (c *compiler) match(e *ast.Binary, lt typ, dst uint8) {
	if lt == tInt {
		c.mismatch(e.Y)
		return
	}
	l := c.left(e)
	if k, ok := c.constant(e.Y); ok && k.K == value.Str {
		n, ok := c.regex(k.S, rangeOf(e.Y), ere.IgnoreCase)
		if ok {
			c.pos = e.OpAt
			c.emit(program.Instr{Op: program.OpMatch, A: dst, B: l, D: int32(n)})
		}
		return
	}
	r := c.operand(e.Y)
	c.pos = e.OpAt
	c.emit(program.Instr{Op: program.OpMatchDyn, A: dst, B: l, C: r})
}

// logic evaluates && and || to 1 or 0.
func (c *compiler) logic(e *ast.Binary, dst uint8) {
	if x := neutral(e); x != ast.Expr(e) {
		c.expr(x, dst)
		if c.typeOf(x) != tInt {
			c.emit(program.Instr{Op: program.OpToInt, A: dst, B: dst})
		}
		return
	}
	no := c.branch(e, nonzero, false)
	c.load(value.OfInt(1), dst)
	over := jumpList{c.emit(program.Instr{Op: program.OpJump})}
	c.patch(no)
	c.load(value.OfInt(0), dst)
	c.patch(over)
}
