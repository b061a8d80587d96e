package compile

import (
	"olelo/lang/ast"
	"olelo/lang/coverage"
	"olelo/lang/program"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// A statement has a result: a call's code, 1 for most others. The last one
// that a route ran is the route's code where it falls off its end. want is
// the register that gets it, negative where nobody needs it.

// stmts compiles a list; its result is the last statement's.
func (c *compiler) stmts(list []ast.Stmt, want int) {
	if len(list) == 0 && want >= 0 {
		c.result(want, 1)
	}
	for i, s := range list {
		w := -1
		if i == len(list)-1 {
			w = want
		}
		c.begins(s)
		c.stmt(s, w)
	}
}

func (c *compiler) result(want int, code int64) {
	if want >= 0 {
		c.load(value.OfInt(code), uint8(want))
	}
}

func (c *compiler) stmt(s ast.Stmt, want int) {
	mark := c.regs
	defer c.release(mark)
	switch s := s.(type) {
	case *ast.Assign:
		c.pos = s.Pos
		c.statement("assignment", s.Pos)
		c.assign(s.Range, s.To, s.Value, want)
	case *ast.ExprStmt:
		c.pos = s.Pos
		c.exprStmt(s, want)
	case *ast.If:
		c.ifStmt(s, want)
	case *ast.While:
		c.while(s, want)
	case *ast.Switch:
		c.switchStmt(s, want)
	case *ast.Jump:
		c.pos = s.Pos
		c.jump(s)
	case *ast.BadStmt: // reported by the parser
	}
}

func (c *compiler) exprStmt(s *ast.ExprStmt, want int) {
	call, ok := s.X.(*ast.Call)
	if !ok {
		c.errorAt(s.Range, "no-effect", "this statement does nothing", "an assignment is written $x = …; a function has ( )")
		return
	}
	dst := uint8(max(want, 0))
	if want < 0 {
		dst = c.reg()
	}
	start := c.here()
	c.check(call)
	c.call(call, dst, false)
	if n := c.here() - 1; n >= start && c.prog.Code[n].Op == program.OpCall && c.prog.Code[n].C == program.RCZero {
		c.prog.Code[n].C = program.RCKeep
	}
	if canFail(c.prog.Code[start:]) { // in the expression that names a route
		c.prog.OnFailure(start, c.here(), c.here())
	}
}

// assign compiles To = Value. Where it fails, the target keeps its value.
func (c *compiler) assign(at ast.Range, to *ast.Var, val ast.Expr, want int) {
	v, ok := c.variable(to)
	if !ok {
		return
	}
	switch {
	case v.Set != nil || v.Slot > 0:
	case v.NoSet == "":
		c.errorAt(to.Range, "read-only", to.Text+" is read-only: it cannot be assigned", "")
		return
	default:
		c.complain(to.Range, "", message{
			text: to.Text + " cannot be assigned by olelo yet", hint: "Kamailio can assign it; here: " + v.NoSet, known: true,
		})
		c.unassigned(to, v.NoSet)
		v.Set = refuseSet(to.Text)
	}
	if !c.check(val) {
		return
	}
	v = c.traced(to, v)
	start := c.here()
	if k, isConst := c.constant(val); isConst && v.Slot > 0 && c.konst(k) <= program.MaxK {
		c.unused(val)
		n := c.konst(k)
		c.emit(inK(program.Instr{Op: program.OpStoreVarK, D: int32(v.Slot - 1)}, n))
		c.traceSet(to, v)
		c.result(want, 1)
		return
	}
	r := c.reg()
	if call := c.neutral(val); isCall(call) {
		c.callInside(call.(*ast.Call), r, false) // the raw code, not its truth
	} else {
		c.expr(val, r)
	}
	c.pos = at.Pos
	switch {
	case v.Slot == 0:
		set := v.Set
		if _, fromVar := val.(*ast.Var); fromVar && v.Digits {
			set = digits(set)
		}
		c.prog.Sets = append(c.prog.Sets, program.Leaf[registry.Setter]{Text: to.Text, Do: set})
		c.emit(program.Instr{Op: program.OpSet, A: r, D: int32(len(c.prog.Sets) - 1)})
	case c.prog.Slots[v.Slot-1].Null:
		c.emit(program.Instr{Op: program.OpStoreVN, A: r, D: int32(v.Slot - 1)})
	default:
		c.storeVar(r, v.Slot-1)
	}
	c.traceSet(to, v)
	end := c.here()
	if want < 0 {
		c.prog.OnFailure(start, end, end)
		return
	}
	c.result(want, 1)
	over := jumpList{c.emit(program.Instr{Op: program.OpJump})}
	c.prog.OnFailure(start, end, c.here())
	c.result(want, -1)
	c.patch(over)
}

// digits gives set the text of an integer too.
func digits(set registry.Setter) registry.Setter {
	return func(c *registry.Ctx, v *value.Value) bool {
		if v.K == value.Int {
			v.K, v.S = value.Both, c.Arena.Int(v.I)
		}
		return set(c, v)
	}
}

// nested compiles a block one level deeper.
func (c *compiler) nested(b *ast.Block, want int) {
	c.depth++
	c.stmts(b.Stmts, want)
	c.depth--
}

func (c *compiler) ifStmt(s *ast.If, want int) {
	c.pos = s.Pos
	c.statement("if", s.Pos)
	start := c.here()
	c.check(s.Cond)
	c.constantCondition(s.Cond, "if")
	no := c.branch(s.Cond, positive, false)
	end := c.here()
	always, never := c.settled(s.Cond, positive)
	c.unreached(never, func() { c.nested(s.Then, want) })
	if s.Else == nil && want < 0 {
		c.patch(no)
		c.prog.OnFailure(start, end, c.here())
		return
	}
	over := jumpList{c.emit(program.Instr{Op: program.OpJump})}
	c.patch(no)
	c.prog.OnFailure(start, end, c.here())
	if s.Else != nil {
		c.unreached(always, func() { c.nested(s.Else, want) })
	} else {
		c.result(want, 1)
	}
	c.patch(over)
}

func (c *compiler) while(s *ast.While, want int) {
	c.pos = s.Pos
	c.statement("while", s.Pos)
	count := c.reg()
	c.load(value.OfInt(0), count)
	c.result(want, 1)
	c.check(s.Cond)
	c.constantCondition(s.Cond, "while")
	top := c.here()
	at, _ := head(s)
	c.record(at, coverage.Statement)
	done := c.branch(s.Cond, nonzero, false)
	c.pos = s.Pos
	loop := c.emit(program.Instr{Op: program.OpLoop, A: count})
	end := c.here()
	c.breaks = append(c.breaks, nil)
	_, never := c.settled(s.Cond, nonzero)
	c.unreached(never, func() { c.nested(s.Body, want) })
	broken := c.breaks[len(c.breaks)-1]
	c.breaks = c.breaks[:len(c.breaks)-1]
	c.emit(program.Instr{Op: program.OpJump, D: int32(top)})
	c.leave(broken, want)
	c.patch(done)
	c.prog.OnFailure(top, loop, c.here())
	if want < 0 {
		c.prog.OnFailure(loop, end, c.here())
		return
	}
	over := jumpList{c.emit(program.Instr{Op: program.OpJump})}
	c.prog.OnFailure(loop, end, c.here())
	c.result(want, -1)
	c.patch(over)
}

// leave is where break statements go: the result is then 0, which a route
// may end with without ending the script.
func (c *compiler) leave(broken jumpList, want int) {
	c.patch(broken)
	if want >= 0 && len(broken) > 0 {
		c.result(want, 0)
	}
}

func (c *compiler) jump(s *ast.Jump) {
	c.statement(s.Keyword, s.Pos)
	switch s.Keyword {
	case "break":
		if len(c.breaks) == 0 {
			c.warnAt(s.Range, "break-outside", "break outside a while and a switch leaves the route with code 0",
				"return leaves a route, exit ends the script")
			r := c.reg()
			c.load(value.OfInt(0), r)
			c.emit(program.Instr{Op: program.OpEnd, A: r})
			return
		}
		n := len(c.breaks) - 1
		c.breaks[n] = append(c.breaks[n], c.emit(program.Instr{Op: program.OpJump}))
	case "return":
		c.returnStmt(s)
	case "exit", "drop":
		op := program.OpExit
		if s.Keyword == "drop" {
			op = program.OpDrop
		}
		c.emit(program.Instr{Op: op})
	}
}

// failedReturn is a route's code where the expression behind return failed.
const failedReturn = -5

func (c *compiler) returnStmt(s *ast.Jump) {
	r := c.reg()
	if s.Code == nil {
		c.load(value.OfInt(1), r)
		c.emitReturn(r)
		return
	}
	if !c.check(s.Code) {
		return
	}
	if c.typeOf(s.Code) == tStr {
		c.late = true
		c.errorAt(rangeOf(s.Code), "type-mismatch", "return takes an integer, not a text", "")
		c.late = false
		return
	}
	start := c.here()
	c.integer(s.Code, r) // in dialect 6 too a text that is no number is 0 here
	end := c.here()
	c.pos = s.Pos
	c.emitReturn(r)
	if canFail(c.prog.Code[start:end]) {
		c.prog.OnFailure(start, end, c.here())
		c.load(value.OfInt(failedReturn), r)
		c.emitReturn(r)
	}
}

func canFail(code []program.Instr) bool {
	for _, in := range code {
		switch in.Op {
		case program.OpDiv, program.OpMod, program.OpSet, program.OpNumber, program.OpNumberIf, program.OpMatchDyn, program.OpFail:
			return true
		}
	}
	return false
}

func (c *compiler) switchStmt(s *ast.Switch, want int) {
	c.pos = s.Pos
	c.statement("switch", s.Pos)
	sw := &program.Switch{}
	c.check(s.X)
	start := c.here()
	labels := c.caseLabels(s, sw)
	_, isConst := c.constant(s.X)
	if len(s.Cases) == 1 && s.Cases[0].Default && !isConst {
		c.late = true
		c.errorAt(s.Cases[0].Range, "only-default", "a switch with a default and no case: Kamailio does not start with it",
			"the statements can stand there without the switch")
		c.late = false
	}
	r := c.reg()
	if sw.Ints != nil {
		c.number(s.X, r)
	} else {
		c.expr(s.X, r)
	}
	c.pos = s.Pos
	n := len(c.prog.Switches)
	c.prog.Switches = append(c.prog.Switches, sw)
	c.emit(program.Instr{Op: program.OpSwitch, A: r, D: int32(n)})
	end := c.here()
	c.breaks = append(c.breaks, nil)
	c.depth++
	hasDefault := false
	filled := 0 // behind the last case that is not empty
	for i, k := range s.Cases {
		if len(k.Body) > 0 {
			filled = i + 1
		}
	}
	var fell jumpList
	for i, k := range s.Cases {
		at := c.entered(k, caseHead(k), coverage.Case, isConst)
		if k.Default {
			sw.Default, hasDefault = at, true
		}
		labels(i, at)
		last := i+1 >= filled
		c.stmts(k.Body, ifElse(last || leaves(k.Body), want, -1))
		if last && want >= 0 && i < len(s.Cases)-1 { // over the empty cases, which have a result of their own
			fell = append(fell, c.emit(program.Instr{Op: program.OpJump}))
		}
	}
	c.patch(fell)
	c.depth--
	broken := c.breaks[len(c.breaks)-1]
	c.breaks = c.breaks[:len(c.breaks)-1]
	over := jumpList{}
	if want >= 0 {
		over = append(over, c.emit(program.Instr{Op: program.OpJump}))
		c.leave(broken, want)
		over = append(over, c.emit(program.Instr{Op: program.OpJump}))
	} else {
		c.patch(broken)
	}
	if !hasDefault {
		at, _ := head(s)
		sw.Default = c.entered(s, at, coverage.NoCase, isConst)
		c.result(want, 1)
	}
	c.patch(over)
	sw.Seal()
	c.prog.OnFailure(start, end, int(sw.Default))
}

// leaves reports whether control does not fall from a case into the next.
func leaves(body []ast.Stmt) bool {
	if len(body) == 0 {
		return false
	}
	_, ok := body[len(body)-1].(*ast.Jump)
	return ok
}

func ifElse(cond bool, a, b int) int {
	if cond {
		return a
	}
	return b
}

// caseLabels prepares sw for the type of the cases, and returns the function
// that sets the target of case i.
func (c *compiler) caseLabels(s *ast.Switch, sw *program.Switch) func(i int, at int32) {
	ints, strs, regexes := 0, 0, 0
	seen := map[value.Value]bool{}
	for _, k := range s.Cases {
		v, ok := c.caseValue(k)
		switch {
		case k.Default:
		case k.Regex != nil:
			regexes++
		case !ok:
			c.errorAt(k.Range, "case-not-constant", "a case takes a constant", "compare variables with if … else if")
		case seen[v]:
			c.late = true
			c.errorAt(rangeOf(k.Value), "duplicate-case", "this switch has this case already", "Kamailio does not start with it")
			c.late = false
		case v.K == value.Int:
			ints++
		default:
			strs++
		}
		seen[v] = ok
		if ints > 0 && strs+regexes > 0 {
			c.errorAt(k.Range, "mixed-cases", "integer and text cases stand in one switch", "quote the numbers, or use two switches")
			return func(int, int32) {}
		}
	}
	switch {
	case regexes > 0:
		sw.Tests = []program.SwitchTest{}
	case strs > 0:
		sw.Strs = map[string]int32{}
	default:
		sw.Ints = map[int64]int32{}
	}
	return func(i int, at int32) {
		k := s.Cases[i]
		v, ok := c.caseValue(k)
		switch {
		case k.Default || !ok && k.Regex == nil:
		case regexes > 0:
			t := program.SwitchTest{Text: v.S, Target: at}
			if k.Regex != nil {
				if n, ok := c.regex(k.Regex.Text, k.Regex.Range, 0); ok {
					t.Text, t.Match = k.Regex.Text, c.prog.Regexes[n].Do
				}
			}
			sw.Tests = append(sw.Tests, t)
		case strs > 0:
			sw.Strs[v.S] = at
		default:
			sw.Ints[v.I] = at
		}
	}
}

func (c *compiler) caseValue(k *ast.Case) (value.Value, bool) {
	if k.Value == nil {
		return value.Value{}, false
	}
	return c.constant(k.Value)
}
