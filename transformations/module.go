// Package transformations is what stands in braces behind a variable:
// $(ru{uri.host}{s.len}).
//
// A transformation of $null gives a void: $null that a text shows as nothing.
// So does one that cannot be done, after an error in the log.
package transformations

import (
	"errors"
	"fmt"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// logAs is the module's name in log lines.
const logAs = "pv"

// PV is the classes of Kamailio's module pv: s, uri, param, nameaddr, tobody,
// line, urialias, val (which 5.6.3 does not have, later ones do) and num (of 6).
func PV() []registry.Trans {
	return []registry.Trans{
		{Class: "s", Doc: "Of a string.", Keys: stringKeys()},
		{Class: "uri", Doc: "Parts of a SIP URI.", Keys: uriKeys()},
		{Class: "param", Doc: "Of a list of parameters, name=value;name=value.", Keys: paramKeys()},
		{Class: "nameaddr", Doc: "Parts of \"name\" <uri>.", Keys: nameAddrKeys()},
		{Class: "tobody", Doc: "Parts of a To or From header.", Keys: toBodyKeys()},
		{Class: "line", Doc: "Lines of a text.", Keys: lineKeys()},
		{Class: "urialias", Doc: "A URI and its alias, host~port~proto.", Keys: uriAliasKeys()},
		{Class: "num", Doc: "Digits of a number.", Keys: numKeys()},
		{Class: "val", Doc: "Stand-ins for $null, and JSON.", Keys: valKeys()},
	}
}

// Textops is the class of Kamailio's module textops.
func Textops() []registry.Trans {
	return []registry.Trans{{Class: "re", Doc: "Of a string, by regular expression.", Keys: reKeys()}}
}

// SQLOps is the class of Kamailio's module sqlops.
func SQLOps() []registry.Trans {
	return []registry.Trans{{Class: "sql", Doc: "A value as SQL has it.", Keys: sqlKeys()}}
}

// XHTTP is the class of Kamailio's module xhttp.
func XHTTP() []registry.Trans {
	return []registry.Trans{{Class: "url", Doc: "Parts of an HTTP URL.", Keys: urlKeys()}}
}

// args is what a key's Bind is given.
type args struct {
	fx   registry.Fixup
	text string
	has  bool
}

// textOf is the text that a transformation is of; ok is false for $null.
func textOf(c *registry.Ctx, v *value.Value) (s string, ok bool) {
	switch {
	case v.IsStr():
		return v.S, true
	case v.IsNull():
		return "", false
	}
	return c.Arena.Int(v.I), true
}

// fromText makes a transformation of the value's text. f reports whether it
// could be done.
func fromText(f func(c *registry.Ctx, s string, v *value.Value) bool) registry.TransFunc {
	return func(c *registry.Ctx, v *value.Value) {
		if s, ok := textOf(c, v); !ok || !f(c, s, v) {
			v.SetVoid()
		}
	}
}

// bare is a key without parameters, which is asked about $null too.
func bare(key, doc string, t registry.TransFunc) registry.TransKey {
	return registry.TransKey{
		Key: key, Doc: doc,
		Bind: func(_ registry.Fixup, text string, has bool) (registry.TransFunc, error) {
			if has {
				return nil, fmt.Errorf("it takes no parameters, not %q", text)
			}
			return t, nil
		},
	}
}

// plain is a bare key of the value's text. f reports whether it could be done.
func plain(key, doc string, f func(c *registry.Ctx, s string, v *value.Value) bool) registry.TransKey {
	return bare(key, doc, fromText(f))
}

// text is a bare key of a text whose result is a text.
func text(key, doc string, f func(c *registry.Ctx, s string) string) registry.TransKey {
	return bare(key, doc, func(c *registry.Ctx, v *value.Value) {
		if s, ok := textOf(c, v); ok {
			v.SetStr(f(c, s))
		} else {
			v.SetVoid()
		}
	})
}

// checked is a bare key of a text whose result is a text, where there is one.
func checked(key, doc string, f func(c *registry.Ctx, s string) (string, bool)) registry.TransKey {
	return plain(key, doc, func(c *registry.Ctx, s string, v *value.Value) bool {
		r, ok := f(c, s)
		v.SetStr(r)
		return ok
	})
}

// with is a key with parameters.
func with(key, doc string, bind func(a args) (func(c *registry.Ctx, s string, v *value.Value) bool, error)) registry.TransKey {
	return registry.TransKey{
		Key: key, Doc: doc,
		Bind: func(fx registry.Fixup, text string, has bool) (registry.TransFunc, error) {
			f, err := bind(args{fx, text, has})
			if err != nil {
				return nil, err
			}
			return fromText(f), nil
		},
	}
}

// only6 marks keys that Kamailio 5.6 does not have.
func only6(keys ...registry.TransKey) []registry.TransKey {
	for i := range keys {
		keys[i].Only6 = true
	}
	return keys
}

var errNoParam = errors.New("a parameter is missing")
