package corex

import (
	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
)

// viaFuncs say what the own Via has beside the usual.
func viaFuncs() []registry.Func {
	set := func(fn string, what func(*msgstate.ViaExtras) *bool, doc string) registry.Func {
		return registry.Fn1(fn, registry.IntP("on"), registry.Any, func(c *registry.Ctx, on int) int {
			*what(&c.State.Via) = on != 0
			return 1
		}, doc+"; 0 leaves it as it is.")
	}
	return []registry.Func{
		set("via_add_srvid", func(v *msgstate.ViaExtras) *bool { return &v.ServerID }, "Puts srvid with the server_id, where that is not 0, into the own Via of the request sent on"),
		set("via_add_xavp_params", func(v *msgstate.ViaExtras) *bool { return &v.Params }, "Puts the fields of the XAVP that xavp_via_params names into the own Via of the request sent on, as parameters, the newest first"),
		set("via_use_xavp_fields", func(v *msgstate.ViaExtras) *bool { return &v.Fields }, "Takes the address and port of the own Via from the fields of these names in the XAVP that xavp_via_fields names"),
	}
}
