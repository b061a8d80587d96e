package server

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
)

// listening reports whether a socket is bound to addr: for tcp one that
// accepts, for udp any. It reads the kernel's tables, so the server under test
// sees nothing of it.
func listening(network string, addr netip.AddrPort) bool {
	table, err := os.ReadFile("/proc/self/net/" + network)
	if err != nil {
		return false
	}
	a := addr.Addr().As4()
	state := "0A" // TCP_LISTEN
	if network == "udp" {
		state = "07" // TCP_CLOSE: how an unconnected UDP socket is shown
	}
	key := fmt.Sprintf(" %02X%02X%02X%02X:%04X 00000000:0000 %s ", a[3], a[2], a[1], a[0], addr.Port(), state)
	return bytes.Contains(table, []byte(key))
}
