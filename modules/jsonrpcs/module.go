// Package jsonrpcs is Kamailio's module jsonrpcs: the RPC commands as JSON-RPC
// 2.0 over a FIFO and over datagrams, and for the routes themselves.
package jsonrpcs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

// name is the module's name, as it stands before its log lines.
const name = "jsonrpcs"

// Module is the module's instance.
type Module struct {
	transport transports
	http      bool // jsonrpc_dispatch answers
	xhttp     httpReplier
	compact   bool
	fifo      fifo
	dgram     dgram

	log     *log.Logger
	cmds    registry.RPCs
	replies sync.Map // *registry.Worker → *reply: of jsonrpc_exec
}

// transports are the bits of the parameter transport; 0 is all.
type transports int

const (
	overHTTP transports = 1 << iota
	overFIFO
	overDatagrams
)

// has reports whether the transport is to be opened.
func (t transports) has(one transports) bool { return t == 0 || t&one != 0 }

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Listener    = (*Module)(nil)
	_ registry.Cleaner     = (*Module)(nil)
)

// New returns the module with Kamailio's defaults.
func New() registry.Module {
	owner := rpc.Owner{UID: -1, GID: -1, Mode: 0o660}
	return &Module{
		fifo:  fifo{path: "kamailio_rpc.fifo", replyDir: "/tmp", owner: owner},
		dgram: dgram{address: "kamailio_rpc.sock", owner: owner, workers: 1, timeout: 2000},
	}
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc: "RPC commands as JSON-RPC 2.0 over a FIFO and datagrams, and for routes.",
		Params: []registry.Param{
			{Name: "transport", Type: registry.ParamInt, Set: m.setTransport, Doc: "What is opened: 1 HTTP (by xhttp and jsonrpc_dispatch), 2 the FIFO, 4 the datagram socket, a sum for several, 0 all that there is. Default: FIFO and datagram socket."},
			{Name: "pretty_format", Type: registry.ParamInt, Set: m.setFormat, Doc: "Whether replies have line ends and tabs. Default: 1."},
			registry.Str("fifo_name", &m.fifo.path, `The FIFO's path, from the run-time directory on where it is relative; "" for none. Default: kamailio_rpc.fifo.`),
			rpc.ModeParam("fifo_mode", &m.fifo.owner, "The FIFO's permissions. Default: 0660."),
			rpc.UserParam("fifo_user", &m.fifo.owner, "The FIFO's owner: a name or a number. Default: the server's user."),
			rpc.GroupParam("fifo_group", &m.fifo.owner, "The FIFO's group: a name or a number. Default: the server's group."),
			registry.Str("fifo_reply_dir", &m.fifo.replyDir, "The folder of the reply FIFOs; no other is written to. Default: /tmp."),
			registry.Str("dgram_socket", &m.dgram.address, `The datagram socket: a path, from the run-time directory on where it is relative, or udp:address:port; "" for none. Default: kamailio_rpc.sock.`),
			rpc.ModeParam("dgram_mode", &m.dgram.owner, "The Unix socket's permissions. Default: 0660."),
			rpc.UserParam("dgram_user", &m.dgram.owner, "The Unix socket's owner: a name or a number. Default: the server's user."),
			rpc.GroupParam("dgram_group", &m.dgram.owner, "The Unix socket's group: a name or a number. Default: the server's group."),
			registry.Int("dgram_workers", &m.dgram.workers, "How many datagrams are answered at the same time. Default: 1."),
			registry.Int("dgram_timeout", &m.dgram.timeout, "How long a reply may wait for its client to take it, in milliseconds. Default: 2000."),
		},
		Funcs: []registry.Func{
			registry.Fn0("jsonrpc_dispatch", registry.Request|registry.Event, m.dispatch, "Runs the command that is the body of an HTTP request, and answers it. False where the body is no JSON."),
			registry.Fn1("jsonrpc_exec", registry.Text("request"), registry.Any, m.exec, "Runs a command that is a JSON-RPC document; $jsonrpl is its reply. It is false only where the document is no JSON."),
		},
		PVs:  []registry.PV{m.replyVar()},
		RPCs: []registry.RPC{{Name: "jsonrpc.echo", Doc: "Answers with its arguments: a text, and an integer that may be left out.", List: true, Run: echo}},
		Differs: []registry.Difference{
			{How: "a request that is refused (no version 2.0, no method, a missing argument) is answered with an error, code 400; Kamailio answers with an empty result"},
			{Of: "modparam fifo_reply_dir", How: "it need not end with a slash"},
		},
	}
}

func (m *Module) setTransport(v registry.ParamValue) error {
	m.transport = transports(v.Int)
	m.http = m.transport.has(overHTTP)
	return nil
}

func (m *Module) setFormat(v registry.ParamValue) error {
	m.compact = v.Int == 0
	return nil
}

// Provision keeps what Listen needs.
func (m *Module) Provision(h registry.Host) error {
	m.log, m.cmds = h.Log(), h.RPC()
	xhttp, _ := h.Module("xhttp")
	if m.xhttp, _ = xhttp.(httpReplier); m.xhttp == nil && m.transport&overHTTP != 0 {
		return fmt.Errorf("transport %d asks for HTTP, which needs the module xhttp: load it before", m.transport)
	}
	dir := registry.RunDir(h)
	if m.fifo.path != "" && !filepath.IsAbs(m.fifo.path) {
		m.fifo.path = filepath.Join(dir, m.fifo.path)
	}
	return m.dgram.locate(dir)
}

// Listen opens the FIFO and the datagram socket.
func (m *Module) Listen(context.Context) error {
	if m.transport.has(overFIFO) && m.fifo.path != "" {
		if err := m.openFIFO(); err != nil {
			return err
		}
	}
	if m.transport.has(overDatagrams) && m.dgram.address != "" {
		return m.openDatagrams()
	}
	return nil
}

// Cleanup closes and removes them.
func (m *Module) Cleanup() error {
	return errors.Join(m.fifo.close(), m.dgram.close())
}

// answer runs a request and returns the document that answers it.
func (m *Module) answer(req *rpc.JSONRequest, bad error) (*rpc.Reply, []byte) {
	r, err := req.Run(m.cmds, bad)
	if err != nil {
		m.log.Errorf(name, "%v", err)
	}
	doc := rpc.AppendJSON(nil, req.ID, r)
	if m.compact {
		var b bytes.Buffer
		if err := json.Compact(&b, doc); err != nil {
			panic(fmt.Sprintf("the reply to %s is no JSON: %v", req.Method, err))
		}
		doc = b.Bytes()
	}
	return r, doc
}

// echo stops, as Kamailio's, at an argument that is not there.
func echo(c registry.RPCCall) error {
	if _, given := c.Arg(0); !given {
		return nil
	}
	text, ok := c.AsText(0)
	if !ok {
		c.Refuse()
		return nil
	}
	c.Add(text)
	if n, ok := c.AsInt(1); ok {
		c.Add(n)
	}
	return nil
}
