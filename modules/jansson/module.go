// Package jansson is Kamailio's module jansson: it reads and changes JSON texts.
package jansson

import (
	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "jansson"

// Module is the module's instance.
type Module struct{}

var _ registry.Module = Module{}

// New returns the module.
func New() registry.Module { return Module{} }

// Exports lists what the module offers.
func (Module) Exports() registry.Exports {
	path, src, dst := registry.Text("path"), registry.Text("json"), registry.OutP("result")
	typ, val := registry.Text("type"), registry.Text("value")
	const paths = " A path is made of names and indices: a.b[0].c; the empty one is the whole."
	const readOnly = "refuses a read-only result at the start; Kamailio starts, and dies once there is something to assign"
	return registry.Exports{
		Doc: "Reads and changes JSON texts.",
		Funcs: []registry.Func{
			registry.Fn3("jansson_get", path, src, dst, registry.Any, func(c *registry.Ctx, path, src string, dst *registry.Var) int {
				return get(c, "jansson_get", path, src, dst)
			}, "Assigns the value at a path: a text, a number (true is 1, false 0, one past 32 bits or with a fraction a text), $null, or the JSON text of an object or array. False, and nothing is assigned, where it is missing."+paths),
			registry.Fn3("jansson_pv_get", path, registry.VarP("variable"), dst, registry.Any, pvGet,
				"The same of the text in a variable."),
			registry.Fn3("jansson_get_field", src, path, dst, registry.Any, func(c *registry.Ctx, src, path string, dst *registry.Var) int {
				return get(c, "jansson_get_field", path, src, dst)
			}, "The same as jansson_get, with the parameters in another order."),
			registry.Fn3("jansson_array_size", path, src, dst, registry.Any, arraySize, "Assigns the number of items of the array at a path."),
			registry.Fn4("jansson_set", typ, path, val, dst, registry.Any, func(c *registry.Ctx, typ, path, val string, dst *registry.Var) int {
				return set(c, "jansson_set", typ, path, val, dst, replaceAt)
			}, "Puts a value of a type (integer or int, real, string or str, object or obj, array, true, false, null) at a path into the JSON text of a variable. Objects on the way are made where they are missing; a variable without a text begins as an empty object."),
			registry.Fn4("jansson_append", typ, path, val, dst, registry.Any, func(c *registry.Ctx, typ, path, val string, dst *registry.Var) int {
				return set(c, "jansson_append", typ, path, val, dst, appendAt)
			}, "The same, appended to the array at the path; an object's members are put into the object there. At an index it replaces the item."),
			registry.Fn2("jansson_xdecode", src, registry.Text("xavp"), registry.Any, xdecode,
				"Makes an XAVP of each object of an array, or of the one object, with its members as fields. Objects and arrays in it become their JSON text."),
			registry.Fn2("jansson_xencode", registry.Text("xavp"), dst, registry.Any, xencode,
				"Assigns the JSON text of an XAVP's fields, the newest first."),
		},
		Differs: []registry.Difference{
			{Of: "jansson_get()", How: readOnly},
			{Of: "jansson_get_field()", How: readOnly},
			{Of: "jansson_array_size()", How: readOnly},
			{Of: "jansson_set()", How: readOnly},
			{Of: "jansson_append()", How: readOnly},
		},
	}
}
