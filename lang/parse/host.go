package parse

import (
	"net/netip"
	"strconv"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/lex"
)

// protocols are the words for transport protocols.
var protocols = map[string]bool{
	"udp": true, "UDP": true, "tcp": true, "TCP": true, "tls": true, "TLS": true,
	"sctp": true, "SCTP": true, "ws": true, "WS": true, "wss": true, "WSS": true,
}

// socketProtocol reports whether t can stand before a socket's address.
func socketProtocol(t *lexer.Token) bool {
	return t.Type == lex.Key && protocols[t.Value] && len(t.Value) > 2 && t.Value != "wss" && t.Value != "WSS"
}

// address parses an IPv4 address, written with or without blanks, or an IPv6
// one with or without brackets.
func (p *parser) address(lx *lexer.PeekingLexer) (string, bool) {
	t := lx.Peek()
	switch {
	case t.Type == lex.IPv6:
		lx.Next()
		return t.Value, true
	case is(t, "["):
		lx.Next()
		a := lx.Peek()
		if a.Type != lex.IPv6 {
			p.errorAt(a, "bad-address", describe(a)+" is not an IPv6 address", "")
			return "", false
		}
		lx.Next()
		if end := lx.Peek(); !is(end, "]") {
			p.errorAt(end, "bad-address", "`]` is missing before "+describe(end), "")
			return "", false
		}
		lx.Next()
		return "[" + a.Value + "]", true
	}
	text := ""
	for i := range 4 {
		n := lx.Peek()
		if n.Type != lex.Int {
			p.errorAt(n, "bad-address", describe(n)+" cannot stand in an IPv4 address", "")
			return "", false
		}
		text += n.Value
		if i == 3 {
			if _, err := netip.ParseAddr(text); err != nil {
				p.errorAt(n, "bad-address", "invalid IPv4 address "+quote(text), "")
				return "", false
			}
			lx.Next()
			return text, true
		}
		lx.Next()
		if dot := lx.Peek(); !is(dot, ".") {
			p.errorAt(dot, "bad-address", describe(dot)+" cannot stand in an IPv4 address", "")
			return "", false
		}
		lx.Next()
		text += "."
	}
	return text, true
}

// mask parses what follows the / of a network: a number of bits or an address.
func (p *parser) mask(lx *lexer.PeekingLexer, v4 bool) (string, bool) {
	t := lx.Peek()
	if t.Type == lex.Int && !is(second(lx), ".") {
		most := int64(128)
		if v4 {
			most = 32
		}
		if n := lex.Number(t.Value); n < 0 || n > most {
			p.errorAt(t, "bad-netmask", "invalid number of bits in a netmask: "+t.Value, "0 to "+strconv.FormatInt(most, 10)+" can stand here")
			return "", false
		}
		lx.Next()
		return t.Value, true
	}
	if t.Type != lex.Int && t.Type != lex.IPv6 && !is(t, "[") {
		p.errorAt(t, "bad-netmask", describe(t)+" is not a netmask", "")
		return "", false
	}
	return p.address(lx)
}

// hostPart reports whether t can be a part of a host's name.
func hostPart(t *lexer.Token) bool {
	return t.Type == lex.Word || t.Type == lex.NumID || t.Type == lex.Int
}

// host parses a host's or interface's name: words and numbers with dots and
// dashes between them, or a text.
func (p *parser) host(lx *lexer.PeekingLexer) (string, bool) {
	t := lx.Peek()
	if t.Type == lex.Str {
		lx.Next()
		return lex.Text(t.Value), true
	}
	if !hostPart(t) {
		p.errorAt(t, "bad-host", describe(t)+" is not an address or a host's name", "")
		return "", false
	}
	lx.Next()
	text := t.Value
	for {
		sep := lx.Peek()
		if !is(sep, ".") && !is(sep, "-") {
			return text, true
		}
		lx.Next()
		part := lx.Peek()
		if !hostPart(part) {
			p.errorAt(part, "bad-host", describe(part)+" cannot stand in a host's name", "put the name into quotes")
			return "", false
		}
		lx.Next()
		text += sep.Value + part.Value
	}
}

// hostOrAddress parses either.
func (p *parser) hostOrAddress(lx *lexer.PeekingLexer) (string, bool) {
	t := lx.Peek()
	if t.Type == lex.IPv6 || is(t, "[") || t.Type == lex.Int && is(second(lx), ".") {
		return p.address(lx)
	}
	return p.host(lx)
}

// bracketed is hostOrAddress with brackets around an IPv6 address, which has
// them or not in a configuration.
func (p *parser) bracketed(lx *lexer.PeekingLexer) (string, bool) {
	six := lx.Peek().Type == lex.IPv6
	text, ok := p.hostOrAddress(lx)
	if six {
		text = "[" + text + "]"
	}
	return text, ok
}

// socket parses [proto:]address[:port], with several addresses in ( ) where
// many is true. A text alone stays a text.
func (p *parser) socket(lx *lexer.PeekingLexer, many bool) (ast.Literal, bool) {
	t := lx.Peek()
	text := ""
	if socketProtocol(t) {
		lx.Next()
		if c := lx.Peek(); !is(c, ":") {
			p.errorAt(c, "bad-socket", "`:` is missing before "+describe(c), "it is written "+t.Value+":ADDRESS:PORT")
			return ast.Literal{}, false
		}
		lx.Next()
		text = t.Value + ":"
	}
	if many && is(lx.Peek(), "(") {
		lx.Next()
		text += "("
		for {
			a, ok := p.bracketed(lx)
			if !ok {
				return ast.Literal{}, false
			}
			text += a
			end := lx.Peek()
			if is(end, ")") {
				lx.Next()
				text += ")"
				break
			}
			if !is(end, ",") {
				p.errorAt(end, "bad-socket", describe(end)+" cannot stand in a list of addresses", "addresses are separated by commas and end with )")
				return ast.Literal{}, false
			}
			lx.Next()
			text += ","
		}
	} else {
		a, ok := p.bracketed(lx)
		if !ok {
			return ast.Literal{}, false
		}
		text += a
	}
	kind := ast.LitWord
	if t.Type == lex.Str {
		kind = ast.LitStr
	}
	port, ok := p.port(lx)
	if !ok {
		return ast.Literal{}, false
	}
	if port != "" {
		text, kind = text+port, ast.LitWord
	}
	l := p.word(t, text, lx)
	l.Kind = kind
	return l, true
}

// port parses :PORT, :FIRST-LAST or :*, or nothing.
func (p *parser) port(lx *lexer.PeekingLexer) (string, bool) {
	if !is(lx.Peek(), ":") {
		return "", true
	}
	lx.Next()
	t := lx.Peek()
	switch {
	case t.Type == lex.Int:
		lx.Next()
		port := ":" + strconv.FormatInt(lex.Number(t.Value), 10)
		if last := second(lx); is(lx.Peek(), "-") && last.Type == lex.Int { // Kamailio 6
			lx.Next()
			lx.Next()
			port += "-" + strconv.FormatInt(lex.Number(last.Value), 10)
		}
		return port, true
	case is(t, "*"):
		lx.Next()
		return ":*", true
	}
	p.errorAt(t, "bad-socket", describe(t)+" is not a port", "a port is a number, or * for any")
	return "", false
}
