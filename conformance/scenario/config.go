package scenario

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"olelo/conformance/peer"
	"olelo/conformance/server"
)

// Config is a server configuration that cases share: cases with the same
// *Config run against one instance of each server.
type Config struct {
	Name string

	// Text is kamailio.cfg. Its listen lines name 127.0.0.1 with any port;
	// each different port is replaced by a free one, and no other byte changes.
	// "{dir}" stands for the instance's folder.
	Text string

	// Kamailio turns Text into what Kamailio can load; nil leaves it as it is.
	Kamailio func(text string) string

	Files map[string]string // beside kamailio.cfg, by relative path
	Args  []string          // further arguments
	Env   []string          // further KEY=VALUE lines
}

var listenProto = regexp.MustCompile(`(?m)^listen\s*=\s*"?((?:udp|tcp|tls):)?127\.0\.0\.1:(\d+)`)

// prepare returns the options to start c with, and the variables for its
// sockets: addr and port are the first listen line's, tls and tlsport those of
// the first tls line, and addrN and portN those of the N-th line.
func (c *Config) prepare(kind server.Kind, ports *server.Ports) (server.Options, peer.Vars, error) {
	text := c.Text
	if kind == server.Kamailio && c.Kamailio != nil {
		text = c.Kamailio(text)
	}
	var failed error
	fresh := map[string]string{}
	text, err := server.Relisten(text, func(old string) string {
		if fresh[old] == "" {
			n, err := ports.Take()
			if err != nil {
				failed = err
			}
			fresh[old] = strconv.Itoa(n)
		}
		return fresh[old]
	})
	if err != nil {
		return server.Options{}, nil, err
	}
	if failed != nil {
		return server.Options{}, nil, failed
	}
	vars := peer.Vars{}
	o := server.Options{Config: text, Files: c.Files, Args: c.Args, Env: c.Env}
	for i, m := range listenProto.FindAllStringSubmatch(text, -1) {
		proto, port := strings.TrimSuffix(m[1], ":"), m[2]
		addr, err := netip.ParseAddrPort("127.0.0.1:" + port)
		if err != nil {
			return server.Options{}, nil, err
		}
		if proto != "tcp" && proto != "tls" {
			o.Ready = append(o.Ready, server.Endpoint{Network: "udp", Addr: addr})
		}
		if proto != "udp" && !strings.Contains(text, "disable_tcp=yes") {
			o.Ready = append(o.Ready, server.Endpoint{Network: "tcp", Addr: addr})
		}
		set := func(a, p string) {
			if vars[a] == "" {
				vars[a], vars[p] = addr.String(), port
			}
		}
		if proto == "tls" {
			set("tls", "tlsport")
		} else {
			set("addr", "port")
		}
		set(fmt.Sprintf("addr%d", i+1), fmt.Sprintf("port%d", i+1))
	}
	return o, vars, nil
}
