package transport

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// control sets the options of a socket before it is bound.
func (c *Config) control(network, _ string, rc syscall.RawConn) error {
	var err error
	six := strings.HasSuffix(network, "6")
	failed := rc.Control(func(fd uintptr) {
		set := func(level, option, value int) {
			if err == nil {
				err = unix.SetsockoptInt(int(fd), level, option, value)
			}
		}
		if strings.HasPrefix(network, "udp") {
			// This one on both families, as Kamailio sets it.
			how := unix.IP_PMTUDISC_DONT
			if c.PathMTU {
				how = unix.IP_PMTUDISC_DO
			}
			set(unix.SOL_IP, unix.IP_MTU_DISCOVER, how)
		}
		if c.ReusePort && strings.HasPrefix(network, "tcp") {
			set(unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		}
		if six {
			set(unix.SOL_IPV6, unix.IPV6_TCLASS, c.TOS)
		} else {
			set(unix.SOL_IP, unix.IP_TOS, c.TOS)
		}
		if c.FreeBind && six {
			set(unix.SOL_IPV6, unix.IPV6_FREEBIND, 1)
		} else if c.FreeBind {
			set(unix.SOL_IP, unix.IP_FREEBIND, 1)
		}
	})
	if failed != nil {
		return failed
	}
	return err
}
