package server

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
)

// CloseArrived reports whether the close of a TCP connection by its end local
// has reached the other end's kernel. It reads the kernel's tables.
func CloseArrived(local, peer netip.AddrPort) bool {
	table, err := os.ReadFile("/proc/self/net/tcp")
	if err != nil {
		return true
	}
	key := fmt.Sprintf(" %s %s ", entry(local), entry(peer))
	for _, state := range []string{"01 ", "04 "} { // TCP_ESTABLISHED, TCP_FIN_WAIT1
		if bytes.Contains(table, []byte(key+state)) {
			return false
		}
	}
	return true
}

func entry(a netip.AddrPort) string {
	ip := a.Addr().As4()
	return fmt.Sprintf("%02X%02X%02X%02X:%04X", ip[3], ip[2], ip[1], ip[0], a.Port())
}
