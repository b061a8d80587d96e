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

// skip passes over a branch that is not read, to behind its #!else or #!endif.
// Nothing in it is looked at but directives, wherever they stand.
func (s *scanner) skip(f *frame) {
	depth, from := 0, f.pos
	for {
		i := strings.IndexByte(f.text[f.pos:], '!')
		if i < 0 {
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
		at := f.pos + i
		if at+1 < len(f.text) && f.text[at+1] == '!' {
			at++ // the second of !!
		}
		f.skipLines(at + 1)
		if at == 0 || f.text[at-1] != '#' && f.text[at-1] != '!' {
			continue
		}
		n := wordLen(f.text[f.pos:])
		name := f.text[f.pos : f.pos+n]
		rest := f.text[f.pos+n:]
		switch name {
		case "ifdef", "ifndef", "ifexp":
			if rest != "" && strings.IndexByte(" \t", rest[0]) >= 0 {
				depth++
			}
		case "else", "endif":
			if !blankLine(rest) {
				s.suspect(f, n)
				break
			}
			f.pos += n
			f.branch = at - 1
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
