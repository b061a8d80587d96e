package ctl

import (
	"errors"
	"io"
	"maps"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"olelo/runtime/rpc"
)

const (
	// maxConns bounds the open control connections.
	maxConns = 256
	// patience is how long a client may take for the rest of a request whose
	// first byte came, and to take a reply.
	patience = 10 * time.Second
	// dgramMax is the most that one datagram of a reply holds; a longer reply
	// goes in several, one behind the other, which kamcmd puts together.
	dgramMax = 40000
)

// conn is one stream connection.
type conn struct {
	net.Conn
	sock *socket
	id   uint64
}

// ends are the addresses that ctl.who shows: the client's and the server's
// host and port.
func (c *conn) ends() []string {
	host, port := c.sock.hostPort()
	if c.sock.Net == "unix" {
		return []string{"<anonymous unix socket>", "", host, ""}
	}
	peer, peerPort, _ := net.SplitHostPort(c.RemoteAddr().String())
	if h, p, err := net.SplitHostPort(c.LocalAddr().String()); err == nil {
		host, port = h, p
	}
	return []string{peer, peerPort, host, port}
}

// connTable is the open connections.
type connTable struct {
	mu     sync.Mutex
	conns  map[uint64]*conn
	last   uint64
	closed bool
}

// add takes c in, unless there are too many or the module stops.
func (t *connTable) add(c *conn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || len(t.conns) >= maxConns {
		return false
	}
	if t.conns == nil {
		t.conns = make(map[uint64]*conn)
	}
	t.last++
	c.id = t.last
	t.conns[c.id] = c
	return true
}

func (t *connTable) remove(c *conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.conns, c.id)
}

// list is the connections, the oldest first.
func (t *connTable) list() []*conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]*conn, 0, len(t.conns))
	for _, id := range slices.Sorted(maps.Keys(t.conns)) {
		list = append(list, t.conns[id])
	}
	return list
}

// end lets no connection in any more, nor a further command.
func (t *connTable) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	for _, c := range t.conns {
		if r, ok := c.Conn.(interface{ CloseRead() error }); ok {
			_ = r.CloseRead()
		}
	}
}

// ended reports whether no further command is to be taken.
func (t *connTable) ended() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.closed
}

// closeAll closes all connections.
func (t *connTable) closeAll() {
	for _, c := range t.list() {
		_ = c.Close()
	}
}

// serve starts the goroutine of an open socket.
func (m *Module) serve(s *socket) {
	switch {
	case s.fifo != nil:
		s.fifo.Serve()
	case s.opened.Listener != nil:
		s.wg.Go(func() { m.accept(s) })
	default:
		s.wg.Go(func() { m.datagrams(s) })
	}
}

func (m *Module) accept(s *socket) {
	for {
		nc, err := s.opened.Listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			// Out of descriptors, most likely: let others close theirs.
			m.log.Errorf(name, "%s: no connection could be accepted: %v", s.Endpoint, err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		c := &conn{Conn: nc, sock: s}
		if !m.conns.add(c) {
			m.log.Warnf(name, "%s: connection refused: %d control connections are open already", s.Endpoint, maxConns)
			_ = nc.Close()
			continue
		}
		s.wg.Go(func() {
			defer func() { _ = c.Close() }()
			defer m.conns.remove(c)
			if s.lines {
				m.fifoStream(c)
			} else {
				m.binStream(c)
			}
		})
	}
}

// fifoStream serves the FIFO protocol on a connection.
func (m *Module) fifoStream(c *conn) {
	err := rpc.AnswerFIFO(c, m.answerFIFO, m.conns.ended)
	if err != nil && !errors.Is(err, net.ErrClosed) {
		m.log.Warnf(name, "%s: connection closed: %v", c.sock.Endpoint, err)
	}
}

// binStream serves binrpc on a connection until it ends, or until its client
// sends what cannot be a request.
func (m *Module) binStream(c *conn) {
	r := requestReader{c: c}
	for {
		r.inside = false
		if c.SetReadDeadline(time.Time{}) != nil {
			return
		}
		p, err := rpc.ReadPacket(&r, rpc.MaxRequest)
		var reply *rpc.Reply
		switch {
		case errors.Is(err, rpc.ErrCorrupt), err == nil && !p.IsRequest():
			reply = rpc.Faultf(rpc.CodeBadRequest, "bad request: corrupted packet")
		case errors.Is(err, rpc.ErrTooLong):
			reply = rpc.Faultf(rpc.CodeBadRequest, "bad request: longer than %d bytes", rpc.MaxRequest)
		case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			m.log.Warnf(name, "%s: connection closed within a request: %v", c.sock.Endpoint, err)
			return
		}
		last := reply != nil
		if !last {
			reply, last = m.answer(&p)
		}
		if c.SetWriteDeadline(time.Now().Add(patience)) != nil {
			return
		}
		if _, err := c.Write(rpc.AppendReply(nil, p.Cookie(), reply)); err != nil {
			m.log.Warnf(name, "%s: a reply was lost: %v", c.sock.Endpoint, err)
			return
		}
		if last || m.conns.ended() {
			return
		}
	}
}

// requestReader sets the deadline for the rest of a request once its first
// byte was read; between requests a client may be silent for ever.
type requestReader struct {
	c      *conn
	inside bool
}

func (r *requestReader) Read(b []byte) (int, error) {
	n, err := r.c.Read(b)
	if n > 0 && !r.inside {
		r.inside = true
		if derr := r.c.SetReadDeadline(time.Now().Add(patience)); err == nil {
			err = derr
		}
	}
	return n, err
}

// answer runs a request. end tells that its client's stream is not worth
// reading on: it sent no method, as in Kamailio.
func (m *Module) answer(p *rpc.Packet) (r *rpc.Reply, end bool) {
	method, args, err := p.Request()
	if err != nil {
		return rpc.Faultf(rpc.CodeBadRequest, "%v", err), method == ""
	}
	if m.convert != 0 {
		args.Form = rpc.FormConverting
	}
	return m.run(method, args, "command %s not found"), false
}

// datagrams serves a datagram socket: a request each, of both protocols.
func (m *Module) datagrams(s *socket) {
	buf := make([]byte, 1<<16)
	for {
		n, from, err := s.opened.Packets.ReadFrom(buf)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, net.ErrClosed): // stopped
			return
		case err != nil:
			m.log.Errorf(name, "%s: %v", s.Endpoint, err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		reply, err := m.datagram(s, buf[:n])
		if err != nil {
			m.log.Warnf(name, "%s: a datagram was dropped: %v", s.Endpoint, err)
			continue
		}
		if err := s.send(reply, from); err != nil {
			m.log.Warnf(name, "%s: a reply was lost: %v", s.Endpoint, err)
		}
	}
}

// datagram answers one datagram.
func (m *Module) datagram(s *socket, b []byte) ([]byte, error) {
	if s.lines {
		c, _, err := rpc.ParseFIFO(b, false)
		if err != nil {
			return nil, err
		}
		return m.answerFIFO(c), nil
	}
	p, _, err := rpc.ParsePacket(b)
	if err != nil || !p.IsRequest() {
		return rpc.AppendReply(nil, p.Cookie(), rpc.Faultf(rpc.CodeBadRequest, "bad request: corrupted packet")), nil
	}
	r, _ := m.answer(&p)
	return rpc.AppendReply(nil, p.Cookie(), r), nil
}

// send sends a reply in datagrams.
func (s *socket) send(b []byte, to net.Addr) error {
	if to == nil || to.String() == "" {
		return errors.New("the client's socket has no name to answer to")
	}
	if err := s.opened.Packets.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	for {
		n := min(len(b), dgramMax)
		if _, err := s.opened.Packets.WriteTo(b[:n], to); err != nil {
			return err
		}
		if b = b[n:]; len(b) == 0 {
			return nil
		}
	}
}
