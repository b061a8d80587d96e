// Package rpc runs Kamailio's RPC commands: one Table of all modules'
// handlers, the Reply they build, and the forms a reply leaves in. Those are
// binrpc (module ctl, kamcmd), JSON-RPC 2.0, the text lines of the two FIFO
// protocols, and what kamcmd prints.
//
// A handler is called from the goroutine of the client that asked: two clients
// run two handlers at the same time, as two Kamailio processes do, so that
// handlers guard what they share.
package rpc

import (
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"olelo/runtime/registry"
)

// Table is the dispatcher of all modules' commands. It is safe for concurrent
// use.
type Table struct {
	mu   sync.RWMutex
	cmds map[string]entry
}

type entry struct {
	registry.RPC
	owner string
}

var _ registry.RPCs = (*Table)(nil)

// NewTable returns an empty table.
func NewTable() *Table { return &Table{cmds: make(map[string]entry)} }

// Register adds owner's commands, owner being the module's name. A name that
// is taken is an error that tells both owners; no command is added then.
func (t *Table) Register(owner string, cmds ...registry.RPC) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, c := range cmds {
		if c.Name == "" || c.Run == nil {
			return fmt.Errorf("module %s exports an RPC command without a name or a handler (number %d)", owner, i+1)
		}
		if old, taken := t.cmds[c.Name]; taken {
			return fmt.Errorf("RPC command %q of module %s is already registered by module %s", c.Name, owner, old.owner)
		}
		if slices.ContainsFunc(cmds[:i], func(o registry.RPC) bool { return o.Name == c.Name }) {
			return fmt.Errorf("module %s exports RPC command %q twice", owner, c.Name)
		}
	}
	for _, c := range cmds {
		t.cmds[c.Name] = entry{c, owner}
	}
	return nil
}

// Lookup finds a command by its full name, such as "core.version".
func (t *Table) Lookup(name string) (registry.RPC, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	e, ok := t.cmds[name]
	return e.RPC, ok
}

// Names are the names of all commands, sorted.
func (t *Table) Names() []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	names := make([]string, 0, len(t.cmds))
	for n := range t.cmds {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Codes of the faults that the dispatcher itself answers with, as Kamailio's.
const (
	CodeBadRequest  = 400
	CodeServerError = 500
)

// Run runs a command and returns its reply, which is never nil. An error that
// the handler returned without a fault of its own becomes fault 500 with the
// error's text. err is set only where the handler panicked: the client gets
// fault 500 and err, with the stack, is for the log.
func Run(cmd registry.RPC, args Args) (reply *Reply, err error) {
	c := &call{args: args, reply: &Reply{List: cmd.List}}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("RPC command %s panicked: %v\n%s", cmd.Name, p, debug.Stack())
			reply = Faultf(CodeServerError, "internal error in %s; the server's log has the details", cmd.Name)
		}
	}()
	if herr := cmd.Run(c); herr != nil && c.reply.Fault == nil {
		c.reply.Fault = &Fault{CodeServerError, herr.Error()}
	}
	if c.refused != "" && c.reply.Fault == nil && len(c.reply.Values) == 0 {
		c.reply.Fault = &Fault{CodeBadRequest, c.refused}
	}
	return c.reply, nil
}
