package compile

import (
	"strconv"

	"olelo/lang/ast"
	"olelo/runtime/ere"
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
	case *ast.Call:
		if e.Name == "selval" && len(e.Args) == 3 {
			return c.foldSelval(e.Args)
		}
	case *ast.Binary:
		if isOldTest(e) {
			break
		}
		if x, ok := nullTest(e); ok {
			if _, is := c.constant(x); is {
				return ofBool(isNot(e.Op))
			}
			break
		}
		x, constX := c.constant(e.X)
		y, constY := c.constant(e.Y)
		switch {
		case !constX || !constY:
			return decided(e.Op, x, y, constX, constY)
		case x.K == value.Int && y.K == value.Int:
			return c.foldInts(e.Op, x.I, y.I)
		case x.K == value.Str:
			return foldTexts(e.Op, x.S, constText(y))
		}
	}
	return value.Value{}, false
}

// foldSelval is the value of a selval() of constants.
func (c *compiler) foldSelval(args []ast.Expr) (value.Value, bool) {
	var k [3]value.Value
	for i := range k {
		var ok bool
		if k[i], ok = c.constant(args[i]); !ok {
			return value.Value{}, false
		}
	}
	n := k[0].I
	if k[0].K == value.Str {
		n, _ = strconv.ParseInt(k[0].S, 10, 64)
	}
	if n > 0 {
		return k[1], true
	}
	return k[2], true
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
		n, ok := value.ParseInt(x.S, !c.opt.Dialect6)
		if !ok && !c.opt.Dialect6 {
			n, ok = 0, true
		}
		return value.OfInt(n), op == "int" && ok
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
	case "<<", ">>":
		return c.foldShift(op, x, y), true
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

// foldShift shifts as the machine does: the count is taken modulo the width.
func (c *compiler) foldShift(op string, x, y int64) value.Value {
	n := uint(y) & 63
	if !c.opt.Dialect6 {
		n &= 31
	}
	if op == "<<" {
		return value.OfInt(c.narrow(x << n))
	}
	return value.OfInt(x >> n)
}

func foldTexts(op, x, y string) (value.Value, bool) {
	switch op {
	case "+":
		return value.OfStr(x + y), true
	case "==", "eq":
		return ofBool(x == y)
	case "!=", "ne":
		return ofBool(x != y)
	case "=~":
		if re, err := ere.Compile(y, ere.IgnoreCase); err == nil {
			found, err := re.Match(x)
			v, _ := ofBool(found)
			return v, err == nil
		}
	}
	return value.Value{}, false
}

// decided is the result of an operator one of whose operands is a constant that
// decides it, such as 0 * X and X || 1: Kamailio does not evaluate the other.
func decided(op string, x, y value.Value, constX, constY bool) (value.Value, bool) {
	switch op {
	case "*", "&", "&&":
		if constX && x == value.OfInt(0) || constY && y == value.OfInt(0) {
			return value.OfInt(0), true
		}
	case "/", "mod":
		if constX && x == value.OfInt(0) {
			return value.OfInt(0), true
		}
	case "||":
		if constX && x == value.OfInt(1) || constY && y == value.OfInt(1) {
			return value.OfInt(1), true
		}
	}
	return value.Value{}, false
}

// unused compiles the operands that a constant e drops, for the mistakes in
// them.
func (c *compiler) unused(e ast.Expr) {
	switch e := e.(type) {
	case *ast.Lit:
	case *ast.Unary:
		c.unused(e.X)
	case *ast.Binary:
		if isOldTest(e) {
			c.dropped(e)
			return
		}
		c.unused(e.X)
		c.unused(e.Y)
	default:
		if _, ok := c.constant(e); !ok {
			c.dropped(e)
		}
	}
}

// neutral takes the operands off that change nothing: X && 1, X || 0, X + 0 and
// their like are X, a call's code and not its truth, as in Kamailio. X + 0 is
// that only where X is an integer.
func (c *compiler) neutral(e ast.Expr) ast.Expr {
	b, ok := e.(*ast.Binary)
	if !ok || isOldTest(b) {
		return e
	}
	if _, isConst := c.constant(e); isConst {
		return e
	}
	n, ok := neutrals[b.Op]
	if !ok {
		return e
	}
	is := func(x ast.Expr) bool {
		k, ok := c.constant(x)
		return ok && k.K == value.Int && k.I == n.operand
	}
	switch {
	case is(b.Y) && (b.Op != "+" || c.typeOf(b.X) == tInt):
		return c.neutral(b.X)
	case n.left && is(b.X):
		return c.neutral(b.Y)
	}
	return e
}

// neutrals are the operands that change nothing, and whether they do so on the
// left side too.
var neutrals = map[string]struct {
	operand int64
	left    bool
}{
	"&&": {1, true}, "||": {0, true}, "+": {0, true}, "-": {0, false}, "*": {1, true}, "/": {1, false}, "|": {0, true},
}

func isCall(e ast.Expr) bool {
	call, ok := e.(*ast.Call)
	return ok && call.Name != "selval"
}
