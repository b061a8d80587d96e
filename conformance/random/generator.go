// Package random compares olelo with Kamailio by programs that nobody wrote: it
// makes typed random routes and messages from a seed, runs them on both, and
// shrinks what differs to a case.
package random

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"olelo/conformance/feed"
)

// ownName stands for the program's name in its nodes.
const ownName = "¤"

// Program is a route with those that it calls, and the messages to run it for.
// Each statement shows its effect in the log.
type Program struct {
	Name     string // of its route
	Main     *Node  // a Block
	Routes   []*Node
	Messages []feed.Message
}

// Statements is the number of statements.
func (p *Program) Statements() int {
	n := p.Main.statements()
	for _, r := range p.Routes {
		n += r.statements()
	}
	return n
}

// Source is the program as it stands in a configuration.
func (p *Program) Source() string {
	var b strings.Builder
	fmt.Fprintf(&b, "route[%s] {\n%s}\n", ownName, p.Main)
	for _, r := range p.Routes {
		b.WriteString(r.String())
	}
	return strings.ReplaceAll(b.String(), ownName, p.Name)
}

// Generator makes programs. Two with the same seed make the same.
type Generator struct {
	r        *rand.Rand
	used     []string       // operators, transformations, variables, functions and statements, by kind and name
	avoided  map[string]int // statements that were made anew, by the reason of the rule
	programs int
	shows    int // the number of the last value shown in this program
	loops    int // the number of the last loop in this program
	program  *Program
	depth    int  // of blocks
	inSub    bool // in a route that the program calls
	inLoop   bool // where break has a meaning
}

// New returns a generator.
func New(seed uint64) *Generator {
	return &Generator{r: rand.New(rand.NewPCG(seed, 0x01e10)), avoided: map[string]int{}}
}

// Program makes a program of so many statements in its own block; those inside
// its blocks come on top.
func (g *Generator) Program(statements, messages int) *Program {
	g.programs++
	g.shows, g.loops = 0, 0
	p := &Program{Name: fmt.Sprintf("P%d", g.programs)}
	g.program = p
	for i := range g.n(3) {
		g.inSub = true
		name := fmt.Sprintf("%s%c", ownName, 'A'+i)
		p.Routes = append(p.Routes, g.route(name))
	}
	g.inSub = false
	p.Main = sequence(Block)
	for _, v := range []string{"$var(a)", "$var(b)", "$var(c)", "$vn(a)", "$vz(d)"} {
		p.Main = sequence(Block, append(p.Main.Kids, node(Stmt, "\t"+v+" = §;\n", g.literal()))...)
	}
	for range statements {
		p.Main = sequence(Block, append(p.Main.Kids, g.statement())...)
	}
	for range messages {
		p.Messages = append(p.Messages, g.message())
	}
	return p
}

// n is a number from 0 to below max.
func (g *Generator) n(max int) int { return g.r.IntN(max) }

// oneIn is true once in n times.
func (g *Generator) oneIn(n int) bool { return g.r.IntN(n) == 0 }

func pick[T any](g *Generator, of []T) T { return of[g.r.IntN(len(of))] }

// use notes that something was made.
func (g *Generator) use(kind, name string) { g.used = append(g.used, kind+" "+name) }
