package parse

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/lex"
)

// The strengths of the operators between operands, as Kamailio 5.6 has them.
const (
	pOr = iota + 1
	pAnd
	pBitOr
	pBitAnd
	pBitXor
	pShl
	pShr
	pEqual
	pLess
	pPlus
	pTimes
)

// binary gives an operator's strength (0: it is none) and its normal spelling.
func binary(t *lexer.Token) (int, string) {
	switch t.Type {
	case lex.Op:
		switch t.Value {
		case "||":
			return pOr, t.Value
		case "&&":
			return pAnd, t.Value
		case "|":
			return pBitOr, t.Value
		case "&":
			return pBitAnd, t.Value
		case "^":
			return pBitXor, t.Value
		case "<<":
			return pShl, t.Value
		case ">>":
			return pShr, t.Value
		case "==", "!=", "=~":
			return pEqual, t.Value
		case "<", ">", "<=", ">=":
			return pLess, t.Value
		case "+", "-":
			return pPlus, t.Value
		case "*", "/":
			return pTimes, t.Value
		}
	case lex.Key:
		switch t.Value {
		case "or":
			return pOr, "||"
		case "and":
			return pAnd, "&&"
		case "eq", "ne", "ieq", "ine":
			return pEqual, t.Value
		case "mod":
			return pTimes, t.Value
		}
	}
	return 0, ""
}

// maxOperators bounds one expression: what reads the tree goes down each.
const maxOperators = 10_000

// pratt is the parse of one expression.
type pratt struct {
	*parser
	lx   *lexer.PeekingLexer
	open int  // parentheses
	ops  int  // operators so far
	bad  bool // an error was reported: unwind
}

// expr parses an expression. It is participle's way to a Pratt parser: it
// reports what is wrong, skips to the expression's end and never fails.
func (p *parser) expr(lx *lexer.PeekingLexer) (ast.Expr, error) {
	w := p.want
	p.want = wantExpr
	t := lx.Peek()
	if w == wantNone || w == wantCode && (is(t, ";") || is(t, "}") || t.EOF()) {
		return nil, participle.NextMatch
	}
	if w == wantCode && is(t, "(") && is(second(lx), ")") {
		lx.Next()
		lx.Next()
		return nil, nil
	}
	e := &pratt{parser: p, lx: lx}
	x := e.operators(e.unary(), pOr)
	if e.bad {
		e.skip()
		if lx.Peek() == t { // participle wants a match to move on
			return nil, participle.NextMatch
		}
		return &ast.BadExpr{Range: p.span(t, lx)}, nil
	}
	return x, nil
}

// skip passes over the rest of a wrong expression: to behind the parentheses
// that are open in it, or to where a statement or block ends or starts.
func (e *pratt) skip() {
	for depth := e.open; depth > 0; {
		t := e.lx.Peek()
		switch {
		case t.EOF(), is(t, ";"), is(t, "{"), is(t, "}"):
			return
		case e.startsLine(t) && t.Type == lex.Key && e.startsStmt(e.lx):
			return
		case is(t, "("):
			depth++
		case is(t, ")"):
			depth--
		}
		e.lx.Next()
	}
}

// fail reports a token that cannot stand in the expression.
func (e *pratt) fail(t *lexer.Token, code, msg, hint string) ast.Expr {
	e.failed(t, code, msg, hint)
	return &ast.BadExpr{Range: e.at(t)}
}

// failed is fail; notes can be added to its diagnostic.
func (e *pratt) failed(t *lexer.Token, code, msg, hint string) *diag.Diagnostic {
	if e.bad {
		return &diag.Diagnostic{}
	}
	e.bad = true
	if e.flipped(t) {
		return &diag.Diagnostic{}
	}
	if t.EOF() {
		e.unclosedBlock(t)
		return &diag.Diagnostic{}
	}
	return e.errorAt(t, code, msg, hint)
}

// operators parses the operators that bind at least as strong as least, and
// their right sides, after x.
func (e *pratt) operators(x ast.Expr, least int) ast.Expr {
	for !e.bad {
		t := e.lx.Peek()
		strength, op := binary(t)
		if strength == 0 || strength < least {
			return x
		}
		if e.ops++; e.ops > maxOperators {
			return e.fail(t, "too-deep", "the expression has too many operators", "split it over several assignments")
		}
		e.lx.Next()
		y := e.operators(e.unary(), strength+1)
		x = e.binary(op, t, x, y)
	}
	return x
}

func (e *pratt) binary(op string, t *lexer.Token, x, y ast.Expr) *ast.Binary {
	b := &ast.Binary{Op: op, OpAt: pos(t), X: x, Y: y}
	b.Pos, _, _ = x.Span()
	_, b.EndLine, b.EndCol = y.Span()
	return b
}

// unary parses the operators before an operand, and the operand.
func (e *pratt) unary() ast.Expr {
	t := e.lx.Peek()
	op := ""
	switch t.Type {
	case lex.Op:
		switch t.Value {
		case "!", "-", "~":
			op = t.Value
		}
	case lex.Cast:
		op = t.Value[1 : len(t.Value)-1]
	case lex.Key:
		switch t.Value {
		case "not":
			op = "!"
		case "defined":
			op = t.Value
		case "strlen", "strempty":
			return e.stringTest(t)
		}
	}
	if op == "" {
		return e.primary()
	}
	if e.depth++; e.tooDeep(t) {
		e.bad = true
	}
	defer func() { e.depth-- }()
	if e.bad {
		return &ast.BadExpr{Range: e.at(t)}
	}
	e.lx.Next()
	u := &ast.Unary{Op: op, X: e.unary()}
	u.Pos = pos(t)
	_, u.EndLine, u.EndCol = u.X.Span()
	return u
}

// stringTest parses strlen(x) and strempty(x).
func (e *pratt) stringTest(t *lexer.Token) ast.Expr {
	e.lx.Next()
	if n := e.lx.Peek(); !is(n, "(") {
		return e.fail(n, "syntax", describe(n)+" cannot stand behind "+quote(t.Value), t.Value+" is written "+t.Value+"(…)")
	}
	x := e.group()
	u := &ast.Unary{Op: t.Value, X: x}
	u.Range = e.span(t, e.lx)
	return u
}

// group parses ( x ), and ( $v = x ), which is an assignment and true.
func (e *pratt) group() ast.Expr {
	open := e.lx.Peek()
	e.depth++
	defer func() { e.depth-- }()
	if e.tooDeep(open) {
		e.bad = true
		return &ast.BadExpr{Range: e.at(open)}
	}
	e.lx.Next()
	e.open++
	x := e.operators(e.unary(), pOr)
	if v, ok := x.(*ast.Var); ok && !e.bad && is(e.lx.Peek(), "=") {
		e.lx.Next()
		a := &ast.AssignExpr{To: v, Value: e.operators(e.unary(), pOr)}
		a.Pos = v.Pos
		_, a.EndLine, a.EndCol = a.Value.Span()
		x = a
	}
	e.close(open)
	return x
}

// close takes the `)` of open.
func (e *pratt) close(open *lexer.Token) {
	if e.bad {
		return
	}
	t := e.lx.Peek()
	if is(t, ")") {
		e.open--
		e.lx.Next()
		return
	}
	switch {
	case is(t, "="):
		e.fail(t, "syntax", "`=` cannot stand here", "a comparison is written ==; an assignment as a condition stands alone in its ( )")
	case is(t, ";"), is(t, "{"), is(t, "}"), t.Type == lex.Key && e.startsStmt(e.lx):
		d := e.failed(t, "missing-paren", "`)` is missing before "+describe(t), "")
		d.Notes = append(d.Notes, diag.Note{Pos: pos(open), Msg: "it closes this `(`"})
	default:
		e.fail(t, "syntax", describe(t)+" cannot stand here", "an operator, a `,` or a `)` is expected")
	}
}
