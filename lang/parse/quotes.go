package parse

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/diag"
	"olelo/lang/lex"
)

// flipped reports an error next to a text that spans lines: t, or the one
// before t if t follows it on its last line, or, where a text is never closed,
// any on t's line. Its closing quote is then really the next text's opening
// one. Nothing after it is read the right way, so parsing ends there, and what
// the lexer has found after it is forgotten.
func (p *parser) flipped(t *lexer.Token) bool {
	text := p.longText(t)
	if text == nil {
		return false
	}
	p.diags.Items = slices.DeleteFunc(p.diags.Items, func(d diag.Diagnostic) bool {
		return p.set.Order(d.Pos) > t.Pos.Offset
	})
	d := p.errorAt(t, lex.UnclosedString, describe(t)+" cannot stand here", "a quote is probably missing or one too many here or above")
	if text != t {
		d.Notes = append(d.Notes, diag.Note{Pos: pos(text), Msg: "a text starts here and ends lines later"})
	}
	p.halted = true
	return true
}

// longText is the text over several lines that is to blame for an error at t.
func (p *parser) longText(t *lexer.Token) *lexer.Token {
	if t.Type == lex.Str && p.lines(t) > 0 {
		return t
	}
	if before := p.before(t); before != nil && before.Type == lex.Str && p.lines(before) > 0 &&
		before.Pos.Line+p.lines(before) == t.Pos.Line && before.Pos.Filename == t.Pos.Filename &&
		(t.Type != lex.Op || !strings.Contains(",;)", t.Value)) {
		return before
	}
	if !p.unclosed || t.EOF() {
		return nil
	}
	tokens := p.tokens
	here := t.Pos.Offset - 1
	near := func(i int) *lexer.Token {
		if c := &tokens[i]; c.Type == lex.Str && p.lines(c) > 0 {
			return c
		}
		return nil
	}
	for i := here - 1; i >= 0 && p.endLine(&tokens[i]) == t.Pos.Line; i-- {
		if c := near(i); c != nil {
			return c
		}
	}
	for i := here + 1; i < len(tokens) && tokens[i].Pos.Line == t.Pos.Line; i++ {
		if c := near(i); c != nil {
			return c
		}
	}
	return nil
}

func (p *parser) endLine(t *lexer.Token) int {
	line, _ := p.set.End(pos(t))
	return line
}

// lines is how many newlines t has.
func (p *parser) lines(t *lexer.Token) int { return p.endLine(t) - t.Pos.Line }
