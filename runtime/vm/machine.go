// Package vm runs compiled configurations: one Machine a worker, a register
// machine over package program's 8-byte instructions.
package vm

import (
	"olelo/lang/program"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// Machine is the execution state of one worker. It is not safe for concurrent
// use; a module function that runs a route while one is running nests.
type Machine struct {
	prog   *program.Program
	regs   []value.Value
	base   int // the running route's first register
	top    int // first free register
	level  int // how deep routes and blocks are nested
	frames []frame
}

// frame is a suspended caller.
type frame struct {
	pc    int // where to go on
	base  int
	level int
	dst   uint8
}

// New returns a machine for p with enough registers for usual configurations;
// it grows them as routes nest.
func New(p *program.Program) *Machine {
	return &Machine{prog: p, regs: make([]value.Value, 2*size)}
}

// For returns the machine of c's worker for p, making it at first use.
func For(c *registry.Ctx, p *program.Program) *Machine {
	if m, ok := c.VM.(*Machine); ok && m.prog == p {
		return m
	}
	m := New(p)
	c.VM = m
	return m
}

// Run runs route n with kind as c.Route and returns its code. Exit and drop
// show in c.Flow, which Run clears at its start.
func (m *Machine) Run(c *registry.Ctx, n int, kind registry.Mask) int {
	outerRoute, outerBase, outerTop, outerLevel := c.Route, m.base, m.top, m.level
	outerFrames := len(m.frames)
	c.Route, c.Flow = kind, 0
	r := &m.prog.Routes[n]
	m.level++
	m.enter(r.Regs)
	rc := m.exec(c, int(r.Entry))
	c.Route, m.base, m.top, m.level = outerRoute, outerBase, outerTop, outerLevel
	m.frames = m.frames[:outerFrames]
	return rc
}

// size is how many registers an instruction can name. So many lie behind each
// route's first one, whether it uses them or not: no access needs a check.
const size = 256

// window is the registers of the running route.
func (m *Machine) window() *[size]value.Value {
	return (*[size]value.Value)(m.regs[m.base:])
}

// enter gives a route that begins the next n registers.
func (m *Machine) enter(n int32) *[size]value.Value {
	m.base = m.top
	m.top += int(n)
	if m.base+size > len(m.regs) {
		regs := make([]value.Value, 2*(m.base+size))
		copy(regs, m.regs)
		m.regs = regs
	}
	return m.window()
}

// fail reports a run-time error of the instruction before pc and returns where its
// statement goes on.
func (m *Machine) fail(c *registry.Ctx, pc int, format string, args ...any) int {
	m.report(c, pc, format, args...)
	next, ok := m.prog.FailureTarget(int32(pc - 1))
	if !ok {
		panic("vm: no failure target at pc") // the compiler covers every instruction that can fail
	}
	return int(next)
}

// report logs an error at the place in the configuration of the instruction before pc.
func (m *Machine) report(c *registry.Ctx, pc int, format string, args ...any) {
	pos := m.prog.Pos[pc-1]
	c.Log.Errorf(log.Core, "%s:%d:%d: "+format,
		append([]any{pos.Filename, pos.Line, pos.Column}, args...)...)
}

// Program is the program that the machine runs.
func (m *Machine) Program() *program.Program { return m.prog }
