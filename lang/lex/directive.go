package lex

import (
	"strings"

	"olelo/lang/diag"
	"olelo/lang/source"
)

// handlers are the preprocessor's directives. A handler starts behind the
// name and leaves pos behind what it took.
var handlers = map[string]func(s *scanner, f *frame, d directive){
	"define":       func(s *scanner, f *frame, d directive) { s.define(f, d, once) },
	"def":          func(s *scanner, f *frame, d directive) { s.define(f, d, once) },
	"trydefine":    func(s *scanner, f *frame, d directive) { s.define(f, d, first) },
	"trydef":       func(s *scanner, f *frame, d directive) { s.define(f, d, first) },
	"redefine":     func(s *scanner, f *frame, d directive) { s.define(f, d, last) },
	"redef":        func(s *scanner, f *frame, d directive) { s.define(f, d, last) },
	"undefine":     (*scanner).undefine,
	"undef":        (*scanner).undefine,
	"tryundefine":  (*scanner).undefine,
	"tryundef":     (*scanner).undefine,
	"defenv":       func(s *scanner, f *frame, d directive) { s.defineEnv(f, d, false, false) },
	"defenvs":      func(s *scanner, f *frame, d directive) { s.defineEnv(f, d, true, false) },
	"trydefenv":    func(s *scanner, f *frame, d directive) { s.defineEnv(f, d, false, true) },
	"trydefenvs":   func(s *scanner, f *frame, d directive) { s.defineEnv(f, d, true, true) },
	"defexp":       func(s *scanner, f *frame, d directive) { s.defineExp(f, d, false) },
	"defexps":      func(s *scanner, f *frame, d directive) { s.defineExp(f, d, true) },
	"subst":        func(s *scanner, f *frame, d directive) { s.addSubst(f, d, substOnly) },
	"substdef":     func(s *scanner, f *frame, d directive) { s.addSubst(f, d, substDef) },
	"substdefs":    func(s *scanner, f *frame, d directive) { s.addSubst(f, d, substDefText) },
	"include_file": func(s *scanner, f *frame, d directive) { s.includeDirective(f, "include_file") },
	"import_file":  func(s *scanner, f *frame, d directive) { s.includeDirective(f, "import_file") },
	"ifdef":        (*scanner).ifDirective,
	"ifndef":       (*scanner).ifDirective,
	"ifexp":        (*scanner).ifDirective,
	"else":         (*scanner).elseDirective,
	"endif":        (*scanner).endifDirective,
}

func init() {
	for name := range handlers {
		directiveNames = append(directiveNames, name)
	}
}

var directiveNames []string

// directive is a directive's name and place.
type directive struct {
	name string
	at   source.Pos
	from int // offset of its # or !
}

// directive runs the directive at pos. It is false where there is none, so
// that a # starts a comment.
func (s *scanner) directive(f *frame) bool {
	text := f.text[f.pos:]
	if f.def != nil || len(text) < 2 || text[1] != '!' {
		return false
	}
	n := 2 + wordLen(text[2:])
	name := text[2:n]
	h := handlers[name]
	if h == nil {
		s.unknownDirective(f, name, n)
		return false
	}
	rest := text[n:]
	if !follows(name, rest) {
		if name == "else" || name == "endif" {
			s.suspect(f, n)
			return false
		}
		if class[first1(rest)] != cLetter && name != "ifdef" && name != "ifndef" {
			return false // a comment such as "#!define:"
		}
		s.fail("bad-directive", s.mark(f, f.pos, n), "#!"+name+" needs a name or a value after it", "")
		return false
	}
	if conditional(name) {
		f.branch = f.pos
	}
	d := directive{name: name, at: s.mark(f, f.pos, n), from: f.pos}
	f.pos += n
	h(s, f, d)
	return true
}

// conditional reports whether a directive starts or ends a branch.
func conditional(name string) bool {
	return strings.HasPrefix(name, "if") || name == "else" || name == "endif"
}

// follows reports whether rest may stand behind a directive's name, so that it
// is one and not a comment.
func follows(name, rest string) bool {
	if name == "else" || name == "endif" {
		return blankLine(rest)
	}
	return rest != "" && (rest[0] == ' ' || rest[0] == '\t' || rest[0] == '"' && strings.HasSuffix(name, "_file"))
}

func first1(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// unknownDirective warns of a directive that is nearly one. Any other word
// after #! is a comment, such as #!KAMAILIO.
func (s *scanner) unknownDirective(f *frame, name string, n int) {
	if f.text[f.pos] != '#' {
		return
	}
	switch name {
	case "KAMAILIO", "OPENSER":
		s.strict = true
		return
	case "SER", "MAXCOMPAT", "ALL":
		s.strict = false
		return
	case "":
		return
	}
	if near := diag.Nearest(name, directiveNames); near != "" {
		s.report(diag.Warning, "unknown-directive", s.mark(f, f.pos, n), "#!"+name+" is no directive: the line is a comment",
			"did you mean #!"+near+"?")
	}
}

// suspect notes a #!else or #!endif with text behind it, which is a comment
// to Kamailio: the reason for the branch that never ends.
func (s *scanner) suspect(f *frame, n int) {
	s.suspects = append(s.suspects, s.mark(f, f.pos, n))
}

func blankLine(rest string) bool {
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimRight(line, " \t\r") == ""
}

// name reads the name that a directive is about.
func (s *scanner) name(f *frame, d directive) (string, source.Pos, bool) {
	f.blanks()
	n := 0
	if f.pos < len(f.text) && class[f.text[f.pos]] == cLetter {
		n = wordLen(f.text[f.pos:])
	}
	if n == 0 {
		line := f.restOfLine()
		shown := strings.TrimSpace(line)
		msg := "#!" + d.name + " needs a name"
		if shown != "" {
			msg += ", not " + quote(shown)
		}
		s.fail("bad-directive", s.mark(f, f.pos, len(shown)), msg, "a name starts with a letter or _")
		f.pos += len(line)
		return "", source.Pos{}, false
	}
	at := s.mark(f, f.pos, n)
	name := f.text[f.pos : f.pos+n]
	f.pos += n
	return name, at, true
}

// blanks skips spaces and tabs.
func (f *frame) blanks() {
	for f.pos < len(f.text) && (f.text[f.pos] == ' ' || f.text[f.pos] == '\t') {
		f.pos++
	}
}

func (f *frame) restOfLine() string {
	rest := f.text[f.pos:]
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		return rest[:i]
	}
	return rest
}
