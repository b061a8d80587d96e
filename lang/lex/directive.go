package lex

import (
	"slices"
	"strings"

	"olelo/lang/diag"
	"olelo/lang/source"
)

// handler is what a directive does. run starts behind the name and leaves pos
// behind what it took.
type handler struct {
	run   func(s *scanner, f *frame, d directive)
	after follow
	newer bool // Kamailio 5.6 takes it for a comment
}

// follow is what must stand behind a directive's name, for it is a comment
// otherwise.
type follow uint8

const (
	spaced   follow = iota // a space or a tab
	anything               // even letters: #!defenvX is #!defenv X
	lineEnd                // nothing, and the line must end: at the end of a file it does not
)

// directives are the preprocessor's.
var directives = map[string]handler{
	"define":       {run: func(s *scanner, f *frame, d directive) { s.define(f, d, once) }},
	"def":          {run: func(s *scanner, f *frame, d directive) { s.define(f, d, once) }},
	"trydefine":    {run: func(s *scanner, f *frame, d directive) { s.define(f, d, first) }},
	"trydef":       {run: func(s *scanner, f *frame, d directive) { s.define(f, d, first) }},
	"redefine":     {run: func(s *scanner, f *frame, d directive) { s.define(f, d, last) }},
	"redef":        {run: func(s *scanner, f *frame, d directive) { s.define(f, d, last) }},
	"undefine":     {run: (*scanner).undefine, newer: true},
	"undef":        {run: (*scanner).undefine, newer: true},
	"tryundefine":  {run: (*scanner).undefine, newer: true},
	"tryundef":     {run: (*scanner).undefine, newer: true},
	"defenv":       {run: func(s *scanner, f *frame, d directive) { s.defineEnv(f, d, false, false) }, after: anything},
	"defenvs":      {run: func(s *scanner, f *frame, d directive) { s.defineEnv(f, d, true, false) }, after: anything},
	"trydefenv":    {run: func(s *scanner, f *frame, d directive) { s.defineEnv(f, d, false, true) }, after: anything},
	"trydefenvs":   {run: func(s *scanner, f *frame, d directive) { s.defineEnv(f, d, true, true) }, after: anything},
	"defexp":       {run: func(s *scanner, f *frame, d directive) { s.defineExp(f, d, false) }, newer: true},
	"defexps":      {run: func(s *scanner, f *frame, d directive) { s.defineExp(f, d, true) }, newer: true},
	"subst":        {run: func(s *scanner, f *frame, d directive) { s.substDirective(d, substOnly) }, after: anything},
	"substdef":     {run: func(s *scanner, f *frame, d directive) { s.substDirective(d, substDef) }, after: anything},
	"substdefs":    {run: func(s *scanner, f *frame, d directive) { s.substDirective(d, substDefText) }, after: anything},
	"include_file": {run: func(s *scanner, f *frame, d directive) { s.include(f, d) }, after: anything},
	"import_file":  {run: func(s *scanner, f *frame, d directive) { s.include(f, d) }, after: anything},
	"ifdef":        {run: (*scanner).ifDirective},
	"ifndef":       {run: (*scanner).ifDirective},
	"ifexp":        {run: (*scanner).ifDirective, newer: true},
	"else":         {run: (*scanner).elseDirective, after: lineEnd},
	"endif":        {run: (*scanner).endifDirective, after: lineEnd},
}

func init() {
	for name, h := range directives {
		directiveNames = append(directiveNames, name)
		if h.after == anything {
			openNames = append(openNames, name)
		}
	}
	slices.SortFunc(openNames, func(a, b string) int { return len(b) - len(a) })
}

var (
	directiveNames []string
	openNames      []string // those with anything behind them, the longest first
)

// find is the directive that a word is or, where letters may follow, starts
// with.
func find(word string) (string, handler, bool) {
	if h, ok := directives[word]; ok {
		return word, h, true
	}
	for _, name := range openNames {
		if strings.HasPrefix(word, name) {
			return name, directives[name], true
		}
	}
	return "", handler{}, false
}

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
	if len(text) < 2 || text[1] != '!' {
		return false
	}
	word := text[2 : 2+wordLen(text[2:])]
	name, h, ok := find(word)
	if f.def != nil {
		if ok {
			s.fail("directive-in-define", s.mark(f, f.pos, 2+len(name)),
				"a directive in the value of a define is not read by olelo: #!"+name, "take it out of the value of "+f.def.name)
		}
		return false
	}
	if !ok {
		s.unknownDirective(f, word)
		return false
	}
	n := 2 + len(name)
	d := directive{name: name, from: f.pos}
	rest := text[n:]
	if h.newer && !s.opt.Dialect6 {
		if rest != "" && isBlank(rest[0]) {
			s.newerDirective(f, d, n)
		}
		return false
	}
	switch whole := follows(name, rest); {
	case h.after == lineEnd && !whole:
		s.suspect(f, n, "this does not count, because "+whatFollows(rest))
		return false
	case !whole:
		if rest != "" && rest[0] != '\n' && class[rest[0]] != cLetter {
			return false // a comment such as "#!define: …"
		}
		s.nameless(f, d, n)
		return false
	}
	if conditional(name) {
		f.branch = f.pos
	}
	d.at = s.mark(f, f.pos, n)
	f.pos += n
	h.run(s, f, d)
	return true
}

// conditional reports whether a directive starts or ends a branch.
func conditional(name string) bool {
	return strings.HasPrefix(name, "if") || name == "else" || name == "endif"
}

// follows reports whether rest may stand behind a directive's name, so that it
// is one and not a comment.
func follows(name, rest string) bool {
	switch {
	case name == "else" || name == "endif":
		return endsLine(rest)
	case slices.Contains(openNames, name):
		return true
	}
	return rest != "" && isBlank(rest[0])
}

// nameless warns of a directive that ends its line, which makes it a comment.
func (s *scanner) nameless(f *frame, d directive, n int) {
	msg := "#!" + d.name + " needs a name behind it: without one the line is a comment"
	if strings.HasPrefix(d.name, "if") {
		s.ifComment(f, n, "bad-directive", msg, "a name starts with a letter or _")
		return
	}
	s.report(diag.Warning, "bad-directive", s.mark(f, f.pos, n), msg, "a name starts with a letter or _")
}

// newerDirective warns of a directive that Kamailio 5.6 takes for a comment.
func (s *scanner) newerDirective(f *frame, d directive, n int) {
	msg := "#!" + d.name + " is newer than Kamailio 5.6, which takes the line for a comment"
	const hint = "--compat=6 reads it"
	if d.name == "ifexp" {
		s.ifComment(f, n, "newer-directive", msg, hint+"; in 5.6 there is only #!ifdef NAME")
		return
	}
	s.report(diag.Warning, "newer-directive", s.mark(f, f.pos, n), msg, hint)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\b' }

// endsLine reports whether only blanks are left of a line that does end.
func endsLine(rest string) bool {
	rest = strings.TrimLeft(rest, " \t\r\b")
	return rest != "" && rest[0] == '\n'
}

// whatFollows says why endsLine is false.
func whatFollows(rest string) string {
	if strings.TrimLeft(rest, " \t\r\b") == "" {
		return "the file ends without a newline behind it"
	}
	return "text follows it on its line"
}

// unknownDirective warns of a directive that is nearly one. Any other word
// after #! is a comment; a line with nothing but #!KAMAILIO or its like
// chooses what a $ starts.
func (s *scanner) unknownDirective(f *frame, word string) {
	text := f.text[f.pos+2:]
	switch alone := strings.HasPrefix(text[len(word):], "\n"); word {
	case "KAMAILIO", "OPENSER":
		if alone {
			s.dollar = dollarVariable
		}
		return
	case "SER":
		if alone {
			s.dollar = dollarAttribute
		}
		return
	case "MAXCOMPAT", "ALL":
		if alone {
			s.dollar = dollarBoth
		}
		return
	case "":
		return
	}
	if f.text[f.pos] != '#' || s.reports[diag.Warning] >= maxReports {
		return
	}
	if near := diag.Nearest(word, directiveNames); near != "" {
		s.report(diag.Warning, "unknown-directive", s.mark(f, f.pos, 2+len(word)), "#!"+word+" is no directive: the line is a comment",
			"did you mean #!"+near+"?")
	}
}

// name reads the name that a directive is about. Kamailio looks for it as far
// as the next letter, over other characters and ends of lines.
func (s *scanner) name(f *frame, d directive) (string, source.Pos, bool) {
	f.blanks()
	from, where := f.pos, s.mark(f, f.pos, 1)
	line := f.line
	for f.pos < len(f.text) && class[f.text[f.pos]] != cLetter {
		if f.text[f.pos] == '\n' {
			f.newline()
		} else {
			f.pos++
		}
	}
	n := wordLen(f.text[f.pos:])
	if n == 0 {
		s.report(diag.Warning, "bad-directive", d.at, "#!"+d.name+" needs a name: without one it does nothing", "a name starts with a letter or _")
		return "", source.Pos{}, false
	}
	at := s.mark(f, f.pos, n)
	name := f.text[f.pos : f.pos+n]
	switch {
	case f.line != line:
		dg := s.report(diag.Warning, "bad-directive", d.at, "#!"+d.name+" has no name on its line: Kamailio takes the next word, "+quote(name), "write the name on the line of the #!"+d.name)
		dg.Notes = append(dg.Notes, diag.Note{Pos: at, Msg: "taken for the name"})
	case f.pos > from:
		s.report(diag.Warning, "bad-directive", where, "a name starts with a letter or _: Kamailio leaves "+quote(f.text[from:f.pos])+" out and takes "+quote(name), "")
	}
	f.pos += n
	if f.pos < len(f.text) && f.text[f.pos] == '-' {
		s.fail("bad-define", s.mark(f, f.pos, 1), "a define's name has no `-`: "+quote(name+"-…"), "letters, digits and _ make a name")
		f.pos += len(f.restOfLine())
		return name, at, false
	}
	return name, at, true
}

// blanks skips what is white but a newline.
func (f *frame) blanks() {
	for f.pos < len(f.text) && isBlank(f.text[f.pos]) {
		f.pos++
	}
}

// space skips all that is white.
func (f *frame) space() {
	for f.pos < len(f.text) {
		switch {
		case f.text[f.pos] == '\n':
			f.newline()
		case isBlank(f.text[f.pos]):
			f.pos++
		default:
			return
		}
	}
}

// solid is the text at pos up to the next white space.
func (f *frame) solid() string {
	rest := f.text[f.pos:]
	if i := strings.IndexAny(rest, " \t\r\n"); i >= 0 {
		return rest[:i]
	}
	return rest
}

func (f *frame) restOfLine() string {
	rest := f.text[f.pos:]
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		return rest[:i]
	}
	return rest
}
