//go:build !linux

package server

import "net/netip"

// CloseArrived reports whether the close of a TCP connection by its end local
// has reached the other end's kernel; where that cannot be seen it is assumed.
func CloseArrived(_, _ netip.AddrPort) bool { return true }
