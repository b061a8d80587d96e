package log

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// syslogSocket is the local syslog service. The standard library's log/syslog
// puts the process's id into each line; a worker's lines carry the worker's.
type syslogSocket struct {
	path   string // "" tries the usual ones
	conn   net.Conn
	stream bool // conn needs a newline after each line
	closed bool
	retry  time.Time // no dial before, after one that failed
}

// syslogTimeout ends a write to a syslog daemon that does not read: the line
// is lost, the worker goes on.
const syslogTimeout = time.Second

func (s *syslogSocket) dial() error {
	paths := []string{"/dev/log", "/var/run/syslog", "/var/run/log"}
	if s.path != "" {
		paths = []string{s.path}
	}
	for _, p := range paths {
		for _, network := range []string{"unixgram", "unix"} {
			if c, err := net.Dial(network, p); err == nil {
				s.conn, s.stream = c, network == "unix"
				return nil
			}
		}
	}
	s.retry = time.Now().Add(syslogTimeout)
	return fmt.Errorf("no syslog answers at %s: log lines are lost", strings.Join(paths, ", "))
}

// send writes one line, after a reconnect where the daemon was restarted. The
// caller holds the destination's lock.
func (s *syslogSocket) send(b []byte) error {
	for try := 0; ; try++ {
		if s.closed {
			return net.ErrClosed
		}
		if s.conn == nil {
			if time.Now().Before(s.retry) {
				return net.ErrClosed
			}
			if err := s.dial(); err != nil {
				return err
			}
		}
		_ = s.conn.SetWriteDeadline(time.Now().Add(syslogTimeout)) // a socket that cannot is found by Write
		if s.stream && b[len(b)-1] != '\n' {
			b = append(b, '\n')
		}
		_, err := s.conn.Write(b)
		if err == nil {
			return nil
		}
		_ = s.conn.Close() // it is broken already
		s.conn = nil
		if try > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
}

// close ends the socket for good; the caller holds the destination's lock.
func (s *syslogSocket) close() {
	s.closed = true
	if s.conn != nil {
		_ = s.conn.Close() // nothing is buffered in it
		s.conn = nil
	}
}
