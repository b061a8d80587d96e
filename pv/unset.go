package pv

import (
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// unset are the variables that only what olelo's 5.6 dialect never reaches sets:
// an error route, which its grammar does not have, and a location record, which
// a registrar finds. $null is their value in Kamailio elsewhere.
func unset() []registry.PV {
	null := func(_ *registry.Ctx, v *value.Value) { v.SetNull() }
	var all []registry.PV
	for _, x := range []struct{ name, doc string }{
		{"err.class", "The class of the error that an error route handles; there is none."},
		{"err.level", "The level of that error."},
		{"err.info", "The text of that error."},
		{"err.rcode", "The reply code for that error."},
		{"err.rreason", "The reply reason for that error."},
		{"ruid", "The id of the location record that the request URI comes from; $null where it comes from none."},
		{"location_ua", "The User-Agent of that location record."},
	} {
		all = append(all, registry.GetPV(x.name, null, x.doc))
	}
	return all
}
