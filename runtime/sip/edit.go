package sip

import (
	"slices"
	"strconv"
)

// Edit replaces the N bytes at offset At of a message's received bytes by
// Text. N 0 inserts, an empty Text removes.
type Edit struct {
	At, N int
	Text  string

	bodyType bool // SetBody's Content-Type line
}

// Edit lays a change over the message. Nothing that reads the message sees it:
// it takes effect where the message is sent. The text is copied. Edits at one
// place keep the order in which they were made; where one lies within bytes
// that another takes away, its text still goes out, behind the other's. The
// range is cut to the message. A change to the body corrects the
// Content-Length when the message is sent.
func (m *Message) Edit(at, n int, text string) {
	m.scan()
	at = max(0, min(at, len(m.raw)))
	n = max(0, min(n, len(m.raw)-at))
	if n > 0 || text != "" {
		m.lay(Edit{At: at, N: n, Text: m.keep(text)})
	}
}

// lay puts e behind all edits at its place and before it.
func (m *Message) lay(e Edit) {
	i := len(m.edits)
	for i > 0 && m.edits[i-1].At > e.At {
		i--
	}
	m.edits = slices.Insert(m.edits, i, e)
}

// SetBody replaces the body, whatever was laid over it before, and where
// contentType is not "" also the Content-Type line. It reports whether there is
// a place for a body: a message without the empty line after its headers has
// none.
func (m *Message) SetBody(body, contentType string) bool {
	m.scan()
	if !m.hasBody {
		return false
	}
	m.edits = slices.DeleteFunc(m.edits, func(e Edit) bool {
		return e.At >= m.bodyAt || e.bodyType && contentType != ""
	})
	if contentType != "" {
		for i := range m.hdrs {
			if m.hdrs[i].id == hContentType {
				start, end := m.HeaderSpan(i)
				m.lay(Edit{At: start, N: end - start})
				break
			}
		}
		n := len(m.own)
		m.own = append(m.own, "Content-Type: "...)
		m.own = append(m.own, contentType...)
		m.own = append(m.own, "\r\n"...)
		m.lay(Edit{At: m.HeadersEndAt(), Text: view(m.own[n:]), bodyType: true})
	}
	m.lay(Edit{At: m.bodyAt, N: len(m.raw) - m.bodyAt, Text: m.keep(body)})
	return true
}

// Edits are the edits by offset, at one offset in the order in which they were
// made. They belong to the message.
func (m *Message) Edits() []Edit { return m.edits }

// Edited reports whether the message differs from what was received: by edits,
// or by its request URI.
func (m *Message) Edited() bool { return len(m.edits) > 0 || m.newURI != "" }

// AppendEdited appends the message with its request URI and its edits, and a
// Content-Length that fits an edited body. Bytes that nothing changes are as
// they came.
func (m *Message) AppendEdited(dst []byte) []byte {
	m.scan()
	s := m.splice(dst, false)
	if m.newURI != "" && s.until(s.offset(m.first.uri)) {
		s.dst = append(s.dst, m.newURI...)
		s.skip(s.offset(m.first.uri) + len(m.first.uri))
	}
	for i := range m.hdrs {
		if h := &m.hdrs[i]; h.id == hContentLength {
			s.contentLength(h)
		}
	}
	return s.rest(m)
}

// Replace makes raw the message, in place of what was received and of its edits
// and request URI; flags and destination stay. raw must not change while m is
// used, and what was taken from m lives on. After an error, which wraps
// ErrMessage, m is as it was.
func (m *Message) Replace(raw []byte) error {
	f, err := parseFirst(raw)
	if err != nil {
		return err
	}
	*m = Message{
		raw: raw, first: f, flags: m.flags, dstURI: m.dstURI,
		built: m.built, own: m.own, hdrs: m.hdrs[:0], vias: m.vias[:0], edits: m.edits[:0],
	}
	return nil
}

// SetStatus changes a reply's code, 100 to 999, in the received bytes, and the
// reason where it is not "" as an Edit does. It reports whether m is a reply.
func (m *Message) SetStatus(code int, reason string) bool {
	if m.IsRequest() || code < 100 || code > 999 {
		return false
	}
	at := offset(view(m.raw), m.first.version) + len(m.first.version) + len(" ")
	at += copy(m.raw[at:], strconv.Itoa(code))
	m.first.status = code
	switch {
	case reason == "":
	case m.raw[at] == ' ':
		m.Edit(at+1, len(m.first.reason), reason)
	default:
		m.Edit(at, 0, " "+reason)
	}
	return true
}

// Overwrite changes the received bytes themselves, from offset at on: later
// reads see it. It is for what keeps its length, such as a number counted down,
// and must not touch the line ends and colons that headers are found by. It
// reports whether text fits.
func (m *Message) Overwrite(at int, text string) bool {
	m.need()
	if at < 0 || at+len(text) > len(m.raw) {
		return false
	}
	copy(m.raw[at:], text)
	return true
}
