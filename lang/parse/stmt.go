package parse

import (
	"maps"
	"slices"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/diag"
	"olelo/lang/lex"
	"olelo/lang/source"
)

// stmt is participle's way to parser.next, for the statements of a case.
func (p *parser) stmt(lx *lexer.PeekingLexer) (ast.Stmt, error) {
	if s := p.next(lx); s != nil {
		return s, nil
	}
	return nil, participle.NextMatch
}

// next parses the next statement of a list, with the `;` behind it; nil ends
// the list. What is wrong is reported and got over here, so that the
// statements after it are read.
func (p *parser) next(lx *lexer.PeekingLexer) ast.Stmt {
	for is(lx.Peek(), ";") {
		lx.Next()
	}
	t := lx.Peek()
	if t.EOF() || is(t, "}") || p.halted || p.unwind {
		return nil
	}
	if p.switches > 0 && (is(t, "case") || is(t, "default")) {
		return nil
	}
	if p.topLevel(lx) {
		p.missingBrace(lx)
		return nil
	}
	if p.tooDeep(t) {
		return nil
	}
	outer := p.wrong
	p.wrong = false
	s := p.statement(lx)
	if p.wrong {
		p.resync(lx, t)
		if lx.Peek() == t { // a list must move on
			if p.halted || p.unwind {
				return nil
			}
			lx.Next()
		}
		s = &ast.BadStmt{Range: p.span(t, lx)}
	}
	p.wrong = outer || p.unwind
	if r, ok := s.(interface{ SetLine(int) }); ok {
		r.SetLine(p.readAt(s, lx))
	}
	return s
}

// readAt is where Kamailio's parser is when it has s, which is parsed.
func (p *parser) readAt(s ast.Stmt, lx *lexer.PeekingLexer) int {
	line, _ := p.lastEnd(lx)
	switch s := s.(type) {
	case *ast.If:
		if s.Else == nil { // one may follow
			return lx.Peek().Pos.Line
		}
		return inside(s.Else, line)
	case *ast.While:
		return inside(s.Body, line)
	case *ast.Jump:
		if s.Keyword == "break" { // it takes no code: the `;` need not be read
			return s.EndLine
		}
	}
	return line
}

// inside is where the statement is read that ends with b: with b's own where that
// is one statement without braces.
func inside(b *ast.Block, line int) int {
	if len(b.Stmts) == 1 {
		switch s := b.Stmts[0].(type) {
		case *ast.If:
			if s.Pos == b.Pos {
				return s.Line
			}
		case *ast.While:
			if s.Pos == b.Pos {
				return s.Line
			}
		}
	}
	return line
}

// block parses `{ … }`, or the one statement of an if without braces. It is
// nil where that has an error that next has not got over.
func (p *parser) block(lx *lexer.PeekingLexer) *ast.Block {
	t := lx.Peek()
	b := &ast.Block{}
	p.depth++
	defer func() { p.depth-- }()
	switch {
	case is(t, "{"):
		lx.Next()
		empty := is(lx.Peek(), "}")
		for s := p.next(lx); s != nil; s = p.next(lx) {
			b.Stmts = append(b.Stmts, s)
		}
		end := lx.Peek()
		if empty {
			p.unexpected(end)
		} else if !is(end, "}") {
			p.unexpected(end)
			return nil
		}
		lx.Next()
	case is(t, ";"):
		lx.Next()
	default:
		s := p.next(lx)
		if s == nil {
			p.unexpected(lx.Peek())
			return nil
		}
		b.Stmts = append(b.Stmts, s)
	}
	b.Range = p.span(t, lx)
	return b
}

// condition parses what follows if and while; nil where that is wrong.
func (p *parser) condition(lx *lexer.PeekingLexer) ast.Expr {
	e := &pratt{parser: p, lx: lx}
	t := lx.Peek()
	x := e.operators(e.unary(), pOr)
	if !e.bad {
		return x
	}
	e.skip()
	if lx.Peek() == t {
		return nil
	}
	return &ast.BadExpr{Range: p.span(t, lx)}
}

// ifStmt parses if, with the else behind it.
func (p *parser) ifStmt(lx *lexer.PeekingLexer) ast.Stmt {
	t := lx.Next()
	s := &ast.If{}
	if s.Cond = p.condition(lx); s.Cond == nil {
		return nil
	}
	outer := p.wrong
	if s.Then = p.block(lx); s.Then == nil {
		return nil
	}
	if is(lx.Peek(), "else") {
		lx.Next()
		if s.Else = p.block(lx); s.Else == nil {
			return nil
		}
	}
	p.wrong = outer
	s.Range = p.span(t, lx)
	return s
}

func (p *parser) while(lx *lexer.PeekingLexer) ast.Stmt {
	t := lx.Next()
	s := &ast.While{}
	if s.Cond = p.condition(lx); s.Cond == nil {
		return nil
	}
	outer := p.wrong
	if s.Body = p.block(lx); s.Body == nil {
		return nil
	}
	p.wrong = outer
	s.Range = p.span(t, lx)
	return s
}

// statement parses the statement that starts with the next token.
func (p *parser) statement(lx *lexer.PeekingLexer) ast.Stmt {
	t := lx.Peek()
	switch t.Type {
	case lex.Var:
		return p.assign(lx)
	case lex.Word:
		return p.callStmt(lx)
	case lex.Key:
		switch t.Value {
		case "if":
			return p.ifStmt(lx)
		case "while":
			return p.while(lx)
		case "switch":
			return p.switchStmt(lx)
		case "return", "exit", "drop", "break":
			p.want = wantCode
			if t.Value == "break" {
				p.want = wantNone
			}
			s, ok := run(p, p.grammar.jump, lx)
			if ok {
				p.terminator(lx)
			}
			return s
		}
		if coreCalls[t.Value] != nil || t.Value == "route" {
			return p.callStmt(lx)
		}
	case lex.Bad:
		p.wrong = true
		return nil
	}
	p.strange(lx)
	return nil
}

// assign parses `$v = value;`.
func (p *parser) assign(lx *lexer.PeekingLexer) ast.Stmt {
	t := lx.Next()
	switch eq := lx.Peek(); {
	case is(eq, "="):
	case is(eq, ";"):
		p.errorAt(eq, "syntax", describe(eq)+" cannot stand here", "a variable alone is no statement: assign it, $var(x) = "+t.Value+";")
		return nil
	default:
		p.unexpected(eq)
		return nil
	}
	lx.Next()
	e := &pratt{parser: p, lx: lx}
	s := &ast.Assign{To: &ast.Var{Range: p.at(t), Text: t.Value}, Value: e.operators(e.unary(), pOr)}
	s.Range = p.span(t, lx)
	if e.bad {
		e.skip()
		return nil
	}
	p.terminator(lx)
	return s
}

// strange reports a token that starts no statement.
func (p *parser) strange(lx *lexer.PeekingLexer) {
	t := lx.Peek()
	if p.flipped(t) {
		return
	}
	hint := ""
	switch {
	case is(t, "{"):
		hint = "a block belongs to an if, while or switch"
	case is(t, "("):
		hint = "is an if, or the name of a function, missing before it?"
	case is(t, ")"):
		hint = "there is one `)` too many, or a `(` missing before it"
	case is(t, "else"):
		hint = "its if has ended: look for a `;` behind the `}`, or a second statement without { }"
	case is(t, "case") || is(t, "default"):
		if p.cases { // the others of the switch that was not understood
			p.wrong = true
			return
		}
		p.cases = true
		hint = "it belongs into a switch"
	case t.Type == lex.Key && globals[t.Value] != nil:
		hint = "a global parameter stands outside of the routes; is there a `}` missing above?"
	case t.Type == lex.Key && testWords[t.Value] != nil:
		hint = "a test belongs into an if"
	case is(t, "="):
		hint = "a comparison is written =="
	}
	p.errorAt(t, "syntax", describe(t)+" starts no statement", hint)
}

// switchStmt parses a switch, whose lists end at case and default too.
func (p *parser) switchStmt(lx *lexer.PeekingLexer) ast.Stmt {
	p.switches++
	t := lx.Peek()
	s, ok := run(p, p.grammar.switchS, lx)
	p.switches--
	if !ok {
		p.skipSwitch(lx, t)
		return s
	}
	seen := false
	for _, c := range s.Cases {
		p.endBefore(c, c.EndPos)
		if c.Regex != nil {
			p.literal(c.Regex)
		}
		if c.Default && seen {
			p.report(c.Pos, "second-default", "this switch has a default already", "", false)
			p.wrong = false // the statement itself ended well
		}
		seen = seen || c.Default
	}
	return s
}

// callStmt parses a call that is a statement.
func (p *parser) callStmt(lx *lexer.PeekingLexer) ast.Stmt {
	t, next := lx.Peek(), second(lx)
	if t.Type == lex.Word && !is(next, "(") {
		lx.Next()
		p.notCalled(t, next, stmtNames)
		return nil
	}
	reported := len(p.diags.Items)
	e := &pratt{parser: p, lx: lx}
	s := &ast.ExprStmt{X: e.primary()}
	s.Range = p.span(t, lx)
	switch {
	case e.bad:
		e.skip()
	case is(lx.Peek(), "{") && t.Type == lex.Word:
		p.unknownStatement(t, lx.Peek())
	default:
		p.terminator(lx)
	}
	if p.wrong && foreign[t.Value] != "" && len(p.diags.Items) > reported {
		d := &p.diags.Items[len(p.diags.Items)-1]
		d.Code, d.Msg, d.Hint, d.Mark = "no-such-statement", "the language has no "+quote(t.Value), foreign[t.Value], pos(t)
	}
	return s
}

// foreign are statements of other languages, with what to write instead.
var foreign = map[string]string{
	"for":      "a loop is written while (condition) { … }, with $var(i) = $var(i) + 1; at its end",
	"foreach":  "a loop is written while (condition) { … }",
	"until":    "a loop is written while (!condition) { … }",
	"elif":     "it is written else if (condition)",
	"elseif":   "it is written else if (condition)",
	"elsif":    "it is written else if (condition)",
	"unless":   "it is written if (!condition)",
	"continue": "put the rest of the loop's body into an if",
	"function": "a route is called: route[NAME] { … } and route(NAME);",
}

// stmtNames are the words that start statements, for suggestions.
var stmtNames = []string{"if", "else", "while", "switch", "case", "default", "return", "exit", "drop", "break", "route"}

// operandNames are the words that start an operand, for suggestions.
func operandNames() []string {
	return append(slices.Sorted(maps.Keys(testWords)), "defined", "not", "route", "selval", "strempty", "strlen")
}

// notCalled reports a word that is no call because next is not its `(`.
func (p *parser) notCalled(t, next *lexer.Token, names []string) {
	if p.missing { // it may be a define of the file that is missing
		p.wrong = true
		return
	}
	if p.flipped(next) {
		return
	}
	d := p.errorAt(next, "no-call", quote(t.Value)+" is followed by "+describe(next)+", not by `(`", "")
	d.Mark = pos(t)
	at, variable := p.withoutDollar(t)
	switch near := diag.Nearest(t.Value, names); {
	case foreign[t.Value] != "":
		d.Code, d.Msg, d.Hint = "no-such-statement", "the language has no "+quote(t.Value), foreign[t.Value]
	case variable != "":
		d.Msg, d.Hint, d.Mark = quote(at.Value)+" is a variable, and has no `$`", "did you mean $"+variable+"?", pos(at)
	case near != "":
		d.Hint = "did you mean " + near + "?"
	default:
		d.Hint = "a function is written " + t.Value + "(…), a variable $" + t.Value + `, a text "` + t.Value + `"`
	}
}

// withoutDollar is the variable that a word is, if written with its $: the word
// itself, or the key of class(…) whose class stands before. It is "" where
// Kamailio has no such variable.
func (p *parser) withoutDollar(t *lexer.Token) (class *lexer.Token, variable string) {
	if len(catalogue.Vars(t.Value)) > 0 {
		return t, t.Value
	}
	open := p.before(t)
	if open == nil || !is(open, "(") {
		return nil, ""
	}
	class = p.before(open)
	if class == nil || class.Type != lex.Word || len(catalogue.Vars(class.Value)) == 0 || len(catalogue.Functions(class.Value)) > 0 {
		return nil, ""
	}
	const most = 12 // tokens of a key
	variable = class.Value + "("
	for n := t.Pos.Offset; n <= len(p.tokens) && n < t.Pos.Offset+most; n++ {
		k := &p.tokens[n-1]
		variable += k.Value
		if is(k, ")") {
			return class, variable
		}
	}
	return class, class.Value + "(…)"
}

// unknownStatement reports `name (…) {`.
func (p *parser) unknownStatement(t, brace *lexer.Token) {
	hint := foreign[t.Value]
	if near := diag.Nearest(t.Value, []string{"if", "while", "switch"}); hint == "" && near != "" {
		hint = "did you mean " + near + "?"
	} else if hint == "" {
		hint = "blocks belong to if, while and switch"
	}
	p.errorAt(brace, "no-such-statement", quote(t.Value)+" takes no block", hint).Mark = pos(t)
}

// terminator takes the `;` behind a statement.
func (p *parser) terminator(lx *lexer.PeekingLexer) {
	t := lx.Peek()
	if is(t, ";") {
		lx.Next()
		return
	}
	if p.wrong {
		return
	}
	before := p.before(t)
	if p.flipped(t) {
		return
	}
	switch {
	case t.EOF():
		p.unclosedBlock(t)
		return
	case is(t, "+="), is(t, "=") && before.Type == lex.Op:
		p.errorAt(t, "syntax", describe(t)+" cannot stand here", "the language has no ++, += and the like: write $x = $x + 1")
	case is(t, ")"):
		p.errorAt(t, "extra-paren", "this `)` closes no parenthesis", "")
	case is(t, "=") && before.Type == lex.Var:
		p.errorAt(t, "syntax", "an assignment has no value: a second `=` cannot follow", "write $a = 5; $b = 5;")
	default:
		d := p.errorAt(t, "missing-semicolon", "`;` is missing before "+describe(t), "")
		if p.startsLine(t) {
			line, col := p.set.End(pos(before))
			d.Mark = p.set.Mark(source.Pos{Filename: before.Pos.Filename, Line: line, Column: max(col, 1)},
				source.Token{EndLine: line, EndCol: max(col, 1)})
			d.Hint = "it ends the statement before"
		}
	}
	// Where the next statement starts on a line of its own, only the `;` is
	// missing.
	if p.startsLine(t) || is(t, "}") {
		p.wrong = false
	}
}
