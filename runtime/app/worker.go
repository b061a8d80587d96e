package app

import (
	"fmt"
	"runtime/debug"
	"sync"

	"olelo/lang/program"
	"olelo/runtime/log"
	"olelo/runtime/msrp"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
	"olelo/runtime/vm"
)

// worker is what Kamailio calls a process: it routes one message at a time.
type worker struct {
	ctx   registry.Ctx
	desc  string // what core.ps says of it
	msg   sip.Message
	frame msrp.Frame
	http  []byte // storage of an HTTP request with its Via
}

// workers numbers and makes the workers of a running configuration.
type workers struct {
	s    *server
	mu   sync.Mutex
	next int
	all  []*worker
}

// add makes a worker and lets every module prepare it. The worker is usable
// where a module failed, but for that module.
func (ws *workers) add(desc string) (*worker, error) {
	ws.mu.Lock()
	rank := ws.next
	ws.next++
	ws.mu.Unlock()
	s := ws.s
	w := &worker{desc: desc}
	w.ctx.Worker = &registry.Worker{
		Rank: rank,
		PID:  s.pid + rank,
		Log:  s.log.With(rank, s.pid+rank),
		Vars: newVars(s.prog),
		Wire: s.wire,
	}
	w.ctx.State.Clock = s.clock
	w.ctx.VM = vm.New(s.prog)
	for _, m := range s.modules {
		if mi, ok := m.it.(registry.WorkerIniter); ok {
			if err := mi.InitWorker(&w.ctx); err != nil {
				return w, fmt.Errorf("module %s: worker %d: %w", m.name, rank, err)
			}
		}
	}
	ws.mu.Lock()
	ws.all = append(ws.all, w)
	ws.mu.Unlock()
	return w, nil
}

// newVars is a worker's $var values before the first message: 0, $vn $null.
func newVars(p *program.Program) []registry.VarSlot {
	vars := make([]registry.VarSlot, len(p.Slots))
	for i, s := range p.Slots {
		if !s.Null {
			vars[i].Value = value.OfInt(0)
		}
	}
	return vars
}

// begin starts a message: everything of the one before is dead.
func (w *worker) begin() *registry.Ctx {
	c := &w.ctx
	c.EndMessage()
	c.Log.SetPrefix("")
	c.Msg, c.Frame, c.Recv, c.Flow, c.RC = nil, nil, nil, 0, 0
	return c
}

// guard keeps a mistake in olelo from ending the server: the message is lost,
// the log says so with the stack, everything else goes on.
func (w *worker) guard() {
	if p := recover(); p != nil {
		w.ctx.Log.Log(log.Crit, log.Core, fmt.Sprintf("a mistake in olelo lost this message, please report it: %v\n%s", p, debug.Stack()))
		w.ctx.VM = vm.New(w.ctx.VM.(*vm.Machine).Program())
	}
}

// route is a route block, nil where the configuration has none of that name.
func (s *server) route(kind, name string) registry.Block {
	if n, ok := s.prog.FindRoute(kind, name); ok {
		return s.block(n)
	}
	return nil
}

// block is route block n of the program.
func (s *server) block(n int) registry.Block {
	b := block{&s.prog, n}
	if s.recorder != nil {
		return recordedBlock{b, s.recorder}
	}
	return b
}

// block is a route block that a module runs.
type block struct {
	prog **program.Program // set once the configuration is compiled
	n    int
}

// Run runs the block with kind as the context's Route and returns its code.
func (b block) Run(c *registry.Ctx, kind registry.Mask) int {
	return vm.For(c, *b.prog).Run(c, b.n, kind)
}
