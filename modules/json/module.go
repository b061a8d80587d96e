// Package json is Kamailio's module json: values out of JSON texts.
//
// Kamailio reads them with json-c, which is lenient: single quotes, comments,
// commas behind the last item, and whatever follows the text are taken.
package json

import (
	"errors"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// name is the module's name, as it stands before its log lines.
const name = "json"

// Module is the module's instance.
type Module struct{}

var _ registry.Module = Module{}

// New returns the module.
func New() registry.Module { return Module{} }

// Exports lists what the module offers.
func (Module) Exports() registry.Exports {
	src, field, result := registry.Text("json"), registry.Text("field"), registry.OutP("result")
	get := func(fn, doc string, quoted bool) registry.Func {
		return registry.Fn3(fn, src, field, result, registry.Any, func(c *registry.Ctx, src, field string, result *registry.Var) int {
			return getField(c, fn, src, field, result, quoted)
		}, doc)
	}
	return registry.Exports{
		Doc: "Values out of JSON texts, which may have comments, single quotes and commas too many.",
		Funcs: []registry.Func{
			get("json_get_field", "Assigns the JSON text of a member of an object; false, and nothing is assigned, where it is missing or null.", true),
			get("json_get_string", "The same, a string without its quotes and escapes, up to a NUL in it.", false),
		},
		Params: []registry.Param{
			registry.Str("json_escape_char", new(string), "Is taken and has no effect, as in Kamailio 5.6.3: in a path, % stands for a dot in a name."),
		},
		Trans: []registry.Trans{{
			Class: "json", Doc: "Of a JSON text.",
			Keys: []registry.TransKey{{
				Key:  "parse",
				Doc:  "The value at a path of names and indices, a.b[0]: a string as it is, else its JSON text; the empty text where there is none. % stands for a dot in a name.",
				Bind: bindParse,
			}},
		}},
		Differs: []registry.Difference{
			{Of: "{json.parse}", How: "of a path with an empty name (a..b) is the empty text; Kamailio dies"},
		},
	}
}

// load parses src; an error is logged.
func load(c *registry.Ctx, fn, src string) *node {
	n, err := parse(src)
	if err != nil {
		c.Log.Errorf(name, "%s: %.100q is no JSON text: %v", fn, src, err)
	}
	return n
}

func getField(c *registry.Ctx, fn, src, field string, result *registry.Var, quoted bool) int {
	n := load(c, fn, src).member(field)
	if n == nil || n.kind == null {
		return -1
	}
	s := n.text
	if quoted || n.kind != text {
		s = string(n.append(nil))
	} else if i := strings.IndexByte(s, 0); i >= 0 {
		s = s[:i]
	}
	vals := c.Borrow(1)
	defer c.Return(vals)
	vals[0] = value.OfStr(s)
	return registry.Truth(result.Set(c, &vals[0]))
}

func bindParse(fx registry.Fixup, args string, has bool) (registry.TransFunc, error) {
	path := strings.TrimLeft(args, " \t")
	var get registry.Getter
	switch {
	case !has || path == "":
		return nil, errors.New("{json.parse} wants a path")
	case path[0] == '$' && len(path) > 1:
		v, err := fx.Var(path)
		if err != nil {
			return nil, err
		}
		get = v.Get
	case strings.Contains(path, ","):
		return nil, errors.New("{json.parse} takes one path, without a comma")
	}
	return func(c *registry.Ctx, v *value.Value) {
		if v.IsNull() {
			v.SetVoid()
			return
		}
		src := v.S
		if !v.IsStr() {
			src = c.Arena.Int(v.I)
		}
		path := path
		if get != nil {
			p := c.Eval(get)
			path = p.S
		}
		n := load(c, "{json.parse}", src).at(path)
		switch {
		case n == nil || n.kind == null:
			v.SetStr("")
		case n.kind == text:
			v.SetStr(n.text)
		default:
			v.SetStr(string(n.append(nil)))
		}
	}, nil
}
