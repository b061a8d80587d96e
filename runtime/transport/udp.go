package transport

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"os"
	"runtime/debug"
	"syscall"
	"time"
)

// udpWorker reads a socket that it may share with other workers. It owns its
// buffers and its Recv.
type udpWorker struct {
	reader
	t    *Transport
	sock *Socket
	raw  syscall.RawConn
	h    Handler
	recv Recv
	ips  [64]ipEntry

	in     datagrams
	bufs   [][]byte // as many as it receives at once
	n      int      // how many it has received
	errno  syscall.Errno
	arrive func(fd uintptr) bool
}

// ipEntry keeps an address's text: phones send again and again.
type ipEntry struct {
	ip   netip.Addr
	text string
}

// maxDatagram is more than a UDP datagram can carry, so that none is cut.
const maxDatagram = 64 << 10

func (t *Transport) newUDPWorker(s *Socket, i int) (*udpWorker, error) {
	raw, err := s.udp.SyscallConn()
	if err != nil {
		return nil, err
	}
	w := &udpWorker{
		reader: t.reader(), t: t, sock: s, raw: raw, h: t.handlers.UDP(s, i),
		recv: Recv{Proto: UDP, Socket: s},
		bufs: make([][]byte, 1),
	}
	// Where workers share a socket, none takes what another could handle at once.
	if s.Readers(t.cfg.Children) == 1 {
		w.bufs = make([][]byte, maxBatch)
		if !t.cfg.PathMTU { // what is sent may be too large, which its sender is to be told
			w.recv.Batch = t.newBatch(s, raw, i)
		}
	}
	w.in.init()
	all := make([]byte, len(w.bufs)*maxDatagram)
	for i := range w.bufs {
		w.bufs[i] = all[i*maxDatagram : (i+1)*maxDatagram]
		w.in.hold(i, w.bufs[i])
	}
	w.arrive = w.receive
	return w, nil
}

func (w *udpWorker) run() {
	defer w.t.wg.Done()
	for {
		if err := w.read(); err != nil {
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
		w.handle()
		if w.t.stopping.Load() {
			return
		}
	}
}

// read waits for datagrams and receives what there is, as far as it has buffers.
func (w *udpWorker) read() error {
	w.rests() // what was read before is handled; others may read the same socket
	err := w.raw.Read(w.arrive)
	if err == nil && w.errno != 0 {
		err = os.NewSyscallError("recvmmsg", w.errno)
	}
	return err
}

func (w *udpWorker) receive(fd uintptr) bool {
	w.wakes()
	w.n, w.errno = w.in.receive(fd, len(w.bufs))
	if w.errno == syscall.EAGAIN {
		w.rests()
		return false
	}
	return true
}

// handle handles what was received.
func (w *udpWorker) handle() {
	b := w.recv.Batch
	if w.n == 1 || b == nil {
		for i := range w.n {
			w.datagram(w.in.received(i, w.bufs[i]))
		}
		return
	}
	b.begin()
	defer b.end()
	for i := range w.n {
		if i == w.n-1 {
			b.last()
		}
		w.datagram(w.in.received(i, w.bufs[i]))
	}
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
	w.recv.Src, w.recv.SrcIP = src, w.ipText(src.Addr())
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
	e := &w.ips[ipSlot(ip)%uint(len(w.ips))]
	if e.ip != ip {
		e.ip, e.text = ip, ipText(ip)
	}
	return e.text
}

// ipSlot spreads addresses over a table.
func ipSlot(ip netip.Addr) uint {
	a := ip.As16()
	return uint(a[15]) ^ uint(a[14])*7 ^ uint(a[13])*13 ^ uint(a[7])*31
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
	var err error
	if d.Batch != nil && d.Batch.sock == s {
		err = d.Batch.send(to, b)
	} else {
		_, err = s.udp.WriteToUDPAddrPort(b, to)
	}
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
