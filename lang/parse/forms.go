package parse

import (
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/lex"
)

func isInt(t *lexer.Token) bool  { return t.Type == lex.Int }
func isText(t *lexer.Token) bool { return t.Type == lex.Str }
func isWord(t *lexer.Token) bool { return t.Type == lex.Word }

func isProtocol(t *lexer.Token) bool {
	return t.Type == lex.Key && protocols[t.Value] && len(t.Value) > 2
}

// one is a form of one token of several kinds.
func one(kinds ...func(*lexer.Token) bool) func(*parser, *lexer.PeekingLexer, *ast.Global) bool {
	return func(p *parser, lx *lexer.PeekingLexer, g *ast.Global) bool {
		t := lx.Peek()
		for _, ok := range kinds {
			if ok(t) {
				lx.Next()
				g.Values = append(g.Values, p.value(t))
				return true
			}
		}
		return false
	}
}

// value is a global parameter's value: there yes and no stay words.
func (p *parser) value(t *lexer.Token) ast.Literal {
	l := p.lit(t)
	switch {
	case t.Type != lex.Int && t.Type != lex.Str:
		l = ast.Literal{Range: l.Range, Kind: ast.LitWord, Text: t.Value}
	case t.Type == lex.Int && lex.IsNumberWord(t.Value):
		l.Kind = ast.LitWord
	}
	return l
}

func signed(p *parser, lx *lexer.PeekingLexer, g *ast.Global) bool {
	t := lx.Peek()
	if !is(t, "-") {
		return one(isInt)(p, lx, g)
	}
	l, ok := p.negative(lx)
	if ok {
		g.Values = append(g.Values, l)
	}
	return ok
}

// negative is a number behind the minus sign that comes next.
func (p *parser) negative(lx *lexer.PeekingLexer) (ast.Literal, bool) {
	t := lx.Next()
	n := lx.Peek()
	if n.Type != lex.Int {
		return ast.Literal{}, false
	}
	lx.Next()
	l := p.lit(n)
	l.Range = p.span(t, lx)
	l.Text, l.Int = "-"+l.Text, -l.Int
	return l, true
}

// isTLSMethod reports whether t is a value that Kamailio had when TLS was in
// its core.
func isTLSMethod(t *lexer.Token) bool {
	return t.Type == lex.Key && slices.Contains(tlsMethods, t.Value)
}

var tlsMethods = strings.Fields("SSLv23 SSLV23 sslv23 SSLv2 SSLV2 sslv2 SSLv3 SSLV3 sslv3 TLSv1 TLSV1 tlsv1")

// hostValue is the form of advertised_address.
func hostValue(p *parser, lx *lexer.PeekingLexer, g *ast.Global) bool {
	t := lx.Peek()
	if t.Type != lex.Str && t.Type != lex.IPv6 && !is(t, "[") && !hostPart(t) {
		return false
	}
	host, ok := p.hostOrAddress(lx)
	if ok {
		l := p.word(t, host, lx)
		if t.Type == lex.Str {
			l.Kind = ast.LitStr
		}
		g.Values = append(g.Values, l)
	}
	return ok
}

// sourceAddress is the form of tcp_source_ipv4 and tcp_source_ipv6.
func sourceAddress(starts func(*lexer.Token) bool) func(*parser, *lexer.PeekingLexer, *ast.Global) bool {
	return func(p *parser, lx *lexer.PeekingLexer, g *ast.Global) bool {
		t := lx.Peek()
		if !starts(t) {
			return false
		}
		a, ok := p.address(lx)
		if ok {
			g.Values = append(g.Values, p.word(t, a, lx))
		}
		return ok
	}
}

func startsIPv6(t *lexer.Token) bool { return t.Type == lex.IPv6 || is(t, "[") }

// startsSocket reports whether an address can start with t.
func startsSocket(t *lexer.Token) bool {
	return hostPart(t) || t.Type == lex.Str || t.Type == lex.IPv6 || is(t, "(") || is(t, "[") || socketProtocol(t)
}

// sockets is the form of alias: one or more addresses.
func sockets(p *parser, lx *lexer.PeekingLexer, g *ast.Global) bool {
	if !startsSocket(lx.Peek()) {
		return false
	}
	for startsSocket(lx.Peek()) {
		l, ok := p.socket(lx, true)
		if !ok {
			return false
		}
		g.Values = append(g.Values, l)
	}
	return true
}

// listen is the form of listen: addresses, each with what is advertised for
// it, its name, and whether it is virtual.
func listen(p *parser, lx *lexer.PeekingLexer, g *ast.Global) bool {
	if !startsSocket(lx.Peek()) {
		return false
	}
	for startsSocket(lx.Peek()) {
		l, ok := p.socket(lx, true)
		if !ok {
			return false
		}
		g.Values = append(g.Values, l)
		if t := lx.Peek(); is(t, "advertise") || is(t, "ADVERTISE") {
			lx.Next()
			g.Values = append(g.Values, ast.Literal{Range: p.at(t), Kind: ast.LitWord, Text: "advertise"})
			l, ok := p.advertised(lx)
			if !ok {
				return false
			}
			g.Values = append(g.Values, l)
		}
		if t := lx.Peek(); is(t, "name") || is(t, "NAME") {
			lx.Next()
			n := lx.Peek()
			if n.Type != lex.Str {
				p.errorAt(n, "bad-socket", "a socket's name is a text in quotes, not "+describe(n), "")
				return false
			}
			lx.Next()
			g.Values = append(g.Values, ast.Literal{Range: p.at(t), Kind: ast.LitWord, Text: "name"}, p.lit(n))
		}
		if t := lx.Peek(); is(t, "virtual") {
			lx.Next()
			g.Values = append(g.Values, ast.Literal{Range: p.at(t), Kind: ast.LitWord, Text: "virtual"})
		}
	}
	return true
}

// advertised parses address[:port].
func (p *parser) advertised(lx *lexer.PeekingLexer) (ast.Literal, bool) {
	t := lx.Peek()
	if socketProtocol(t) {
		p.errorAt(t, "bad-socket", "an advertised address has no protocol", "it is written advertise ADDRESS:PORT")
		return ast.Literal{}, false
	}
	return p.socket(lx, false)
}

// flags is the form of flags: NAME or NAME:NUMBER, separated by commas.
func flags(p *parser, lx *lexer.PeekingLexer, g *ast.Global) bool {
	for {
		t := lx.Peek()
		if t.Type != lex.Word && t.Type != lex.Str {
			return false
		}
		lx.Next()
		name := flagText(t)
		bit, at := int64(-1), lx.Peek()
		if is(lx.Peek(), ":") && g.Name != "avpflags" {
			lx.Next()
			n := lx.Peek()
			if n.Type != lex.Int {
				return false
			}
			lx.Next()
			bit, at = lex.Number(n.Value), n
			name += ":" + strconv.FormatInt(bit, 10)
		}
		p.declareFlag(g, t, bit, at)
		g.Values = append(g.Values, p.word(t, name, lx))
		if !is(lx.Peek(), ",") {
			return true
		}
		lx.Next()
	}
}

// socketBlock is the form of Kamailio 6's socket: an address as after listen,
// or { bind = ADDRESS; name = "TEXT"; … }.
func socketBlock(p *parser, lx *lexer.PeekingLexer, g *ast.Global) bool {
	open := lx.Peek()
	if !is(open, "{") {
		return listen(p, lx, g)
	}
	lx.Next()
	for !is(lx.Peek(), "}") {
		key := lx.Next()
		var parse func(*lexer.PeekingLexer) (ast.Literal, bool)
		switch key.Value {
		case "bind":
			parse = func(lx *lexer.PeekingLexer) (ast.Literal, bool) { return p.socket(lx, true) }
		case "advertise":
			parse = p.advertised
		case "name", "agname", "virtual", "vrf", "workers":
			parse = func(lx *lexer.PeekingLexer) (ast.Literal, bool) {
				t := lx.Peek()
				if t.Type != lex.Str && t.Type != lex.Int {
					p.errorAt(t, "bad-socket", key.Value+" takes a text or a number, not "+describe(t), "")
					return ast.Literal{}, false
				}
				lx.Next()
				return p.value(t), true
			}
		default:
			p.errorAt(key, "bad-socket", describe(key)+" cannot stand in a socket's block", "bind, advertise, name, agname, virtual, vrf and workers can")
			return false
		}
		if eq := lx.Peek(); !is(eq, "=") {
			p.errorAt(eq, "bad-socket", "`=` is missing before "+describe(eq), "")
			return false
		}
		lx.Next()
		l, ok := parse(lx)
		if !ok {
			return false
		}
		g.Values = append(g.Values, ast.Literal{Range: p.at(key), Kind: ast.LitWord, Text: key.Value}, l)
		if is(lx.Peek(), ";") {
			lx.Next()
		}
	}
	lx.Next()
	return true
}
