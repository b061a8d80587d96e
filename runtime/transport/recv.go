// Package transport is the sockets: UDP, TCP and TLS listeners, the
// connections with their bounded send queues, and SIP and MSRP told apart on
// one connection.
package transport

import "net/netip"

// Proto is a transport protocol.
type Proto uint8

// The transports.
const (
	None Proto = iota
	UDP
	TCP
	TLS
)

// String is the name used in listen= and in socket texts: udp, tcp, tls.
func (p Proto) String() string { return [...]string{"none", "udp", "tcp", "tls"}[p] }

// Socket is one local address that olelo listens on.
type Socket struct {
	Proto     Proto
	Addr      netip.AddrPort // as bound
	Advertise string         // host:port shown to others, "" for Addr
	Name      string         // listen=… name "x"
	Text      string         // "tcp:127.0.0.1:5060", as $Rut and $msrp(srcsock) show it
	IP        string         // Addr's IP as text
	Port      string         // Addr's port as text
}

// Recv is how a message came in. It belongs to its reader and is valid while
// the message is handled.
type Recv struct {
	Proto  Proto
	Src    netip.AddrPort
	SrcIP  string // Src's IP as text, no brackets
	Socket *Socket
	Conn   *Conn // nil for UDP
}

// Conn is one TCP or TLS connection.
type Conn struct {
	id uint64
}

// ID is the connection's number, never reused: $conid, $msrp(conid).
func (c *Conn) ID() uint64 { return c.id }

// Dest is where to send.
type Dest struct {
	Proto      Proto
	Addr       netip.AddrPort
	Socket     *Socket // send from here; nil for any fitting one
	Conn       *Conn   // this connection if still alive; nil to look one up by Addr
	NoConnect  bool    // fail where no connection is open, instead of connecting
	CloseAfter bool    // close the connection once this was sent
}
