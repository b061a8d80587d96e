package sip

import (
	"strconv"
	"strings"
)

// splice copies a message with its edits, and with what sending it on changes.
type splice struct {
	dst   []byte
	raw   string
	edits []Edit
	at    int  // what of raw is yet to be copied starts here
	body  int  // length of the body, as edited
	fix   bool // Content-Length must tell it
	told  bool // and does
}

// splice begins to copy m. On a stream Content-Length frames the message; where
// the body was edited it must follow too.
func (m *Message) splice(dst []byte, stream bool) splice {
	s := splice{dst: dst, raw: view(m.raw), edits: m.Edits(), body: len(m.raw) - m.bodyAt, fix: stream}
	if !m.hasBody {
		return s
	}
	gone := m.bodyAt // what edits take away is counted up to here
	for i := range s.edits {
		e := &s.edits[i]
		if e.At >= m.bodyAt {
			s.body += len(e.Text)
			s.fix = true
		}
		if end := e.At + e.N; end > gone {
			s.body -= end - max(e.At, gone)
			s.fix = true
			gone = end
		}
	}
	return s
}

// offset is where part, a view of the message, starts.
func (s *splice) offset(part string) int { return offset(s.raw, part) }

// until copies up to n, edits before it included, and reports whether n was
// reached: not where an edit takes away what is there.
func (s *splice) until(n int) bool {
	for len(s.edits) > 0 && s.edits[0].At < n {
		s.edit()
	}
	if s.at < n {
		s.dst = append(s.dst, s.raw[s.at:n]...)
		s.at = n
	}
	return s.at == n
}

// before is until, with what edits insert at n.
func (s *splice) before(n int) bool {
	ok := s.until(n)
	for len(s.edits) > 0 && s.edits[0].At == n && s.edits[0].N == 0 {
		s.edit()
	}
	return ok
}

// edit copies up to the next edit, and makes it.
func (s *splice) edit() {
	e := &s.edits[0]
	s.edits = s.edits[1:]
	if s.at < e.At {
		s.dst = append(s.dst, s.raw[s.at:e.At]...)
	}
	s.dst = append(s.dst, e.Text...)
	s.at = max(s.at, e.At+e.N)
}

// skip leaves out what comes before n; what edits put there still goes out.
func (s *splice) skip(n int) {
	for len(s.edits) > 0 && s.edits[0].At < n {
		s.at = max(s.at, s.edits[0].At)
		s.edit()
	}
	s.at = max(s.at, n)
}

// contentLength puts the body's length into a Content-Length header that has
// another.
func (s *splice) contentLength(h *header) {
	have, ok := decimal(h.Body)
	switch {
	case !s.fix || h.Body == "":
		return
	case ok && have == s.body:
		s.told = s.until(s.offset(h.Body)) || s.told
		return
	}
	if s.until(s.offset(h.Body)) {
		s.told = true
		s.dst = strconv.AppendInt(s.dst, int64(s.body), 10)
		s.skip(s.offset(h.Body) + len(h.Body))
	}
}

// rest copies the rest. A message that needs a Content-Length and has none gets
// it as its last header.
func (s *splice) rest(m *Message) []byte {
	if s.fix && !s.told {
		end := m.bodyAt
		if m.hasBody {
			end = len(strings.TrimSuffix(s.raw[:end-len("\n")], "\r"))
		}
		s.before(end)
		s.dst = append(s.dst, "Content-Length: "...)
		s.dst = strconv.AppendInt(s.dst, int64(s.body), 10)
		s.dst = append(s.dst, "\r\n"...)
		if !m.hasBody {
			s.dst = append(s.dst, "\r\n"...)
		}
	}
	s.until(len(s.raw))
	for len(s.edits) > 0 {
		s.edit()
	}
	return s.dst
}
