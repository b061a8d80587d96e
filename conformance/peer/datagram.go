package peer

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// Datagram is a UDP socket connected to one server.
type Datagram struct {
	Conn    net.Conn
	Timeout time.Duration // for each receive
}

// DialUDP opens a socket towards addr, a host:port.
func DialUDP(addr string, timeout time.Duration) (*Datagram, error) {
	c, err := net.Dial("udp", addr)
	if err != nil {
		return nil, err
	}
	return &Datagram{Conn: c, Timeout: timeout}, nil
}

// Close closes the socket.
func (d *Datagram) Close() error { return d.Conn.Close() }

// Send sends b as one datagram.
func (d *Datagram) Send(b []byte) error {
	_, err := d.Conn.Write(b)
	return err
}

// Next returns the next datagram.
func (d *Datagram) Next() ([]byte, error) {
	d.Conn.SetReadDeadline(time.Now().Add(d.Timeout))
	b := make([]byte, 64<<10)
	n, err := d.Conn.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, fmt.Errorf("%w (%v)", ErrTimeout, d.Timeout)
	}
	return b[:n], err
}
