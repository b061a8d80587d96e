package parse

import (
	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/lex"
)

// primary parses an operand.
func (e *pratt) primary() ast.Expr {
	if e.bad {
		return &ast.BadExpr{Range: e.at(e.lx.Peek())}
	}
	t := e.lx.Peek()
	switch t.Type {
	case lex.Int, lex.Str:
		e.lx.Next()
		return &ast.Lit{Literal: e.lit(t)}
	case lex.Var:
		e.lx.Next()
		return &ast.Var{Range: e.at(t), Text: t.Value}
	case lex.Select:
		e.lx.Next()
		return &ast.Select{Range: e.at(t), Text: t.Value}
	case lex.Word:
		e.lx.Next()
		if n := e.lx.Peek(); !is(n, "(") {
			e.bad = true
			e.notCalled(t, n, operandNames())
			return &ast.BadExpr{Range: e.at(t)}
		}
		return e.call(t)
	case lex.Key:
		switch {
		case t.Value == "route":
			return e.routeCall(t)
		case t.Value == "selval":
			e.lx.Next()
			if n := e.lx.Peek(); !is(n, "(") {
				return e.fail(n, "syntax", describe(n)+" cannot stand behind `selval`", "it is written selval(condition, value, value)")
			}
			return e.call(t)
		case testWords[t.Value] != nil:
			return e.test(t)
		case coreCalls[t.Value] != nil:
			return e.coreCall(t)
		}
	case lex.Op:
		if t.Value == "(" {
			return e.group()
		}
	}
	return e.stray(t)
}

// stray reports a token that is no operand.
func (e *pratt) stray(t *lexer.Token) ast.Expr {
	hint := ""
	switch {
	case is(t, "=") || is(t, "=="):
		hint = "a comparison is written ==, an assignment ="
	case is(t, "{"):
		hint = "a condition or value is missing before the block"
	case is(t, ")"), is(t, ";"), is(t, ","):
		hint = "a value is missing before it"
	case is(t, "~"), is(t, "+"):
		hint = "a value is missing, or an operator is written twice"
	case t.Type == lex.IPv6, t.Type == lex.NumID:
		hint = "put it into quotes"
	case is(t, "return"), is(t, "exit"), is(t, "drop"), is(t, "break"):
		hint = "it is a statement, not a value; a `;` is missing before it, or a value"
	case t.Type == lex.Key:
		hint = "it is a word of the language; as a text it needs quotes"
	}
	return e.fail(t, "syntax", describe(t)+" is not a value", hint)
}

// lit is a number or text.
func (p *parser) lit(t *lexer.Token) ast.Literal {
	l := ast.Literal{Range: p.at(t)}
	if t.Type == lex.Str {
		l.Kind, l.Text = ast.LitStr, lex.Text(t.Value)
		return l
	}
	l.Kind, l.Text, l.Int = ast.LitInt, t.Value, lex.Number(t.Value)
	return l
}

// word is a bare word, from token t to before the lexer's.
func (p *parser) word(t *lexer.Token, text string, lx *lexer.PeekingLexer) ast.Literal {
	return ast.Literal{Range: p.span(t, lx), Kind: ast.LitWord, Text: text}
}

// call parses the ( … ) of a function named by t. Kamailio lets the first of
// several parameters be empty, and does not count it then.
func (e *pratt) call(t *lexer.Token) ast.Expr {
	c := &ast.Call{Name: t.Value}
	open := e.lx.Next()
	e.open++
	comma := is(e.lx.Peek(), ",")
	if comma {
		e.lx.Next()
	}
	if comma || !is(e.lx.Peek(), ")") {
		if e.depth++; e.tooDeep(t) {
			e.bad = true
		}
		for !e.bad {
			c.Args = append(c.Args, e.operators(e.unary(), pOr))
			if e.bad || !is(e.lx.Peek(), ",") {
				break
			}
			e.lx.Next()
		}
		e.depth--
	}
	e.close(open)
	c.Range = e.span(t, e.lx)
	return c
}

// routeCall parses route(NAME) and route(expression).
func (e *pratt) routeCall(t *lexer.Token) ast.Expr {
	e.lx.Next()
	open := e.lx.Peek()
	if !is(open, "(") {
		return e.fail(open, "syntax", describe(open)+" cannot stand behind `route`", "a route is called with route(NAME)")
	}
	c := &ast.Call{Name: "route"}
	e.lx.Next()
	e.open++
	if n := e.lx.Peek(); n.Type == lex.Word && !is(second(e.lx), "(") {
		e.lx.Next()
		l := e.word(n, n.Value, e.lx)
		c.Args = append(c.Args, &ast.Lit{Literal: l})
		if after := e.lx.Peek(); !is(after, ")") {
			hint := "a name with other characters than letters, digits and _ needs quotes, here and at route[…]"
			e.fail(after, "bad-route-name", describe(after)+" cannot stand in a route's name", hint)
		}
	} else {
		c.Args = append(c.Args, e.operators(e.unary(), pOr))
	}
	e.close(open)
	c.Range = e.span(t, e.lx)
	return c
}
