package random

import "strings"

// The operators by what they ask of their operands.
var (
	arithmetic = []string{"+", "-", "*", "/", "mod", "&", "|", "^", "<<", ">>"}
	orders     = []string{"<", ">", "<=", ">="}
	equals     = []string{"==", "!=", "eq", "ne", "ieq", "ine"}
	logic      = []string{"&&", "||", "and", "or"}
)

// expression is an expression of any type.
func (g *Generator) expression(depth int) *Node {
	switch g.n(5) {
	case 0, 1:
		return g.number(depth)
	case 2:
		return g.string(depth)
	default:
		return g.dynamic(depth)
	}
}

func (g *Generator) op(of []string) string {
	o := pick(g, of)
	g.use("operator", o)
	return o
}

// number is an expression that is an integer whatever its operands are.
func (g *Generator) number(depth int) *Node {
	if depth <= 0 {
		return g.integer()
	}
	depth--
	switch g.n(12) {
	case 0, 1, 2:
		if o := g.op(arithmetic); o != "+" {
			return node(Integer, "(§ "+o+" §)", g.countable(depth), g.countable(depth))
		}
		return node(Integer, "(§ + §)", g.number(depth), g.countable(depth))
	case 3:
		return node(Integer, "(§ "+g.op(orders)+" §)", g.countable(depth), g.countable(depth))
	case 4, 5:
		return g.equality(depth)
	case 6:
		o := g.op([]string{"=~"})
		return node(Integer, "(§ "+o+" §)", g.stringOrValue(depth), g.pattern(depth))
	case 7:
		return node(Integer, "(§ "+g.op(logic)+" §)", g.countable(depth), g.countable(depth))
	case 8:
		return node(Integer, g.op([]string{"-", "~", "!", "not"})+" (§)", g.countable(depth))
	case 9:
		g.use("operator", "(int)")
		return node(Integer, "(int)(§)", g.expression(depth))
	case 10:
		f := pick(g, []string{"strlen", "strempty"})
		g.use("operator", f)
		return node(Integer, f+"(§)", g.stringOrValue(depth))
	default:
		if g.oneIn(3) {
			g.use("operator", "defined")
			return leaf(Integer, "(defined "+g.stored()+")")
		}
		return g.test()
	}
}

// countable is what an operator of integers takes.
func (g *Generator) countable(depth int) *Node {
	if g.oneIn(2) {
		return g.dynamic(depth)
	}
	return g.number(depth)
}

// string is an expression that is a text whatever its operands are.
func (g *Generator) string(depth int) *Node {
	if depth <= 0 {
		return g.text()
	}
	depth--
	switch g.n(4) {
	case 0, 1:
		g.use("operator", "+")
		return node(Text, "(§ + §)", g.string(depth), g.expression(depth))
	case 2:
		g.use("operator", "(str)")
		return node(Text, "(str)(§)", g.expression(depth))
	default:
		return g.text()
	}
}

func (g *Generator) stringOrValue(depth int) *Node {
	if g.oneIn(2) {
		return g.string(depth)
	}
	return g.dynamic(depth)
}

// dynamic is an expression whose type its variables decide.
func (g *Generator) dynamic(depth int) *Node {
	if depth <= 0 || !g.oneIn(4) {
		return g.value()
	}
	g.use("operator", "+")
	return node(Dynamic, "(§ + §)", g.dynamic(depth-1), g.expression(depth-1))
}

// equality compares two expressions that may be compared.
func (g *Generator) equality(depth int) *Node {
	o := g.op(equals)
	numbers := o == "ieq" || o == "ine"
	texts := o == "eq" || o == "ne"
	form := "(§ " + o + " §)"
	switch {
	case numbers || !texts && g.oneIn(3):
		x, y := g.number(depth), g.countable(depth)
		if strings.HasPrefix(y.String(), "$null") || strings.HasPrefix(y.String(), "$(null") {
			y = g.integer() // an integer is not compared with $null
		}
		return node(Integer, form, x, y)
	case texts || g.oneIn(2):
		if !texts {
			return node(Integer, form, g.string(depth), g.stringOrValue(depth))
		}
		return node(Integer, form, g.stringOrValue(depth), g.stringOrValue(depth))
	default:
		return node(Integer, form, g.dynamic(depth), g.expression(depth))
	}
}

// pattern is the right side of =~.
func (g *Generator) pattern(depth int) *Node {
	if g.oneIn(4) {
		return g.dynamic(depth)
	}
	return leaf(Text, `"`+pick(g, patterns)+`"`)
}

var patterns = []string{
	"a", "^a", "c$", "^$", ".*", "[0-9]+", "^[a-z]+$", "(a|b)c", "a{2,}", "b?c+", "^sip:", "[[:alpha:]]{3}", "(.)\\1", "[^,]*,", "x|y", "\\.", "^-?[0-9]+$", "one.two", "B.B",
}
