package compile

import (
	"olelo/lang/ast"
	"olelo/lang/program"
	"olelo/runtime/value"
)

// Where an integer is wanted, as by a condition or an operator on integers, a +
// adds numbers whatever its operands are, and selval() has none to give: the
// statement fails. Elsewhere the left operand of a + decides when it runs.
// Dialect 6 fails the statement too where a text is no number; in 5.6 that
// counts as 0, with no step of its own.

// number evaluates e into register dst for its number. What it leaves there
// may be a text that converts.
func (c *compiler) number(e ast.Expr, dst uint8) {
	c.integer(e, dst)
	if c.opt.Dialect6 && c.typeOf(e) != tInt && !c.undecided(c.neutral(e)) {
		c.emit(program.Instr{Op: program.OpNumber, A: dst})
	}
}

// integer is number for what takes a text that is no number as 0 in both
// dialects.
func (c *compiler) integer(e ast.Expr, dst uint8) {
	x := c.neutral(e)
	if _, isConst := c.constant(e); isConst || !c.undecided(x) {
		c.expr(e, dst)
		return
	}
	if call, ok := x.(*ast.Call); ok {
		c.dropped(call)
		c.pos = call.Pos
		c.emit(program.Instr{Op: program.OpFail, D: int32(c.konst(value.OfStr("selval() has no number: assign it to a variable first")))})
		return
	}
	sum := x.(*ast.Binary)
	mark := c.regs
	l, r := c.numberOperand(sum.X), c.numberOperand(sum.Y)
	c.release(mark)
	c.pos = sum.OpAt
	c.emit(program.Instr{Op: program.OpAddInt, A: dst, B: l, C: r})
}

func (c *compiler) numberOperand(e ast.Expr) uint8 {
	r := c.reg()
	c.number(e, r)
	return r
}

// undecided reports whether the number of e is another thing than its value
// converted.
func (c *compiler) undecided(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Call:
		return e.Name == "selval"
	case *ast.Binary:
		return e.Op == "+" && !isOldTest(e) && c.typeOf(e) == tAny
	}
	return false
}

// right evaluates the right operand of a + or == whose left one is in l: where
// that is an integer, for its number.
func (c *compiler) right(e ast.Expr, l uint8, lt typ) uint8 {
	switch {
	case lt == tInt:
		return c.numberOperand(e)
	case lt == tStr:
		return c.operand(e)
	case !c.undecided(c.neutral(e)):
		r := c.operand(e)
		if c.opt.Dialect6 && c.typeOf(e) != tInt {
			c.emit(program.Instr{Op: program.OpNumberIf, A: r, B: l})
		}
		return r
	}
	r := c.reg()
	whole := jumpList{c.emit(program.Instr{Op: program.OpJumpInt, A: l})}
	c.expr(e, r)
	over := jumpList{c.emit(program.Instr{Op: program.OpJump})}
	c.patch(whole)
	c.number(e, r)
	c.patch(over)
	return r
}

// dropped compiles what is never evaluated, for the mistakes in it.
func (c *compiler) dropped(e ast.Expr) {
	mark := c.regs
	over := jumpList{c.emit(program.Instr{Op: program.OpJump})}
	c.unreached(true, func() { c.expr(e, c.reg()) })
	c.patch(over)
	c.release(mark)
}
