package msrp

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"olelo/runtime/msrp"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// key is one $msrp(key).
type key struct {
	name string
	doc  string
	get  func(c *registry.Ctx, f *msrp.Frame, v *value.Value)
}

// keys is every $msrp(key), in the order of the documentation.
var keys = [...]key{
	{"buf", "the whole frame", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { v.SetStr(f.Raw()) }},
	{"body", "the body with its last CRLF, $null without one", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { opt(v)(f.Body()) }},
	{"code", "a response's code, as a number", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) {
		if f.IsReply() {
			n, _ := strconv.Atoi(f.Code()) // three digits
			v.SetInt(int64(n))
		}
	}},
	{"hdrs", "the header lines, without first line and end line", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { v.SetStr(f.Headers()) }},
	{"msgid", "the Message-ID", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { opt(v)(f.MessageID()) }},
	{"method", "a request's method", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { opt(v)(f.Method(), f.IsRequest()) }},
	{"buflen", "length of the frame in bytes", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { v.SetInt(int64(len(f.Raw()))) }},
	{"sessid", "session id of the first To-Path URI", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { opt(v)(f.SessionID()) }},
	{"reason", "a response's text", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { opt(v)(f.Reason(), f.IsReply()) }},
	{"crthop", "the first To-Path URI: this server", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { v.SetStr(f.CurrentHop()) }},
	{"bodylen", "length of the body in bytes", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) {
		b, _ := f.Body()
		v.SetInt(int64(len(b)))
	}},
	{"transid", "the transaction id", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { v.SetStr(f.TransID()) }},
	{"prevhop", "the first From-Path URI", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { v.SetStr(f.PrevHop()) }},
	{"nexthop", "the second To-Path URI", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { opt(v)(f.NextHop()) }},
	{"lasthop", "the last To-Path URI", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { v.SetStr(f.LastHop()) }},
	{"srcaddr", "where the frame came from, as an MSRP URI", srcAddr},
	{"srcsock", "the socket it came in on, proto:ip:port", func(c *registry.Ctx, _ *msrp.Frame, v *value.Value) {
		if c.Recv != nil && c.Recv.Socket != nil {
			v.SetStr(c.Recv.Socket.Text)
		}
	}},
	{"firsthop", "the last From-Path URI: the frame's origin", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { v.SetStr(f.FirstHop()) }},
	{"prevhops", "number of From-Path URIs", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { v.SetInt(int64(len(f.FromPath()))) }},
	{"nexthops", "number of To-Path URIs after the first", func(_ *registry.Ctx, f *msrp.Frame, v *value.Value) { v.SetInt(int64(len(f.ToPath()) - 1)) }},
	{"conid", "number of the connection", func(c *registry.Ctx, _ *msrp.Frame, v *value.Value) {
		if c.Recv != nil && c.Recv.Conn != nil {
			v.SetInt(int64(c.Recv.Conn.ID()))
		}
	}},
}

// ofWhole are the keys whose values are known once the frame is whole.
var ofWhole = []string{"buf", "body", "buflen", "bodylen"}

// opt sets v where there is a value.
func opt(v *value.Value) func(string, bool) {
	return func(s string, ok bool) {
		if ok {
			v.SetStr(s)
		}
	}
}

func (m *Module) variable() registry.PV {
	doc := "Parts of the MSRP frame being routed, $null outside event_route[msrp:frame-in]:"
	for _, k := range keys {
		doc += "\n- " + k.name + ": " + k.doc
	}
	return registry.PV{Name: "msrp", Doc: doc, Bind: func(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
		if !r.HasInner || r.Inner == "" {
			return registry.Var{}, fmt.Errorf("$msrp needs a key: one of %s", keyNames())
		}
		if r.Index.Kind != registry.IndexNone {
			return registry.Var{}, fmt.Errorf("$msrp(%s) takes no index", r.Inner)
		}
		for _, k := range keys {
			if k.name == r.Inner {
				get := k.get
				if slices.Contains(ofWhole, k.name) {
					fx.WholeFrame("$msrp(" + k.name + ")")
				}
				return registry.Var{
					Get: func(c *registry.Ctx, v *value.Value) {
						v.SetNull()
						if c.Frame != nil {
							get(c, c.Frame, v)
						}
					},
					NoSet: "Kamailio accepts assignments to $msrp and ignores them",
				}, nil
			}
		}
		return registry.Var{}, fmt.Errorf("$msrp(%s): unknown key; the keys are %s", r.Inner, keyNames())
	}}
}

func keyNames() string {
	var s []string
	for _, k := range keys {
		s = append(s, k.name)
	}
	return strings.Join(s, " ")
}

// srcAddr is "msrp://1.2.3.4:5", "msrps://[::1]:5".
func srcAddr(c *registry.Ctx, _ *msrp.Frame, v *value.Value) {
	if c.Recv == nil {
		return
	}
	var b [len("msrps://") + len("[1111:2222:3333:4444:5555:6666:255.255.255.255]:65535")]byte
	v.SetStr(c.Arena.String(appendAddr(b[:0], c.Recv.Proto, c.Recv.Src)))
}

func appendAddr(dst []byte, p transport.Proto, a netip.AddrPort) []byte {
	dst = append(dst, "msrp"...)
	if p == transport.TLS {
		dst = append(dst, 's')
	}
	dst = append(dst, "://"...)
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port()).AppendTo(dst)
}
