package transport

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
)

// connect returns the connection to k, opening one where there is none. It
// does not wait: messages queue until it is open.
func (t *Transport) connect(k peerKey, from netip.Addr, sock *Socket) (*Conn, error) {
	if t.stopping.Load() || !t.started {
		return nil, ErrClosed
	}
	if k.proto == TLS && t.cfg.TLS == nil {
		return nil, ErrNoTLS
	}
	if err := t.roomFor(k.proto); err != nil {
		t.cfg.Counters.LocalReject.Add(0, 1)
		if ok, n := t.full.Allow(); ok {
			t.errorf("no connection to %s:%s: %v%s", k.proto, k.addr, err, n)
		}
		return nil, ErrTooMany
	}
	c, added := t.table.findOrAdd(k, from, func() *Conn {
		c := t.newConn(k.proto, k.addr, false)
		c.localIP = from
		if sock == nil {
			sock = t.socketFor(k.proto, netip.AddrPortFrom(k.addr.Addr(), 0))
		}
		c.recv.Socket = sock
		t.wg.Add(1)
		return c
	})
	switch {
	case c == nil:
		return nil, ErrClosed
	case added && t.cfg.Capture != nil:
		t.wg.Done() // it has no reader
	case added:
		go c.dial(t.source(k, from, sock))
	}
	return c, nil
}

// source is where a connection to k is opened from, as far as that is not left
// to the system: the address told, with the port of its socket if that is to be
// used, or else the address of the configuration.
func (t *Transport) source(k peerKey, told netip.Addr, sock *Socket) netip.AddrPort {
	switch {
	case told.IsValid() && t.cfg.ReusePort && sock.Proto == k.proto:
		return netip.AddrPortFrom(told, sock.Addr.Port())
	case told.IsValid():
		return netip.AddrPortFrom(told, 0)
	case k.addr.Addr().Is4():
		return netip.AddrPortFrom(t.cfg.Source4, 0)
	}
	return netip.AddrPortFrom(t.cfg.Source6, 0)
}

// dial connects c and becomes its reader. Where nothing can be opened from that
// address and port, the system chooses them.
func (c *Conn) dial(from netip.AddrPort) {
	t := c.t
	d := net.Dialer{Timeout: t.cfg.ConnectTimeout, KeepAliveConfig: t.cfg.KeepAlive, Control: t.cfg.control}
	if from.Addr().IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(from)
	}
	nc, err := d.DialContext(t.dialing, network(c.proto, c.peer.Addr()), c.peer.String())
	if errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EADDRINUSE) {
		t.warnf("connecting to %s:%s, not from %s, but from where the system chooses: %v", c.proto, c.peer, from, dialError(err))
		d.LocalAddr = nil
		nc, err = d.DialContext(t.dialing, network(c.proto, c.peer.Addr()), c.peer.String())
	}
	if err != nil {
		err = dialError(err)
		if !t.stopping.Load() {
			t.cfg.Counters.ConnectFailed.Add(int(c.id), 1)
			t.errorf("cannot connect to %s:%s: %v", c.proto, c.peer, err)
		}
		c.die(err)
		c.readerEnds()
		return
	}
	if !c.begin(nc.(*net.TCPConn)) {
		c.readerEnds()
		return
	}
	c.read()
}

// dialError says what the system meant.
func dialError(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errors.New("no answer in time (tcp_connect_timeout)")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("refused: nobody listens there")
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
