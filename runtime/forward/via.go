package forward

import (
	"net"
	"strconv"
	"strings"

	"olelo/runtime/avp"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// sentBy is the host and port of a new Via: the script's, from an XAVP or set for
// all, or what the socket advertises, or the socket's. 0 leaves the port out.
func (f *Forwarder) sentBy(c *registry.Ctx, s *transport.Socket) (host string, port int) {
	host, port = s.IP, int(s.Addr.Port())
	if port == 5060 && s.Proto != transport.TLS {
		port = 0
	}
	if s.Advertise != "" {
		h, p, err := net.SplitHostPort(s.Advertise)
		n, _ := strconv.Atoi(p)
		if err != nil {
			h, n = s.Advertise, int(s.Addr.Port())
		}
		host, port = strings.Trim(h, "[]"), n
	}
	if c.State.AdvertisedHost != "" {
		host = c.State.AdvertisedHost
	}
	if c.State.AdvertisedPort != 0 {
		port = c.State.AdvertisedPort
	}
	if c.State.Via.Fields && f.ViaFields != "" {
		x := &c.State.XAVP
		node := x.Get(avp.Root, f.ViaFields, 0)
		if v := field(x, node, "address"); v.IsStr() && v.S != "" {
			host = v.S
		}
		if v := field(x, node, "port"); v.IsStr() {
			if n, err := strconv.ParseUint(v.S, 10, 16); err == nil {
				port = int(n)
			}
		} else if v.IsInt() && v.I >= 0 && v.I <= 65535 {
			port = int(v.I)
		}
	}
	return host, port
}

// viaParams are the parameters of a new Via that the message's routes asked for:
// srvid, and the fields of an XAVP, the newest first. A field with an empty text
// has no value; a list of fields has no text and is left out.
func (f *Forwarder) viaParams(c *registry.Ctx) string {
	want := c.State.Via
	if !want.ServerID && !want.Params {
		return ""
	}
	var b strings.Builder
	if want.ServerID && f.ServerID != 0 {
		b.WriteString(";srvid=")
		b.WriteString(strconv.Itoa(f.ServerID))
	}
	x := &c.State.XAVP
	if !want.Params || f.ViaParams == "" {
		return b.String()
	}
	node := x.Get(avp.Root, f.ViaParams, 0)
	if node == 0 || !x.IsList(node) {
		return b.String()
	}
	for n := x.First(node); n != 0; n = x.Next(n) {
		if x.IsList(n) {
			continue
		}
		b.WriteByte(';')
		b.WriteString(x.Name(n))
		switch v := x.Value(n); {
		case v.IsStr() && v.S != "":
			b.WriteByte('=')
			b.WriteString(v.S)
		case v.IsInt():
			b.WriteByte('=')
			b.WriteString(strconv.FormatInt(v.I, 10))
		}
	}
	return b.String()
}

// field is the newest value called name in an XAVP's list, $null where there is
// none.
func field(x *avp.XList, list avp.Node, name string) (v value.Value) {
	if list == 0 || !x.IsList(list) {
		v.SetNull()
		return v
	}
	if n := x.Get(list, name, 0); n != 0 && !x.IsList(n) {
		return x.Value(n)
	}
	v.SetNull()
	return v
}
