package check

import (
	"fmt"
	"strings"

	"olelo/lang/ast"
)

// conditions warns of conditions that always go the same way, and of what looks
// like a condition and is none. Conditions of constants are the compiler's.
func (c *checker) conditions(body *ast.Block) {
	chained := map[*ast.Binary]bool{}
	each(body, func(n any) {
		switch n := n.(type) {
		case *ast.If:
			c.condition(n.Cond)
			c.repeated(n)
		case *ast.While:
			c.condition(n.Cond)
		case *ast.Switch:
			c.repeatedRegexes(n)
		case *ast.Unary:
			if v, ok := n.X.(*ast.Var); ok && n.Op == "defined" && neverNull(v) {
				c.always(n, true, v.Text+" is never $null", notNullHint)
			}
		case *ast.Binary:
			switch n.Op {
			case "&&", "||":
				if !chained[n] {
					c.chain(n, operands(n, n.Op, chained))
				}
			default:
				c.comparison(n)
			}
		}
	})
}

// condition looks at what stands as a truth by itself.
func (c *checker) condition(e ast.Expr) {
	switch x := e.(type) {
	case *ast.Binary:
		if x.Op == "&&" || x.Op == "||" {
			c.condition(x.X)
			c.condition(x.Y)
		}
	case *ast.Unary:
		if x.Op == "!" {
			c.condition(x.X)
		}
	case *ast.AssignExpr:
		c.warn(x.Range, "assign-in-condition", "= assigns, and as a condition is always true", "== compares")
	case *ast.Var:
		if isText(x) {
			c.warn(x.Range, "text-condition", "the text "+x.Text+" stands as condition: it is true only where it is a number > 0",
				"write "+x.Text+" != $null to test whether it is there")
		}
	}
}

// always warns of a comparison whose result is known.
func (c *checker) always(e ast.Expr, truth bool, why, hint string) {
	word := "false"
	if truth {
		word = "true"
	}
	c.warn(rangeOf(e), "same-result", why+": this is always "+word, hint)
}

const notNullHint = "$vn(x) starts as $null, $var(x) as 0"

// comparison looks at one comparison.
func (c *checker) comparison(b *ast.Binary) {
	if b.Op == "==" || b.Op == "!=" {
		for _, p := range [][2]ast.Expr{{b.X, b.Y}, {b.Y, b.X}} {
			if v, ok := p[0].(*ast.Var); ok && neverNull(v) && isNull(p[1]) {
				c.always(b, b.Op == "!=", v.Text+" is never $null", notNullHint)
				return
			}
			if v, ok := p[0].(*ast.Var); ok && isWord(v) {
				if _, number := integer(p[1]); number {
					c.always(b, b.Op == "!=", v.Text+" is never a number", "")
					return
				}
			}
		}
	}
	if truth, ok := codeCompare(b); ok {
		c.always(b, truth, "a function's result counts as 1 or 0 here, not as its code",
			"$var(code) = f(); keeps the code, to be compared then")
		return
	}
	if key(b.X) == key(b.Y) && pure(b.X) && !isConst(b.X) {
		switch b.Op {
		case "==", "eq", "ieq", "<=", ">=":
			c.always(b, true, "both sides are the same", "")
		case "!=", "ne", "ine", "<", ">":
			c.always(b, false, "both sides are the same", "")
		}
	}
}

// codeCompare is the result of a comparison of a function with a number, where
// that is the same whatever the function gives.
func codeCompare(b *ast.Binary) (truth, ok bool) {
	x, y, op := b.X, b.Y, b.Op
	if _, left := integer(x); left {
		x, y = y, x
		op = map[string]string{"<": ">", ">": "<", "<=": ">=", ">=": "<="}[op]
		if op == "" {
			op = b.Op
		}
	}
	k, number := integer(y)
	call, isCall := x.(*ast.Call)
	if !number || !isCall || call.Name == "selval" {
		return false, false
	}
	var results [2]bool
	for r := range int64(2) {
		switch op {
		case "==", "ieq":
			results[r] = r == k
		case "!=", "ine":
			results[r] = r != k
		case "<":
			results[r] = r < k
		case "<=":
			results[r] = r <= k
		case ">":
			results[r] = r > k
		case ">=":
			results[r] = r >= k
		default:
			return false, false
		}
	}
	return results[0], results[0] == results[1]
}

// operands flattens a chain of && or ||.
func operands(e ast.Expr, op string, chained map[*ast.Binary]bool) []ast.Expr {
	b, ok := e.(*ast.Binary)
	if !ok || b.Op != op {
		return []ast.Expr{e}
	}
	chained[b] = true
	return append(operands(b.X, op, chained), operands(b.Y, op, chained)...)
}

// chain looks at the operands of a chain of && or || together: one that is
// there twice, x != 1 || x != 2, and x == 1 && x == 2.
func (c *checker) chain(whole *ast.Binary, ops []ast.Expr) {
	same := map[string]ast.Expr{}
	type against struct {
		value string
		at    ast.Expr
	}
	first := map[string]against{}
	for _, e := range ops {
		if !pure(e) || isConst(e) {
			continue
		}
		k := key(e)
		if same[k] != nil {
			c.warn(rangeOf(e), "repeated-condition", "this stands in the condition already", "").Notes = at(same[k], "the first one")
			continue
		}
		same[k] = e
		what, value, equal, ok := constantTest(e)
		if !ok || equal != (whole.Op == "&&") {
			continue
		}
		switch old, seen := first[what]; {
		case !seen:
			first[what] = against{value, e}
		case old.value != value:
			hint := "write || for one of the two"
			if !equal {
				hint = "write && for neither of the two"
			}
			c.warn(rangeOf(e), "same-result", fmt.Sprintf("together with the comparison before it, this is always %t", !equal), hint).
				Notes = at(old.at, "that comparison")
			first[what] = against{value, e}
			return
		}
	}
}

// constantTest is a comparison with a constant: what is compared, the constant
// so that different ones differ, and whether they are to be equal.
func constantTest(e ast.Expr) (what, value string, equal, ok bool) {
	switch x := e.(type) {
	case *ast.Binary:
		what, value, ok = compared(x)
		return what, value, x.Op == "==" || x.Op == "eq", ok
	case *ast.Unary:
		if x.Op == "!" {
			what, value, equal, ok = constantTest(x.X)
			_, call := x.X.(*ast.Call)
			return what, value, !equal, ok && call
		}
	case *ast.Call:
		if x.Name == "is_method" && len(x.Args) == 1 {
			if l, isLit := x.Args[0].(*ast.Lit); isLit && !strings.ContainsAny(l.Text, "|$") {
				return x.Name, strings.ToUpper(l.Text), true, true
			}
		}
	}
	return "", "", false, false
}

// compared is what a comparison compares, and with which constant.
func compared(b *ast.Binary) (what, value string, ok bool) {
	if b.Op != "==" && b.Op != "!=" && b.Op != "eq" && b.Op != "ne" {
		return "", "", false
	}
	fold := false
	switch x := b.X.(type) {
	case *ast.Var:
	case *ast.Ident:
		switch x.Name {
		case "method", "proto", "af", "status", "src_port", "dst_port":
			fold = true
		default: // addresses and URIs have many spellings
			return "", "", false
		}
	default:
		return "", "", false
	}
	switch y := b.Y.(type) {
	case *ast.Lit, *ast.Ident:
		value = key(y)
	default:
		return "", "", false
	}
	if fold {
		value = strings.ToLower(value)
	}
	// An integer and a text may be equal.
	kind := "text "
	if l, isLit := b.Y.(*ast.Lit); isLit && l.Kind == ast.LitInt {
		kind = "int "
	}
	return kind + key(b.X), value, true
}

// repeated warns of an else if whose condition an if before it had.
func (c *checker) repeated(n *ast.If) {
	if !pure(n.Cond) || isConst(n.Cond) {
		return
	}
	k := key(n.Cond)
	for next := n.Else; next != nil && len(next.Stmts) == 1; {
		x, ok := next.Stmts[0].(*ast.If)
		if !ok {
			return
		}
		if key(x.Cond) == k {
			c.warn(rangeOf(x.Cond), "repeated-condition", "this branch never runs: an if before it has the same condition", "").
				Notes = at(n.Cond, "the first one")
			return
		}
		next = x.Else
	}
}

// repeatedRegexes warns of a case /"…"/ that is there twice. Other duplicates
// stop the start.
func (c *checker) repeatedRegexes(s *ast.Switch) {
	seen := map[string]*ast.Case{}
	for _, k := range s.Cases {
		if k.Regex == nil {
			continue
		}
		if first := seen[k.Regex.Text]; first != nil {
			c.warn(k.Regex.Range, "repeated-condition", "this case never runs: one before it has the same expression", "").
				Notes = at(&ast.Lit{Literal: *first.Regex}, "the first one")
			continue
		}
		seen[k.Regex.Text] = k
	}
}
