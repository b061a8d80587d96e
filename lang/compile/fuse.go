package compile

import "olelo/lang/program"

// Some instructions do what two others do, one behind the other: those that follow
// each other most often in configurations. The second one, when it is emitted,
// takes the first one's place.

// last is the instruction that is emitted, where it alone has put something into r.
func (c *compiler) last(r uint8) (in *program.Instr, ok bool) {
	n := c.here() - 1
	if n < 0 || c.label == c.here() || c.prog.Code[n].A != r {
		return nil, false
	}
	return &c.prog.Code[n], true
}

// inK is in with the number k in B and C.
func inK(in program.Instr, k int) program.Instr {
	in.B, in.C = uint8(k>>8), uint8(k)
	return in
}

// storeVar assigns r to the $var in slot.
func (c *compiler) storeVar(r uint8, slot int) {
	store := program.Instr{Op: program.OpStoreVar, A: r, D: int32(slot)}
	in, ok := c.last(r)
	switch {
	case !ok || slot > program.MaxK:
		c.emit(store)
	case in.Op == program.OpGet:
		*in = inK(program.Instr{Op: program.OpGetVar, A: r, D: in.D}, slot)
	case in.Op == program.OpAdd:
		*in = program.Instr{Op: program.OpAddVar, B: in.B, C: in.C, D: int32(slot)}
	case in.Op == program.OpAddK && c.loaded(in.B, slot):
		c.replace(2, inK(program.Instr{Op: program.OpIncVar, D: in.D}, slot))
	default:
		c.emit(store)
	}
}

// loaded reports whether the instruction before the last one loads slot into r.
func (c *compiler) loaded(r uint8, slot int) bool {
	n := c.here() - 2
	return n >= 0 && c.label != n+1 && c.prog.Code[n] == program.Instr{Op: program.OpLoadVar, A: r, D: int32(slot)}
}

// replace puts in in the place of the last n instructions.
func (c *compiler) replace(n int, in program.Instr) {
	at := c.here() - n
	c.prog.Code, c.prog.Pos = c.prog.Code[:at], c.prog.Pos[:at]
	c.emit(in)
}

// jumpIf jumps, with op, on what is in r.
func (c *compiler) jumpIf(op program.Op, r uint8) jumpList {
	if in, ok := c.last(r); ok && in.Op == program.OpCallTest && in.D <= program.MaxK {
		call := program.Instr{Op: program.OpCallTrue, A: in.C}
		if op == program.OpJumpFalse || op == program.OpJumpZero {
			call.Op = program.OpCallFalse
		}
		*in = inK(call, int(in.D))
		return jumpList{c.here() - 1}
	}
	return jumpList{c.emit(program.Instr{Op: op, A: r})}
}

// jumpCompared jumps, with op, on r compared with constant k.
func (c *compiler) jumpCompared(op program.Op, r uint8, k int) jumpList {
	if in, ok := c.last(r); ok && in.Op == program.OpLoadVar && in.D <= program.MaxA {
		op += program.OpJumpVarEqK - program.OpJumpEqK
		c.replace(1, inK(program.Instr{Op: op, A: uint8(in.D)}, k))
		return jumpList{c.here() - 1}
	}
	return jumpList{c.emit(inK(program.Instr{Op: op, A: r}, k))}
}

// emitReturn returns from the route with the code in r.
func (c *compiler) emitReturn(r uint8) {
	if in, ok := c.last(r); ok && in.Op == program.OpLoadInt {
		c.replace(1, program.Instr{Op: program.OpReturnI, D: in.D})
		return
	}
	c.emit(program.Instr{Op: program.OpReturn, A: r})
}
