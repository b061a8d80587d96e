package transport

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
)

// Batch is what a UDP worker has yet to send from its socket. While the messages
// that one system call has received are handled, what they send is collected, and
// sent with one call: behind the last of them, where there is no room for more, or
// soon after where a handler takes its time.
//
// Only what goes to an address that was sent to before waits: whether there is a way
// to it the sender has been told then. A failure that comes all the same is logged,
// and the next datagram for the address goes out at once again.
type Batch struct {
	t      *Transport
	sock   *Socket
	raw    syscall.RawConn
	worker int

	sync.Mutex
	more    bool // messages are at hand behind the one that is handled
	watched bool
	buf     []byte // the datagrams, one behind the other; never grown
	out     datagrams
	to      [maxBatch]netip.AddrPort
	n       int // how many wait
	reached [64]netip.Addr

	ready func(fd uintptr) bool // flushes from next on
	next  int
	errno syscall.Errno
}

const (
	// batchBytes is how much a batch collects, batchDatagram how large a
	// datagram is that waits: a copy of a larger one costs as much as the call.
	batchBytes    = 32 << 10
	batchDatagram = 4 << 10
)

func (t *Transport) newBatch(s *Socket, raw syscall.RawConn, worker int) *Batch {
	b := &Batch{t: t, sock: s, raw: raw, worker: worker, buf: make([]byte, 0, batchBytes)}
	b.out.init()
	b.ready = b.write
	return b
}

// begin is called where there are messages behind the one that is handled next,
// last where there are none any more, end behind that.
func (b *Batch) begin() { b.set(true) }

func (b *Batch) last() { b.set(false) }

func (b *Batch) set(more bool) {
	b.Lock()
	b.more = more
	b.Unlock()
}

func (b *Batch) end() {
	b.Lock()
	defer b.Unlock()
	_ = b.flush(false)
	if b.watched {
		b.watched = false
		b.t.watch.remove(b)
	}
}

// send sends p, now or with the others. It fails with the system's error, where
// that comes now.
func (b *Batch) send(to netip.AddrPort, p []byte) error {
	b.Lock()
	defer b.Unlock()
	reached := &b.reached[ipSlot(to.Addr())%uint(len(b.reached))]
	if *reached != to.Addr() || len(p) > batchDatagram {
		_ = b.flush(false)
		_, err := b.sock.udp.WriteToUDPAddrPort(p, to)
		if err == nil && to.Addr().Zone() == "" {
			*reached = to.Addr()
		}
		return err
	}
	if b.n == maxBatch || len(b.buf)+len(p) > cap(b.buf) {
		_ = b.flush(false)
	}
	at := len(b.buf)
	b.buf = append(b.buf, p...)
	b.out.hold(b.n, b.buf[at:])
	b.out.address(b.n, to)
	b.to[b.n] = to
	b.n++
	if !b.more {
		return b.flush(true)
	}
	if !b.watched {
		b.watched = true
		b.t.watch.add(b)
	}
	return nil
}

// flush sends what waits. Failures are logged; that of the last datagram is
// returned instead where its sender asks for it. The lock is held.
func (b *Batch) flush(asked bool) error {
	for b.next = 0; b.next < b.n; b.next++ {
		err := b.raw.Write(b.ready)
		if err == nil && b.errno != 0 {
			err = &net.OpError{Op: "write", Net: "udp", Source: net.UDPAddrFromAddrPort(b.sock.Addr), Addr: net.UDPAddrFromAddrPort(b.to[b.next]), Err: os.NewSyscallError("sendmmsg", b.errno)}
		}
		if err == nil {
			break
		}
		to := b.to[b.next]
		b.reached[ipSlot(to.Addr())%uint(len(b.reached))] = netip.Addr{}
		if asked && b.next == b.n-1 {
			b.n, b.buf = 0, b.buf[:0]
			return err
		}
		b.t.errorf("%s: cannot send to %s: %v", b.sock.Text, to, err)
	}
	b.n, b.buf = 0, b.buf[:0]
	return nil
}

// write sends from next on. It waits where the system takes no more, and ends at
// a datagram that cannot be sent.
func (b *Batch) write(fd uintptr) bool {
	for b.errno = 0; b.next < b.n && b.errno == 0; {
		var sent int
		if sent, b.errno = b.out.send(fd, b.next, b.n); b.errno == syscall.EAGAIN {
			return false
		}
		b.next += max(sent, 0)
	}
	return true
}

func (b *Batch) number() uint64 { return uint64(b.worker) }

// flushLate sends what waits for a handler that takes its time.
func (b *Batch) flushLate() {
	b.Lock()
	_ = b.flush(false)
	b.Unlock()
}
