package compile

import (
	"strconv"

	"olelo/lang/ast"
	"olelo/lang/program"
	"olelo/runtime/value"
)

// constant is the value of an expression of constants. What is an error or
// depends on the message has none.
func (c *compiler) constant(e ast.Expr) (value.Value, bool) {
	switch e := e.(type) {
	case *ast.Lit:
		if e.Kind == ast.LitInt {
			return value.OfInt(int64(int32(e.Int))), true // in dialect 6 too
		}
		return value.OfStr(e.Text), true
	case *ast.Unary:
		if x, ok := c.constant(e.X); ok {
			return c.foldUnary(e.Op, x)
		}
	case *ast.Binary:
		x, ok := c.constant(e.X)
		if !ok {
			break
		}
		y, ok := c.constant(e.Y)
		switch {
		case !ok:
		case x.K == value.Int && y.K == value.Int:
			return c.foldInts(e.Op, x.I, y.I)
		case x.K == value.Str:
			return foldTexts(e.Op, x.S, constText(y))
		}
	}
	return value.Value{}, false
}

// constText is a constant's text.
func constText(v value.Value) string {
	if v.K == value.Int {
		return strconv.FormatInt(v.I, 10)
	}
	return v.S
}

func ofBool(b bool) (value.Value, bool) { return value.OfInt(bit(b)), true }

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (c *compiler) foldUnary(op string, x value.Value) (value.Value, bool) {
	switch op {
	case "str":
		return value.OfStr(constText(x)), true
	case "strlen":
		return value.OfInt(int64(len(x.S))), x.K == value.Str
	case "strempty":
		return value.OfInt(bit(x.S == "")), x.K == value.Str
	case "defined":
		return value.OfInt(1), true
	}
	if x.K != value.Int {
		return value.Value{}, false
	}
	switch op {
	case "-":
		return value.OfInt(c.narrow(-x.I)), true
	case "~":
		return value.OfInt(^x.I), true
	case "!":
		return ofBool(x.I == 0)
	case "int":
		return x, true
	}
	return value.Value{}, false
}

func (c *compiler) foldInts(op string, x, y int64) (value.Value, bool) {
	switch op {
	case "+":
		return value.OfInt(c.narrow(x + y)), true
	case "-":
		return value.OfInt(c.narrow(x - y)), true
	case "*":
		return value.OfInt(c.narrow(x * y)), true
	case "/":
		if y != 0 {
			return value.OfInt(c.narrow(x / y)), true
		}
	case "mod":
		if y != 0 {
			return value.OfInt(c.narrow(x % y)), true
		}
	case "&":
		return value.OfInt(x & y), true
	case "|":
		return value.OfInt(x | y), true
	case "^":
		return value.OfInt(x ^ y), true
	case "&&":
		return ofBool(x != 0 && y != 0)
	case "||":
		return ofBool(x != 0 || y != 0)
	case "==", "ieq":
		return ofBool(x == y)
	case "!=", "ine":
		return ofBool(x != y)
	case "<":
		return ofBool(x < y)
	case "<=":
		return ofBool(x <= y)
	case ">":
		return ofBool(x > y)
	case ">=":
		return ofBool(x >= y)
	}
	return value.Value{}, false
}

func foldTexts(op, x, y string) (value.Value, bool) {
	switch op {
	case "+":
		return value.OfStr(x + y), true
	case "==", "eq":
		return ofBool(x == y)
	case "!=", "ne":
		return ofBool(x != y)
	}
	return value.Value{}, false
}

// neutrals are the operations with a constant that are their other operand
// itself, its number and not its truth, as in Kamailio.
var neutrals = map[string]struct {
	k     int64
	right bool // only where the constant is on the right
}{
	"+": {k: 0}, "-": {k: 0, right: true}, "*": {k: 1}, "/": {k: 1, right: true},
	"|": {k: 0}, "&&": {k: 1}, "||": {k: 0},
}

// neutral takes the operands off that change nothing: route(X) + 0 is route(X),
// the code that it returned. Outside of && and || that shows only in calls.
func (c *compiler) neutral(e ast.Expr) ast.Expr {
	b, ok := e.(*ast.Binary)
	if !ok {
		return e
	}
	n, ok := neutrals[b.Op]
	if !ok {
		return e
	}
	is := func(k, x ast.Expr) bool {
		v, ok := c.constant(k)
		return ok && v.K == value.Int && v.I == n.k && (b.Op == "&&" || b.Op == "||" || isCall(c.neutral(x)))
	}
	switch {
	case is(b.Y, b.X):
		return c.neutral(b.X)
	case !n.right && is(b.X, b.Y):
		return c.neutral(b.Y)
	}
	return e
}

func isCall(e ast.Expr) bool {
	call, ok := e.(*ast.Call)
	return ok && call.Name != "selval"
}

// absorbed is the value of an operation that a constant operand decides alone,
// and the other operand, which then is never evaluated: 0 * route(X).
func (c *compiler) absorbed(e *ast.Binary) (v value.Value, other ast.Expr, ok bool) {
	x, xok := c.constant(e.X)
	y, yok := c.constant(e.Y)
	if xok == yok || xok && x.K != value.Int || yok && y.K != value.Int {
		return v, nil, false
	}
	other = e.X
	if xok {
		other = e.Y
	}
	switch k := x.I + y.I; e.Op {
	case "*", "&", "&&":
		ok = k == 0
	case "/", "mod":
		ok = xok && k == 0
	case "||":
		v.I, ok = 1, k != 0
	}
	v.K = value.Int
	return v, other, ok && c.typeOf(other) != tStr
}

// skip compiles e for what is wrong in it, and jumps over it.
func (c *compiler) skip(e ast.Expr) {
	over := jumpList{c.emit(program.Instr{Op: program.OpJump})}
	c.operand(e)
	c.patch(over)
}
