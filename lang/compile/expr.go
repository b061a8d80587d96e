package compile

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/inventory"
	"olelo/lang/program"
	"olelo/lang/pvar"
	"olelo/runtime/ere"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// intOps are the operators on integers.
var intOps = map[string]program.Op{
	"-": program.OpSub, "*": program.OpMul, "/": program.OpDiv, "mod": program.OpMod,
	"&": program.OpAnd, "|": program.OpOr, "^": program.OpXor, "<<": program.OpShl, ">>": program.OpShr,
	"<": program.OpLt, "<=": program.OpLe, ">": program.OpGt, ">=": program.OpGe,
	"ieq": program.OpEqI, "ine": program.OpNeI,
}

func (c *compiler) narrow(i int64) int64 {
	if c.opt.Dialect6 {
		return i
	}
	return int64(int32(i))
}

// isNull reports whether e is the variable $null itself, whatever
// transformations it has.
func isNull(e ast.Expr) bool {
	v, ok := e.(*ast.Var)
	return ok && (v.Text == "$null" || v.Text == "$(null)" || strings.HasPrefix(v.Text, "$(null{"))
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
		c.unused(e)
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
		c.callInside(e, dst, !c.opt.RawCodes)
	case *ast.AssignExpr:
		c.clearRC(dst)
		c.assign(e.Range, e.To, e.Value, int(dst))
		c.emit(program.Instr{Op: program.OpTruth, A: dst, B: dst})
	case *ast.Ident:
		c.errorAt(e.Range, "unknown-word", "unknown word "+strconv.Quote(e.Name)+" in an expression",
			"a variable starts with $, a function has ( ), a text stands in quotes")
	case *ast.Select:
		c.selection(e, dst)
		c.emit(program.Instr{Op: program.OpToStr, A: dst, B: dst})
	}
}

// bare is operand for what asks whether there is a value: a select is $null
// where the message has nothing of the kind, elsewhere it is the empty text.
func (c *compiler) bare(e ast.Expr) uint8 {
	s, ok := e.(*ast.Select)
	if !ok {
		return c.operand(e)
	}
	r := c.reg()
	c.pos = s.Pos
	c.selection(s, r)
	return r
}

// callInside is call in an expression: what is called finds $rc 0 there.
func (c *compiler) callInside(e *ast.Call, dst uint8, test bool) {
	if e.Name == "route" || slices.ContainsFunc(e.Args, readsRC) {
		c.clearRC(dst)
	}
	c.call(e, dst, test)
}

// readsRC reports whether a parameter may have $rc in it.
func readsRC(e ast.Expr) bool {
	lit, ok := e.(*ast.Lit)
	return !ok || strings.Contains(lit.Text, "rc") || strings.Contains(lit.Text, "retcode")
}

// clearRC makes $rc 0, as calls and assignments in an expression do before they
// set about it.
func (c *compiler) clearRC(scratch uint8) {
	c.prog.Calls = append(c.prog.Calls, program.Leaf[registry.Call]{Text: "=", Do: func(*registry.Ctx) int { return 1 }})
	c.emit(program.Instr{Op: program.OpCall, A: scratch, C: program.RCZero, D: int32(len(c.prog.Calls) - 1)})
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
	if name, ok := c.attribute(e.Text); ok {
		return c.serAttribute(e, name)
	}
	if list, _, ok := strings.Cut(e.Text, "."); ok && c.attributes && attributeLists[list] {
		c.complain(e.Range, "", message{text: e.Text + ": an attribute in one of SER's lists, known in Kamailio 5.6, not run by olelo yet", known: true})
		c.waits(inventory.Variable, e.Text, []owner{{"core", "5.6"}}, e.Pos)
		return absent(&pvar.Var{Text: e.Text, Class: "avp"}), true
	}
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

// left evaluates the left operand of e, whose right one is evaluated after;
// eval is expr or number.
func (c *compiler) left(e *ast.Binary, eval func(ast.Expr, uint8)) uint8 {
	r := c.reg()
	eval(e.X, r)
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
	eval := c.operand
	switch e.Op {
	case "defined":
		eval = c.bare
	case "-", "~", "!", "int":
		eval = c.numberOperand
	}
	x := eval(e.X)
	c.pos = e.Pos
	if word := unaryWords[e.Op]; word != "" {
		c.statement(word, e.Pos)
	}
	in := program.Instr{Op: unaryOps[e.Op], A: dst, B: x}
	if _, bare := e.X.(*ast.Var); bare && e.Op == "str" {
		in.C = 1 // (int)((str)$rm) is the method's number
	}
	c.emit(in)
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
	if x, ok := nullTest(e); ok {
		c.null(e, x, dst)
		return
	}
	if x := c.neutral(e); x != ast.Expr(e) {
		c.number(x, dst)
		if c.typeOf(x) != tInt {
			c.emit(program.Instr{Op: program.OpToInt, A: dst, B: dst})
		}
		return
	}
	if k, ok := c.constant(e.X); ok && e.Op == "+" && k == value.OfStr("") {
		c.unary(&ast.Unary{Range: e.Range, Op: "str", X: e.Y}, dst)
		return
	}
	lt := c.typeOf(e.X)
	switch e.Op {
	case "&&", "||":
		c.logic(e, dst)
		return
	case "==", "!=":
		c.equality(e, lt, dst)
		return
	case "eq", "ne":
		c.textEquality(e, dst)
		return
	case "=~":
		c.match(e, dst)
		return
	case "+":
		c.sum(e, lt, dst)
		return
	}
	op, ok := intOps[e.Op]
	if !ok {
		c.errorAt(e.Range, "unknown-operator", "unknown operator "+e.Op, "")
		return
	}
	l := c.left(e, c.number)
	if k, ok := c.smallConst(e.Y); ok && op == program.OpSub {
		c.pos = e.OpAt
		c.emit(program.Instr{Op: program.OpSubK, A: dst, B: l, D: k})
		return
	}
	r := c.numberOperand(e.Y)
	c.pos = e.OpAt
	c.emit(program.Instr{Op: op, A: dst, B: l, C: r})
}

func (c *compiler) smallConst(e ast.Expr) (int32, bool) {
	v, ok := c.constant(e)
	return int32(v.I), ok && v.K == value.Int && v.I >= math.MinInt32 && v.I <= math.MaxInt32
}

func (c *compiler) sum(e *ast.Binary, lt typ, dst uint8) {
	terms := c.terms(e, lt)
	if k, ok := c.smallConst(e.Y); ok && lt != tStr && len(terms) == 2 {
		l := c.left(e, c.expr)
		c.pos = e.OpAt
		c.emit(program.Instr{Op: program.OpAddK, A: dst, B: l, D: k})
		return
	}
	if lt == tInt {
		l := c.left(e, c.expr)
		r := c.right(e.Y, l, lt)
		c.pos = e.OpAt
		c.emit(program.Instr{Op: program.OpAddInt, A: dst, B: l, C: r})
		return
	}
	first := c.operand(terms[0])
	for i, t := range terms[1:] {
		if c.typeOf(terms[i]) != tInt && slices.ContainsFunc(terms[i+1:], calls) {
			c.emit(program.Instr{Op: program.OpPin, A: uint8(c.regs - 1)})
		}
		c.right(t, first, lt)
	}
	c.pos = e.OpAt
	c.emit(program.Instr{Op: program.OpAdd, A: dst, B: first, C: uint8(len(terms))})
}

// mostTerms is how many terms of a sum are added at once.
const mostTerms = 64

// terms are those of the sum e, whose leftmost term has type lt, that can be
// evaluated one after the other and then added, or put together, at once.
func (c *compiler) terms(e *ast.Binary, lt typ) []ast.Expr {
	last := []ast.Expr{e.X, e.Y}
	if lt == tInt || lt == tAny && (c.opt.Dialect6 || c.undecided(c.neutral(e.Y))) {
		return last
	}
	x, ok := e.X.(*ast.Binary)
	if !ok || x.Op != "+" || isOldTest(x) || c.neutral(x) != ast.Expr(x) {
		return last
	}
	if _, isConst := c.constant(x); isConst {
		return last
	}
	if k, ok := c.constant(x.X); ok && k == value.OfStr("") { // which is a conversion
		return last
	}
	if lt == tAny && c.undecided(c.neutral(x.Y)) {
		return last
	}
	terms := c.terms(x, lt)
	if len(terms) == mostTerms {
		return last
	}
	return append(terms, e.Y)
}

func (c *compiler) equality(e *ast.Binary, lt typ, dst uint8) {
	if k, ok := c.constant(e.Y); ok && lt != tInt && e.Op == "==" && k.K == value.Str && k.S == "" {
		// No conversion: unlike 0 == $var(empty), 0 == "" is false.
		r := c.equalityLeft(e)
		c.pos = e.OpAt
		c.emit(program.Instr{Op: program.OpStrEmpty, A: dst, B: r})
		return
	}
	l := c.equalityLeft(e)
	r := c.right(e.Y, l, lt)
	c.pos = e.OpAt
	op := program.OpEq
	switch ne := e.Op == "!="; {
	case lt == tStr && ne:
		op = program.OpNeS
	case lt == tStr:
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

// equalityLeft evaluates the left operand of == and !=. A selval() has no type
// there, and so fails.
func (c *compiler) equalityLeft(e *ast.Binary) uint8 {
	if call, ok := e.X.(*ast.Call); ok && call.Name == "selval" {
		return c.left(e, c.number)
	}
	return c.left(e, c.expr)
}

func (c *compiler) textEquality(e *ast.Binary, dst uint8) {
	l := c.left(e, c.expr)
	r := c.operand(e.Y)
	c.pos = e.OpAt
	op := program.OpEqS
	if e.Op == "ne" {
		op = program.OpNeS
	}
	c.emit(program.Instr{Op: op, A: dst, B: l, C: r})
}

// null tests whether x is $null.
func (c *compiler) null(e *ast.Binary, x ast.Expr, dst uint8) {
	c.nulled(e)
	if c.neverNull(x) {
		c.dropped(x)
		is, _ := ofBool(isNot(e.Op))
		c.load(is, dst)
		return
	}
	r := c.bare(x)
	c.pos = e.OpAt
	op := program.OpIsNull
	if isNot(e.Op) {
		op = program.OpDefined
	}
	c.emit(program.Instr{Op: op, A: dst, B: r})
}

// neverNull reports whether e is a text in any case, which is not evaluated to
// compare it with $null.
func (c *compiler) neverNull(e ast.Expr) bool {
	_, selects := e.(*ast.Select)
	return !selects && c.typeOf(e) == tStr
}

// nulled notes the $null of a comparison, which is bound for its
// transformations' mistakes alone.
func (c *compiler) nulled(e *ast.Binary) {
	if v := e.Y.(*ast.Var); v.Text[len(v.Text)-1] == ')' {
		c.variable(v)
	}
	pos, _, _ := e.Y.Span()
	c.runs(inventory.Variable, "$null", "pv", pos)
}

func (c *compiler) match(e *ast.Binary, dst uint8) {
	l := c.left(e, c.expr)
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
	no := c.branch(e, nonzero, false)
	c.load(value.OfInt(1), dst)
	over := jumpList{c.emit(program.Instr{Op: program.OpJump})}
	c.patch(no)
	c.load(value.OfInt(0), dst)
	c.patch(over)
}
