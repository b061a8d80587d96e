// Package core is the core's global parameters: debug=, children=, listen= and
// all the others that a configuration may set outside its routes.
//
// The table in table.go has one row for each name that Kamailio knows; Collect
// reads a configuration's lines and the command line through it.
package core

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"olelo/runtime/forward"
	"olelo/runtime/log"
	"olelo/runtime/transport"
)

// Params is what the global parameters say, with Kamailio's defaults where a
// configuration does not set them. Times are in the unit that Kamailio uses;
// the comments give it.
type Params struct {
	// Sockets are all the sockets to open: UDP first, then TCP, then TLS, each
	// in the order of their listen lines, as Kamailio opens them.
	Sockets []*transport.Socket
	// Aliases are the names that count as the server's own.
	Aliases     []Alias
	AutoAliases bool // also the names that reverse DNS gives for the sockets

	Children      int             // workers of each UDP socket
	TCPChildren   int             // workers of all TCP and TLS connections; Children if unset
	UDPMTU        int             // bytes of a request above which MTUProto carries it; 0: none
	MTUProto      transport.Proto // None: UDP carries it
	MaxWhileLoops int             // iterations; 0: no limit
	MaxRecursive  int             // levels of nested blocks and routes
	ReturnMode    int             // 1: a call in an expression is its code

	// What Via headers carry, where a route does not say it: "" and 0 for the
	// socket's own.
	AdvertisedHost         string
	AdvertisedPort         int
	ForceRPort, LocalRPort bool // as if each route called force_rport, add_local_rport

	MHomed            bool // UDP goes out from the first socket on the address that the system would choose
	CheckVia          bool // a reply is sent on only where its first Via is the server's own
	OnSendReply       bool // onsend_route runs for replies sent on too
	ReceivedRouteMode int  // event_route[core:msg-received] runs, unless 0

	Debug         int // the threshold of the log
	CoreLog       int // what corelog says, for those who ask
	ParserLog     int // level of lines about SIP messages that cannot be parsed
	MemLog        int // level of the memory report at SIGUSR1
	LogStderr     bool
	LogColor      bool
	LogFacility   log.Facility
	LogName       string // "": the program's name
	LogPrefix     string // a format with variables
	LogPrefixMode int    // 1: evaluate at each line, not once a message

	ServerSignature bool   // add the Server line
	ServerHeader    string // the whole header line, without line end
	UserAgentHeader string // the same
	SIPWarning      bool   // add a Warning header to replies
	ServerID        int
	ViaParams       string // name of the XAVP with the own Via's parameters (xavp_via_params)
	ViaFields       string // name of the XAVP with its address and port (xavp_via_fields)

	TCPAcceptNoCL     bool // take SIP messages without Content-Length on connections
	TCPLifetime       int  // seconds; < 0: for ever
	TCPMaxConns       int
	TLSMaxConns       int
	TCPConnectTimeout int // seconds
	TCPSendTimeout    int // seconds
	TCPNoConnect      bool
	TCPAcceptAliases  bool // a Via with alias asks for a connection alias
	TCPNoPing         bool
	TCPReusePort      bool   // outgoing connections take the port of the socket that they are told
	TCPSource4        string // address of outgoing connections that are told no socket; "": the system's choice
	TCPSource6        string // the same, in brackets
	TCPKeepalive      bool
	TCPKeepidle       int // seconds; 0: the system's
	TCPKeepintvl      int // seconds; 0: the system's
	TCPKeepcnt        int // probes; 0: the system's
	TCPConnQueue      int // bytes; 0: transport's default
	TCPQueue          int // bytes; 0: transport's default
	MaxBuffer         int // bytes of a UDP socket's receive buffer

	DNS forward.Rules // how next hops are looked for

	Fork    bool
	User    string
	Group   string
	Chroot  string
	WorkDir string
	RunDir  string
	// VersionTable is the table of a database that has the versions of its tables.
	VersionTable string
	OpenFiles    int // wanted limit of open files; 0: leave it

	// Custom are `group.name = value` lines.
	Custom []Custom
	// Flags are the names that `flags` lines declare.
	Flags []Flag

	DisableTCP    bool
	EnableTLS     bool
	port          int
	tlsPort       int
	autoBindIPv6  bool
	freeBind      int
	pathMTU       bool
	tos           int
	socketWorkers int // of the next listen line
	linkLocal     bool

	rest map[string]int // accepted numbers that have no field
}

// Alias is one alias= value.
type Alias struct {
	Proto transport.Proto // None: any
	Host  string
	Port  int // 0: any
}

// Custom is one custom parameter: $sel(cfg_get.group.name).
type Custom struct {
	Group, Name string
	IsInt       bool
	Int         int64
	Str         string
	Desc        string
}

// Flag is a declared flag name. Bit is -1 where the line gives none.
type Flag struct {
	Name string
	Bit  int
}

// DefaultRunDir is where rundir= points by default.
const DefaultRunDir = "/var/run/kamailio"

// defaults are Kamailio's, or olelo's where the comment in Params says so.
func defaults() *Params {
	return &Params{
		AutoAliases: true, Children: 8, MaxWhileLoops: 100, MaxRecursive: 256,
		CoreLog: int(log.Err), ParserLog: int(log.Err), MemLog: int(log.Debug), LogFacility: log.FacilityDaemon,
		ServerSignature: true,
		ServerHeader:    "Server: olelo (" + Version + " (" + Platform() + "))",
		TCPLifetime:     120, TCPMaxConns: 2048, TLSMaxConns: 2048,
		TCPConnectTimeout: 10, TCPSendTimeout: 10, TCPKeepalive: true,
		DNS:  forward.DefaultRules(),
		Fork: true, WorkDir: "/", RunDir: DefaultRunDir, VersionTable: "version",
		tos:  16, // IPTOS_LOWDELAY, as Kamailio
		port: 5060, tlsPort: 5061, rest: map[string]int{},
	}
}

// Int returns a parameter's integer value by its name in a configuration: 0
// for one that is not a number or that nobody set and that has no default.
func (p *Params) Int(name string) int {
	r, ok := rows[name]
	if !ok {
		return 0
	}
	switch {
	case r.num != nil:
		return *r.num(p)
	case r.flag != nil:
		if *r.flag(p) != r.not {
			return 1
		}
		return 0
	}
	return p.rest[r.name]
}

// Transport is the transport as the parameters configure it; what they do not
// say (handlers, MSRP, TLS, the log) is left to the caller.
func (p *Params) Transport() transport.Config {
	c := transport.Config{
		Sockets: p.Sockets, Children: p.Children, TCPChildren: p.TCPChildren, UDPReadBuffer: p.MaxBuffer,
		Lifetime: seconds(p.TCPLifetime), MaxConns: none(p.TCPMaxConns), MaxTLSConns: none(p.TLSMaxConns),
		ConnectTimeout: seconds(p.TCPConnectTimeout), SendTimeout: seconds(p.TCPSendTimeout),
		TOS: p.tos, PathMTU: p.pathMTU, FreeBind: p.freeBind != 0,
		NoPing: p.TCPNoPing, ReusePort: p.TCPReusePort, Source4: ip(p.TCPSource4), Source6: ip(p.TCPSource6),
		NoConnect: p.TCPNoConnect, AcceptNoCL: p.TCPAcceptNoCL,
		QueueMax: p.TCPConnQueue, QueueTotal: p.TCPQueue,
		KeepAlive: net.KeepAliveConfig{
			Enable: p.TCPKeepalive, Idle: keep(p.TCPKeepidle), Interval: keep(p.TCPKeepintvl), Count: p.TCPKeepcnt,
		},
	}
	if p.TCPKeepcnt == 0 {
		c.KeepAlive.Count = -1
	}
	if p.TCPConnQueue > 0 {
		// Senders are held back before the queue is full, or they would never be.
		c.HighWater = min(512<<10, max(1, p.TCPConnQueue/2))
	}
	return c
}

// ip is an address of which the form is checked; "" none.
func ip(s string) netip.Addr {
	a, _ := netip.ParseAddr(strings.Trim(s, "[]"))
	return a
}

// DropTLS gives up the TLS sockets, as Kamailio does where no module provides
// TLS, and reports whether there were any.
func (p *Params) DropTLS() bool {
	n := len(p.Sockets)
	p.Sockets = slices.DeleteFunc(p.Sockets, func(s *transport.Socket) bool { return s.Proto == transport.TLS })
	return len(p.Sockets) < n
}

// seconds is n seconds; transport takes 0 for "not given", so that 0 becomes
// the shortest time.
func seconds(n int) time.Duration {
	if n == 0 {
		return time.Nanosecond
	}
	return time.Duration(n) * time.Second
}

// none makes 0, which is "not given" to transport, a limit that nothing is under.
func none(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

// keep is a keep-alive time; net leaves the system's value where it is < 0.
func keep(n int) time.Duration {
	if n == 0 {
		return -1
	}
	return time.Duration(n) * time.Second
}
