package textops

import (
	"strings"

	"olelo/runtime/registry"
)

// defaultBoundary is that of set_body_multipart where it is given none.
const defaultBoundary = "unique-boundary-1"

func toMultipartFuncs() []registry.Func {
	body, typ, boundary := registry.Text("body"), registry.Text("type"), registry.Text("boundary")
	const routes = registry.Request | registry.Failure | registry.Branch | registry.Event
	const name = "set_body_multipart"
	return []registry.Func{
		registry.Fn0(name, routes, func(c *registry.Ctx) int { return setMultipart(c, "", "", "") },
			"Makes of the body a multipart one that has it as its part. One that is multipart stays."),
		registry.Fn1(name, boundary, routes, func(c *registry.Ctx, boundary string) int { return setMultipart(c, "", "", boundary) },
			"The same with a boundary of its own."),
		registry.Fn2(name, body, typ, routes, func(c *registry.Ctx, body, typ string) int { return setMultipart(c, body, typ, "") },
			"Replaces the body by a multipart one with a part of that content and type. An empty one is the message's own."),
		registry.Fn3(name, body, typ, boundary, routes, setMultipart, "The same with a boundary of its own. A message that has a multipart body keeps its boundary."),
	}
}

// setMultipart replaces the body by a multipart one (RFC 2046 section 5.1) with
// one part, and the Content-Type unless that is multipart.
func setMultipart(c *registry.Ctx, body, typ, mark string) int {
	if c.Msg == nil {
		return -1
	}
	old := strings.TrimPrefix(c.Msg.Boundary(), "--")
	if body == "" {
		if old != "" {
			return 1
		}
		body, typ = c.Msg.Body(), ""
	}
	if typ == "" {
		typ = c.Msg.ContentType()
	}
	if body == "" || typ == "" {
		c.Log.Warnf(logAs, "set_body_multipart: the message has no body of a known type, and none is given: nothing is changed")
		return -1
	}
	header := ""
	switch {
	case old != "":
		mark = old
	case mark == "":
		mark = defaultBoundary
		fallthrough
	default:
		header = `multipart/mixed;boundary="` + mark + "\"\r\nMime-Version: 1.0"
	}
	part := "--" + mark + "\r\nContent-Type: " + typ + "\r\n\r\n" + body + "\r\n--" + mark + "--\r\n"
	if !c.Msg.SetBody(part, header) {
		c.Log.Errorf(logAs, "set_body_multipart: the message has no empty line after its headers: there is no place for a body")
		return -1
	}
	return 1
}
