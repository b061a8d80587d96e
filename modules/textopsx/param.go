package textopsx

import (
	"bytes"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// param is where a parameter is in the message.
type param struct {
	start, end int // with the mark that separates it, for its removal
	set        int // from here to setEnd is its value with the =
	setEnd     int
}

// param finds ;NAME=VALUE of a value. One with a < that nothing closes has no
// parameters: the comma that ends it was within.
func (s *segment) param(m *sip.Message, name string) (p param, ok bool) {
	at, end := trim(m, s.start, s.end)
	b := m.Raw()[:end]
	if lt := outsideQuotes(b, at, "<"); lt < len(b) {
		if at = lt + bytes.IndexByte(b[lt:], '>'); at < lt {
			return p, false
		}
	}
	at = outsideQuotes(b, at, ";")
	for p.end = at; at < len(b); at = outsideQuotes(b, p.end, ";") {
		p.start = p.end // blanks before the ; are its own, but for the first
		from := blanks(b, at+1)
		to := from
		for to < len(b) && !isSpace(b[to]) && b[to] != '=' && b[to] != ';' {
			to++
		}
		p.set, p.end = to, blanks(b, to)
		if p.end < len(b) && b[p.end] == '=' {
			p.end = outsideQuotes(b, blanks(b, p.end+1), " \t\r\n;")
		}
		p.setEnd = p.end
		if strings.EqualFold(registry.View(b[from:to]), name) {
			return p, true
		}
	}
	return p, false
}

// blanks is where the blanks from at on end.
func blanks(b []byte, at int) int {
	for at < len(b) && isSpace(b[at]) {
		at++
	}
	return at
}

// listParam finds NAME=VALUE in a header whose values are parameters, behind a
// word (Digest a=1, b=2); found is false where it has none of that name, has
// tells whether it has parameters at all.
func listParam(m *sip.Message, start, end int, name string) (p param, found, has bool) {
	b := m.Raw()[:end]
	for at, first := start, true; ; first = false {
		comma := outsideQuotes(b, at, ",")
		has = has || comma < end
		if eq := outsideQuotes(b[:comma], at, "="); eq < comma {
			has = true
			from, to := lastWord(b, at, eq)
			p = param{start: at - 1, set: eq, setEnd: outsideQuotes(b[:comma], blanks(b[:comma], eq+1), " \t\r\n")}
			p.end = p.setEnd
			if first {
				p.start, p.end = from, min(comma+1, end)
				if comma == end {
					p.end = p.setEnd
				}
			}
			if strings.EqualFold(registry.View(b[from:to]), name) {
				return p, true, true
			}
		}
		if comma == end {
			return param{}, false, has
		}
		at = comma + 1
	}
}

// lastWord is the last word of b[at:eq].
func lastWord(b []byte, at, eq int) (from, to int) {
	for to = eq; to > at && isSpace(b[to-1]); to-- {
	}
	for from = to; from > at && !isSpace(b[from-1]); from-- {
	}
	return from, to
}
