package app

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"olelo/runtime/core"
	"olelo/runtime/registry"
	"olelo/runtime/rpc"
	"olelo/runtime/transport"
)

// coreRPC registers the core's own commands.
func (s *server) coreRPC() error {
	rev, at := buildInfo()
	return rpc.RegisterCore(s.rpcs, rpc.Server{
		Name:     "olelo",
		Version:  "kamailio " + core.Kamailio + " (" + core.Platform() + ") ", // its space too
		Number:   core.Kamailio,
		SourceID: rev,
		Compiler: runtime.Version(),
		Compiled: at,
		Flags:    "USE_TCP, USE_TLS",
		Clock:    s.clock,
		Started:  s.clock.Now(),
		Args:     append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...),
		Kill: func() error {
			s.quit()
			return nil
		},
		Modules:   s.moduleNames,
		Defines:   s.ppdefines,
		Sockets:   s.listening,
		Aliases:   s.aliases,
		Processes: s.processes,
		TCPInfo:   s.tcpInfo,
		TCPList:   s.tcpList,
	})
}

// buildInfo is the commit and the day that the program was built from, as far
// as the build recorded them.
func buildInfo() (rev, at string) {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return "", ""
	}
	for _, k := range b.Settings {
		switch k.Key {
		case "vcs.revision":
			rev = k.Value
		case "vcs.time":
			at = k.Value
		}
	}
	return rev, at
}

func (s *server) moduleNames() []string {
	names := make([]string, len(s.modules))
	for i, m := range s.modules {
		names[i] = m.name
	}
	return names
}

func (s *server) ppdefines() []rpc.Define {
	var all []rpc.Define
	for _, d := range s.file.Defines {
		all = append(all, rpc.Define{Name: d.Name, Value: d.Value, Type: int(d.Mode)})
	}
	return all
}

// listening is in Kamailio's order: UDP, TCP, TLS.
func (s *server) listening() []rpc.Address {
	var all []rpc.Address
	for _, k := range transport.ByProto(s.sockets) {
		a := rpc.Address{Proto: k.Proto.String(), Host: k.IP, Port: int(k.Addr.Port())}
		if !s.params.AutoAliases { // as in Kamailio
			a.IP = k.IP
		}
		all = append(all, a)
	}
	return all
}

// aliases are in Kamailio's order: the last first.
func (s *server) aliases() []rpc.Address {
	var all []rpc.Address
	for _, a := range slices.Backward(s.params.Aliases) {
		x := rpc.Address{Host: a.Host, Port: a.Port}
		if a.Proto != transport.None {
			x.Proto = a.Proto.String()
		}
		all = append(all, x)
	}
	return all
}

func (s *server) processes() []registry.Process {
	s.workers.mu.Lock()
	defer s.workers.mu.Unlock()
	var all []registry.Process
	for _, w := range s.workers.all {
		all = append(all, registry.Process{PID: w.ctx.PID, Rank: w.ctx.Rank, Desc: w.desc})
	}
	return all
}

func (s *server) tcpInfo() rpc.TCPInfo {
	t := s.tcpFigures()
	return rpc.TCPInfo{
		Readers: s.params.TCPChildren, Max: t.MaxConns, MaxTLS: t.MaxTLSConns,
		Open: t.Conns, OpenTLS: t.TLSConns, QueuedBytes: int64(t.Queued),
	}
}

func (s *server) tcpList() []rpc.TCPStatus {
	lifetime := time.Duration(s.params.TCPLifetime) * time.Second
	var all []rpc.TCPStatus
	s.net.Conns(func(c *transport.Conn) bool {
		i := c.Info()
		state := "CONN_OK"
		switch {
		case i.State == "connecting":
			state = "CONN_CONNECT"
		case i.Accepted:
			state = "CONN_ACCEPT"
		}
		all = append(all, rpc.TCPStatus{
			ID: i.ID, Type: strings.ToUpper(i.Proto.String()), State: state,
			Timeout: lifetime - i.Idle, Lifetime: lifetime, Src: i.Peer, Dst: i.Local,
		})
		return true
	})
	return all
}
