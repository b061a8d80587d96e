package lex

import (
	"strings"

	"olelo/lang/diag"
)

// UnclosedComment is the code of a comment without its end.
const UnclosedComment = "unclosed-comment"

// lineComment skips up to the end of the line. A comment inside a define's
// value hides what follows the name on its line, as in Kamailio.
func (s *scanner) lineComment(f *frame) {
	at := s.mark(f, f.pos, 1)
	hidden := false
	for f.def != nil {
		f.pos = len(f.text)
		s.leave()
		f, hidden = s.top(), true
	}
	f.comment = f.pos
	from := f.pos
	if n := strings.IndexByte(f.text[from:], '\n'); n >= 0 {
		f.pos += n
	} else {
		f.pos = len(f.text)
	}
	if rest := strings.TrimSpace(f.text[from:f.pos]); hidden && rest != "" && rest[0] != '#' {
		s.report(diag.Warning, "define-comment", at,
			"the value of this define has a comment, which hides "+quote(rest), "take the comment out of the #!define")
	}
}

// blockComment skips /* … */; comments nest.
func (s *scanner) blockComment(f *frame) {
	from := f.pos
	line, start := f.line, f.start
	depth := 0
	for i := from; i < len(f.text); i++ {
		switch f.text[i] {
		case '\n':
			line, start = line+1, i+1
		case '/':
			if i+1 < len(f.text) && f.text[i+1] == '*' {
				depth++
				i++
			}
		case '*':
			if i+1 < len(f.text) && f.text[i+1] == '/' {
				i++
				if depth--; depth == 0 {
					f.lines(line, start)
					f.pos = i + 1
					return
				}
			}
		}
	}
	hint := "close it with */"
	if depth > 1 {
		hint = "comments nest: each /* needs its own */"
	}
	s.report(diag.Warning, UnclosedComment, s.mark(f, from, 2),
		"the comment that starts here is never closed: nothing after it is read", hint)
	f.lines(line, start)
	f.pos = len(f.text)
}
