package lex

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// dollar is what a $ starts: SER's attributes and Kamailio's variables have it
// both, and the file's first line chooses.
type dollar uint8

const (
	dollarBoth      dollar = iota // #!MAXCOMPAT, #!ALL, or nothing: $f.name and its like are attributes
	dollarVariable                // #!KAMAILIO, #!OPENSER
	dollarAttribute               // #!SER: $name is an attribute, and $name( ) is wrong
)

// variable reads $name, $name(…) or $(…) as one token, however deep the
// parentheses are.
func (s *scanner) variable(f *frame) lexer.Token {
	text := f.text[f.pos:]
	n := 1
	switch {
	case n < len(text) && text[n] == '?': // $?, the return code
		return s.varToken(f, 2)
	case n < len(text) && class[text[n]] == cLetter:
		n += wordLen(text[n:])
		if k := s.attribute(text, n); k > 0 {
			return s.varToken(f, k)
		}
	case n < len(text) && text[n] == '(':
	default:
		k := 1
		for k < len(text) && strings.IndexByte(" \t\r\n;,()\"'", text[k]) < 0 {
			k++
		}
		s.fail("bad-variable", s.mark(f, f.pos, k), quote(text[:k])+" is not a variable",
			"a variable is written $name, $name(key) or $(name(key){transformation})")
		return s.token(f, Bad, k)
	}
	if n == len(text) || text[n] != '(' {
		return s.varToken(f, n)
	}
	if s.dollar == dollarAttribute {
		s.fail("bad-variable", s.mark(f, f.pos, n+1), quote(text[:n+1])+": there are no variables in a configuration that starts with #!SER", "#!KAMAILIO in the first line makes them variables")
		return s.token(f, Bad, n+1)
	}
	depth := 0
	for i := n; i < len(text) && text[i] != '\n'; i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return s.varToken(f, i+1)
			}
		}
	}
	n = strings.IndexByte(text, '\n')
	if n < 0 {
		n = len(text)
	}
	shown := strings.TrimRight(text[:n], " \t\r")
	missing := ") is"
	if depth > 1 {
		missing = strings.Repeat(")", depth) + " are"
	}
	s.fail("unclosed-variable", s.mark(f, f.pos, len(shown)), "the variable that starts here is never closed: "+missing+" missing on its line",
		"inside $( ) and $name( ) every ( needs its ), in transformations too")
	return s.token(f, Bad, n)
}

// varToken makes a token of the next n bytes, with #!subst applied.
func (s *scanner) varToken(f *frame, n int) lexer.Token {
	from, at := f.pos, f.at(f.pos)
	f.pos += n
	value := f.text[from:f.pos]
	if s.nul && strings.IndexByte(value, 0) >= 0 {
		s.fail("bad-variable", s.mark(f, from, n), "a variable's name has a NUL byte", "")
		return s.emitAt(f, Bad, value, at, from)
	}
	if len(s.substs) == 0 {
		return s.emitAt(f, Var, value, at, from)
	}
	changed, rule := s.substitute(value)
	if rule == nil {
		return s.emitAt(f, Var, value, at, from)
	}
	outer := f.via
	f.via = s.set.Nest(outer, rule.frame())
	t := s.emitAt(f, Var, changed, at, from)
	f.via = outer
	return t
}

// attribute is the length of a SER attribute, $f.name, whose class ends at n.
// They are variables unless the configuration says that it is Kamailio's.
func (s *scanner) attribute(text string, n int) int {
	if s.dollar == dollarVariable || n+1 >= len(text) || text[n] != '.' || class[text[n+1]] != cLetter {
		return 0
	}
	switch text[1:n] {
	case "f", "t", "fr", "tr", "fu", "tu", "fd", "td", "g":
		return n + 1 + wordLen(text[n+1:])
	}
	return 0
}

// selection reads a select: @name.name[index].name.
func (s *scanner) selection(f *frame) lexer.Token {
	text := f.text[f.pos:]
	n := 1
	blanks := func() {
		for n < len(text) && (text[n] == ' ' || text[n] == '\t') {
			n++
		}
	}
	wrong := func(what string) lexer.Token {
		at := n
		if at == len(text) {
			at--
		}
		d := s.fail("bad-select", s.mark(f, f.pos+at, 1), what+" is expected in the select "+quote(text[:max(n, 1)]), "")
		d.Hint = "a select is written @name.name[index].name"
		return s.token(f, Bad, max(n, 1))
	}
	for {
		blanks()
		if n == len(text) || class[text[n]] != cLetter {
			return wrong("a name")
		}
		n += wordLen(text[n:])
		end := n
		blanks()
		for n < len(text) && text[n] == '[' {
			n++
			blanks()
			switch {
			case n < len(text) && text[n] == '"':
				i := strings.IndexAny(text[n+1:], "\"\n")
				if i < 0 || text[n+1+i] == '\n' {
					return wrong("a closing quote")
				}
				n += i + 2
			default:
				if n < len(text) && text[n] == '-' {
					n++
				}
				k := n
				for n < len(text) && class[text[n]] == cDigit {
					n++
				}
				if n == k {
					return wrong("a number or a text")
				}
			}
			blanks()
			if n == len(text) || text[n] != ']' {
				return wrong("a `]`")
			}
			n++
			end = n
			blanks()
		}
		if n == len(text) || text[n] != '.' {
			return s.token(f, Select, end)
		}
		n++
	}
}
