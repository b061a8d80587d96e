package ctl

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"olelo/runtime/rpc"
)

// socket is one that is open. Exactly one of ln, pc and fifo is set.
type socket struct {
	listen
	ln   net.Listener
	pc   net.PacketConn
	fifo *rpc.FIFO
	wg   sync.WaitGroup // its goroutines, those of its connections too

	path string      // of a Unix socket: removed at close
	info fs.FileInfo // the file that was made
}

// open makes the socket, ready for serve.
func (m *Module) open(l listen) error {
	s := &socket{listen: l}
	var err error
	switch l.Net {
	case "fifo":
		f := &rpc.FIFO{
			Path: l.Addr, Owner: m.owner, ReplyDir: "/tmp", Answer: m.answerFIFO,
			Warn: func(format string, args ...any) { m.log.Warnf(name, format, args...) },
		}
		if err = f.Open(); err == nil {
			s.fifo = f
		}
	case "unix", "unixgram":
		err = s.openUnix(m)
	default:
		err = s.openHost()
	}
	if err == nil {
		m.socks = append(m.socks, s)
	}
	return err
}

// openHost makes a TCP or UDP socket. Every local address is every IPv4 one,
// as in Kamailio: no control port is open on IPv6 by surprise.
func (s *socket) openHost() (err error) {
	network := s.Net
	if host, _, _ := net.SplitHostPort(s.Addr); host == "" {
		network += "4"
	}
	if s.Net == "tcp" {
		s.ln, err = net.Listen(network, s.Addr)
	} else {
		s.pc, err = net.ListenPacket(network, s.Addr)
	}
	return err
}

// openUnix makes a Unix socket with its final permissions.
func (s *socket) openUnix(m *Module) error {
	if err := s.makeWay(m); err != nil {
		return err
	}
	// The mode of the socket's descriptor is that of the file that bind makes,
	// so that at no moment another user can connect.
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var chmod error
		err := c.Control(func(fd uintptr) { chmod = unix.Fchmod(int(fd), uint32(m.owner.Mode)) })
		return errors.Join(err, chmod)
	}}
	var err error
	if s.Net == "unix" {
		s.ln, err = lc.Listen(context.Background(), s.Net, s.Addr)
	} else {
		s.pc, err = lc.ListenPacket(context.Background(), s.Net, s.Addr)
	}
	if err != nil {
		return err
	}
	// Closing must not unlink: the path may be a later server's by then.
	if u, ok := s.ln.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	s.path = s.Addr
	if s.info, err = os.Lstat(s.path); err == nil && (m.owner.UID >= 0 || m.owner.GID >= 0) {
		err = os.Lchown(s.path, m.owner.UID, m.owner.GID)
	}
	if err == nil {
		err = os.Chmod(s.path, m.owner.Mode) // what the umask took away
	}
	if err != nil {
		return errors.Join(err, s.close())
	}
	return nil
}

// makeWay removes the socket that a server left behind which was killed, or
// the one of this server's configuration before a reload, which goes on with
// the clients it has. The socket of another server that runs is left alone.
func (s *socket) makeWay(m *Module) error {
	old, err := os.Lstat(s.Addr)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if old.Mode()&fs.ModeSocket == 0 {
		return fmt.Errorf("%s exists and is no socket: remove it, or choose another path", s.Addr)
	}
	d := net.Dialer{Timeout: time.Second}
	c, err := d.Dial(s.Net, s.Addr)
	if err == nil {
		pid := peer(c)
		_ = c.Close()
		switch {
		case s.Net == "unixgram":
			m.log.Warnf(name, "%s: a process still reads from this datagram socket; new clients come here from now on", s.Addr)
		case pid != os.Getpid():
			return fmt.Errorf("another server (process %d) answers on %s: stop it, or give each server a socket of its own", pid, s.Addr)
		}
	}
	if err := os.Remove(s.Addr); err != nil {
		return fmt.Errorf("the socket of an earlier server is in the way: %w", err)
	}
	return nil
}

// peer is the process at the other end of a Unix stream connection.
func peer(c net.Conn) int {
	raw, err := c.(*net.UnixConn).SyscallConn()
	if err != nil {
		return 0
	}
	pid := 0
	_ = raw.Control(func(fd uintptr) {
		if cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			pid = int(cred.Pid)
		}
	})
	return pid
}

// makeDir makes the run-time directory, not those above it.
func makeDir(dir string) error {
	err := os.Mkdir(dir, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// close lets in no more clients and removes the socket's file, unless a later
// server has put its own in its place.
func (s *socket) close() error {
	var err error
	switch {
	case s.fifo != nil:
		return s.fifo.Close()
	case s.ln != nil:
		err = s.ln.Close()
	case s.pc != nil:
		err = s.pc.Close()
	}
	if s.info == nil {
		return err
	}
	now, lerr := os.Lstat(s.path)
	if lerr == nil && os.SameFile(now, s.info) {
		err = errors.Join(err, os.Remove(s.path))
	}
	return err
}

// hostPort is the socket's address as ctl.listen shows it: a path and "", or a
// host, * for all, and a port.
func (s *socket) hostPort() (host, port string) {
	var a net.Addr
	switch {
	case s.path != "" || s.fifo != nil:
		return s.Addr, ""
	case s.ln != nil:
		a = s.ln.Addr()
	default:
		a = s.pc.LocalAddr()
	}
	host, port, _ = net.SplitHostPort(a.String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "*"
	}
	return host, port
}
