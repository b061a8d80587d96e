//go:build !linux

package server

import (
	"net"
	"net/netip"
	"time"
)

// listening reports whether a socket is bound to addr. Without the kernel's
// tables it asks the socket: a TCP connect, or an empty datagram to a
// connected UDP socket, which a closed port refuses.
func listening(network string, addr netip.AddrPort) bool {
	c, err := net.DialTimeout(network, addr.String(), time.Second)
	if err != nil {
		return false
	}
	defer c.Close()
	if network != "udp" {
		return true
	}
	for range 2 {
		if _, err := c.Write(nil); err != nil {
			return false
		}
		c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		var b [1]byte
		if _, err := c.Read(b[:]); err != nil {
			if ne, ok := err.(net.Error); !ok || !ne.Timeout() {
				return false
			}
		}
	}
	return true
}
