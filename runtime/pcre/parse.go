package pcre

import (
	"fmt"
	"strconv"
	"strings"
)

// parser rewrites a pattern for Go's regexp, or where slow for regexp2.
type parser struct {
	src   string
	at    int
	flags Flags
	slow  bool
	out   strings.Builder

	backtrack bool // it has what only the slow matcher does
	groups    int  // opened so far
	total     int  // in all
	names     map[string]int
	behind    int // how many look-behinds are open
	depth     int
}

// maxDepth bounds how deep groups nest, as PCRE does.
const maxDepth = 250

func (p *parser) errorAt(off int, msg string) error {
	return &Error{Pattern: p.src, Off: off, Msg: msg}
}

// lacks is an error about what PCRE has and this package has not.
func (p *parser) lacks(off int, what string) error {
	return &Error{Pattern: p.src, Off: off, Msg: what + " not supported", Lacks: true}
}

// take goes over s where it stands here.
func (p *parser) take(s string) bool {
	if strings.HasPrefix(p.src[p.at:], s) {
		p.at += len(s)
		return true
	}
	return false
}

func (p *parser) run() error {
	p.total, p.names = countGroups(p.src)
	if err := p.alternatives(); err != nil {
		return err
	}
	if p.at < len(p.src) {
		return p.errorAt(p.at, "a ) without its (")
	}
	return nil
}

// countGroups finds the groups that a reference may be to, also one further on.
func countGroups(src string) (n int, names map[string]int) {
	names = map[string]int{}
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '\\':
			if strings.HasPrefix(src[i:], `\Q`) {
				end := strings.Index(src[i:], `\E`)
				if end < 0 {
					return n, names
				}
				i += end
			}
			i++
		case '[':
			i = classEnd(src, i)
		case '(':
			name, isGroup := groupName(src[i+1:])
			if isGroup {
				n++
			}
			if name != "" {
				if _, twice := names[name]; !twice {
					names[name] = n
				}
			}
		}
	}
	return n, names
}

// classEnd is where the class that begins at i ends, roughly: a ] that is first, or
// escaped, is not its end.
func classEnd(src string, i int) int {
	i++
	if i < len(src) && src[i] == '^' {
		i++
	}
	for first := true; i < len(src); i++ {
		switch {
		case src[i] == '\\':
			i++
		case src[i] == '[' && i+1 < len(src) && src[i+1] == ':':
			if end := strings.Index(src[i:], ":]"); end > 0 {
				i += end + 1
			}
		case src[i] == ']' && !first:
			return i
		}
		first = false
	}
	return i
}

// groupName tells whether a group captures, and its name; rest is behind its (.
func groupName(rest string) (name string, captures bool) {
	if !strings.HasPrefix(rest, "?") {
		return "", !strings.HasPrefix(rest, "*")
	}
	for _, q := range []struct{ open, end string }{{"?P<", ">"}, {"?<", ">"}, {"?'", "'"}} {
		if inner, ok := strings.CutPrefix(rest, q.open); ok && inner != "" && inner[0] != '=' && inner[0] != '!' {
			if name, _, ok := strings.Cut(inner, q.end); ok && isName(name) {
				return name, true
			}
		}
	}
	return "", false
}

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

// alternatives reads up to the end or a ), which it leaves.
func (p *parser) alternatives() error {
	if p.depth++; p.depth > maxDepth {
		return p.errorAt(p.at, "too many groups within another")
	}
	flags := p.flags
	for p.at < len(p.src) && p.src[p.at] != ')' {
		if err := p.item(); err != nil {
			return err
		}
	}
	p.flags = flags
	p.depth--
	return nil
}

// item reads one atom with its repeat, or a |.
func (p *parser) item() error {
	if p.take("|") {
		p.out.WriteByte('|')
		return nil
	}
	if p.flags&Extended != 0 && p.blank() {
		return nil
	}
	start, off := p.out.Len(), p.at
	repeats, err := p.atom()
	if err != nil || !repeats {
		return err
	}
	return p.repeat(start, off)
}

// blank goes over white space and a comment.
func (p *parser) blank() bool {
	at := p.at
	p.at += len(p.src[p.at:]) - len(strings.TrimLeft(p.src[p.at:], " \t\n\f\r"))
	if p.take("#") {
		if end := strings.IndexByte(p.src[p.at:], '\n'); end >= 0 {
			p.at += end + 1
		} else {
			p.at = len(p.src)
		}
	}
	return p.at > at
}

const wordSet = `[0-9A-Za-z_]`

// atom writes what stands here; repeats is false for what takes none.
func (p *parser) atom() (repeats bool, err error) {
	off := p.at
	c := p.src[p.at]
	p.at++
	switch c {
	case '*', '+', '?':
		return false, p.errorAt(off, "nothing stands before this to repeat")
	case '{':
		if _, _, ok := p.counts(); ok {
			return false, p.errorAt(off, "nothing stands before this to repeat")
		}
	case '(':
		return p.group()
	case '[':
		s, err := p.class()
		if err == nil {
			p.out.WriteString(s.String())
		}
		return true, err
	case '.':
		s := new(set)
		if p.flags&DotAll == 0 {
			s.add('\n', '\n')
		}
		s.negate()
		p.out.WriteString(s.String())
		return true, nil
	case '^':
		switch {
		case p.flags&Multiline == 0:
			p.out.WriteString(`\A`)
		case p.slow: // not behind the last line feed of a text
			p.out.WriteString(`(?:\A|(?<=\n)(?!\z))`)
		default:
			p.out.WriteString(`(?m:^)`)
		}
		return true, nil
	case '$':
		switch {
		case p.flags&Multiline == 0:
			p.end()
		case p.slow:
			p.out.WriteString(`(?=\n|\z)`)
		default:
			p.out.WriteString(`(?m:$)`)
		}
		return true, nil
	case '\\':
		return p.escape(off)
	}
	p.literal(int(c))
	return true, nil
}

// end matches at the end, and before a line feed there; the fast matcher is not
// given texts that have one.
func (p *parser) end() {
	if p.slow {
		p.out.WriteString(`(?=\n?\z)`)
	} else {
		p.out.WriteString(`\z`)
	}
}

func (p *parser) literal(c int) {
	s := ranges(c, c)
	if p.flags&Caseless != 0 {
		s.fold()
	}
	p.out.WriteString(s.String())
}

// repeat reads a quantifier of the atom that was written from start on.
func (p *parser) repeat(start, off int) error {
	for p.flags&Extended != 0 && p.blank() {
	}
	if p.at >= len(p.src) {
		return nil
	}
	at := p.at
	text, unbounded := "", false
	switch c := p.src[p.at]; c {
	case '*', '+', '?':
		text, unbounded = string(c), true
		p.at++
	case '{':
		p.at++
		lo, hi, ok := p.counts()
		if !ok {
			p.at = at
			return nil
		}
		if lo > 65535 || hi > 65535 {
			return p.errorAt(at, "the number is too big: 65535 is the most")
		}
		if hi >= 0 && hi < lo {
			return p.errorAt(at, "the numbers are in the wrong order")
		}
		p.at += strings.IndexByte(p.src[p.at:], '}') + 1
		text, unbounded = p.src[at:p.at], hi != lo
		if lo > 1000 || hi > 1000 {
			p.backtrack = true // Go's regexp takes no more
		}
	default:
		return nil
	}
	if p.behind > 0 && unbounded {
		return p.errorAt(off, "what a look-behind looks for has no fixed length")
	}
	switch {
	case p.take("+"):
		p.backtrack = true
		p.wrap(start, "(?>", text+")")
		return nil
	case p.take("?"):
		text += "?"
	}
	p.wrap(start, "(?:", ")"+text)
	return nil
}

// wrap puts texts around what was written from start on.
func (p *parser) wrap(start int, before, after string) {
	written := p.out.String()
	p.out.Reset()
	p.out.WriteString(written[:start] + before + written[start:] + after)
}

// counts reads "n}", "n,}" or "n,m}" without going over it; hi is -1 for no end.
func (p *parser) counts() (lo, hi int, ok bool) {
	inner, _, ok := strings.Cut(p.src[p.at:], "}")
	if !ok {
		return 0, 0, false
	}
	first, second, two := strings.Cut(inner, ",")
	lo, ok = digits(first)
	switch {
	case !ok:
		return 0, 0, false
	case !two:
		return lo, lo, true
	case second == "":
		return lo, -1, true
	}
	hi, ok = digits(second)
	return lo, hi, ok
}

// digits is a decimal number; a huge one is just too big.
func digits(s string) (int, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		n = 1 << 30
	}
	return n, true
}

// group reads what stands behind a (.
func (p *parser) group() (repeats bool, err error) {
	off := p.at - 1
	flags := p.flags
	repeats = true
	rest := p.src[p.at:]
	_, captures := groupName(rest)
	look := false
	switch {
	case strings.HasPrefix(rest, "*"):
		return false, p.lacks(off, "verbs such as (*FAIL) are")
	case captures:
		if strings.HasPrefix(rest, "?") {
			p.at += strings.IndexAny(rest[3:], ">'") + 4
		}
		p.groups++
		p.out.WriteByte('(')
	case p.take("?#"):
		end := strings.IndexByte(p.src[p.at:], ')')
		if end < 0 {
			return false, p.errorAt(off, "this comment has no )")
		}
		p.at += end + 1
		return false, nil
	case p.take("?:"):
		p.out.WriteString("(?:")
	case p.take("?>"):
		p.backtrack = true
		p.out.WriteString("(?>")
	case p.take("?="), p.take("?!"), p.take("?<="), p.take("?<!"):
		p.backtrack = true
		look = p.src[p.at-2] == '<'
		p.out.WriteString("(" + p.src[off+1:p.at])
	case p.take("?P="):
		name, _, ok := strings.Cut(p.src[p.at:], ")")
		if !ok {
			return false, p.errorAt(off, "this group has no )")
		}
		p.at += len(name) + 1
		return true, p.reference(off, name)
	default:
		return p.special(off)
	}
	if look {
		p.behind++
	}
	err = p.alternatives()
	if look {
		p.behind--
	}
	p.flags = flags
	if err != nil {
		return false, err
	}
	if !p.take(")") {
		return false, p.errorAt(off, "this group has no )")
	}
	p.out.WriteByte(')')
	return repeats, nil
}

// special reads (?flags), (?flags:…), and tells of what is not supported.
func (p *parser) special(off int) (repeats bool, err error) {
	p.at++ // the ?
	rest := p.src[p.at:]
	next := byte(0)
	if rest != "" {
		next = rest[0]
	}
	switch {
	case next == 'R' || next == '&' || strings.HasPrefix(rest, "P>") || next >= '0' && next <= '9' || next == '+',
		next == '-' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		return false, p.lacks(off, "recursion is")
	case next == '(':
		return false, p.lacks(off, "conditions are")
	case next == '|':
		return false, p.lacks(off, "branch reset, (?|, is")
	case next == 'C':
		return false, p.lacks(off, "callouts are")
	}
	saved, on := p.flags, true
	for p.at < len(p.src) {
		c := p.src[p.at]
		p.at++
		var f Flags
		switch c {
		case '-':
			on = false
			continue
		case 'i':
			f = Caseless
		case 'm':
			f = Multiline
		case 's':
			f = DotAll
		case 'x':
			f = Extended
		case 'U', 'J': // which of several matches it is does not matter
		case ')':
			return false, nil
		case ':':
			p.out.WriteString("(?:")
			if err := p.alternatives(); err != nil {
				return false, err
			}
			p.flags = saved
			if !p.take(")") {
				return false, p.errorAt(off, "this group has no )")
			}
			p.out.WriteByte(')')
			return true, nil
		default:
			return false, p.errorAt(p.at-1, fmt.Sprintf("%q is not known behind (?", string(c)))
		}
		if on {
			p.flags |= f
		} else {
			p.flags &^= f
		}
	}
	return false, p.errorAt(off, "this group has no )")
}

// reference writes a reference to a group, by its name or number.
func (p *parser) reference(off int, to string) error {
	n, known := p.names[to]
	if num, ok := strings.CutPrefix(to, "-"); ok {
		back, isNumber := digits(num)
		n, known = p.groups-back+1, isNumber && back > 0
	} else if num, ok := digits(to); ok {
		n, known = num, true
	}
	if !known || n < 1 || n > p.total {
		return p.errorAt(off, fmt.Sprintf("there is no group %q", to))
	}
	p.backtrack = true
	flag := ""
	if p.flags&Caseless != 0 {
		flag = "i"
	}
	fmt.Fprintf(&p.out, `(?%s:\%d)`, flag, n)
	return nil
}
