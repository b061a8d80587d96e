package lex

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/diag"
	"olelo/lang/source"
)

// The types of pieces that are no tokens.
const (
	Comment   = Bad - 1 - iota // # or // up to the end of its line
	Block                      // /* … */
	Directive                  // #!name, with all that belongs to it
	Include                    // include_file or import_file, with the file's name
	Stray                      // a byte that is not in the language, or odd white space
	Unread                     // branches that are no text of the language
)

// Piece is a part of a text as it is written: its bytes from an offset up to
// another, exclusive. Between two pieces stands nothing but blanks, tabs,
// carriage returns and newlines.
type Piece struct {
	Type     lexer.TokenType
	From, To int
}

// Pieces cuts a text into pieces without preprocessing it: nothing is
// included, replaced or left out, texts are not joined, and all branches of
// #!ifdef are cut. The branches of one #!ifdef are a single Unread piece,
// from the end of its line to its #!endif, where they cannot be cut into
// tokens, or where it depends on the branches that are read what their tokens
// are.
//
// The list has errors only, for the texts and comments that are never closed,
// or start in a branch and end behind it.
func Pieces(name, text string) ([]Piece, *source.Set, *diag.List) {
	set, diags := source.NewSet(), &diag.List{}
	r := &raw{scanner: &scanner{Definition: New(Options{}, set, diags), tables: newTables()}}
	set.AddFile(name, text)
	set.Grow(len(text)/4 + 16)
	r.pieces = make([]Piece, 0, len(text)/4+16)
	r.frames = append(r.frames, frame{text: text, name: name, line: 1, comment: -1, branch: -1})
	r.cut(r.top())
	return r.pieces, set, diags
}

// raw cuts a text into pieces.
type raw struct {
	*scanner
	pieces []Piece
	groups []group // the open #!ifdef, the innermost last
}

// group is an open #!ifdef, with what was there behind its line.
type group struct {
	frame  frame
	pieces int
	strict bool
}

func (r *raw) cut(f *frame) {
	mark, _ := nextMark(f.text, 0)
	for f.pos < len(f.text) {
		from := f.pos
		typ, name, ok := r.piece(f)
		if typ == blank {
			continue
		}
		for mark >= 0 && mark < from {
			mark, _ = nextMark(f.text, mark+2)
		}
		branch := typ == Directive && conditional(name)
		// Where the branch is skipped, each mark in it counts; where it is
		// read, only those that stand between tokens do.
		hidden := mark >= 0 && mark < f.pos && (mark > from || !branch)
		if branch && mark == from {
			next, _ := nextMark(f.text, mark+2)
			hidden = next >= 0 && next < f.pos
		}
		if n := len(r.groups); n > 0 && (!ok || hidden || branch && mark != from) {
			r.diags.Items = nil
			if mark = r.unread(f, &r.groups[n-1]); r.diags.Errors() > 0 {
				return
			}
			continue
		}
		if !ok {
			return
		}
		to := f.pos
		switch {
		case typ == Directive && f.text[to-1] == '\n': // a value's last line is empty
			to--
		case typ == Bad:
			to = from + len(strings.TrimRight(f.text[from:to], " \t\r\n"))
		}
		r.pieces = append(r.pieces, Piece{typ, from, to})
		switch {
		case !branch:
		case name == "endif" && len(r.groups) > 0:
			r.groups = r.groups[:len(r.groups)-1]
		case name != "else" && name != "endif":
			r.groups = append(r.groups, group{*f, len(r.pieces), r.strict})
		}
	}
}

// nextMark is the offset of the next #!ifdef, #!else, #!endif or the like,
// from an offset on, -1 for none.
func nextMark(text string, from int) (at int, name string) {
	for {
		at, name, whole := branchMark(text, from)
		if at < 0 || whole {
			return max(at-2, -1), name
		}
		from = at
	}
}

// unread goes back to the start of a group, and makes it one piece. It returns
// the offset of the group's #!endif, where f stands then, -1 for none.
func (r *raw) unread(f *frame, g *group) int {
	r.pieces, r.strict, r.after = r.pieces[:g.pieces], g.strict, afterOther
	from, depth := g.frame.pos, 1
	end, name := nextMark(f.text, from)
	for end >= 0 {
		if strings.HasPrefix(name, "if") {
			depth++
		} else if name == "endif" {
			depth--
		}
		if depth == 0 {
			break
		}
		end, name = nextMark(f.text, end+2)
	}
	to := end
	if end < 0 {
		to = len(f.text)
	} else {
		r.straddle(f, g, end)
	}
	*f = g.frame
	f.skipLines(to)
	if to > from {
		r.pieces = append(r.pieces, Piece{Unread, from, to})
	}
	return end
}

// straddle reports a text or comment that starts in a branch of g and ends
// behind its #!endif: where that branch is read, what follows has other
// tokens. A branch that merely lacks a quote is not meant: a reading of it
// ends in a text that is never closed, so there is none.
func (r *raw) straddle(f *frame, g *group, end int) {
	line := end + strings.IndexByte(f.text[end:]+"\n", '\n')
	for at := g.frame.pos; at >= 0 && at < end; at, _ = nextMark(f.text, at+2) {
		*f = g.frame
		r.after = afterOther
		f.skipLines(at)
		var from frame // of the text
		found, ok := false, true
		for ok && f.pos < len(f.text) && (found || f.pos < end) {
			before := *f
			var typ lexer.TokenType
			var name string
			typ, name, ok = r.piece(f)
			if found && typ == Directive && conditional(name) { // it may have several ends
				break
			}
			if ok && !found && f.pos > line {
				from, found = before, true
			}
		}
		ok = ok || r.diags.Items[0].Code == UnclosedComment // to Kamailio, a comment up to the end
		r.diags.Items = nil
		if found && ok {
			r.fail("straddling-text", r.mark(&from, from.pos, 1),
				"what starts here ends behind the #!endif: it depends on the branches that are read what follows it",
				"close it in its branch")
			return
		}
	}
	r.after = afterOther
}

// blank is the type of white space, which makes no piece.
const blank = EOF

// piece passes over the next piece of f; name is a directive's. It is false,
// and an error is reported, for what is never closed: then pos is the end.
func (r *raw) piece(f *frame) (typ lexer.TokenType, name string, ok bool) {
	reported := len(r.diags.Items)
	typ, name = r.lexeme(f)
	r.reports = [3]int{}
	for _, d := range r.diags.Items[reported:] {
		if d.Code == UnclosedString || d.Code == UnclosedComment {
			d.Severity = diag.Error
			r.diags.Items = append(r.diags.Items[:reported], d)
			f.skipLines(len(f.text))
			return typ, name, false
		}
	}
	r.diags.Items = r.diags.Items[:reported] // all else is for the reader to say
	return typ, name, true
}

func (r *raw) lexeme(f *frame) (typ lexer.TokenType, name string) {
	text := f.text[f.pos:]
	c := text[0]
	switch {
	case c == '\n':
		f.newline()
		return blank, ""
	case c == ' ' || c == '\t' || c == '\r':
		f.pos++
		return blank, ""
	case class[c] == cSpace: // texts are not joined over it
		f.pos++
		return Stray, ""
	case r.after == afterEventBracket && c != ']':
	case c == '"':
		r.after = afterOther
		from := f.pos
		f.pos++
		if _, ok := r.quoted(f); !ok {
			r.reportUnclosed(f, from)
		}
		return Str, ""
	case c == '#' || strings.HasPrefix(text, "!!"):
		if name := directiveAt(text); name != "" {
			r.extent(f, name)
			return Directive, name
		}
		if c == '#' {
			n := min(2, len(text))
			n += wordLen(text[n:])
			if strings.HasPrefix(text, "#!") {
				r.unknownDirective(f, text[2:n], n) // #!KAMAILIO
			}
			f.pos += len(f.restOfLine())
			return Comment, ""
		}
	case strings.HasPrefix(text, "//"):
		f.pos += len(f.restOfLine())
		return Comment, ""
	case strings.HasPrefix(text, "/*"):
		r.blockComment(f)
		return Block, ""
	case class[c] == cLetter:
		n := wordLen(text)
		if w := text[:n]; w == "include_file" || w == "import_file" {
			r.after = afterOther
			f.pos += n
			if blankLine(text[n:]) {
				return Bad, ""
			}
			f.blanks()
			f.pos += fileLen(f.restOfLine())
			return Include, ""
		}
	}
	switch t, ok := r.step(f); {
	case ok:
		return t.Type, ""
	case class[c] == cLetter: // a MOD_x
		return Word, ""
	}
	return Stray, ""
}

// directiveAt is the name of the directive that text starts with, "" for none.
func directiveAt(text string) string {
	if len(text) < 2 || text[1] != '!' {
		return ""
	}
	n := 2 + wordLen(text[2:])
	if name := text[2:n]; handlers[name] != nil && follows(name, text[n:]) {
		return name
	}
	return ""
}

// extent passes over the directive at pos and all that belongs to it.
func (r *raw) extent(f *frame, name string) {
	d := directive{name: name, at: f.at(f.pos), from: f.pos}
	f.pos += 2 + len(name)
	switch name {
	case "define", "def", "trydefine", "trydef", "redefine", "redef":
		if name, at, ok := r.name(f, d); ok {
			if f.pos < len(f.text) && f.text[f.pos] == '-' {
				break
			}
			r.value(f, name, at)
		}
		return
	case "undefine", "undef", "tryundefine", "tryundef":
		r.name(f, d)
		return
	case "defenv", "defenvs", "trydefenv", "trydefenvs":
		if _, _, ok := r.name(f, d); ok && f.pos < len(f.text) && f.text[f.pos] == '=' {
			f.pos++
			r.name(f, d)
		}
		return
	case "include_file", "import_file":
		f.blanks()
		f.pos += fileLen(f.restOfLine())
		return
	case "subst", "substdef", "substdefs":
		f.blanks()
		if f.pos < len(f.text) && (f.text[f.pos] == '"' || f.text[f.pos] == '\'') {
			r.argument(f)
			return
		}
	}
	f.pos += len(f.restOfLine())
}
