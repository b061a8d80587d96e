package sip

import "strings"

// HeadersAt is the offset of the first header line.
func (m *Message) HeadersAt() int { m.scan(); return min(m.first.len, len(m.raw)) }

// HeadersEndAt is the offset behind the last header line: that of the empty
// line, or of the message's end where it is missing.
func (m *Message) HeadersEndAt() int {
	m.scan()
	if !m.hasBody {
		return len(m.raw)
	}
	end := m.bodyAt - 1
	if end > 0 && m.raw[end-1] == '\r' {
		end--
	}
	return end
}

// BodyAt is the offset of the body, the message's length where it has none.
func (m *Message) BodyAt() int { m.scan(); return min(m.bodyAt, len(m.raw)) }

// HeaderSpan is where the i-th header line starts and where it ends, with its
// line end; 0 ≤ i < NumHeaders.
func (m *Message) HeaderSpan(i int) (start, end int) {
	m.scan()
	start = offset(view(m.raw), m.hdrs[i].line)
	return start, start + len(m.hdrs[i].line)
}

// BodySpan is where the i-th header's body starts and where it ends: blanks and
// line ends before it are not part of it, blanks behind it are.
func (m *Message) BodySpan(i int) (start, end int) {
	start, end = m.HeaderSpan(i)
	for end > start && (m.raw[end-1] == '\n' || m.raw[end-1] == '\r') {
		end--
	}
	for start < end && m.raw[start] != ':' {
		start++
	}
	start = min(start+1, end)
	for start < end && isSpace(m.raw[start]) {
		start++
	}
	return start, end
}

// FindHeader is the number of the first header line from the i-th on that has
// k's name, -1 where there is none.
func (m *Message) FindHeader(k *Key, i int) int {
	m.scan()
	if i == 0 {
		return m.find(k)
	}
	for ; i < len(m.hdrs); i++ {
		if k.matches(&m.hdrs[i]) {
			return i
		}
	}
	return -1
}

// OffsetOf is where part, a view of the message, starts in Raw.
func (m *Message) OffsetOf(part string) int { return offset(view(m.Raw()), part) }

// Same reports whether two keys are names of the same header.
func (k Key) Same(o Key) bool {
	return k.id == o.id && (k.id != hOther || strings.EqualFold(k.name, o.name))
}

// Known reports whether the server knows the header by its name.
func (k Key) Known() bool { return k.id != hOther }
