package transport

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"olelo/runtime/msrp"
	"olelo/runtime/sip"
)

// Conn is one TCP or TLS connection.
//
// Its reader goroutine owns the reading part, and lends it to the lane; Send may
// be called from any goroutine. Locks are taken in the order lane, hmu, out,
// hold, the watch's and the table's; none is held while a system call that may
// wait is made or, the first two excepted, a Handler is called.
type Conn struct {
	id       uint64
	t        *Transport
	lane     *lane
	proto    Proto
	accepted bool
	peer     netip.AddrPort
	began    int64 // on the transport's clock

	// Of the table, under the lock of the peer's shard.
	samePeer *Conn
	linked   bool
	localIP  netip.Addr
	aliases  []peerKey

	// Set before state becomes open, then constant.
	nc    net.Conn        // bytes as the peer means them: the TCP or the TLS connection
	tcp   *net.TCPConn    // below nc
	raw   syscall.RawConn // of tcp
	local netip.AddrPort

	// last is when bytes went in either direction, partial when the wait for
	// the rest of a message began (0: no message is half received), partialLen
	// what of it was there then. All on the transport's clock, which ticks.
	last       atomic.Int64
	partial    atomic.Int64
	partialLen atomic.Int64
	window     window      // of the sweep
	outstays   int64       // of the sweep: since when c is to close and relays a frame
	used       atomic.Bool // has carried bytes since it was opened
	msrp       atomic.Bool // has carried an MSRP frame
	begun      atomic.Pointer[begun]
	deaf       atomic.Bool // what arrives is thrown away: the connection is closing

	hmu       sync.Mutex // serialises the Handler's calls
	h         Handler
	over      bool // the reader has ended: h is not called any more
	recv      Recv
	reporting atomic.Bool // Undelivered runs

	in   input
	out  output
	hold held
}

// input is the reader's part: in.buf.b[r:w] is what has arrived and was not
// handled yet.
type input struct {
	reader
	buf      *buffer
	r, w     int
	large    int  // size of the message before, or of a frame's part that was passed on
	declined bool // the frame at the start is routed when it is whole

	one     [1]byte
	entered bool  // the lane is the reader's
	turns   uint8 // since then
	busy    int32 // turns in the tick of the last one
	tick    int64 // of the last turn, on the transport's clock
	sip     sip.Framer
	msrp    msrp.Framer
	err     error
	n       int
	ready   func(fd uintptr) bool // made once: a method value allocates
}

// state is the life of a connection.
type state uint8

const (
	connecting state = iota // also during the TLS handshake
	open
	closing // takes nothing to send any more; what is queued is written
	dead
)

// ID is the connection's number, never reused: $conid, $msrp(conid).
func (c *Conn) ID() uint64 { return c.id }

// Worker is which of Config.TCPChildren handles the connection's messages, from 0.
func (c *Conn) Worker() int { return int(c.id % uint64(len(c.t.lanes))) }

// Proto is TCP or TLS.
func (c *Conn) Proto() Proto { return c.proto }

// Peer is the other side's address.
func (c *Conn) Peer() netip.AddrPort { return c.peer }

// Socket is the socket it was accepted on, or the fitting one of a connection
// that the server opened.
func (c *Conn) Socket() *Socket { return c.recv.Socket }

// Alive reports whether messages may still be sent on c.
func (c *Conn) Alive() bool {
	c.out.Lock()
	defer c.out.Unlock()
	return c.out.state <= open
}

// Close ends c once what is queued for it was sent. A frame of its peer's that is
// being relayed may go on for Config.PartialTimeout.
func (c *Conn) Close() { c.closeWhenSent(errClosedByUs) }

// ConnInfo is what is told about a connection.
type ConnInfo struct {
	ID       uint64
	Proto    Proto
	Peer     netip.AddrPort
	Local    netip.AddrPort // zero while it connects
	Socket   *Socket
	Accepted bool          // the peer opened it
	State    string        // connecting, open, closing, dead
	Age      time.Duration // both as exact as the transport's clock, 1 s
	Idle     time.Duration
	Queued   int // bytes waiting to be sent
}

// Info describes c.
func (c *Conn) Info() ConnInfo {
	now := c.t.clock.Load()
	c.out.Lock()
	defer c.out.Unlock()
	return ConnInfo{
		ID: c.id, Proto: c.proto, Peer: c.peer, Local: c.local, Socket: c.recv.Socket,
		Accepted: c.accepted,
		State:    [...]string{"connecting", "open", "closing", "dead"}[c.out.state],
		Age:      time.Duration(now - c.began),
		Idle:     time.Duration(now - c.last.Load()),
		Queued:   c.out.queued,
	}
}

func (c *Conn) String() string {
	return fmt.Sprintf("%s connection %d with %s", c.proto, c.id, c.peer)
}

func (c *Conn) key() peerKey { return peerKey{c.proto, c.peer} }

// newConn makes a connection; the caller adds it to the table. It counts in
// t.wg until it is dead and what it lost was reported.
func (t *Transport) newConn(p Proto, peer netip.AddrPort, accepted bool) *Conn {
	c := &Conn{id: t.lastID.Add(1), t: t, proto: p, peer: peer, accepted: accepted}
	c.lane = &t.lanes[c.Worker()]
	c.began = t.clock.Load()
	c.last.Store(c.began)
	c.in.sip.Limits, c.in.sip.AcceptNoCL = t.cfg.SIPLimits, t.cfg.AcceptNoCL
	c.in.msrp.Limits = t.cfg.MSRPLimits
	c.in.sip.Reset()
	c.in.ready = c.readReady
	c.in.reader = t.reader()
	c.in.wakes() // to connect
	c.out.ready = c.writeReady
	c.out.peek = c.peekEnd
	c.recv = Recv{Proto: p, Src: peer, SrcIP: ipText(peer.Addr()), Conn: c}
	t.wg.Add(1)
	t.conns.Add(1)
	if p == TLS {
		t.tlsConns.Add(1)
	}
	return c
}

// attach gives c its TCP connection, before anything is read or written.
func (c *Conn) attach(tcp *net.TCPConn) error {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return err
	}
	c.tcp, c.raw = tcp, raw
	c.nc = &patientConn{tcp, c}
	c.local = addrPort(tcp.LocalAddr())
	return nil
}

func addrPort(a net.Addr) netip.AddrPort {
	if t, ok := a.(*net.TCPAddr); ok {
		ap := t.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}

// closeWhenSent takes no more messages and ends c when its queue is written.
func (c *Conn) closeWhenSent(why error) {
	o := &c.out
	o.Lock()
	if why == errClosedByUs && o.state == open && c.relays() {
		o.last = true // the frame that others get is taken to its end
		o.Unlock()
		return
	}
	c.deaf.Store(true)
	switch {
	case o.state == connecting && o.pend == nil:
		c.dieLocked(why)
		return
	case o.state == connecting:
		o.last = true // as Dest.CloseAfter: once connected and sent
		o.Unlock()
		return
	case o.state != open:
		o.Unlock()
		return
	}
	c.cutTurns()
	o.state = closing
	busy := o.writing || o.pend != nil
	if !busy && c.proto == TLS {
		// The goodbye is a record to be written, and that may wait.
		o.writing = true
		c.spawnWriter()
		c.leaveTable()
		return
	}
	o.Unlock()
	c.leaveTable()
	if busy {
		c.flush()
		return
	}
	c.sayGoodbye()
}

// lingerFor is how long the peer's close is waited for.
const lingerFor = 2 * time.Second

// sayGoodbye runs when all is written and nothing more will be. The peer is
// told; until it closes too, or a moment has passed, what still arrives is
// thrown away: closing with bytes unread would make the system send a reset,
// which can overtake what we wrote.
func (c *Conn) sayGoodbye() {
	var err error
	if tc, ok := c.nc.(*tls.Conn); ok {
		err = tc.CloseWrite()
	}
	if e := c.tcp.CloseWrite(); err == nil {
		err = e
	}
	c.out.linger.Store(c.t.clock.Load() + int64(lingerFor))
	// In this order: the reader looks at linger after stopping and eof.
	if err != nil || c.out.eof.Load() || c.t.stopping.Load() {
		c.die(errClosedByUs)
	}
}

// leaveTable makes c unfindable by its peer's address.
func (c *Conn) leaveTable() {
	now := c.t.clock.Load()
	var until int64
	if c.accepted && c.msrp.Load() && c.out.eof.Load() {
		until = now + int64(goneFor)
	}
	c.t.table.unlink(c, until, now)
}

// die ends c at once. What it could not send is reported to those who sent it.
func (c *Conn) die(why error) {
	c.out.Lock()
	if c.out.state == dead {
		c.out.Unlock()
		return
	}
	c.dieLocked(why)
}

// dieLocked is die of a connection that is not dead. It releases the lock.
func (c *Conn) dieLocked(why error) {
	c.deaf.Store(true)
	o := &c.out
	o.state = dead
	o.why = why
	if o.gate != nil {
		close(o.gate.open)
		o.gate = nil
	}
	tcp := c.tcp
	writing := o.writing
	var lost lost
	if !writing {
		lost = o.take(c.t)
	}
	o.Unlock()
	c.leaveTable()
	c.hold.end()
	if tcp != nil {
		// Not nc: closing a TLS connection would write, and could wait.
		_ = tcp.Close()
	}
	if !writing {
		c.buried(lost)
	}
	// Otherwise the writer, whose write fails now, does it.
}

// buried is the last that happens to a dead connection.
func (c *Conn) buried(lost lost) {
	t := c.t
	t.cfg.Counters.lost(c, c.out.why)
	t.table.forget(c)
	t.conns.Add(-1)
	if c.proto == TLS {
		t.tlsConns.Add(-1)
	}
	t.report(c, lost)
	t.wg.Done()
}

// handler returns c's handler; the caller holds hmu.
func (c *Conn) handler() Handler {
	if c.h == nil {
		c.h = c.t.handlers.TCP(c)
	}
	return c.h
}

// patientConn writes as long as the peer takes bytes, however slowly; where it
// takes none for Config.SendTimeout, the write fails with errNoProgress.
type patientConn struct {
	*net.TCPConn
	c *Conn
}

// Read is what TLS reads with.
func (p *patientConn) Read(b []byte) (int, error) {
	if p.c.in.reader.t == nil {
		return p.TCPConn.Read(b)
	}
	return p.c.in.reader.read(p.c.raw, b)
}

func (p *patientConn) Write(b []byte) (n int, err error) {
	for {
		if err := p.SetWriteDeadline(time.Now().Add(p.c.t.cfg.SendTimeout)); err != nil {
			return n, err
		}
		k, err := p.TCPConn.Write(b[n:])
		n += k
		var ne net.Error
		switch {
		case n == len(b):
			// Or what is written later, without this patience, would fail at once.
			return n, p.SetWriteDeadline(time.Time{})
		case errors.As(err, &ne) && ne.Timeout():
			if k == 0 {
				return n, errNoProgress
			}
		case err != nil:
			return n, err
		}
	}
}
