//go:build !race

package transport

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls for each message. Their sockets do not block, so the runtime is not
// told of them: it takes each for one that may, and wakes its monitor from the
// sleep of an idle server to look after the thread. The monitor then asks every
// 20 us whether there is something to do, a sixth of the CPU of SIP over UDP.

func readNow(fd uintptr, b []byte) (int, error) {
	return now(unix.SYS_READ, fd, unsafe.Pointer(unsafe.SliceData(b)), len(b), 0)
}

func writeNow(fd uintptr, b []byte) (int, error) {
	return now(unix.SYS_WRITE, fd, unsafe.Pointer(unsafe.SliceData(b)), len(b), 0)
}

// peekNow receives what is first in b, and leaves it there.
func peekNow(fd uintptr, b []byte) (int, error) {
	return now(unix.SYS_RECVFROM, fd, unsafe.Pointer(unsafe.SliceData(b)), len(b), unix.MSG_PEEK|unix.MSG_DONTWAIT)
}

func now(trap, fd uintptr, p unsafe.Pointer, n int, flags uintptr) (int, error) {
	done, _, errno := unix.RawSyscall6(trap, fd, uintptr(p), uintptr(n), flags, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(done), nil
}
