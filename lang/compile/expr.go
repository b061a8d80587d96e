package compile

import (
	"errors"
	"math"
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
		if e.Name == "selval" {
			return tAny
		}
		return tInt
	}
	return tInt
}

func (c *compiler) narrow(i int64) int64 {
	if c.opt.Dialect6 {
		return i
	}
	return int64(int32(i))
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
		c.call(e, dst, !c.opt.RawCodes)
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

// serAttribute binds $name as SER's attribute of that name: an AVP, which an
// assignment replaces.
func (c *compiler) serAttribute(e *ast.Var, name string) (registry.Var, bool) {
	if _, ok := c.env.pvs["avp"]; !ok {
		c.complain(e.Range, "", message{text: e.Text + ": an attribute of SER's without module pv, known in Kamailio 5.6, not run by olelo yet", hint: `add loadmodule "pv.so"`, known: true})
		c.waits(inventory.Variable, e.Text, []owner{{"pv", "5.6"}}, e.Pos)
		return absent(&pvar.Var{Text: e.Text, Class: "avp"}), true
	}
	m := c.unknownVar(name)
	hint := "with #!KAMAILIO as the first line it is an error"
	if m.hint != "" {
		hint = m.hint + "; " + hint
	}
	c.warnAt(e.Range, "attribute", m.text+": as in SER it is the AVP $avp("+name+") here", hint)
	fx := &fixup{c: c, at: e.Range, text: -1}
	v, err := fx.Var("$avp(" + name + ")")
	if err == nil {
		var all registry.Var
		all, err = fx.Var("$(avp(" + name + ")[*])")
		v.Set = all.Set
	}
	return v, err == nil
}

// attribute is the name of an attribute of SER's, written $name, where the
// language has them and no variable of that name is loaded. Kamailio keeps
// attributes with the AVPs.
func (c *compiler) attribute(text string) (string, bool) {
	name := text[1:]
	if !c.attributes || strings.Trim(name, wordLetters) != "" {
		return "", false
	}
	if _, ok := c.env.pvs[name]; ok || c.unknownVar(name).taken() {
		return "", false
	}
	return name, true
}

// attributeLists are what may stand before the dot of $f.name: the lists of
// From and To, of their users and domains, and the global one.
var attributeLists = map[string]bool{
	"$f": true, "$t": true, "$fr": true, "$tr": true, "$fu": true, "$tu": true, "$fd": true, "$td": true, "$g": true,
}

const wordLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

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

// leftNumber is left where the operator wants an integer.
func (c *compiler) leftNumber(e *ast.Binary) uint8 {
	if c.isSum(e.X) {
		return c.number(e.X)
	}
	r := c.left(e)
	c.toNumber(e.X, r)
	return r
}

// number evaluates an operand that is to be an integer.
func (c *compiler) number(e ast.Expr) uint8 {
	r := c.reg()
	c.integer(e, r)
	c.toNumber(e, r)
	return r
}

// integer evaluates e into dst where an integer is wanted: there a + adds, also
// where its left operand is a text.
func (c *compiler) integer(e ast.Expr, dst uint8) {
	if !c.isSum(e) {
		c.expr(e, dst)
		return
	}
	mark := c.regs
	defer c.release(mark)
	sum := e.(*ast.Binary)
	l := c.leftNumber(sum)
	r := c.number(sum.Y)
	c.pos = sum.OpAt
	c.emit(program.Instr{Op: program.OpAddInt, A: dst, B: l, C: r})
}

// isSum reports whether e is a + of which only the values tell whether it adds
// or joins.
func (c *compiler) isSum(e ast.Expr) bool {
	b, ok := e.(*ast.Binary)
	return ok && b.Op == "+" && c.typeOf(b.X) == tAny && !isOldTest(b)
}

// toNumber makes e, which register r holds, a number in dialect 6, or fails.
// Dialect 5.6 needs no such step: there what is no number counts as 0.
func (c *compiler) toNumber(e ast.Expr, r uint8) {
	if c.opt.Dialect6 && c.typeOf(e) != tInt && !c.isSum(e) {
		c.emit(program.Instr{Op: program.OpNumber, A: r})
	}
}

// numberIf evaluates a right operand that is to be an integer where the left
// one, in register l, is one.
func (c *compiler) numberIf(e ast.Expr, l uint8) uint8 {
	if c.isSum(e) {
		r := c.reg()
		toSum := jumpList{c.emit(program.Instr{Op: program.OpJumpInt, A: l})}
		c.expr(e, r)
		over := jumpList{c.emit(program.Instr{Op: program.OpJump})}
		c.patch(toSum)
		c.integer(e, r)
		c.patch(over)
		return r
	}
	r := c.operand(e)
	if c.opt.Dialect6 && c.typeOf(e) != tInt {
		c.emit(program.Instr{Op: program.OpNumberIf, A: r, B: l})
	}
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
	} else if t == tInt && (e.Op == "strlen" || e.Op == "strempty") {
		c.numberNotText(e.X, "(str) before it makes it a text")
		return
	}
	var x uint8
	switch e.Op {
	case "-", "~", "!", "int":
		x = c.number(e.X)
	default:
		x = c.operand(e.X)
	}
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

// numberNotText reports an integer where a text is wanted.
func (c *compiler) numberNotText(e ast.Expr, hint string) {
	c.errorAt(rangeOf(e), "type-mismatch", "type mismatch: an integer stands where a text is wanted", hint)
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
	if v, other, ok := c.absorbed(e); ok {
		c.skip(other)
		c.load(v, dst)
		return
	}
	lt, rt := c.typeOf(e.X), c.typeOf(e.Y)
	if x, ne, ok := nullTest(e); ok {
		c.nullTest(e, x, ne, dst)
		return
	}
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
		if c.typeOf(x) == tStr {
			c.mismatch(x)
			return
		}
	}
	l := c.leftNumber(e)
	if k, ok := c.smallConst(e.Y); ok && op == program.OpSub {
		c.pos = e.OpAt
		c.emit(program.Instr{Op: program.OpSubK, A: dst, B: l, D: k})
		return
	}
	r := c.number(e.Y)
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
	var r uint8
	switch op {
	case program.OpAdd:
		r = c.numberIf(e.Y, l)
	case program.OpAddInt:
		r = c.number(e.Y)
	default:
		r = c.operand(e.Y)
	}
	c.pos = e.OpAt
	c.emit(program.Instr{Op: op, A: dst, B: l, C: r})
}

func (c *compiler) equality(e *ast.Binary, lt, rt typ, dst uint8) {
	ne := e.Op == "!=" || e.Op == "ne"
	if k, ok := c.constant(e.Y); ok && lt != tInt && e.Op == "==" && k.K == value.Str && k.S == "" {
		// No conversion: unlike 0 == $var(empty), 0 == "" is false.
		r := c.operand(e.X)
		c.pos = e.OpAt
		c.emit(program.Instr{Op: program.OpStrEmpty, A: dst, B: r})
		return
	}
	textual := e.Op == "eq" || e.Op == "ne" || lt == tStr
	if lt == tInt && (e.Op == "eq" || e.Op == "ne") {
		c.numberNotText(e.X, "== compares integers; (str) before it makes it a text")
		return
	}
	if lt == tInt && rt == tStr && !textual {
		c.mismatch(e.Y)
		return
	}
	l := c.left(e)
	var r uint8
	switch {
	case textual:
		r = c.operand(e.Y)
	case lt == tInt:
		r = c.number(e.Y)
	default:
		r = c.numberIf(e.Y, l)
	}
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

// nullTest recognises a comparison with $null on its right, and returns the
// other side.
func nullTest(e *ast.Binary) (x ast.Expr, ne, ok bool) {
	switch e.Op {
	case "==", "eq", "ieq":
	case "!=", "ne", "ine":
		ne = true
	default:
		return nil, false, false
	}
	return e.X, ne, isNull(e.Y)
}

func (c *compiler) nullTest(e *ast.Binary, x ast.Expr, ne bool, dst uint8) {
	if c.typeOf(x) == tInt {
		c.numberNotText(x, "it is never $null")
		return
	}
	c.nulled(e)
	r := c.operand(x)
	c.pos = e.OpAt
	op := program.OpIsNull
	if ne {
		op = program.OpDefined
	}
	c.emit(program.Instr{Op: op, A: dst, B: r})
}

// nulled notes the $null of a comparison, which is not bound.
func (c *compiler) nulled(e *ast.Binary) {
	pos, _, _ := e.Y.Span()
	c.runs(inventory.Variable, "$null", "pv", pos)
}

func (c *compiler) match(e *ast.Binary, lt typ, dst uint8) {
	if lt == tInt {
		c.mismatch(e.Y)
		return
	}
	if c.typeOf(e.Y) == tInt {
		c.late = true
		c.numberNotText(e.Y, "a regular expression is a text")
		c.late = false
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

// badLogic reports a text as operand of && and ||.
func (c *compiler) badLogic(e *ast.Binary) bool {
	for _, x := range []ast.Expr{e.X, e.Y} {
		if c.typeOf(x) == tStr {
			c.mismatch(x)
			return true
		}
	}
	return false
}

// logic evaluates && and || to 1 or 0.
func (c *compiler) logic(e *ast.Binary, dst uint8) {
	if c.badLogic(e) {
		return
	}
	if x := c.neutral(e); x != ast.Expr(e) {
		c.integer(x, dst)
		c.toNumber(x, dst)
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
