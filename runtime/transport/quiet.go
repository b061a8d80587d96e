package transport

import (
	"io"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// Quiet reports whether all that had arrived when it was called is handled:
// nothing waits in the system's buffers, every reader waits. It needs
// Config.TellQuiet.
func (t *Transport) Quiet() bool {
	if t.awake.Load() != 0 {
		return false
	}
	// A reader that was at work while the sockets were looked at may have sent
	// to one that had been found empty.
	woken := t.woken.Load()
	for _, s := range t.cfg.Sockets {
		if s.udp != nil && readable(s.udp) || s.tcp != nil && readable(s.tcp) {
			return false
		}
	}
	quiet := true
	t.Conns(func(c *Conn) bool {
		c.out.Lock()
		tcp := c.tcp
		c.out.Unlock()
		quiet = tcp == nil || c.out.eof.Load() || !readable(tcp)
		return quiet
	})
	return quiet && t.awake.Load() == 0 && t.woken.Load() == woken
}

// readable reports whether a read would not wait; a closed socket has nothing.
func readable(s syscall.Conn) (yes bool) {
	raw, err := s.SyscallConn()
	if err != nil {
		return false
	}
	_ = raw.Control(func(fd uintptr) { yes = ready(fd) })
	return yes
}

func ready(fd uintptr) bool {
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(p, 0)
	return n > 0 || err == unix.EINTR
}

// reader tells Quiet of one goroutine that reads: it is awake from before it
// takes something out of the system until that is handled. The zero reader,
// without Config.TellQuiet, tells nothing.
type reader struct {
	t  *Transport
	up bool
}

func (t *Transport) reader() reader {
	if !t.cfg.TellQuiet {
		return reader{}
	}
	return reader{t: t}
}

func (r *reader) wakes() {
	if r.t != nil && !r.up {
		r.up = true
		r.t.woken.Add(1)
		r.t.awake.Add(1)
	}
}

func (r *reader) rests() {
	if r.t != nil && r.up {
		r.up = false
		r.t.awake.Add(-1)
	}
}

// when runs get once there is something to get; it is EAGAIN where there is not.
func (r *reader) when(raw syscall.RawConn, get func(fd int) error) error {
	r.rests() // what was read before is handled; others may read the same socket
	var err error
	waited := raw.Read(func(fd uintptr) bool {
		r.wakes()
		for {
			if err = get(int(fd)); err != syscall.EINTR {
				break
			}
		}
		if err == syscall.EAGAIN {
			r.rests()
			return false
		}
		return true
	})
	if waited != nil {
		return waited
	}
	return err
}

// read is the Read of a stream.
func (r *reader) read(raw syscall.RawConn, b []byte) (n int, err error) {
	err = r.when(raw, func(fd int) (err error) {
		n, err = syscall.Read(fd, b)
		return err
	})
	switch {
	case err != nil:
		return 0, err
	case n == 0 && len(b) > 0:
		return 0, io.EOF
	}
	return n, nil
}

// arrivals returns a function that waits, awake in the end, for a connection
// to accept; nil without Config.TellQuiet. The waiting is on a copy of the
// listener, as the net package lets none be read.
func (t *Transport) arrivals(l *net.TCPListener) (wait func(), err error) {
	r := t.reader()
	if r.t == nil {
		return nil, nil
	}
	f, err := l.File()
	if err != nil {
		return nil, err
	}
	raw, err := f.SyscallConn()
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	t.wg.Go(func() {
		<-t.stop
		_ = f.Close() // ends the waiting
	})
	return func() {
		err := r.when(raw, func(fd int) error {
			if !ready(uintptr(fd)) {
				return syscall.EAGAIN
			}
			return nil
		})
		if err != nil && !t.stopping.Load() {
			t.errorf("%s: cannot wait for connections: %v", l.Addr(), err)
		}
	}, nil
}
