package textops

import (
	"strings"

	"olelo/runtime/ere"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func (m *Module) removeFuncs() []registry.Func {
	text, name := registry.Text, headerP("name")
	re := func(name string) registry.P[*ere.Regexp] { return patternP(name, ere.IgnoreCase) }
	return []registry.Func{
		registry.Fn1("remove_hf", name, registry.Any, func(c *registry.Ctx, k *sip.Key) int {
			return registry.Truth(removeAll(c, k, func(int) bool { return true }) > 0)
		}, "Removes all headers of a name. True where there was one."),
		registry.Fn1("remove_hf_pv", text("name"), registry.Any, func(c *registry.Ctx, name string) int {
			k, ok := variableHeader(c, "remove_hf_pv", name)
			if ok {
				removeAll(c, &k, func(int) bool { return true })
			}
			return registry.Truth(ok)
		}, "The same, with the name in variables; true also where there was none."),
		registry.Fn1("remove_hf_re", re("pattern"), registry.Any, func(c *registry.Ctx, re *ere.Regexp) int {
			return removeMatching(c, "remove_hf_re", re, nil)
		}, "Removes all headers whose name matches. True where there was one."),
		registry.Fn1("remove_hf_re_pv", text("pattern"), registry.Any, func(c *registry.Ctx, p string) int {
			re := m.pattern(c, "remove_hf_re_pv", p, ere.IgnoreCase)
			if re == nil {
				return -1
			}
			return removeMatching(c, "remove_hf_re_pv", re, nil)
		}, "The same, with the pattern in variables."),
		registry.Fn2("remove_hf_exp", re("pattern"), re("except"), registry.Any, func(c *registry.Ctx, re, except *ere.Regexp) int {
			return removeMatching(c, "remove_hf_exp", re, except)
		}, "Removes all headers whose name matches the first pattern and not the second. True where there was one."),
		registry.Fn2("remove_hf_exp_pv", text("pattern"), text("except"), registry.Any, func(c *registry.Ctx, p, except string) int {
			re, skip := m.pattern(c, "remove_hf_exp_pv", p, ere.IgnoreCase), m.pattern(c, "remove_hf_exp_pv", except, ere.IgnoreCase)
			if re == nil || skip == nil {
				return -1
			}
			return removeMatching(c, "remove_hf_exp_pv", re, skip)
		}, "The same, with the patterns in variables."),
		registry.Fn2("remove_hf_idx", text("name"), registry.IntP("index"), registry.Any, removeIndexed,
			"Removes one header of a name, 0 the first, -1 the last. 1 where it was there, 2 where there are not so many."),
		registry.Fn3("remove_hf_match", text("name"), text("operator"), text("value"), registry.Any, m.removeByBody,
			"Removes the headers of a name whose body is the value (eq), is not (ne), has it in it (in), or matches it as a pattern (re). -2 where none does."),
	}
}

// removeLine takes away the i-th header line.
func removeLine(m *sip.Message, i int) {
	start, end := m.HeaderSpan(i)
	m.Edit(start, end-start, "")
}

// removeAll takes away the headers of a name for which f is true, and reports
// how many there were.
func removeAll(c *registry.Ctx, k *sip.Key, f func(i int) bool) (n int) {
	if c.Msg == nil {
		return 0
	}
	all.headers(c.Msg, k, func(i int) bool {
		if f(i) {
			removeLine(c.Msg, i)
			n++
		}
		return true
	})
	return n
}

func removeMatching(c *registry.Ctx, fn string, re, except *ere.Regexp) int {
	if c.Msg == nil {
		return -1
	}
	found := false
	for i := range c.Msg.NumHeaders() {
		name := c.Msg.HeaderAt(i).Name
		if match(c, fn, re, name) && (except == nil || !match(c, fn, except, name)) {
			removeLine(c.Msg, i)
			found = true
		}
	}
	return registry.Truth(found)
}

func removeIndexed(c *registry.Ctx, name string, index int) int {
	k, ok := variableHeader(c, "remove_hf_idx", name)
	if !ok || c.Msg == nil {
		return -1
	}
	n := c.Msg.CountByKey(&k)
	at := index
	if at < 0 {
		at += n
	}
	if at >= 0 && at < n {
		n = 0
		removeAll(c, &k, func(int) bool { n++; return n == at+1 })
		return 1
	}
	if index < 0 {
		return 1 // Kamailio counts back without looking whether it gets there
	}
	return 2
}

func (m *Module) removeByBody(c *registry.Ctx, name, op, value string) int {
	k, ok := variableHeader(c, "remove_hf_match", name)
	if !ok || c.Msg == nil {
		return -1
	}
	var f func(body string) bool
	switch {
	case strings.EqualFold(op, "eq"):
		f = func(body string) bool { return body == value }
	case strings.EqualFold(op, "ne"):
		f = func(body string) bool { return body != value }
	case strings.EqualFold(op, "in"):
		f = func(body string) bool { return value != "" && strings.Contains(body, value) }
	case strings.EqualFold(op, "re"):
		re := m.pattern(c, "remove_hf_match", value, ere.IgnoreCase)
		if re == nil {
			return -1
		}
		f = func(body string) bool { return match(c, "remove_hf_match", re, body) }
	default:
		c.Log.Errorf(logAs, "remove_hf_match: %q is no operator: eq, ne, in and re are", op)
		return -1
	}
	if removeAll(c, &k, func(i int) bool { return f(headerBody(c.Msg, i)) }) == 0 {
		return -2
	}
	return 1
}
