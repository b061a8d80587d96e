package sdpops

import (
	"fmt"
	"strings"

	"olelo/lang/pvar"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/sdp"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

func contentFuncs() []registry.Func {
	avp := avpP("avp")
	return []registry.Func{
		registry.Fn0("sdp_content", registry.Any, func(c *registry.Ctx) int {
			if c.Msg == nil {
				return -1
			}
			_, err := sdp.Of(c.Msg)
			return registry.Truth(err == nil)
		}, "True where the message has an SDP that can be read, and for any multipart/mixed body."),
		registry.Fn1("sdp_content", registry.Word("sloppy"), registry.Any, sloppyContent,
			"True where the Content-Type is that of an SDP, or missing, or where a multipart/mixed body names it; nothing is parsed. The argument is not looked at."),
		registry.Fn1("sdp_get", avp, registry.Any, get, "Assigns the SDP to an AVP. -2 without a body."),
		registry.Fn2("sdp_get_line_startswith", avp, registry.Text("prefix"), registry.Any, getLine,
			"Assigns to an AVP the first line of the SDP that begins with a text, without its line end. -2 without a body."),
		registry.Fn0("sdp_get_address_family", registry.Any, addressFamily, "4 or 6, by the first session's c= line; -1 where it has none."),
		registry.Fn0("sdp_with_ice", registry.Any, withICE, "True where a line of the SDP begins with a=candidate."),
		registry.Fn1("sdp_print", registry.IntP("level"), registry.Any, print, "Logs the media streams at a level."),
	}
}

// avpP is the AVP that a function assigns. Kamailio looks at the name while
// routing: one that is no AVP is no mistake at the start, and the call is false.
func avpP(param string) registry.P[*registry.Var] {
	return registry.P[*registry.Var]{
		ParamInfo: registry.ParamInfo{Name: param, Kind: "avp"},
		Bind: func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*registry.Var, bool), error) {
			ref, n, err := pvar.Parse(a.Text)
			if err == nil && n == len(a.Text) && ref.Class == "avp" {
				v, err := fx.Var(a.Text)
				return func(*registry.Ctx) (*registry.Var, bool) { return &v, true }, err
			}
			msg := fmt.Sprintf("%q is no AVP: the call will always be false", a.Text)
			fx.Warn("no-avp", msg, "write $avp(name)")
			return func(c *registry.Ctx) (*registry.Var, bool) {
				c.Log.Errorf(name, "%s", msg)
				return nil, false
			}, nil
		},
	}
}

func assign(c *registry.Ctx, v *registry.Var, s string) int {
	vals := c.Borrow(1)
	defer c.Return(vals)
	vals[0] = value.OfStr(s)
	return registry.Truth(v.Set(c, &vals[0]))
}

func sloppyContent(c *registry.Ctx, _ string) int {
	if c.Msg == nil || noBody(c) {
		return -1
	}
	switch typ := sip.MediaType(c.Msg.ContentType()); {
	case typ == "", strings.EqualFold(typ, sdp.Type):
		return 1
	case strings.EqualFold(typ, "multipart/mixed"):
		return registry.Truth(strings.Contains(c.Msg.Body(), sdp.Type))
	}
	return -1
}

func get(c *registry.Ctx, v *registry.Var) int {
	if noBody(c) {
		return -2
	}
	d, ok := read(c, "sdp_get")
	if !ok {
		return -1
	}
	return assign(c, v, d.Text)
}

func getLine(c *registry.Ctx, v *registry.Var, prefix string) int {
	switch {
	case prefix == "":
		c.Log.Errorf(name, "sdp_get_line_startswith: the text is empty: there is nothing to look for")
		return -1
	case noBody(c):
		return -2
	}
	d, ok := read(c, "sdp_get_line_startswith")
	if !ok {
		return -1
	}
	for l := range d.Lines() {
		if strings.HasPrefix(l.Text, prefix) {
			return assign(c, v, l.Bare())
		}
	}
	return -1
}

func addressFamily(c *registry.Ctx) int {
	d, _ := read(c, "sdp_get_address_family")
	if n := d.AddressFamily(); n > 0 {
		return n
	}
	return -1
}

func withICE(c *registry.Ctx) int {
	d, _ := read(c, "sdp_with_ice")
	for l := range d.Lines() {
		if strings.HasPrefix(l.Text, "a=candidate") {
			return 1
		}
	}
	return -1
}

func print(c *registry.Ctx, level int) int {
	d, _ := read(c, "sdp_print")
	l := log.Level(level)
	if !c.Log.Enabled(l) {
		return 1
	}
	n := 0
	for s := range d.Streams() {
		c.Log.Log(l, name, fmt.Sprintf("sdp_print: stream %d: %s, port %s, %s, formats%s\n", n, s.Media, s.Port, s.Transport, s.Formats))
		n++
	}
	if n == 0 {
		c.Log.Log(l, name, "sdp_print: the message has no SDP with media streams\n")
	}
	return 1
}
