// Package peer is the other side of a server under test: raw MSRP and SIP
// clients and listeners that send the bytes they are given and read whole
// messages, each step with a deadline. It shares no code with the server, so
// that an error in olelo's framing cannot hide itself.
package peer

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// Stream is one TCP or TLS connection. It is for one goroutine that reads and
// one that writes.
type Stream struct {
	Conn    net.Conn
	Timeout time.Duration // for each step below

	got []byte // read from Conn, not yet returned
	err error  // the read error that ended the stream
}

// Dial connects to addr, a host:port, over TCP.
func Dial(addr string, timeout time.Duration) (*Stream, error) {
	c, err := net.DialTimeout("tcp", addr, timeout)
	if err != nil {
		return nil, err
	}
	return &Stream{Conn: c, Timeout: timeout}, nil
}

// DialTLS connects to addr over TLS.
func DialTLS(addr string, config *tls.Config, timeout time.Duration) (*Stream, error) {
	c, err := tls.DialWithDialer(&net.Dialer{Timeout: timeout}, "tcp", addr, config)
	if err != nil {
		return nil, err
	}
	return &Stream{Conn: c, Timeout: timeout}, nil
}

// Close closes the connection.
func (s *Stream) Close() error { return s.Conn.Close() }

// Reset closes the connection with a RST instead of a FIN.
func (s *Stream) Reset() error {
	if c, ok := s.Conn.(*net.TCPConn); ok {
		c.SetLinger(0)
	}
	return s.Conn.Close()
}

// CloseWrite ends the sending side; the other one stays open.
func (s *Stream) CloseWrite() error {
	c, ok := s.Conn.(interface{ CloseWrite() error })
	if !ok {
		return fmt.Errorf("%T cannot close one side", s.Conn)
	}
	return c.CloseWrite()
}

// Local and Remote are the connection's addresses, host:port.
func (s *Stream) Local() string { return s.Conn.LocalAddr().String() }

// Remote is the other side's address, host:port.
func (s *Stream) Remote() string { return s.Conn.RemoteAddr().String() }

// Send writes b.
func (s *Stream) Send(b []byte) error {
	s.Conn.SetWriteDeadline(time.Now().Add(s.Timeout))
	_, err := s.Conn.Write(b)
	return err
}

// SendEach writes b in segments of n bytes. Nagle's algorithm is off in Go, so
// each write is a segment as long as the receiver's window is open.
func (s *Stream) SendEach(b []byte, n int) error {
	for len(b) > 0 {
		k := min(n, len(b))
		if err := s.Send(b[:k]); err != nil {
			return err
		}
		b = b[k:]
	}
	return nil
}

// ErrTimeout is the end of a step's deadline.
var ErrTimeout = errors.New("nothing came before the deadline")

// next returns the first whole item of the stream: size says how long it is
// when it is whole, and 0 while more bytes are needed.
func (s *Stream) next(size func([]byte) (int, error)) ([]byte, error) {
	s.Conn.SetReadDeadline(time.Now().Add(s.Timeout))
	chunk := make([]byte, 64<<10)
	for {
		n, err := size(s.got)
		if err != nil {
			return nil, fmt.Errorf("%w; received: %s", err, Show(s.got))
		}
		if n > 0 {
			item := s.got[:n:n]
			s.got = s.got[n:]
			return item, nil
		}
		if s.err != nil {
			return nil, fmt.Errorf("%w; received: %s", s.err, Show(s.got))
		}
		k, err := s.Conn.Read(chunk)
		s.got = append(s.got, chunk[:k]...)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			if k == 0 {
				return nil, fmt.Errorf("%w (%v); received: %s", ErrTimeout, s.Timeout, Show(s.got))
			}
			err = nil
		}
		s.err = err
	}
}

// Next returns the next MSRP frame, SIP message or CRLF keep-alive.
func (s *Stream) Next() ([]byte, error) { return s.next(sizeOfItem) }

// Begun is what has come of a message that is not whole.
func (s *Stream) Begun() []byte { return s.got }

// Bytes returns the next n bytes.
func (s *Stream) Bytes(n int) ([]byte, error) {
	return s.next(func(b []byte) (int, error) {
		if len(b) < n {
			return 0, nil
		}
		return n, nil
	})
}

// WaitClosed returns nil once the other side has closed or reset the
// connection and an error when bytes come before, or nothing in time.
func (s *Stream) WaitClosed() error {
	b, err := s.Bytes(1)
	switch {
	case err == nil:
		return fmt.Errorf("the connection was to be closed; received: %s", Show(append(b, s.got...)))
	case errors.Is(err, ErrTimeout):
		return fmt.Errorf("the connection was to be closed: %w", err)
	default:
		return nil
	}
}

// DiscardUntilClosed reads and counts what comes until the other side closes.
func (s *Stream) DiscardUntilClosed() (int64, error) {
	s.Conn.SetReadDeadline(time.Now().Add(s.Timeout))
	n := int64(len(s.got))
	s.got = nil
	if s.err != nil {
		return n, nil
	}
	k, err := io.Copy(io.Discard, s.Conn)
	s.err = io.EOF
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return n + k, ErrTimeout
	}
	return n + k, nil
}

// Show is b for a person: quoted, its middle left out when it is long.
func Show(b []byte) string {
	const most = 1500
	if len(b) == 0 {
		return "(nothing)"
	}
	quote := func(b []byte) string {
		return string(bytes.ReplaceAll(fmt.Appendf(nil, "%q", b), []byte(`\r\n`), []byte("\\r\\n\n\t ")))
	}
	if len(b) <= most {
		return quote(b)
	}
	return fmt.Sprintf("%s … %d bytes … %s", quote(b[:most/2]), len(b)-most, quote(b[len(b)-most/2:]))
}
