package vm

import (
	"strconv"

	"olelo/lang/program"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// exited is a script's code where exit ended it: unlike return 0, it does not
// stop a reply from going on.
const exited = 1

// noRoute is the code of a call of a route that is not there; it leaves $rc.
const noRoute = -10

// exec runs from pc until the route that it started in returns or the script ends.
// What it keeps at hand here is what an instruction needs most; the rest is m's.
func (m *Machine) exec(c *registry.Ctx, pc int) int {
	p := m.prog
	code := p.Code
	wrap := p.Wrap32
	vars := c.Vars // which do not move while a route runs
	floor := len(m.frames)
	r := m.window()
	for {
		in := &code[pc] // a copy would go through the stack
		pc++
		switch in.Op {
		case program.OpNop:

		case program.OpLoadConst:
			r[in.A] = p.Consts[in.D]
		case program.OpLoadInt:
			r[in.A].SetInt(int64(in.D))
		case program.OpLoadVar:
			r[in.A] = vars[in.D].Value
		case program.OpGet:
			p.Gets[in.D].Do(c, &r[in.A])
		case program.OpPin:
			if v := &r[in.A]; v.K&value.Str != 0 {
				v.S = c.Arena.Concat(v.S, "")
			}
		case program.OpStoreVar:
			assign(&vars[in.D], &r[in.A])
		case program.OpStoreVN:
			vars[in.D].Set(&r[in.A])
		case program.OpStoreVarK:
			vars[in.D].SetConst(&p.Consts[in.K()])
		case program.OpGetVar:
			p.Gets[in.D].Do(c, &r[in.A])
			assign(&vars[in.K()], &r[in.A])
		case program.OpAddVar:
			if s := &vars[in.D]; r[in.B].K == value.Int {
				s.SetInt(sum(r[in.B:][:in.C], wrap))
			} else {
				s.Keep(appendTexts(s.Spare(), r[in.B:][:in.C]))
			}
		case program.OpIncVar:
			if s := &vars[in.K()]; s.K == value.Int {
				s.I = narrow(s.I+int64(in.D), wrap)
			} else {
				s.Keep(strconv.AppendInt(append(s.Spare(), s.S...), int64(in.D), 10))
			}
		case program.OpSet:
			if !p.Sets[in.D].Do(c, &r[in.A]) {
				pc = m.fail(c, pc, "the assignment to %s failed", p.Sets[in.D].Text)
			}

		case program.OpAdd:
			if l := &r[in.B]; l.K == value.Int {
				r[in.A].SetInt(sum(r[in.B:][:in.C], wrap))
			} else {
				r[in.A].SetStr(concat(c, r[in.B:][:in.C]))
			}
		case program.OpAddInt:
			r[in.A].SetInt(narrow(number(&r[in.B], wrap)+number(&r[in.C], wrap), wrap))
		case program.OpSub:
			r[in.A].SetInt(narrow(number(&r[in.B], wrap)-number(&r[in.C], wrap), wrap))
		case program.OpMul:
			r[in.A].SetInt(narrow(number(&r[in.B], wrap)*number(&r[in.C], wrap), wrap))
		case program.OpDiv:
			if d := number(&r[in.C], wrap); d != 0 {
				r[in.A].SetInt(narrow(number(&r[in.B], wrap)/d, wrap))
			} else {
				pc = m.fail(c, pc, "division by zero")
			}
		case program.OpMod:
			if d := number(&r[in.C], wrap); d != 0 {
				r[in.A].SetInt(narrow(number(&r[in.B], wrap)%d, wrap))
			} else {
				pc = m.fail(c, pc, "mod by zero")
			}
		case program.OpAnd:
			r[in.A].SetInt(number(&r[in.B], wrap) & number(&r[in.C], wrap))
		case program.OpOr:
			r[in.A].SetInt(number(&r[in.B], wrap) | number(&r[in.C], wrap))
		case program.OpXor:
			r[in.A].SetInt(number(&r[in.B], wrap) ^ number(&r[in.C], wrap))
		case program.OpShl:
			r[in.A].SetInt(shiftLeft(number(&r[in.B], wrap), number(&r[in.C], wrap), wrap))
		case program.OpShr:
			r[in.A].SetInt(shiftRight(number(&r[in.B], wrap), number(&r[in.C], wrap), wrap))
		case program.OpNeg:
			r[in.A].SetInt(narrow(-number(&r[in.B], wrap), wrap))
		case program.OpCom:
			r[in.A].SetInt(^number(&r[in.B], wrap))
		case program.OpAddK:
			if l := &r[in.B]; l.K == value.Int {
				r[in.A].SetInt(narrow(l.I+int64(in.D), wrap))
			} else {
				r[in.A].SetStr(c.Arena.Concat(l.S, c.Arena.Int(int64(in.D))))
			}
		case program.OpSubK:
			r[in.A].SetInt(narrow(number(&r[in.B], wrap)-int64(in.D), wrap))

		case program.OpNumber, program.OpNumberIf:
			v := &r[in.A]
			if v.K == value.Int || in.Op == program.OpNumberIf && r[in.B].K != value.Int {
				continue
			}
			n, ok := numberOf(v, wrap)
			if !ok {
				pc = m.fail(c, pc, "%s is no number", quoted(v.S))
				continue
			}
			v.SetInt(n)
		case program.OpToInt:
			r[in.A].SetInt(number(&r[in.B], wrap))
		case program.OpToStr:
			if r[in.A] = r[in.B]; in.C == 0 || r[in.A].K != value.Both {
				r[in.A].SetStr(text(c, &r[in.B]))
			}
		case program.OpTruth:
			r[in.A].SetInt(bit(truth(&r[in.B], wrap)))
		case program.OpNot:
			r[in.A].SetInt(bit(number(&r[in.B], wrap) == 0))
		case program.OpBool:
			r[in.A].SetInt(bit(number(&r[in.B], wrap) != 0))
		case program.OpTest:
			r[in.A].SetInt(bit(p.Tests[in.D].Do(c, &r[in.A])))
		case program.OpStrLen:
			r[in.A].SetInt(int64(len(text(c, &r[in.B]))))
		case program.OpStrEmpty:
			r[in.A].SetInt(bit(equalText(&r[in.B], "")))
		case program.OpDefined:
			r[in.A].SetInt(bit(r[in.B].K != value.Null))
		case program.OpIsNull:
			r[in.A].SetInt(bit(r[in.B].K == value.Null))

		case program.OpEq:
			r[in.A].SetInt(bit(equal(&r[in.B], &r[in.C], wrap)))
		case program.OpNe:
			r[in.A].SetInt(bit(!equal(&r[in.B], &r[in.C], wrap)))
		case program.OpEqI:
			r[in.A].SetInt(bit(number(&r[in.B], wrap) == number(&r[in.C], wrap)))
		case program.OpNeI:
			r[in.A].SetInt(bit(number(&r[in.B], wrap) != number(&r[in.C], wrap)))
		case program.OpEqS:
			r[in.A].SetInt(bit(equalText(&r[in.B], text(c, &r[in.C]))))
		case program.OpNeS:
			r[in.A].SetInt(bit(!equalText(&r[in.B], text(c, &r[in.C]))))
		case program.OpLt:
			r[in.A].SetInt(bit(number(&r[in.B], wrap) < number(&r[in.C], wrap)))
		case program.OpLe:
			r[in.A].SetInt(bit(number(&r[in.B], wrap) <= number(&r[in.C], wrap)))
		case program.OpGt:
			r[in.A].SetInt(bit(number(&r[in.B], wrap) > number(&r[in.C], wrap)))
		case program.OpGe:
			r[in.A].SetInt(bit(number(&r[in.B], wrap) >= number(&r[in.C], wrap)))
		case program.OpMatch:
			ok, err := p.Regexes[in.D].Do(text(c, &r[in.B]))
			if err != nil {
				m.report(c, pc, "=~ %q: %v", p.Regexes[in.D].Text, err)
			}
			r[in.A].SetInt(bit(ok))
		case program.OpMatchDyn:
			ok, err := p.MatchText(text(c, &r[in.B]), text(c, &r[in.C]))
			if err != nil {
				pc = m.fail(c, pc, "=~ %q: %v", text(c, &r[in.C]), err)
				continue
			}
			r[in.A].SetInt(bit(ok))

		case program.OpJump:
			pc = int(in.D)
		case program.OpJumpTrue:
			if truth(&r[in.A], wrap) {
				pc = int(in.D)
			}
		case program.OpJumpFalse:
			if !truth(&r[in.A], wrap) {
				pc = int(in.D)
			}
		case program.OpJumpZero:
			if number(&r[in.A], wrap) == 0 {
				pc = int(in.D)
			}
		case program.OpJumpNonzero:
			if number(&r[in.A], wrap) != 0 {
				pc = int(in.D)
			}
		case program.OpJumpNull:
			if r[in.A].K == value.Null {
				pc = int(in.D)
			}
		case program.OpJumpNotNull:
			if r[in.A].K != value.Null {
				pc = int(in.D)
			}
		case program.OpJumpInt:
			if r[in.A].K == value.Int {
				pc = int(in.D)
			}
		case program.OpJumpEqK:
			if same(&r[in.A], &p.Consts[in.K()], wrap) {
				pc = int(in.D)
			}
		case program.OpJumpNeK:
			if !same(&r[in.A], &p.Consts[in.K()], wrap) {
				pc = int(in.D)
			}
		case program.OpJumpLtK:
			if number(&r[in.A], wrap) < p.Consts[in.K()].I {
				pc = int(in.D)
			}
		case program.OpJumpLeK:
			if number(&r[in.A], wrap) <= p.Consts[in.K()].I {
				pc = int(in.D)
			}
		case program.OpJumpGtK:
			if number(&r[in.A], wrap) > p.Consts[in.K()].I {
				pc = int(in.D)
			}
		case program.OpJumpGeK:
			if number(&r[in.A], wrap) >= p.Consts[in.K()].I {
				pc = int(in.D)
			}
		case program.OpJumpVarEqK:
			if same(&vars[in.A].Value, &p.Consts[in.K()], wrap) {
				pc = int(in.D)
			}
		case program.OpJumpVarNeK:
			if !same(&vars[in.A].Value, &p.Consts[in.K()], wrap) {
				pc = int(in.D)
			}
		case program.OpJumpVarLtK:
			if number(&vars[in.A].Value, wrap) < p.Consts[in.K()].I {
				pc = int(in.D)
			}
		case program.OpJumpVarLeK:
			if number(&vars[in.A].Value, wrap) <= p.Consts[in.K()].I {
				pc = int(in.D)
			}
		case program.OpJumpVarGtK:
			if number(&vars[in.A].Value, wrap) > p.Consts[in.K()].I {
				pc = int(in.D)
			}
		case program.OpJumpVarGeK:
			if number(&vars[in.A].Value, wrap) >= p.Consts[in.K()].I {
				pc = int(in.D)
			}
		case program.OpCallTrue, program.OpCallFalse:
			rc := p.Calls[in.K()].Do(c)
			r = m.window() // a nested Run may have grown them
			if !returned(c, rc, in.A) {
				return 0
			}
			if (rc > 0) == (in.Op == program.OpCallTrue) {
				pc = int(in.D)
			}

		case program.OpCallLog:
			if !c.Log.Enabled(log.Level(int8(in.B))) {
				returned(c, 1, in.C)
				r[in.A].SetInt(1)
				continue
			}
			fallthrough
		case program.OpCall, program.OpCallTest:
			rc := p.Calls[in.D].Do(c)
			r = m.window() // as above
			if !returned(c, rc, in.C) {
				return 0
			}
			if in.Op == program.OpCallTest {
				rc = int(bit(rc > 0))
			}
			r[in.A].SetInt(int64(rc))
		case program.OpRoute, program.OpRouteDyn:
			n := int(in.D)
			if in.Op == program.OpRouteDyn {
				name, ok := text(c, &r[in.B]), false
				if n, ok = p.FindRoute("route", name); !ok {
					m.report(c, pc, "there is no route[%s]", name)
					r[in.A].SetInt(noRoute)
					continue
				}
			}
			level := m.level + int(in.C) + 1
			if level > p.MaxLevel {
				m.report(c, pc, "route[%s] is called too deep: max_recursive_level is %d", p.Routes[n].Name, p.MaxLevel)
				r[in.A].SetInt(-1)
				c.RC = -1
				continue
			}
			m.frames = append(m.frames, frame{pc: pc, base: m.base, level: m.level, dst: in.A})
			m.level = level
			r = m.enter(p.Routes[n].Regs)
			pc = int(p.Routes[n].Entry)
		case program.OpReturn, program.OpReturnI, program.OpEnd:
			rc := int64(in.D)
			if in.Op != program.OpReturnI {
				rc = number(&r[in.A], wrap)
			}
			if rc == 0 && in.Op != program.OpEnd {
				c.Flow |= registry.FlowExit
				c.RC = 0
				return 0
			}
			if len(m.frames) == floor {
				return int(rc)
			}
			f := m.frames[len(m.frames)-1]
			m.frames = m.frames[:len(m.frames)-1]
			m.top, m.base, m.level, pc = m.base, f.base, f.level, f.pc
			r = m.window()
			r[f.dst].SetInt(rc)
			c.RC = int(rc)
		case program.OpExit:
			c.Flow |= registry.FlowExit
			return exited
		case program.OpDrop:
			c.Flow |= registry.FlowExit | registry.FlowDrop
			return 0

		case program.OpLoop:
			v := &r[in.A]
			v.I++
			if p.MaxLoops > 0 && v.I > int64(p.MaxLoops) {
				pc = m.fail(c, pc, "the while loop ran more than %d times (max_while_loops)", p.MaxLoops)
			}
		case program.OpFail:
			pc = m.fail(c, pc, "%s", p.Consts[in.D].S)
		case program.OpSwitch:
			pc = int(m.target(c, pc, p.Switches[in.D], &r[in.A]))

		case program.OpProbe:
			p.Probes[in.D].Do(c)

		default:
			c.Log.Errorf(log.Core, "vm: unknown operation %d", in.Op)
			return -1
		}
	}
}

// returned notes that a function gave code rc: $rc becomes what mode says. The
// script goes on unless ok is false.
func returned(c *registry.Ctx, rc int, mode uint8) (ok bool) {
	switch mode {
	case program.RCSet:
		c.RC = rc
	case program.RCZero:
		c.RC = 0
	}
	if rc == 0 {
		c.Flow = registry.FlowExit
		return false
	}
	c.Flow = 0 // of routes that the function ran
	return true
}

// assign makes v the value of a $var: $null is 0 there.
func assign(s *registry.VarSlot, v *value.Value) {
	if v.K == value.Null {
		s.SetInt(0)
		return
	}
	s.Set(v)
}

// target finds the case for v: the cases' type decides, $null is 0 and "".
func (m *Machine) target(c *registry.Ctx, pc int, s *program.Switch, v *value.Value) int32 {
	switch {
	case s.Near != nil:
		if n := uint64(number(v, m.prog.Wrap32)) - uint64(s.First); n < uint64(len(s.Near)) {
			return s.Near[n]
		}
	case s.Ints != nil:
		if pc, ok := s.Ints[number(v, m.prog.Wrap32)]; ok {
			return pc
		}
	case s.Strs != nil:
		if pc, ok := s.Strs[text(c, v)]; ok {
			return pc
		}
	default:
		t := text(c, v)
		for i := range s.Tests {
			k := &s.Tests[i]
			if k.Match == nil {
				if k.Text == t {
					return k.Target
				}
				continue
			}
			ok, err := k.Match(t)
			if err != nil {
				m.report(c, pc, "case /%q: %v", k.Text, err)
			}
			if ok {
				return k.Target
			}
		}
	}
	return s.Default
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// narrow is i in the dialect's width.
func narrow(i int64, wrap32 bool) int64 {
	if wrap32 {
		return int64(int32(i))
	}
	return i
}

// The shifts take their count modulo the width, as the oracle's processor does.
func shiftLeft(i, n int64, wrap32 bool) int64 {
	if wrap32 {
		return int64(int32(i) << (uint(n) & 31))
	}
	return i << (uint(n) & 63)
}

func shiftRight(i, n int64, wrap32 bool) int64 {
	if wrap32 {
		return int64(int32(i) >> (uint(n) & 31))
	}
	return i >> (uint(n) & 63)
}
