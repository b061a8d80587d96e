package transport

import (
	"cmp"
	"crypto/tls"
	"net"
	"net/netip"
	"time"

	"olelo/runtime/msrp"
	"olelo/runtime/sip"
)

// Config is what a Transport is made from. A zero field has the default that
// its comment gives; the names in parentheses are Kamailio's core parameters.
type Config struct {
	// Sockets are opened by Listen. The same address on UDP and TCP is two.
	Sockets []*Socket
	// Children is the number of workers of each UDP socket (children): 8.
	Children int
	// TCPChildren is how many messages of connections may be handled at the same
	// time (tcp_children): 8. See Conn.Worker.
	TCPChildren int
	// TOS is the type of service, or traffic class, of what is sent (tos): 0.
	TOS int
	// PathMTU forbids to break UDP packets on their way (pmtu_discovery).
	PathMTU bool
	// FreeBind opens sockets on addresses that the host does not have
	// (ip_free_bind).
	FreeBind bool
	// UDPReadBuffer is SO_RCVBUF of UDP sockets in bytes: the system's default.
	UDPReadBuffer int

	// Lifetime is how long a connection may carry nothing, in either direction
	// (tcp_connection_lifetime): 120 s. Negative: for ever.
	Lifetime time.Duration
	// TLSIdle is the same for a TLS connection that has never carried anything
	// (tls connection_timeout): 600 s. Negative: for ever.
	TLSIdle time.Duration
	// MaxConns is how many TCP and TLS connections may be open
	// (tcp_max_connections): 2048. One more is accepted and closed.
	MaxConns int
	// MaxTLSConns is how many of them may be TLS (tls_max_connections): 2048.
	MaxTLSConns int
	// ConnectTimeout bounds connecting, and a TLS handshake
	// (tcp_connect_timeout): 10 s.
	ConnectTimeout time.Duration
	// SendTimeout is how long a connection with bytes to send may take none of
	// them (tcp_send_timeout): 10 s. Then it is closed.
	SendTimeout time.Duration
	// PartialTimeout is how long a message may stay half received: 30 s. One
	// that takes longer goes on as long as each such time brings PartialRate
	// bytes a second, so that a slow line may still carry a large body.
	PartialTimeout time.Duration
	// PartialRate is the least number of bytes a second of a message that
	// takes longer than PartialTimeout: 1024.
	PartialRate int
	// PartialTotal is how many bytes of half received messages are held
	// together: 256 MiB. Above it the longest waiting connections are closed.
	PartialTotal int
	// NoConnect refuses to open connections (tcp_no_connect).
	NoConnect bool
	// NoPing leaves a CRLFCRLF on a connection unanswered (tcp_crlf_ping=no).
	NoPing bool
	// Source4 and Source6 are where connections are opened from that are told
	// no socket (tcp_source_ipv4, tcp_source_ipv6): the system chooses.
	Source4, Source6 netip.Addr
	// ReusePort opens the connections that are told a socket from its port too
	// (tcp_reuse_port).
	ReusePort bool
	// KeepAlive is the kernel's keep-alive of connections (tcp_keepalive,
	// tcp_keepidle …).
	KeepAlive net.KeepAliveConfig

	// HighWater is how many bytes may wait for a connection before the readers
	// of those who send to it wait too: 512 KiB. They go on at LowWater, a
	// quarter of it.
	HighWater int
	LowWater  int
	// HoldTimeout is how long a reader is held back at most: 30 s. After it,
	// what is sent to the connection that it waited for is refused with
	// ErrQueueFull until that is below LowWater.
	HoldTimeout time.Duration
	// QueueMax is how many bytes may wait for one connection at all
	// (tcp_conn_wq_max): 16 MiB. An empty queue takes one message of any size.
	QueueMax int
	// QueueTotal is how many bytes the queues may hold together
	// (tcp_wq_max): 256 MiB. 64 KiB of each connection are not counted.
	QueueTotal int

	// MSRP tells MSRP frames from SIP messages on connections; without it
	// bytes that start with "MSRP " are handled as SIP, as in a Kamailio
	// without the msrp module.
	MSRP       bool
	MSRPLimits msrp.Limits
	SIPLimits  sip.Limits
	// StreamAt is how many bytes of an MSRP frame that is not whole make it one
	// for Handler.MSRPBegun: 1 MiB, as others wait at its destination while it
	// passes. Negative: none is, nor where MSRPLimits.Frame is less; otherwise
	// that bounds those that are held.
	StreamAt int
	// StallTimeout is how long such a frame may bring less than StreamRate bytes a
	// second while others wait to send to its destination: 8 s. It is then ended
	// there. While nobody waits, PartialTimeout and PartialRate count.
	StallTimeout time.Duration
	// StreamRate is in bytes a second: 16 KiB.
	StreamRate int
	// AcceptNoCL takes a SIP message without Content-Length on a connection as
	// one without body (tcp_accept_no_cl).
	AcceptNoCL bool

	// Counters, where not nil, count the connections.
	Counters *Counters
	// Capture, where not nil, takes what would be sent; nothing is opened then. It
	// is called by whoever sends, and owns what it gets.
	Capture func(Sent)
	// TLS gives the TLS configurations; nil: no TLS.
	TLS TLSConfigs
	// TellQuiet makes Quiet possible, for tests: readers count then when they
	// wait, and a read of a connection costs an allocation.
	TellQuiet bool
	// Log gets one line at a time, without a line end. nil: nothing is logged.
	Log func(level int, line string)
}

// The levels of Config.Log are Kamailio's.
const (
	LogError = -1
	LogWarn  = 0
	LogInfo  = 2
	LogDebug = 3
)

// TLSConfigs chooses the TLS configuration of a connection. It is asked for
// each connection, so that it may change while the server runs.
type TLSConfigs interface {
	// Server is the configuration for a connection accepted on local.
	Server(local netip.AddrPort) *tls.Config
	// Client is the configuration for a connection opened to remote.
	Client(remote netip.AddrPort) *tls.Config
}

// FixedTLS is the same two configurations for every connection.
type FixedTLS struct{ ServerConfig, ClientConfig *tls.Config }

// Server returns f.ServerConfig.
func (f FixedTLS) Server(netip.AddrPort) *tls.Config { return f.ServerConfig }

// Client returns f.ClientConfig.
func (f FixedTLS) Client(netip.AddrPort) *tls.Config { return f.ClientConfig }

// Handler handles the messages of one UDP worker or one connection. Its
// methods are never called at the same time: order is kept.
type Handler interface {
	// SIP handles a SIP message. raw and r are valid during the call only.
	SIP(r *Recv, raw []byte)
	// MSRP handles an MSRP frame. raw and r are valid during the call only.
	MSRP(r *Recv, raw []byte)
	// MSRPBegun handles an MSRP frame of which the first line, the headers and some
	// of the body have come, see Config.StreamAt. What it sends of it with
	// Dest.Begun is followed by the rest as that comes; sent nowhere, the rest is
	// thrown away. false: the frame is to be held until it is whole, and is MSRP's.
	MSRPBegun(r *Recv, raw []byte) bool
	// Undelivered tells that msg, which was sent while a message of src was
	// handled, could not be delivered: its connection was lost. msg is valid
	// during the call only. What is sent from here with src as its source and
	// is lost too is not reported again.
	Undelivered(src *Conn, msg []byte)
}

// Handlers makes the Handlers.
type Handlers struct {
	// UDP makes the handler of worker i (from 0) of a socket.
	UDP func(sock *Socket, i int) Handler
	// TCP makes the handler of a connection, before its first message.
	TCP func(c *Conn) Handler
	// Closed, where not nil, is told once that a connection which had a
	// handler is gone and that h will not be called again.
	Closed func(c *Conn, h Handler)
}

// frameLimit is how many bytes of a frame are held.
func (c *Config) frameLimit() int { return cmp.Or(c.MSRPLimits.Frame, msrp.DefaultFrame) }

func (c *Config) setDefaults() {
	num := func(p *int, d int) {
		if *p == 0 {
			*p = d
		}
	}
	dur := func(p *time.Duration, d time.Duration) {
		if *p == 0 {
			*p = d
		}
	}
	if c.Counters == nil {
		c.Counters = new(Counters)
	}
	num(&c.Children, 8)
	num(&c.TCPChildren, 8)
	num(&c.MaxConns, 2048)
	num(&c.MaxTLSConns, 2048)
	num(&c.PartialRate, 1024)
	num(&c.StreamRate, 16<<10)
	num(&c.StreamAt, 1<<20)
	if c.frameLimit() < c.StreamAt {
		c.StreamAt = -1
	}
	num(&c.HighWater, 512<<10)
	num(&c.LowWater, c.HighWater/4)
	num(&c.QueueMax, 16<<20)
	num(&c.QueueTotal, 256<<20)
	num(&c.PartialTotal, 256<<20)
	dur(&c.Lifetime, 120*time.Second)
	dur(&c.TLSIdle, 600*time.Second)
	dur(&c.ConnectTimeout, 10*time.Second)
	dur(&c.SendTimeout, 10*time.Second)
	dur(&c.PartialTimeout, 30*time.Second)
	dur(&c.HoldTimeout, 30*time.Second)
	dur(&c.StallTimeout, 8*time.Second)
	if c.Log == nil {
		c.Log = func(int, string) {}
	}
}
