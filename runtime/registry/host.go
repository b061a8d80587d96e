package registry

import (
	"net"
	"net/netip"
	"time"

	"olelo/runtime/clock"
	"olelo/runtime/log"
	"olelo/runtime/random"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// Host is what a module is given at Provision. It stays valid until Cleanup.
type Host interface {
	// Log is the server's log.
	Log() *log.Logger
	// Clock is the time that routing sees, and Random its chance: a module takes
	// neither from elsewhere but for sockets, files and logs.
	Clock() *clock.Clock
	Random() *random.Source
	// EventRoute finds event_route[name]; nil where the config has none. Valid
	// from Start on.
	EventRoute(name string) Block
	// Every runs f every d of the Clock, in a worker of its own, from Start to
	// Cleanup.
	Every(d time.Duration, f func(*Ctx))
	// Net sends; valid from Start on.
	Net() Net
	// Sockets are the sockets to be opened, in the config's order.
	Sockets() []*transport.Socket
	// Module returns another loaded module's instance, for its published API.
	Module(name string) (Module, bool)
	// NewCtx returns a context with a worker of its own, for work that starts
	// outside a message. It is not safe for concurrent use.
	NewCtx() *Ctx
	// RPC is the dispatcher of all modules' commands.
	RPC() RPCs
	// Global returns a core parameter's integer value ("debug", "children").
	Global(name string) int
}

// RunDirHost is a Host that knows the run-time directory (-Y, run_dir), where
// control sockets and FIFOs without a folder of their own are made; see RunDir.
type RunDirHost interface{ RunDir() string }

// RunDir is the Host's run-time directory, Kamailio's /run/kamailio where it knows
// none.
func RunDir(h Host) string {
	if d, ok := h.(RunDirHost); ok && d.RunDir() != "" {
		return d.RunDir()
	}
	return "/run/kamailio"
}

// ConfigDirHost is a Host that knows the folder of the main configuration
// file, from where Kamailio's modules look for files named without / or dot.
type ConfigDirHost interface{ ConfigDir() string }

// RouteHost is a Host that finds route[name], for modules that run one by its name.
// Valid from Start on; nil where the config has none.
type RouteHost interface{ RouteBlock(name string) Block }

// ConfigFileHost is a Host that knows the main configuration file, as the places in
// it name it.
type ConfigFileHost interface{ ConfigFile() string }

// EvalHost is a Host that evaluates what was not bound at the start.
type EvalHost interface {
	// Eval is the value of a text with variables, such as "$ru", for what c is
	// routing; c's worker calls it. A text of the value dies with the message.
	Eval(c *Ctx, text string) (value.Value, error)
}

// IdentityHost is a Host that knows how the server names itself.
type IdentityHost interface {
	// ServerHeader is the header line that tells the server's software in its
	// replies, with its CRLF ("Server: …", as server_header has it); "" with
	// server_signature=no.
	ServerHeader() string
}

// AliasHost is a Host that knows the names that count as the server's own.
type AliasHost interface {
	// Aliases are those of the configuration, and those that modules add.
	Aliases() []Alias
	// AddAlias adds one, at Provision.
	AddAlias(Alias)
}

// Alias is one alias= value, or a domain that a module knows.
type Alias struct {
	Proto      transport.Proto // None: any
	Host       string
	Port       int  // 0: any
	Subdomains bool // its subdomains too
}

// FlagHost is a Host that knows the names of message flags (flags=).
type FlagHost interface {
	// FlagBit returns the number, 0 to 31, of a declared flag.
	FlagBit(name string) (bit int, ok bool)
}

// ForwardHost is a Host that sends SIP messages on without keeping state (RFC
// 3261 section 16.11); its methods are valid from Start on.
type ForwardHost interface {
	// ForwardRequest sends the request being handled to a next hop, in its
	// present state. An error says why nothing was sent.
	ForwardRequest(c *Ctx, to sip.Hop) error
	// ForwardReply sends the reply being handled on by its second Via, with
	// another status and reason where status is not 0. It is
	// sip.ErrNoNextVia where the reply was for this server.
	ForwardReply(c *Ctx, status int, reason string) error
}

// ProcessHost is a Host that knows its workers.
type ProcessHost interface{ Processes() []Process }

// Process is a worker, which is what Kamailio calls a process.
type Process struct {
	PID  int    // $pp
	Rank int    // as in the log prefix
	Desc string // "udp receiver child=0 sock=127.0.0.1:5060"
}

// AbortHost is a Host that can end like a program that crashed.
type AbortHost interface {
	// Abort ends the process at once, with its stacks on standard error. It returns
	// only where routes run without a server.
	Abort()
}

// SendHost is a Host that sends bytes as they are; valid from Start on.
type SendHost interface {
	// Send sends b to a hop, over UDP where that names no transport, from sock
	// or, where that is nil, from the socket that c's message came in on or the
	// transport's default one. b is copied.
	Send(c *Ctx, to sip.Hop, sock *transport.Socket, b []byte) error
}

// WireHost is a Host that passes what is received and sent through a filter.
type WireHost interface {
	// FilterWire sets it, at Provision.
	FilterWire(WireFilter)
}

// ResolveHost is a Host that finds the addresses of next hops.
type ResolveHost interface {
	// AddRecord lets the server know a record, at Provision.
	AddRecord(DNSRecord)
	// Resolve finds an address as for a reply: without SRV records. It may wait
	// for the DNS, for some seconds at most.
	Resolve(p transport.Proto, to sip.Hop) (netip.AddrPort, error)
}

// DNSRecord is what the server knows of a name without asking the DNS: of an
// address, or with SRV of a service such as _sip._udp.example.org.
type DNSRecord struct {
	Name  string
	Addr  netip.Addr
	SRV   *net.SRV
	None  bool      // there is no such name
	Until time.Time // zero: for ever
}

// RPCs finds and runs RPC commands.
type RPCs interface {
	Lookup(name string) (RPC, bool)
	Names() []string
}

// Net is the transport as modules see it.
type Net interface {
	// Send queues b for d. It never blocks and copies b. from, where not nil,
	// is the connection whose message this is: it is told when b is lost and
	// held back while d's queue is full.
	Send(d *transport.Dest, b []byte, from *transport.Conn) error
	// IsLocal reports whether a is one of the server's own sockets.
	IsLocal(p transport.Proto, a netip.AddrPort) bool
	// FindSocket finds a socket by its text "tcp:127.0.0.1:5060", nil if none.
	FindSocket(text string) *transport.Socket
}
