package core

import (
	"slices"
	"strings"

	"olelo/lang/ast"
	"olelo/runtime/transport"
)

// Class is what olelo does with a parameter.
type Class uint8

// The classes.
const (
	Runs     Class = iota // it has Kamailio's effect
	Accepted              // it has no meaning here; Why says so in a phrase
	NotYet                // Kamailio does something with it that olelo does not; Why says what
)

// Param is one global parameter as the table has it.
type Param struct {
	Name    string
	Aliases []string
	Takes   string // what value it takes, in words
	Class   Class
	Why     string
}

// All returns all parameters, by name.
func All() []Param {
	var all []Param
	for i := range table {
		all = append(all, table[i].param())
	}
	slices.SortFunc(all, func(a, b Param) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (r *row) param() Param {
	return Param{Name: r.name, Aliases: strings.Fields(r.aliases), Takes: kinds[r.kind].takes, Class: r.class, Why: r.why}
}

// row is a parameter of the table.
type row struct {
	name    string
	aliases string // other names, separated by spaces
	kind    kind
	class   Class
	why     string

	// Where the value goes; none for what has no meaning here.
	num  func(*Params) *int
	flag func(*Params) *bool
	not  bool // flag is set by its opposite: disable_tls
	str  func(*Params) *string
	list func(*collector, *line) // what needs its own reader

	min, max int64 // of numbers, where not both 0

	// same are the values, as written, with which a NotYet parameter asks for
	// what olelo does anyway.
	same string
}

// sameAs reports whether a NotYet parameter asks with v for what olelo does
// anyway.
func (r *row) sameAs(v *ast.Literal) bool { return slices.Contains(strings.Fields(r.same), written(v)) }

// Of returns the parameter that a line sets, with the class that its value
// gives it; ok is false for a name that Kamailio does not know. Custom
// parameters (group.name) run.
func Of(g *ast.Global) (p Param, ok bool) {
	name := g.Name
	if g.Group != "" {
		name = g.Group + "." + g.Name
	}
	r := rows[name]
	if r == nil {
		return Param{Name: name}, g.Group != ""
	}
	p = r.param()
	p.Name = name
	switch {
	case r.class == NotYet && r.list == nil && len(g.Values) == 1 && r.sameAs(&g.Values[0]):
		p.Class, p.Why = Runs, ""
	case r.kind == address:
		if why := unopened(g); why != "" {
			p.Class, p.Why = NotYet, why
		}
	}
	return p, true
}

// rows finds a row by each of its names.
var rows = func() map[string]*row {
	m := map[string]*row{}
	for i := range table {
		m[table[i].name] = &table[i]
		for _, a := range strings.Fields(table[i].aliases) {
			m[a] = &table[i]
		}
	}
	return m
}()

// names is every name, for "did you mean".
func names() []string {
	all := make([]string, 0, len(rows))
	for n := range rows {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

const (
	goMemory  = "the Go runtime manages the memory"
	noFork    = "workers are goroutines: nothing is forked"
	realTime  = "goroutines have no real-time priority"
	resolver  = "the host's own resolver answers, by its own settings"
	writer    = "every connection has its own queue and writer"
	kernel    = "connections keep the kernel's setting"
	kemi      = "only app_ modules have KEMI scripts"
	async     = "goroutines do the work of asynchronous workers"
	blocklist = "only used with use_dst_blocklist"
	tlsModule = "Kamailio too ignores it since 3.0: the tls module's modparam tls_log says this"
	tlsGone   = "Kamailio too ignores it since 3.0: the tls module has modparams for this"
	noSCTP    = "olelo has no SCTP"
	v6        = "it is Kamailio 6's, and olelo does not run it yet"
)

// Types and values were tried one by one on Kamailio 5.6.3.
var table = []row{
	// Sockets.
	{name: "listen", kind: address, list: (*collector).listen},
	{name: "port", kind: number, num: func(p *Params) *int { return &p.port }, max: 65535},
	{name: "tls_port_no", kind: number, num: func(p *Params) *int { return &p.tlsPort }, max: 65535},
	{name: "alias", kind: hostList, list: (*collector).alias},
	{name: "auto_aliases", kind: boolean, flag: func(p *Params) *bool { return &p.AutoAliases }},
	{name: "auto_bind_ipv6", kind: boolean, flag: func(p *Params) *bool { return &p.autoBindIPv6 }},
	{name: "bind_ipv6_link_local", kind: boolean, flag: func(p *Params) *bool { return &p.linkLocal }},
	{name: "disable_tcp", kind: boolean, flag: func(p *Params) *bool { return &p.DisableTCP }},
	{name: "enable_tls", aliases: "tls_enable", kind: boolean, flag: func(p *Params) *bool { return &p.EnableTLS }},
	{name: "disable_tls", aliases: "tls_disable", kind: boolean, flag: func(p *Params) *bool { return &p.EnableTLS }, not: true},
	{name: "enable_sctp", kind: number, class: NotYet, why: noSCTP, same: "0 2 no off false disable"},
	{name: "disable_sctp", kind: number, class: NotYet, why: noSCTP, same: "1 2 yes on true enable"},
	{name: "sctp_children", kind: number, class: Accepted, why: noSCTP},
	{name: "advertised_address", kind: host, str: func(p *Params) *string { return &p.AdvertisedHost }},
	{name: "advertised_port", kind: number, num: func(p *Params) *int { return &p.AdvertisedPort }, max: 65535},
	{name: "socket_workers", kind: number, num: func(p *Params) *int { return &p.socketWorkers }, max: 100000},
	{name: "mcast", kind: textOrWord, class: NotYet, why: "olelo joins no multicast group"},
	{name: "mcast_ttl", kind: number, class: NotYet, why: "olelo joins no multicast group"},
	{name: "mcast_loopback", kind: boolean, class: NotYet, why: "olelo joins no multicast group", same: "0 no off false disable"},
	{name: "ip_free_bind", aliases: "ipfreebind ip_nonlocal_bind", kind: signed, num: func(p *Params) *int { return &p.freeBind }},
	{name: "tos", kind: typeOfService, list: (*collector).typeOfService},
	{name: "pmtu_discovery", kind: boolean, flag: func(p *Params) *bool { return &p.pathMTU }},
	{name: "udp_mtu", kind: number, num: func(p *Params) *int { return &p.UDPMTU }},
	{name: "udp_mtu_try_proto", kind: protocol, list: (*collector).largeProto},
	{name: "mhomed", kind: boolean, flag: func(p *Params) *bool { return &p.MHomed }},
	{name: "maxbuffer", kind: number, num: func(p *Params) *int { return &p.MaxBuffer }, max: 1 << 30},
	{name: "udp4_raw", kind: signed, class: Accepted, why: "ordinary UDP sockets send"},
	{name: "udp4_raw_mtu", kind: number, class: Accepted, why: "ordinary UDP sockets send"},
	{name: "udp4_raw_ttl", kind: number, class: Accepted, why: "ordinary UDP sockets send"},

	// Workers.
	{name: "children", kind: number, num: func(p *Params) *int { return &p.Children }, max: 100000},
	{name: "tcp_children", kind: number, num: func(p *Params) *int { return &p.TCPChildren }, max: 100000},
	{name: "async_workers", kind: number, class: Accepted, why: async},
	{name: "async_nonblock", kind: number, class: Accepted, why: async},
	{name: "async_usleep", kind: number, class: Accepted, why: async},
	{name: "async_workers_group", kind: text, class: Accepted, why: async},
	{name: "route_locks_size", kind: number, class: NotYet, why: "messages of one Call-ID are not routed one after the other", same: "0 no off false disable"},
	{name: "max_while_loops", kind: number, num: func(p *Params) *int { return &p.MaxWhileLoops }},
	{name: "max_recursive_level", kind: number, num: func(p *Params) *int { return &p.MaxRecursive }},
	{name: "max_branches", kind: number, class: NotYet, why: "olelo does not limit branches by it", same: "12", min: 1, max: 31},

	// Log.
	{name: "debug", kind: signed, num: func(p *Params) *int { return &p.Debug }},
	{name: "corelog", kind: signed, class: Accepted, why: "Kamailio 5.6 too logs alike with any: sip_parser_log sets the level of lines about bad messages", num: func(p *Params) *int { return &p.CoreLog }},
	{name: "memlog", aliases: "mem_log", kind: signed, num: func(p *Params) *int { return &p.MemLog }},
	{name: "log_stderror", kind: boolean, flag: func(p *Params) *bool { return &p.LogStderr }},
	{name: "log_color", kind: boolean, flag: func(p *Params) *bool { return &p.LogColor }},
	{name: "log_facility", kind: facility, list: (*collector).facility},
	{name: "log_name", kind: text, str: func(p *Params) *string { return &p.LogName }},
	{name: "log_prefix", kind: text, str: func(p *Params) *string { return &p.LogPrefix }},
	{name: "log_prefix_mode", kind: number, num: func(p *Params) *int { return &p.LogPrefixMode }},
	{name: "log_engine_type", kind: text, class: NotYet, why: "olelo logs to standard error or to syslog", same: `""`},
	{name: "log_engine_data", kind: text, class: NotYet, why: "olelo logs to standard error or to syslog", same: `""`},
	{name: "latency_cfg_log", kind: signed, class: NotYet, why: "olelo does not log how long a route took", same: "3"},
	{name: "latency_log", kind: signed, class: Accepted, why: "only used with latency_limit_action and latency_limit_db"},
	{name: "latency_limit_action", kind: number, class: NotYet, why: "olelo does not log slow actions", same: "0"},
	{name: "latency_limit_cfg", kind: number, class: NotYet, why: "olelo does not log slow routes", same: "0"},
	{name: "latency_limit_db", kind: number, class: NotYet, why: "olelo does not log slow queries", same: "0"},
	{name: "msg_time", kind: number, class: NotYet, why: "olelo does not time messages by it", same: "0"},
	{name: "sip_parser_log_oneline", kind: signed, class: Accepted, why: "a line about bad input is one line always"},
	{name: "sip_parser_log", kind: signed, num: func(p *Params) *int { return &p.ParserLog }},
	{name: "verbose_startup", kind: boolean, class: Accepted, why: "debug=3 shows the start-up; olelo dis shows the routes"},

	// Messages.
	{name: "server_signature", kind: boolean, flag: func(p *Params) *bool { return &p.ServerSignature }},
	{name: "server_header", kind: text, str: func(p *Params) *string { return &p.ServerHeader }},
	{name: "user_agent_header", kind: text, str: func(p *Params) *string { return &p.UserAgentHeader }},
	{name: "sip_warning", kind: boolean, flag: func(p *Params) *bool { return &p.SIPWarning }},
	{name: "server_id", kind: number, num: func(p *Params) *int { return &p.ServerID }},
	{name: "check_via", kind: boolean, flag: func(p *Params) *bool { return &p.CheckVia }},
	{name: "force_rport", aliases: "add_rport", kind: boolean, flag: func(p *Params) *bool { return &p.ForceRPort }},
	{name: "local_rport", kind: boolean, flag: func(p *Params) *bool { return &p.LocalRPort }},
	{name: "reply_to_via", kind: boolean, class: NotYet, why: "a local reply goes to where the request came from", same: "0 no off false disable"},
	{name: "onsend_route_reply", kind: boolean, flag: func(p *Params) *bool { return &p.OnSendReply }},
	{name: "received_route_mode", kind: signed, num: func(p *Params) *int { return &p.ReceivedRouteMode }},
	{name: "http_reply_parse", aliases: "http_reply_hack", kind: boolean, class: NotYet, why: "HTTP replies are not read as SIP", same: "0 no off false disable"},
	{name: "phone2tel", kind: boolean, class: NotYet, why: "parameters of a user are always taken apart with user=phone", same: "1 yes on true enable"},
	{name: "sip_parser_mode", kind: signed, class: NotYet, why: "the parser has one mode, the strict one", same: "1 yes on true enable"},
	{name: "hdr_name_extra_chars", kind: text, class: NotYet, why: "a header's name takes the characters of RFC 3261 only", same: `""`},
	{name: "uri_host_extra_chars", kind: text, class: NotYet, why: "a host in a URI takes the characters of RFC 3261 only", same: `""`},
	{name: "ipv6_hex_style", kind: hexStyle, class: NotYet, why: "IPv6 addresses are written as RFC 5952 says", same: `"c"`},
	{name: "xavp_via_params", kind: text, str: func(p *Params) *string { return &p.ViaParams }},
	{name: "xavp_via_fields", kind: text, str: func(p *Params) *string { return &p.ViaFields }},
	{name: "stats_name_separator", kind: text, class: NotYet, why: "names of statistics are joined with _", same: `"_"`},
	{name: "version_table", kind: text, str: func(p *Params) *string { return &p.VersionTable }},
	{name: "cfgengine", kind: text, class: NotYet, why: "routes are written in Kamailio's own language", same: `"native" "default"`},
	{name: "kemi.onsend_route_callback", kind: text, class: Accepted, why: kemi},
	{name: "kemi.received_route_callback", kind: text, class: Accepted, why: kemi},
	{name: "kemi.reply_route_callback", kind: text, class: Accepted, why: kemi},
	{name: "kemi.pre_routing_callback", kind: text, class: Accepted, why: kemi},

	// Connections.
	{name: "tcp_accept_no_cl", kind: boolean, flag: func(p *Params) *bool { return &p.TCPAcceptNoCL }},
	{name: "tcp_connection_lifetime", kind: signed, num: func(p *Params) *int { return &p.TCPLifetime }},
	{name: "tcp_max_connections", kind: number, num: func(p *Params) *int { return &p.TCPMaxConns }},
	{name: "tls_max_connections", kind: number, num: func(p *Params) *int { return &p.TLSMaxConns }},
	{name: "tcp_connect_timeout", kind: signed, num: func(p *Params) *int { return &p.TCPConnectTimeout }},
	{name: "tcp_send_timeout", kind: signed, num: func(p *Params) *int { return &p.TCPSendTimeout }},
	{name: "tcp_no_connect", kind: boolean, flag: func(p *Params) *bool { return &p.TCPNoConnect }},
	{name: "tcp_keepalive", kind: boolean, flag: func(p *Params) *bool { return &p.TCPKeepalive }},
	{name: "tcp_keepidle", kind: number, num: func(p *Params) *int { return &p.TCPKeepidle }, max: 32767},
	{name: "tcp_keepintvl", kind: number, num: func(p *Params) *int { return &p.TCPKeepintvl }, max: 32767},
	{name: "tcp_keepcnt", kind: number, num: func(p *Params) *int { return &p.TCPKeepcnt }, max: 127},
	{name: "tcp_conn_wq_max", kind: number, num: func(p *Params) *int { return &p.TCPConnQueue }},
	{name: "tcp_wq_max", kind: number, num: func(p *Params) *int { return &p.TCPQueue }},
	{name: "tcp_wq_blk_size", kind: number, class: Accepted, why: writer},
	{name: "tcp_async", aliases: "tcp_buf_write", kind: boolean, class: Accepted, why: writer},
	{name: "tcp_rd_buf_size", kind: number, class: Accepted, why: "a connection's buffer grows with its messages"},
	{name: "tcp_clone_rcvbuf", kind: number, class: Accepted, why: "a message's bytes stay as they are while it is routed"},
	{name: "tcp_fd_cache", kind: boolean, class: Accepted, why: "connections belong to no process"},
	{name: "tcp_poll_method", kind: pollMethod, class: Accepted, why: "the Go runtime polls"},
	{name: "tcp_defer_accept", kind: number, class: Accepted, why: kernel},
	{name: "tcp_delayed_ack", kind: boolean, class: Accepted, why: kernel},
	{name: "tcp_linger2", kind: number, class: Accepted, why: kernel},
	{name: "tcp_syncnt", kind: number, class: Accepted, why: "tcp_connect_timeout ends an attempt to connect"},
	{name: "tcp_wait_data", kind: signed, class: Accepted, why: "only used with tcp_accept_haproxy"},
	{name: "tcp_reuse_port", kind: boolean, flag: func(p *Params) *bool { return &p.TCPReusePort }},
	{name: "tcp_source_ipv4", kind: ipv4, str: func(p *Params) *string { return &p.TCPSource4 }},
	{name: "tcp_source_ipv6", kind: ipv6, str: func(p *Params) *string { return &p.TCPSource6 }},
	{name: "tcp_accept_aliases", kind: boolean, class: NotYet, why: "a Via with alias makes no connection alias", same: "0 no off false disable"},
	{name: "tcp_accept_haproxy", kind: boolean, class: NotYet, why: "connections carry no PROXY header", same: "0 no off false disable"},
	{name: "tcp_accept_hep3", kind: boolean, class: NotYet, why: "connections carry no HEP3", same: "0 no off false disable"},
	{name: "tcp_accept_unique", kind: number, class: Accepted, why: "the kernel never has two connections with the same addresses"},
	{name: "tcp_connection_match", kind: number, class: NotYet, why: "a connection is found by its remote address", same: "0 no off false disable"},
	{name: "tcp_crlf_ping", kind: boolean, not: true, flag: func(p *Params) *bool { return &p.TCPNoPing }},
	{name: "tcp_script_mode", kind: signed, class: NotYet, why: "a connection stays open whatever the route's result is", same: "1 yes on true enable"},

	// DNS.
	{name: "dns", kind: boolean, class: NotYet, why: "a Via's host name is not looked up", same: "0 no off false disable"},
	{name: "rev_dns", kind: boolean, class: NotYet, why: "source addresses are not looked up", same: "0 no off false disable"},
	{name: "dns_try_naptr", kind: boolean, flag: func(p *Params) *bool { return &p.DNS.NAPTR }},
	{name: "dns_srv_lb", aliases: "dns_srv_loadbalancing", kind: boolean, flag: func(p *Params) *bool { return &p.DNS.Balance }},
	{name: "use_dns_failover", kind: boolean, flag: func(p *Params) *bool { return &p.DNS.Failover }},
	{name: "use_dns_cache", kind: boolean, class: Accepted, why: resolver},
	{name: "dns_try_ipv6", kind: boolean, class: Accepted, why: resolver},
	{name: "dns_use_search_list", kind: boolean, class: Accepted, why: resolver},
	{name: "dns_search_full_match", kind: boolean, class: Accepted, why: resolver},
	{name: "dns_retr_no", kind: number, class: Accepted, why: resolver},
	{name: "dns_retr_time", kind: number, class: Accepted, why: resolver},
	{name: "dns_servers_no", kind: number, class: Accepted, why: resolver},
	{name: "dns_cache_init", kind: boolean, class: Accepted, why: resolver},
	{name: "dns_cache_flags", kind: number, class: Accepted, why: resolver},
	{name: "dns_cache_mem", kind: number, class: Accepted, why: resolver},
	{name: "dns_cache_min_ttl", kind: number, class: Accepted, why: resolver},
	{name: "dns_cache_max_ttl", kind: number, class: Accepted, why: resolver},
	{name: "dns_cache_negative_ttl", kind: number, class: Accepted, why: resolver},
	{name: "dns_cache_gc_interval", kind: number, class: Accepted, why: resolver},
	{name: "dns_cache_del_nonexp", aliases: "dns_cache_delete_nonexpired", kind: boolean, class: Accepted, why: resolver},
	{name: "dns_cache_rec_pref", kind: number, class: Accepted, why: resolver},
	{name: "dns_naptr_ignore_rfc", kind: boolean, not: true, flag: func(p *Params) *bool { return &p.DNS.RecordOrder }},
	{name: "dns_udp_pref", aliases: "dns_udp_preference", kind: signed, num: func(p *Params) *int { return &p.DNS.Preference[transport.UDP] }},
	{name: "dns_tcp_pref", aliases: "dns_tcp_preference", kind: signed, num: func(p *Params) *int { return &p.DNS.Preference[transport.TCP] }},
	{name: "dns_tls_pref", aliases: "dns_tls_preference", kind: signed, num: func(p *Params) *int { return &p.DNS.Preference[transport.TLS] }},
	{name: "dns_sctp_pref", aliases: "dns_sctp_preference", kind: signed, class: Accepted, why: noSCTP},
	{name: "use_dst_blocklist", kind: boolean, class: NotYet, why: "a destination that failed is tried again", same: "0 no off false disable"},
	{name: "dst_blocklist_init", kind: boolean, class: Accepted, why: blocklist},
	{name: "dst_blocklist_mem", kind: number, class: Accepted, why: blocklist},
	{name: "dst_blocklist_expire", aliases: "dst_blocklist_ttl", kind: number, class: Accepted, why: blocklist},
	{name: "dst_blocklist_gc_interval", kind: number, class: Accepted, why: blocklist},

	// The process.
	{name: "fork", kind: boolean, flag: func(p *Params) *bool { return &p.Fork }},
	{name: "user", aliases: "uid", kind: textOrWord, str: func(p *Params) *string { return &p.User }, list: func(c *collector, ln *line) { c.single(ln); c.user = ln }},
	{name: "group", aliases: "gid", kind: textOrWord, str: func(p *Params) *string { return &p.Group }, list: func(c *collector, ln *line) { c.single(ln); c.group = ln }},
	{name: "chroot", kind: textOrWord, str: func(p *Params) *string { return &p.Chroot }},
	{name: "workdir", aliases: "wdir", kind: textOrWord, str: func(p *Params) *string { return &p.WorkDir }},
	{name: "rundir", aliases: "run_dir", kind: textOrWord, str: func(p *Params) *string { return &p.RunDir }},
	{name: "open_files_limit", kind: number, num: func(p *Params) *int { return &p.OpenFiles }},
	{name: "flags", kind: flagNames, list: (*collector).flags},
	{name: "avpflags", kind: flagNames, class: NotYet, why: "AVPs have no flags", list: (*collector).flags},
	{name: "disable_core_dump", kind: boolean, class: Accepted, why: "a Go program leaves no core file"},
	{name: "exit_timeout", aliases: "ser_kill_timeout", kind: number, class: Accepted, why: "a stop waits 5 seconds for what is queued"},
	{name: "fork_delay", kind: number, class: Accepted, why: noFork},
	{name: "modinit_delay", kind: number, class: Accepted, why: noFork},
	{name: "wait_worker1_mode", kind: number, class: Accepted, why: noFork},
	{name: "wait_worker1_time", kind: number, class: Accepted, why: noFork},
	{name: "wait_worker1_usleep", kind: number, class: Accepted, why: noFork},
	{name: "real_time", kind: number, class: Accepted, why: realTime},
	{name: "rt_policy", kind: number, class: Accepted, why: realTime},
	{name: "rt_prio", kind: number, class: Accepted, why: realTime},
	{name: "rt_timer1_policy", aliases: "rt_ftimer_policy", kind: number, class: Accepted, why: realTime},
	{name: "rt_timer1_prio", aliases: "rt_fast_timer_prio rt_ftimer_prio", kind: number, class: Accepted, why: realTime},
	{name: "rt_timer2_policy", aliases: "rt_stimer_policy", kind: number, class: Accepted, why: realTime},
	{name: "rt_timer2_prio", aliases: "rt_stimer_prio", kind: number, class: Accepted, why: realTime},
	{name: "memdbg", aliases: "mem_dbg", kind: signed, class: Accepted, why: goMemory},
	{name: "mem_join", kind: signed, class: Accepted, why: goMemory},
	{name: "mem_safety", kind: signed, class: Accepted, why: goMemory},
	{name: "mem_status_mode", kind: signed, class: Accepted, why: goMemory},
	{name: "mem_summary", kind: signed, class: Accepted, why: goMemory},
	{name: "mlock_pages", kind: boolean, class: Accepted, why: goMemory},
	{name: "shm_force_alloc", kind: boolean, class: Accepted, why: goMemory},
	{name: "shm_mem_size", aliases: "shm shm_mem", kind: number, class: Accepted, why: goMemory},
	{name: "pv_buffer_size", kind: number, class: Accepted, why: "texts with variables have no size limit"},
	{name: "pv_buffer_slots", kind: number, class: Accepted, why: "texts with variables have no size limit"},
	{name: "pv_cache_limit", kind: number, class: Accepted, why: "variables are bound once, when the configuration loads"},
	{name: "pv_cache_action", kind: number, class: Accepted, why: "variables are bound once, when the configuration loads"},
	{name: "sql_buffer_size", kind: number, class: Accepted, why: "a query's text has no size limit"},

	// TLS inside the core, which Kamailio gave up long ago.
	{name: "tls_log", kind: number, class: Accepted, why: tlsModule},
	{name: "tls_ca_list", kind: text, class: Accepted, why: tlsGone},
	{name: "tls_certificate", kind: text, class: Accepted, why: tlsGone},
	{name: "tls_handshake_timeout", kind: number, class: Accepted, why: tlsGone},
	{name: "tls_method", kind: textOrWord, class: Accepted, why: tlsGone},
	{name: "tls_private_key", kind: text, class: Accepted, why: tlsGone},
	{name: "tls_require_certificate", kind: number, class: Accepted, why: tlsGone},
	{name: "tls_send_timeout", kind: number, class: Accepted, why: tlsGone},
	{name: "tls_verify", kind: number, class: Accepted, why: tlsGone},

	// Kamailio 6.
	{name: "socket", kind: address, list: (*collector).socket},
	{name: "async_tkv_evcb", kind: text, class: NotYet, why: v6},
	{name: "async_tkv_gname", kind: text, class: NotYet, why: v6},
	{name: "coreparam", kind: anything, class: NotYet, why: v6},
	{name: "maxsndbuffer", kind: number, class: NotYet, why: v6},
	{name: "mem_add_size", kind: number, class: Accepted, why: goMemory},
	{name: "msg_recv_max_size", kind: number, class: NotYet, why: v6},
	{name: "msg_apply_changes_mode", kind: number, class: NotYet, why: v6},
	{name: "msg_clone_extra_size", kind: number, class: Accepted, why: goMemory},
	{name: "return_mode", kind: number, num: func(p *Params) *int { return &p.ReturnMode }, max: 1},
	{name: "rpc_exec_delta", kind: number, class: NotYet, why: v6, same: "0"},
	{name: "tcp_accept_iplimit", kind: number, class: NotYet, why: v6, same: "0"},
	{name: "tcp_check_timer", kind: number, class: Accepted, why: "every connection has its own timeout"},
	{name: "tcp_listen_backlog", kind: number, class: Accepted, why: kernel},
	{name: "tcp_main_threads", kind: number, class: Accepted, why: "every connection has its own goroutine"},
	{name: "tcp_msg_data_timeout", kind: number, class: NotYet, why: v6},
	{name: "tcp_msg_read_timeout", kind: number, class: NotYet, why: v6},
	{name: "tls_connection_match_domain", kind: number, class: NotYet, why: v6, same: "0"},
	{name: "tls_threads_mode", kind: number, class: Accepted, why: "crypto/tls needs no such mode"},
	{name: "udp_receiver_mode", kind: number, class: Accepted, why: "every UDP socket has its own workers"},
	{name: "xavp_via_reply_params", kind: text, class: NotYet, why: v6},
}
