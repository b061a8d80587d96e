package textops

import (
	"fmt"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/strftime"
)

func appendFuncs() []registry.Func {
	line := lineP("text")
	const (
		end     = " The text needs its line end, \\r\\n."
		replies = registry.Request | registry.Failure | registry.Branch | registry.Event
	)
	return []registry.Func{
		registry.Fn1("append_hf", line, registry.Any, func(c *registry.Ctx, s string) int {
			return appendHeader(c, s, nil)
		}, "Appends header lines behind the last header."+end),
		registry.Fn2("append_hf", line, headerP("after"), registry.Any, appendHeader,
			"Appends header lines behind the last header of a name, behind all headers where there is none."+end),
		registry.Fn1("insert_hf", line, registry.Any, func(c *registry.Ctx, s string) int {
			return insertHeader(c, s, nil)
		}, "Inserts header lines before the first header."+end),
		registry.Fn2("insert_hf", line, headerP("before"), registry.Any, insertHeader,
			"Inserts header lines before the first header of a name, before all headers where there is none."+end),
		registry.Fn2("append_urihf", registry.Word("prefix"), registry.Word("suffix"), replies, appendURI,
			"Appends a header line with the received request URI in it: prefix, URI, suffix."),
		registry.Fn0("append_time_to_request", registry.Any, func(c *registry.Ctx) int {
			return appendHeader(c, registry.View(date(c)), nil)
		}, "Appends a Date header to the message."),
		registry.Fn0("append_time", replies, func(c *registry.Ctx) int {
			c.State.ReplyHeaders = append(c.State.ReplyHeaders, date(c)...)
			return 1
		}, "Adds a Date header to the replies to this request."),
		registry.Fn1("append_to_reply", line, replies, func(c *registry.Ctx, s string) int {
			if s == "" {
				c.Log.Errorf(logAs, "append_to_reply: the text is empty: nothing is added")
				return -1
			}
			c.State.ReplyHeaders = append(c.State.ReplyHeaders, s...)
			return 1
		}, "Adds header lines to the replies to this request."+end),
	}
}

// lineP is text that goes into a message as header lines.
func lineP(name string) registry.P[string] {
	p := registry.Text(name)
	bind := p.Bind
	p.Bind = func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (string, bool), error) {
		// A variable at the end may hold the line end.
		if s := a.Text; s != "" && s[len(s)-1] != '\n' && !strings.Contains(s[strings.LastIndexAny(s, " \t\n")+1:], "$") {
			fx.Warn("header-without-end", fmt.Sprintf("the header line %q has no line end: the next header becomes part of it", s), `end it with \r\n`)
		}
		return bind(fx, a)
	}
	return p
}

func appendHeader(c *registry.Ctx, s string, after *sip.Key) int {
	if c.Msg == nil || s == "" {
		return -1
	}
	at := c.Msg.HeadersEndAt()
	if after != nil {
		last.headers(c.Msg, after, func(i int) bool {
			_, at = c.Msg.HeaderSpan(i)
			return false
		})
	}
	c.Msg.Edit(at, 0, s)
	return 1
}

func insertHeader(c *registry.Ctx, s string, before *sip.Key) int {
	if c.Msg == nil || s == "" {
		return -1
	}
	at := c.Msg.HeadersAt()
	if before != nil {
		if i := c.Msg.FindHeader(before, 0); i >= 0 {
			at, _ = c.Msg.HeaderSpan(i)
		}
	}
	c.Msg.Edit(at, 0, s)
	return 1
}

func appendURI(c *registry.Ctx, prefix, suffix string) int {
	if c.Msg == nil || !c.Msg.IsRequest() {
		return -1
	}
	return appendHeader(c, c.Arena.Concat(c.Arena.Concat(prefix, c.Msg.OrigRURI()), suffix), nil)
}

// date is a Date header line (RFC 3261 section 20.17), in the arena.
func date(c *registry.Ctx) []byte {
	const layout = "Date: %a, %d %b %Y %H:%M:%S GMT\r\n"
	b := c.Arena.Alloc(64)
	return strftime.Append(b[:0], layout, c.State.Now().UTC())
}
