package pcre

import (
	"strconv"
	"strings"
)

// escape reads what stands behind a \.
func (p *parser) escape(off int) (repeats bool, err error) {
	if p.at >= len(p.src) {
		return false, p.errorAt(off, `a \ stands at the end`)
	}
	c := p.src[p.at]
	if s, not, ok := typeSet(c); ok {
		p.at++
		if not {
			s.negate()
		}
		p.out.WriteString(s.String())
		return true, nil
	}
	switch c {
	case 'Q':
		return p.quote()
	case 'E':
		p.at++
		return false, nil
	case 'b', 'B':
		p.at++
		p.boundary(c == 'b')
		return true, nil
	case 'A', 'G':
		p.at++
		p.out.WriteString(`\A`)
		return true, nil
	case 'z':
		p.at++
		p.out.WriteString(`\z`)
		return true, nil
	case 'Z':
		p.at++
		p.end()
		return true, nil
	case 'N':
		p.at++
		s := ranges('\n', '\n')
		s.negate()
		p.out.WriteString(s.String())
		return true, nil
	case 'R':
		p.at++
		p.backtrack = true
		p.out.WriteString(`(?>\r\n|[\n-\r\x85])`)
		return true, nil
	case 'K':
		p.at++ // where the match begins does not matter
		return false, nil
	case 'C':
		p.at++
		p.out.WriteString(`[\x00-\xff]`)
		return true, nil
	case 'X', 'p', 'P':
		return false, p.lacks(off, `\X and \p are`)
	case 'g', 'k':
		return true, p.named(off, c)
	}
	if c >= '1' && c <= '9' {
		n := len(p.src[p.at:]) - len(strings.TrimLeft(p.src[p.at:], "0123456789"))
		if num, _ := digits(p.src[p.at : p.at+n]); num < 10 && c < '8' || num <= p.total {
			p.at += n
			return true, p.reference(off, strconv.Itoa(num))
		}
	}
	ch, err := p.character()
	if err == nil {
		p.literal(ch)
	}
	return true, err
}

// quote reads \Q…\E; a repeat is of its last character.
func (p *parser) quote() (repeats bool, err error) {
	text := p.src[p.at+1:]
	p.at = len(p.src)
	if end := strings.Index(text, `\E`); end >= 0 {
		p.at -= len(text) - end - len(`\E`)
		text = text[:end]
	}
	if text == "" {
		return false, nil
	}
	for i := range len(text) - 1 {
		p.literal(int(text[i]))
	}
	start := p.out.Len()
	p.literal(int(text[len(text)-1]))
	return false, p.repeat(start, p.at)
}

func (p *parser) boundary(at bool) {
	switch {
	case p.slow && at:
		p.out.WriteString(`(?:(?<=` + wordSet + `)(?!` + wordSet + `)|(?<!` + wordSet + `)(?=` + wordSet + `))`)
	case p.slow:
		p.out.WriteString(`(?:(?<=` + wordSet + `)(?=` + wordSet + `)|(?<!` + wordSet + `)(?!` + wordSet + `))`)
	case at:
		p.out.WriteString(`\b`)
	default:
		p.out.WriteString(`\B`)
	}
}

// named reads \g1 \g{1} \g{-1} \g{name} \k<name> \k'name' \k{name}; \g<…> calls.
func (p *parser) named(off int, c byte) error {
	p.at++
	rest := p.src[p.at:]
	if rest == "" {
		return p.errorAt(off, "a group's number or name is wanted")
	}
	end := byte(0)
	switch rest[0] {
	case '{':
		end = '}'
	case '<':
		end = '>'
	case '\'':
		end = '\''
	}
	if end == 0 {
		n := len(rest) - len(strings.TrimLeft(rest, "-0123456789"))
		if c == 'k' || n == 0 {
			return p.errorAt(off, "a group's number or name is wanted")
		}
		p.at += n
		return p.reference(off, rest[:n])
	}
	if c == 'g' && end != '}' {
		return p.lacks(off, "recursion is")
	}
	name, _, ok := strings.Cut(rest[1:], string(end))
	if !ok {
		return p.errorAt(off, "a group's number or name is wanted")
	}
	p.at += len(name) + 2
	return p.reference(off, name)
}

// character reads what stands behind a \ as one byte.
func (p *parser) character() (int, error) {
	off := p.at - 1
	c := p.src[p.at]
	p.at++
	switch c {
	case 'a':
		return 7, nil
	case 'e':
		return 0x1b, nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'c':
		if p.at >= len(p.src) || p.src[p.at] >= 0x80 {
			return 0, p.errorAt(off, `\c wants an ASCII character`)
		}
		c := p.src[p.at]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		p.at++
		return int(c ^ 0x40), nil
	case 'x':
		return p.hex(off)
	case 'L', 'l', 'U', 'u':
		return 0, p.errorAt(off, `\L, \l, \U and \u are not supported`)
	case 'o':
		inner, ok := p.braces()
		n, err := strconv.ParseUint(inner, 8, 8)
		if !ok || err != nil {
			return 0, p.errorAt(off, `\o wants {…} with an octal number of one byte`)
		}
		return int(n), nil
	}
	if c >= '0' && c <= '7' {
		n := int(c - '0')
		for i := 0; i < 2 && p.at < len(p.src) && p.src[p.at] >= '0' && p.src[p.at] <= '7'; i++ {
			n = n*8 + int(p.src[p.at]-'0')
			p.at++
		}
		if n > 0xff {
			return 0, p.errorAt(off, "an octal number of one byte is wanted")
		}
		return n, nil
	}
	return int(c), nil
}

func (p *parser) braces() (inner string, ok bool) {
	if !p.take("{") {
		return "", false
	}
	inner, _, ok = strings.Cut(p.src[p.at:], "}")
	if ok {
		p.at += len(inner) + 1
	}
	return inner, ok
}

func (p *parser) hex(off int) (int, error) {
	if strings.HasPrefix(p.src[p.at:], "{") {
		inner, ok := p.braces()
		n, err := strconv.ParseUint(inner, 16, 8)
		if !ok || err != nil {
			return 0, p.errorAt(off, `\x wants {…} with a hexadecimal number of one byte`)
		}
		return int(n), nil
	}
	n := 0
	for i := 0; i < 2 && p.at < len(p.src); i++ {
		d, err := strconv.ParseUint(p.src[p.at:p.at+1], 16, 8)
		if err != nil {
			break
		}
		n = n*16 + int(d)
		p.at++
	}
	return n, nil
}
