// Package corex is Kamailio's module corex: functions of the core with
// variables in their parameters (append_branch, send_udp, set_send_socket),
// files, extended flags, and the RPC commands about sockets and the log level.
// It also sees SIP messages as they are on the wire (network:msg), and says what
// the own Via has.
package corex

import (
	"olelo/runtime/registry"
	"olelo/transformations"
)

// name is the module's name, as it stands before its log lines.
const name = "corex"

// replyOut is for the replies of transactions.
const replyOut = "corex:reply-out"

// Module is the module's instance.
type Module struct {
	host    registry.Host
	send    registry.SendHost
	forward registry.ForwardHost
	names   registry.ResolveHost
	own     []registry.Alias // alias_subdomains
	records []string         // dns_cache
	wire    wire
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Starter     = (*Module)(nil)
	_ registry.WireFilter  = (*Module)(nil)
)

// New returns an instance.
func New() registry.Module { return &Module{} }

// Provision keeps the server, and tells it the domains that are its own.
func (m *Module) Provision(h registry.Host) error {
	m.host = h
	m.send, _ = h.(registry.SendHost)
	m.forward, _ = h.(registry.ForwardHost)
	m.names, _ = h.(registry.ResolveHost)
	if w, ok := h.(registry.WireHost); ok && m.wire.intercept != 0 {
		w.FilterWire(m)
	}
	if m.names != nil {
		if err := m.knowRecords(m.names); err != nil {
			return err
		}
	}
	if a, ok := h.(registry.AliasHost); ok {
		for _, d := range m.own {
			a.AddAlias(d)
		}
	}
	return nil
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	x := registry.Exports{
		Doc: "Functions of the core with variables in their parameters, files, extended flags, sockets.",
		Params: []registry.Param{
			registry.StrFunc("alias_subdomains", m.addSubdomains, "A domain that counts as the server's own with all its subdomains: [proto:]domain[:port]. May be set several times."),
			registry.StrFunc("dns_cache", m.addRecord, "A DNS record to know without asking: type=A, AAAA or SRV; name; addr, of SRV its host; ttl in seconds; priority, weight and port of SRV; flags 1, there is no such name, 2, for ever; apart by semicolons. May be set several times."),
			registry.StrFunc("evcb_reply_out", noKemi, "Name of a KEMI function."),
		},
		RPCs:   m.rpcs(),
		PVs:    m.pvs(),
		Trans:  transformations.Corex(),
		Events: []string{networkMsg, replyOut},
		Differs: []registry.Difference{
			{Of: "{sock.proto}", How: "tls is a protocol also where TLS is off"},
			{How: "the workers share one heap: corex.shm_status, corex.shm_summary and corex.pkg_summary log five lines about it at once, no list of blocks; shm.info, shm.report and shm.stats tell of it, whose total is no limit but the most that it has been, without counts and sizes of fragments other than used_frags, the number of objects"},
			{Of: "$cfg", How: "a statement of several lines has the line where the variable stands, in Kamailio that of its end, which for an if is the line behind it"},
			{Of: "event_route[" + networkMsg + "]", How: "headers, the request URI and the source can be read, in Kamailio only $mb and $ml"},
			{Of: "event_route[" + replyOut + "]", How: "it does not run for replies without a transaction, in 5.6.3 neither", Idle: true},
			{Of: "set_source_address()", How: "a port that is none is refused, and without one it is 5060; an IPv6 address is taken"},
			{Of: "via_use_xavp_fields()", How: "xavp_via_fields has its own meaning; 5.6.3 takes it for xavp_via_params, and the function does nothing there"},
		},
	}
	x.Params = append(x.Params, m.wire.params()...)
	for _, list := range [][]registry.Func{branchFuncs(), m.sendFuncs(), fileFuncs(), flagFuncs(), m.socketFuncs(), viaFuncs()} {
		x.Funcs = append(x.Funcs, list...)
	}
	return x
}

func noKemi(v registry.ParamValue) error {
	if v.Str == "" {
		return nil
	}
	return registry.NotRun("evcb_reply_out names a KEMI function; olelo runs none")
}
