package registry

import (
	"net/netip"
	"time"

	"olelo/runtime/log"
	"olelo/runtime/transport"
)

// Host is what a module is given at Provision. It stays valid until Cleanup.
type Host interface {
	// Log is the server's log.
	Log() *log.Logger
	// EventRoute finds event_route[name]; nil where the config has none. Valid
	// from Start on.
	EventRoute(name string) Block
	// Every runs f every d, in a worker of its own, from Start to Cleanup.
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
