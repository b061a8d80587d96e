package lex

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/diag"
	"olelo/lang/source"
)

// UnclosedString is the code of a text without its closing quote.
const UnclosedString = "unclosed-string"

// double reads a text in "…": with escapes, over lines, and joined with the
// texts in "…" that follow after white space only.
func (s *scanner) double(f *frame) lexer.Token {
	from, at := f.pos, f.at(f.pos)
	f.pos++
	body, ok := s.quoted(f)
	if !ok {
		return s.unclosedText(f, from)
	}
	// Without escapes and parts the token is a piece of the file.
	value := f.text[from : f.pos-1]
	if strings.IndexByte(body, '\\') >= 0 {
		value = `"` + unescape(body)
	}
	for {
		g, ok := s.joined()
		if !ok {
			break
		}
		g.pos++
		start := g.pos - 1
		body, ok := s.quoted(g)
		if !ok {
			return s.unclosedText(g, start)
		}
		value += unescape(body)
		if g != f { // the value that the text started in has ended
			f, from = g, start
		}
	}
	return s.finish(f, value, at, from)
}

// quoted reads up to the closing quote, and past it.
func (s *scanner) quoted(f *frame) (string, bool) {
	from := f.pos
	line, start := f.line, f.start
	for i := from; i < len(f.text); i++ {
		switch f.text[i] {
		case '\\':
			if i+1 < len(f.text) && f.text[i+1] != '\n' {
				i++
			}
		case '\n':
			line, start = line+1, i+1
		case '"':
			f.lines(line, start)
			f.pos = i + 1
			return f.text[from:i], true
		}
	}
	return "", false
}

// lines moves f to another line.
func (f *frame) lines(line, start int) {
	if line != f.line {
		f.line, f.start, f.shift = line, start, 0
	}
}

// joined looks past white space for another text to join, and moves there. A
// value that ends in a text joins with what follows its name.
func (s *scanner) joined() (*frame, bool) {
	for n := len(s.frames) - 1; n >= 0; n-- {
		g := s.frames[n] // a copy: the look ahead may find nothing
		for g.pos < len(g.text) && strings.IndexByte(" \t\r\n", g.text[g.pos]) >= 0 {
			if g.text[g.pos] == '\n' {
				g.newline()
			} else {
				g.pos++
			}
		}
		if g.pos < len(g.text) {
			if g.text[g.pos] != '"' {
				return nil, false
			}
			for len(s.frames)-1 > n {
				s.leave()
			}
			f := s.top()
			g.shift = f.shift // leave may have changed it
			if g.line != f.line {
				g.shift = 0
			}
			*f = g
			return f, true
		}
		if g.def == nil {
			return nil, false
		}
	}
	return nil, false
}

// single reads a text in '…', without escapes.
func (s *scanner) single(f *frame) lexer.Token {
	from, at := f.pos, f.at(f.pos)
	n := strings.IndexByte(f.text[from+1:], '\'')
	if n < 0 {
		return s.unclosedText(f, from)
	}
	value := f.text[from : from+1+n]
	line, start := f.line, f.start
	if k := strings.Count(value, "\n"); k > 0 {
		line, start = line+k, from+strings.LastIndexByte(value, '\n')+1
	}
	f.lines(line, start)
	f.pos = from + n + 2
	return s.finish(f, value, at, from)
}

// finish applies #!subst and makes the token.
func (s *scanner) finish(f *frame, value string, at source.Pos, from int) lexer.Token {
	value = s.upToNUL(value, at)
	if len(s.substs) == 0 {
		return s.emitAt(f, Str, value, at, from)
	}
	changed, rule := s.substitute(value[1:])
	if rule == nil {
		return s.emitAt(f, Str, value, at, from)
	}
	outer := f.via
	f.via = s.set.Nest(outer, rule.frame())
	t := s.emitAt(f, Str, value[:1]+changed, at, from)
	f.via = outer
	return t
}

// upToNUL is a text up to its first NUL byte, where it ends for Kamailio.
func (s *scanner) upToNUL(text string, at source.Pos) string {
	if !s.nul {
		return text
	}
	head, _, found := strings.Cut(text, "\x00")
	if found {
		s.report(diag.Warning, "nul-byte", at, "this text has a NUL byte: it ends there", "")
	}
	return head
}

// unclosedText reports a text without end. What follows its line is read as
// if the quote were not there.
func (s *scanner) unclosedText(f *frame, from int) lexer.Token {
	return s.token(f, Bad, s.reportUnclosed(f, from))
}

// reportUnclosed moves back to an open quote, and returns how many bytes its
// line still has.
func (s *scanner) reportUnclosed(f *frame, from int) int {
	rest := f.text[from:]
	n := len(rest)
	if i := strings.IndexByte(rest, '\n'); i >= 0 && s.reports[diag.Error] <= maxReports {
		n = i // and else all, for each of them is looked for to the end
	}
	hint := "close it with " + rest[:1]
	if f.def != nil {
		hint += " in the value of " + f.def.name
	}
	f.pos = from
	d := s.fail(UnclosedString, s.mark(f, from, n), "the text that starts here is never closed", hint)
	if f.def == nil {
		d.EndLine, d.EndCol = f.line+strings.Count(rest, "\n"), 0
		if d.EndLine == f.line {
			d.EndCol = len(f.text) - f.start
		}
	}
	return n
}

// unescape resolves the escapes of a text in "…". What is no escape, such as
// \. or \1, keeps its backslash.
func unescape(body string) string {
	if strings.IndexByte(body, '\\') < 0 {
		return body
	}
	var b strings.Builder
	b.Grow(len(body))
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' || i+1 == len(body) {
			b.WriteByte(body[i])
			continue
		}
		c := body[i+1]
		if k := strings.IndexByte(`tnra\"`, c); k >= 0 {
			b.WriteByte("\t\n\r\a\\\""[k])
			i++
			continue
		}
		switch n := digits(body[i+1:]); {
		case c == '\n': // the line goes on
			i++
		case n > 0:
			b.WriteByte(byte(escapeValue(body[i+1 : i+1+n])))
			i += n
		default:
			b.WriteByte('\\')
		}
	}
	return b.String()
}

// digits is the length of xH, xHH, OO or OOO at the start of text, 0 for none.
func digits(text string) int {
	n, most, top := 0, 3, 7
	if text[0] == 'x' {
		n, most, top = 1, 3, 15
	}
	least := 2
	for n < most && n < len(text) {
		if v := hexValue(text[n]); v < 0 || v > top {
			break
		}
		n++
	}
	if n < least {
		return 0
	}
	return n
}

func escapeValue(text string) int {
	base, v := 8, 0
	if text[0] == 'x' {
		base, text = 16, text[1:]
	}
	for i := range len(text) {
		v = v*base + hexValue(text[i])
	}
	return v
}
