package lex

import (
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/diag"
	"olelo/lang/source"
)

// Bounds on what a configuration can make the scanner do.
const (
	maxIncludeDepth = 10      // Kamailio's
	maxIncludes     = 5_000   // files opened
	maxDefineDepth  = 512     // defines inside the values of defines: all that Kamailio can have
	maxExpanded     = 200_000 // names replaced by their values
	maxGrown        = 1 << 21 // bytes that defines and rules put in
	maxText         = 1 << 26 // bytes of all files
	maxReports      = 100     // diagnostics of each severity
)

// UTF16 is the code of a file in that encoding. What it defines is unknown then.
const UTF16 = "utf-16"

// frame is text that is being read: a file, or a define's value in place of
// its name.
type frame struct {
	text  string
	pos   int // offset of the next byte
	name  string
	line  int // of pos
	start int // offset of the line's first byte
	// shift is what Kamailio adds to this line's columns. For a value it
	// turns an offset into Kamailio's column.
	shift   int
	via     source.Via
	comment int // offset of the last line comment
	branch  int // offset of the last #!ifdef, #!else or #!endif
	before  int // shift of the line before

	// Of a value:
	def        *define
	first      int        // shift at its start
	use        source.Pos // the name that was replaced
	endL, endC int        // where that name ends
}

// scanner is a lexer.Lexer over a configuration.
type scanner struct {
	*Definition
	frames []frame // the innermost last
	tables
	strays
	dollar   dollar
	ifs      []condition
	rule     *ruleWanted  // a #!subst whose rule is the next token
	badRule  int          // the remark about a wrong rule, its index plus one: its place is the next token's
	nul      bool         // a file has NUL bytes
	nest     int          // open braces, brackets and parentheses
	after    int          // what the token before was, for the words that change the next token
	last     source.Token // of the token before
	lastPos  source.Pos
	reports  [3]int // diagnostics by severity
	expanded int
	grown    int // bytes that defines and rules have put in
	includes int
	bytes    int
	done     bool
}

// What the token before was.
const (
	afterOther = iota
	afterLoad
	afterEvent
	afterEventBracket
)

func newScanner(d *Definition, name, text string) *scanner {
	s := &scanner{Definition: d, tables: newTables()}
	s.predefine()
	s.presubst()
	s.frames = append(s.frames, s.file(name, text, 0))
	return s
}

// file is the frame of a file's text.
func (s *scanner) file(name, text string, via source.Via) frame {
	text, _ = strings.CutPrefix(text, "\ufeff")
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		at := s.set.Mark(source.Pos{Filename: name, Line: 1, Column: 1}, source.Token{EndLine: 1, EndCol: 2, Via: via})
		s.fail(UTF16, at, name+" is UTF-16, of which nothing can be read", "save the file as UTF-8")
		text = ""
	}
	s.bytes += len(text)
	s.nul = s.nul || strings.IndexByte(text, 0) >= 0
	s.set.AddFile(name, text)
	return frame{text: text, name: name, line: 1, via: via, comment: -1, branch: -1}
}

func (s *scanner) top() *frame { return &s.frames[len(s.frames)-1] }

// at is the place of an offset in the current line of f.
func (f *frame) at(off int) source.Pos {
	if f.def != nil {
		return f.use
	}
	return source.Pos{Filename: f.name, Line: f.line, Column: off - f.start + 1}
}

// Next implements participle's lexer.Lexer. It never fails.
func (s *scanner) Next() (lexer.Token, error) {
	t := s.next()
	for t.Type == taken {
		t = s.next()
	}
	return t, nil
}

// taken is the type of a token that a directive has used up.
const taken = lexer.TokenType(0)

func (s *scanner) next() lexer.Token {
	for {
		f := s.top()
		if f.pos >= len(f.text) {
			if !s.leave() {
				return s.eof()
			}
			continue
		}
		if t, ok := s.step(f); ok {
			return t
		}
	}
}

// step reads what stands at pos. It is false where that was no token: white
// space, a comment, a directive, a name to replace, or a stray byte.
func (s *scanner) step(f *frame) (lexer.Token, bool) {
	c := f.text[f.pos]
	switch class[c] {
	case cSpace:
		f.pos++
		return lexer.Token{}, false
	case cNewline:
		f.newline()
		return lexer.Token{}, false
	case cLetter:
		return s.word(f)
	case cDigit:
		return s.number(f), true
	}
	if s.after == afterEventBracket && c != ']' {
		return s.event(f), true
	}
	switch c {
	case '"':
		return s.double(f), true
	case '\'':
		return s.single(f), true
	case '$':
		return s.variable(f), true
	case '@':
		return s.selection(f), true
	case '#':
		if !s.directive(f) {
			s.lineComment(f)
		}
		return lexer.Token{}, false
	case '/':
		if strings.HasPrefix(f.text[f.pos:], "//") {
			s.lineComment(f)
			return lexer.Token{}, false
		}
		if strings.HasPrefix(f.text[f.pos:], "/*") {
			s.blockComment(f)
			return lexer.Token{}, false
		}
	case '!':
		if strings.HasPrefix(f.text[f.pos:], "!!") && s.directive(f) {
			return lexer.Token{}, false
		}
	case '(':
		if rest := f.text[f.pos:]; strings.HasPrefix(rest, "(int)") || strings.HasPrefix(rest, "(str)") {
			return s.token(f, Cast, 5), true
		}
	case ':':
		if n := ipv6(f.text[f.pos:]); n > 0 {
			return s.token(f, IPv6, n), true
		}
	}
	if class[c] == cOp {
		return s.operator(f), true
	}
	s.stray(f)
	return lexer.Token{}, false
}

func (f *frame) newline() {
	f.pos++
	f.line++
	f.start = f.pos
	f.before, f.shift = f.shift, 0
}

// token makes a token of the next n bytes, which have no newline.
func (s *scanner) token(f *frame, typ lexer.TokenType, n int) lexer.Token {
	from := f.pos
	f.pos += n
	return s.emit(f, typ, f.text[from:f.pos], from)
}

// emit makes a token of value, which stands from an offset of the current
// line up to pos.
func (s *scanner) emit(f *frame, typ lexer.TokenType, value string, from int) lexer.Token {
	return s.emitAt(f, typ, value, f.at(from), from)
}

// emitAt is emit for a token that starts at p, maybe lines before pos.
func (s *scanner) emitAt(f *frame, typ lexer.TokenType, value string, p source.Pos, from int) lexer.Token {
	t := s.origin(f, from, f.pos)
	if s.rule != nil {
		if s.takeRule(typ, value, p, t) {
			return lexer.Token{Type: taken}
		}
	}
	p = s.set.Add(p, t)
	s.last, s.lastPos = t, p
	if s.badRule > 0 {
		s.ruleBefore(p)
	}
	next := afterOther
	switch {
	case typ == Op:
		switch value[0] {
		case '(', '[', '{':
			s.nest++
			if s.after == afterEvent && value == "[" {
				next = afterEventBracket
			}
		case ')', ']', '}':
			s.nest = max(0, s.nest-1)
		}
	case typ == Key && value == "event_route":
		next = afterEvent
	case typ == Key && (value == "loadmodule" || value == "loadmodulex"):
		next = afterLoad
	case typ == Str && s.after == afterLoad:
		s.loaded(Text(value), p)
	}
	s.after = next
	return lexer.Token{Type: typ, Value: value, Pos: lexer.Position(p)}
}

// origin is the end and the way of the bytes from an offset up to another,
// exclusive, in f.
func (s *scanner) origin(f *frame, from, to int) source.Token {
	if f.def == nil {
		return source.Token{EndLine: f.line, EndCol: to - f.start, Via: f.via, Shift: f.shift}
	}
	return source.Token{
		EndLine: f.endL, EndCol: f.endC,
		Via:   s.set.Nest(f.via, source.Frame{Kind: source.Define, Name: f.def.name, At: s.inside(f.def, from, to)}),
		Shift: from + f.shift + 1 - f.use.Column,
		Width: to - from,
	}
}

// inside is the place of a part of a define's value.
func (s *scanner) inside(d *define, from, to int) source.Pos {
	if !d.at.IsValid() {
		return source.Pos{}
	}
	p := d.at
	for _, piece := range d.pieces {
		if piece.off > from {
			break
		}
		p.Line, p.Column = piece.line, piece.col+from-piece.off
	}
	return s.set.Mark(p, source.Token{EndLine: p.Line, EndCol: p.Column + to - from - 1})
}

// mark is the place of the n bytes at an offset, for a diagnostic.
func (s *scanner) mark(f *frame, off, n int) source.Pos {
	return s.set.Mark(f.at(off), s.origin(f, off, off+max(n, 1)))
}

// report adds a diagnostic and returns it, to add notes to. What is too much
// is dropped; the first error that is becomes the remark that there are more.
func (s *scanner) report(sev diag.Severity, code string, at source.Pos, msg, hint string) *diag.Diagnostic {
	if s.reports[sev]++; s.reports[sev] > maxReports {
		if sev != diag.Error || s.reports[sev] > maxReports+1 {
			return &diag.Diagnostic{}
		}
		code, msg, hint = "too-many-errors", "too many errors", ""
	}
	s.diags.Add(diag.Diagnostic{
		Severity: sev, Code: code, Pos: at, Msg: msg, Hint: hint,
		Late: sev != diag.Error && code != diag.UnbalancedDirective, // Kamailio does not say it
	})
	return &s.diags.Items[len(s.diags.Items)-1]
}

func (s *scanner) fail(code string, at source.Pos, msg, hint string) *diag.Diagnostic {
	return s.report(diag.Error, code, at, msg, hint)
}

// leave ends the innermost text; it is false in the main file.
func (s *scanner) leave() bool {
	n := len(s.frames) - 1
	if n == 0 {
		return false
	}
	if f := &s.frames[n]; f.def != nil {
		s.frames[n-1].shift += len(f.text) - len(f.def.name) + f.shift - f.first
	}
	s.frames = s.frames[:n]
	return true
}

// eof is the last token. Kamailio gives it the place of the last thing that
// it read: a newline, a space, a comment, or the token before.
func (s *scanner) eof() lexer.Token {
	f := s.top()
	p := source.Pos{Filename: f.name, Line: 1, Column: 1}
	t := source.Token{EndLine: 1}
	if n := len(f.text); n > 0 {
		last := f.text[n-1]
		switch {
		case last == '\n':
			line := f.text[:n-1]
			start := strings.LastIndexByte(line, '\n') + 1
			p.Line, p.Column = f.line-1, n-start
			switch {
			case f.comment >= start:
				p.Column = f.comment - start + 2
			case f.branch >= start:
				p.Column = f.branch - start + 1
			}
			t.EndLine, t.Shift = f.line, f.before
		case class[last] == cSpace || !s.lastPos.IsValid():
			p.Line, p.Column = f.line, n-f.start
			t.EndLine, t.EndCol = p.Line, p.Column
		default:
			p, t = s.lastPos, s.last
		}
	}
	p = s.set.Add(p, t)
	if !s.done {
		s.done = true
		s.unclosed(p)
		if s.rule != nil {
			s.fail("bad-subst", s.rule.at, "#!"+s.rule.name+" needs a rule in quotes behind it", ruleHint)
		}
	}
	return lexer.Token{Type: EOF, Pos: lexer.Position(p)}
}

// operator makes the longest operator at pos a token.
func (s *scanner) operator(f *frame) lexer.Token {
	n := 1
	if rest := f.text[f.pos:]; len(rest) > 1 {
		switch rest[:2] {
		case "==", "!=", "=~", "<=", ">=", "&&", "||", "<<", ">>", "+=":
			n = 2
		}
	}
	return s.token(f, Op, n)
}

// stray skips bytes that are not in the language. Kamailio prints them to its
// standard error, goes on, and does not count their columns.
func (s *scanner) stray(f *frame) {
	r, n := utf8.DecodeRuneInString(f.text[f.pos:])
	what := string(r)
	if r == utf8.RuneError || r < ' ' {
		what = "byte " + hexByte(f.text[f.pos])
	}
	s.report(diag.Warning, "stray-character", s.mark(f, f.pos, n), quote(what)+" is not part of the language: Kamailio skips it", lookalikes[r])
	f.pos += n
	f.shift -= n
}

// lookalikes are what word processors and web pages put in place of what the
// language has.
var lookalikes = map[rune]string{
	'“': `a text stands in " "`, '”': `a text stands in " "`, '„': `a text stands in " "`,
	'‘': `a text stands in ' '`, '’': `a text stands in ' '`,
	'–': "a minus is written -", '\u00a0': "this is a no-break space, not a plain one",
}

func hexByte(c byte) string {
	const digits = "0123456789abcdef"
	return "0x" + string([]byte{digits[c>>4], digits[c&15]})
}

// quote shows a piece of the configuration in a message.
func quote(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return "`" + strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '·'
		}
		return r
	}, s) + "`"
}

// The classes of bytes.
const (
	cOther = iota
	cSpace
	cNewline
	cLetter // may start a word
	cDigit
	cOp
)

var class = func() (t [256]uint8) {
	for _, c := range " \t\r\b\f\v" {
		t[c] = cSpace
	}
	t['\n'] = cNewline
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = cLetter, cLetter
	}
	t['_'] = cLetter
	for c := '0'; c <= '9'; c++ {
		t[c] = cDigit
	}
	for _, c := range "=!~<>&|^+-*/%,;:.()[]{}" {
		t[c] = cOp
	}
	return t
}()

func isWord(c byte) bool { return class[c] == cLetter || class[c] == cDigit }
