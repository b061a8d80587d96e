package parse

import (
	"maps"
	"slices"
	"strconv"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/lex"
)

// maxFlag is the highest number of a message flag.
const maxFlag = 31

// flagSet is the declared flags and the bits that they take.
type flagSet struct {
	names map[string]bool
	used  uint32
}

// flagText is the name in a token.
func flagText(t *lexer.Token) string {
	if t.Type == lex.Str {
		return lex.Text(t.Value)
	}
	return t.Value
}

// declareFlag adds the flag that t names, with its bit or -1. What is wrong is
// reported at the token at, where Kamailio stops.
func (p *parser) declareFlag(g *ast.Global, t *lexer.Token, bit int64, at *lexer.Token) {
	name := flagText(t)
	if g.Name != "flags" {
		if p.avpFlags == nil {
			p.avpFlags = map[string]bool{}
		}
		p.avpFlags[name] = true
		return
	}
	f := &p.flags
	if f.names == nil {
		f.names = map[string]bool{}
	}
	if bit < 0 && f.used != 1<<(maxFlag+1)-1 {
		for bit = 0; f.used&(1<<bit) != 0; bit++ {
		}
	}
	switch {
	case f.names[name]:
		p.flagError(at, t, "parameter-twice", "the flag "+name+" is declared already", "")
	case bit > maxFlag:
		p.flagError(at, t, "bad-flag", "the flag "+name+" has no such bit: "+strconv.FormatInt(bit, 10), "a bit is 0 to 31")
	case bit < 0:
		p.flagError(at, t, "bad-flag", "there is no bit left for the flag "+name, "a message has 32 flags")
	default:
		f.used |= 1 << bit
	}
	f.names[name] = true
}

// knownFlag reports a flag that is not declared, or a number that is none.
func (e *pratt) knownFlag(t *lexer.Token, names map[string]bool) {
	at := e.lx.Peek()
	if t.Type == lex.Int {
		if n := lex.Number(t.Value); n > maxFlag {
			e.flagError(at, t, "bad-flag", "there is no flag "+t.Value, "flags are numbered from 0 to 31")
		}
		return
	}
	name := flagText(t)
	if names[name] || e.missing { // or it may be in the file that is missing
		return
	}
	hint := "write flags " + name + ", or flags " + name + ":5, above the routes"
	if near := diag.Nearest(name, slices.Sorted(maps.Keys(names))); near != "" {
		hint = "did you mean " + near + "?"
	}
	e.flagError(at, t, "undeclared-flag", "the flag "+name+" is not declared", hint)
}

// flagError reports what is wrong with the flag t; the item or statement goes
// on behind it.
func (p *parser) flagError(at, t *lexer.Token, code, msg, hint string) {
	wrong := p.wrong
	d := p.errorAt(at, code, msg, hint)
	d.Mark = pos(t)
	p.wrong = wrong
}
