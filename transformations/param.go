package transformations

import (
	"fmt"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

func paramKeys() []registry.TransKey {
	return []registry.TransKey{
		paramName("value", "The value of a parameter: {param.value,name[,separator]}.", func(s, name string, sep byte, v *value.Value) bool {
			val := ""
			_, ok := sip.EachParameter(s, sep, func(_ int, p sip.Parameter) {
				if strings.EqualFold(p.Name, name) {
					val = p.Value
				}
			})
			v.SetStr(val)
			return ok
		}),
		paramName("in", "1 where a parameter is there, 0 where not: {param.in,name[,separator]}.", func(s, name string, sep byte, v *value.Value) bool {
			in := int64(0)
			_, ok := sip.EachParameter(s, sep, func(_ int, p sip.Parameter) {
				if strings.EqualFold(p.Name, name) {
					in = 1
				}
			})
			v.SetInt(in)
			return ok
		}),
		paramIndex("valueat", "The value of the i-th parameter: {param.valueat,i[,separator]}.", func(p sip.Parameter) string { return p.Value }),
		paramIndex("name", "The name of the i-th parameter: {param.name,i[,separator]}.", func(p sip.Parameter) string { return p.Name }),
		with("count", "How many parameters there are: {param.count[,separator]}.", func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
			sep, err := separator(a.text, a.has)
			if a.text == "," { // the other keys refuse it
				sep, err = ',', nil
			}
			if err != nil {
				return nil, err
			}
			return func(_ *registry.Ctx, s string, v *value.Value) bool {
				n, ok := sip.EachParameter(s, sep, func(int, sip.Parameter) {})
				v.SetInt(int64(n))
				return ok
			}, nil
		}),
	}
}

func separator(s string, has bool) (byte, error) {
	if !has {
		return ';', nil
	}
	if len(s) != 1 || s == "," {
		return 0, fmt.Errorf("the separator is one character other than a comma, not %q", s)
	}
	return s[0], nil
}

// firstAndSeparator reads "first[,separator]".
func firstAndSeparator(a args) (first string, sep byte, err error) {
	if !a.has {
		return "", 0, errNoParam
	}
	first, rest, more, err := next(a.text)
	if err != nil {
		return "", 0, err
	}
	sep, err = separator(rest, more)
	return first, sep, err
}

func paramName(key, doc string, find func(s, name string, sep byte, v *value.Value) bool) registry.TransKey {
	full := "param." + key
	return with(key, doc, func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		first, sep, err := firstAndSeparator(a)
		if err != nil {
			return nil, err
		}
		name, err := textParam(a.fx, first)
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			n, ok := name.at(c, full)
			return ok && find(s, n, sep, v)
		}, nil
	})
}

func paramIndex(key, doc string, get func(sip.Parameter) string) registry.TransKey {
	full := "param." + key
	return with(key, doc, func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		first, sep, err := firstAndSeparator(a)
		if err != nil {
			return nil, err
		}
		at, err := number(a.fx, first)
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			i, ok := at.at(c, full)
			if !ok {
				return false
			}
			if i < 0 {
				n, _ := sip.EachParameter(s, sep, func(int, sip.Parameter) {})
				i += n
			}
			found := ""
			_, ok = sip.EachParameter(s, sep, func(k int, p sip.Parameter) {
				if k == i {
					found = get(p)
				}
			})
			v.SetStr(found)
			return ok
		}, nil
	})
}
