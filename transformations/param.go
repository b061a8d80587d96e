package transformations

import (
	"fmt"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// param is one name=value of a list.
type param struct{ name, value string }

// nextParam reads the first parameter of a list, which may be empty between
// two separators. ok is false where the list cannot be read on. A comma
// outside quotes ends a list: what follows belongs to another header value.
func nextParam(s string, sep byte) (p param, rest string, ok bool) {
	i := 0
	for i < len(s) && s[i] != sep && s[i] != '=' && s[i] != ',' && !blank(s[i]) {
		i++
	}
	p.name = s[:i]
	s = skipBlanks(s[i:])
	if s != "" && s[0] == '=' && s[0] != sep {
		s = skipBlanks(s[1:])
		if s == "" {
			return p, "", true // only the last value may be missing
		}
		if s[0] == sep || s[0] == ',' {
			return p, "", false
		}
		if q := s[0]; q == '"' || q == '\'' {
			end := strings.IndexByte(s[1:], q)
			if end < 0 {
				return p, "", false
			}
			p.value, s = s[1:1+end], s[end+2:]
		} else {
			i = 0
			for i < len(s) && s[i] != sep && s[i] != ',' && !blank(s[i]) {
				i++
			}
			p.value, s = s[:i], s[i:]
		}
		s = skipBlanks(s)
	}
	switch {
	case s == "", s[0] == ',':
		return p, "", true
	case s[0] == sep:
		rest = skipBlanks(s[1:])
		return p, rest, rest != "" // the last character may be a separator: eachParam took it off
	}
	return p, "", false
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func skipBlanks(s string) string {
	for s != "" && blank(s[0]) {
		s = s[1:]
	}
	return s
}

// eachParam gives the parameters in order until f returns false. ok is false
// where the list is malformed anywhere.
func eachParam(s string, sep byte, f func(i int, p param)) (n int, ok bool) {
	if s != "" && s[len(s)-1] == sep {
		s = s[:len(s)-1]
	}
	if s == "" {
		return 0, false
	}
	for s != "" {
		var p param
		if p, s, ok = nextParam(s, sep); !ok {
			return n, false
		}
		f(n, p)
		n++
	}
	return n, true
}

func paramKeys() []registry.TransKey {
	return []registry.TransKey{
		paramName("value", "The value of a parameter: {param.value,name[,separator]}.", func(s, name string, sep byte, v *value.Value) bool {
			val := ""
			_, ok := eachParam(s, sep, func(_ int, p param) {
				if strings.EqualFold(p.name, name) {
					val = p.value
				}
			})
			v.SetStr(val)
			return ok
		}),
		paramName("in", "1 where a parameter is there, 0 where not: {param.in,name[,separator]}.", func(s, name string, sep byte, v *value.Value) bool {
			in := int64(0)
			_, ok := eachParam(s, sep, func(_ int, p param) {
				if strings.EqualFold(p.name, name) {
					in = 1
				}
			})
			v.SetInt(in)
			return ok
		}),
		paramIndex("valueat", "The value of the i-th parameter: {param.valueat,i[,separator]}.", func(p param) string { return p.value }),
		paramIndex("name", "The name of the i-th parameter: {param.name,i[,separator]}.", func(p param) string { return p.name }),
		with("count", "How many parameters there are: {param.count[,separator]}.", func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
			sep, err := separator(a.text, a.has)
			if a.text == "," { // the other keys refuse it
				sep, err = ',', nil
			}
			if err != nil {
				return nil, err
			}
			return func(_ *registry.Ctx, s string, v *value.Value) bool {
				n, ok := eachParam(s, sep, func(int, param) {})
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

func paramIndex(key, doc string, get func(param) string) registry.TransKey {
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
				n, _ := eachParam(s, sep, func(int, param) {})
				i += n
			}
			found := ""
			_, ok = eachParam(s, sep, func(k int, p param) {
				if k == i {
					found = get(p)
				}
			})
			v.SetStr(found)
			return ok
		}, nil
	})
}
