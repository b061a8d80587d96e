package sdpops

import (
	"fmt"
	"math"
	"strconv"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

func vars() []registry.PV {
	return []registry.PV{{
		Name: "sdp", Access: registry.ReadWrite,
		Doc: "$sdp(body) is the SDP; $sdp(sess_version) the sess-version of its o= line, a number, which can be assigned: -1 counts it up.",
		Bind: func(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
			if r.Index.Kind != registry.IndexNone {
				return registry.Var{}, fmt.Errorf("$sdp takes no index")
			}
			switch r.Inner {
			case "body":
				return registry.Var{Get: getBody, Set: refuse}, nil
			case "sess_version":
				return registry.Var{Get: getVersion, Set: setVersion}, nil
			}
			return registry.Var{}, fmt.Errorf("$sdp(%s) is not known: body and sess_version are", r.Inner)
		},
	}}
}

func getBody(c *registry.Ctx, v *value.Value) {
	v.SetNull()
	if d, ok := read(c, "$sdp(body)"); ok {
		v.SetStr(d.Text)
	}
}

func refuse(c *registry.Ctx, _ *value.Value) bool {
	c.Log.Errorf(name, "$sdp(body) cannot be assigned: set_body changes a body")
	return false
}

func getVersion(c *registry.Ctx, v *value.Value) {
	v.SetNull()
	d, _ := read(c, "$sdp(sess_version)")
	s, _ := d.SessVersion()
	switch n, err := strconv.ParseUint(s, 10, 64); {
	case err != nil:
	case n > math.MaxInt32:
		v.SetStr(s)
	default:
		v.SetInt(int64(n))
	}
}

func setVersion(c *registry.Ctx, v *value.Value) bool {
	if !v.IsInt() {
		c.Log.Errorf(name, "$sdp(sess_version): a number is wanted")
		return false
	}
	d, _ := read(c, "$sdp(sess_version)")
	s, at := d.SessVersion()
	old, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		c.Log.Errorf(name, "$sdp(sess_version): the SDP has no sess-version that is a number")
		return false
	}
	text := strconv.FormatInt(v.I, 10)
	if v.I == -1 {
		text = strconv.FormatUint(old+1, 10)
	}
	c.Msg.Edit(at, len(s), text)
	return true
}
