package textops

import (
	"errors"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

func (m *Module) stringFuncs() []registry.Func {
	a, b := registry.Text("text"), registry.Text("other")
	compare := func(name, doc string, f func(a, b string) int) registry.Func {
		return registry.Fn2(name, a, b, registry.Any, func(_ *registry.Ctx, a, b string) int { return f(a, b) }, doc)
	}
	return []registry.Func{
		compare("cmp_str", "1 where the texts are the same; else -1 where the first is the greater, -2 where the second is.", compareText),
		compare("cmp_istr", "The same, whatever the case of letters.", func(a, b string) int {
			if equalFold(a, b) {
				return 1
			}
			return compareText(strings.ToLower(a), strings.ToLower(b))
		}),
		compare("starts_with", "1 where the first text starts with the second; else as cmp_str of that part, -1 where it is too short.", func(a, b string) int {
			if len(a) < len(b) {
				return -1
			}
			return compareText(a[:len(b)], b)
		}),
		compare("ends_with", "1 where the first text ends with the second; else as starts_with.", func(a, b string) int {
			if len(a) < len(b) {
				return -1
			}
			return compareText(a[len(a)-len(b):], b)
		}),
		compare("str_find", "Where the second text is in the first, from 1; -1 where it is not.", func(a, b string) int { return place(strings.Index(a, b)) }),
		compare("str_ifind", "The same, whatever the case of letters.", func(a, b string) int { return place(indexFold(a, b)) }),
		registry.Fn3("in_list", registry.Text("item"), registry.Text("list"), separatorP("separator"), registry.Any, func(c *registry.Ctx, item, list string, sep byte) int {
			return inList(c, "in_list", item, list, sep, func(one string) bool { return one == item })
		}, "True where the item is one of the list, blanks around those taken away."),
		registry.Fn3("in_list_prefix", registry.Text("item"), registry.Text("list"), separatorP("separator"), registry.Any, func(c *registry.Ctx, item, list string, sep byte) int {
			return inList(c, "in_list_prefix", item, list, sep, func(one string) bool { return one != "" && strings.HasPrefix(item, one) })
		}, "True where the item starts with one of the list, blanks around those taken away."),
		{
			Name: "regex_substring", Routes: registry.Request | registry.Failure | registry.Branch | registry.Reply | registry.Event,
			Params: []registry.ParamInfo{{Name: "text", Kind: "text"}, {Name: "pattern", Kind: "text"}, {Name: "group", Kind: "int"}, {Name: "groups", Kind: "int"}, {Name: "result", Kind: "pv"}},
			Doc:    "Assigns a group of the first match to a variable: 0 the whole match; groups is how many there are, 0 counted. -2 where nothing matches.",
			Bind:   m.bindRegexSubstring,
		},
	}
}

func compareText(a, b string) int {
	switch strings.Compare(a, b) {
	case 0:
		return 1
	case 1:
		return -1
	}
	return -2
}

// equalFold compares ASCII letters whatever their case.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c |= 0x20
	}
	return c
}

func indexFold(s, sub string) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if equalFold(s[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}

// place is an index counted from 1.
func place(i int) int {
	if i < 0 {
		return -1
	}
	return i + 1
}

// separatorP is the one character between the items of a list.
func separatorP(name string) registry.P[byte] {
	return registry.P[byte]{
		ParamInfo: registry.ParamInfo{Name: name, Kind: "character"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (byte, bool), error) {
			if len(a.Text) != 1 {
				return nil, errors.New("one character is wanted")
			}
			sep := a.Text[0]
			return func(*registry.Ctx) (byte, bool) { return sep, true }, nil
		},
	}
}

func inList(c *registry.Ctx, fn, item, list string, sep byte, is func(one string) bool) int {
	if item == "" {
		c.Log.Errorf(logAs, "%s: the item to look for is empty", fn)
		return -1
	}
	for more := list != ""; more; {
		one := list
		i := strings.IndexByte(list, sep)
		if more = i >= 0; more {
			one, list = list[:i], list[i+1:]
		}
		if is(strings.Trim(one, " \t\r\n")) {
			return 1
		}
	}
	return -1
}

func (m *Module) bindRegexSubstring(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
	subject, err := fx.Format(args[0].Text)
	if err != nil {
		return nil, err
	}
	pattern, err := fx.Format(args[1].Text)
	if err != nil {
		return nil, err
	}
	group, err := registry.IntP("group").Bind(fx, args[2])
	if err != nil {
		return nil, err
	}
	groups, err := registry.IntP("groups").Bind(fx, args[3])
	if err != nil {
		return nil, err
	}
	out, err := registry.OutP("result").Bind(fx, args[4])
	if err != nil {
		return nil, err
	}
	return func(c *registry.Ctx) int {
		i, ok1 := group(c)
		n, ok2 := groups(c)
		v, _ := out(c)
		if !ok1 || !ok2 || i < 0 || i >= n {
			c.Log.Errorf(logAs, "regex_substring: there is no group %d of %d: groups are counted from 0", i, n)
			return -1
		}
		re := m.pattern(c, "regex_substring", pattern.Text(c), 0)
		if re == nil {
			return -1
		}
		s := subject.Text(c)
		at := find(c, "regex_substring", re, s, 1)
		switch {
		case len(at) == 0:
			return -2
		case 2*i+1 >= len(at[0]) || at[0][2*i] < 0:
			c.Log.Errorf(logAs, "regex_substring: group %d of the pattern %q matched nothing", i, pattern.Text(c))
			return -1
		}
		vals := c.Borrow(1)
		defer c.Return(vals)
		vals[0] = value.OfStr(s[at[0][2*i]:at[0][2*i+1]])
		return registry.Truth(v.Set(c, &vals[0]))
	}, nil
}
