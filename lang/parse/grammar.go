package parse

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/lex"
	"olelo/lang/source"
)

// grammar is one participle parser for each item and statement that is parsed
// by its struct tags. The item or statement is chosen by its first token:
// participle has no error recovery, so each is parsed by itself, and those
// inside it through parser.stmt. Assignments and calls are parsed with the
// expressions that they are; blocks, if and while, of which a configuration
// has thousands, by hand too: reflection made them half of the time.
type grammar struct {
	load     *participle.Parser[ast.Load]
	modParam *participle.Parser[ast.ModParam]
	route    *participle.Parser[ast.Route]
	switchS  *participle.Parser[ast.Switch]
	jump     *participle.Parser[ast.Jump]
}

// build makes the parsers for p's tokens.
func build(def *lex.Definition, p *parser) grammar {
	opts := []participle.Option{
		participle.Lexer(def),
		// LL(1): the first token chooses. participle counts those after it.
		participle.UseLookahead(0),
		participle.ParseTypeWith(p.stmt),
		participle.ParseTypeWith(p.expr),
	}
	return grammar{
		load:     participle.MustBuild[ast.Load](opts...),
		modParam: participle.MustBuild[ast.ModParam](opts...),
		route:    participle.MustBuild[ast.Route](opts...),
		switchS:  participle.MustBuild[ast.Switch](opts...),
		jump:     participle.MustBuild[ast.Jump](opts...),
	}
}

// node is a pointer to a tree's node, which embeds ast.Range.
type node[T any] interface {
	*T
	SetEnd(line, col int)
}

// run parses one T. What is wrong is reported; ok is false then, and the
// lexer stands at the token that is wrong.
func run[T any, P node[T]](p *parser, g *participle.Parser[T], lex *lexer.PeekingLexer) (v P, ok bool) {
	p.depth++
	defer func() { p.depth-- }()
	t, err := g.ParseFromLexer(lex, p.trailing)
	if t == nil {
		t = new(T)
	}
	v = t
	v.SetEnd(p.lastEnd(lex))
	if err != nil {
		p.syntax(err, lex)
		return v, false
	}
	return v, true
}

// lastEnd is where the token before the lexer's ends.
func (p *parser) lastEnd(lex *lexer.PeekingLexer) (line, col int) {
	return p.set.End(source.Pos{Offset: lex.Peek().Pos.Offset - 1})
}

// endBefore sets n's end to that of the token before next.
func (p *parser) endBefore(n interface{ SetEnd(line, col int) }, next source.Pos) {
	n.SetEnd(p.set.End(source.Pos{Offset: next.Offset - 1}))
}
