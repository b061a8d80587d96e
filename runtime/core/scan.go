package core

import (
	"strings"

	"olelo/lang/ast"
	"olelo/lang/source"
)

// scan walks through the values of listen, alias and flags, which are more
// than one constant: their words are cut at ( ) , and at a : outside brackets.
type scan struct {
	toks []tok
	pos  int
}

type tok struct {
	text   string
	quoted bool
	at     ast.Range
}

// punct reports whether t is punctuation, or the end.
func (t tok) punct() bool {
	return !t.quoted && (t.text == "" || len(t.text) == 1 && strings.Contains("(),:", t.text))
}

func newScan(vals []ast.Literal) *scan {
	s := &scan{}
	for i := range vals {
		v := &vals[i]
		if v.Kind == ast.LitStr {
			s.toks = append(s.toks, tok{v.Text, true, v.Range})
			continue
		}
		for t := v.Text; t != ""; {
			n := wordEnd(t)
			s.toks = append(s.toks, tok{t[:n], false, v.Range})
			t = t[n:]
		}
	}
	return s
}

// scanText is a scan of an argument of the command line.
func scanText(text string) *scan {
	return newScan([]ast.Literal{{Kind: ast.LitWord, Text: strings.ReplaceAll(text, " ", "")}})
}

func wordEnd(t string) int {
	if strings.IndexByte("(),:", t[0]) >= 0 {
		return 1
	}
	if t[0] == '[' {
		if i := strings.IndexByte(t, ']'); i > 0 {
			return i + 1
		}
	}
	if i := strings.IndexAny(t, "(),:"); i > 0 {
		return i
	}
	return len(t)
}

func (s *scan) done() bool { return s.pos == len(s.toks) }

// peek is the next token, one with empty text at the end.
func (s *scan) peek() tok {
	if s.done() {
		t := tok{}
		if n := len(s.toks); n > 0 {
			t.at = s.toks[n-1].at
		}
		return t
	}
	return s.toks[s.pos]
}

func (s *scan) next() tok {
	t := s.peek()
	if !s.done() {
		s.pos++
	}
	return t
}

// take skips the unquoted word text, and reports whether it was there.
func (s *scan) take(text string) bool {
	if t := s.peek(); !t.quoted && t.text == text && !s.done() {
		s.pos++
		return true
	}
	return false
}

// commandLine is the place of what the command line says: nowhere.
var commandLine = ast.Range{Pos: source.Pos{}}
