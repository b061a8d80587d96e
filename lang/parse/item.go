package parse

import (
	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/lex"
)

// routeKinds are the words that start a route block, and what may stand in
// [ ] behind them.
var routeKinds = map[string]struct{ named, must bool }{
	"request_route": {}, "reply_route": {},
	"route": {named: true}, "onreply_route": {named: true}, "failure_route": {named: true},
	"branch_route": {named: true}, "onsend_route": {named: true},
	"event_route": {named: true, must: true},
}

// item parses one item.
func (p *parser) item(lx *lexer.PeekingLexer) ast.Item {
	t := lx.Peek()
	switch t.Type {
	case lex.Key:
		if _, ok := routeKinds[t.Value]; ok {
			return p.route(lx)
		}
		switch t.Value {
		case "loadmodule", "loadmodulex", "loadpath", "mpath":
			return p.load(lx)
		case "modparam", "modparamx":
			return p.modParam(lx)
		}
		if g := globals[t.Value]; g != nil {
			return p.global(lx, g)
		}
		return p.stranger(lx)
	case lex.Word:
		return p.wordItem(lx)
	case lex.Bad:
		p.wrong = true
		lx.Next()
		return &ast.BadItem{Range: p.at(t)}
	}
	return p.stranger(lx)
}

// stranger reports what cannot stand at the top level.
func (p *parser) stranger(lx *lexer.PeekingLexer) ast.Item {
	t := lx.Peek()
	if p.flipped(t) {
		return &ast.BadItem{Range: p.at(t)}
	}
	switch {
	case is(t, "}"):
		d := p.errorAt(t, "extra-brace", "this `}` closes no block", "")
		d.Hint = "there is one `}` too many, here or above"
	case is(t, "{"):
		p.errorAt(t, "syntax", "a block cannot stand here", "it belongs to a route: request_route { … } or route[NAME] { … }")
	case is(t, "(") && second(lx).Type == lex.Str:
		p.errorAt(t, "syntax", "`(` cannot stand here", `is modparam missing before it?`)
	case is(t, "="):
		p.errorAt(t, "syntax", "`=` cannot stand here", "the name of a parameter is missing before it")
	case t.Type == lex.Key || t.Type == lex.Var:
		p.errorAt(t, "outside-route", describe(t)+" cannot stand outside of a route", "is there a `}` too many above?")
	default:
		p.errorAt(t, "syntax", describe(t)+" cannot stand here", "parameters, loadmodule, modparam and routes can")
	}
	return &ast.BadItem{Range: p.at(t)}
}

func (p *parser) load(lx *lexer.PeekingLexer) ast.Item {
	keyword := lx.Peek()
	v, ok := run(p, p.grammar.load, lx)
	if !ok {
		p.rename("bad-load", keyword.Value+" needs a text in quotes", keyword.Value+` "FILE"`)
		return &ast.BadItem{Range: v.Range}
	}
	p.literal(&v.Arg)
	if v.Opts != nil {
		p.literal(v.Opts)
	}
	return v
}

// rename gives the error just reported better words.
func (p *parser) rename(code, msg, hint string) {
	if n := len(p.diags.Items); n > 0 && p.diags.Items[n-1].Code == "syntax" {
		d := &p.diags.Items[n-1]
		d.Code, d.Msg, d.Hint = code, msg+": "+d.Msg, hint
	}
}

func (p *parser) modParam(lx *lexer.PeekingLexer) ast.Item {
	keyword := lx.Peek()
	v, ok := run(p, p.grammar.modParam, lx)
	if !ok {
		hint := keyword.Value + `("module", "parameter", value): the value is a number or a text in quotes`
		if t := lx.Peek(); p.startsLine(t) && p.topLevel(lx) {
			hint = "a `)` is missing before it: " + hint
		} else if is(t, ")") || t.Type == lex.Int || t.Type == lex.Str {
			hint = "is a comma missing before it? Texts side by side are one text. " + hint
		}
		p.rename("bad-modparam", "bad "+keyword.Value, hint)
		return &ast.BadItem{Range: v.Range}
	}
	p.literal(&v.Module)
	p.literal(&v.Name)
	if v.Keyword == "modparam" && v.Value.Text[0] == '$' {
		p.report(v.Value.Pos, "bad-modparam", "modparam takes a number or a text, not the variable "+quote(v.Value.Text),
			"modparamx evaluates variables", false)
		p.wrong = false // the item itself ended well
	}
	p.literal(&v.Value)
	return v
}

// literal completes a literal whose text participle has captured.
func (p *parser) literal(l *ast.Literal) {
	if l.Text == "" {
		return
	}
	end := l.Pos
	switch c := l.Text[0]; {
	case c == '"' || c == '\'':
		l.Kind, l.Text = ast.LitStr, l.Text[1:]
	case c == '$':
		l.Kind = ast.LitWord
	case c == '-':
		l.Kind, l.Int = ast.LitInt, -lex.Number(l.Text[1:])
		end.Offset++ // of the sign and the number
	default:
		l.Kind, l.Int = ast.LitInt, lex.Number(l.Text)
	}
	l.SetEnd(p.set.End(end))
}

func (p *parser) route(lx *lexer.PeekingLexer) ast.Item {
	t := lx.Peek()
	kind := routeKinds[t.Value]
	next := second(lx)
	if bracket := is(next, "["); bracket != kind.named && (bracket || kind.must) {
		hint := t.Value + " { … } has no name"
		if kind.must {
			hint = "it is written event_route[module:event] { … }"
		}
		lx.Next()
		p.errorAt(next, "bad-route", describe(next)+" cannot stand behind "+quote(t.Value), hint)
		p.badRoute(lx)
		return &ast.BadItem{Range: p.span(t, lx)}
	}
	v, ok := run(p, p.grammar.route, lx)
	if v.Name != "" {
		v.NamAt = p.at(&p.tokens[v.Pos.Offset+1])
		if c := v.Name[0]; c == '"' || c == '\'' {
			v.Name = v.Name[1:]
		}
	} else {
		v.NamAt = p.at(t)
	}
	if !ok {
		p.rename("bad-route", "bad "+t.Value, routeHint(t.Value))
		p.badRoute(lx)
		return &ast.BadItem{Range: p.span(t, lx)}
	}
	if b := lx.Peek(); !is(b, "{") {
		p.errorAt(b, "bad-route", describe(b)+" cannot stand behind "+quote(t.Value), routeHint(t.Value))
		p.badRoute(lx)
		return &ast.BadItem{Range: p.span(t, lx)}
	}
	v.Body = p.block(lx)
	v.SetEnd(p.lastEnd(lx))
	p.wrong = v.Body == nil // what was wrong inside was got over inside
	return v
}

func routeHint(kind string) string {
	if kind == "event_route" {
		return "it is written event_route[module:event] { … }"
	}
	if routeKinds[kind].named {
		return "it is written " + kind + `[NAME] { … }; a name with other characters than letters, digits and _ needs quotes`
	}
	return "it is written " + kind + " { … }"
}

// badRoute skips to the body of a route whose head is wrong, and parses it to
// find what is wrong there.
func (p *parser) badRoute(lx *lexer.PeekingLexer) {
	for line := lx.Peek().Pos.Line; !lx.Peek().EOF() && !is(lx.Peek(), "{"); lx.Next() {
		if t := lx.Peek(); t.Pos.Line > line+1 || p.startsLine(t) && p.topLevel(lx) {
			return
		}
	}
	if is(lx.Peek(), "{") {
		p.wrong = p.block(lx) == nil
	}
}

// wordItem parses group.name = value, and reports any other word.
func (p *parser) wordItem(lx *lexer.PeekingLexer) ast.Item {
	t, next := lx.Peek(), second(lx)
	switch {
	case is(next, ".") || is(next, "["):
		return p.custom(lx)
	case is(next, "="):
		if g := globals6[t.Value]; g != nil {
			return p.global(lx, g)
		}
		lx.Next()
		d := p.errorAt(next, "unknown-parameter", "there is no parameter "+quote(t.Value), "")
		d.Mark = pos(t)
		if near := diag.Nearest(t.Value, globalNames); near != "" {
			d.Hint = "did you mean " + near + "?"
		}
		return &ast.BadItem{Range: p.at(t)}
	}
	lx.Next()
	d := p.errorAt(next, "unknown-word", "unknown word "+quote(t.Value), "")
	d.Mark = pos(t)
	if near := diag.Nearest(t.Value, itemNames); near != "" {
		d.Hint = "did you mean " + near + "?"
	} else if is(next, "(") {
		d.Hint = "a function is called inside of a route; is there a `}` too many above?"
	}
	if is(lx.Peek(), "{") || is(lx.Peek(), "[") {
		p.badRoute(lx)
	}
	return &ast.BadItem{Range: p.span(t, lx)}
}

// topLevel reports whether the lexer stands at what starts an item for sure.
func (p *parser) topLevel(lx *lexer.PeekingLexer) bool {
	t := lx.Peek()
	if t.Type != lex.Key {
		return false
	}
	switch t.Value {
	case "request_route", "reply_route", "onreply_route", "failure_route", "branch_route", "onsend_route", "event_route",
		"loadmodule", "loadmodulex", "loadpath", "mpath", "modparam", "modparamx":
		return true
	case "route":
		n := second(lx)
		return is(n, "[") || is(n, "{")
	}
	g := globals[t.Value]
	return g != nil && is(second(lx), "=")
}

// resyncItem skips to the start of the next item: a word that starts one, at
// the beginning of a line. What stands in a block on the way is parsed, for
// the errors in it. It is false where none is there up to lx's end.
func (p *parser) resyncItem(lx *lexer.PeekingLexer) bool {
	for !lx.Peek().EOF() && !p.halted {
		t := lx.Peek()
		if p.startsLine(t) && p.startsItem(lx) {
			return true
		}
		if is(t, "{") {
			p.unwind = false
			p.block(lx)
			continue
		}
		lx.Next()
	}
	return false
}

// startsItem reports whether an item may start at the lexer's token.
func (p *parser) startsItem(lx *lexer.PeekingLexer) bool {
	if p.topLevel(lx) {
		return true
	}
	t := lx.Peek()
	switch t.Type {
	case lex.Key:
		return t.Value == "flags" || t.Value == "avpflags" || t.Value == "cfgengine" || t.Value == "kemi"
	case lex.Word:
		n := second(lx)
		return is(n, "=") || is(n, ".") || is(n, "{") && diag.Nearest(t.Value, itemNames) != ""
	}
	return false
}
