package pv

import (
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// escapes are the bytes that Kamailio 6 has names for, by its manual.
func escapes() []registry.PV {
	var all []registry.PV
	for _, x := range []struct{ name, text, doc string }{
		{"Eb", `\`, "A backslash."},
		{"En", "\n", "A line feed."},
		{"Er", "\r", "A carriage return."},
		{"Et", "\t", "A tab."},
		{"Es", " ", "A space."},
		{"Ec", ",", "A comma."},
		{"Eq", `"`, "A double quote."},
		{"Ek", "'", "A single quote."},
		{"Ei", ":", "A colon."},
		{"Ej", ";", "A semicolon."},
		{"Ev", "`", "A back tick."},
	} {
		all = append(all, registry.GetPV(x.name, func(_ *registry.Ctx, v *value.Value) { v.SetStr(x.text) }, x.doc))
	}
	return all
}
