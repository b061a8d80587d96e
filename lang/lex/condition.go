package lex

import (
	"strings"

	"olelo/lang/diag"
	"olelo/lang/source"
)

// condition is an open #!ifdef.
type condition struct {
	text  string     // as written
	at    source.Pos // of the directive
	truth bool       // of its first branch
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
	} else {
		name, _, ok := s.name(f, d)
		if ok {
			truth = (s.defines[name] != nil) == (d.name == "ifdef")
			s.ignored(f, d)
		}
	}
	s.ifs = append(s.ifs, condition{text: strings.TrimSpace(f.text[d.from:f.pos]), at: d.at, truth: truth})
	if !truth {
		s.skip(f)
	}
}

// ignored warns of text behind #!ifdef NAME, which Kamailio prints and skips.
func (s *scanner) ignored(f *frame, d directive) {
	line := f.restOfLine()
	rest := strings.TrimSpace(line)
	if rest != "" && rest[0] != '#' && !strings.HasPrefix(rest, "//") {
		s.report(diag.Warning, "directive-text", s.mark(f, f.pos+strings.Index(line, rest), len(rest)),
			"the text after the name has no effect: #!"+d.name+" looks at one name only", "#!ifexp takes an expression, from Kamailio 5.7 on")
	}
	f.pos += len(line)
}

func (s *scanner) elseDirective(f *frame, d directive) {
	n := len(s.ifs)
	if n == 0 {
		s.fail(diag.UnbalancedDirective, d.at, "invalid position for preprocessor directive 'else': no #!ifdef is open", "")
		return
	}
	c := &s.ifs[n-1]
	if c.other {
		dg := s.report(diag.Warning, "second-else", d.at, "this #!ifdef has a #!else already", "each #!ifdef has at most one #!else")
		dg.Notes = append(dg.Notes, diag.Note{Pos: c.at, Msg: "the #!ifdef"})
	}
	c.other = true
	s.skip(f) // the branch before was read
}

func (s *scanner) endifDirective(_ *frame, d directive) {
	n := len(s.ifs)
	if n == 0 {
		dg := s.fail(diag.UnbalancedDirective, d.at, "invalid position for preprocessor directive 'endif': no #!ifdef is open", "")
		s.addSuspects(dg)
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
		case !end && whole:
			depth++
			continue
		case !end:
			continue
		case !whole:
			s.suspect(f, len(name))
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
		case depth == 0 && !s.ifs[len(s.ifs)-1].other:
			// The branch behind #!else is read only if the first was not.
			c := &s.ifs[len(s.ifs)-1]
			c.other = true
			if !c.truth {
				s.set.Skip(f.text[from:f.branch])
				return
			}
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
	for _, c := range s.ifs {
		d := s.fail("unclosed-ifdef", eof, quote(c.text)+" is never closed", "add #!endif")
		d.Mark = c.at
		s.addSuspects(d)
	}
}

func (s *scanner) addSuspects(d *diag.Diagnostic) {
	for _, at := range s.suspects {
		d.Notes = append(d.Notes, diag.Note{Pos: at, Msg: "this does not count, because text follows it on its line"})
	}
	s.suspects = nil
}
