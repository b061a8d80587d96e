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
			var k sip.Credentials
			if digest, err := k.Parse(h.Body); !digest || err != nil || k.Realm != realm {
				continue
			}
			if part == "" {
				return h.Body, true
			}
			v, ok := k.Param(param)
			user, domain := k.User()
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
