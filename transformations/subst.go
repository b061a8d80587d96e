package transformations

import (
	"errors"
	"fmt"
	"strings"

	"olelo/lang/pvar"
	"olelo/runtime/ere"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

func reKeys() []registry.TransKey {
	return []registry.TransKey{with("subst", "A substitution by regular expression: {re.subst,/match/replacement/flags}, flags g i s.", func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		s, err := ParseSubst(a.fx, a.text)
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx, text string, v *value.Value) bool {
			r, n, err := s.Apply(c, text)
			if err != nil {
				c.Log.Errorf("textops", "{re.subst}: %v", err)
				return false
			}
			if n > 0 { // else a number stays one
				v.SetStr(r)
			}
			return text != ""
		}, nil
	})}
}

// Subst is a substitution /match/replacement/flags.
type Subst struct {
	re    *ere.Regexp
	parts []substPart
	all   bool
}

// substPart is literal text, a group of the match, a variable, or the request
// URI.
type substPart struct {
	text  string
	group int // -1 for none
	get   registry.Getter
	uri   bool
}

// ParseSubst reads /match/replacement/flags; any character may stand for the
// slashes. In the replacement \0 is the match, \1 to \9 its groups, \u the
// request URI, and variables are expanded. Flags: g all matches, i ignore case, s do not treat
// line ends specially (without it ^, $, . and [^…] stop at them).
func ParseSubst(fx registry.Fixup, text string) (*Subst, error) {
	if len(text) < 3 {
		return nil, errors.New("a substitution is /match/replacement/flags")
	}
	delim := text[0]
	if delim == '\\' {
		return nil, errors.New(`a substitution cannot be delimited by \`)
	}
	match, rest, ok := cutUnescaped(text[1:], delim)
	if !ok {
		return nil, fmt.Errorf("the second %q is missing: a substitution is /match/replacement/flags", delim)
	}
	repl, flags, ok := cutUnescaped(rest, delim)
	if !ok {
		return nil, fmt.Errorf("the third %q is missing: a substitution is /match/replacement/flags", delim)
	}
	s := &Subst{}
	f := ere.Newline
	for _, c := range flags {
		switch c {
		case 'g':
			s.all = true
		case 'i':
			f |= ere.IgnoreCase
		case 's':
			f &^= ere.Newline
		default:
			return nil, fmt.Errorf("unknown flag %q: only g, i and s are", c)
		}
	}
	var err error
	if s.re, err = ere.Compile(strings.ReplaceAll(match, `\`+string(delim), string(delim)), f); err != nil {
		return nil, err
	}
	s.parts, err = replacement(fx, repl, delim)
	return s, err
}

// cutUnescaped cuts s at the first delim that no \ stands before.
func cutUnescaped(s string, delim byte) (before, after string, ok bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case delim:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func replacement(fx registry.Fixup, s string, delim byte) ([]substPart, error) {
	var parts []substPart
	var lit []byte
	flush := func() {
		if len(lit) > 0 {
			parts = append(parts, substPart{text: string(lit), group: -1})
			lit = nil
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			switch c = s[i]; {
			case c >= '0' && c <= '9':
				flush()
				parts = append(parts, substPart{group: int(c - '0')})
			case c == 'u':
				flush()
				parts = append(parts, substPart{group: -1, uri: true})
			case c == 'n':
				lit = append(lit, '\n')
			case c == 'r':
				lit = append(lit, '\r')
			case c == 't':
				lit = append(lit, '\t')
			default:
				if c != '\\' && c != delim && c != '$' {
					fx.Warn("unknown-escape", fmt.Sprintf(`\%c is no escape in a replacement`, c), `the \ is dropped`)
				}
				lit = append(lit, c)
			}
		case c == '$' && strings.HasPrefix(s[i:], "$$"):
			i++
			lit = append(lit, '$')
		case c == '$':
			v, n, err := pvar.Parse(s[i:])
			if err != nil {
				return nil, err
			}
			bound, err := fx.Var(v.Text)
			if err != nil {
				return nil, err
			}
			flush()
			parts = append(parts, substPart{group: -1, get: bound.Get})
			i += n - 1
		default:
			lit = append(lit, c)
		}
	}
	flush()
	return parts, nil
}

// errEmptyMatch is what Kamailio says about a pattern that matches nothing.
var errEmptyMatch = errors.New("the pattern matches an empty text")

// Apply substitutes in text and reports how often. The result is text itself
// where nothing matches; otherwise it lives in the arena.
func (s *Subst) Apply(c *registry.Ctx, text string) (result string, n int, err error) {
	matches, err := s.find(text)
	if err != nil {
		return "", 0, err
	}
	if len(matches) == 0 {
		return text, 0, nil
	}
	var stack [256]byte
	b := stack[:0]
	at := 0
	for _, m := range matches {
		b = append(b, text[at:m[0]]...)
		b = s.expand(c, b, text, m)
		at = m[1]
	}
	b = append(b, text[at:]...)
	return c.Arena.String(b), len(matches), nil
}

// Each tells what stands in the place of each match in text, from text[from]
// to text[to], and reports how many there are. repl lives in the arena.
func (s *Subst) Each(c *registry.Ctx, text string, each func(from, to int, repl string)) (n int, err error) {
	matches, err := s.find(text)
	if err != nil {
		return 0, err
	}
	var stack [256]byte
	for _, m := range matches {
		each(m[0], m[1], c.Arena.String(s.expand(c, stack[:0], text, m)))
	}
	return len(matches), nil
}

// find is the matches in text; an empty one is an error.
func (s *Subst) find(text string) ([][]int, error) {
	limit := 1
	if s.all {
		limit = -1
	}
	matches, err := s.re.Find(text, limit)
	if err != nil || len(matches) == 0 {
		return nil, err
	}
	for _, m := range matches {
		if m[0] == m[1] {
			return nil, errEmptyMatch
		}
	}
	if s.all && s.re.Nullable() && !s.re.Anchored() {
		return nil, errEmptyMatch // at the text's end
	}
	return matches, nil
}

func (s *Subst) expand(c *registry.Ctx, b []byte, text string, m []int) []byte {
	for i := range s.parts {
		p := &s.parts[i]
		switch {
		case p.uri:
			if c.Msg != nil {
				b = append(b, c.Msg.RURI()...)
			}
		case p.get != nil:
			v := c.Eval(p.get)
			b = v.AppendTo(b)
		case p.group < 0:
			b = append(b, p.text...)
		case 2*p.group+1 < len(m) && m[2*p.group] >= 0:
			b = append(b, text[m[2*p.group]:m[2*p.group+1]]...)
		}
	}
	return b
}
