//go:build !race

package transport

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls for each message. Their sockets do not block, so the runtime is not
// told of them: it takes each for one that may, and wakes its monitor from the
// sleep of an idle server to look after the thread. The monitor then asks every
// 20 us whether there is something to do, a sixth of the CPU of SIP over UDP.

// pulseTick is how often the monitor wakes all the same. It takes the processor from
// a script that computes on and on; where all processors do so, other messages would
// wait for up to a second, until the sweep's timer. It costs 0.1 % of a processor.
const pulseTick = 200 * time.Millisecond

func (t *Transport) pulse() {
	tick := time.NewTicker(pulseTick)
	defer tick.Stop()
	for {
		select {
		case <-tick.C: // the monitor sleeps no longer than to the next timer
		case <-t.stop:
			return
		}
	}
}

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
