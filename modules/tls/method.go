package tls

import (
	"crypto/tls"
	"fmt"
	"strings"
)

// method is a range of TLS versions; the zero method is TLSv1.2+.
type method struct{ min, max uint16 }

var methods = map[string]method{
	"tlsv1": {tls.VersionTLS10, tls.VersionTLS10}, "tlsv1+": {tls.VersionTLS10, 0},
	"tlsv1.0": {tls.VersionTLS10, tls.VersionTLS10}, "tlsv1.0+": {tls.VersionTLS10, 0},
	"tlsv1.1": {tls.VersionTLS11, tls.VersionTLS11}, "tlsv1.1+": {tls.VersionTLS11, 0},
	"tlsv1.2": {tls.VersionTLS12, tls.VersionTLS12}, "tlsv1.2+": {tls.VersionTLS12, 0},
	"tlsv1.3": {tls.VersionTLS13, tls.VersionTLS13}, "tlsv1.3+": {tls.VersionTLS13, 0},
	"sslv23": {tls.VersionTLS10, 0},
}

func parseMethod(s string) (method, error) {
	switch low := strings.ToLower(s); low {
	case "sslv2", "sslv3":
		return method{}, fmt.Errorf("%s is broken and no longer run; use TLSv1.2+", s)
	default:
		m, ok := methods[low]
		if !ok {
			return m, fmt.Errorf("%q is no TLS method; TLSv1.2+ is the usual one, TLSv1+ takes the oldest phones", s)
		}
		return m, nil
	}
}

func (m method) apply(c *tls.Config) {
	if m.min == 0 {
		m.min = tls.VersionTLS12
	}
	c.MinVersion, c.MaxVersion = m.min, m.max
}
