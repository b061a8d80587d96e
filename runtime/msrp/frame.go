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

	msgID, contentType, expires, authorization string
	byteRange, successReport, failureReport    string
	has                                        hdrSet

	moved []byte // storage of BeginRelay
	shift int    // by how much BeginRelay has rotated, 0 after EndRelay

	// State is the routing module's own: Parse leaves it, so that its storage
	// is reused from frame to frame.
	State any
}

type hdrSet uint8

const (
	hasMessageID hdrSet = 1 << iota
	hasContentType
	hasExpires
	hasAuthorization
	hasByteRange
	hasSuccessReport
	hasFailureReport
)

// ErrFrame is wrapped by all errors of Parse. After it the peer's next bytes
// cannot be trusted: the connection is to be closed.
var ErrFrame = errors.New("malformed MSRP frame")

func frameError(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrFrame}, args...)...)
}

// Parse makes f the frame raw, one whole frame as Framer finds it. raw must not
// change while f is used, and nobody else may use it: see BeginRelay. To-Path and From-Path have to be the first two
// headers, once each, in this order, with a URI each (RFC 4975 section 5.1);
// lines are not folded; header names match in any case.
func (f *Frame) Parse(raw []byte) error {
	*f = Frame{to: f.to[:0], from: f.from[:0], moved: f.moved, State: f.State, buf: raw, raw: view(raw)}
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
	end := strings.Index(f.raw, "\r\n")
	if end < 0 {
		return frameError("the first line has no end")
	}
	f.hdrStart = end + 2
	tid, rest, ok := strings.Cut(f.raw[len(prefix):end], " ")
	rest = strings.TrimLeft(rest, " ")
	if !ok || tid == "" || rest == "" {
		return frameError("the first line needs a transaction id and a method or status code")
	}
	f.tid = tid
	first, reason, spaced := strings.Cut(rest, " ")
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

func isCode(s string) bool {
	return len(s) == 3 && isDigit(s[0]) && isDigit(s[1]) && isDigit(s[2])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func (f *Frame) parseHeaders() error {
	at := f.hdrStart
	for n := 0; ; n++ {
		i := strings.IndexByte(f.raw[at:], '\n')
		if i < 0 {
			return frameError("the headers have no end")
		}
		next := at + i + 1
		// The first CR has to be the one before the LF.
		line, _, _ := strings.Cut(f.raw[at:next], "\r")
		if len(line) != i-1 {
			return frameError("a bare CR or LF in the header line %.40q", f.raw[at:next])
		}
		if i == 1 {
			f.hdrEnd, f.bodyFrom = at, next
			break
		}
		if next == len(f.raw) && strings.HasPrefix(line, endMark[2:]) {
			f.hdrEnd, f.endLine = at, at
			break
		}
		if err := f.parseHeader(line, at, n); err != nil {
			return err
		}
		at = next
	}
	switch {
	case len(f.to) == 0:
		return frameError("no To-Path")
	case len(f.from) == 0:
		return frameError("no From-Path")
	}
	return nil
}

func (f *Frame) parseHeader(line string, at, n int) error {
	colon := strings.IndexByte(line, ':')
	switch {
	case line[0] == ' ' || line[0] == '\t':
		return frameError("a folded header line (RFC 4975 section 7.1 forbids it)")
	case colon < 0:
		return frameError("the header line %.40q has no colon", line)
	case colon == 0:
		return frameError("the header line %.40q has no name", line)
	}
	name, val := line[:colon], line[colon+1:]
	switch {
	case named(name, "To-Path"):
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
		return nil
	case named(name, "From-Path"):
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
		return nil
	case n < 2:
		return frameError("To-Path and From-Path have to stand before %.40q", name)
	}
	f.known(name, val)
	return nil
}

// named compares header names, in any case.
func named(name, want string) bool {
	return len(name) == len(want) && (name == want || strings.EqualFold(name, want))
}

// known keeps the first header of each name that a relay reads.
func (f *Frame) known(name, val string) {
	var dst *string
	var bit hdrSet
	switch len(name) {
	case len("Expires"):
		dst, bit = match(name, "Expires", &f.expires, hasExpires)
	case len("Byte-Range"): // and Message-ID
		if dst, bit = match(name, "Message-ID", &f.msgID, hasMessageID); dst == nil {
			dst, bit = match(name, "Byte-Range", &f.byteRange, hasByteRange)
		}
	case len("Content-Type"):
		dst, bit = match(name, "Content-Type", &f.contentType, hasContentType)
	case len("Authorization"):
		dst, bit = match(name, "Authorization", &f.authorization, hasAuthorization)
	case len("Success-Report"): // and Failure-Report
		if dst, bit = match(name, "Success-Report", &f.successReport, hasSuccessReport); dst == nil {
			dst, bit = match(name, "Failure-Report", &f.failureReport, hasFailureReport)
		}
	}
	if dst != nil && f.has&bit == 0 {
		*dst = trim(val)
		f.has |= bit
	}
}

func match(name, want string, dst *string, bit hdrSet) (*string, hdrSet) {
	if named(name, want) {
		return dst, bit
	}
	return nil, 0
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
		u, s, _ = strings.Cut(s, " ")
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

// SessionID is the session part of the first To-Path URI.
func (f *Frame) SessionID() (id string, ok bool) {
	u, err := ParseURI(f.to[0])
	return u.Session, err == nil && u.Session != ""
}

// MessageID and the like return a header's value and whether it is there.
func (f *Frame) MessageID() (string, bool) { return f.msgID, f.has&hasMessageID != 0 }

// ContentType is the Content-Type header.
func (f *Frame) ContentType() (string, bool) { return f.contentType, f.has&hasContentType != 0 }

// Expires is the Expires header.
func (f *Frame) Expires() (string, bool) { return f.expires, f.has&hasExpires != 0 }

// Authorization is the Authorization header.
func (f *Frame) Authorization() (string, bool) { return f.authorization, f.has&hasAuthorization != 0 }

// ByteRange is the Byte-Range header.
func (f *Frame) ByteRange() (string, bool) { return f.byteRange, f.has&hasByteRange != 0 }

// SuccessReport is the Success-Report header.
func (f *Frame) SuccessReport() (string, bool) { return f.successReport, f.has&hasSuccessReport != 0 }

// FailureReport is the Failure-Report header.
func (f *Frame) FailureReport() (string, bool) { return f.failureReport, f.has&hasFailureReport != 0 }

// WantsFailure reports whether the sender wants to hear of failures:
// Failure-Report is not "no" (RFC 4975 section 7.1.2).
func (f *Frame) WantsFailure() bool { return !strings.EqualFold(f.failureReport, "no") }
