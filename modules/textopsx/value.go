package textopsx

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// segment is one of the values of a header, which commas separate: where it is
// in the message, with the blanks around it.
type segment struct {
	header     int
	start, end int
	first      bool // of its header: blanks before it do not belong to it
	last       bool // of its header
}

// segments calls f for the values of all headers of a name, until it returns
// false. A header without text has one value, which is empty. Commas within
// quotes separate nothing, those within < > do, as in Kamailio.
func segments(m *sip.Message, k *sip.Key, f func(segment) bool) {
	raw := m.Raw()
	for i := m.FindHeader(k, 0); i >= 0; i = m.FindHeader(k, i+1) {
		start, end := m.BodySpan(i)
		for at, first, more := start, true, true; more; first = false {
			comma := outsideQuotes(raw[:end], at, ",")
			more = comma < end
			if !f(segment{header: i, start: at, end: comma, first: first, last: !more}) {
				return
			}
			at = comma + 1
		}
	}
}

// outsideQuotes is where the first of some bytes is in b from at on, outside
// of quotes; len(b) where none is.
func outsideQuotes(b []byte, at int, bytes string) int {
	quoted := false
	for ; at < len(b); at++ {
		switch c := b[at]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			at++
		case !quoted && strings.IndexByte(bytes, c) >= 0:
			return at
		}
	}
	return len(b)
}

// nth is the n-th value of a header's name, from 1 on or from the end; 0 is 1.
func nth(m *sip.Message, k *sip.Key, n int) (s segment, ok bool) {
	if n < 0 {
		count := 0
		segments(m, k, func(segment) bool { count++; return true })
		if n += count + 1; n <= 0 {
			return s, false
		}
	}
	n = max(n, 1)
	segments(m, k, func(one segment) bool {
		if n--; n == 0 {
			s, ok = one, true
		}
		return n > 0
	})
	return s, ok
}

// nthHeader is the n-th header of a name, from 1 on or from the end; 0 is 1.
func nthHeader(m *sip.Message, k *sip.Key, n int) (i int, ok bool) {
	if n < 0 {
		if n += m.CountByKey(k) + 1; n <= 0 {
			return 0, false
		}
	}
	i = m.FindHeader(k, 0)
	for n = max(n, 1); n > 1 && i >= 0; n-- {
		i = m.FindHeader(k, i+1)
	}
	return i, i >= 0
}

// trim takes the blanks off both ends of a part of the message.
func trim(m *sip.Message, start, end int) (int, int) {
	raw := m.Raw()
	for start < end && isSpace(raw[start]) {
		start++
	}
	for start < end && isSpace(raw[end-1]) {
		end--
	}
	return start, end
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// text is a value without the blanks around it.
func (s *segment) text(m *sip.Message) string {
	start, end := trim(m, s.start, s.end)
	return registry.View(m.Raw()[start:end])
}

// remove takes the value away with a comma, with its header where it is the
// only one.
func (s *segment) remove(m *sip.Message) {
	start, end := s.start, s.end
	switch {
	case s.first && s.last:
		start, end = m.HeaderSpan(s.header)
	case s.last:
		start--
	default:
		end++
	}
	m.Edit(start, end-start, "")
}

// removeHeader takes the i-th header away.
func removeHeader(m *sip.Message, i int) {
	start, end := m.HeaderSpan(i)
	m.Edit(start, end-start, "")
}
