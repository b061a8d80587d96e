package rpc

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"time"

	"olelo/runtime/clock"
	"olelo/runtime/registry"
)

// Server is what the core's commands tell of the running server. A command
// whose field is not set is not registered, so that "command not found" is
// the answer, not something made up.
type Server struct {
	Name     string // core.runinfo: "olelo"
	Version  string // core.version: "kamailio 5.6.3 (x86_64/linux) "
	Number   string // core.runinfo: "5.6.3"
	SourceID string // core.info, core.runinfo: the commit it was built from
	Compiler string // core.info, core.runinfo: "go1.26.1"
	Compiled string // core.info, core.runinfo: when it was built, "" for unknown
	Flags    string // core.flags, core.info: "USE_TCP, USE_TLS"
	Clock    *clock.Clock
	Started  time.Time // core.uptime, core.runinfo: of Clock
	Args     []string  // core.arg: the command line

	// Kill ends the server, as a SIGTERM does; it must not wait for the end.
	Kill      func() error              // core.kill
	Modules   func() []string           // core.modules, core.ppdefines: in the order of loading
	Defines   func() []Define           // core.ppdefines, core.ppdefines_full
	Sockets   func() []Address          // core.sockets_list
	Aliases   func() []Address          // core.aliases_list
	Processes func() []registry.Process // core.ps, core.psx, core.psa: the workers
	TCPInfo   func() TCPInfo            // core.tcp_info
	TCPList   func() []TCPStatus        // core.tcp_list
}

// Define is a preprocessor id that is set.
type Define struct {
	Name  string
	Value string // with its quotes; "" for an id without a value
	Type  int    // 0 #!define, 1 #!trydef, 2 #!redefine
}

// Address is a listening socket or an alias. An alias may have Proto "" and
// Port 0, for any.
type Address struct {
	Proto, Host string
	IP          string // core.sockets_list tells it too; "" not
	Port        int
}

// TCPInfo counts the TCP and TLS connections of the SIP and MSRP sockets.
type TCPInfo struct {
	Readers     int
	Max, MaxTLS int
	Open        int // TLS ones too
	OpenTLS     int
	QueuedBytes int64
}

// TCPStatus is one open connection.
type TCPStatus struct {
	ID                uint64
	Type              string // "TCP", "TLS"
	State             string // "CONN_OK", "CONN_ACCEPT", "CONN_CONNECT"
	Timeout, Lifetime time.Duration
	Src, Dst          netip.AddrPort
}

// RegisterCore adds the commands core.* and system.* that s can answer.
func RegisterCore(t *Table, s Server) error {
	var cmds []registry.RPC
	add := func(ok bool, name, doc string, list bool, run func(registry.RPCCall) error) {
		if ok {
			cmds = append(cmds, registry.RPC{Name: name, Doc: doc, List: list, Run: run})
		}
	}
	add(true, "core.echo", "Answers with its arguments.", true, echo)
	add(true, "core.prints", "Answers with its arguments, which must be strings.", true, prints)
	add(true, "core.printi", "Answers with its arguments, which must be integers.", true, printInts)
	add(true, "core.pwd", "The server's working directory.", false, pwd)
	add(s.Version != "", "core.version", "The server's version.", false, one(s.Version))
	add(s.Flags != "", "core.flags", "What the server was built with.", false, one(s.Flags))
	add(s.Version != "", "core.info", "The server's version and build.", false, s.info)
	add(!s.Started.IsZero(), "core.uptime", "The time now, the time of the start, and the seconds between.", false, s.uptime)
	add(!s.Started.IsZero() && s.Version != "", "core.runinfo", "Version, build and running time.", false, s.runinfo)
	add(s.Args != nil, "core.arg", "The server's command line, an argument a value.", true, s.args)
	add(s.Kill != nil, "core.kill", "Ends the server, as SIGTERM does.", false, s.kill)
	add(s.Modules != nil, "core.modules", "The loaded modules, the last loaded first.", true, s.modules)
	add(s.Defines != nil, "core.ppdefines", "The preprocessor ids that are set.", true, s.ppdefines)
	add(s.Defines != nil, "core.ppdefines_full", "The preprocessor ids that are set, with their values.", true, s.ppdefinesFull)
	add(s.Sockets != nil, "core.sockets_list", "The sockets the server listens on.", false, s.sockets)
	add(s.Aliases != nil, "core.aliases_list", "The names the server takes for its own.", false, s.aliases)
	add(s.Processes != nil, "core.ps", "The workers: number and description in turns.", true, s.ps)
	add(s.Processes != nil, "core.psx", "The workers, a structure each.", true, s.psx)
	add(s.Processes != nil, "core.psa", "The workers with their rank and status, a structure each.", true, s.psa)
	add(true, "core.shmmem", "The Go runtime's heap, in bytes or the unit given: b, k, m, g.", false, shmmem)
	add(s.TCPInfo != nil, "core.tcp_info", "Counts and limits of the TCP connections.", false, s.tcpInfo)
	add(s.TCPList != nil, "core.tcp_list", "The open TCP connections, a structure each.", true, s.tcpList)

	add(true, "system.listMethods", "The names of all commands.", true, func(c registry.RPCCall) error {
		for _, n := range t.Names() {
			c.Add(n)
		}
		return nil
	})
	add(true, "system.methodHelp", "What a command does; its name is the argument.", false, func(c registry.RPCCall) error {
		name, ok := c.Text(0)
		if !ok {
			c.Fault(CodeBadRequest, "Method Name Expected")
			return nil
		}
		cmd, ok := t.Lookup(name)
		if !ok {
			c.Fault(CodeBadRequest, "command not found")
			return nil
		}
		c.Add(cmd.Doc)
		return nil
	})
	add(true, "system.methodSignature", "Answers that it is not there, as Kamailio's.", false, func(c registry.RPCCall) error {
		c.Fault(CodeServerError, "Not Implemented Yet")
		return nil
	})
	return t.Register("core", cmds...)
}

func one(text string) func(registry.RPCCall) error {
	return func(c registry.RPCCall) error { c.Add(text); return nil }
}

// echo, prints and printInts end at the first argument that is not what they
// take.
func echo(c registry.RPCCall) error      { return each(c, c.AsText) }
func prints(c registry.RPCCall) error    { return each(c, c.Text) }
func printInts(c registry.RPCCall) error { return each(c, c.Int) }

func each[T any](c registry.RPCCall, read func(i int) (T, bool)) error {
	for i := 0; ; i++ {
		if _, more := c.Arg(i); !more {
			return nil
		}
		v, ok := read(i)
		if !ok {
			c.Refuse()
			return nil
		}
		c.Add(v)
	}
}

func pwd(c registry.RPCCall) error {
	dir, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("the working directory cannot be told: %w", err)
	}
	c.Add(dir)
	return nil
}

func (s *Server) args(c registry.RPCCall) error {
	for _, a := range s.Args {
		c.Add(a)
	}
	return nil
}

func (s *Server) kill(c registry.RPCCall) error {
	if _, given := c.Arg(0); !given {
		return s.Kill()
	}
	if sig, ok := c.Int(0); !ok || sig != 15 {
		return errors.New("only signal 15, the default, can be sent: use kill(1) for others")
	}
	return s.Kill()
}

func (s *Server) info(c registry.RPCCall) error {
	c.Add((&registry.RPCStruct{}).
		Set("version", s.Name+" "+s.Number).
		Set("id", s.SourceID).
		Set("compiler", s.Compiler).
		Set("compiled", s.Compiled).
		Set("flags", s.Flags))
	return nil
}

// uptime gives times in the form of ctime(3), in the server's time zone.
func (s *Server) uptime(c registry.RPCCall) error {
	now := s.Clock.Now()
	c.Add((&registry.RPCStruct{}).
		Set("now", now.Format(time.ANSIC)).
		Set("up_since", s.Started.Format(time.ANSIC)).
		Set("uptime", int64(now.Sub(s.Started)/time.Second)))
	return nil
}

func (s *Server) runinfo(c registry.RPCCall) error {
	now := s.Clock.Now()
	up := int64(now.Sub(s.Started) / time.Second)
	c.Add((&registry.RPCStruct{}).
		Set("name", s.Name).
		Set("version", s.Number).
		Set("sourceid", s.SourceID).
		Set("compiler", s.Compiler).
		Set("compiled", s.Compiled).
		Set("time_now", now.Format(time.ANSIC)).
		Set("time_started", s.Started.Format(time.ANSIC)).
		Set("uptime_secs", up).
		Set("utime_days", fmt.Sprintf("%dd %dh %dm %ds", up/86400, up/3600%24, up/60%60, up%60)))
	return nil
}

func (s *Server) modules(c registry.RPCCall) error {
	mods := s.Modules()
	for i := len(mods) - 1; i >= 0; i-- {
		c.Add(mods[i])
	}
	return nil
}

func (s *Server) ppdefines(c registry.RPCCall) error {
	for _, d := range s.Defines() {
		c.Add(d.Name)
	}
	return nil
}

func (s *Server) ppdefinesFull(c registry.RPCCall) error {
	for _, d := range s.Defines() {
		value := d.Value
		if value == "" {
			value = "none"
		}
		c.Add((&registry.RPCStruct{}).Set("name", d.Name).Set("type", d.Type).Set("value", value))
	}
	return nil
}

func (s *Server) sockets(c registry.RPCCall) error {
	list := []any{}
	for _, a := range s.Sockets() {
		one := (&registry.RPCStruct{}).Set("proto", a.Proto).Set("address", a.Host)
		if a.IP != "" {
			one.Set("ipaddress", a.IP)
		}
		list = append(list, (&registry.RPCStruct{}).Set("socket", one.
			Set("port", strconv.Itoa(a.Port)).
			Set("mcast", "no").
			Set("mhomed", "no").
			Set("virtual", "no")))
	}
	c.Add(list)
	return nil
}

func (s *Server) aliases(c registry.RPCCall) error {
	list := []any{}
	for _, a := range s.Aliases() {
		var proto, port any = a.Proto, a.Port
		if a.Proto == "" {
			proto = "*"
		}
		if a.Port == 0 {
			port = "*"
		}
		list = append(list, (&registry.RPCStruct{}).Set("alias", (&registry.RPCStruct{}).
			Set("proto", proto).Set("address", a.Host).Set("port", port)))
	}
	c.Add((&registry.RPCStruct{}).Set("myself_callbacks", "no").Set("aliases", list))
	return nil
}

func (s *Server) ps(c registry.RPCCall) error {
	for _, p := range s.Processes() {
		c.Add(p.PID)
		c.Add(p.Desc)
	}
	return nil
}

func (s *Server) psx(c registry.RPCCall) error {
	for i, p := range s.Processes() {
		c.Add((&registry.RPCStruct{}).Set("IDX", i).Set("PID", p.PID).Set("DSC", p.Desc))
	}
	return nil
}

func (s *Server) psa(c registry.RPCCall) error {
	for i, p := range s.Processes() {
		c.Add((&registry.RPCStruct{}).
			Set("index", i).Set("pid", p.PID).Set("status", 1).Set("rank", p.Rank).Set("description", p.Desc))
	}
	return nil
}

func (s *Server) tcpInfo(c registry.RPCCall) error {
	i := s.TCPInfo()
	c.Add((&registry.RPCStruct{}).
		Set("readers", i.Readers).
		Set("max_connections", i.Max).
		Set("max_tls_connections", i.MaxTLS).
		Set("opened_connections", i.Open).
		Set("opened_tls_connections", i.OpenTLS).
		Set("write_queued_bytes", i.QueuedBytes))
	return nil
}

func (s *Server) tcpList(c registry.RPCCall) error {
	for _, t := range s.TCPList() {
		c.Add((&registry.RPCStruct{}).
			Set("id", t.ID).
			Set("type", t.Type).
			Set("state", t.State).
			Set("timeout", int64(t.Timeout/time.Second)).
			Set("lifetime", int64(t.Lifetime/time.Second)).
			Set("ref_count", 1).
			Set("src_ip", t.Src.Addr().Unmap().String()).
			Set("src_port", t.Src.Port()).
			Set("dst_ip", t.Dst.Addr().Unmap().String()).
			Set("dst_port", t.Dst.Port()))
	}
	return nil
}
