// Package sl is Kamailio's module sl: stateless replies to SIP requests, and
// the absorbing of the ACKs that answer them.
package sl

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"sync"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// name is the module's name, as it stands before its log lines.
const name = "sl"

// Module is the module's instance.
type Module struct {
	defaultCode   int
	defaultReason string
	bindTM        int

	net      registry.Net
	header   string // Server: …, with its CRLF
	tag      string // the server's own part of To tags
	rport    bool   // force_rport, for all requests
	warning  bool   // sip_warning
	response registry.Block
	filtered registry.Block
	counts   [countShards]counts
	perWork  sync.Map // *registry.Worker → *work
	host     registry.Host
}

var (
	_ registry.Module        = (*Module)(nil)
	_ registry.Provisioner   = (*Module)(nil)
	_ registry.Starter       = (*Module)(nil)
	_ registry.RequestFilter = (*Module)(nil)
	_ registry.StatSource    = (*Module)(nil)
)

// New returns an instance with Kamailio's defaults.
func New() *Module {
	return &Module{defaultCode: 500, defaultReason: "Internal Server Error", bindTM: 1}
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	text := registry.Text
	replies := registry.Request | registry.Failure | registry.TmOnReply | registry.CoreOnReply | registry.OnReply
	const sends = "Sends a reply, without keeping state; append_to_reply adds headers. A code from 300 to 399 carries the destinations as Contact."
	return registry.Exports{
		Doc: "Stateless replies to SIP requests.",
		Differs: []registry.Difference{
			{Of: "event_route[sl:local-response]", How: "does not run for replies to HTTP requests; in Kamailio it does, where the reply's first line can be read as a request's"},
			{Of: "modparam bind_tm", How: "without module tm no request has a transaction", Idle: true},
		},
		Funcs: []registry.Func{
			registry.Fn2("sl_send_reply", m.codeP("code"), m.reasonP("reason"), registry.Request|registry.Event, m.send, sends),
			registry.Fn2("sl_reply", m.codeP("code"), m.reasonP("reason"), registry.Request|registry.Event, m.send, "The same as sl_send_reply."),
			registry.Fn2("send_reply", m.codeP("code"), m.reasonP("reason"), replies|registry.Event, m.send, sends),
			registry.Fn3("send_reply_mode", m.codeP("code"), m.reasonP("reason"), registry.IntP("mode"), replies|registry.Event, m.sendMode, "The same as send_reply; mode 1 uses only a connection that is open, 2 closes it afterwards."),
			registry.Fn0("sl_reply_error", registry.Request|registry.Event, m.sendError, "Replies that the server failed: 500."),
			registry.Fn0("send_reply_error", replies|registry.Event, m.sendError, "The same as sl_reply_error. (Kamailio 6.1)"),
			registry.Fn0("sl_forward_reply", registry.Reply, m.forward, "Sends the reply being handled on by its second Via."),
			registry.Fn1("sl_forward_reply", text("code"), registry.Reply, m.forwardCode, "The same with another code of the same class."),
			registry.Fn2("sl_forward_reply", text("code"), text("reason"), registry.Reply, m.forwardReason, "The same with another code of the same class and another reason."),
		},
		Params: []registry.Param{
			{
				Name: "default_code", Type: registry.ParamInt, Doc: "Code of a reply whose code cannot be used, 100 to 999; default 500.",
				Set: func(v registry.ParamValue) error {
					if !usable(int(v.Int)) {
						return fmt.Errorf("default_code=%d is not a SIP status code: 100 to 999 is wanted", v.Int)
					}
					m.defaultCode = int(v.Int)
					return nil
				},
			},
			registry.Str("default_reason", &m.defaultReason, "Reason of a reply that has none; default \"Internal Server Error\"."),
			registry.Int("bind_tm", &m.bindTM, "Whether a reply uses the request's transaction where there is one."),
			{
				Name: "rich_redirect", Type: registry.ParamInt, Doc: "Branch flags (1) and path (2) in the Contacts of a 3xx reply: 0 only.",
				Set: func(v registry.ParamValue) error {
					if v.Int != 0 {
						return registry.NotRun("rich_redirect=%d is known, but olelo puts no flags and paths into Contacts yet: 0 is wanted", v.Int)
					}
					return nil
				},
			},
			kemi("event_callback_fl_ack", "event_route[sl:filtered-ack]"),
			kemi("event_callback_lres_sent", "event_route[sl:local-response]"),
		},
		PVs:    []registry.PV{m.tagVar()},
		Events: []string{"sl:filtered-ack", "sl:local-response"},
		RPCs:   []registry.RPC{{Name: "sl.stats", Doc: "How many replies were sent, by code.", Run: m.rpcStats}},
	}
}

func kemi(param, block string) registry.Param {
	return registry.StrFunc(param, func(v registry.ParamValue) error {
		if v.Str == "" {
			return nil
		}
		return registry.NotRun("%s names a KEMI function; olelo runs %s instead", param, block)
	}, "Name of a KEMI function: olelo runs "+block+".")
}

// Provision learns how the server names itself.
func (m *Module) Provision(h registry.Host) error {
	m.host = h
	m.rport = h.Global("force_rport") != 0
	m.warning = h.Global("sip_warning") != 0
	if id, ok := h.(registry.IdentityHost); ok {
		m.header = id.ServerHeader()
	}
	// The same for the same sockets: after a reload or a restart, the ACKs for
	// earlier replies are still known.
	sum := sha256.New()
	for _, s := range h.Sockets() {
		io.WriteString(sum, s.Text+"\n")
	}
	m.tag = hex.EncodeToString(sum.Sum(nil)[:16])
	return nil
}

// Start finds the event routes.
func (m *Module) Start(context.Context) error {
	m.net = m.host.Net()
	m.response = m.host.EventRoute("sl:local-response")
	m.filtered = m.host.EventRoute("sl:filtered-ack")
	return nil
}

// work is what a worker needs to send a reply without allocating.
type work struct {
	info sip.ReplyInfo
	dest transport.Dest
	vals []byte // header lines of this reply
}

func (m *Module) worker(c *registry.Ctx) *work {
	if w, ok := m.perWork.Load(c.Worker); ok {
		return w.(*work)
	}
	w := &work{}
	m.perWork.Store(c.Worker, w)
	return w
}
