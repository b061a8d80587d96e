// Package ctl is Kamailio's module ctl: the RPC commands over binrpc, which
// kamcmd and "olelo rpc" speak, on Unix, TCP and UDP sockets, and over the old
// FIFO protocol.
package ctl

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

// name is the module's name in log lines.
const name = "ctl"

// Module is one loaded ctl.
type Module struct {
	owner   rpc.Owner
	listens []listen
	convert int
	fixed   []string // modparams set that have no effect here

	log    *log.Logger
	cmds   registry.RPCs
	runDir string
	socks  []*socket // complete before the first is served, and not changed then
	conns  connTable
	closed bool
}

// listen is one place to listen on.
type listen struct {
	rpc.Endpoint
	lines bool // the FIFO protocol, not binrpc
}

// protocol is the first column of ctl.listen and ctl.who.
func (l listen) protocol() string {
	if l.lines {
		return "fifo"
	}
	return "binrpc"
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Listener    = (*Module)(nil)
	_ registry.Cleaner     = (*Module)(nil)
)

// New returns the module with Kamailio's defaults.
func New() registry.Module {
	return &Module{owner: rpc.Owner{UID: -1, GID: -1, Mode: 0o600}}
}

// Exports lists the module's parameters and commands.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc: "RPC commands over binrpc (kamcmd, olelo rpc) and the old FIFO protocol.",
		Params: []registry.Param{
			registry.StrFunc("binrpc", m.listenParam("unixs", false),
				"Where binrpc is spoken: unix:path, unixs:path, unixd:path, tcp:host:port or udp:host:port; may be set several times. Default: unix:kamailio_ctl in the run-time directory."),
			registry.StrFunc("fifo", m.listenParam("fifo", true),
				"Where the old FIFO protocol is spoken: fifo:path, tcp:host:port or udp:host:port; may be set several times. Default: nowhere."),
			rpc.ModeParam("mode", &m.owner, "Permissions of the Unix sockets and FIFOs. Default: 0600."),
			registry.StrFunc("user", m.setUser, "Owner of the Unix sockets and FIFOs: a name or a number. Default: the server's user."),
			registry.StrFunc("group", m.setGroup, "Group of the Unix sockets and FIFOs: a name or a number. Default: the server's group."),
			registry.Int("autoconversion", &m.convert, "1: over binrpc a command takes a text as an integer and the other way round, where it can be read as one. Default: 0."),
			m.noEffect("binrpc_buffer_size"),
			m.noEffect("binrpc_max_body_size"),
			m.noEffect("binrpc_struct_max_body_size"),
		},
		Differs: []registry.Difference{
			{Of: "modparam binrpc_buffer_size", How: unsized["binrpc_buffer_size"], Idle: true},
			{Of: "modparam binrpc_max_body_size", How: unsized["binrpc_max_body_size"], Idle: true},
			{Of: "modparam binrpc_struct_max_body_size", How: unsized["binrpc_struct_max_body_size"], Idle: true},
		},
		RPCs: []registry.RPC{
			{Name: "ctl.listen", Doc: "The control sockets: protocol, transport, address and port of each.", Run: m.rpcListen, List: true},
			{Name: "ctl.connections", Doc: "The number of open control connections.", Run: m.rpcConnections},
			{Name: "ctl.who", Doc: "The open control connections: protocol, transport, the client's address and port, the server's address and port of each.", Run: m.rpcWho, List: true},
		},
	}
}

func (m *Module) listenParam(path string, fifo bool) func(registry.ParamValue) error {
	return func(v registry.ParamValue) error {
		e, err := rpc.ParseEndpoint(v.Str, path)
		if err != nil {
			return err
		}
		l := listen{e, fifo}
		switch {
		case fifo && (e.Net == "unix" || e.Net == "unixgram"):
			return fmt.Errorf("%q: the FIFO protocol runs over fifo:, tcp: and udp:, not over a Unix socket", v.Str)
		case !fifo && e.Net == "fifo":
			return fmt.Errorf("%q: binrpc does not run over a FIFO: use modparam(\"ctl\", \"fifo\", …)", v.Str)
		case slices.Contains(m.listens, l):
			return nil // Kamailio opens it twice, to no use
		}
		m.listens = append(m.listens, l)
		return nil
	}
}

func (m *Module) setUser(v registry.ParamValue) (err error) {
	m.owner.UID, err = rpc.ParseUser(v.Str)
	return err
}

func (m *Module) setGroup(v registry.ParamValue) (err error) {
	m.owner.GID, err = rpc.ParseGroup(v.Str)
	return err
}

// unsized are parameters that size something olelo does not limit, and why
// they are not needed.
var unsized = map[string]string{
	"binrpc_buffer_size":          "values of any length are sent",
	"binrpc_max_body_size":        "replies of any length are sent",
	"binrpc_struct_max_body_size": "structures of any length are sent",
}

// noEffect is one of them: it is taken, and the log says so.
func (m *Module) noEffect(param string) registry.Param {
	doc := unsized[param]
	return registry.Param{
		Name: param, Type: registry.ParamInt, Doc: "Not used: " + doc + ".",
		Set: func(registry.ParamValue) error {
			m.fixed = append(m.fixed, param+" has no effect: "+doc)
			return nil
		},
	}
}

// Provision keeps what Listen needs.
func (m *Module) Provision(h registry.Host) error {
	m.log, m.cmds = h.Log(), h.RPC()
	m.runDir = registry.RunDir(h)
	for _, text := range m.fixed {
		m.log.Infof(name, "%s", text)
	}
	return nil
}

// Listen opens the sockets. One that the configuration names must open; the
// default one is done without, with a warning, where it cannot be had.
func (m *Module) Listen(context.Context) error {
	named := false
	for _, l := range m.listens {
		named = named || !l.lines
		if err := m.open(l); err != nil {
			return fmt.Errorf("modparam(\"ctl\", \"%s\", \"%s\"): %w", l.protocol(), l.Endpoint, err)
		}
	}
	if !named {
		m.openDefault()
	}
	for _, s := range m.socks {
		m.serve(s)
	}
	return nil
}

// openDefault opens the socket that kamcmd looks for by default.
func (m *Module) openDefault() {
	err := makeDir(m.runDir)
	if err == nil {
		path := filepath.Join(m.runDir, "kamailio_ctl")
		err = m.open(listen{Endpoint: rpc.Endpoint{Net: "unix", Addr: path}})
	}
	if err != nil {
		m.log.Warnf(name, "no control socket, the server runs without it: %v; kamcmd and \"olelo rpc\" cannot reach this server until it is started with -Y and a folder it can write to, or with modparam(\"ctl\", \"binrpc\", \"unix:/path/of/socket\")", err)
	}
}

// Cleanup closes the sockets, ends the connections once the commands under way are
// answered, and removes the files.
func (m *Module) Cleanup() error {
	if m.closed {
		return nil
	}
	m.closed = true
	var errs []error
	for _, s := range m.socks {
		errs = append(errs, s.stop())
	}
	m.conns.end()
	late := time.AfterFunc(rpc.Farewell, m.hangUp)
	defer late.Stop()
	for _, s := range m.socks {
		s.wg.Wait()
		errs = append(errs, s.close())
	}
	return errors.Join(errs...)
}

// hangUp ends the service of clients that do not take their replies.
func (m *Module) hangUp() {
	m.conns.closeAll()
	for _, s := range m.socks {
		_ = s.close()
	}
}

// run runs a command. missing is what a fault says of one that is not there.
func (m *Module) run(command string, args rpc.Args, missing string) *rpc.Reply {
	r, err := rpc.Dispatch(m.cmds, command, args, fmt.Sprintf(missing, command))
	if err != nil {
		m.log.Errorf(name, "%v", err)
	}
	return r
}

// answerFIFO runs a command of the FIFO protocol.
func (m *Module) answerFIFO(c rpc.FIFOCommand) []byte {
	return rpc.AppendFIFO(nil, m.run(c.Name, rpc.Texts(c.Args...), "Command '%s' not found"))
}

func (m *Module) rpcListen(c registry.RPCCall) error {
	for _, s := range m.socks {
		c.Add(s.protocol())
		c.Add(s.Protocol())
		host, port := s.hostPort()
		c.Add(host)
		c.Add(port)
	}
	return nil
}

func (m *Module) rpcConnections(c registry.RPCCall) error {
	c.Add(len(m.conns.list()))
	return nil
}

func (m *Module) rpcWho(c registry.RPCCall) error {
	conns := m.conns.list()
	if len(conns) == 0 {
		c.Fault(rpc.CodeBadRequest, "no open stream connection")
	}
	for _, cn := range conns {
		c.Add(cn.sock.protocol())
		c.Add(cn.sock.Protocol())
		for _, s := range cn.ends() {
			c.Add(s)
		}
	}
	return nil
}
