package pv

import (
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// credentials are the parts of the Digest credentials: of Proxy-Authorization
// or, without one, of Authorization (RFC 7616 section 3.4).
func credentials() []registry.PV {
	headers := [...]sip.Key{sip.HeaderKey("Proxy-Authorization"), sip.HeaderKey("Authorization")}
	// part takes the credentials by value: a pointer would put them on the heap.
	get := func(name, doc string, part func(sip.Credentials) string) registry.PV {
		return registry.GetPV(name, func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if k, ok := readCredentials(c, &headers); ok {
				v.SetStr(part(k))
			}
		}, doc)
	}
	return []registry.PV{
		get("au", "The user in the credentials' username: before an @, behind the scheme of a URI.", func(k sip.Credentials) string {
			user, _ := k.User()
			return user
		}),
		get("ad", "The domain in the credentials' username, behind the @.", func(k sip.Credentials) string {
			_, domain := k.User()
			return domain
		}),
		get("aU", "The credentials' whole username.", func(k sip.Credentials) string { return k.Username }),
		get("ar", "The credentials' realm.", func(k sip.Credentials) string { return k.Realm }),
		get("aa", "The credentials' algorithm, empty where they name none.", func(k sip.Credentials) string { return k.Algorithm }),
		get("adn", "The credentials' nonce.", func(k sip.Credentials) string { return k.Nonce }),
		get("adc", "The credentials' cnonce.", func(k sip.Credentials) string { return k.CNonce }),
		get("ado", "The credentials' opaque.", func(k sip.Credentials) string { return k.Opaque }),
		get("adr", "The credentials' response.", func(k sip.Credentials) string { return k.Response }),
		registry.GetPV("adu", func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if k, ok := readCredentials(c, &headers); ok {
				setStr(v, k.URI)
			}
		}, "The credentials' uri, over which the response is computed; $null where they have none."),
	}
}

// readCredentials reads the first header that there is.
func readCredentials(c *registry.Ctx, headers *[2]sip.Key) (k sip.Credentials, ok bool) {
	if c.Msg == nil {
		return k, false
	}
	for i := range headers {
		if h, ok := c.Msg.HeaderByKey(&headers[i], 0); ok {
			digest, err := k.Parse(h.Body)
			return k, digest && err == nil
		}
	}
	return k, false
}
