package lex

import (
	"errors"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/diag"
	"olelo/lang/source"
	"olelo/runtime/ere"
)

// subst is a #!subst rule: what pattern matches in a text is replaced.
type subst struct {
	rule    string
	pattern *ere.Regexp
	with    []part
	all     bool
	at      source.Pos
	warned  bool
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

// ruleWanted is a directive whose rule is the next token: Kamailio's grammar
// has them as statements, so that a define, a comment or another line may stand
// between.
type ruleWanted struct {
	directive
	what int
	idle bool // it stands where it is wrong, which is reported
}

const ruleHint = `it is written "/regexp/replacement/flags"; any character but \ can stand for the /, the flags are g, i and s`

// substDirective runs #!subst, #!substdef and #!substdefs up to their rule.
func (s *scanner) substDirective(d directive, what int) {
	if s.nest > 0 {
		s.fail("bad-subst", d.at, "#!"+d.name+" cannot stand inside of a block or of parentheses", "put it before the route or parameter: it changes all texts behind it")
	}
	s.rule = &ruleWanted{d, what, s.nest > 0}
}

// takeRule is true where the token is the rule that is waited for.
func (s *scanner) takeRule(typ lexer.TokenType, value string, p source.Pos, t source.Token) bool {
	w := s.rule
	s.rule = nil
	p = s.set.Mark(p, t)
	switch typ {
	case Str:
		if !w.idle {
			s.addRule(Text(value), p, w.what)
		}
		return true
	case Bad: // reported
		return true
	}
	s.fail("bad-subst", p, "#!"+w.name+" needs a rule in quotes behind it, not "+quote(value), ruleHint)
	return false
}

// ruleBefore moves the remark about a wrong rule to p, the token behind it,
// which is where Kamailio reports it.
func (s *scanner) ruleBefore(p source.Pos) {
	d := s.remark(s.badRule)
	s.badRule = 0
	d.Mark, d.Pos = d.Pos, p
}

// addRule compiles a rule and puts it behind those that are there.
func (s *scanner) addRule(rule string, at source.Pos, what int) {
	const short = "needs a pattern and a replacement"
	if len(rule) < 3 {
		s.badSubst(at, rule, short)
		return
	}
	fields := splitRule(rule)
	if rule[0] == '\\' || len(fields) != 3 {
		s.badSubst(at, rule, short)
		return
	}
	if len(fields[0]) > maxPattern {
		s.badSubst(at, rule, "has a regular expression of more than "+strconv.Itoa(maxPattern)+" bytes")
		return
	}
	r := &subst{rule: rule, at: at}
	flags := ere.Newline
	for _, c := range fields[2] {
		switch c {
		case 'g':
			r.all = true
		case 'i':
			flags |= ere.IgnoreCase
		case 's': // a dot takes a newline too, and ^ and $ are the ends of the text
			flags &^= ere.Newline
		default:
			s.badSubst(at, rule, "has the unknown flag "+quote(string(c)))
			return
		}
	}
	var err error
	if r.pattern, err = ere.Compile(fields[0], flags); err != nil {
		s.badSubst(at, rule, "has a bad regular expression: "+cause(err))
		return
	}
	with, ok := s.variables(fields[1])
	if !ok {
		s.badSubst(at, rule, "has a variable in its replacement that olelo does not run there: $env(NAME) and $def(NAME) it does")
		return
	}
	r.with = replacement(with)
	s.substs = append(s.substs, r)
	if name := fields[0]; what != substOnly && name != "" {
		text := with
		if what == substDefText {
			text = `"` + text + `"`
		}
		if d := s.bind(&define{name: name, value: text, has: text != "", at: at}, once); d != nil {
			s.misplaced(d)
		}
	}
}

// cause is what is wrong with a regular expression.
func cause(err error) string {
	var e *ere.Error
	if errors.As(err, &e) {
		return e.Msg + ", in " + quote(e.Pattern)
	}
	return err.Error()
}

func (s *scanner) badSubst(at source.Pos, rule, why string) {
	msg := "this rule " + why
	if rule != "" {
		msg = "the rule " + quote(rule) + " " + why
	}
	s.misplaced(s.fail("bad-subst", at, msg, ruleHint))
}

// misplaced is for what is wrong with a rule, the newest remark: Kamailio
// names the line of the token behind it, and none where no token is before it.
func (s *scanner) misplaced(d *diag.Diagnostic) {
	switch {
	case !d.Pos.IsValid(): // of the command line
	case s.set.Len() == 0:
		d.Late = true
	default:
		s.badRule = s.numbered(d)
	}
}

// splitRule cuts a rule at its first character where no backslash stands
// before that. The backslashes stay: the pattern's are the regular
// expression's, and a define gets those of the replacement.
func splitRule(rule string) []string {
	sep := rule[0]
	var fields []string
	from := 1
	for i := 1; i < len(rule) && len(fields) < 2; i++ {
		switch rule[i] {
		case '\\':
			i++
		case sep:
			fields = append(fields, rule[from:i])
			from = i + 1
		}
	}
	return append(fields, rule[from:])
}

// variables replaces $env(NAME), $def(NAME) and $$; it is false where there is
// another variable.
func (s *scanner) variables(text string) (string, bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '$')
		if i < 0 {
			b.WriteString(text)
			return b.String(), true
		}
		b.WriteString(text[:i])
		text = text[i+1:]
		if strings.HasPrefix(text, "$") {
			b.WriteByte('$')
			text = text[1:]
			continue
		}
		class, rest, _ := strings.Cut(text, "(")
		name, tail, closed := strings.Cut(rest, ")")
		switch {
		case closed && class == "env":
			if s.opt.LookupEnv != nil {
				value, _ := s.opt.LookupEnv(name)
				b.WriteString(value)
			}
		case closed && class == "def":
			if d := s.defines[name]; d != nil {
				b.WriteString(d.value)
			}
		default:
			return "", false
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

// substitute applies the rules to a text, and returns the last one that
// changed it. A rule that matches nothing at all somewhere leaves the text as
// it is, as in Kamailio.
func (s *scanner) substitute(text string) (string, *subst) {
	var by *subst
	for _, r := range s.substs {
		n := 1
		if r.all {
			n = -1
		}
		found, err := r.pattern.Find(text, n)
		if err != nil {
			s.fail("subst-too-long", r.at, "the rule "+quote(r.rule)+" takes too long on the text "+quote(text), "a pattern without back-references is quick")
			s.substs = nil // each text would take as long
			return text, by
		}
		if found == nil {
			continue
		}
		var b strings.Builder
		end, empty := 0, false
		for _, m := range found {
			if empty = m[0] == m[1]; empty || b.Len() > len(text)+maxLonger {
				break
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
		if empty {
			s.once(r, "the rule "+quote(r.rule)+" can match the empty text: where it does, as in "+quote(text)+", Kamailio changes nothing")
			continue
		}
		b.WriteString(text[end:])
		longer := max(0, b.Len()-len(text))
		if s.grown += longer; longer > maxLonger || s.grown > maxGrown {
			s.fail("subst-too-long", r.at, "the rule "+quote(r.rule)+" makes texts too long: one by at most "+strconv.Itoa(maxLonger>>10)+" KiB, all by "+strconv.Itoa(maxGrown>>20)+" MiB", "")
			s.substs = nil
			return text, by
		}
		text, by = b.String(), r
	}
	return text, by
}

// Bounds on rules: each can make the texts longer, those of other rules too.
const (
	maxPattern = 512     // bytes of a regular expression
	maxLonger  = 1 << 16 // bytes that a rule adds to a text
)

// once warns of a rule, one time.
func (s *scanner) once(r *subst, msg string) {
	if !r.warned {
		r.warned = true
		s.report(diag.Warning, "subst-no-match", r.at, msg, "")
	}
}
