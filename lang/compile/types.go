package compile

import (
	"olelo/lang/ast"
	"olelo/runtime/value"
)

// typ is what is known of an expression's type before it runs.
type typ uint8

const (
	tAny typ = iota // a variable: integer, text or $null
	tInt
	tStr
)

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

// nullTest recognises a comparison with $null on its right side, =~ too, and
// returns the other side. On the left side $null is a variable like others.
func nullTest(e *ast.Binary) (ast.Expr, bool) {
	switch e.Op {
	case "==", "!=", "eq", "ne", "ieq", "ine", "=~":
		return e.X, isNull(e.Y) && !isOldTest(e)
	}
	return nil, false
}

// check reports the type clashes in e, those of parts that are never evaluated
// too; ok is false where there is one. Assignments in e check themselves.
func (c *compiler) check(e ast.Expr) (ok bool) {
	ok = true
	switch e := e.(type) {
	case *ast.Unary:
		ok = c.check(e.X)
		switch t := c.typeOf(e.X); e.Op {
		case "-", "~", "!":
			if t == tStr {
				return c.mismatch(e.X)
			}
		case "strlen", "strempty", "defined":
			if t == tInt {
				return c.wantsText(e.X)
			}
		}
	case *ast.Binary:
		ok = (isOldTest(e) || c.check(e.X)) && c.check(e.Y)
		if ok && !isOldTest(e) {
			ok = c.checkBinary(e)
		}
	case *ast.Call:
		if e.Name != "selval" && e.Name != "route" {
			break
		}
		for _, a := range e.Args {
			ok = c.check(a) && ok
		}
	}
	return ok
}

func (c *compiler) checkBinary(e *ast.Binary) bool {
	lt, rt := c.typeOf(e.X), c.typeOf(e.Y)
	if x, ok := nullTest(e); ok {
		if lt == tInt {
			return c.wantsText(x)
		}
		return true
	}
	switch e.Op {
	case "==", "!=", "+":
		if lt == tInt && rt == tStr {
			return c.mismatch(e.Y)
		}
	case "eq", "ne":
		if lt == tInt {
			return c.wantsText(e.X)
		}
	case "=~":
		if lt == tInt {
			return c.mismatch(e.Y)
		}
		if k, ok := c.constant(e.Y); ok && k.K == value.Int {
			c.late = true
			defer func() { c.late = false }()
			return c.wantsText(e.Y)
		}
	default: // && || and the operators on integers
		for _, x := range []ast.Expr{e.X, e.Y} {
			if c.typeOf(x) == tStr {
				return c.mismatch(x)
			}
		}
	}
	return true
}

// mismatch reports a text where an integer is wanted.
func (c *compiler) mismatch(e ast.Expr) bool {
	c.errorAt(rangeOf(e), "type-mismatch", "type mismatch: a text stands where an integer is wanted",
		"(int) before it converts; for two texts, put the text on the left")
	return false
}

// wantsText reports an integer where a text or a variable is wanted.
func (c *compiler) wantsText(e ast.Expr) bool {
	if _, bad := e.(*ast.BadExpr); bad {
		return false
	}
	c.errorAt(rangeOf(e), "type-mismatch", "type mismatch: an integer stands where a text or a variable is wanted",
		"(str) before it converts; two integers are compared with == or ieq")
	return false
}
