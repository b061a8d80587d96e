package parse

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/lex"
	"olelo/lang/source"
)

// maxDepth bounds statements and expressions inside each other: the stack of
// a goroutine ends, and the process with it.
const maxDepth = 2000

// parser is the state of one Load.
type parser struct {
	grammar
	set       *source.Set
	tokens    []lexer.Token // token n is tokens[n-1]
	diags     *diag.List
	maxErrors int
	trailing  participle.ParseOption

	depth    int
	switches int  // switch statements around the statement
	cases    bool // a case outside of a switch was reported in this item
	missing  bool // an included file is missing, and with it maybe defines
	unclosed bool // a text is never closed
	halted   bool // the rest of the configuration is not looked at
	unwind   bool // the route that is being parsed was left without its end
	wrong    bool // the statement or item that is being parsed has an error

	flags    flagSet         // that flags lines have declared so far
	avpFlags map[string]bool // the same of avpflags

	want      want // what the next expression is wanted for
	lastError place
}

// place is a line, to report one syntax error a line.
type place struct {
	file string
	line int
}

// want is how much of an expression the grammar wants.
type want uint8

const (
	wantExpr want = iota
	wantCode      // the code of a return: may be absent, may be ()
	wantNone
)

// file parses all tokens.
func (p *parser) file() *ast.File {
	p.trailing = participle.AllowTrailing(true)
	f := &ast.File{}
	empty, resync := true, false
	for rest := p.tokens; !p.halted && !rest[0].EOF(); {
		n := piece(rest)
		lx := upgrade(rest[:n], rest[n])
		rest = rest[n:]
		empty = false
		if resync && !p.resyncItem(lx) {
			continue
		}
		resync = p.items(lx, f)
	}
	if t := &p.tokens[len(p.tokens)-1]; empty {
		p.errorAt(t, "empty-config", "the configuration is empty", "it needs at least one statement, such as a request_route { … }")
	}
	return f
}

// items parses the items of one piece. It is true where the last one is wrong
// and no other was found after it.
func (p *parser) items(lx *lexer.PeekingLexer, f *ast.File) bool {
	for !p.halted && !lx.Peek().EOF() {
		if is(lx.Peek(), ";") {
			lx.Next()
			continue
		}
		from := lx.Peek()
		p.wrong, p.unwind, p.cases, p.switches, p.depth = false, false, false, 0, 0
		f.Items = append(f.Items, p.item(lx))
		if p.wrong && !p.resyncItem(lx) {
			return true
		}
		if lx.Peek() == from {
			lx.Next() // always forward
		}
	}
	return false
}

// piece is the length of the first tokens, up to behind a `}` that closes what
// they opened. participle copies the tokens that it parses: in pieces the
// copies stay small. One for all was a quarter of the time for 20,000 lines.
func piece(tokens []lexer.Token) int {
	depth := 0
	for i := range tokens {
		t := &tokens[i]
		switch {
		case t.EOF():
			return i
		case t.Type != lex.Op:
		case t.Value == "{":
			depth++
		case t.Value == "}":
			if depth--; depth <= 0 {
				return i + 1
			}
		}
	}
	return len(tokens)
}

// upgrade makes participle's lexer of a piece; it ends where next stands.
func upgrade(tokens []lexer.Token, next lexer.Token) *lexer.PeekingLexer {
	next.Type, next.Value = lex.EOF, ""
	l := list{tokens, next}
	lx, _ := lexer.Upgrade(&l) // list never fails
	return lx
}

// list is a lexer of tokens that are there.
type list struct {
	tokens []lexer.Token
	eof    lexer.Token
}

func (l *list) Next() (lexer.Token, error) {
	if len(l.tokens) == 0 {
		return l.eof, nil
	}
	t := l.tokens[0]
	l.tokens = l.tokens[1:]
	return t, nil
}

// ---- tokens ----

func is(t *lexer.Token, op string) bool {
	return (t.Type == lex.Op || t.Type == lex.Key) && t.Value == op
}

// second is the token after the next.
func second(lx *lexer.PeekingLexer) *lexer.Token {
	if lx.Peek().EOF() {
		return lx.Peek()
	}
	at := lx.MakeCheckpoint()
	lx.Next()
	t := lx.Peek()
	lx.LoadCheckpoint(at)
	return t
}

func pos(t *lexer.Token) source.Pos { return source.Pos(t.Pos) }

// at is where one token stands.
func (p *parser) at(t *lexer.Token) ast.Range {
	r := ast.Range{Pos: pos(t)}
	r.EndLine, r.EndCol = p.set.End(r.Pos)
	return r
}

// span is from token t to before the lexer's.
func (p *parser) span(t *lexer.Token, lx *lexer.PeekingLexer) ast.Range {
	r := ast.Range{Pos: pos(t)}
	r.EndLine, r.EndCol = p.lastEnd(lx)
	return r
}

// startsLine reports whether t is on another line than the token before it.
func (p *parser) startsLine(t *lexer.Token) bool {
	line, _ := p.set.End(source.Pos{Offset: t.Pos.Offset - 1})
	return t.Pos.Offset <= 1 || line != t.Pos.Line
}
