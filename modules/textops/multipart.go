package textops

import (
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
			return getPart(c, "get_body_part", typ, v, func(body string, p *sip.Part) string { return body[p.HeadersEnd:p.Next] })
		}, "Assigns to a variable the content of the first part of a type, from the empty line to the line end before the next boundary."),
		registry.Fn2("get_body_part_raw", typ, registry.OutP("result"), reads, func(c *registry.Ctx, typ string, v *registry.Var) int {
			return getPart(c, "get_body_part_raw", typ, v, func(body string, p *sip.Part) string { return body[p.Headers:sip.LineAfter(body, p.Next)] })
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

// part is the first part of a type; where the body is not multipart, or has
// none, that is logged.
func partOf(c *registry.Ctx, fn, typ string) (sip.Part, bool) {
	if c.Msg == nil {
		return sip.Part{}, false
	}
	p, ok := c.Msg.FindPart(typ)
	switch {
	case ok:
	case c.Msg.Boundary() == "":
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
	c.Msg.Edit(at, p.Content, "")
	c.Msg.Edit(at+p.End, n-p.End, "")
	return 1
}

// getPart assigns what pick takes of the first part of a type. A body of a type
// that is not multipart is its own part, whatever type is asked for.
func getPart(c *registry.Ctx, fn, typ string, v *registry.Var, pick func(body string, p *sip.Part) string) int {
	vals := c.Borrow(1)
	defer c.Return(vals)
	if whole := c.Msg; whole != nil && whole.Body() != "" && whole.ContentType() != "" && !sip.IsMultipart(whole.ContentType()) {
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
		c.Msg.Edit(c.Msg.BodyAt()+p.Start, p.Next-p.Start, "")
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
	b, body := c.Msg.Boundary(), c.Msg.Body()
	last := -1
	if b != "" {
		for at := sip.BoundaryFrom(body, b, 0); at >= 0; at = sip.BoundaryFrom(body, b, at+len(b)) {
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
