// Package transport is the sockets: UDP, TCP and TLS listeners, the
// connections with their bounded send queues, and SIP and MSRP told apart on
// one connection.
package transport

import (
	"net/netip"
	"strings"
)

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

// ParseProto is the transport of that name, as a URI or a Via has it; case does
// not matter. It is None for any other.
func ParseProto(name string) Proto {
	for p := UDP; p <= TLS; p++ {
		if strings.EqualFold(name, p.String()) {
			return p
		}
	}
	return None
}

// Recv is how a message came in. It belongs to its reader and is valid while
// the message is handled.
type Recv struct {
	Proto  Proto
	Src    netip.AddrPort
	SrcIP  string // Src's IP as text, no brackets
	Socket *Socket
	Conn   *Conn // nil for UDP
	Faked  bool  // it did not come in: the server made it, for an event route

	// Batch is the UDP worker's, nil where it has none: what the message's
	// handling sends may wait for it.
	Batch *Batch
}

// Dest is where to send.
type Dest struct {
	Proto      Proto
	Addr       netip.AddrPort
	Socket     *Socket // send from here; nil for any fitting one
	Conn       *Conn   // this connection if still alive; nil to look one up by Addr
	NoConnect  bool    // fail where no connection is open, instead of connecting
	CloseAfter bool    // close the connection once this was sent
	Batch      *Batch  // over UDP, send with these: Recv.Batch of the message being handled

	// Begun tells that the bytes are the start of the frame that Handler.MSRPBegun
	// was given: what of it is yet to come follows them.
	Begun bool
}
