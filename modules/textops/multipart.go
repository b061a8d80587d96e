package textops

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

func partFuncs() []registry.Func {
	typ, body := registry.Text("type"), registry.Text("body")
	const changes = registry.Request | registry.Failure | registry.Branch | registry.Event
	reads := changes | registry.Reply
	return []registry.Func{
		registry.Fn1("filter_body", registry.Word("type"), registry.Any, filterBody,
			"Leaves of a multipart body only the content of the first part of a type. The Content-Type stays."),
		registry.Fn2("get_body_part", typ, registry.OutP("result"), reads, func(c *registry.Ctx, typ string, v *registry.Var) int {
			return getPart(c, "get_body_part", typ, v, func(body string, p *bodyPart) string { return body[p.headersEnd:p.next] })
		}, "Assigns to a variable the content of the first part of a type, from the empty line to the line end before the next boundary."),
		registry.Fn2("get_body_part_raw", typ, registry.OutP("result"), reads, func(c *registry.Ctx, typ string, v *registry.Var) int {
			return getPart(c, "get_body_part_raw", typ, v, func(body string, p *bodyPart) string { return body[p.headers:lineAfter(body, p.next)] })
		}, "The same with the part's headers and the boundary behind it."),
		registry.Fn1("remove_body_part", typ, changes, removePart, "Removes the first part of a type from a multipart body."),
		registry.Fn2("append_body_part", body, typ, changes, func(c *registry.Ctx, body, typ string) int {
			return appendPart(c, "append_body_part", body, typ, "")
		}, "Appends a part to a multipart body."),
		registry.Fn3("append_body_part", body, typ, registry.Text("disposition"), changes, func(c *registry.Ctx, body, typ, disposition string) int {
			return appendPart(c, "append_body_part", body, typ, disposition)
		}, "The same with a Content-Disposition."),
		registry.Fn2("append_body_part_hex", body, typ, changes, func(c *registry.Ctx, body, typ string) int {
			return appendHexPart(c, body, typ, "")
		}, "Appends a part whose content is written in hexadecimal; blanks in it count nothing."),
		registry.Fn3("append_body_part_hex", body, typ, registry.Text("disposition"), changes, appendHexPart,
			"The same with a Content-Disposition."),
	}
}

// bodyPart is where a part of a multipart body is in it (RFC 2046 section 5.1).
type bodyPart struct {
	start      int // of its boundary
	headers    int
	headersEnd int // of the empty line
	content    int
	end        int // before the line end that belongs to the next boundary
	next       int // of the next boundary
	typ        string
}

// boundary is the line that stands between the parts, "" where the body is not
// multipart.
func boundary(m *sip.Message) string {
	params := m.ContentType()
	if !isMultipart(params) {
		return ""
	}
	i := strings.IndexByte(params, ';')
	if i < 0 {
		return ""
	}
	b, _ := sip.Param(params[i:], "boundary")
	if b == "" {
		return ""
	}
	return "--" + b
}

func isMultipart(contentType string) bool {
	const multipart = "multipart/"
	return len(contentType) >= len(multipart) && equalFold(contentType[:len(multipart)], multipart)
}

// boundaryFrom is where the boundary's next line starts, from at on; -1 where
// there is none.
func boundaryFrom(body, boundary string, at int) int {
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

// lineAfter is where the line behind the one at at starts.
func lineAfter(s string, at int) int {
	if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(s)
}

// findPart is the first part of a type.
func findPart(m *sip.Message, typ string) (bodyPart, bool) {
	b, body := boundary(m), m.Body()
	if b == "" {
		return bodyPart{}, false
	}
	at := boundaryFrom(body, b, 0)
	for at >= 0 {
		p := bodyPart{start: at, headers: lineAfter(body, at)}
		if p.next = boundaryFrom(body, b, p.headers); p.next < 0 {
			break // what is behind the last boundary is no part
		}
		p.read(body)
		if equalFold(mimeOf(p.typ), typ) {
			return p, true
		}
		at = p.next
	}
	return bodyPart{}, false
}

// read finds the part's type and where its content is.
func (p *bodyPart) read(body string) {
	at := p.headers
	for at < p.next {
		end := lineAfter(body, at)
		line := strings.TrimRight(body[at:end], "\r\n")
		if line == "" {
			break
		}
		if name, val, ok := strings.Cut(line, ":"); ok && equalFold(strings.TrimSpace(name), "content-type") {
			p.typ = val
		}
		at = end
	}
	p.headersEnd = min(at, p.next)
	p.content = min(lineAfter(body, p.headersEnd), p.next)
	p.end = p.next
	if p.end > p.content && body[p.end-1] == '\n' {
		p.end--
	}
	if p.end > p.content && body[p.end-1] == '\r' {
		p.end--
	}
}

// part is the first part of a type; where the body is not multipart, or has
// none, that is logged.
func partOf(c *registry.Ctx, fn, typ string) (bodyPart, bool) {
	if c.Msg == nil {
		return bodyPart{}, false
	}
	p, ok := findPart(c.Msg, typ)
	switch {
	case ok:
	case boundary(c.Msg) == "":
		c.Log.Warnf(logAs, "%s: the body is not multipart: the Content-Type is %.60q", fn, c.Msg.ContentType())
	default:
		c.Log.Debugf(logAs, "%s: the body has no part of the type %.60q", fn, typ)
	}
	return p, ok
}

func filterBody(c *registry.Ctx, typ string) int {
	p, ok := partOf(c, "filter_body", typ)
	if !ok {
		return -1
	}
	at, n := c.Msg.BodyAt(), len(c.Msg.Body())
	c.Msg.Edit(at, p.content, "")
	c.Msg.Edit(at+p.end, n-p.end, "")
	return 1
}

// getPart assigns what pick takes of the first part of a type. A body of a type
// that is not multipart is its own part, whatever type is asked for.
func getPart(c *registry.Ctx, fn, typ string, v *registry.Var, pick func(body string, p *bodyPart) string) int {
	vals := c.Borrow(1)
	defer c.Return(vals)
	if whole := c.Msg; whole != nil && whole.Body() != "" && whole.ContentType() != "" && !isMultipart(whole.ContentType()) {
		vals[0] = value.OfStr(whole.Body())
		return registry.Truth(v.Set(c, &vals[0]))
	}
	p, ok := partOf(c, fn, typ)
	if !ok {
		return -1
	}
	vals[0] = value.OfStr(pick(c.Msg.Body(), &p))
	return registry.Truth(v.Set(c, &vals[0]))
}

func removePart(c *registry.Ctx, typ string) int {
	p, ok := partOf(c, "remove_body_part", typ)
	if ok {
		c.Msg.Edit(c.Msg.BodyAt()+p.start, p.next-p.start, "")
	}
	return registry.Truth(ok)
}

func appendHexPart(c *registry.Ctx, body, typ, disposition string) int {
	b, ok := unhex(c, "append_body_part_hex", body)
	if !ok {
		return -1
	}
	return appendPart(c, "append_body_part_hex", b, typ, disposition)
}

// appendPart puts a part before the boundary that ends the body.
func appendPart(c *registry.Ctx, fn, content, typ, disposition string) int {
	if c.Msg == nil {
		return -1
	}
	if content == "" {
		c.Log.Errorf(logAs, "%s: the part is empty: nothing is appended", fn)
		return -1
	}
	if !lineValue(c, fn, typ) {
		return -1
	}
	b, body := boundary(c.Msg), c.Msg.Body()
	last := -1
	if b != "" {
		for at := boundaryFrom(body, b, 0); at >= 0; at = boundaryFrom(body, b, at+len(b)) {
			last = at
		}
	}
	if last < 0 {
		c.Log.Errorf(logAs, "%s: the body is not multipart, or has no boundary in it: the Content-Type is %.60q", fn, c.Msg.ContentType())
		return -1
	}
	if disposition != "" {
		disposition = "Content-Disposition: " + disposition + "\r\n"
	}
	c.Msg.Edit(c.Msg.BodyAt()+last, 0, b+"\r\nContent-Type: "+typ+"\r\n"+disposition+"\r\n"+content+"\r\n")
	return 1
}
