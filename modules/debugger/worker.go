package debugger

import (
	"fmt"
	"sync/atomic"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// What a worker does at each action.
const (
	traces = 1 << iota // it logs it
	breaks             // it stops
)

// The states of a worker's breakpoints.
const (
	running = iota
	waits   // at the first one
	steps   // from one to the next
)

// worker is a worker of the server, as dbg.ls tells of it.
type worker struct {
	pid   int
	flags atomic.Int32
	// at is the action that it waits at, nil where it does not wait.
	at    atomic.Pointer[action]
	state atomic.Int32 // of the breakpoints
	do    chan command // to the worker at a breakpoint
	reset atomic.Bool  // $mi starts anew with the next message
}

// command is what a worker at a breakpoint is to do.
type command struct {
	what  verb
	text  string // of eval and log
	reply chan string
}

type verb uint8

const (
	next verb = iota
	move
	eval
	logs
)

// InitWorker makes a worker known.
func (m *Module) InitWorker(c *registry.Ctx) error {
	w := &worker{pid: c.PID, do: make(chan command)}
	w.set(m, traces, m.cfgtrace != 0)
	w.set(m, breaks, m.breakpoint != 0)
	m.workers.Store(c.Worker, w)
	m.mu.Lock()
	m.list = append(m.list, w)
	m.mu.Unlock()
	return nil
}

// of is the worker that routes.
func (m *Module) of(c *registry.Ctx) *worker {
	if w, ok := m.workers.Load(c.Worker); ok {
		return w.(*worker)
	}
	return nil
}

// each calls do for all workers.
func (m *Module) each(do func(*worker)) {
	m.mu.Lock()
	all := m.list
	m.mu.Unlock()
	for _, w := range all {
		do(w)
	}
}

// find is the worker of a pid, nil if none.
func (m *Module) find(pid int) (found *worker) {
	m.each(func(w *worker) {
		if w.pid == pid {
			found = w
		}
	})
	return found
}

// set sets or clears a flag. Who waits at a breakpoint waits on.
func (w *worker) set(m *Module, flag int32, on bool) {
	var old, now int32
	for {
		old = w.flags.Load()
		if now = old &^ flag; on {
			now = old | flag
		}
		if w.flags.CompareAndSwap(old, now) {
			break
		}
	}
	switch {
	case old == 0 && now != 0:
		m.busy.Add(1)
	case old != 0 && now == 0:
		m.busy.Add(-1)
	}
}

// stop waits for commands in front of an action. The worker routes nothing
// meanwhile.
func (m *Module) stop(c *registry.Ctx, w *worker, a *action) {
	// Who reads the log line finds the worker there already.
	w.at.Store(a)
	defer w.at.Store(nil)
	if w.state.Load() != steps {
		w.state.Store(waits)
		c.Log.Log(log.Level(m.level), name, fmt.Sprintf("breakpoint hit: p=[%d] c=[%s] l=%d %s", w.pid, a.file, a.line, a))
	}
	for {
		select {
		case <-m.done:
			return
		case cmd := <-w.do:
			switch cmd.what {
			case next:
				w.state.Store(steps)
				cmd.reply <- "exec " + a.place()
				return
			case move:
				w.state.Store(running)
				cmd.reply <- done
				return
			case eval:
				cmd.reply <- m.value(c, cmd.text)
			case logs:
				c.Log.Log(log.Level(m.level), name, m.value(c, cmd.text))
				cmd.reply <- done
			}
		}
	}
}

// place is an action as a breakpoint tells it.
func (a *action) place() string { return fmt.Sprintf("[%s:%d] %s", a.file, a.line, a) }

// value is what a variable holds, in the words of dbg.bp eval.
func (m *Module) value(c *registry.Ctx, text string) string {
	v, err := m.eval.Eval(c, text)
	switch {
	case err != nil:
		c.Log.Errorf(name, "%s cannot be evaluated: %v", text, err)
		return done
	case v.IsNull():
		return text + " : t=null"
	case v.K == value.Int:
		return fmt.Sprintf("%s : t=int v=%d", text, v.I)
	}
	return text + " : t=str v=" + v.S
}

// FilterRequest starts $mi anew where that was asked for.
func (m *Module) FilterRequest(c *registry.Ctx) bool {
	if m.resetMsgID != 0 {
		if w := m.of(c); w != nil && w.reset.CompareAndSwap(true, false) {
			c.State.Before = c.State.Serial - 1
		}
	}
	return false
}
