package pcre

import (
	"fmt"
	"strings"
)

// set is the bytes that a class or a character matches.
type set [256]bool

func (s *set) add(from, to int) {
	for c := from; c <= to; c++ {
		s[c] = true
	}
}

func (s *set) addSet(o *set, negated bool) {
	for c := range s {
		s[c] = s[c] || o[c] != negated
	}
}

// fold adds the other case of each ASCII letter.
func (s *set) fold() {
	for c := 'a'; c <= 'z'; c++ {
		up := c - 'a' + 'A'
		s[c] = s[c] || s[up]
		s[up] = s[c]
	}
}

func (s *set) negate() {
	for c := range s {
		s[c] = !s[c]
	}
}

// String writes the set as both matchers read it.
func (s *set) String() string {
	var b strings.Builder
	b.WriteByte('[')
	n := 0
	for c := 0; c < len(s); c++ {
		if !s[c] {
			continue
		}
		from := c
		for c+1 < len(s) && s[c+1] {
			c++
		}
		n++
		fmt.Fprintf(&b, `\x%02x`, from)
		if c > from {
			fmt.Fprintf(&b, `-\x%02x`, c)
		}
	}
	if n == 0 {
		return `[^\x00-\xff]` // a text has no other characters
	}
	b.WriteByte(']')
	return b.String()
}

func ranges(pairs ...int) *set {
	s := new(set)
	for i := 0; i < len(pairs); i += 2 {
		s.add(pairs[i], pairs[i+1])
	}
	return s
}

// typeSet is what \d, \w and their like match, in the C locale; the capital
// letters are the others.
func typeSet(c byte) (s *set, negated, ok bool) {
	switch c | 0x20 {
	case 'd':
		s = ranges('0', '9')
	case 'w':
		s = ranges('0', '9', 'A', 'Z', 'a', 'z', '_', '_')
	case 's':
		s = ranges('\t', '\r', ' ', ' ')
	case 'h':
		s = ranges('\t', '\t', ' ', ' ', 0xa0, 0xa0)
	case 'v':
		s = ranges('\n', '\r', 0x85, 0x85)
	default:
		return nil, false, false
	}
	return s, c < 'a', true
}

// posix is what [:name:] matches, in the C locale.
func posix(name string) *set {
	switch name {
	case "alpha":
		return ranges('A', 'Z', 'a', 'z')
	case "digit":
		return ranges('0', '9')
	case "alnum":
		return ranges('0', '9', 'A', 'Z', 'a', 'z')
	case "upper":
		return ranges('A', 'Z')
	case "lower":
		return ranges('a', 'z')
	case "space":
		return ranges('\t', '\r', ' ', ' ')
	case "blank":
		return ranges('\t', '\t', ' ', ' ')
	case "punct":
		return ranges('!', '/', ':', '@', '[', '`', '{', '~')
	case "print":
		return ranges(' ', '~')
	case "graph":
		return ranges('!', '~')
	case "cntrl":
		return ranges(0, 0x1f, 0x7f, 0x7f)
	case "xdigit":
		return ranges('0', '9', 'A', 'F', 'a', 'f')
	case "word":
		return ranges('0', '9', 'A', 'Z', 'a', 'z', '_', '_')
	case "ascii":
		return ranges(0, 0x7f)
	}
	return nil
}

// class reads a class behind its [.
func (p *parser) class() (*set, error) {
	start := p.at - 1
	s := new(set)
	negated := p.take("^")
	quoted := false
	first := true
	for {
		if p.at >= len(p.src) {
			return nil, p.errorAt(start, "this class has no ]")
		}
		switch {
		case quoted && p.take(`\E`):
			quoted = false
			continue
		case !quoted && p.take(`\Q`):
			quoted = true
			continue
		case !quoted && p.take(`\E`):
			continue
		case !quoted && !first && p.take("]"):
			if p.flags&Caseless != 0 {
				s.fold()
			}
			if negated {
				s.negate()
			}
			return s, nil
		}
		first = false
		from, whole, err := p.classItem(s, quoted)
		if err != nil {
			return nil, err
		}
		if rest := p.src[p.at:]; quoted || len(rest) < 2 || rest[0] != '-' || rest[1] == ']' {
			if !whole {
				s.add(from, from)
			}
			continue
		}
		if whole { // the - behind \d is one
			s.add('-', '-')
			p.at++
			continue
		}
		at := p.at
		p.at++
		to, whole, err := p.classItem(s, false)
		switch {
		case err != nil:
			return nil, err
		case whole:
			return nil, p.errorAt(at, "a range cannot end in this")
		case to < from:
			return nil, p.errorAt(at, "the range ends before it begins")
		}
		s.add(from, to)
	}
}

// classItem reads one character, or adds a whole type such as \d.
func (p *parser) classItem(s *set, quoted bool) (c int, whole bool, err error) {
	at := p.at
	b := p.src[p.at]
	p.at++
	switch {
	case quoted:
		return int(b), false, nil
	case b == '[' && p.at < len(p.src) && strings.IndexByte(":.=", p.src[p.at]) >= 0:
		kind := p.src[p.at : p.at+1]
		end := strings.Index(p.src[p.at+1:], kind+"]")
		if end < 0 || strings.IndexByte(p.src[p.at+1:p.at+1+end], ']') >= 0 {
			return int(b), false, nil
		}
		if kind != ":" {
			return 0, false, p.errorAt(at, "POSIX collating elements are not supported")
		}
		name, not := strings.CutPrefix(p.src[p.at+1:p.at+1+end], "^")
		set := posix(name)
		if set == nil {
			return 0, false, p.errorAt(at, fmt.Sprintf("there is no class [:%s:]", name))
		}
		if p.flags&Caseless != 0 {
			set.fold()
		}
		s.addSet(set, not)
		p.at += end + 3
		return 0, true, nil
	case b != '\\':
		return int(b), false, nil
	}
	if p.at >= len(p.src) {
		return 0, false, p.errorAt(at, `a \ stands at the end`)
	}
	if set, not, ok := typeSet(p.src[p.at]); ok {
		p.at++
		s.addSet(set, not)
		return 0, true, nil
	}
	if p.take("b") {
		return '\b', false, nil
	}
	c, err = p.character()
	return c, false, err
}
