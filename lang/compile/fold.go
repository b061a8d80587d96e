package compile

import (
	"strconv"

	"olelo/lang/ast"
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

func ofBool(b bool) (value.Value, bool) {
	if b {
		return value.OfInt(1), true
	}
	return value.OfInt(0), true
}

func (c *compiler) foldUnary(op string, x value.Value) (value.Value, bool) {
	switch op {
	case "str":
		return value.OfStr(constText(x)), true
	case "strlen":
		return value.OfInt(int64(len(constText(x)))), true
	case "strempty":
		return ofBool(constText(x) == "")
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

// neutral takes the operands off that change nothing: X && 1 and X || 0 are X,
// its number and not its truth, as in Kamailio.
func neutral(e ast.Expr) ast.Expr {
	b, ok := e.(*ast.Binary)
	if !ok {
		return e
	}
	var nothing int64
	switch b.Op {
	case "&&":
		nothing = 1
	case "||":
	default:
		return e
	}
	is := func(x ast.Expr) bool {
		l, ok := x.(*ast.Lit)
		return ok && l.Kind == ast.LitInt && l.Int == nothing
	}
	switch {
	case is(b.Y):
		return neutral(b.X)
	case is(b.X):
		return neutral(b.Y)
	}
	return e
}
