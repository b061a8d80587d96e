package pvar

import (
	"fmt"
	"strings"
)

// parser stands at text[at]. In the long form, end is the offset of the
// closing parenthesis, elsewhere the text's length.
type parser struct {
	text string
	at   int
	end  int
}

func (p *parser) variable() (Var, error) {
	p.end = len(p.text)
	start := p.at
	v := Var{Off: start}
	if p.at >= p.end || p.text[p.at] != '$' {
		return v, p.fail(p.at, fmt.Sprintf("%.40q is no variable: one starts with $", p.text[p.at:]), "")
	}
	p.at++
	var err error
	if p.at < p.end && p.text[p.at] == '(' {
		err = p.long(&v)
	} else {
		err = p.short(&v)
	}
	v.Text = p.text[start:p.at]
	return v, err
}

// short is $name or $name(inner).
func (p *parser) short(v *Var) error {
	v.Class = p.name()
	if v.Class == "" {
		return p.lone(v.Off)
	}
	if p.at < p.end && p.text[p.at] == '(' {
		return p.inner(v)
	}
	return nil
}

// lone says what is wrong with a $ that no name follows.
func (p *parser) lone(off int) error {
	hint := "write $$ for a dollar sign"
	if rest := p.text[off+1:]; strings.HasPrefix(rest, "{") {
		if end := strings.IndexByte(rest, '}'); end > 1 {
			hint = fmt.Sprintf("a variable is written $%s or $(%[1]s), or $$ for a dollar sign", rest[1:end])
		}
	}
	return &Error{Off: off, End: off + 1, Msg: "no variable's name follows the $", Hint: hint}
}

// long is $(name), $(name(inner)[index]{transformations}).
func (p *parser) long(v *Var) error {
	open := p.at
	end := p.closing(open, '(', ')')
	if end < 0 {
		return &Error{
			Off: v.Off, End: open + 1,
			Msg: "the variable $( has no closing )", Hint: "every ( needs its ), those inside a transformation's parameters too",
		}
	}
	p.end = end
	p.at++
	v.Class = p.name()
	if v.Class == "" && p.at == p.end {
		return &Error{Off: v.Off, End: end + 1, Msg: "$() names no variable"}
	}
	if v.Class == "" {
		return p.fail(p.at, fmt.Sprintf("a variable's name cannot start with %q", p.text[p.at]), "no blanks inside $( )")
	}
	if p.at < p.end && p.text[p.at] == '(' {
		if err := p.inner(v); err != nil {
			return err
		}
	}
	if p.at < p.end && p.text[p.at] == '[' {
		if err := p.index(v); err != nil {
			return err
		}
	}
	for p.at < p.end && p.text[p.at] == '{' {
		tr, err := p.trans()
		if err != nil {
			return err
		}
		v.Trans = append(v.Trans, tr)
		for p.at < p.end && isBlank(p.text[p.at]) {
			p.at++
		}
	}
	if p.at < p.end {
		return p.unexpected(v)
	}
	p.at = end + 1
	return nil
}

// unexpected says what is wrong with the byte behind a complete part of a
// long form.
func (p *parser) unexpected(v *Var) error {
	c := p.text[p.at]
	hint := "behind the name may stand (inner), then [index], then {transformations}"
	switch {
	case c == '[' && len(v.Trans) > 0:
		hint = "an [index] stands before the transformations"
	case c == '[' && v.HasIndex:
		hint = "a variable has one [index]"
	case isBlank(c):
		hint = "no blanks inside $( )"
	case c == '}':
		hint = "this } has no {"
	}
	return p.fail(p.at, fmt.Sprintf("unexpected %q in the variable $(%s…)", c, v.Class), hint)
}

// inner is the (…) behind a name.
func (p *parser) inner(v *Var) error {
	end := p.closing(p.at, '(', ')')
	if end < 0 {
		return &Error{
			Off: p.at, End: p.at + 1,
			Msg: fmt.Sprintf("the ( of $%s( has no closing )", v.Class),
		}
	}
	v.HasInner, v.InnerOff, v.Inner = true, p.at+1, p.text[p.at+1:end]
	p.at = end + 1
	return nil
}

// index is the […] in a long form.
func (p *parser) index(v *Var) error {
	end := p.closing(p.at, '[', ']')
	if end < 0 {
		return &Error{
			Off: p.at, End: p.at + 1,
			Msg: fmt.Sprintf("the [ of $(%s…[ has no closing ]", v.Class),
		}
	}
	v.HasIndex, v.IndexOff, v.Index = true, p.at+1, p.text[p.at+1:end]
	if v.Index == "" {
		return &Error{
			Off: p.at, End: end + 1,
			Msg:  "an empty index []",
			Hint: "an index is a number, a variable, or *",
		}
	}
	p.at = end + 1
	return nil
}

// trans is one {class.key,args}.
func (p *parser) trans() (Tr, error) {
	open := p.at
	end := p.closing(open, '{', '}')
	if end < 0 {
		return Tr{}, &Error{
			Off: open, End: open + 1,
			Msg: "a transformation { has no closing }",
		}
	}
	body := p.text[open+1 : end]
	if strings.HasPrefix(body, "s.select,") && strings.HasSuffix(body, ",") &&
		strings.Count(body, ",") == 2 && end+1 < p.end && p.text[end+1] == '}' {
		// {s.select,0,}}: the first } is the separator.
		end++
		body = p.text[open+1 : end]
	}
	tr := Tr{Off: open}
	name := body
	if comma := strings.IndexByte(body, ','); comma >= 0 {
		name = body[:comma]
		tr.HasArgs, tr.Args, tr.ArgsOff = true, body[comma+1:], open+1+comma+1
	}
	class, key, ok := strings.Cut(name, ".")
	if !ok || class == "" {
		return Tr{}, &Error{
			Off: open, End: end + 1,
			Msg:  fmt.Sprintf("{%s} is no transformation", name),
			Hint: "a transformation is a class, a dot and a key: {s.len}",
		}
	}
	if tr.Class = class; strings.TrimFunc(class, isNameRune) != "" {
		return Tr{}, &Error{
			Off: open + 1, End: open + 1 + len(class),
			Msg:  fmt.Sprintf("%q is no transformation class", class),
			Hint: "no blanks before or inside the class",
		}
	}
	tr.Key = strings.Trim(key, " \t\r\n")
	p.at = end + 1
	return tr, nil
}

// closing returns the offset of the bracket that closes the one at open, or
// -1. Only brackets of this kind count.
func (p *parser) closing(open int, left, right byte) int {
	depth := 0
	for i := open; i < p.end; i++ {
		switch p.text[i] {
		case left:
			depth++
		case right:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func (p *parser) name() string {
	start := p.at
	for p.at < p.end && isName(p.text[p.at]) {
		p.at++
	}
	return p.text[start:p.at]
}

func (p *parser) fail(off int, msg, hint string) error {
	return &Error{Off: off, End: min(off+1, len(p.text)), Msg: msg, Hint: hint}
}

func isName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '?'
}

func isNameRune(r rune) bool { return r < 0x80 && isName(byte(r)) }

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
