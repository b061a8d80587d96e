package compile

import (
	"olelo/lang/ast"
	"olelo/lang/program"
	"olelo/runtime/value"
)

// truth is when a value counts as true.
type truth uint8

const (
	positive truth = iota // > 0: the condition of an if
	nonzero               // != 0: the condition of a while, and the operands of && || !
)

// branch emits code that jumps where e's truth is want, and falls through
// otherwise.
func (c *compiler) branch(e ast.Expr, how truth, want bool) jumpList {
	mark := c.regs
	defer c.release(mark)
	e = c.neutral(e)
	if c.opt.RawCodes && isCall(e) {
		how = nonzero
	}
	if always, never := c.settled(e, how); always || never {
		c.unused(e)
		if always != want {
			return nil
		}
		return jumpList{c.emit(program.Instr{Op: program.OpJump})}
	}
	switch x := e.(type) {
	case *ast.Binary:
		switch {
		case x.Op == "&&" && want || x.Op == "||" && !want:
			// Both sides must agree: the first that does not leaves.
			out := c.branch(x.X, nonzero, !want)
			to := c.branch(x.Y, nonzero, want)
			c.patch(out)
			return to
		case x.Op == "&&" || x.Op == "||":
			return append(c.branch(x.X, nonzero, want), c.branch(x.Y, nonzero, want)...)
		}
		if l, ok := c.compareConst(x, want); ok {
			return c.outcomes(e, l, want)
		}
	case *ast.Unary:
		if x.Op == "!" && c.typeOf(x.X) != tStr {
			return c.branch(x.X, nonzero, !want)
		}
	}
	var r uint8
	if how == nonzero || c.undecided(e) {
		r = c.numberOperand(e)
	} else { // of an if as a whole: what is no number is false either way
		r = c.operand(e)
	}
	return c.outcomes(e, c.jumpIf(jumpOps[how][ifElse(want, 1, 0)], r), want)
}

// settled reports whether e, as a condition, always goes the same way.
func (c *compiler) settled(e ast.Expr, how truth) (always, never bool) {
	v, ok := c.constant(c.neutral(e))
	if !ok || v.K != value.Int {
		return false, false
	}
	always = v.I > 0 || v.I < 0 && how == nonzero
	return always, !always
}

// jumpOps are the jumps where a value is not true, and where it is.
var jumpOps = [...][2]program.Op{
	positive: {program.OpJumpFalse, program.OpJumpTrue},
	nonzero:  {program.OpJumpZero, program.OpJumpNonzero},
}

// jumps gives for a comparison the jump where it holds, and where it does not.
var jumps = map[string][2]program.Op{
	"==": {program.OpJumpEqK, program.OpJumpNeK},
	"!=": {program.OpJumpNeK, program.OpJumpEqK},
	"<":  {program.OpJumpLtK, program.OpJumpGeK},
	"<=": {program.OpJumpLeK, program.OpJumpGtK},
	">":  {program.OpJumpGtK, program.OpJumpLeK},
	">=": {program.OpJumpGeK, program.OpJumpLtK},
}

// compareConst fuses a comparison with a constant, or with $null, with its jump.
func (c *compiler) compareConst(e *ast.Binary, want bool) (jumpList, bool) {
	pick := 1
	if want {
		pick = 0
	}
	if x, ok := nullTest(e); ok {
		if c.neverNull(x) {
			return nil, false
		}
		c.nulled(e)
		r := c.bare(x)
		op := program.OpJumpNotNull
		if isNot(e.Op) != want {
			op = program.OpJumpNull
		}
		c.pos = e.OpAt
		return jumpList{c.emit(program.Instr{Op: op, A: r})}, true
	}
	if isOldTest(e) {
		return nil, false
	}
	ops, ok := jumps[e.Op]
	k, isConst := c.constant(e.Y)
	if !ok || !isConst || c.typeOf(e.X) != tAny || c.undecided(e.X) || e.Op[0] != '=' && e.Op[0] != '!' && k.K != value.Int {
		return nil, false
	}
	if e.Op == "==" && k.K == value.Str && k.S == "" {
		return nil, false
	}
	if c.opt.Dialect6 && k.K == value.Str { // which may be no number
		return nil, false
	}
	n := c.konst(k)
	if n > program.MaxK {
		return nil, false
	}
	var r uint8
	if e.Op == "==" || e.Op == "!=" {
		r = c.operand(e.X)
	} else {
		r = c.numberOperand(e.X)
	}
	c.pos = e.OpAt
	return c.jumpCompared(ops[pick], r, n), true
}

// constantCondition warns of an if or a while that always goes the same way, as
// Kamailio does.
func (c *compiler) constantCondition(e ast.Expr, word string) {
	warn := func(code, msg, hint string) {
		c.warnAt(rangeOf(e), code, msg, hint)
		c.diags.Items[len(c.diags.Items)-1].Late = false
	}
	switch {
	case c.typeOf(e) != tStr:
	case word == "while":
		c.late = true
		c.mismatch(e)
		c.late = false
	default:
		warn("text-condition", "a text stands as condition: it is true only where it is a number > 0", "compare it, or convert it with (int)")
	}
	if _, ok := c.constant(e); !ok {
		return
	}
	hint := ""
	if word == "while" {
		hint = "what does not break ends at max_while_loops, with an error"
	}
	warn("constant-condition", "constant value in "+word+"(...): it always goes the same way", hint)
}
