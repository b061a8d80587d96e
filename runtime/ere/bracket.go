package ere

import "strings"

// set is a set of bytes.
type set [4]uint64

func (s *set) add(c byte)      { s[c>>6] |= 1 << (c & 63) }
func (s *set) has(c byte) bool { return s[c>>6]&(1<<(c&63)) != 0 }

func (s *set) span(from, to byte) {
	for c := int(from); c <= int(to); c++ {
		s.add(byte(c))
	}
}

// fold makes every small letter a member where its capital is one, and only
// there: the C library compares capitals.
func (s *set) fold() {
	for c := byte('a'); c <= 'z'; c++ {
		s[c>>6] &^= 1 << (c & 63)
		if s.has(c &^ 0x20) {
			s.add(c)
		}
	}
}

// classes are the character classes of the C locale.
var classes = map[string]string{
	"alpha": "AZaz", "digit": "09", "alnum": "09AZaz", "upper": "AZ", "lower": "az",
	"space": "\t\r  ", "blank": "\t\t  ", "punct": "!/:@[`{~", "print": " ~", "graph": "!~",
	"cntrl": "\x00\x1f\x7f\x7f", "xdigit": "09AFaf",
}

// bracket reads […] behind its [.
func (p *parser) bracket() error {
	open := p.at - 1
	negated := p.at < len(p.src) && p.src[p.at] == '^'
	if negated {
		p.at++
	}
	var s set
	for first := true; ; first = false {
		if p.at == len(p.src) {
			return p.fail(open, "the [ has no closing ]")
		}
		if p.src[p.at] == ']' && !first {
			p.at++
			break
		}
		if err := p.member(&s, open); err != nil {
			return err
		}
	}
	if p.flags&IgnoreCase != 0 {
		s.fold()
	}
	if negated {
		for i := range s {
			s[i] = ^s[i]
		}
		if p.flags&Newline != 0 {
			s['\n'>>6] &^= 1 << '\n'
		}
	}
	s[0] &^= 1 // no text holds a NUL
	p.writeSet(&s)
	return nil
}

// member reads one character, class or range.
func (p *parser) member(s *set, open int) error {
	if strings.HasPrefix(p.src[p.at:], "[:") {
		if err := p.class(s); err != nil {
			return err
		}
		return p.noRange()
	}
	from, single, err := p.element(open)
	if err != nil {
		return err
	}
	if !single {
		s.add(from)
		return p.noRange()
	}
	if !p.dash() {
		s.add(from)
		return nil
	}
	start := p.at
	p.at++
	if strings.HasPrefix(p.src[p.at:], "[:") || strings.HasPrefix(p.src[p.at:], "[=") {
		return p.fail(start, "a range ends in a character")
	}
	to, _, err := p.element(open)
	if err != nil {
		return err
	}
	if to < from {
		return p.fail(start, "the range "+string(rune(from))+"-"+string(rune(to))+" is empty")
	}
	s.span(from, to)
	return p.noRange()
}

// dash reports whether a - follows that is not the bracket's last.
func (p *parser) dash() bool {
	rest := p.src[p.at:]
	return len(rest) > 1 && rest[0] == '-' && rest[1] != ']'
}

// noRange refuses a - behind what cannot start a range.
func (p *parser) noRange() error {
	if p.dash() {
		return p.fail(p.at, "a range starts with a character; put a - for itself last")
	}
	return nil
}

// element reads a character, [.c.] or [=c=]; an equivalence class cannot start
// a range.
func (p *parser) element(open int) (c byte, single bool, err error) {
	rest := p.src[p.at:]
	for _, mark := range [...]string{".", "="} {
		if !strings.HasPrefix(rest, "["+mark) {
			continue
		}
		end := strings.Index(rest[2:], mark+"]")
		if end < 0 {
			return 0, false, p.fail(open, "the [ has no closing ]")
		}
		if end != 1 {
			return 0, false, p.fail(p.at, "["+mark+rest[2:2+end]+mark+"] is no single character")
		}
		p.at += 5
		return p.capital(rest[2]), mark == ".", nil
	}
	if rest == "" {
		return 0, false, p.fail(open, "the [ has no closing ]")
	}
	p.at++
	return p.capital(rest[0]), true, nil
}

// capital is c as it is compared.
func (p *parser) capital(c byte) byte {
	if p.flags&IgnoreCase != 0 && 'a' <= c && c <= 'z' {
		return c &^ 0x20
	}
	return c
}

func (p *parser) class(s *set) error {
	rest := p.src[p.at+2:]
	end := strings.Index(rest, ":]")
	if end < 0 {
		return p.fail(p.at, "the [: has no closing :]")
	}
	spans, ok := classes[rest[:end]]
	if !ok {
		return p.fail(p.at, "there is no character class [:"+rest[:end]+":]")
	}
	if p.flags&IgnoreCase != 0 && (rest[:end] == "upper" || rest[:end] == "lower") {
		spans = classes["alpha"]
	}
	for i := 0; i < len(spans); i += 2 {
		s.span(spans[i], spans[i+1])
	}
	p.at += 2 + end + 2
	return nil
}

// writeSet writes a set as a character class. Bytes are characters up to U+00FF.
func (p *parser) writeSet(s *set) {
	if *s == (set{}) {
		p.write(`[^\x00-\xff]`)
		return
	}
	p.out = append(p.out, '[')
	for c := 0; c < 256; c++ {
		if !s.has(byte(c)) {
			continue
		}
		end := c
		for end < 255 && s.has(byte(end+1)) {
			end++
		}
		p.literal(byte(c))
		if end > c {
			p.out = append(p.out, '-')
			p.literal(byte(end))
		}
		c = end
	}
	p.out = append(p.out, ']')
}
