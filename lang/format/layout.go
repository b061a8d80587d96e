package format

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/lex"
)

// layout is where the printer stands between two tokens.
type layout struct {
	open  []open // what is open, the innermost last
	start bool   // the next token starts a statement or an item
	code  bool   // what was started outside of all blocks is a statement, not an item
	head  string // the word that it started with
	label bool   // between case and its colon
	hung  bool   // the last ) closed a parenthesis that ended its line
}

func (l layout) clone() layout {
	l.open = slices.Clone(l.open)
	return l
}

// open is something that is open.
type open struct {
	kind   kind
	indent int    // tabs that it adds to the lines in it
	word   string // of a header: if, else, while, switch
	cond   bool   // of a header: its condition is not over
	done   bool   // of an if: its body is over, an else follows
	code   bool   // of a block: it has statements
	cases  bool   // of a block: it is a switch's
}

type kind uint8

const (
	block  kind = iota // { … }
	header             // if, else, while, switch, up to the end of its body
	paren              // ( … )
	square             // [ … ]
)

func (l *layout) top() *open {
	if n := len(l.open); n > 0 {
		return &l.open[n-1]
	}
	return &open{kind: block, code: l.code}
}

func (l *layout) push(o open) { l.open = append(l.open, o) }

// close takes away what is open of the given kinds, from the innermost on.
func (l *layout) close(kinds ...kind) {
	for len(l.open) > 0 && slices.Contains(kinds, l.top().kind) {
		l.open = l.open[:len(l.open)-1]
	}
}

// block is the innermost block, nil outside of all.
func (l *layout) block() *open {
	for i := len(l.open) - 1; i >= 0; i-- {
		if l.open[i].kind == block {
			return &l.open[i]
		}
	}
	return nil
}

// statements reports whether the tokens are those of statements.
func (l *layout) statements() bool {
	if b := l.block(); b != nil {
		return b.code
	}
	return l.code
}

// body reports whether a header waits for its body.
func (l *layout) body() bool { return l.start && l.top().kind == header && !l.top().done }

// depth is the tabs of a line that starts with a statement.
func (l *layout) depth() int {
	n := 0
	for _, o := range l.open {
		n += o.indent
	}
	return n
}

// continued is the tabs of a line that goes on with a statement: one more in a
// parenthesis that ends its line; otherwise two more, so that a condition
// stands off from what depends on it; outside of the routes one.
func (l *layout) continued() int {
	n := l.depth()
	for i := len(l.open) - 1; i >= 0 && l.open[i].kind != block; i-- {
		if l.open[i].kind == paren && l.open[i].indent > 0 {
			return n
		}
	}
	if l.statements() {
		return n + 2
	}
	return n + 1
}

// token writes token i.
func (p *printer) token(i int) {
	s := p.at(i)
	key := p.typ(i) == lex.Key
	switch {
	case p.ownLine(i) && p.routeHead(i):
		p.open, p.start = nil, true // whatever is not closed above
	case p.top().kind == header && p.top().cond && p.condEnds(i):
		p.top().cond, p.start = false, true
	case len(p.open) == 0 && !p.start && p.ownLine(i) && p.itemStarts(i):
		p.start = true
	case p.top().done && !p.isElse(i): // the else stands in another branch
		p.finish(i)
	}
	switch {
	case p.is(i, "}"):
		if p.block() != nil {
			p.close(header, paren, square)
			p.open = p.open[:len(p.open)-1]
		}
		p.start = true
	case p.is(i, ")"):
		p.end(paren)
	case p.is(i, "]"):
		p.end(square)
	}
	label := p.start && p.top().kind == block && p.top().cases && key && (s == "case" || s == "default")

	switch {
	case p.joins(i):
		p.out.WriteByte(' ')
	case p.newlines(i):
		p.indent(p.lineDepth(i, label))
	default:
		p.out.WriteString(p.space(i))
	}
	p.out.WriteString(s)

	p.advance(i, label)
}

// lineDepth is the tabs before token i where it is the first of its line.
func (p *printer) lineDepth(i int, label bool) int {
	switch {
	case label:
		p.top().indent = 1
	case p.body() && !p.is(i, "{") && !p.is(i, "}"):
		p.top().indent = 1
	case !p.start && (p.is(i, ")") && p.hung || p.is(i, "{")):
	case !p.start:
		return p.continued()
	}
	return p.depth()
}

// advance takes note of token i.
func (p *printer) advance(i int, label bool) {
	s := p.at(i)
	op := p.typ(i) == lex.Op
	if p.start && !(op && (s == "}" || s == ";" || s == "{")) {
		p.begin(i, label)
		return
	}
	if !op {
		return
	}
	switch s {
	case "(":
		o := open{kind: paren}
		if p.endsLine(i) {
			o.indent = 1
		}
		p.push(o)
	case "[":
		p.push(open{kind: square})
	case ":":
		if p.label && p.top().kind == block {
			p.label, p.start = false, true
			p.top().indent = 2
		}
	case "{":
		p.close(paren, square)
		b := open{kind: block, indent: 1, code: p.statements() || routeKinds[p.head]}
		if t := p.top(); t.kind == header {
			b.code, b.cases = true, t.word == "switch"
		}
		p.push(b)
		p.start = true
	case ";", "}":
		p.finish(p.next(i))
	}
}

// begin takes note of token i, which starts a statement or an item.
func (p *printer) begin(i int, label bool) {
	s := p.at(i)
	p.start, p.label = false, label
	if p.block() == nil && p.top().kind != header {
		p.head, p.code = s, p.codeHead(i)
	}
	if p.typ(i) == lex.Include {
		p.start = true
		return
	}
	if p.typ(i) != lex.Key {
		if p.is(i, "(") || p.is(i, "[") {
			p.advance(i, false)
		}
		return
	}
	switch s {
	case "if", "while", "switch":
		if t := p.top(); s == "if" && t.kind == header && t.word == "else" && t.indent == 0 {
			p.open = p.open[:len(p.open)-1] // else if is one header
		}
		p.push(open{kind: header, word: s, cond: true})
	case "else":
		if p.top().done {
			p.open = p.open[:len(p.open)-1]
		}
		p.push(open{kind: header, word: s})
		p.start = true
	}
}

// finish ends the statement before token next, and those whose body it is. An
// if stays where next is its else.
func (p *printer) finish(next int) {
	p.close(paren, square)
	p.start = true
	for len(p.open) > 0 && p.top().kind == header {
		if t := p.top(); t.word == "if" && !t.done && p.isElse(next) {
			t.done, t.indent = true, 0
			return
		}
		p.open = p.open[:len(p.open)-1]
	}
}

// isElse reports whether token i is an else.
func (p *printer) isElse(i int) bool { return p.typ(i) == lex.Key && p.at(i) == "else" }

// end closes a parenthesis or bracket, if one is open.
func (p *printer) end(k kind) {
	if p.hung = false; p.top().kind == k && len(p.open) > 0 {
		p.hung = p.top().indent > 0
		p.open = p.open[:len(p.open)-1]
	}
}

// endsLine reports whether nothing but comments follows token i on its line.
func (p *printer) endsLine(i int) bool {
	for i++; i < len(p.pieces); i++ {
		if p.ownLine(i) {
			return true
		}
		if t := p.typ(i); t != lex.Comment && t != lex.Block {
			return false
		}
	}
	return true
}

// joins reports whether token i moves up to the end of the line before: the {
// of a header or an item, and the else behind a }.
func (p *printer) joins(i int) bool {
	if i == 0 || !p.ownLine(i) || p.typ(i-1) <= lex.Bad {
		return false
	}
	if p.is(i, "{") {
		return !p.start || p.body()
	}
	return p.isElse(i) && p.is(i-1, "}")
}

// commentDepth is the tabs before comment i on a line of its own.
func (p *printer) commentDepth(i int) int {
	next := p.ahead[i]
	switch t := p.top(); {
	case len(p.open) == 0 && !p.start && (next == len(p.pieces) || p.itemStarts(next)):
	case !p.start:
		return p.continued()
	case p.body() && !p.is(next, "{"):
		return p.depth() + 1
	case t.kind == block && t.cases && p.typ(next) == lex.Key && (p.at(next) == "case" || p.at(next) == "default"):
		return p.depth() - t.indent + 1
	}
	return p.depth()
}

// condEnds reports whether a condition ends before token i: an operand
// follows an operand.
func (p *printer) condEnds(i int) bool {
	if p.is(i, "{") || p.is(i, ";") {
		return true
	}
	switch p.typ(i) {
	case lex.Word, lex.Var, lex.Key:
		return p.operand(p.before(i)) && !p.wordOperator(i)
	}
	return false
}

// routeKinds are the words that start a block with statements.
var routeKinds = map[string]bool{
	"request_route": true, "reply_route": true, "route": true, "onreply_route": true, "failure_route": true,
	"branch_route": true, "onsend_route": true, "event_route": true,
}

// routeHead reports whether token i starts a route block.
func (p *printer) routeHead(i int) bool {
	if p.typ(i) != lex.Key || !routeKinds[p.at(i)] {
		return false
	}
	next := p.next(i)
	return p.is(next, "[") || p.is(next, "{")
}

// codeHead reports whether token i, outside of all blocks, starts a statement:
// a file may be one that is included in the middle of a route.
func (p *printer) codeHead(i int) bool {
	s := p.at(i)
	switch p.typ(i) {
	case lex.Var:
		return true
	case lex.Key:
		switch s {
		case "if", "else", "while", "switch", "case", "default", "return", "exit", "drop", "break":
			return true
		}
		return p.is(p.next(i), "(") && s != "modparam" && s != "modparamx"
	case lex.Word:
		return p.is(p.next(i), "(")
	}
	return false
}

// itemStarts reports whether token i, the first of its line outside of all
// blocks, starts an item: items need no semicolon.
func (p *printer) itemStarts(i int) bool {
	if last := p.before(i); p.typ(last) == lex.Op && !p.is(last, ")") && !p.is(last, "]") {
		return false
	}
	s := p.at(i)
	next := p.next(i)
	switch p.typ(i) {
	case lex.Key:
		switch s {
		case "desc", "descr", "description", "advertise", "ADVERTISE", "name", "NAME", "virtual":
			return p.is(next, "=")
		}
		return !p.wordOperator(i)
	case lex.Word:
		// Names go on over lines behind alias.
		return p.head != "alias" && p.head != "listen" || p.is(next, "=") || p.is(next, "(") || p.is(next, ".") && p.is(p.next(p.next(next)), "=")
	case lex.Var, lex.Include:
		return true
	}
	return false
}

// next is the token after piece i, the number of pieces for none.
func (p *printer) next(i int) int { return p.ahead[min(i+1, len(p.pieces))] }

// before is the token before piece i, -1 for none.
func (p *printer) before(i int) int {
	for i--; i >= 0 && p.ahead[i] != i; i-- {
	}
	return i
}

// typ is the type of piece i, EOF for none.
func (p *printer) typ(i int) lexer.TokenType {
	if i < 0 || i >= len(p.pieces) {
		return lex.EOF
	}
	return p.pieces[i].Type
}

// wordOperator reports whether token i is an operator that is a word.
func (p *printer) wordOperator(i int) bool {
	return p.typ(i) == lex.Key && strings.Contains(" and or eq ne ieq ine mod ", " "+p.at(i)+" ")
}
