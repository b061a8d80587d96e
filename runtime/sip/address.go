package sip

import "strings"

// NameAddr is a From, To or Contact value: "Alice" <sip:a@x>;tag=1.
type NameAddr struct {
	Body    string // the value as written
	Display string // with its quotes, "" where there is none
	URI     string // between < and >, or the bare one
	Params  string // after the URI, with the leading ;, "" where there are none
	Tag     string
}

const (
	haveFrom = 1 << iota
	haveTo
	haveCSeq
)

// From is the From header; its zero value where there is none. Of one that cannot
// be read there is the Body alone.
func (m *Message) From() *NameAddr {
	if m.scan(); m.have&haveFrom == 0 {
		m.have |= haveFrom
		if s, ok := m.body(hFrom); ok {
			m.from = readTo(s)
		}
	}
	return &m.from
}

// To is the To header, in the same way.
func (m *Message) To() *NameAddr {
	if m.scan(); m.have&haveTo == 0 {
		m.have |= haveTo
		if s, ok := m.body(hTo); ok {
			m.to = readTo(s)
		}
	}
	return &m.to
}

func readTo(s string) NameAddr {
	if a, ok := ParseTo(s); ok {
		return a
	}
	return NameAddr{Body: s}
}

// ParseNameAddr reads a name-addr or addr-spec with its parameters (RFC 3261
// section 20.10). What it cannot read stays empty; Body is always s.
func ParseNameAddr(s string) NameAddr {
	a := NameAddr{Body: s}
	lt := indexOutsideQuotes(s, '<')
	if lt < 0 {
		if strings.HasPrefix(trimSpace(s), `"`) {
			return a // a name alone, or one without an end
		}
		// Without < >, parameters belong to the header, not to the URI.
		a.URI, a.Params = s, ""
		if i := strings.IndexByte(s, ';'); i >= 0 {
			a.URI, a.Params = trimSpace(s[:i]), s[i:]
		}
	} else {
		a.Display = trimSpace(s[:lt])
		gt := strings.IndexByte(s[lt:], '>')
		if gt < 0 {
			return a
		}
		a.URI = s[lt+1 : lt+gt]
		a.Params = trimSpace(s[lt+gt+1:])
	}
	a.Tag, _ = Param(a.Params, "tag")
	return a
}

// Param finds name in ";a=1;b" and returns its value as written, without
// quotes; name is in lower case.
func Param(params, name string) (val string, ok bool) {
	for params != "" {
		var p string
		p, params = NextParam(params)
		k, v, _ := cut(p, '=')
		if equalFold(trimSpace(k), name) {
			v = trimSpace(v)
			if len(v) > 1 && v[0] == '"' && v[len(v)-1] == '"' {
				v = v[1 : len(v)-1]
			}
			return v, true
		}
	}
	return "", false
}

// NextParam takes one parameter off ";a=1;b", which is not "".
func NextParam(s string) (p, rest string) {
	if s[0] == ';' {
		s = s[1:]
	}
	if i := indexOutsideQuotes(s, ';'); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// indexOutsideQuotes is strings.IndexByte that steps over "quoted strings".
func indexOutsideQuotes(s string, c byte) int {
	if i := strings.IndexByte(s, c); i < 0 || strings.IndexByte(s[:i], '"') < 0 {
		return i
	}
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == c && !quoted:
			return i
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++
		}
	}
	return -1
}
