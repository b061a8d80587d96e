// Package mi_fifo stands for the module mi_fifo, which Kamailio retired with
// its management interface in 5.0. Its FIFO, parameters and reply form live
// on; the commands are the RPC commands, and JSON-RPC documents, as the module
// jsonrpcs takes them, are answered too.
package mi_fifo

import (
	"context"
	"path/filepath"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

// name is the module's name in log lines.
const name = "mi_fifo"

// Module is one loaded mi_fifo.
type Module struct {
	path, replyDir, indent string
	owner                  rpc.Owner

	log  *log.Logger
	cmds registry.RPCs
	fifo *rpc.FIFO // nil where none could be made
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Listener    = (*Module)(nil)
	_ registry.Cleaner     = (*Module)(nil)
)

// New returns the module with the defaults of Kamailio 4.
func New() registry.Module {
	return &Module{
		replyDir: "/tmp", indent: "\t",
		owner: rpc.Owner{UID: -1, GID: -1, Mode: 0o660},
	}
}

// Exports lists the module's parameters.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc: "The command FIFO of Kamailio before 5.0, answering with the RPC commands.",
		Differs: []registry.Difference{
			{How: "Kamailio has no such module since 5.0; its FIFO answers here with the RPC commands in place of the MI commands of then"},
		},
		Params: []registry.Param{
			registry.Str("fifo_name", &m.path, "The FIFO's path, from the run-time directory on where it is relative. Default: none, no FIFO is made."),
			rpc.ModeParam("fifo_mode", &m.owner, "The FIFO's permissions. Default: 0660."),
			rpc.UserParam("fifo_user", &m.owner, "The FIFO's owner: a name or a number. Default: the server's user."),
			rpc.GroupParam("fifo_group", &m.owner, "The FIFO's group: a name or a number. Default: the server's group."),
			registry.Str("reply_dir", &m.replyDir, "The folder of the reply FIFOs; no other is written to. Default: /tmp."),
			registry.Str("reply_indent", &m.indent, "What a line of the reply's tree is indented with, once a level. Default: a tab."),
		},
	}
}

// Provision keeps what Start needs.
func (m *Module) Provision(h registry.Host) error {
	m.log, m.cmds = h.Log(), h.RPC()
	if m.path == "" || filepath.IsAbs(m.path) {
		return nil
	}
	m.path = filepath.Join(registry.RunDir(h), m.path)
	return nil
}

// Listen makes the FIFO. The server goes on, with a warning, where it cannot.
func (m *Module) Listen(context.Context) error {
	if m.path == "" {
		return nil
	}
	f := &rpc.FIFO{
		Path: m.path, Owner: m.owner, ReplyDir: m.replyDir, JSON: true, Answer: m.answer,
		Warn: func(format string, args ...any) { m.log.Warnf(name, format, args...) },
	}
	if err := f.Open(); err != nil {
		m.log.Warnf(name, "the server runs without its command FIFO: %v (modparam(\"mi_fifo\", \"fifo_name\", …) names the path)", err)
		return nil
	}
	m.fifo = f
	m.log.Infof(name, "RPC commands (core.version, htable.dump …) are taken from the FIFO %s, as from module ctl; replies go to FIFOs in %s", m.path, m.replyDir)
	f.Serve()
	return nil
}

// Cleanup closes and removes the FIFO.
func (m *Module) Cleanup() error {
	if m.fifo == nil {
		return nil
	}
	err := m.fifo.Close()
	m.fifo = nil
	return err
}

// answer runs a command and writes its reply in the form it was asked in.
func (m *Module) answer(c rpc.FIFOCommand) []byte {
	if c.JSON {
		r, err := c.Request.Run(m.cmds, c.Err)
		m.failed(err)
		return rpc.AppendJSON(nil, c.Request.ID, r)
	}
	r, err := rpc.Dispatch(m.cmds, c.Name, rpc.Texts(c.Args...), "Command '"+c.Name+"' not found")
	m.failed(err)
	return rpc.AppendMI(nil, r, m.indent)
}

// failed logs a command's mistake in olelo.
func (m *Module) failed(err error) {
	if err != nil {
		m.log.Errorf(name, "%v", err)
	}
}
