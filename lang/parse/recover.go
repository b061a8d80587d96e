package parse

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/diag"
	"olelo/lang/lex"
)

// skipSwitch skips the rest of a wrong switch: its cases make no sense alone.
func (p *parser) skipSwitch(lx *lexer.PeekingLexer, first *lexer.Token) {
	depth, seen := 0, false
	for n := first.Pos.Offset; n < lx.Peek().Pos.Offset; n++ {
		switch t := &p.tokens[n-1]; {
		case is(t, "{"):
			depth, seen = depth+1, true
		case is(t, "}"):
			depth--
		}
	}
	for depth > 0 || !seen {
		t := lx.Peek()
		switch {
		case t.EOF(), is(t, "}") && depth == 0, p.startsLine(t) && p.topLevel(lx):
			return
		case is(t, "{"):
			depth, seen = depth+1, true
		case is(t, "}"):
			depth--
		}
		lx.Next()
	}
}

// resync skips the rest of a wrong statement that started with first: up to a
// `}`, or to the first token of a line where nothing is open. A block on the
// way is parsed for the errors in it.
func (p *parser) resync(lx *lexer.PeekingLexer, first *lexer.Token) {
	for !p.halted && !p.unwind {
		t := lx.Peek()
		switch {
		case t.EOF(), is(t, "}"):
			return
		case p.topLevel(lx):
			return
		case is(t, "{"):
			p.block(lx)
			if e := lx.Peek(); is(e, "else") {
				lx.Next()
				continue
			}
			if is(lx.Peek(), ";") {
				lx.Next()
			}
			return
		case p.switches > 0 && (is(t, "case") || is(t, "default")):
			return
		case t != first && p.startsLine(t) && p.startsStmt(lx):
			return
		}
		lx.Next()
		if is(t, ";") && p.startsLine(lx.Peek()) {
			return
		}
	}
}

// startsStmt reports whether a statement may start at the lexer's token.
func (p *parser) startsStmt(lx *lexer.PeekingLexer) bool {
	t := lx.Peek()
	switch t.Type {
	case lex.Var:
		return is(second(lx), "=")
	case lex.Word:
		return is(second(lx), "(")
	case lex.Key:
		switch t.Value {
		case "if", "while", "switch", "return", "exit", "drop", "break", "route":
			return true
		}
		return coreCalls[t.Value] != nil
	}
	return false
}

// missingBrace reports an item that starts inside a block.
func (p *parser) missingBrace(lx *lexer.PeekingLexer) {
	t := lx.Peek()
	at := t
	if t.Value == "route" { // route(X) would be a statement
		if at = second(lx); is(at, "{") {
			at = t
		}
	}
	d := p.errorAt(at, "unclosed-block", quote(t.Value)+" starts here, but a block before it is not closed", "a `}` is missing above")
	if at != t {
		d.Mark = pos(t)
	}
	p.noteOpen(d, t)
	p.unwind = true
}

// unclosedBlock reports the end of the configuration inside a block.
func (p *parser) unclosedBlock(t *lexer.Token) {
	d := p.errorAt(t, "syntax", "the configuration ends in the middle of a statement", "")
	if open := p.open(t); open != nil {
		d.Code, d.Msg, d.Hint = "unclosed-block", "the configuration ends inside a block", "a `}` is missing"
		d.Notes = append(d.Notes, p.openNote(open))
	}
	p.unwind = true
}

func (p *parser) noteOpen(d *diag.Diagnostic, t *lexer.Token) {
	if open := p.open(t); open != nil {
		d.Notes = append(d.Notes, p.openNote(open))
	}
}

func (p *parser) openNote(open *lexer.Token) diag.Note {
	return diag.Note{Pos: pos(open), Msg: "the block that was opened here seems to miss its `}`"}
}

// open is the `{` that most likely misses its `}` among the tokens before t:
// the innermost block that is closed by a `}` further left than the line of
// its `{`, or else the innermost that is not closed.
func (p *parser) open(t *lexer.Token) *lexer.Token {
	tokens := p.tokens[:t.Pos.Offset-1]
	var stack []*lexer.Token
	for i := range tokens {
		switch c := &tokens[i]; {
		case is(c, "{"):
			stack = append(stack, c)
		case is(c, "}") && len(stack) > 0:
			top := stack[len(stack)-1]
			if p.startsLine(c) && top.Pos.Line != c.Pos.Line && top.Pos.Filename == c.Pos.Filename &&
				len(stack) > 1 && p.indent(c) < p.indent(top) {
				return top
			}
			stack = stack[:len(stack)-1]
		case c.Type == lex.Key && len(stack) > 0 && strings.HasSuffix(c.Value, "_route") && p.startsLine(c):
			// A route that starts in column 1 closes what is open before it.
			return stack[len(stack)-1]
		}
	}
	if len(stack) == 0 {
		return nil
	}
	return stack[len(stack)-1]
}

// indent is how far the line of t is indented, in bytes.
func (p *parser) indent(t *lexer.Token) int {
	line := p.set.LineText(pos(t))
	return len(line) - len(strings.TrimLeft(line, " \t"))
}
