package registry

import (
	"fmt"
	"sync"

	"olelo/lang/source"
	"olelo/runtime/log"
	"olelo/runtime/msgstate"
	"olelo/runtime/msrp"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// Ctx is one message (or timer, or event) being routed, by one worker.
type Ctx struct {
	*Worker
	Msg   *sip.Message    // nil where there is no SIP message
	Frame *msrp.Frame     // nil outside event_route[msrp:…]
	Recv  *transport.Recv // nil where nothing was received
	Route Mask            // the kind of route block running
	RC    int             // $rc: the last return code
	Flow  Flow            // how the script ended
}

// Flow is set by exit and drop; the caller of a route reads it.
type Flow uint8

// The ways a route block ends other than by its last statement.
const (
	FlowExit Flow = 1 << iota // no further statement of any calling route runs
	FlowDrop                  // and the message is not processed further
)

// Worker is what Kamailio calls a process: $var values that last from message
// to message, an arena, a rank. It handles one message at a time, under its
// lock; its state never moves to another worker.
type Worker struct {
	sync.Mutex
	Rank  int // 0 main, 1… children, as in the log prefix
	PID   int // $pp: distinct for every worker
	Vars  []VarSlot
	Arena Arena
	State msgstate.State // AVPs, flags, branches: what dies with the message
	Log   *log.Logger
	Wire  WireFilter // nil for none
	// VM is the virtual machine's own state, of package vm.
	VM any

	scratch scratch
	brief   []byte // of Format.Brief
}

// EndMessage ends the life of everything that belongs to the message just
// handled: views into the arena, AVPs, flags, branches.
func (w *Worker) EndMessage() {
	w.State.Reset()
	w.Arena.Reset()
	w.scratch.used = 0    // also after a panic between Borrow and Return
	w.brief = w.brief[:0] // also after a panic in a getter
	if cap(w.brief) > arenaKeep {
		w.brief = nil
	}
}

// OnWire is what is sent in place of b: whoever sends a SIP message asks for it.
func (c *Ctx) OnWire(b []byte) []byte {
	if c.Wire == nil {
		return b
	}
	return c.Wire.FilterSent(c, b)
}

// VarSlot is one $var of a worker: an unset one is 0, and a $vn starts $null.
type VarSlot struct {
	value.Value
	buf   []byte // owned storage of S, reused from assignment to assignment
	spare []byte // what Spare lends, buf after Keep
}

// Set assigns v, copying its text into the slot's own storage. Of a text with a
// number only the text is kept, as in Kamailio. What $null means is the caller's.
func (s *VarSlot) Set(v *value.Value) {
	switch {
	case v.IsNull(): // also what a transformation left without a value
		s.SetNull()
		return
	case !v.IsStr():
		s.Value = *v
		return
	}
	s.buf = append(s.buf[:0], v.S...)
	s.Value = value.OfStr(view(s.buf))
}

// Spare lends an empty buffer to build the slot's next text in: the present one,
// which may be a part of it, stays as it is until Keep.
func (s *VarSlot) Spare() []byte { return s.spare[:0] }

// Keep assigns the text that was built in what Spare lent.
func (s *VarSlot) Keep(b []byte) {
	s.buf, s.spare = b, s.buf
	s.Value = value.OfStr(view(b))
}

// SetConst assigns a value whose text never changes (a constant of the program).
func (s *VarSlot) SetConst(v *value.Value) { s.Value = *v }

// Fixup is the compiler as a Bind function sees it, at one call site.
type Fixup interface {
	// Format binds a text with variables.
	Format(text string) (*Format, error)
	// Var binds one variable: "$ru", "$(hdr(X)[0]{s.len})".
	Var(text string) (Var, error)
	// VarSlot is the place+1 of a $var; null tells the $vn class's start.
	VarSlot(name string, null bool) int
	// EventRoute returns the route to run, nil where the config has none.
	EventRoute(name string) Block
	// RouteBlock finds route[name], for functions that name a route.
	RouteBlock(name string) (Block, bool)
	// Module returns a loaded module's instance.
	Module(name string) (Module, bool)
	// Wrap32 tells that integers wrap at 32 bits (dialect 5.6).
	Wrap32() bool
	// WholeFrame says that what, as "$msrp(body)", reads the body or the end of an
	// MSRP frame. Where nothing does, a large frame is routed before it is whole,
	// and must not be asked for them: see msrp.Frame.Begun.
	WholeFrame(what string)
	// Route is the kind and name of the block that is bound: "request_route" and
	// "", "route" and "A"; "" outside of blocks.
	Route() (kind, name string)
	// Pos is the place in the configuration that is bound.
	Pos() source.Pos
	// Warn says something about that place; hint may be "".
	Warn(code, msg, hint string)
}

// Block is a route block that a module runs.
type Block interface {
	// Run runs the block with kind as the context's Route, and returns its code.
	Run(c *Ctx, kind Mask) int
}

func paramError(fn string, p ParamInfo, err error) error {
	return fmt.Errorf("%s: parameter %q: %w", fn, p.Name, err)
}

func errInner(name string) error { return fmt.Errorf("$%s takes nothing in parentheses", name) }

func (c *Ctx) noValue(fn, param string) int {
	c.Log.Errorf(log.Core, "%s: parameter %q has no value here", fn, param)
	return -1
}
