package corex

import (
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

// addSubdomains reads [proto:]domain[:port].
func (m *Module) addSubdomains(v registry.ParamValue) error {
	a := registry.Alias{Subdomains: true}
	parts := strings.Split(v.Str, ":")
	if p := transport.ParseProto(parts[0]); p != transport.None && len(parts) > 1 {
		a.Proto, parts = p, parts[1:]
	}
	if len(parts) == 2 {
		n, err := strconv.ParseUint(parts[1], 10, 16)
		if err != nil {
			return fmt.Errorf("%q is not a port", parts[1])
		}
		a.Port = int(n)
	}
	if a.Host = parts[0]; a.Host == "" || len(parts) > 2 {
		return fmt.Errorf("%q is not [udp:|tcp:|tls:]DOMAIN[:PORT]", v.Str)
	}
	m.own = append(m.own, a)
	return nil
}
