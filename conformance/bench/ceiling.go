package main

import (
	"io"
	"net"
	"sync"
)

// ceilingCommand is the first argument with which this program is the ceiling:
// what a relay could do at best, as it copies bytes between two connections and
// looks at none of them. The second one is its address.
const ceilingCommand = "ceiling"

// runCeiling accepts connections until its process is ended. A connection begins
// with a line; two with the same one are connected.
func runCeiling(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	waiting := map[string]net.Conn{}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			name, err := pairName(c)
			if err != nil {
				c.Close()
				return
			}
			mu.Lock()
			other := waiting[name]
			if other == nil {
				waiting[name] = c
			} else {
				delete(waiting, name)
			}
			mu.Unlock()
			if other != nil {
				go copyBytes(c, other)
				copyBytes(other, c)
			}
		}()
	}
}

// pairName reads the first line, and no byte more.
func pairName(c net.Conn) (string, error) {
	var line []byte
	for one := make([]byte, 1); ; line = append(line, one[0]) {
		if _, err := io.ReadFull(c, one); err != nil {
			return "", err
		}
		if one[0] == '\n' {
			return string(line), nil
		}
	}
}

// copyBytes copies through a buffer, as a relay that could look at the bytes
// would, not by splice.
func copyBytes(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
