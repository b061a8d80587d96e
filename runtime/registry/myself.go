package registry

import (
	"net/netip"
	"strconv"
	"strings"

	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// IsMyself reports whether host, port and transport are the server's own: a
// socket's, what a socket advertises, or an alias. Port 0 and transport None
// match any. An IPv6 address may have its brackets.
func IsMyself(sockets []*transport.Socket, aliases []Alias, host string, port int, proto transport.Proto) bool {
	addr, err := netip.ParseAddr(sip.Unbracket(host))
	for _, s := range sockets {
		if proto != transport.None && proto != s.Proto {
			continue
		}
		if err == nil && addr == s.Addr.Addr() && (port == 0 || port == int(s.Addr.Port())) && s.Own() {
			return true
		}
		if s.Advertise != "" && sameHost(s.Advertise, host, port) {
			return true
		}
	}
	for _, a := range aliases {
		if a.names(sip.Unbracket(host)) &&
			(port == 0 || a.Port == 0 || port == a.Port) &&
			(proto == transport.None || a.Proto == transport.None || proto == a.Proto) {
			return true
		}
	}
	return false
}

// names reports whether the alias is that host's, without brackets.
func (a *Alias) names(host string) bool {
	own := sip.Unbracket(a.Host)
	if n := len(host) - len(own); a.Subdomains && n > 0 && host[n-1] == '.' {
		host = host[n:]
	}
	return strings.EqualFold(own, host)
}

// sameHost reports whether host:port, as written, is that host and port.
func sameHost(hostPort, host string, port int) bool {
	h, p := hostPort, ""
	if i := strings.LastIndexByte(hostPort, ':'); i > strings.LastIndexByte(hostPort, ']') {
		h, p = hostPort[:i], hostPort[i+1:]
	}
	return strings.EqualFold(sip.Unbracket(h), sip.Unbracket(host)) && (port == 0 || p == "" || p == strconv.Itoa(port))
}
