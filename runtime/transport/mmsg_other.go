//go:build !linux

package transport

import (
	"net/netip"
	"syscall"
)

// maxBatch is 1: there is no recvmmsg, and so nothing to collect for a sendmmsg.
const maxBatch = 1

type datagrams struct {
	buf  []byte
	n    int
	from netip.AddrPort
}

func (d *datagrams) init() {}

func (d *datagrams) hold(_ int, b []byte) { d.buf = b }

func (d *datagrams) receive(fd uintptr, _ int) (got int, errno syscall.Errno) {
	n, from, err := syscall.Recvfrom(int(fd), d.buf, 0)
	if err != nil {
		errno, _ = err.(syscall.Errno)
		return 0, errno
	}
	switch a := from.(type) {
	case *syscall.SockaddrInet4:
		d.from = netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *syscall.SockaddrInet6:
		d.from = netip.AddrPortFrom(netip.AddrFrom16(a.Addr).Unmap(), uint16(a.Port))
	}
	d.n = n
	return 1, 0
}

func (d *datagrams) received(_ int, buf []byte) (b []byte, src netip.AddrPort) {
	return buf[:d.n:d.n], d.from
}

func (d *datagrams) address(int, netip.AddrPort) {}

func (d *datagrams) send(uintptr, int, int) (sent int, errno syscall.Errno) { return 0, syscall.ENOSYS }
