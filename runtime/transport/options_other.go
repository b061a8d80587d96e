//go:build !linux

package transport

import (
	"errors"
	"syscall"
)

// control sets the options of a socket before it is bound. Outside of Linux a
// socket keeps the system's type of service and path MTU discovery.
func (c *Config) control(string, string, syscall.RawConn) error {
	switch {
	case c.FreeBind:
		return errors.New("ip_free_bind needs Linux")
	case c.ReusePort:
		return errors.New("tcp_reuse_port needs Linux")
	}
	return nil
}
