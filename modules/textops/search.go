package textops

import (
	"olelo/runtime/ere"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func (m *Module) searchFuncs() []registry.Func {
	re, word := patternP("pattern", lines), registry.Word("text")
	return []registry.Func{
		registry.Fn1("search", re, registry.Any, func(c *registry.Ctx, re *ere.Regexp) int {
			return registry.Truth(c.Msg != nil && match(c, "search", re, registry.View(c.Msg.Raw())))
		}, "True where the pattern is found in the message, whatever the case of letters; ^ and $ match at line ends."),
		registry.Fn1("search_body", re, registry.Any, func(c *registry.Ctx, re *ere.Regexp) int {
			return registry.Truth(hasBody(c) && match(c, "search_body", re, c.Msg.Body()))
		}, "The same in the body."),
		registry.Fn2("search_str", registry.Text("text"), registry.Text("pattern"), registry.Any, m.searchText,
			"The same in a text; -2 where the text is empty, 2 where the pattern is."),
		registry.Fn3("search_hf", headerP("name"), re, whichP("which"), registry.Any, searchHeader,
			"The same in the bodies of the headers of a name: a all, f the first, l the last."),
		registry.Fn2("search_append", re, word, registry.Any, func(c *registry.Ctx, re *ere.Regexp, s string) int {
			if c.Msg == nil {
				return -1
			}
			return appendToMatch(c, "search_append", c.Msg.HeadersAt(), re, s)
		}, "Appends a text, in which no variable is expanded, to the first match in headers and body."),
		registry.Fn2("search_append_body", re, word, registry.Any, func(c *registry.Ctx, re *ere.Regexp, s string) int {
			if !hasBody(c) {
				return -1
			}
			return appendToMatch(c, "search_append_body", c.Msg.BodyAt(), re, s)
		}, "The same in the body."),
	}
}

func hasBody(c *registry.Ctx) bool { return c.Msg != nil && c.Msg.Body() != "" }

func (m *Module) searchText(c *registry.Ctx, s, pattern string) int {
	if s == "" {
		return -2
	}
	if pattern == "" {
		return 2
	}
	re := m.pattern(c, "search_str", pattern, lines)
	return registry.Truth(re != nil && match(c, "search_str", re, s))
}

func appendToMatch(c *registry.Ctx, fn string, from int, re *ere.Regexp, s string) int {
	at := find(c, fn, re, text(c.Msg, from, len(c.Msg.Raw())), 1)
	if len(at) == 0 {
		return -1
	}
	c.Msg.Edit(from+at[0][1], 0, s)
	return 1
}

// which of the headers of a name a function looks at.
type which uint8

const (
	all which = iota
	first
	last
)

// whichP is a, f or l; what is none of them counts as a.
func whichP(name string) registry.P[which] {
	return registry.P[which]{
		ParamInfo: registry.ParamInfo{Name: name, Kind: "a, f or l"},
		Bind: func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (which, bool), error) {
			w := all
			switch {
			case a.Text == "":
			case a.Text[0] == 'f':
				w = first
			case a.Text[0] == 'l':
				w = last
			case a.Text[0] != 'a':
				fx.Warn("unknown-flag", "\""+a.Text+"\" is none of a, f and l", "it counts as a: all headers of the name")
			}
			return func(*registry.Ctx) (which, bool) { return w, true }, nil
		},
	}
}

// headers calls f for the headers of the name that w means, until it returns
// false.
func (w which) headers(m *sip.Message, k *sip.Key, f func(i int) bool) {
	i := m.FindHeader(k, 0)
	for i >= 0 {
		next := -1
		if w != first {
			next = m.FindHeader(k, i+1)
		}
		if (w != last || next < 0) && !f(i) {
			return
		}
		i = next
	}
}

func searchHeader(c *registry.Ctx, k *sip.Key, re *ere.Regexp, w which) int {
	if c.Msg == nil {
		return -1
	}
	found := false
	w.headers(c.Msg, k, func(i int) bool {
		found = match(c, "search_hf", re, headerBody(c.Msg, i))
		return !found
	})
	return registry.Truth(found)
}
