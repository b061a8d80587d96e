package permissions

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"olelo/runtime/ere"
)

// rules are those of an allow or deny file.
type rules []rule

// rule is a line "LEFT : RIGHT".
type rule struct{ left, right side }

// side is "LIST" or "LIST EXCEPT LIST".
type side struct{ of, except list }

// list is "ALL", or patterns with commas between.
type list struct {
	all      bool
	patterns []*ere.Regexp
}

func (l *list) match(s string) bool {
	for _, p := range l.patterns {
		if ok, err := p.Match(s); ok && err == nil {
			return true
		}
	}
	return l.all
}

// match: EXCEPT ALL makes no exception, as in Kamailio.
func (s *side) match(text string) bool {
	return s.of.match(text) && (s.except.all || !s.except.match(text))
}

// match reports whether a pair of URIs matches a rule.
func (r rules) match(left, right string) bool {
	for i := range r {
		if r[i].left.match(left) && r[i].right.match(right) {
			return true
		}
	}
	return false
}

// readRules reads a file's rules. A line that is none is left out, and is one of
// the errors.
func readRules(r io.Reader) (rules, []error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, []error{err}
	}
	var out rules
	var bad []error
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(upTo(line, "#"))
		if line == "" {
			continue
		}
		one, err := readRule(line)
		if err != nil {
			bad = append(bad, fmt.Errorf("line %d: %w", n, err))
			continue
		}
		out = append(out, one)
	}
	return out, bad
}

func readRule(line string) (r rule, err error) {
	left, right, ok := cutOutside(line, ":")
	if !ok {
		return r, errors.New("a rule is LEFT : RIGHT")
	}
	// The last one counts: a bare word may hold others.
	for more, rest, again := cutOutside(right, ":"); again; more, rest, again = cutOutside(right, ":") {
		left, right = left+":"+more, rest
	}
	if r.left, err = readSide(left); err == nil {
		r.right, err = readSide(right)
	}
	return r, err
}

func readSide(text string) (s side, err error) {
	of, except, has := cutOutside(text, " EXCEPT ")
	if s.of, err = readList(of); err == nil && has {
		s.except, err = readList(except)
	}
	return s, err
}

// all is the word that matches everything, where it stands alone.
const all = "ALL"

func readList(text string) (l list, err error) {
	if strings.TrimSpace(text) == all {
		return list{all: true}, nil
	}
	for rest, more := text, true; more; {
		var one string
		one, rest, more = cutOutside(rest, ",")
		one = strings.TrimSpace(one)
		if quoted, ok := strings.CutPrefix(one, `"`); ok {
			one = strings.TrimSuffix(quoted, `"`)
		}
		if one == "" {
			return l, errors.New("a pattern is wanted, or ALL")
		}
		p, err := ere.Compile(one, ere.IgnoreCase)
		if err != nil {
			return l, err
		}
		l.patterns = append(l.patterns, p)
	}
	return l, nil
}

// cutOutside is strings.Cut at the first sep outside of double quotes.
func cutOutside(s, sep string) (before, after string, found bool) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case !quoted && strings.HasPrefix(s[i:], sep):
			return s[:i], s[i+len(sep):], true
		}
	}
	return s, "", false
}

func upTo(s, sep string) string {
	before, _, _ := cutOutside(s, sep)
	return before
}
