package server

import (
	"bytes"
	"net/netip"
	"os"
	"strings"
)

// listening reports whether a socket is bound to addr: for tcp one that
// accepts, for udp any. It reads the kernel's tables, so the server under test
// sees nothing of it.
func listening(network string, addr netip.AddrPort) bool {
	key, none := entry(addr), "00000000:0000"
	state := "0A" // TCP_LISTEN
	if network == "udp" {
		state = "07" // TCP_CLOSE: how an unconnected UDP socket is shown
	}
	if addr.Addr().Is6() {
		network, none = network+"6", strings.Repeat("0", 32)+":0000"
	}
	table, err := os.ReadFile("/proc/self/net/" + network)
	if err != nil {
		return false
	}
	return bytes.Contains(table, []byte(" "+key+" "+none+" "+state+" "))
}
