package transport

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"runtime/debug"
	"time"
)

// udpWorker reads a socket that it may share with other workers. It owns its
// buffer and its Recv.
type udpWorker struct {
	reader
	t    *Transport
	sock *Socket
	h    Handler
	recv Recv
	buf  []byte
	ips  [64]ipEntry
}

// ipEntry keeps an address's text: phones send again and again.
type ipEntry struct {
	ip   netip.Addr
	text string
}

// maxDatagram is more than a UDP datagram can carry, so that none is cut.
const maxDatagram = 64 << 10

func (t *Transport) newUDPWorker(s *Socket, i int) *udpWorker {
	return &udpWorker{
		reader: t.reader(), t: t, sock: s, h: t.handlers.UDP(s, i),
		recv: Recv{Proto: UDP, Socket: s},
		buf:  make([]byte, maxDatagram),
	}
}

func (w *udpWorker) run() {
	defer w.t.wg.Done()
	for {
		n, src, err := w.read()
		if err != nil {
			if w.t.stopping.Load() || errors.Is(err, net.ErrClosed) {
				return
			}
			w.t.errorf("%s: cannot read: %v", w.sock.Text, err)
			select {
			case <-time.After(100 * time.Millisecond):
			case <-w.t.stop:
				return
			}
			continue
		}
		w.datagram(w.buf[:n:n], src)
		if w.t.stopping.Load() {
			return
		}
	}
}

func (w *udpWorker) read() (n int, src netip.AddrPort, err error) {
	if w.reader.t == nil {
		return w.sock.udp.ReadFromUDPAddrPort(w.buf)
	}
	return w.readFrom(w.sock.udp, w.buf)
}

// datagram handles one datagram. Keep-alives (nothing but line ends or zeros)
// are dropped without a word, as Kamailio does.
func (w *udpWorker) datagram(b []byte, src netip.AddrPort) {
	if keepAlive(b) {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			w.t.errorf("internal error while a message from %s on %s was handled: %v; please report this with the trace: %s",
				src, w.sock.Text, p, debug.Stack())
		}
	}()
	ip := src.Addr().Unmap()
	w.recv.Src = netip.AddrPortFrom(ip, src.Port())
	w.recv.SrcIP = w.ipText(ip)
	w.h.SIP(&w.recv, b)
}

func keepAlive(b []byte) bool {
	for _, c := range b {
		if c != '\r' && c != '\n' && c != 0 {
			return false
		}
	}
	return true
}

func (w *udpWorker) ipText(ip netip.Addr) string {
	a := ip.As16()
	h := (uint(a[15]) ^ uint(a[14])*7 ^ uint(a[13])*13 ^ uint(a[7])*31) % uint(len(w.ips))
	e := &w.ips[h]
	if e.ip != ip {
		e.ip, e.text = ip, ipText(ip)
	}
	return e.text
}

// sendUDP sends b as one datagram.
func (t *Transport) sendUDP(d *Dest, b []byte) error {
	if !d.Addr.IsValid() || d.Addr.Port() == 0 {
		return ErrBadDest
	}
	to := netip.AddrPortFrom(d.Addr.Addr().Unmap(), d.Addr.Port())
	s := d.Socket
	if !t.canSend(s) {
		if s = t.udpSocketTo(to.Addr()); s == nil {
			return ErrNoSocket
		}
	}
	if t.cfg.Capture != nil {
		t.cfg.Capture(Sent{Proto: UDP, To: to, From: s, Bytes: bytes.Clone(b)})
		return nil
	}
	_, err := s.udp.WriteToUDPAddrPort(b, to)
	if errors.Is(err, net.ErrClosed) {
		return ErrClosed
	}
	return err
}

// udpSocketTo is the first open UDP socket of the address's family.
func (t *Transport) udpSocketTo(to netip.Addr) *Socket {
	for _, s := range t.cfg.Sockets {
		if t.canSend(s) && s.Addr.Addr().Is4() == to.Is4() {
			return s
		}
	}
	return nil
}
