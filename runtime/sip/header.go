package sip

import "strings"

// Header is one header line. Body is without the white space around it; a
// folded one keeps its line ends.
type Header struct{ Name, Body string }

// header is a Header with its name looked up. All are views: raw does not move
// while the message lives.
type header struct {
	Header
	line string // with its line end
	id   hid
}

// hid is a header name that the server knows.
type hid uint8

const (
	hOther hid = iota
	hVia
	hFrom
	hTo
	hCallID
	hCSeq
	hContact
	hContentLength
	hContentType
	hMaxForwards
	hRecordRoute
	hRoute
	hAuthorization
	hProxyAuthorization
	hExpires
	hAccept
	hAllow
	hUserAgent
	hServer
	hSupported
	hRequire
	hEvent
	hContentEncoding
	hSubject
	hReferTo
	hReferredBy
	hSessionExpires
	hAllowEvents
	hAcceptContact
	hRejectContact
	hRequestDisposition
	hIdentity
	hIdentityInfo
)

// hids is a set of them, a bit each.
type hids uint64

// dialogHeaders are those that are in each message once and that its replies have too.
const dialogHeaders hids = 1<<hFrom | 1<<hTo | 1<<hCallID | 1<<hCSeq

// all reports whether every one of some is in s.
func (s hids) all(some hids) bool { return s&some == some }

// known has each name as it is mostly written and its compact form (RFC 3261 section
// 7.3.3 and the IANA registry).
var known = [...]struct {
	name  string
	short byte
}{
	hVia: {"Via", 'v'}, hFrom: {"From", 'f'}, hTo: {"To", 't'}, hCallID: {"Call-ID", 'i'},
	hCSeq: {"CSeq", 0}, hContact: {"Contact", 'm'}, hContentLength: {"Content-Length", 'l'},
	hContentType: {"Content-Type", 'c'}, hMaxForwards: {"Max-Forwards", 0},
	hRecordRoute: {"Record-Route", 0}, hRoute: {"Route", 0},
	hAuthorization: {"Authorization", 0}, hProxyAuthorization: {"Proxy-Authorization", 0},
	hExpires: {"Expires", 0}, hAccept: {"Accept", 0}, hAllow: {"Allow", 0},
	hUserAgent: {"User-Agent", 0}, hServer: {"Server", 0}, hSupported: {"Supported", 'k'},
	hRequire: {"Require", 0}, hEvent: {"Event", 'o'}, hContentEncoding: {"Content-Encoding", 'e'},
	hSubject: {"Subject", 's'}, hReferTo: {"Refer-To", 'r'}, hReferredBy: {"Referred-By", 'b'},
	hSessionExpires: {"Session-Expires", 'x'}, hAllowEvents: {"Allow-Events", 'u'},
	hAcceptContact: {"Accept-Contact", 'a'}, hRejectContact: {"Reject-Contact", 'j'},
	hRequestDisposition: {"Request-Disposition", 'd'}, hIdentity: {"Identity", 'y'},
	hIdentityInfo: {"Identity-Info", 'n'},
}

// shortID finds a name by its compact form, byLen lists names by length.
var shortID, byLen = func() (s [26]hid, l [24][]hid) {
	for i, k := range known {
		if k.short != 0 {
			s[k.short-'a'] = hid(i)
		}
		l[len(k.name)] = append(l[len(k.name)], hid(i))
	}
	l[0] = nil
	return s, l
}()

func headerID(name string) hid {
	if len(name) == 1 {
		if c := name[0] | 0x20; 'a' <= c && c <= 'z' {
			return shortID[c-'a']
		}
		return hOther
	}
	if len(name) >= len(byLen) {
		return hOther
	}
	for _, id := range byLen[len(name)] {
		if k := known[id].name; (k[0]^name[0])&^0x20 == 0 && (name == k || strings.EqualFold(name, k)) {
			return id
		}
	}
	return hOther
}

// Key is a header name made ready for lookups, so that they compare no text
// where the name is a known one.
type Key struct {
	id   hid
	name string
}

// HeaderKey returns the Key of a header name: case does not matter, and a
// compact form is the long one.
func HeaderKey(name string) Key {
	return Key{headerID(name), name}
}

// matches reports whether h has k's name.
func (k *Key) matches(h *header) bool {
	return h.id == k.id && (k.id != hOther || sameName(h.Name, k.name))
}

// sameName compares two names that are none of the known ones: most of them
// differ in length or in their first letter.
func sameName(a, b string) bool {
	return len(a) == len(b) && a != "" && (a[0]^b[0])&^0x20 == 0 && strings.EqualFold(a, b)
}

// Header returns the i-th header called name, counted from 0, or from the end
// where i < 0 (-1 is the last). Case does not matter, and a compact form is
// the long one.
func (m *Message) Header(name string, i int) (Header, bool) {
	return m.HeaderByKey(&Key{headerID(name), name}, i)
}

// HeaderByKey is Header with a prepared name.
func (m *Message) HeaderByKey(k *Key, i int) (Header, bool) {
	m.scan()
	if i == 0 {
		if j := m.find(k); j >= 0 {
			return m.hdrs[j].Header, true
		}
		return Header{}, false
	}
	if i < 0 {
		for j := len(m.hdrs) - 1; j >= 0; j-- {
			if k.matches(&m.hdrs[j]) {
				if i++; i == 0 {
					return m.hdrs[j].Header, true
				}
			}
		}
		return Header{}, false
	}
	for j := range m.hdrs {
		if k.matches(&m.hdrs[j]) {
			if i == 0 {
				return m.hdrs[j].Header, true
			}
			i--
		}
	}
	return Header{}, false
}

// find is the number of the first header line that has k's name, -1 where there
// is none.
func (m *Message) find(k *Key) int {
	if m.seen&(1<<k.id) == 0 {
		return -1
	}
	if k.id != hOther {
		return m.at(k.id)
	}
	for j := range m.hdrs {
		if k.matches(&m.hdrs[j]) {
			return j
		}
	}
	return -1
}

// CountByKey is how many header lines have k's name.
func (m *Message) CountByKey(k *Key) (n int) {
	m.scan()
	for j := range m.hdrs {
		if k.matches(&m.hdrs[j]) {
			n++
		}
	}
	return n
}

// NumHeaders is how many header lines there are.
func (m *Message) NumHeaders() int { m.scan(); return len(m.hdrs) }

// HeaderAt is the i-th header line, 0 ≤ i < NumHeaders.
func (m *Message) HeaderAt(i int) Header { m.scan(); return m.hdrs[i].Header }

// at is the number of the first header line of a kind that has been seen.
func (m *Message) at(id hid) (j int) {
	for m.hdrs[j].id != id {
		j++
	}
	return j
}

// body returns the first header with a known name.
func (m *Message) body(id hid) (string, bool) {
	if m.scan(); m.seen&(1<<id) == 0 {
		return "", false
	}
	return m.hdrs[m.at(id)].Body, true
}

// scan finds all header lines, once.
func (m *Message) scan() {
	if !m.scanned {
		m.findHeaders()
	}
}

func (m *Message) findHeaders() {
	m.need()
	m.scanned = true
	s := view(m.raw)
	at := m.first.len
	m.bodyAt = len(s)
	for at < len(s) {
		colon := at
		for colon < len(s) && tokenChar[s[colon]] {
			colon++
		}
		name := s[at:colon]
		for colon < len(s) && (s[colon] == ' ' || s[colon] == '\t') {
			colon++
		}
		end := lineEnd(s, colon)
		if blank(s[at:end]) {
			m.bodyAt, m.hasBody = end, true
			return
		}
		// A line that starts with white space belongs to the one before.
		for end < len(s) && (s[end] == ' ' || s[end] == '\t') {
			end = lineEnd(s, end)
		}
		l := s[at:end]
		id := headerID(name)
		// As in Kamailio the last line is none without an end, nor a Via there.
		last := end == len(s) && (s[end-1] != '\n' || id == hVia)
		if name == "" || colon == end || s[colon] != ':' || last {
			if m.junk == "" {
				m.junk = l // not a header: Check refuses it, the others pass over it
			}
			at = end
			continue
		}
		m.twice |= m.seen & (1 << id)
		m.seen |= 1 << id
		m.hdrs = append(m.hdrs, header{Header{name, trimSpace(s[colon+1 : end])}, l, id})
		at = end
	}
}

// lineEnd is the offset after the line that starts at s[at:].
func lineEnd(s string, at int) int {
	if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(s)
}

func blank(l string) bool { return l == "\r\n" || l == "\n" }

func isSpace(c byte) bool { return space[c] }

// trimSpace removes blanks and line ends on both sides.
func trimSpace(s string) string {
	i, n := 0, len(s)
	for i < n && space[s[i]] {
		i++
	}
	for n > i && space[s[n-1]] {
		n--
	}
	return s[i:n]
}

// CallID is the Call-ID, "" where there is none.
func (m *Message) CallID() string { s, _ := m.body(hCallID); return s }

// Contact is the first Contact header's text, "" where there is none.
func (m *Message) Contact() string { s, _ := m.body(hContact); return s }

// UserAgent is the User-Agent header's text.
func (m *Message) UserAgent() string { s, _ := m.body(hUserAgent); return s }

// ContentType is the Content-Type header's text.
func (m *Message) ContentType() string { s, _ := m.body(hContentType); return s }

// CSeq is the CSeq header's number and method, as written: ok tells that there
// are two texts with blanks between them, not that they are a number and a token.
func (m *Message) CSeq() (num, method string, ok bool) {
	if m.scan(); m.have&haveCSeq == 0 {
		m.have |= haveCSeq
		s, _ := m.body(hCSeq)
		m.cseq = readCSeq(s)
	}
	return m.cseq.num, m.cseq.method, m.cseq.method != ""
}

// cseq is a CSeq in its parts; both are "" where it has others.
type cseq struct{ num, method string }

func readCSeq(s string) cseq {
	i := space.index(s)
	if i < 0 {
		return cseq{}
	}
	method := strings.TrimLeft(s[i:], " \t")
	if space.in(method) {
		return cseq{}
	}
	return cseq{s[:i], method}
}

// ContentLength is the Content-Length header's number.
func (m *Message) ContentLength() (n int, ok bool) {
	s, ok := m.body(hContentLength)
	if !ok {
		return 0, false
	}
	return decimal(s)
}
