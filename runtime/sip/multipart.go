package sip

import "strings"

// Part is where a part of a multipart body is in it (RFC 2046 section 5.1).
type Part struct {
	Start      int // of its boundary
	Headers    int
	HeadersEnd int // of the empty line
	Content    int
	End        int    // before the line end that belongs to the next boundary
	Next       int    // of the next boundary
	Type       string // its Content-Type, as it is written
}

// Boundary is the line that stands between the parts, "" where the body is not
// multipart.
func (m *Message) Boundary() string {
	params := m.ContentType()
	if !IsMultipart(params) {
		return ""
	}
	i := strings.IndexByte(params, ';')
	if i < 0 {
		return ""
	}
	b, _ := Param(params[i:], "boundary")
	if b == "" {
		return ""
	}
	return "--" + b
}

// IsMultipart reports whether a Content-Type is one of RFC 2046 section 5.1.
func IsMultipart(contentType string) bool {
	const multipart = "multipart/"
	return len(contentType) >= len(multipart) && equalFold(contentType[:len(multipart)], multipart)
}

// BoundaryFrom is where the boundary's next line starts, from at on; -1 where
// there is none.
func BoundaryFrom(body, boundary string, at int) int {
	for at < len(body) {
		i := strings.Index(body[at:], boundary)
		if i < 0 {
			return -1
		}
		at += i
		behind := strings.TrimPrefix(body[at+len(boundary):], "--")
		behind = strings.TrimLeft(behind, " \t")
		if (at == 0 || body[at-1] == '\n') && (behind == "" || behind[0] == '\r' || behind[0] == '\n') {
			return at
		}
		at += len(boundary)
	}
	return -1
}

// LineAfter is where the line behind the one at at starts.
func LineAfter(s string, at int) int {
	if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(s)
}

// FindPart is the first part of a type, "application/sdp", in whatever letters.
func (m *Message) FindPart(typ string) (Part, bool) {
	b, body := m.Boundary(), m.Body()
	if b == "" {
		return Part{}, false
	}
	at := BoundaryFrom(body, b, 0)
	for at >= 0 {
		p := Part{Start: at, Headers: LineAfter(body, at)}
		if p.Next = BoundaryFrom(body, b, p.Headers); p.Next < 0 {
			break // what is behind the last boundary is no part
		}
		p.read(body)
		if strings.EqualFold(MediaType(p.Type), typ) {
			return p, true
		}
		at = p.Next
	}
	return Part{}, false
}

// read finds the part's type and where its content is.
func (p *Part) read(body string) {
	at := p.Headers
	for at < p.Next {
		end := LineAfter(body, at)
		line := strings.TrimRight(body[at:end], "\r\n")
		if line == "" {
			break
		}
		if name, val, ok := strings.Cut(line, ":"); ok && equalFold(strings.TrimSpace(name), "content-type") {
			p.Type = val
		}
		at = end
	}
	p.HeadersEnd = min(at, p.Next)
	p.Content = min(LineAfter(body, p.HeadersEnd), p.Next)
	p.End = p.Next
	if p.End > p.Content && body[p.End-1] == '\n' {
		p.End--
	}
	if p.End > p.Content && body[p.End-1] == '\r' {
		p.End--
	}
}

// MediaType is the type/subtype of a Content-Type, without its parameters.
func MediaType(contentType string) string {
	if i := strings.IndexByte(contentType, ';'); i >= 0 {
		contentType = contentType[:i]
	}
	return strings.TrimSpace(contentType)
}
