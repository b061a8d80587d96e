package transport

import (
	"errors"
	"syscall"

	"olelo/runtime/counter"
)

// Counters count what becomes of TCP and TLS connections, for Kamailio's
// statistics of group tcp.
type Counters struct {
	Established    counter.Counter // accepted or opened
	PassiveOpen    counter.Counter
	ConnectSuccess counter.Counter
	ConnectFailed  counter.Counter
	LocalReject    counter.Counter // over Config.MaxConns or MaxTLSConns
	ConTimeout     counter.Counter // idle for Config.Lifetime
	ConReset       counter.Counter // by the peer
	SendTimeout    counter.Counter // took no bytes for Config.SendTimeout
	SendqFull      counter.Counter // messages that ErrQueueFull refused
}

// opened counts a connection that carries messages from now on.
func (n *Counters) opened(c *Conn) {
	n.Established.Add(int(c.id), 1)
	if c.accepted {
		n.PassiveOpen.Add(int(c.id), 1)
	} else {
		n.ConnectSuccess.Add(int(c.id), 1)
	}
}

// lost counts a connection that ended because of why, where that counts.
func (n *Counters) lost(c *Conn, why error) {
	switch {
	case errors.Is(why, errNoProgress):
		n.SendTimeout.Add(int(c.id), 1)
	case errors.Is(why, syscall.ECONNRESET):
		n.ConReset.Add(int(c.id), 1)
	}
}
