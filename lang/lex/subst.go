package lex

import (
	"regexp"
	"strings"

	"olelo/lang/source"
)

// subst is a #!subst rule: what pattern matches in a text is replaced.
type subst struct {
	rule    string
	pattern *regexp.Regexp
	with    []part
	all     bool
	at      source.Pos
}

// part is literal text, or the group that matched (group >= 0).
type part struct {
	text  string
	group int
}

func (r *subst) frame() source.Frame {
	return source.Frame{Kind: source.Subst, Name: r.rule, At: r.at}
}

// What a subst directive does beside the substitution.
const (
	substOnly    = iota
	substDef     // defines the pattern's name with the replacement
	substDefText // the same, in quotes
)

// addSubst runs #!subst "/regexp/replacement/flags".
func (s *scanner) addSubst(f *frame, d directive, what int) {
	f.blanks()
	at := s.mark(f, f.pos, 1)
	if f.pos == len(f.text) || f.text[f.pos] != '"' && f.text[f.pos] != '\'' {
		s.badSubst(at, "", "is not in quotes")
		f.pos += len(f.restOfLine())
		return
	}
	rule, ok := s.argument(f)
	if !ok {
		return
	}
	rule, _ = s.substitute(rule) // a rule is a text like any other
	s.addRule(rule, at, what)
}

// addRule compiles a rule and puts it behind those that are there.
func (s *scanner) addRule(rule string, at source.Pos, what int) {
	const short = "needs a pattern and a replacement"
	if len(rule) < 3 {
		s.badSubst(at, rule, short)
		return
	}
	fields := splitRule(rule)
	if len(fields) != 3 {
		s.badSubst(at, rule, short)
		return
	}
	r := &subst{rule: rule, at: at}
	flags := ""
	for _, c := range fields[2] {
		switch c {
		case 'g':
			r.all = true
		case 'i':
			flags = "(?i)"
		case 's': // one line, as without
		default:
			s.badSubst(at, rule, "has the unknown flag "+quote(string(c)))
			return
		}
	}
	re, err := regexp.Compile(flags + fields[0])
	if err != nil {
		s.badSubst(at, rule, "has a bad regular expression: "+quote(fields[0]))
		return
	}
	re.Longest()
	r.pattern = re
	with := s.environment(fields[1])
	if strings.IndexByte(with, '$') >= 0 {
		s.badSubst(at, rule, "has a variable other than $env(NAME) in its replacement")
		return
	}
	r.with = replacement(with)
	s.substs = append(s.substs, r)
	if name := fields[0]; what != substOnly && name != "" && class[name[0]] == cLetter && wordLen(name) == len(name) {
		text := plain(r.with)
		if what == substDefText {
			text = `"` + text + `"`
		}
		s.bind(&define{name: name, value: text, has: text != "", at: at}, once)
	}
}

// argument reads the quoted text of a directive, parts joined.
func (s *scanner) argument(f *frame) (string, bool) {
	if f.text[f.pos] == '\'' {
		n := strings.IndexByte(f.text[f.pos+1:], '\'')
		if n < 0 {
			f.pos += s.reportUnclosed(f, f.pos)
			return "", false
		}
		text := f.text[f.pos+1 : f.pos+1+n]
		f.skipLines(f.pos + n + 2)
		return text, true
	}
	from := f.pos
	f.pos++
	text := ""
	for {
		body, ok := s.quoted(f)
		if !ok {
			f.pos += s.reportUnclosed(f, from)
			return "", false
		}
		text += unescape(body)
		g, ok := s.joined()
		if !ok {
			return text, true
		}
		from = g.pos
		g.pos++
	}
}

func (s *scanner) badSubst(at source.Pos, rule, why string) {
	msg := "this rule " + why
	if rule != "" {
		msg = "the rule " + quote(rule) + " " + why
	}
	s.fail("bad-subst", at, msg, `it is written "/regexp/replacement/flags"; any character can stand for the /, the flags are g and i`)
}

// splitRule cuts a rule at its first character, which a backslash escapes.
func splitRule(rule string) []string {
	sep := rule[0]
	var fields []string
	var b strings.Builder
	for i := 1; i < len(rule); i++ {
		switch {
		case rule[i] == '\\' && i+1 < len(rule) && rule[i+1] == sep:
			i++
			b.WriteByte(sep)
		case rule[i] == '\\' && i+1 < len(rule):
			b.WriteString(rule[i : i+2])
			i++
		case rule[i] == sep && len(fields) < 2:
			fields = append(fields, b.String())
			b.Reset()
		default:
			b.WriteByte(rule[i])
		}
	}
	return append(fields, b.String())
}

// environment replaces $env(NAME).
func (s *scanner) environment(text string) string {
	var b strings.Builder
	for {
		head, rest, found := strings.Cut(text, "$env(")
		name, tail, closed := strings.Cut(rest, ")")
		if !found || !closed {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(head)
		if s.opt.LookupEnv != nil {
			value, _ := s.opt.LookupEnv(name)
			b.WriteString(value)
		}
		text = tail
	}
}

// replacement cuts a rule's replacement into parts: \0 to \9 and {\0} to
// {\9} are the groups, \n, \r, \t are the usual.
func replacement(text string) []part {
	var parts []part
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch c := text[i]; {
		case class[c] == cDigit:
			parts = append(parts, part{b.String(), -1}, part{"", int(c - '0')})
			b.Reset()
		case c == 'n':
			b.WriteByte('\n')
		case c == 'r':
			b.WriteByte('\r')
		case c == 't':
			b.WriteByte('\t')
		default:
			b.WriteByte(c)
		}
	}
	return append(parts, part{b.String(), -1})
}

// plain is a replacement's text without its groups.
func plain(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.text)
	}
	return b.String()
}

// substitute applies the rules to a text, and returns the last one that
// changed it.
func (s *scanner) substitute(text string) (string, *subst) {
	var by *subst
	for _, r := range s.substs {
		n := 1
		if r.all {
			n = -1
		}
		found := r.pattern.FindAllStringSubmatchIndex(text, n)
		if found == nil {
			continue
		}
		var b strings.Builder
		end := 0
		for _, m := range found {
			if m[0] == m[1] {
				continue
			}
			b.WriteString(text[end:m[0]])
			for _, p := range r.with {
				b.WriteString(p.text)
				if g := p.group; g >= 0 && 2*g+1 < len(m) && m[2*g] >= 0 {
					b.WriteString(text[m[2*g]:m[2*g+1]])
				}
			}
			end = m[1]
		}
		b.WriteString(text[end:])
		text, by = b.String(), r
	}
	return text, by
}
