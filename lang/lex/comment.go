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

// blockComment skips /* … */; comments nest. One that is open at the end of
// an included file or of a value goes on behind it, as in Kamailio.
func (s *scanner) blockComment(f *frame) {
	at := s.mark(f, f.pos, 2)
	depth, most := 0, 0
	for {
		line, start := f.line, f.start
		for i := f.pos; i < len(f.text); i++ {
			switch c := f.text[i]; {
			case c == '\n':
				line, start = line+1, i+1
			case c == '/' && i+1 < len(f.text) && f.text[i+1] == '*':
				depth++
				most = max(most, depth)
				i++
			case c == '*' && i+1 < len(f.text) && f.text[i+1] == '/':
				i++
				if depth--; depth == 0 {
					f.lines(line, start)
					f.pos = i + 1
					return
				}
			}
		}
		f.lines(line, start)
		f.pos = len(f.text)
		if !s.leave() {
			break
		}
		f = s.top()
	}
	hint := "close it with */"
	if most > 1 {
		hint = "comments nest: each /* needs its own */"
	}
	s.report(diag.Warning, UnclosedComment, at, "the comment that starts here is never closed: nothing after it is read", hint)
}
