package ere

import (
	"fmt"
	"strconv"
	"strings"
)

// parser translates a pattern into out. Every character is written as itself
// or as an escape that both matchers read alike; case is folded here.
type parser struct {
	src   string
	at    int
	flags Flags
	slow  bool // for the backtracking matcher
	out   []byte

	groups    int
	complete  uint16 // bit n: group n is complete, and a back-reference may name it
	depth     int
	backtrack bool
	bytes     bool
	anchored  bool
}

const maxDepth = 200 // nested groups, so that no pattern exhausts the stack

func (p *parser) fail(off int, msg string) error { return &Error{p.src, off, msg} }

func (p *parser) parse() error {
	if i := strings.IndexByte(p.src, 0); i >= 0 {
		return p.fail(i, "it holds a NUL byte")
	}
	p.anchored = strings.HasPrefix(p.src, "^")
	return p.alternatives()
}

// alternatives reads up to the end or the ) of the group. Where the longest
// match can be had with an empty alternative or another, the C library takes
// the other, so the empty one is written last. A back-reference cannot name a
// group of another alternative.
func (p *parser) alternatives() error {
	start, before, empty := len(p.out), p.complete, false
	after := before
	for {
		mark := len(p.out)
		if mark > start {
			p.out = append(p.out, '|')
		}
		at := p.at
		p.complete = before
		if err := p.branch(); err != nil {
			return err
		}
		after |= p.complete
		if p.at == at {
			empty, p.out = true, p.out[:mark]
		}
		if p.at == len(p.src) || p.src[p.at] != '|' {
			break
		}
		if p.depth == 0 {
			p.anchored = false
		}
		p.at++
	}
	if empty && len(p.out) > start {
		p.out = append(p.out, '|')
	}
	p.complete = after
	return nil
}

// branch reads pieces up to | or the end or the ) of the group.
func (p *parser) branch() error {
	first := true
	for p.at < len(p.src) {
		c := p.src[p.at]
		if c == '|' || c == ')' && p.depth > 0 {
			return nil
		}
		start, from := p.at, len(p.out)
		if first && repeats(c) {
			return p.fail(start, "nothing to repeat before "+string(c))
		}
		first = false
		if err := p.atom(); err != nil {
			return err
		}
		if err := p.repeat(from); err != nil {
			return err
		}
	}
	return nil
}

func repeats(c byte) bool { return c == '*' || c == '+' || c == '?' || c == '{' }

// repeat wraps what was written since from in the operators that follow it.
func (p *parser) repeat(from int) error {
	for p.at < len(p.src) && repeats(p.src[p.at]) {
		start := p.at
		op := string(p.src[p.at])
		if op == "{" {
			var err error
			if op, err = p.bounds(); err != nil {
				return err
			}
		} else {
			p.at++
		}
		piece := string(p.out[from:])
		p.out = append(append(p.out[:from], "(?:"...), piece...)
		p.out = append(append(p.out, ')'), op...)
		if len(p.out) > maxOut {
			return p.fail(start, "too large")
		}
		if from == 0 && p.depth == 0 {
			p.anchored = false
		}
	}
	return nil
}

const (
	maxOut    = 1 << 20
	maxRepeat = 1000 // of Go's regexp; the C library takes up to 32767
)

func (p *parser) bounds() (string, error) {
	start := p.at
	end := strings.IndexByte(p.src[start:], '}')
	if end < 0 {
		return "", p.fail(start, "the { has no closing }")
	}
	body := p.src[start+1 : start+end]
	lo, hi, comma := strings.Cut(body, ",")
	m, ok := count(lo)
	if lo == "" && comma {
		m, ok = 0, true
	}
	n := m
	if comma && ok {
		if hi == "" {
			n = -1
		} else {
			n, ok = count(hi)
		}
	}
	switch {
	case !ok:
		return "", p.fail(start, "{"+body+"} is no repetition: {m}, {m,}, {,n} or {m,n}")
	case n >= 0 && n < m:
		return "", p.fail(start, "{"+body+"} has its limits in the wrong order")
	case m > maxRepeat || n > maxRepeat:
		return "", p.fail(start, fmt.Sprintf("{%s} repeats more than %d times", body, maxRepeat))
	}
	p.at = start + end + 1
	switch {
	case n == -1:
		return "{" + strconv.Itoa(m) + ",}", nil
	case n == m:
		return "{" + strconv.Itoa(m) + "}", nil
	}
	return "{" + strconv.Itoa(m) + "," + strconv.Itoa(n) + "}", nil
}

func count(s string) (int, bool) {
	if s == "" || len(s) > 6 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

func (p *parser) atom() error {
	c := p.src[p.at]
	p.at++
	switch c {
	case '(':
		return p.group()
	case '[':
		return p.bracket()
	case '\\':
		return p.escape()
	case '.':
		p.bytes = true
		if p.flags&Newline != 0 {
			p.write(`[^\n]`)
		} else {
			p.write(`(?s:.)`)
		}
	case '^', '$':
		if err := p.unrepeated(string(c)); err != nil {
			return err
		}
		if c == '^' {
			p.write(pick(p.flags&Newline != 0, `(?m:^)`, `\A`))
		} else {
			p.write(pick(p.flags&Newline != 0, `(?m:$)`, `\z`))
		}
	default:
		p.char(c)
	}
	return nil
}

// unrepeated refuses an operator behind an anchor.
func (p *parser) unrepeated(anchor string) error {
	if p.at < len(p.src) && repeats(p.src[p.at]) {
		return p.fail(p.at, "nothing to repeat: "+anchor+" is no character")
	}
	return nil
}

func pick(cond bool, yes, no string) string {
	if cond {
		return yes
	}
	return no
}

func (p *parser) write(s string) { p.out = append(p.out, s...) }

func (p *parser) group() error {
	open := p.at - 1
	if p.depth++; p.depth > maxDepth {
		return p.fail(open, "groups are nested too deep")
	}
	p.groups++
	n := p.groups
	p.out = append(p.out, '(')
	if err := p.alternatives(); err != nil {
		return err
	}
	if p.at == len(p.src) {
		return p.fail(open, "the ( has no closing )")
	}
	p.at++
	p.out = append(p.out, ')')
	if n < 10 {
		p.complete |= 1 << n
	}
	p.depth--
	return nil
}

const word = "0-9A-Za-z_"

func (p *parser) escape() error {
	if p.at == len(p.src) {
		return p.fail(p.at-1, `a \ at the end`)
	}
	c := p.src[p.at]
	p.at++
	if strings.IndexByte("bB<>`'", c) >= 0 {
		if err := p.unrepeated(`\` + string(c)); err != nil {
			return err
		}
	}
	switch c {
	case 'w':
		p.write("[" + word + "]")
	case 'W':
		p.bytes = true
		p.write("[^" + word + "]")
	case 's':
		p.write(`[\t-\r ]`)
	case 'S':
		p.bytes = true
		p.write(`[^\t-\r ]`)
	case 'b', 'B':
		p.bytes = p.bytes || c == 'B' // it matches between the bytes of a character
		const is, not, was, wasNot = `(?=[` + word + `])`, `(?![` + word + `])`, `(?<=[` + word + `])`, `(?<![` + word + `])`
		switch {
		case !p.slow: // Go's \b is of ASCII, the other matcher's is not
			p.write(`\` + string(c))
		case c == 'b':
			p.write(`(?:` + was + not + `|` + wasNot + is + `)`)
		default:
			p.write(`(?:` + was + is + `|` + wasNot + not + `)`)
		}
	case '<':
		p.backtrack = true
		p.write(`(?<![` + word + `])(?=[` + word + `])`)
	case '>':
		p.backtrack = true
		p.write(`(?<=[` + word + `])(?![` + word + `])`)
	case '`':
		p.write(`\A`)
	case '\'':
		p.write(`\z`)
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		n := int(c - '0')
		if p.complete&(1<<n) == 0 {
			return p.fail(p.at-2, fmt.Sprintf(`\%d refers to a group that is not complete there`, n))
		}
		p.backtrack = true
		if p.flags&IgnoreCase != 0 {
			p.write(`(?i:\` + string(c) + `)`)
		} else {
			p.write(`(?:\` + string(c) + `)`)
		}
	default:
		if p.flags&IgnoreCase != 0 && 'a' <= c && c <= 'z' {
			// The C library compares capitals here, and does not capitalise
			// an escaped letter: it never matches.
			p.bytes = true
			p.write(`[^\x00-\xff]`)
			return nil
		}
		p.char(c)
	}
	return nil
}

// char writes one literal byte.
func (p *parser) char(c byte) {
	if l := c | 0x20; p.flags&IgnoreCase != 0 && 'a' <= l && l <= 'z' {
		p.out = append(p.out, '[', l, l&^0x20, ']')
		return
	}
	p.literal(c)
}

// literal writes a byte so that it stands for itself, in a bracket or out.
func (p *parser) literal(c byte) {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		p.out = append(p.out, c)
	default:
		if c >= 0x80 {
			p.bytes = true
		}
		const hex = "0123456789abcdef"
		p.out = append(p.out, '\\', 'x', hex[c>>4], hex[c&15])
	}
}
