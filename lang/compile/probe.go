package compile

import (
	"slices"

	"olelo/lang/ast"
	"olelo/lang/coverage"
	"olelo/lang/program"
	"olelo/lang/source"
	"olelo/runtime/registry"
)

// Instrumentation is compiled in: where none of Coverage, Recorder and Tracer is
// asked for, none of this leaves an instruction.

// Recorder is told what routes do while they run. Each of its methods is called
// once for a place in the configuration, while that is compiled, and returns
// what the place runs from then on. It must not change what a route does.
type Recorder interface {
	// Reached returns what runs where a place is reached: before a statement, and
	// behind a condition or a switch, as the place's Kind says.
	Reached(coverage.Place) program.Probe
	// Entered is the start of a route block, by its title. Calling and Returned
	// stand before and behind a route(), which may not find its block.
	Entered(title string) program.Probe
	Calling() program.Probe
	Returned() program.Probe
	// Get and Set are a variable's access.
	Get(text string, get registry.Getter) registry.Getter
	Set(text string, set registry.Setter) registry.Setter
	// Test is an old-style test, such as src_ip==myself.
	Test(text string, test program.Test) program.Test
	// Call is a function's. The variables in its arguments that it evaluates are
	// read through Get, between its start and its end.
	Call(site Site, call registry.Call) registry.Call
}

// Site is a call in the configuration.
type Site struct {
	Pos    source.Pos
	Name   string
	Args   []string // as written, without their quotes
	Mocked bool     // one of Mocks has taken its place
}

// watched reports whether the program is instrumented.
func (c *compiler) watched() bool { return c.opt.Coverage != nil || c.opt.Recorder != nil }

// point puts what watches a way that of, a condition or a case, goes in front of
// the next instruction.
func (c *compiler) point(of any, at ast.Range, kind coverage.Kind) {
	place := c.placeOf(at, kind)
	place.Nth = c.nth(of, at)
	c.count(place)
	c.record(at, kind)
}

// nth tells apart what stands at one place: all that comes out of one use of a
// #!define does.
func (c *compiler) nth(of any, at ast.Range) int {
	place := c.placeOf(at, 0)
	n := slices.Index(c.places[place], of)
	if n < 0 {
		n = len(c.places[place])
		c.places[place] = append(c.places[place], of)
	}
	return n
}

// count counts a place, unless it is never reached.
func (c *compiler) count(at coverage.Place) {
	if c.opt.Coverage == nil || c.dead > 0 {
		return
	}
	kind := at.Kind
	if n := c.opt.Coverage.Counter(at); n != nil {
		c.probe("count "+kind.String(), func(*registry.Ctx) { n.Hit() })
	}
}

// record tells the recorder of a place.
func (c *compiler) record(at ast.Range, kind coverage.Kind) {
	if c.opt.Recorder != nil {
		c.probe(kind.String(), c.opt.Recorder.Reached(c.placeOf(at, kind)))
	}
}

func (c *compiler) placeOf(at ast.Range, kind coverage.Kind) coverage.Place {
	return coverage.Place{
		File: at.Pos.Filename, Line: at.Pos.Line, Col: at.Pos.Column, EndLine: at.EndLine, EndCol: at.EndCol,
		Kind: kind, Route: c.title,
	}
}

// begins watches that a statement begins. A while is recorded each time that it
// asks its condition.
func (c *compiler) begins(s ast.Stmt) {
	at, ok := head(s)
	if !ok {
		return
	}
	c.traceStmt(s)
	c.count(c.placeOf(at, coverage.Statement))
	if _, loop := s.(*ast.While); !loop {
		c.record(at, coverage.Statement)
	}
}

func (c *compiler) probe(text string, do program.Probe) {
	c.prog.Probes = append(c.prog.Probes, program.Leaf[program.Probe]{Text: text, Do: do})
	c.emit(program.Instr{Op: program.OpProbe, D: int32(len(c.prog.Probes) - 1)})
}

// head is a statement's place: of one with blocks the part before them.
func head(s ast.Stmt) (ast.Range, bool) {
	upTo := func(start source.Pos, e ast.Expr) (ast.Range, bool) {
		_, line, col := e.Span()
		return ast.Range{Pos: start, EndLine: line, EndCol: col}, true
	}
	switch s := s.(type) {
	case *ast.Assign:
		return s.Range, true
	case *ast.ExprStmt:
		return s.Range, true
	case *ast.Jump:
		return s.Range, true
	case *ast.If:
		return upTo(s.Pos, s.Cond)
	case *ast.While:
		return upTo(s.Pos, s.Cond)
	case *ast.Switch:
		return upTo(s.Pos, s.X)
	}
	return ast.Range{}, false
}

// outcomes watches both ways of a condition whose code ends here: jumps leave it
// where it is want.
func (c *compiler) outcomes(e ast.Expr, jumps jumpList, want bool) jumpList {
	if !c.watched() {
		return jumps
	}
	if _, isConst := c.constant(e); isConst {
		return jumps
	}
	kinds := [2]coverage.Kind{coverage.False, coverage.True}
	c.point(e, rangeOf(e), kinds[ifElse(want, 0, 1)])
	over := jumpList{c.emit(program.Instr{Op: program.OpJump})}
	c.patch(jumps)
	c.point(e, rangeOf(e), kinds[ifElse(want, 1, 0)])
	out := jumpList{c.emit(program.Instr{Op: program.OpJump})}
	c.patch(over)
	return out
}

// entered returns where a switch goes for a case whose code begins here. What
// falls into it from the case before does not count.
func (c *compiler) entered(of any, at ast.Range, kind coverage.Kind, isConst bool) int32 {
	if !c.watched() {
		return int32(c.here())
	}
	over := jumpList{c.emit(program.Instr{Op: program.OpJump})}
	start := c.here()
	c.unreached(isConst, func() { c.point(of, at, kind) })
	c.patch(over)
	return int32(start)
}

// caseHead is a case without its statements.
func caseHead(k *ast.Case) ast.Range {
	at := ast.Range{Pos: k.Pos, EndLine: k.Pos.Line, EndCol: k.Pos.Column + len("default") - 1}
	switch {
	case k.Regex != nil:
		at.EndLine, at.EndCol = k.Regex.EndLine, k.Regex.EndCol
	case k.Value != nil:
		_, at.EndLine, at.EndCol = k.Value.Span()
	}
	return at
}

// unreached compiles what never runs, which coverage does not ask for.
func (c *compiler) unreached(never bool, compile func()) {
	if never {
		c.dead++
		defer func() { c.dead-- }()
	}
	compile()
}

// recorded is a variable's access as the recorder wants it. A slot is read and
// written like any other variable then.
func (c *compiler) recorded(text string, v registry.Var) registry.Var {
	r := c.opt.Recorder
	if r == nil {
		return v
	}
	v.Slot = 0
	v.Get = r.Get(text, v.Get)
	if v.Set != nil {
		v.Set = r.Set(text, v.Set)
	}
	return v
}
