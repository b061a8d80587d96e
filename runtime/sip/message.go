// Package sip is a SIP message: the received bytes with offsets into them,
// parsed as far as someone asks; SIP URIs; stateless replies; and the framing
// of a byte stream.
package sip

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unsafe"
)

// Source is what a message is made of when it did not come as SIP: an MSRP
// frame. AppendSIP appends the whole message.
type Source interface{ AppendSIP(dst []byte) []byte }

// Message is one SIP message. It is reused: every string taken from it dies
// with the next Parse, SetSource or Reset. Nothing beyond the first line is
// read before someone asks for it. A Message is not safe for concurrent use.
type Message struct {
	raw   []byte // borrowed from the reader, or built
	src   Source // not yet built
	built []byte // storage for what a Source makes

	first first
	flags uint32

	newURI, dstURI string
	own            []byte // storage of newURI and dstURI; only appended to while the message lives

	hdrs        []header
	seen, twice hids // which headers there are, and which of them more than once
	bodyAt      int
	hasBody     bool // the empty line is there
	scanned     bool

	have     uint8 // which of from, to, cseq are parsed
	from, to NameAddr
	routed   method
	cseq     cseq
	vias     []via // the first ones, as many as somebody has asked for
	nextVia  int   // the header line whose value is next, once moreVias is used up
	moreVias string

	junk  string // the first line among the headers that is none
	edits []Edit // by offset
}

// first is the first line in parts, as views into raw.
type first struct {
	request, http        bool
	method, uri, version string
	reason               string
	status               int
	len                  int // with its line end
}

// ErrMessage is wrapped by all errors of Parse.
var ErrMessage = errors.New("malformed SIP message")

// Parse makes m the message raw, which must not change while m is used. It
// reads the first line; headers are read when asked for. After an error m is
// empty.
func (m *Message) Parse(raw []byte) error {
	m.Reset()
	f, err := parseFirst(raw)
	if err != nil {
		return err
	}
	m.raw, m.first = raw, f
	return nil
}

// Hold makes raw the message as Parse does, even where it is none that can be
// read: then it has no first line and no headers, but Raw.
func (m *Message) Hold(raw []byte) {
	if m.Parse(raw) != nil {
		m.raw, m.bodyAt, m.scanned = raw, len(raw), true
	}
}

// SetSource makes m the message that s builds, at the first need.
func (m *Message) SetSource(s Source) {
	m.Reset()
	m.src = s
}

// Reset empties m and keeps its storage.
func (m *Message) Reset() {
	hdrs, vias, built, own, edits := m.hdrs[:0], m.vias[:0], m.built[:0], m.own[:0], m.edits[:0]
	if cap(built) > keepBuilt {
		built = nil
	}
	*m = Message{hdrs: hdrs, vias: vias, built: built, own: own, edits: edits}
}

// keepBuilt is how large a built message may be for its storage to be kept.
const keepBuilt = 64 << 10

// need builds the message of a Source.
func (m *Message) need() {
	if m.src != nil {
		m.build()
	}
}

func (m *Message) build() {
	m.built = m.src.AppendSIP(m.built[:0])
	m.src = nil
	if f, err := parseFirst(m.built); err == nil {
		m.raw, m.first = m.built, f
	}
}

func parseFirst(raw []byte) (f first, err error) {
	start := 0
	for start < len(raw) && (raw[start] == '\r' || raw[start] == '\n') {
		start++ // RFC 3261 section 7.5: line ends before a message are ignored
	}
	i := bytes.IndexByte(raw[start:], '\n')
	if i < 0 {
		return f, fmt.Errorf("%w: the first line has no end", ErrMessage)
	}
	f.len = start + i + 1
	l := view(trimCR(raw[start : start+i]))
	a, rest, ok := cut(l, ' ')
	if !ok || a == "" {
		return f, fmt.Errorf("%w: the first line has no space", ErrMessage)
	}
	if len(a) > 4 && equalFold(a[:4], "sip/") {
		code, reason, _ := cut(rest, ' ')
		n, ok := decimal(code)
		if !ok || len(code) != 3 || n < 100 {
			return f, fmt.Errorf("%w: the status is not a number from 100 to 999", ErrMessage)
		}
		f.version, f.status, f.reason = a, n, reason
		return f, nil
	}
	if !token(a) {
		return f, fmt.Errorf("%w: the method has a character that is not allowed", ErrMessage)
	}
	i = strings.IndexAny(rest, " \t")
	if i <= 0 {
		return f, fmt.Errorf("%w: the first line needs method, URI and version", ErrMessage)
	}
	version := strings.TrimLeft(rest[i:], " \t")
	if f.http = isHTTP(version); !f.http && !equalFold(version, "sip/2.0") {
		return f, fmt.Errorf("%w: the version is not SIP/2.0", ErrMessage)
	}
	f.request, f.method, f.uri, f.version = true, a, rest[:i], version
	return f, nil
}

// Raw is the whole message as it was received or built.
func (m *Message) Raw() []byte { m.need(); return m.raw }

// IsRequest reports whether m is a request.
func (m *Message) IsRequest() bool { m.need(); return m.first.request }

// Method is a request's method, "" in a reply.
func (m *Message) Method() string { m.need(); return m.first.method }

// OrigRURI is the request URI as received.
func (m *Message) OrigRURI() string { m.need(); return m.first.uri }

// RURI is the request URI, as SetRURI left it.
func (m *Message) RURI() string {
	if m.newURI != "" {
		return m.newURI
	}
	m.need()
	return m.first.uri
}

// SetRURI replaces the request URI; s is copied. It reports whether s could be
// set: a reply has none. "" brings the received one back.
func (m *Message) SetRURI(s string) bool {
	if !m.IsRequest() {
		return false
	}
	m.newURI = m.keep(s)
	return true
}

// RURIChanged reports whether SetRURI has replaced the request URI.
func (m *Message) RURIChanged() bool { return m.newURI != "" }

// DstURI is the outbound destination ($du), "" where there is none.
func (m *Message) DstURI() string { return m.dstURI }

// SetDstURI sets the outbound destination; s is copied, "" removes it.
func (m *Message) SetDstURI(s string) { m.dstURI = m.keep(s) }

// Status is a reply's code, 0 in a request.
func (m *Message) Status() int { m.need(); return m.first.status }

// Reason is a reply's reason phrase.
func (m *Message) Reason() string { m.need(); return m.first.reason }

// Version is the first line's version, "SIP/2.0".
func (m *Message) Version() string { m.need(); return m.first.version }

// Body is what follows the empty line, all of it, whatever Content-Length says.
func (m *Message) Body() string {
	m.scan()
	return view(m.raw[min(m.bodyAt, len(m.raw)):])
}

// HeadersEnd reports whether the empty line after the headers is there.
func (m *Message) HeadersEnd() bool { m.scan(); return m.hasBody }

// SetFlag, ResetFlag and IsFlag work on the message flags, i from 0 to 31.
func (m *Message) SetFlag(i int) { m.flags |= 1 << uint(i&31) }

// ResetFlag clears flag i.
func (m *Message) ResetFlag(i int) { m.flags &^= 1 << uint(i&31) }

// IsFlag reports whether flag i is set.
func (m *Message) IsFlag(i int) bool { return m.flags&(1<<uint(i&31)) != 0 }

// Flags is all message flags ($mf).
func (m *Message) Flags() uint32 { return m.flags }

// SetFlags replaces all message flags.
func (m *Message) SetFlags(f uint32) { m.flags = f }

// keep copies s into storage that lives as long as the message.
func (m *Message) keep(s string) string {
	if s == "" {
		return ""
	}
	n := len(m.own)
	m.own = append(m.own, s...)
	return view(m.own[n:])
}

// view is b as a string, not copied: b must not change while it is used.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// cut splits s at the first sep.
func cut(s string, sep byte) (before, after string, ok bool) {
	for i := range len(s) {
		if s[i] == sep {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// token reports whether s is an RFC 3261 token (section 25.1).
func token(s string) bool {
	for i := range len(s) {
		if !tokenChar[s[i]] {
			return false
		}
	}
	return s != ""
}
