package textopsx

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func valueFuncs() []registry.Func {
	const routes = registry.Request | registry.Reply | registry.Failure | registry.Branch
	value := registry.Text("value")
	const which = " Values count from 1, from the end where the index is negative."
	return []registry.Func{
		registry.Fn2("append_hf_value", hnameP(oneValue), value, routes, appendValue,
			"Puts a value behind another of a header: X[1], behind the last one: X[0]. Without an index, or where there are not so many, it makes a new header."+which),
		registry.Fn2("insert_hf_value", hnameP(oneValue), value, routes, insertValue,
			"Puts a value before another of a header. Without an index it makes a new header before the first of the name."+which),
		registry.Fn1("remove_hf_value", hnameP(nil), routes, removeValue,
			"Removes a value of a header (X[1]) or a parameter of a value (X[1].p), of all values with [*]."+which),
		registry.Fn1("remove_hf_value2", hnameP(nil), routes, removeValue2,
			"Removes a parameter of a header that is a list of them, such as Authorization: the index counts headers. Without a parameter it removes the header."),
		registry.Fn2("assign_hf_value", hnameP(oneOrParams), value, routes, assignValue,
			"Replaces a value of a header (X[1]) or a parameter of a value (X[1].p), which is added where there is none."+which),
		registry.Fn2("assign_hf_value2", hnameP(oneOrParams), value, routes, assignValue2,
			"Replaces or adds a parameter of a header that is a list of them, such as Authorization: the index counts headers. Without a parameter it replaces the whole text."),
		registry.Fn2("include_hf_value", hnameP(onlyName), value, routes, includeValue,
			"Adds a value to a header, which is made where there is none, unless one of its headers has it, whatever the case of letters."),
		registry.Fn2("exclude_hf_value", hnameP(onlyName), value, routes, excludeValue,
			"Removes all values of a header that are a text, whatever the case of letters; true also where there are none."),
		registry.Fn2("hf_value_exists", hnameP(onlyName), value, routes, valueExists,
			"True where a header has a value, with its parameters, whatever the case of letters."),
	}
}

func newHeader(m *sip.Message, h *hname, at int, value string) int {
	m.Edit(at, 0, h.name+": "+value+"\r\n")
	return 1
}

func appendValue(c *registry.Ctx, h *hname, value string) int {
	if c.Msg == nil {
		return -1
	}
	n := h.index
	if n == 0 {
		n = -1
	}
	s, ok := segment{}, false
	if h.indexed {
		s, ok = nth(c.Msg, &h.key, n)
	}
	if !ok {
		return newHeader(c.Msg, h, c.Msg.HeadersEndAt(), value)
	}
	c.Msg.Edit(s.end, 0, ","+value)
	return 1
}

func insertValue(c *registry.Ctx, h *hname, value string) int {
	if c.Msg == nil {
		return -1
	}
	i := c.Msg.FindHeader(&h.key, 0)
	switch {
	case i < 0 && (h.index == 0 || h.index == 1):
		return newHeader(c.Msg, h, c.Msg.HeadersEndAt(), value)
	case !h.indexed:
		start, _ := c.Msg.HeaderSpan(i)
		return newHeader(c.Msg, h, start, value)
	}
	s, ok := nth(c.Msg, &h.key, h.index)
	switch {
	case !ok:
		return -1
	case !s.first:
		c.Msg.Edit(s.start-1, 0, ","+value)
	case s.start == s.end: // an empty header: Kamailio puts it behind
		c.Msg.Edit(s.start, 0, ","+value)
	default:
		c.Msg.Edit(s.start, 0, value+",")
	}
	return 1
}

// each calls f for the values that h means and reports whether one of its calls
// was true.
func each(m *sip.Message, h *hname, f func(*segment) bool) bool {
	if !h.all {
		s, ok := nth(m, &h.key, h.index)
		return ok && f(&s)
	}
	done := false
	segments(m, &h.key, func(s segment) bool {
		done = f(&s) || done
		return true
	})
	return done
}

// eachHeader is each for the headers that h means.
func eachHeader(m *sip.Message, h *hname, f func(i int) bool) bool {
	if !h.all {
		i, ok := nthHeader(m, &h.key, h.index)
		return ok && f(i)
	}
	done := false
	for i := m.FindHeader(&h.key, 0); i >= 0; i = m.FindHeader(&h.key, i+1) {
		done = f(i) || done
	}
	return done
}

func removeValue(c *registry.Ctx, h *hname) int {
	switch {
	case c.Msg == nil:
		return -1
	case h.all && h.param == "":
		return registry.Truth(eachHeader(c.Msg, h, func(i int) bool { removeHeader(c.Msg, i); return true }))
	}
	return registry.Truth(each(c.Msg, h, func(s *segment) bool {
		if h.param == "" {
			s.remove(c.Msg)
			return true
		}
		p, ok := s.param(c.Msg, h.param)
		if ok {
			c.Msg.Edit(p.start, p.end-p.start, "")
		}
		return ok
	}))
}

func removeValue2(c *registry.Ctx, h *hname) int {
	return registry.Truth(c.Msg != nil && eachHeader(c.Msg, h, func(i int) bool {
		if h.param == "" {
			removeHeader(c.Msg, i)
			return true
		}
		start, end := c.Msg.BodySpan(i)
		p, ok, _ := listParam(c.Msg, start, end, h.param)
		if ok {
			c.Msg.Edit(p.start, p.end-p.start, "")
		}
		return ok
	}))
}

func assignValue(c *registry.Ctx, h *hname, value string) int {
	return registry.Truth(c.Msg != nil && each(c.Msg, h, func(s *segment) bool {
		start, end := trim(c.Msg, s.start, s.end)
		if h.param == "" {
			c.Msg.Edit(start, end-start, value)
			return true
		}
		if p, ok := s.param(c.Msg, h.param); ok {
			c.Msg.Edit(p.set, p.setEnd-p.set, equals(value))
		} else {
			c.Msg.Edit(end, 0, ";"+h.param+equals(value))
		}
		return true
	}))
}

func assignValue2(c *registry.Ctx, h *hname, value string) int {
	return registry.Truth(c.Msg != nil && eachHeader(c.Msg, h, func(i int) bool {
		start, end := c.Msg.BodySpan(i)
		if h.param == "" {
			start, end = trim(c.Msg, start, end)
			c.Msg.Edit(start, end-start, value)
			return true
		}
		p, ok, has := listParam(c.Msg, start, end, h.param)
		switch {
		case ok:
			c.Msg.Edit(p.set, p.setEnd-p.set, equals(value))
		case has:
			c.Msg.Edit(end, 0, ","+h.param+equals(value))
		case start < end:
			c.Msg.Edit(end, 0, " "+h.param+equals(value))
		default:
			c.Msg.Edit(end, 0, h.param+equals(value))
		}
		return true
	}))
}

// equals is a parameter's value with the =, "" without one.
func equals(value string) string {
	if value == "" {
		return ""
	}
	return "=" + value
}

// find is the first value of a header that is a text.
func find(m *sip.Message, k *sip.Key, value string) (found bool) {
	segments(m, k, func(s segment) bool {
		found = strings.EqualFold(s.text(m), value)
		return !found
	})
	return found
}

func includeValue(c *registry.Ctx, h *hname, value string) int {
	switch {
	case c.Msg == nil || value == "":
		return -1
	case find(c.Msg, &h.key, value):
		return 1
	}
	i := c.Msg.FindHeader(&h.key, 0)
	if i < 0 {
		return newHeader(c.Msg, h, c.Msg.HeadersEndAt(), value)
	}
	_, end := c.Msg.BodySpan(i)
	c.Msg.Edit(end, 0, ","+value)
	return 1
}

func excludeValue(c *registry.Ctx, h *hname, value string) int {
	if c.Msg == nil || value == "" {
		return -1
	}
	segments(c.Msg, &h.key, func(s segment) bool {
		if strings.EqualFold(s.text(c.Msg), value) {
			s.remove(c.Msg)
		}
		return true
	})
	return 1
}

func valueExists(c *registry.Ctx, h *hname, value string) int {
	return registry.Truth(c.Msg != nil && value != "" && find(c.Msg, &h.key, value))
}
