package jansson

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"olelo/runtime/avp"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// load parses src; an error is logged.
func load(c *registry.Ctx, fn, src string) *node {
	n, err := parse(src)
	if err != nil {
		c.Log.Errorf(name, "%s: %.100q is no JSON text: %v", fn, src, err)
		return nil
	}
	return n
}

// result is a node as a value of the language.
func (n *node) result(v *value.Value) {
	switch n.kind {
	case text:
		v.SetStr(n.text)
	case integer:
		if fits(n.num) {
			v.SetInt(n.num)
		} else {
			v.SetStr(strconv.FormatInt(n.num, 10))
		}
	case real:
		v.SetStr(strconv.FormatFloat(n.real, 'g', 15, 64))
	case yes:
		v.SetInt(1)
	case no:
		v.SetInt(0)
	case null:
		v.SetNull()
	default:
		v.SetStr(string(n.append(nil, compact)))
	}
}

func assign(c *registry.Ctx, dst *registry.Var, v value.Value) int {
	vals := c.Borrow(1)
	defer c.Return(vals)
	vals[0] = v
	return registry.Truth(dst.Set(c, &vals[0]))
}

func get(c *registry.Ctx, fn, path, src string, dst *registry.Var) int {
	root := load(c, fn, src)
	if root == nil {
		return -1
	}
	n := root.at(path)
	if n == nil {
		return -1
	}
	var v value.Value
	n.result(&v)
	return assign(c, dst, v)
}

func pvGet(c *registry.Ctx, path string, src, dst *registry.Var) int {
	v := c.Eval(src.Get)
	if !v.IsStr() {
		c.Log.Errorf(name, "jansson_pv_get: the variable has no text")
		return -1
	}
	return get(c, "jansson_pv_get", path, v.S, dst)
}

func arraySize(c *registry.Ctx, path, src string, dst *registry.Var) int {
	root := load(c, "jansson_array_size", src)
	if root == nil {
		return -1
	}
	n := root.at(path)
	if n == nil || n.kind != array {
		c.Log.Errorf(name, "jansson_array_size: there is no array at %.100q", path)
		return -1
	}
	return assign(c, dst, value.OfInt(int64(len(n.items))))
}

// set changes the JSON text of dst: put puts a value of a type at a path.
func set(c *registry.Ctx, fn, typ, path, val string, dst *registry.Var, put func(n *node, path string, item *node) error) int {
	item, err := typed(typ, val)
	if err != nil {
		c.Log.Errorf(name, "%s: %v", fn, err)
		return -1
	}
	root := &node{kind: object}
	if v := c.Eval(dst.Get); v.IsStr() {
		if root = load(c, fn, v.S); root == nil {
			return -1
		}
	}
	if err := put(root, path, item); err != nil {
		c.Log.Errorf(name, "%s: %.100q: %v", fn, path, err)
		return -1
	}
	return assign(c, dst, value.OfStr(string(root.append(nil, compact))))
}

// typed makes a node of a type from a text.
func typed(typ, val string) (*node, error) {
	switch typ {
	case "object", "obj", "array":
		n, err := parse(val)
		if err == nil && (n.kind == array) != (typ == "array") {
			err = fmt.Errorf("it is no %s", typ)
		}
		if err != nil {
			return nil, fmt.Errorf("%.100q is no JSON text of the type %s: %w", val, typ, err)
		}
		return n, nil
	case "string", "str":
		if !utf8.ValidString(val) {
			return nil, fmt.Errorf("%.100q is no text in UTF-8", val)
		}
		return &node{kind: text, text: strings.Clone(val)}, nil
	case "integer", "int":
		n, err := strconv.ParseInt(digits(val), 10, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) { // of one out of range, the nearest
			return nil, fmt.Errorf("%.100q is no integer", val)
		}
		return &node{kind: integer, num: n}, nil
	case "real":
		f, err := strconv.ParseFloat(digits(val), 64)
		if err != nil || f-f != 0 {
			return nil, fmt.Errorf("%.100q is no real number", val)
		}
		return &node{kind: real, real: f}, nil
	case "true", "false", "null":
		return &node{kind: jsontext.Kind(typ[0])}, nil
	}
	return nil, fmt.Errorf("the type %.100q is not known: integer, real, string, object, array, true, false and null are", typ)
}

// digits is the text of a number: blanks before it count nothing, and nothing is 0.
func digits(s string) string {
	if s = strings.TrimLeft(s, " \t\r\n"); s == "" {
		return "0"
	}
	return s
}

func xdecode(c *registry.Ctx, src, xavp string) int {
	root := load(c, "jansson_xdecode", src)
	if root == nil {
		return -1
	}
	objects := []*node{root}
	if root.kind == array {
		objects = root.items
	}
	x := &c.State.XAVP
	for _, n := range objects {
		list := x.PushList(avp.Root, xavp)
		for i, field := range n.names {
			var v value.Value
			n.items[i].result(&v)
			x.Push(list, field, &v)
		}
	}
	return 1
}

func xencode(c *registry.Ctx, xavp string, dst *registry.Var) int {
	x := &c.State.XAVP
	list := x.Get(avp.Root, xavp, 0)
	if list == 0 || !x.IsList(list) {
		return -1
	}
	n := &node{kind: object}
	for f := x.First(list); f != 0; f = x.Next(f) {
		v := x.Value(f)
		item := &node{kind: null}
		switch {
		case x.IsList(f):
			item = &node{kind: text, text: "<<xavp:" + x.Name(f) + ">>"}
		case v.IsStr() && !utf8.ValidString(v.S):
			c.Log.Errorf(name, "jansson_xencode: the field %.100q of $xavp(%s) is no text in UTF-8", x.Name(f), xavp)
			return -1
		case v.IsStr():
			item = &node{kind: text, text: v.S}
		case v.IsInt():
			item = &node{kind: integer, num: v.I}
		}
		n.put(x.Name(f), item)
	}
	return assign(c, dst, value.OfStr(string(n.append(nil, wide))))
}
