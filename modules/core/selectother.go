package core

import (
	"slices"
	"strings"
	"time"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// credentialParts are the parameters of credentials that are selects.
var credentialParts = []string{"username", "realm", "nonce", "uri", "cnonce", "nc", "response", "opaque", "algorithm", "qop"}

// credentialsSelect is @authorization[REALM] or @proxy_authorization[REALM], the
// header with the credentials of a realm, and its parts; nil where there is no
// such part.
func credentialsSelect(name string, steps []step) selector {
	if len(steps) == 0 || steps[0].has {
		return nil
	}
	realm, part, key := steps[0].name, join(steps[1:]), sip.HeaderKey(name)
	param, half, _ := strings.Cut(part, ".")
	switch {
	case len(steps) > 1 && !slices.Contains(credentialParts, param):
		return nil
	case half != "" && (param != "username" || half != "user" && half != "domain"):
		return nil
	}
	return func(c *registry.Ctx) (string, bool) {
		for i := 0; ; i++ {
			h, ok := c.Msg.HeaderByKey(&key, i)
			if !ok {
				return "", false
			}
			if v, _ := credential(h.Body, "realm"); v != realm {
				continue
			}
			if part == "" {
				return h.Body, true
			}
			v, ok := credential(h.Body, param)
			user, domain, _ := strings.Cut(v, "@")
			switch half {
			case "user":
				v = user
			case "domain":
				v = domain
			}
			return v, ok
		}
	}
}

// credential is a parameter of Digest credentials (RFC 8760), without its quotes.
func credential(body, name string) (val string, ok bool) {
	_, rest, _ := strings.Cut(body, " ")
	for one := ""; rest != ""; {
		one, rest = sip.NextValue(rest)
		if k, v, _ := strings.Cut(one, "="); strings.EqualFold(strings.TrimSpace(k), name) {
			return strings.Trim(strings.TrimSpace(v), `"`), true
		}
	}
	return "", false
}

// sysSelect is @sys.now and its forms; nil where there is none of that name.
func (m *Module) sysSelect(part string) selector {
	form, zone, _ := strings.Cut(part, ".")
	if form != "now" {
		return nil
	}
	in := map[string]*time.Location{"utc": time.UTC, "gmt": time.UTC, "local": time.Local}[zone]
	if in == nil && zone != "" {
		return nil
	}
	return has(func(c *registry.Ctx) string {
		now := m.host.Clock().Now()
		if in == nil {
			return c.Arena.Int(now.Unix())
		}
		return registry.View(now.In(in).AppendFormat(c.Arena.Alloc(len(time.ANSIC))[:0], time.ANSIC))
	})
}
