package rpc

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Endpoint is where a control protocol is spoken.
type Endpoint struct {
	Net  string // "unix" (stream), "unixgram", "tcp", "udp", "fifo"
	Addr string // a path, or host:port; the host "" is every local address
}

// Protocol is Kamailio's name for the endpoint's transport, as ctl.listen has
// it.
func (e Endpoint) Protocol() string {
	switch e.Net {
	case "unix":
		return "unix_stream"
	case "unixgram":
		return "unix_dgram"
	}
	return e.Net
}

// String is the endpoint as it is written in a configuration.
func (e Endpoint) String() string {
	switch e.Net {
	case "unix":
		return "unixs:" + e.Addr
	case "unixgram":
		return "unixd:" + e.Addr
	}
	return e.Net + ":" + e.Addr
}

// ctlPort is the port of a TCP or UDP address without one.
const ctlPort = "2049"

// maxUnixPath is the longest path of a Unix socket, in bytes.
const maxUnixPath = 107

// ParseEndpoint reads [proto:]address, proto being unix, unixs, unixd, tcp, udp
// or fifo: Kamailio ctl manual, parameter binrpc. Without one, a text with a
// slash is a path, for which path names the protocol ("unixs", "fifo"), and
// any other is udp. A host may be * or missing, the port is 2049 where it is
// missing, 0 for one that is free, and IPv6 addresses stand in brackets.
func ParseEndpoint(text, path string) (Endpoint, error) {
	proto, addr, ok := strings.Cut(text, ":")
	if ok {
		switch proto {
		case "unix", "unixs", "unixd", "fifo":
			return pathEndpoint(proto, addr)
		case "tcp", "udp":
			return hostEndpoint(proto, addr)
		}
	}
	if strings.Contains(text, "/") {
		return pathEndpoint(path, text)
	}
	if ok && !isPort(addr) && !strings.HasPrefix(text, "[") {
		return Endpoint{}, fmt.Errorf("%q is no address: it starts with unix:, unixs:, unixd:, fifo:, tcp: or udp:, or it is a path or host:port", text)
	}
	return hostEndpoint("udp", text)
}

func pathEndpoint(proto, path string) (Endpoint, error) {
	e := Endpoint{Net: map[string]string{"unixd": "unixgram", "fifo": "fifo"}[proto], Addr: path}
	if e.Net == "" {
		e.Net = "unix"
	}
	switch {
	case path == "":
		return e, fmt.Errorf("%q has no path", e.String())
	case strings.ContainsRune(path, 0):
		return e, fmt.Errorf("the path %q has a NUL in it", path)
	case e.Net != "fifo" && len(path) > maxUnixPath:
		return e, fmt.Errorf("the path %q has %d bytes: a Unix socket's has at most %d", path, len(path), maxUnixPath)
	}
	return e, nil
}

func hostEndpoint(proto, addr string) (Endpoint, error) {
	host, port, err := net.SplitHostPort(addr)
	switch {
	case err == nil:
	case isPort(addr):
		host, port = "", addr
	default:
		host, port = strings.TrimSuffix(strings.TrimPrefix(addr, "["), "]"), ctlPort
		if host == "" || strings.ContainsAny(host, "[]") || strings.Contains(host, ":") && net.ParseIP(host) == nil {
			return Endpoint{}, fmt.Errorf("%q is no host:port", addr)
		}
	}
	if host == "*" {
		host = ""
	}
	if !isPort(port) {
		return Endpoint{}, fmt.Errorf("%q is no port: 0 to 65535 is", port)
	}
	return Endpoint{Net: proto, Addr: net.JoinHostPort(host, port)}, nil
}

// isPort reports whether s is a port's number.
func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}
