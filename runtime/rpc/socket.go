package rpc

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Socket is an open control socket. Exactly one of Listener, of a stream, and
// Packets is set.
type Socket struct {
	Endpoint
	Listener net.Listener
	Packets  net.PacketConn

	path string      // of a Unix socket: removed at Close
	info fs.FileInfo // the file that was made
}

// OpenSocket opens a control socket, on a Unix socket with the owner o. warn is
// told of a process that loses its datagram socket to this one.
func OpenSocket(e Endpoint, o Owner, warn func(format string, args ...any)) (*Socket, error) {
	s := &Socket{Endpoint: e}
	if e.Net == "unix" || e.Net == "unixgram" {
		return s, s.openUnix(o, warn)
	}
	return s, s.openHost()
}

// openHost makes a TCP or UDP socket. Every local address is every IPv4 one,
// as in Kamailio: no control port is open on IPv6 by surprise.
func (s *Socket) openHost() (err error) {
	network := s.Net
	if host, _, _ := net.SplitHostPort(s.Addr); host == "" {
		network += "4"
	}
	if s.Net == "tcp" {
		s.Listener, err = net.Listen(network, s.Addr)
	} else {
		s.Packets, err = net.ListenPacket(network, s.Addr)
	}
	return err
}

// openUnix makes a Unix socket with its final permissions.
func (s *Socket) openUnix(o Owner, warn func(string, ...any)) error {
	if err := s.makeWay(warn); err != nil {
		return err
	}
	// The mode of the socket's descriptor is that of the file that bind makes,
	// so that at no moment another user can connect.
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		var chmod error
		err := c.Control(func(fd uintptr) { chmod = unix.Fchmod(int(fd), uint32(o.Mode)) })
		return errors.Join(err, chmod)
	}}
	var err error
	if s.Net == "unix" {
		s.Listener, err = lc.Listen(context.Background(), s.Net, s.Addr)
	} else {
		s.Packets, err = lc.ListenPacket(context.Background(), s.Net, s.Addr)
	}
	if err != nil {
		return err
	}
	// Closing must not unlink: the path may be a later server's by then.
	if u, ok := s.Listener.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	s.path = s.Addr
	if s.info, err = os.Lstat(s.path); err == nil && (o.UID >= 0 || o.GID >= 0) {
		err = os.Lchown(s.path, o.UID, o.GID)
	}
	if err == nil {
		err = os.Chmod(s.path, o.Mode) // what the umask took away
	}
	if err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

// makeWay removes the socket that a server left behind which was killed, or
// the one of this server's configuration before a reload, which goes on with
// the clients it has. The socket of another server that runs is left alone.
func (s *Socket) makeWay(warn func(string, ...any)) error {
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
			warn("%s: a process still reads from this datagram socket; new clients come here from now on", s.Addr)
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

// Farewell is how long a stop waits for clients to take the replies to what they
// have sent before it.
const Farewell = time.Second

// Stop lets in no more clients, nor datagrams: reading Packets ends with
// os.ErrDeadlineExceeded. Replies can be sent until Close. It removes the socket's
// file, unless a later server has put its own in its place.
func (s *Socket) Stop() error {
	err := s.remove()
	if s.Listener != nil {
		return errors.Join(err, s.Listener.Close())
	}
	return errors.Join(err, s.Packets.SetReadDeadline(time.Unix(1, 0)))
}

// remove removes the file while the socket is open: a closed one's inode can be
// a later server's.
func (s *Socket) remove() error {
	if s.info == nil {
		return nil
	}
	info := s.info
	s.info = nil
	return removeSame(s.path, info)
}

// Close ends what Stop has left, or all without it. It may be called again.
func (s *Socket) Close() error {
	err := s.remove()
	var closed error
	if s.Listener != nil {
		closed = s.Listener.Close()
	} else {
		closed = s.Packets.Close()
	}
	if errors.Is(closed, net.ErrClosed) {
		return err
	}
	return errors.Join(err, closed)
}

// HostPort is the socket's address as ctl.listen shows it: a path and "", or a
// host, * for all, and a port.
func (s *Socket) HostPort() (host, port string) {
	if s.path != "" {
		return s.Addr, ""
	}
	var a net.Addr
	if s.Listener != nil {
		a = s.Listener.Addr()
	} else {
		a = s.Packets.LocalAddr()
	}
	host, port, _ = net.SplitHostPort(a.String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "*"
	}
	return host, port
}
