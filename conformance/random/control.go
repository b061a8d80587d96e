package random

import (
	"fmt"
	"strings"
)

// show is the call that logs $rc and $vn(r) under a number of its own.
func (g *Generator) show() string {
	g.shows++
	return fmt.Sprintf("\t$var(id) = %d; route(SHOW);\n", g.shows)
}

// statement is any statement that none of the rules asks to avoid.
func (g *Generator) statement() *Node {
	for before := len(g.used); ; g.used = g.used[:before] {
		s := g.anyStatement()
		reason := avoid(s.String())
		if reason == "" {
			return s
		}
		g.avoided[reason]++
	}
}

func (g *Generator) anyStatement() *Node {
	choice := g.n(24)
	if g.depth >= 3 {
		choice = g.n(14)
	}
	switch {
	case choice < 6:
		g.use("statement", "show")
		return node(Stmt, "\t$vn(r) = §;\n"+g.show(), g.expression(3))
	case choice < 10:
		g.use("statement", "assign")
		v := g.stored()
		return node(Stmt, "\t§ = §;\n\t$vn(r) = §;\n"+g.show(), leaf(Variable, v), g.assigned(), g.shown(v))
	case choice == 10:
		g.use("statement", "test")
		return node(Stmt, "\t$vn(r) = \"-\"; §;\n"+g.show(), g.test())
	case choice == 11, choice == 12:
		g.use("statement", "action")
		return node(Stmt, "\t$vn(r) = \"-\"; §;\n"+g.show()+"\t$vn(r) = §;\n"+g.show(), g.call(actions), g.value())
	case choice == 13:
		g.use("statement", "pv_printf")
		return node(Stmt, "\tpv_printf(\"$vn(r)\", \"§\");\n"+g.show(), g.format())
	case choice < 17:
		return g.branch()
	case choice == 17:
		return g.while()
	case choice < 20:
		return g.choose()
	case choice == 20 && len(g.program.Routes) > 0 && !g.inSub:
		g.use("statement", "route")
		r := fmt.Sprintf("route(%s%c)", ownName, 'A'+g.n(len(g.program.Routes)))
		if g.oneIn(2) {
			return leaf(Stmt, "\t"+r+";\n"+g.show())
		}
		return leaf(Stmt, "\t$vn(r) = "+r+";\n"+g.show())
	case choice == 21 && (g.inSub || g.oneIn(4)):
		g.use("statement", "return")
		return node(Stmt, "\tif(§) { return §; }\n"+g.show(), g.countable(1), g.countable(1))
	case choice == 22 && g.oneIn(6):
		end := pick(g, []string{"exit", "drop", "exit()", "return 0", "return"})
		g.use("statement", end)
		return node(Stmt, "\tif(§) { "+end+"; }\n"+g.show(), g.countable(1))
	default:
		return g.iterate()
	}
}

// assigned is what is assigned: often something simple.
func (g *Generator) assigned() *Node {
	switch g.n(6) {
	case 0, 1:
		return g.literal()
	case 2:
		return leaf(Dynamic, "$null")
	default:
		return g.expression(2)
	}
}

// shown is what to show after v was assigned: v, or what hangs on it.
func (g *Generator) shown(v string) *Node {
	for _, s := range stores {
		if s.count != "" && strings.Contains(v, s.class[1:]) && g.oneIn(3) {
			return leaf(Dynamic, s.count)
		}
	}
	if v == "$ru" || v == "$rU" || v == "$rd" || v == "$rp" {
		return leaf(Dynamic, "$ru")
	}
	return leaf(Dynamic, v)
}

// block is some statements, never none, in which Kamailio sees an error.
func (g *Generator) block(most int) *Node {
	g.depth++
	defer func() { g.depth-- }()
	b := sequence(Block, leaf(Other, "\t$vn(r) = \"-\";\n"))
	for range g.n(most) {
		b = sequence(Block, append(b.Kids, g.statement())...)
	}
	return b
}

// condition is what if and while ask.
func (g *Generator) condition() *Node {
	switch g.n(4) {
	case 0:
		return g.test()
	case 1:
		return g.dynamic(2)
	default:
		return g.number(3)
	}
}

func (g *Generator) branch() *Node {
	g.use("statement", "if")
	if g.oneIn(2) {
		return node(Stmt, "\tif(§) {\n§"+g.show()+"}\n"+g.show(), g.condition(), g.block(3))
	}
	g.use("statement", "else")
	return node(Stmt, "\tif(§) {\n§"+g.show()+"} else {\n§"+g.show()+"}\n", g.condition(), g.block(3), g.block(3))
}

// while counts its rounds in a variable of its own.
func (g *Generator) while() *Node {
	g.use("statement", "while")
	g.loops++
	v := fmt.Sprintf("$var(loop%s%d)", ownName, g.loops)
	defer func(was bool) { g.inLoop = was }(g.inLoop)
	g.inLoop = true
	cond := g.condition()
	body := g.block(3)
	if g.oneIn(3) {
		g.use("statement", "break")
		body = sequence(Block, append(body.Kids, node(Stmt, "\tif(§) break;\n", g.condition()))...)
	}
	return node(Stmt, "\t"+v+" = 0;\n\twhile("+v+" < "+fmt.Sprint(1+g.n(4))+" && §) {\n\t"+v+" = "+v+" + 1;\n§"+g.show()+"}\n"+g.show(), g.loopCondition(cond), body)
}

// loopCondition is cond as an operand of &&.
func (g *Generator) loopCondition(cond *Node) *Node { return node(Integer, "(§)", cond) }

// choose is a switch.
func (g *Generator) choose() *Node {
	g.use("statement", "switch")
	kind := g.n(3)
	n := &Node{Sort: Stmt, Texts: []string{"\tswitch("}}
	add := func(k *Node, text string) { n.Kids, n.Texts = append(n.Kids, k), append(n.Texts, text) }
	end := ") {\n"
	switch {
	case kind == 0:
		add(g.countable(2), end)
	default:
		add(g.dynamic(2), end)
	}
	labels := map[string]bool{} // two that are equal are refused
	for range 1 + g.n(3) {
		label := fmt.Sprintf("case %d:\n", g.n(12)-2)
		switch kind {
		case 1:
			label = "case \"" + g.chars() + "\":\n"
		case 2:
			g.use("statement", "switch by pattern")
			label = "case /\"" + pick(g, patterns) + "\":\n"
		}
		if labels[label] {
			continue
		}
		labels[label] = true
		n.Texts[len(n.Texts)-1] += label
		tail := g.show()
		if !g.oneIn(4) {
			tail += "\tbreak;\n"
		}
		add(g.block(2), tail)
	}
	if g.oneIn(2) {
		n.Texts[len(n.Texts)-1] += "default:\n"
		add(g.block(2), g.show())
	}
	n.Texts[len(n.Texts)-1] += "}\n" + g.show()
	return n
}

// iterate walks over a table with one item: the order of several is not
// Kamailio's.
func (g *Generator) iterate() *Node {
	g.use("statement", "iterator")
	g.loops++
	it := fmt.Sprintf("it%d", g.loops)
	body := pick(g, []string{
		"",
		"\tsht_iterator_seti(\"IT\", \"5\");\n",
		"\tsht_iterator_sets(\"IT\", \"new$rU\");\n",
		"\t$sht(o=>k) = 1;\n",
	})
	text := "\tsht_reset(\"o\"); $sht(o=>k) = §;\n\tsht_iterator_start(\"IT\", \"o\");\n\twhile(sht_iterator_next(\"IT\")) {\n" + body +
		"\t$vn(r) = $shtitkey(IT);\n" + g.show() + "\t$vn(r) = $shtitval(IT);\n" + g.show() + "}\n\tsht_iterator_end(\"IT\");\n" + g.show()
	return node(Stmt, strings.ReplaceAll(text, "IT", it), g.assigned())
}

// route is a route that the program calls.
func (g *Generator) route(name string) *Node {
	g.use("statement", "return")
	body, code := g.block(4), g.countable(2)
	for avoid(code.String()) != "" {
		code = g.countable(2)
	}
	return node(Other, "route["+name+"] {\n§\treturn §;\n}\n", body, code)
}
