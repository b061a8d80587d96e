// Package format lays out a configuration: indentation, blanks and the place
// of braces, never its tokens, comments and preprocessor lines.
package format

import (
	"strings"

	"olelo/lang/diag"
	"olelo/lang/lex"
	"olelo/lang/source"
)

// maxBlank is how many blank lines in a row stay.
const maxBlank = 2

// Config returns text in its canonical layout. name is the file's, for the
// diagnostics: they are errors only, and the text is returned as it was where
// there are any. A text that the parser refuses is laid out as well as it can
// be.
//
// Nothing is preprocessed, and the layout does not depend on what is defined.
// What stays byte for byte: texts, variables, selects, values of defines, and
// the branches of an #!ifdef that cannot be cut into tokens or that are no
// text of the language (such as SQL). Carriage returns at the ends of lines
// outside of texts go, and so does a byte order mark.
func Config(name, text string) (string, *source.Set, *diag.List) {
	body := strings.TrimPrefix(text, "\ufeff")
	pieces, set, diags := lex.Pieces(name, body)
	if diags.Errors() > 0 {
		return text, set, diags
	}
	p := newPrinter(body, pieces)
	p.print()
	return p.String(), set, diags
}

// printer writes pieces.
type printer struct {
	text   string
	pieces []lex.Piece
	ahead  []int       // for each piece, the first token or include from it on
	alien  map[int]int // branches that are not the language: their first pieces, and the ones behind them
	out    strings.Builder
	placed bool // what was written last stands right before the next piece
	layout
	saved []branches // of the open #!ifdefs, the innermost last
}

// branches are the layouts at the ends of an #!ifdef's branches.
type branches struct {
	before layout  // at the #!ifdef
	first  *layout // behind the first branch, once the #!else was there
}

func newPrinter(text string, pieces []lex.Piece) *printer {
	p := &printer{text: text, pieces: pieces, ahead: make([]int, len(pieces)+1), layout: layout{start: true}}
	p.out.Grow(len(text) + len(text)/8)
	p.ahead[len(pieces)] = len(pieces)
	for i := len(pieces) - 1; i >= 0; i-- {
		p.ahead[i] = p.ahead[i+1]
		if t := pieces[i].Type; t >= lex.Bad || t == lex.Include || t == lex.Stray {
			p.ahead[i] = i
		}
	}
	p.alien = p.aliens()
	return p
}

// String is what was printed, with one newline at its end.
func (p *printer) String() string {
	if s := strings.TrimRight(p.out.String(), "\n"); s != "" {
		return s + "\n"
	}
	return ""
}

// at is the text of piece i, "" where there is none.
func (p *printer) at(i int) string {
	if i < 0 || i >= len(p.pieces) {
		return ""
	}
	return p.text[p.pieces[i].From:p.pieces[i].To]
}

// is reports whether piece i is the operator op.
func (p *printer) is(i int, op string) bool { return p.typ(i) == lex.Op && p.at(i) == op }

// gap is the white space before piece i.
func (p *printer) gap(i int) string {
	from := 0
	if i > 0 {
		from = p.pieces[i-1].To
	}
	to := len(p.text)
	if i < len(p.pieces) {
		to = p.pieces[i].From
	}
	return p.text[from:to]
}

// ownLine reports whether piece i is the first of its line.
func (p *printer) ownLine(i int) bool { return i == 0 || strings.IndexByte(p.gap(i), '\n') >= 0 }

func (p *printer) print() {
	for i := 0; i < len(p.pieces); i++ {
		if end := p.alien[i]; end > 0 {
			p.verbatim(p.pieces[i-1].To, p.pieces[end].From, p.multiline(i, end))
			i = end - 1
			continue
		}
		switch p.typ(i) {
		case lex.Unread:
			p.verbatim(p.pieces[i].From, p.pieces[i].To, strings.ContainsAny(p.at(i), "\"'\\"))
		case lex.Directive:
			p.directive(i)
		case lex.Comment, lex.Block:
			p.comment(i)
		default:
			p.token(i)
		}
	}
}

// verbatim writes the lines between two offsets: that of the newline behind
// an #!ifdef or #!else, and that of what closes its branch. Where a text of
// the branch may have line ends, carriage returns stay.
func (p *printer) verbatim(from, to int, texts bool) {
	s := p.text[from:to]
	if i := strings.LastIndexByte(s, '\n'); i >= 0 && strings.Trim(s[i:], "\n \t\r") == "" {
		s = s[:i+1]
	}
	if !texts {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	p.out.WriteString(s)
	p.placed = true
}

// newlines writes the line ends before piece i; false where it has none.
func (p *printer) newlines(i int) bool {
	if i > 0 && p.ownLine(i) {
		p.out.WriteString("\n\n\n"[:min(strings.Count(p.gap(i), "\n"), maxBlank+1)])
	}
	return p.ownLine(i)
}

func (p *printer) indent(n int) {
	for range n {
		p.out.WriteByte('\t')
	}
}

// directive writes a preprocessor line at the start of its line.
func (p *printer) directive(i int) {
	if !p.placed && !p.newlines(i) {
		p.out.WriteString(p.keep(i))
	}
	p.placed = false
	s := p.at(i)
	name := directiveName(s)
	switch name {
	case "define", "def", "trydefine", "trydef", "redefine", "redef":
		// Blanks behind a value belong to it: $def(NAME) has them.
		if t := strings.TrimSuffix(s, "\r"); !strings.HasSuffix(t, `\`) {
			s = t
		}
	default:
		if t := strings.TrimRight(s, " \t\r"); len(t) > 2+len(name) || name == "else" || name == "endif" {
			s = t
		}
	}
	p.out.WriteString(s)
	switch {
	case strings.HasPrefix(name, "if"):
		p.saved = append(p.saved, branches{before: p.layout.clone()})
	case len(p.saved) == 0:
	case name == "else":
		b := &p.saved[len(p.saved)-1]
		if b.first == nil {
			first := p.layout.clone()
			b.first = &first
		}
		p.layout = b.before.clone()
	case name == "endif":
		b := p.saved[len(p.saved)-1]
		p.saved = p.saved[:len(p.saved)-1]
		if b.first != nil {
			p.layout = *b.first
		}
	}
}

// directiveName is the word behind #! or !!.
func directiveName(s string) string {
	n := 2
	for n < len(s) && (s[n] >= 'a' && s[n] <= 'z' || s[n] == '_') {
		n++
	}
	return s[2:n]
}

// comment writes a comment: on a line of its own, indented like what follows
// it; behind something, as far from it as it was.
func (p *printer) comment(i int) {
	s := p.at(i)
	gap := strings.ReplaceAll(p.gap(i), "\r", "")
	old, now := "", ""
	if p.newlines(i) {
		old = gap[strings.LastIndexByte(gap, '\n')+1:]
		if !strings.HasPrefix(s, "#!") { // a line such as #!KAMAILIO
			now = strings.Repeat("\t", p.commentDepth(i))
		}
		p.out.WriteString(now)
	} else if gap == "" && p.typ(i) == lex.Comment {
		p.out.WriteByte(' ')
	} else {
		p.out.WriteString(gap)
		now = old
	}
	for first := true; ; first = false {
		line, rest, more := strings.Cut(s, "\n")
		if !first && old != now {
			if tail, ok := strings.CutPrefix(line, old); ok && strings.Trim(line, " \t\r") != "" {
				line = now + tail
			}
		}
		p.out.WriteString(strings.TrimRight(line, " \t\r"))
		if !more {
			return
		}
		p.out.WriteByte('\n')
		s = rest
	}
}
