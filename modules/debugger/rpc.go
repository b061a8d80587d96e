package debugger

import (
	"time"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

// done is the reply of what has no other.
const done = "200 ok"

func (m *Module) rpcs() []registry.RPC {
	return []registry.RPC{
		{Name: "dbg.ls", Doc: "The workers, and whether they are traced (1) or stop at each action (2): [pid].", Run: m.ls},
		{Name: "dbg.trace", Doc: "Starts or ends the trace: on or off, [pid].", Run: m.trace},
		{Name: "dbg.bp", Doc: "Breakpoints: on or off [pid], keep pid, release [pid], next pid, move pid, show pid, eval pid variable, log pid variable.", Run: m.bp},
		{Name: "dbg.set_mod_level", Doc: "Sets a module's log level: module, level.", Run: m.setLevel},
		{Name: "dbg.get_mod_level", Doc: "A module's log level: module.", Run: m.getLevel},
		{Name: "dbg.set_mod_facility", Doc: "Sets a module's syslog facility: module, facility.", Run: m.setFacility},
		{Name: "dbg.get_mod_facility", Doc: "A module's syslog facility: module.", Run: m.getFacility},
		{Name: "dbg.reset_msgid", Doc: "Starts $mi anew in all workers.", Run: m.resetID},
	}
}

func fault(c registry.RPCCall, text string) error {
	c.Fault(rpc.CodeServerError, text)
	return nil
}

// pid is argument i as a worker; nil and true where that is no number.
func (m *Module) pid(c registry.RPCCall, i int) (*worker, bool) {
	n, ok := c.Int(i)
	if !ok {
		return nil, true
	}
	if w := m.find(int(n)); w != nil {
		return w, true
	}
	c.Fault(rpc.CodeServerError, "No such pid")
	return nil, false
}

func (m *Module) ls(c registry.RPCCall) error {
	only, ok := m.pid(c, 0)
	if !ok {
		return nil
	}
	n := 0
	m.each(func(w *worker) {
		if only == nil || w == only {
			c.Add((&registry.RPCStruct{}).Set("entry", n).Set("pid", w.pid).Set("set", int(w.flags.Load())).
				Set("state", int(w.state.Load())).Set("in.pid", 0).Set("in.cmd", 0))
		}
		n++
	})
	return nil
}

func (m *Module) trace(c registry.RPCCall) error {
	cmd, given := c.Text(0)
	if !given {
		return fault(c, "Config trace command missing")
	}
	only, ok := m.pid(c, 1)
	switch {
	case !ok:
		return nil
	case cmd != "on" && cmd != "off":
		return fault(c, "Unknown trace command")
	}
	return m.switches(c, only, traces, cmd == "on")
}

// switches sets or clears a flag of one worker, or, where that is nil, of all.
func (m *Module) switches(c registry.RPCCall, only *worker, flag int32, on bool) error {
	m.each(func(w *worker) {
		if only == nil || w == only {
			w.set(m, flag, on)
		}
	})
	c.Add(done)
	return nil
}

func (m *Module) bp(c registry.RPCCall) error {
	cmd, given := c.Text(0)
	if !given {
		return fault(c, "Config breakpoint command missing")
	}
	w, ok := m.pid(c, 1)
	switch {
	case !ok:
		return nil
	case cmd == "on", cmd == "off":
		return m.switches(c, w, breaks, cmd == "on")
	}
	reply := done
	switch cmd {
	case "release":
		m.clear(func(x *worker) bool { return (w == nil || x == w) && x.at.Load() == nil })
		c.Add(reply)
		return nil
	case "keep", "move", "show", "next", "eval", "log":
		if w == nil {
			return fault(c, "Missing pid parameter")
		}
	default:
		return fault(c, "Unknown inner command")
	}
	switch cmd {
	case "keep":
		m.clear(func(x *worker) bool { return x != w })
	case "move":
		w.set(m, breaks, false)
		reply = w.tell(command{what: move})
	case "show":
		if a := w.waiting(); a != nil {
			reply = "at bkp " + a.place()
		}
	case "next":
		reply = w.tell(command{what: next})
	default:
		text, given := c.Text(2)
		if !given {
			return fault(c, "pv param missing")
		}
		what := eval
		if cmd == "log" {
			what = logs
		}
		reply = w.tell(command{what: what, text: text})
	}
	c.Add(reply)
	return nil
}

// clear ends the breakpoints of some workers.
func (m *Module) clear(which func(*worker) bool) {
	m.each(func(w *worker) {
		if which(w) {
			w.set(m, breaks, false)
		}
	})
}

// patience is how long a command waits for a worker's answer: Kamailio's
// step_usleep times step_loops.
const patience = 20 * time.Second

// stride is how long a worker may take from one breakpoint to the next, for a
// command to find it there.
const stride = time.Second

// waiting is the action that the worker waits at, or comes to within a stride; nil
// where it does not.
func (w *worker) waiting() *action {
	for end := time.Now().Add(stride); ; time.Sleep(time.Millisecond) {
		if a := w.at.Load(); a != nil || w.state.Load() != steps || time.Now().After(end) {
			return a
		}
	}
}

// tell gives a worker that waits at a breakpoint a command.
func (w *worker) tell(cmd command) string {
	if w.waiting() == nil {
		return done
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	cmd.reply = make(chan string, 1)
	select {
	case w.do <- cmd:
	case <-late.C:
		return done
	}
	select {
	case reply := <-cmd.reply:
		return reply
	case <-late.C:
		return done
	}
}

const badArguments = "invalid parameters"

func (m *Module) setLevel(c registry.RPCCall) error {
	module, named := c.Text(0)
	n, ok := c.Int(1)
	switch {
	case !named || !ok:
		return fault(c, badArguments)
	case m.hashSize <= 0:
		return fault(c, noStore)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.levels[module] = log.Level(n)
	m.obey()
	c.Add(done)
	return nil
}

// noStore is what is told where mod_hash_size is 0.
const noStore = "cannot store parameter"

func (m *Module) getLevel(c registry.RPCCall) error {
	module, ok := c.Text(0)
	if !ok {
		return fault(c, badArguments)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	level := m.log.Level()
	if own, ok := m.levels[module]; ok && m.levelMode.Load() {
		level = own
	}
	c.Add(int(level))
	return nil
}

func (m *Module) setFacility(c registry.RPCCall) error {
	module, named := c.Text(0)
	text, ok := c.Text(1)
	if !named || !ok {
		return fault(c, badArguments)
	}
	f, ok := log.ParseFacility(text)
	switch {
	case !ok:
		return fault(c, "facility not found")
	case m.hashSize <= 0:
		return fault(c, noStore)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faces[module] = f
	m.obey()
	c.Add(done)
	return nil
}

func (m *Module) getFacility(c registry.RPCCall) error {
	module, ok := c.Text(0)
	if !ok {
		return fault(c, badArguments)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.log.Facility()
	if own, ok := m.faces[module]; ok && m.faceMode.Load() {
		f = own
	}
	c.Add(f.String())
	return nil
}

func (m *Module) resetID(c registry.RPCCall) error {
	if m.resetMsgID == 0 {
		return fault(c, "reset_msgid is 0. Set it to 1 to enable.")
	}
	m.each(func(w *worker) { w.reset.Store(true) })
	c.Add(done)
	return nil
}
