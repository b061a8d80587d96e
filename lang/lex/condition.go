package lex

import (
	"strings"

	"olelo/lang/diag"
	"olelo/lang/source"
)

// UnclosedIfdef is the code of a #!ifdef without its #!endif. Kamailio finds
// it after it has parsed all, and names no line.
const UnclosedIfdef = "unclosed-ifdef"

// condition is an open #!ifdef.
type condition struct {
	text  string     // as written
	at    source.Pos // of the directive
	other bool       // the #!else was there
}

// ifDirective runs #!ifdef, #!ifndef and #!ifexp.
func (s *scanner) ifDirective(f *frame, d directive) {
	var truth bool
	if d.name == "ifexp" {
		f.blanks()
		line := f.restOfLine()
		v, ok := s.evaluate(f, d, line)
		truth = ok && v.truth()
		f.pos += len(line)
	} else if name, _, ok := s.name(f, d); ok {
		truth = (s.defines[name] != nil) == (d.name == "ifdef")
		s.ignored(f, d)
	}
	text, _, _ := strings.Cut(f.text[d.from:f.pos], "\n")
	s.ifs = append(s.ifs, condition{text: strings.TrimSpace(text), at: d.at})
	if !truth {
		s.skip(f)
	}
}

// ignored warns of text behind #!ifdef NAME, which Kamailio prints and skips.
func (s *scanner) ignored(f *frame, d directive) {
	line := f.restOfLine()
	rest := strings.TrimSpace(line)
	if rest != "" && rest[0] != '#' && !strings.HasPrefix(rest, "//") {
		hint := "a second #!ifdef inside of the first asks for two names"
		if s.opt.Dialect6 {
			hint = "#!ifexp takes an expression"
		}
		s.report(diag.Warning, "directive-text", s.mark(f, f.pos+strings.Index(line, rest), len(rest)),
			"the text after the name has no effect: #!"+d.name+" looks at one name only", hint)
	}
	f.pos += len(line)
}

func (s *scanner) elseDirective(f *frame, d directive) {
	n := len(s.ifs)
	if n == 0 {
		s.strayElse(d)
		return
	}
	s.turn(d.at)
	s.skip(f) // the branch before was read
}

// turn notes a #!else of the innermost #!ifdef: each changes over.
func (s *scanner) turn(at source.Pos) {
	c := &s.ifs[len(s.ifs)-1]
	if c.other {
		dg := s.report(diag.Warning, "second-else", at, "this #!ifdef has a #!else already: what follows is read if the first branch was", "each #!ifdef has at most one #!else")
		dg.Notes = append(dg.Notes, diag.Note{Pos: c.at, Msg: "the #!ifdef"})
	}
	c.other = true
}

func (s *scanner) endifDirective(_ *frame, d directive) {
	n := len(s.ifs)
	if n == 0 {
		s.strayEndif(d)
		return
	}
	s.ifs = s.ifs[:n-1]
}

// branchMark finds the next #!ifdef, #!else, #!endif or the like from an offset
// on, wherever it stands: in a branch that is not read, a comment and a text
// are no shelter. It gives the offset of its name, -1 for none; whole is false
// for one that what follows it makes a comment.
func branchMark(text string, from int) (at int, name string, whole bool) {
	for {
		i := strings.IndexByte(text[from:], '!')
		if i < 0 {
			return -1, "", false
		}
		from += i + 1
		if from < len(text) && text[from] == '!' { // the second of !!
			from++
		}
		if from < 2 || text[from-2] != '#' && text[from-2] != '!' {
			continue
		}
		n := wordLen(text[from:])
		switch name := text[from : from+n]; name {
		case "ifdef", "ifndef", "ifexp", "else", "endif":
			return from, name, follows(name, text[from+n:])
		}
	}
}

// skip passes over a branch that is not read, to behind its #!else or #!endif.
func (s *scanner) skip(f *frame) {
	depth, from := 0, f.pos
	for {
		at, name, whole := branchMark(f.text, f.pos)
		if at < 0 {
			s.set.Skip(f.text[from:])
			f.skipLines(len(f.text))
			if !s.leave() {
				s.lastPos = source.Pos{} // the end is in here, not at the last token
				return
			}
			f = s.top()
			from = f.pos
			continue
		}
		f.skipLines(at)
		switch end := name == "else" || name == "endif"; {
		case end && !whole:
			s.suspect(f, len(name), "this does not count, because "+whatFollows(f.text[at+len(name):]))
			continue
		case !whole:
			continue
		case name == "ifexp" && !s.opt.Dialect6:
			f.pos -= 2
			s.newerDirective(f, directive{name: name}, len(name)+2)
			f.pos += 2
			continue
		case !end:
			depth++
			f.pos += len(name)
			// The name is the next word, even if that is on another line.
			for name != "ifexp" && f.pos < len(f.text) && class[f.text[f.pos]] != cLetter {
				f.skipLines(f.pos + 1)
			}
			continue
		}
		f.pos += len(name)
		f.branch = at - 2
		switch {
		case name == "endif" && depth > 0:
			depth--
		case name == "endif":
			s.set.Skip(f.text[from:f.branch])
			s.ifs = s.ifs[:len(s.ifs)-1]
			return
		case depth == 0:
			s.set.Skip(f.text[from:f.branch])
			s.turn(s.mark(f, f.branch, len(name)+2))
			return
		}
	}
}

// skipLines moves pos, and counts the lines on the way.
func (f *frame) skipLines(to int) {
	skipped := f.text[f.pos:to]
	if n := strings.Count(skipped, "\n"); n > 0 {
		f.line += n
		f.start = f.pos + strings.LastIndexByte(skipped, '\n') + 1
		f.shift = 0
	}
	f.pos = to
}

// unclosed reports what is open at the end.
func (s *scanner) unclosed(eof source.Pos) {
	if len(s.ifs) == 0 {
		return
	}
	c := s.ifs[0]
	d := s.fail(UnclosedIfdef, eof, quote(c.text)+" is never closed", "add #!endif")
	d.Mark, d.Late = c.at, true
	for _, c := range s.ifs[1:] {
		d.Notes = append(d.Notes, diag.Note{Pos: c.at, Msg: quote(c.text) + " neither"})
	}
	d.Notes = append(d.Notes, s.suspects...)
}
