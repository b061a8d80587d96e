package app

import (
	"cmp"
	"fmt"
	"slices"

	"olelo/lang/diag"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

// stats are the counters of a server, each by its group and name.
type stats struct {
	core   coreStats
	tcp    transport.Counters
	sorted []*registry.Stat
	named  map[[2]string]*registry.Stat // those of group "" by name alone
}

var (
	_ registry.StatsHost     = host{}
	_ registry.CoreStatsHost = host{}
)

// Stats are all counters.
func (h host) Stats() []*registry.Stat { return h.stats.sorted }

// Stat finds one.
func (h host) Stat(group, name string) *registry.Stat { return h.stats.named[[2]string{group, name}] }

// CoreStats are the core's own.
func (h host) CoreStats() []*registry.Stat { return h.stats.core.list() }

// collect gathers the counters of all modules, once these are provisioned.
func (s *server) collect(diags *diag.List) {
	all := s.tcpStats()
	for _, m := range s.modules {
		if src, ok := m.it.(registry.StatSource); ok {
			all = append(all, src.Stats()...)
		}
	}
	slices.SortStableFunc(all, func(a, b *registry.Stat) int { return cmp.Compare(since(a), since(b)) })
	s.stats.named = make(map[[2]string]*registry.Stat, 2*len(all))
	for _, st := range all {
		key := [2]string{st.Group, st.Name}
		if s.stats.named[key] != nil {
			diags.Add(diag.Diagnostic{
				Severity: diag.Error, Code: "module-start", Late: true,
				Msg: fmt.Sprintf("there are two counters %s.%s: give the one that the configuration makes another name", st.Group, st.Name),
			})
		}
		s.stats.named[key] = st
		s.stats.named[[2]string{"", st.Name}] = st
	}
	slices.SortFunc(all, func(a, b *registry.Stat) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Name, b.Name))
	})
	s.stats.sorted = all
}

// since orders counters by when Kamailio makes them.
func since(s *registry.Stat) int {
	if s.Declared {
		return 0
	}
	return 1
}

// tcpStats are the counters of group tcp.
func (s *server) tcpStats() []*registry.Stat {
	t := &s.stats.tcp
	list := []*registry.Stat{
		{Name: "established", Doc: "Connections made, in either direction.", Count: &t.Established},
		{Name: "passive_open", Doc: "Connections accepted.", Count: &t.PassiveOpen},
		{Name: "connect_success", Doc: "Connections opened.", Count: &t.ConnectSuccess},
		{Name: "connect_failed", Doc: "Connections that could not be opened.", Count: &t.ConnectFailed},
		{Name: "local_reject", Doc: "Connections refused because there were too many.", Count: &t.LocalReject},
		{Name: "con_timeout", Doc: "Connections closed because they were idle.", Count: &t.ConTimeout},
		{Name: "con_reset", Doc: "Connections that the peer reset.", Count: &t.ConReset},
		{Name: "send_timeout", Doc: "Connections closed because the peer did not read.", Count: &t.SendTimeout},
		{Name: "sendq_full", Doc: "Messages refused because a send queue was full.", Count: &t.SendqFull},
		{Name: "current_opened_connections", Doc: "Connections that are open.", Figure: func() int64 { return int64(s.tcpFigures().Conns) }},
		{Name: "current_write_queue_size", Doc: "Bytes that wait to be sent.", Figure: func() int64 { return int64(s.tcpFigures().Queued) }},
	}
	for _, st := range list {
		st.Group = "tcp"
	}
	return list
}

// tcpFigures are the transport's, also before there is one.
func (s *server) tcpFigures() transport.Stats {
	if s.net == nil {
		return transport.Stats{}
	}
	return s.net.Stats()
}
