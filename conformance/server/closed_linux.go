package server

import (
	"bytes"
	"encoding/binary"
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

// entry is an address as the kernel's tables have it: words of 32 bits, their
// bytes as this machine's numbers.
func entry(a netip.AddrPort) string {
	text := ""
	for ip := a.Addr().AsSlice(); len(ip) > 0; ip = ip[4:] {
		text += fmt.Sprintf("%08X", binary.NativeEndian.Uint32(ip))
	}
	return fmt.Sprintf("%s:%04X", text, a.Port())
}
