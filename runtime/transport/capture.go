package transport

import (
	"bytes"
	"net/netip"
)

// A Transport with a Capture opens no socket and no connection. All that sends
// is as ever down to the place where bytes would leave: they go to Capture
// there. What it connects to is connected at once.

// Sent is a message that a Transport with a Capture would have sent.
type Sent struct {
	Proto Proto
	To    netip.AddrPort
	From  *Socket
	Conn  *Conn // nil for UDP
	Bytes []byte
	Close bool // the connection ends behind it
}

// Incoming describes a message that comes in on sock from peer. For TCP and TLS
// it comes on the connection with that peer; where there is none, one is accepted
// on sock. The
// Transport must have a Capture, and be started.
func (t *Transport) Incoming(sock *Socket, peer netip.AddrPort) (*Recv, error) {
	if sock.Proto == UDP {
		return &Recv{Proto: UDP, Src: peer, SrcIP: ipText(peer.Addr()), Socket: sock}, nil
	}
	err := ErrClosed
	c, _ := t.table.findOrAdd(peerKey{sock.Proto, peer}, netip.Addr{}, func() *Conn {
		if full := t.roomFor(sock.Proto); full != nil {
			err = full
			return nil
		}
		c := t.newConn(sock.Proto, peer, true)
		c.localIP, c.recv.Socket = sock.Addr.Addr(), sock
		return c
	})
	if c == nil {
		return nil, err
	}
	r := c.recv
	return &r, nil
}

// capture takes what would be sent on c. Its lock is held, and released.
func (c *Conn) capture(b []byte, last bool) {
	c.out.last = last
	c.out.Unlock()
	c.t.cfg.Capture(Sent{Proto: c.proto, To: c.peer, From: c.recv.Socket, Conn: c, Bytes: bytes.Clone(b), Close: last})
	if last {
		c.die(errClosedByUs)
	}
}

// canSend reports whether s is a UDP socket to send from.
func (t *Transport) canSend(s *Socket) bool {
	return s != nil && (s.udp != nil || t.cfg.Capture != nil && s.Proto == UDP)
}
