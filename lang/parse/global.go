package parse

import (
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/lex"
)

// form is what a global parameter's value looks like.
type form struct {
	parse func(p *parser, lx *lexer.PeekingLexer, g *ast.Global) bool
	what  string // in messages
	bare  bool   // stands without =
}

// The words of each form. What each takes was found by trying the kinds of
// values on Kamailio 5.6.3.
const (
	intWords = `
	add_rport advertised_port async_nonblock async_usleep async_workers auto_aliases auto_bind_ipv6
	bind_ipv6_link_local check_via children disable_core_dump disable_sctp disable_tcp disable_tls dns
	dns_cache_del_nonexp dns_cache_delete_nonexpired dns_cache_flags dns_cache_gc_interval dns_cache_init
	dns_cache_max_ttl dns_cache_mem dns_cache_min_ttl dns_cache_negative_ttl dns_cache_rec_pref
	dns_naptr_ignore_rfc dns_retr_no dns_retr_time dns_search_full_match dns_servers_no dns_srv_lb
	dns_srv_loadbalancing dns_try_ipv6 dns_try_naptr dns_use_search_list dst_blocklist_expire
	dst_blocklist_gc_interval dst_blocklist_init dst_blocklist_mem dst_blocklist_ttl enable_sctp enable_tls
	exit_timeout force_rport fork fork_delay http_reply_hack http_reply_parse latency_limit_action
	latency_limit_cfg latency_limit_db local_rport log_color log_prefix_mode log_stderror max_branches
	max_recursive_level max_while_loops maxbuffer mcast_loopback mcast_ttl mhomed mlock_pages modinit_delay
	msg_time onsend_route_reply open_files_limit phone2tel pmtu_discovery port pv_buffer_size pv_buffer_slots
	pv_cache_action pv_cache_limit real_time reply_to_via rev_dns route_locks_size rt_fast_timer_prio
	rt_ftimer_policy rt_ftimer_prio rt_policy rt_prio rt_stimer_policy rt_stimer_prio rt_timer1_policy
	rt_timer1_prio rt_timer2_policy rt_timer2_prio sctp_children ser_kill_timeout server_id server_signature shm
	shm_force_alloc shm_mem shm_mem_size sip_warning socket_workers sql_buffer_size tcp_accept_aliases
	tcp_accept_haproxy tcp_accept_hep3 tcp_accept_no_cl tcp_accept_unique tcp_async tcp_buf_write tcp_children
	tcp_clone_rcvbuf tcp_conn_wq_max tcp_connection_match tcp_crlf_ping tcp_defer_accept tcp_delayed_ack
	tcp_fd_cache tcp_keepalive tcp_keepcnt tcp_keepidle tcp_keepintvl tcp_linger2 tcp_max_connections
	tcp_no_connect tcp_rd_buf_size tcp_reuse_port tcp_syncnt tcp_wq_blk_size tcp_wq_max tls_disable tls_enable
	tls_handshake_timeout tls_log tls_max_connections tls_port_no tls_require_certificate tls_send_timeout
	tls_verify udp4_raw_mtu udp4_raw_ttl udp_mtu use_dns_cache use_dns_failover use_dst_blocklist verbose_startup wait_worker1_mode wait_worker1_time wait_worker1_usleep`
	signedWords = `
	corelog debug dns_sctp_pref dns_sctp_preference dns_tcp_pref dns_tcp_preference dns_tls_pref
	dns_tls_preference dns_udp_pref dns_udp_preference ip_free_bind ip_nonlocal_bind ipfreebind latency_cfg_log
	latency_log mem_dbg mem_join mem_log mem_safety mem_status_mode mem_summary memdbg memlog
	received_route_mode sip_parser_log sip_parser_log_oneline sip_parser_mode tcp_connect_timeout
	tcp_connection_lifetime tcp_script_mode tcp_send_timeout tcp_wait_data udp4_raw`
	textWords = `
	async_workers_group hdr_name_extra_chars ipv6_hex_style log_engine_data log_engine_type log_name log_prefix
	server_header stats_name_separator tls_ca_list tls_certificate tls_private_key uri_host_extra_chars user_agent_header version_table xavp_via_fields xavp_via_params`
	textOrWordWords = `chroot gid group mcast run_dir rundir uid user wdir workdir tcp_poll_method`
	// Kamailio 6 has these too.
	words6 = `
	async_tkv_evcb async_tkv_gname coreparam maxsndbuffer mem_add_size msg_apply_changes_mode
	msg_clone_extra_size msg_recv_max_size return_mode rpc_exec_delta tcp_accept_iplimit tcp_check_timer
	tcp_listen_backlog tcp_main_threads tcp_msg_data_timeout tcp_msg_read_timeout
	tls_connection_match_domain tls_threads_mode udp_receiver_mode xavp_via_reply_params`
)

var globals, globals6 = func() (five, six map[string]*form) {
	five, six = map[string]*form{}, map[string]*form{}
	set := func(m map[string]*form, words string, f form) {
		for _, w := range strings.Fields(words) {
			m[w] = &f
		}
	}
	set(five, intWords, form{parse: one(isInt), what: "a number, or yes or no"})
	set(five, signedWords, form{parse: signed, what: "a number"})
	set(five, textWords, form{parse: one(isText), what: "a text in quotes"})
	set(five, textOrWordWords, form{parse: one(isText, isWord), what: "a text in quotes or a word"})
	set(five, "log_facility", form{parse: one(isWord), what: "a word such as LOG_DAEMON"})
	set(five, "tos", form{parse: one(isInt, isWord), what: "a number or a word such as IPTOS_LOWDELAY"})
	set(five, "udp_mtu_try_proto", form{parse: one(isProtocol), what: "one of TCP, TLS, SCTP, UDP"})
	set(five, "cfgengine", form{parse: one(isText), what: "a text in quotes", bare: true})
	set(five, "advertised_address", form{parse: hostValue, what: "an address or a host's name"})
	set(five, "tcp_source_ipv4", form{parse: sourceAddress(isInt), what: "an IPv4 address"})
	set(five, "tcp_source_ipv6", form{parse: sourceAddress(startsIPv6), what: "an IPv6 address"})
	set(five, "listen", form{parse: listen, what: "an address, an interface or a host's name"})
	set(five, "alias", form{parse: sockets, what: "a host's name"})
	set(five, "flags avpflags bool", form{parse: flags, what: "names such as A, B:2", bare: true})
	set(five, "tls_method", form{parse: one(isTLSMethod), what: "one of SSLv23, SSLv2, SSLv3, TLSv1"})
	set(five, "kemi", form{parse: one(isText), what: "a text in quotes"})
	set(six, words6, form{parse: one(isInt, isText, isWord), what: "a number, a text or a word"})
	set(six, "socket", form{parse: socketBlock, what: "an address or { bind = …; }"})
	return five, six
}()

// globalNames are the parameters' names, for suggestions.
var globalNames = slices.Sorted(func(yield func(string) bool) {
	for n := range maps.Keys(globals) {
		if !yield(n) {
			return
		}
	}
	for n := range maps.Keys(globals6) {
		if !yield(n) {
			return
		}
	}
})

// itemNames are the words that start an item, for suggestions.
var itemNames = append(append([]string{"loadmodule", "loadmodulex", "modparam", "modparamx"}, slices.Sorted(maps.Keys(routeKinds))...), globalNames...)

// global parses NAME = value.
func (p *parser) global(lx *lexer.PeekingLexer, f *form) ast.Item {
	t := lx.Next()
	g := &ast.Global{Name: t.Value}
	if t.Value == "kemi" && !p.kemi(lx, g) {
		return &ast.BadItem{Range: p.span(t, lx)}
	}
	if eq := lx.Peek(); is(eq, "=") && t.Value != "flags" && t.Value != "avpflags" && t.Value != "bool" {
		g.EqAt = pos(eq)
		lx.Next()
	} else if !f.bare || t.Value == "cfgengine" && eq.Type != lex.Str {
		p.errorAt(eq, "bad-parameter", describe(eq)+" cannot stand behind "+quote(t.Value), "it is written "+t.Value+" = VALUE")
		return &ast.BadItem{Range: p.span(t, lx)}
	}
	ok := f.parse(p, lx, g)
	g.Range = p.span(t, lx)
	if !ok {
		if !p.wrong { // the form itself has not said what is wrong
			p.badValue(lx, t, f)
		}
		return g
	}
	if eq := lx.Peek(); is(eq, "=") && len(g.Values) > 1 {
		last := g.Values[len(g.Values)-1]
		d := p.errorAt(eq, "unknown-parameter", quote(t.Value)+" takes "+quote(last.Text)+" for one more of its values", "put a `;` before "+last.Text)
		d.Mark = last.Pos
	}
	return g
}

func (p *parser) badValue(lx *lexer.PeekingLexer, t *lexer.Token, f *form) {
	n := lx.Peek()
	hint := ""
	switch {
	case n.Type == lex.Word && strings.Contains(f.what, "quotes"):
		hint = `put it into quotes: "` + n.Value + `"`
	case n.Type == lex.Str && strings.Contains(f.what, "number"):
		hint = "write it without quotes"
	case n.Type == lex.Word && strings.Contains(f.what, "number"):
		if near := diag.Nearest(n.Value, []string{"yes", "no", "on", "off", "true", "false", "enable", "disable"}); near != "" {
			hint = "did you mean " + near + "?"
		}
	}
	p.errorAt(n, "bad-value", quote(t.Value)+" takes "+f.what+", not "+describe(n), hint)
}

// kemi parses the rest of kemi.NAME.
func (p *parser) kemi(lx *lexer.PeekingLexer, g *ast.Global) bool {
	names := []string{"onsend_route_callback", "received_route_callback", "reply_route_callback", "pre_routing_callback"}
	dot := lx.Peek()
	if !is(dot, ".") {
		p.errorAt(dot, "bad-parameter", describe(dot)+" cannot stand behind `kemi`", "it is written kemi.NAME = VALUE")
		return false
	}
	lx.Next()
	n := lx.Peek()
	if n.Type != lex.Key || !slices.Contains(names, n.Value) {
		d := p.errorAt(n, "unknown-parameter", "kemi has no parameter "+describe(n), "")
		if near := diag.Nearest(n.Value, names); near != "" {
			d.Hint = "did you mean kemi." + near + "?"
		}
		return false
	}
	lx.Next()
	g.Group, g.Name = "kemi", n.Value
	return true
}

// custom parses GROUP.NAME = VALUE desc "TEXT" and GROUP[N].NAME = VALUE.
func (p *parser) custom(lx *lexer.PeekingLexer) ast.Item {
	t := lx.Next()
	g := &ast.Global{Group: t.Value}
	if is(lx.Peek(), "[") {
		lx.Next()
		n := lx.Peek()
		if n.Type != lex.Int {
			return p.badCustom(lx, t, n, "a group's index is a number")
		}
		lx.Next()
		if end := lx.Peek(); !is(end, "]") {
			return p.badCustom(lx, t, end, "")
		}
		lx.Next()
		g.Group += "[" + n.Value + "]"
	}
	if dot := lx.Peek(); !is(dot, ".") {
		return p.badCustom(lx, t, dot, "")
	}
	lx.Next()
	name := lx.Peek()
	if name.Type != lex.Word && !is(name, "default") {
		return p.badCustom(lx, t, name, "the name must be a word that the language does not keep for itself")
	}
	lx.Next()
	g.Name = name.Value
	eq := lx.Peek()
	if !is(eq, "=") {
		return p.badCustom(lx, t, eq, "")
	}
	g.EqAt = pos(eq)
	lx.Next()
	v := lx.Peek()
	if v.Type != lex.Int && v.Type != lex.Str {
		p.errorAt(v, "bad-value", quote(g.Group+"."+g.Name)+" takes a number or a text, not "+describe(v), "a text needs quotes; a negative number too")
		return &ast.BadItem{Range: p.span(t, lx)}
	}
	lx.Next()
	g.Values = append(g.Values, p.lit(v))
	if d := lx.Peek(); is(d, "desc") || is(d, "descr") || is(d, "description") {
		lx.Next()
		text := lx.Peek()
		if text.Type != lex.Str {
			return p.badCustom(lx, t, text, "a description is a text in quotes")
		}
		lx.Next()
		g.Values = append(g.Values, ast.Literal{Range: p.at(d), Kind: ast.LitWord, Text: "desc"}, p.lit(text))
	}
	g.Range = p.span(t, lx)
	return g
}

func (p *parser) badCustom(lx *lexer.PeekingLexer, t, at *lexer.Token, hint string) ast.Item {
	if hint == "" {
		hint = `it is written group.name = value desc "text"`
	}
	p.errorAt(at, "bad-custom", describe(at)+" cannot stand in a parameter of one's own", hint)
	return &ast.BadItem{Range: p.span(t, lx)}
}
