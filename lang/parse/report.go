package parse

import (
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/diag"
	"olelo/lang/lex"
	"olelo/lang/source"
)

// describe names a token in a message.
func describe(t *lexer.Token) string {
	switch t.Type {
	case lex.EOF:
		return "the end of the configuration"
	case lex.Str:
		text := lex.Text(t.Value)
		const most = 40
		if len(text) > most {
			text = strings.ToValidUTF8(text[:most], "") + "…"
		}
		return "the text " + quote(t.Value[:1]+text+t.Value[:1])
	}
	return quote(t.Value)
}

func quote(s string) string {
	return "`" + strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '·'
		}
		return r
	}, s) + "`"
}

// errorAt reports a syntax error at a token, unless it follows from another.
func (p *parser) errorAt(t *lexer.Token, code, msg, hint string) *diag.Diagnostic {
	if t.EOF() && p.ifdef > 0 { // what is missing is in the branch that never ends
		p.diags.Items[p.ifdef-1].Late = false
		p.wrong = true
		return &diag.Diagnostic{}
	}
	at := pos(t)
	late := t.Type == lex.Key && unplaced[t.Value] && p.startsLine(t)
	if late {
		at.Line--
	}
	d := p.report(at, code, msg, hint, t.Type == lex.Bad || p.missing && t.Type == lex.Word)
	if late {
		d.Mark = pos(t)
	}
	return d
}

// unplaced are the words at which Kamailio 5.6 does not look where they stand:
// in its messages they stand where the line before ends.
var unplaced = map[string]bool{
	"hdr_name_extra_chars": true, "log_color": true, "log_engine_data": true, "log_engine_type": true, "log_facility": true, "log_name": true,
	"log_prefix": true, "log_prefix_mode": true, "log_stderror": true, "uri_host_extra_chars": true,
	"xavp_via_fields": true, "xavp_via_params": true,
}

// report is errorAt for a place. It returns a diagnostic to add notes to,
// which is dropped where the error follows from another.
func (p *parser) report(at source.Pos, code, msg, hint string, known bool) *diag.Diagnostic {
	p.wrong = true
	line := place{at.Filename, at.Line}
	d := diag.Diagnostic{Severity: diag.Error, Code: code, Pos: at, Msg: msg, Hint: hint}
	if known || p.unwind || p.halted || line == p.lastError {
		p.lastError = line
		return &d
	}
	p.lastError = line
	if p.diags.Errors() >= p.maxErrors {
		p.halted = true
		p.diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "too-many-errors", Pos: at, Msg: "too many errors: the rest is not looked at"})
		return &d
	}
	p.diags.Add(d)
	return &p.diags.Items[len(p.diags.Items)-1]
}

// syntax reports participle's error and moves the lexer to its token.
func (p *parser) syntax(err error, lx *lexer.PeekingLexer) {
	e, ok := err.(participle.Error)
	if !ok {
		p.errorAt(lx.Peek(), "syntax", err.Error(), "")
		return
	}
	for lx.Peek().Pos.Offset < e.Position().Offset && !lx.Peek().EOF() {
		lx.Next()
	}
	p.unexpected(lx.Peek())
}

// unexpected reports a token that cannot stand where it does.
func (p *parser) unexpected(t *lexer.Token) {
	before := p.before(t)
	if p.flipped(t) {
		return
	}
	switch {
	case t.EOF():
		p.unclosedBlock(t)
	case is(t, "}") && before != nil && is(before, "{"):
		p.errorAt(t, "empty-block", "a block must not be empty", "put at least a `;` into it")
	case is(t, "}") && before != nil && before.Type == lex.Key && before.Value == "else":
		p.errorAt(t, "syntax", "a statement is missing after `else`", "")
	default:
		p.errorAt(t, "syntax", describe(t)+" cannot stand here", expected(before, t))
	}
}

// before is the token before t.
func (p *parser) before(t *lexer.Token) *lexer.Token {
	if n := t.Pos.Offset - 2; n >= 0 {
		return &p.tokens[n]
	}
	return nil
}

// expected is what could stand in t's place.
func expected(before, t *lexer.Token) string {
	if before == nil {
		return ""
	}
	switch {
	case is(before, "=") && is(t, "="):
		return "a comparison is written =="
	case before.Type == lex.Key && before.Value == "else":
		return "else is followed by a statement or a { block }"
	case is(before, "else"), is(before, ")"):
		return "a statement or a { block } is expected"
	case is(before, ":"):
		return "a case's statements stand after its colon, without { }"
	}
	return ""
}

// tooDeep reports nesting that nobody writes by hand.
func (p *parser) tooDeep(t *lexer.Token) bool {
	if p.depth < maxDepth {
		return false
	}
	p.errorAt(t, "too-deep", "blocks or parentheses are nested too deep", "")
	p.halted = true
	return true
}
