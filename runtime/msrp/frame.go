// Package msrp is an MSRP frame (RFC 4975, 4976): the received bytes with
// offsets into them, replies and relayed frames made from it, the framing of
// a byte stream, and MSRP URIs.
package msrp

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"
)

// Frame is one MSRP request or response. It is reused by its connection:
// every view taken from it dies when the next frame is read.
type Frame struct {
	buf []byte // the connection's buffer
	raw string // the same as text

	method, code, reason, tid  string
	flag                       byte
	hdrStart, hdrEnd, bodyFrom int
	endLine                    int // where its dashes start

	to, from []string // URIs, at least one each
	toAt     int      // where the first To-Path URI starts
	fromAt   int      // where the first From-Path URI starts

	has  uint8        // bit h: header h is there
	vals [kept]string // of those that are

	sessioned []byte // the URI that SessionID has read last, and
	session   [2]int // where in it the session part is

	moved []byte // storage of BeginRelay
	shift int    // by how much BeginRelay has rotated, 0 after EndRelay

	// State is the routing module's own: Parse leaves it, so that its storage
	// is reused from frame to frame.
	State any
}

// header is one of the headers that a relay reads.
type header uint8

const (
	messageID header = iota
	contentType
	expires
	authorization
	byteRange
	successReport
	failureReport
	kept // those before are kept by their number

	toPath = iota - 1
	fromPath
	unread
)

var names = [unread]string{
	messageID:     "Message-ID",
	contentType:   "Content-Type",
	expires:       "Expires",
	authorization: "Authorization",
	byteRange:     "Byte-Range",
	successReport: "Success-Report",
	failureReport: "Failure-Report",
	toPath:        "To-Path",
	fromPath:      "From-Path",
}

// headerOf tells which header a line is, in any case, and where its colon is, -1
// for none. Written as the RFC writes them they are told by their first letters.
func headerOf(line string) (h header, colon int) {
	switch line[0] {
	case 'T':
		h = toPath
	case 'F':
		h = fromPath
		if strings.HasPrefix(line, "Fa") {
			h = failureReport
		}
	case 'B':
		h = byteRange
	case 'C':
		h = contentType
	case 'E':
		h = expires
	case 'A':
		h = authorization
	case 'S':
		h = successReport
	}
	if name := names[h]; len(line) > len(name) && line[len(name)] == ':' && line[:len(name)] == name {
		return h, len(name)
	}
	colon = strings.IndexByte(line, ':')
	for h, name := range names {
		if colon == len(name) && strings.EqualFold(line[:colon], name) {
			return header(h), colon
		}
	}
	return unread, colon
}

// ErrFrame is wrapped by all errors of Parse. After it the peer's next bytes
// cannot be trusted: the connection is to be closed.
var ErrFrame = errors.New("malformed MSRP frame")

func frameError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrFrame}, args...)...)
}

// Parse makes f the frame raw, one whole frame as Framer finds it. raw must not
// change while f is used, and nobody else may use it: see BeginRelay. To-Path and
// From-Path have to be the first two headers, once each, in this order, with a
// URI each (RFC 4975 section 5.1); lines are not folded; header names match in
// any case.
func (f *Frame) Parse(raw []byte) error {
	f.buf, f.raw = raw, view(raw)
	f.method, f.code, f.reason = "", "", ""
	f.to, f.from, f.has = f.to[:0], f.from[:0], 0
	f.bodyFrom, f.shift = 0, 0
	if err := f.parseFirst(); err != nil {
		return err
	}
	if err := f.parseHeaders(); err != nil {
		return err
	}
	return f.parseEnd()
}

func (f *Frame) parseFirst() error {
	if !strings.HasPrefix(f.raw, prefix) {
		return frameError(`it does not start with "MSRP "`)
	}
	end := lineLen(f.raw)
	if end < 0 {
		return frameError("the first line has no end")
	}
	f.hdrStart = end + 2
	tid, rest, ok := cut(f.raw[len(prefix):end], ' ')
	for rest != "" && rest[0] == ' ' {
		rest = rest[1:]
	}
	if !ok || tid == "" || rest == "" {
		return frameError("the first line needs a transaction id and a method or status code")
	}
	f.tid = tid
	first, reason, spaced := cut(rest, ' ')
	// RFC 4975 section 9: status-code [SP comment]; a method stands alone.
	if isCode(first) {
		f.code, f.reason = first, reason
		return nil
	}
	if spaced {
		return frameError("invalid status code %.20q", first)
	}
	for i := range len(first) {
		if c := first[i]; c <= ' ' || c >= 0x7F {
			return frameError("the method has a character that is not allowed")
		}
	}
	f.method = first
	return nil
}

// cut is strings.Cut at a byte, which strings.Cut takes three times as long for.
func cut(s string, sep byte) (before, after string, found bool) {
	if i := strings.IndexByte(s, sep); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

// lineLen is how long the line is that s starts with, without its CRLF; -1: it
// does not end.
func lineLen(s string) int {
	if i := strings.IndexByte(s, '\n'); i > 0 && s[i-1] == '\r' {
		return i - 1
	}
	return strings.Index(s, "\r\n")
}

func isCode(s string) bool {
	return len(s) == 3 && isDigit(s[0]) && isDigit(s[1]) && isDigit(s[2])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func (f *Frame) parseHeaders() error {
	end, lines, err := f.parseLines()
	// A CR that ends no line is looked for in all of them at once.
	if strings.Count(f.raw[f.hdrStart:end], "\r") != lines {
		return f.oddLine()
	}
	if err != nil {
		return err
	}
	switch {
	case len(f.to) == 0:
		return frameError("no To-Path")
	case len(f.from) == 0:
		return frameError("no From-Path")
	}
	return nil
}

// parseLines parses the header lines to the empty line or the end line, or to
// the one that is wrong. It returns how many it has read, and where they end.
func (f *Frame) parseLines() (at, n int, err error) {
	for at = f.hdrStart; ; n++ {
		i := strings.IndexByte(f.raw[at:], '\n')
		switch {
		case i < 0:
			return at, n, frameError("the headers have no end")
		case i == 0 || f.raw[at+i-1] != '\r':
			return at, n, f.oddLine()
		}
		line, start := f.raw[at:at+i-1], at
		at += i + 1
		if line == "" {
			f.hdrEnd, f.bodyFrom = start, at
			return at, n + 1, nil
		}
		if at == len(f.raw) && strings.HasPrefix(line, endMark[2:]) {
			f.hdrEnd, f.endLine = start, start
			return at, n + 1, nil
		}
		if err := f.parseHeader(line, start, n); err != nil {
			return at, n + 1, err
		}
	}
}

// oddLine is the error of the first header line that has a CR or an LF which is
// not of its end.
func (f *Frame) oddLine() error {
	for rest := f.raw[f.hdrStart:]; ; {
		i := strings.IndexByte(rest, '\n')
		if cr := strings.IndexByte(rest[:i+1], '\r'); cr < 0 || cr != i-1 {
			return frameError("a bare CR or LF in the header line %.40q", rest[:i+1])
		}
		rest = rest[i+1:]
	}
}

func (f *Frame) parseHeader(line string, at, n int) error {
	h, colon := headerOf(line)
	switch {
	case line[0] == ' ' || line[0] == '\t':
		return frameError("a folded header line (RFC 4975 section 7.1 forbids it)")
	case colon < 0:
		return frameError("the header line %.40q has no colon", line)
	case colon == 0:
		return frameError("the header line %.40q has no name", line)
	}
	val := line[colon+1:]
	switch {
	case h == toPath:
		switch {
		case len(f.to) > 0:
			return frameError("more than one To-Path")
		case n != 0:
			return frameError("To-Path has to be the first header")
		}
		f.to, f.toAt = appendPath(f.to, val, at+colon+1)
		if len(f.to) == 0 {
			return frameError("To-Path is empty")
		}
	case h == fromPath:
		switch {
		case len(f.from) > 0:
			return frameError("more than one From-Path")
		case len(f.to) == 0:
			return frameError("From-Path has to follow To-Path")
		case n != 1:
			return frameError("From-Path has to be the second header")
		}
		f.from, f.fromAt = appendPath(f.from, val, at+colon+1)
		if len(f.from) == 0 {
			return frameError("From-Path is empty")
		}
	case n < 2:
		return frameError("To-Path and From-Path have to stand before %.40q", line[:colon])
	case h < kept && f.has&(1<<h) == 0: // the first of a name counts
		f.has |= 1 << h
		f.vals[h] = trim(val)
	}
	return nil
}

// header is the value of a header that is kept, and whether it is there.
func (f *Frame) header(h header) (val string, ok bool) {
	if f.has&(1<<h) == 0 {
		return "", false
	}
	return f.vals[h], true
}

// trim removes the blanks around a value.
func trim(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

// appendPath splits a path, whose text starts at offset at of the frame, at its
// spaces; first is where its first URI starts.
func appendPath(dst []string, s string, at int) (path []string, first int) {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
		at++
	}
	for s = trim(s); s != ""; {
		var u string
		u, s, _ = cut(s, ' ')
		if u != "" { // two spaces
			dst = append(dst, u)
		}
	}
	return dst, at
}

// parseEnd checks the end line, and so that raw is one frame and no more.
func (f *Frame) parseEnd() error {
	end := len(f.raw) - len(f.tid) - len("-------$\r\n")
	if end < f.hdrEnd || f.raw[end:end+7] != endMark[2:] || f.raw[end+7:end+7+len(f.tid)] != f.tid {
		return frameError("it does not end with the end line of its transaction id")
	}
	if f.raw[len(f.raw)-2:] != "\r\n" {
		return frameError("the end line does not end with CRLF")
	}
	switch f.flag = f.raw[len(f.raw)-3]; f.flag {
	case '$', '+', '#':
	default:
		return frameError("the end line's flag is not one of $ + #")
	}
	switch {
	case f.bodyFrom == 0 && f.endLine != end:
		return frameError("the end line is not where the headers end")
	case f.bodyFrom > 0 && (end-2 < f.bodyFrom || f.raw[end-2:end] != "\r\n"):
		return frameError("the body does not end with CRLF")
	}
	f.endLine = end
	return nil
}

// view is b as a string, not copied: b must not change while it is used.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// IsRequest reports whether f is a request.
func (f *Frame) IsRequest() bool { return f.method != "" }

// IsReply reports whether f is a response.
func (f *Frame) IsReply() bool { return f.code != "" }

// Raw is the whole frame ($msrp(buf)).
func (f *Frame) Raw() string { return f.raw }

// Method is a request's method, "" in a response.
func (f *Frame) Method() string { return f.method }

// Code is a response's three digits, "" in a request.
func (f *Frame) Code() string { return f.code }

// Reason is a response's comment, "" where there is none.
func (f *Frame) Reason() string { return f.reason }

// TransID is the transaction id.
func (f *Frame) TransID() string { return f.tid }

// Flag is the end line's continuation flag: $, + or #.
func (f *Frame) Flag() byte { return f.flag }

// FirstLine is the first line without its CRLF.
func (f *Frame) FirstLine() string { return f.raw[:f.hdrStart-2] }

// Headers is the header lines, each with its CRLF ($msrp(hdrs)).
func (f *Frame) Headers() string { return f.raw[f.hdrStart:f.hdrEnd] }

// Header finds the first header called name, in any case, its value trimmed.
func (f *Frame) Header(name string) (val string, ok bool) {
	for s := f.Headers(); s != ""; {
		var line string
		line, s, _ = strings.Cut(s, "\r\n")
		if k, v, _ := strings.Cut(line, ":"); strings.EqualFold(k, name) {
			return trim(v), true
		}
	}
	return "", false
}

// Body is what stands between the empty line and the end line, with its last
// CRLF, as $msrp(body) has it; has is false where there is no empty line.
func (f *Frame) Body() (body string, has bool) {
	if f.bodyFrom == 0 {
		return "", false
	}
	return f.raw[f.bodyFrom:f.endLine], true
}

// ToPath and FromPath are the URIs of those headers, at least one each.
func (f *Frame) ToPath() []string { return f.to }

// FromPath is the URIs of From-Path.
func (f *Frame) FromPath() []string { return f.from }

// CurrentHop is the first To-Path URI: this server ($msrp(crthop)).
func (f *Frame) CurrentHop() string { return f.to[0] }

// NextHop is the second To-Path URI.
func (f *Frame) NextHop() (uri string, ok bool) {
	if len(f.to) < 2 {
		return "", false
	}
	return f.to[1], true
}

// LastHop is the last To-Path URI: the frame's final target.
func (f *Frame) LastHop() string { return f.to[len(f.to)-1] }

// PrevHop is the first From-Path URI: who sent the frame here.
func (f *Frame) PrevHop() string { return f.from[0] }

// FirstHop is the last From-Path URI: the frame's origin.
func (f *Frame) FirstHop() string { return f.from[len(f.from)-1] }

// SessionID is the session part of the first To-Path URI. The URI is read when
// it is not that of the frame before: a batch has mostly one.
func (f *Frame) SessionID() (id string, ok bool) {
	uri := f.to[0]
	if string(f.sessioned) != uri {
		f.sessioned, f.session = append(f.sessioned[:0], uri...), [2]int{}
		var u URI
		if u.parse(uri) == nil && u.Session != "" {
			from := len(u.Scheme) + len("://")
			from += strings.IndexByte(uri[from:], '/') + 1
			f.session = [2]int{from, from + len(u.Session)}
		}
	}
	id = uri[f.session[0]:f.session[1]]
	return id, id != ""
}

// MessageID and the like return a header's value and whether it is there.
func (f *Frame) MessageID() (string, bool) { return f.header(messageID) }

// ContentType is the Content-Type header.
func (f *Frame) ContentType() (string, bool) { return f.header(contentType) }

// Expires is the Expires header.
func (f *Frame) Expires() (string, bool) { return f.header(expires) }

// Authorization is the Authorization header.
func (f *Frame) Authorization() (string, bool) { return f.header(authorization) }

// ByteRange is the Byte-Range header.
func (f *Frame) ByteRange() (string, bool) { return f.header(byteRange) }

// SuccessReport is the Success-Report header.
func (f *Frame) SuccessReport() (string, bool) { return f.header(successReport) }

// FailureReport is the Failure-Report header.
func (f *Frame) FailureReport() (string, bool) { return f.header(failureReport) }

// WantsFailure reports whether the sender wants to hear of failures:
// Failure-Report is not "no" (RFC 4975 section 7.1.2).
func (f *Frame) WantsFailure() bool {
	v, _ := f.header(failureReport)
	return !strings.EqualFold(v, "no")
}
