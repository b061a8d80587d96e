package parse

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/lex"
)

// test is an old-style test such as src_ip==10.0.0.0/8: a word, an operator
// and a right side of its own.
type test struct {
	ops   []string
	right func(e *pratt) ast.Expr // nil where it matches no special form
}

var (
	equality = []string{"==", "!=", "eq", "ne"}
	matching = []string{"==", "!=", "=~", "eq", "ne"}
	ordering = []string{"==", "!=", "<", ">", "<=", ">=", "eq", "ne", "ieq", "ine"}
)

// testWords are the words that old-style tests start with.
var testWords map[string]*test

func init() { // not in the declaration: a right side may be an expression, with tests in it
	var (
		uri    = &test{matching, (*pratt).myself}
		addr   = &test{matching, (*pratt).network}
		port   = &test{ordering, nil}
		proto  = &test{equality, (*pratt).protocol}
		family = &test{ordering, (*pratt).family}
	)
	testWords = map[string]*test{
		"uri": uri, "from_uri": uri, "to_uri": uri,
		"method": {matching, (*pratt).methodName},
		"status": {matching, nil},
		"src_ip": addr, "dst_ip": addr, "snd_ip": addr, "to_ip": addr,
		"src_port": port, "dst_port": port, "snd_port": port, "to_port": port, "msg:len": port,
		"proto": proto, "snd_proto": proto,
		"af": family, "snd_af": family,
		"myself": {equality, (*pratt).aboutMyself},
	}
}

// test parses a test as one operand: its operator binds before all others.
func (e *pratt) test(t *lexer.Token) ast.Expr {
	w := testWords[t.Value]
	e.lx.Next()
	op := e.lx.Peek()
	if !slices.Contains(w.ops, op.Value) || op.Type != lex.Op && op.Type != lex.Key {
		hint := quote(t.Value) + " is tested with one of " + spaced(w.ops)
		return e.fail(op, "bad-test", describe(op)+" cannot stand behind "+quote(t.Value), hint)
	}
	e.lx.Next()
	x := &ast.Ident{Range: e.at(t), Name: t.Value}
	var y ast.Expr
	if w.right != nil {
		y = w.right(e)
	}
	if y == nil {
		y = e.operators(e.unary(), pEqual+1)
	}
	return e.binary(op.Value, op, x, y)
}

func spaced(words []string) string {
	s := ""
	for i, w := range words {
		if i > 0 {
			s += " "
		}
		s += w
	}
	return s
}

// ident takes the next token as a word of the language.
func (e *pratt) ident() ast.Expr {
	t := e.lx.Next()
	return &ast.Ident{Range: e.at(t), Name: t.Value}
}

func (e *pratt) myself() ast.Expr {
	if is(e.lx.Peek(), "myself") {
		return e.ident()
	}
	return nil
}

// aboutMyself is what myself is compared with.
func (e *pratt) aboutMyself() ast.Expr {
	t := e.lx.Peek()
	switch t.Value {
	case "uri", "from_uri", "to_uri", "src_ip", "dst_ip":
		if t.Type == lex.Key {
			return e.ident()
		}
	}
	return e.fail(t, "bad-test", describe(t)+" cannot be compared with `myself`", "uri, from_uri, to_uri, src_ip and dst_ip can")
}

func (e *pratt) methodName() ast.Expr {
	switch t := e.lx.Peek(); {
	case t.Type == lex.Word:
		e.lx.Next()
		return &ast.Lit{Literal: e.word(t, t.Value, e.lx)}
	case t.Type == lex.Key && protocols[t.Value]:
		return e.fail(t, "bad-test", describe(t)+" is not a method", "put it into quotes if it is one")
	}
	return nil
}

func (e *pratt) protocol() ast.Expr {
	if t := e.lx.Peek(); t.Type == lex.Key && protocols[t.Value] {
		return e.ident()
	}
	return nil
}

func (e *pratt) family() ast.Expr {
	if t := e.lx.Peek(); t.Type == lex.Int && lex.IsFamily(t.Value) {
		return e.ident()
	}
	return nil
}

// network parses an address, a network, a host name or myself.
func (e *pratt) network() ast.Expr {
	t := e.lx.Peek()
	switch {
	case is(t, "myself"):
		return e.ident()
	case t.Type == lex.IPv6, is(t, "["), t.Type == lex.Int && is(second(e.lx), "."):
		text, ok := e.address(e.lx)
		if ok && is(e.lx.Peek(), "/") {
			e.lx.Next()
			var mask string
			if mask, ok = e.mask(e.lx, t.Type == lex.Int); ok {
				text += "/" + mask
			}
		}
		if !ok {
			e.bad = true
			return &ast.BadExpr{Range: e.at(t)}
		}
		return &ast.Lit{Literal: e.word(t, text, e.lx)}
	case t.Type == lex.Word && !is(second(e.lx), "("):
		text, ok := e.host(e.lx)
		if !ok {
			e.bad = true
			return &ast.BadExpr{Range: e.at(t)}
		}
		return &ast.Lit{Literal: e.word(t, text, e.lx)}
	}
	return nil
}
