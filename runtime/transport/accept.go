package transport

import (
	"crypto/tls"
	"errors"
	"net"
	"strconv"
	"time"
)

// accept takes the connections to one socket.
func (t *Transport) accept(s *Socket) {
	defer t.wg.Done()
	wait, err := t.arrivals(s.tcp)
	if err != nil {
		t.errorf("%s: %v", s.Text, err)
	}
	pause := time.Duration(0)
	for {
		if wait != nil {
			wait()
		}
		tcp, err := s.tcp.AcceptTCP()
		if err != nil {
			if t.stopping.Load() || errors.Is(err, net.ErrClosed) {
				return
			}
			// Out of files or memory: that passes, and asking at once again
			// would only burn the processor.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			if ok, n := t.full.Allow(); ok {
				t.errorf("%s: cannot accept a connection: %v%s", s.Text, err, n)
			}
			select {
			case <-time.After(pause):
			case <-t.stop:
				return
			}
			continue
		}
		pause = 0
		t.accepted(s, tcp)
	}
}

func (t *Transport) accepted(s *Socket, tcp *net.TCPConn) {
	peer := addrPort(tcp.RemoteAddr())
	if err := t.roomFor(s.Proto); err != nil {
		t.cfg.Counters.LocalReject.Add(0, 1)
		_ = tcp.Close()
		if ok, n := t.full.Allow(); ok {
			t.errorf("%s: connection from %s closed: %v%s", s.Text, peer, err, n)
		}
		return
	}
	if t.cfg.KeepAlive != (net.KeepAliveConfig{}) {
		_ = tcp.SetKeepAliveConfig(t.cfg.KeepAlive)
	}
	c := t.table.add(peerKey{s.Proto, peer}, func() *Conn {
		c := t.newConn(s.Proto, peer, true)
		c.recv.Socket = s
		c.localIP = addrPort(tcp.LocalAddr()).Addr()
		return c
	})
	if c == nil { // shutting down
		_ = tcp.Close()
		return
	}
	t.wg.Add(1)
	go func() {
		if !c.begin(tcp) {
			c.readerEnds()
			return
		}
		c.read()
	}()
}

// roomFor refuses a connection over the limits.
func (t *Transport) roomFor(p Proto) error {
	if n := t.conns.Load(); n >= int64(t.cfg.MaxConns) {
		return limitError{"tcp_max_connections", t.cfg.MaxConns}
	}
	if p == TLS && t.tlsConns.Load() >= int64(t.cfg.MaxTLSConns) {
		return limitError{"tls_max_connections", t.cfg.MaxTLSConns}
	}
	return nil
}

// limitError is an ErrTooMany with the parameter to raise.
type limitError struct {
	param string
	limit int
}

func (e limitError) Error() string {
	return ErrTooMany.Error() + ": " + e.param + " is " + strconv.Itoa(e.limit) + "; raise it, or lower tcp_connection_lifetime"
}

func (e limitError) Unwrap() error { return ErrTooMany }

// begin makes c open on tcp: the TLS handshake first, where it has one. Then
// what was queued meanwhile is sent.
func (c *Conn) begin(tcp *net.TCPConn) bool {
	o := &c.out
	o.Lock()
	if o.state == dead { // meanwhile, by Shutdown
		o.Unlock()
		_ = tcp.Close()
		return false
	}
	err := c.attach(tcp) // from here on die closes tcp
	o.Unlock()
	if err != nil {
		c.die(err)
		return false
	}
	c.t.table.setLocal(c, c.local.Addr())
	nc := c.nc
	if c.proto == TLS {
		if nc, err = c.handshake(); err != nil {
			if !c.t.stopping.Load() {
				c.t.errorf("%s: TLS handshake failed: %v", c, err)
			}
			c.die(err)
			return false
		}
	}
	o.Lock()
	if o.state == dead {
		o.Unlock()
		return false
	}
	c.nc = nc
	o.state = open
	o.Unlock()
	c.t.cfg.Counters.opened(c)
	c.last.Store(c.t.clock.Load())
	c.flush()
	return true
}

func (c *Conn) handshake() (net.Conn, error) {
	cfgs := c.t.cfg.TLS
	if cfgs == nil {
		return nil, ErrNoTLS
	}
	var tc *tls.Conn
	if c.accepted {
		cfg := cfgs.Server(c.local)
		if cfg == nil {
			return nil, errors.New("no TLS server profile fits " + c.local.String())
		}
		tc = tls.Server(c.nc, cfg)
	} else {
		cfg := cfgs.Client(c.peer)
		if cfg == nil {
			return nil, errors.New("no TLS client profile fits " + c.peer.String())
		}
		tc = tls.Client(c.nc, cfg)
	}
	limit := c.t.cfg.ConnectTimeout
	stop := time.AfterFunc(limit, func() { _ = c.tcp.Close() })
	err := tc.Handshake()
	if !stop.Stop() && err != nil {
		err = errors.New("not finished within " + limit.String() + " (tcp_connect_timeout)")
	}
	return tc, err
}
