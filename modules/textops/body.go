package textops

import (
	"encoding/hex"
	"fmt"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func bodyFuncs() []registry.Func {
	body, typ := registry.Text("body"), registry.Text("type")
	const changes = registry.Request | registry.Failure | registry.Branch | registry.Reply | registry.Event
	const replies = registry.Request | registry.Failure | registry.Branch | registry.Event
	return []registry.Func{
		registry.Fn0("has_body", registry.Any, func(c *registry.Ctx) int {
			return registry.Truth(c.Msg != nil && bodyOf(c.Msg) != "")
		}, "True where the message has a body, and a Content-Length that is not 0."),
		registry.Fn1("has_body", mimeP("type"), registry.Any, hasBodyOf,
			"The same, of a type: application/sdp, which is also what a body without Content-Type is taken for."),
		registry.Fn2("set_body", body, typ, changes, setBody, "Replaces the body and the Content-Type."),
		registry.Fn2("set_body_hex", body, typ, registry.Any, func(c *registry.Ctx, body, typ string) int {
			b, ok := unhex(c, "set_body_hex", body)
			if !ok {
				return -1
			}
			return setBody(c, b, typ)
		}, "The same with a body that is written in hexadecimal; blanks in it count nothing."),
		registry.Fn2("set_reply_body_hex", body, typ, replies, func(c *registry.Ctx, body, typ string) int {
			b, ok := unhex(c, "set_reply_body_hex", body)
			if !ok {
				return -1
			}
			return setReplyBody(c, b, typ)
		}, "As set_reply_body, with a body that is written in hexadecimal; blanks in it count nothing."),
		registry.Fn2("set_reply_body", body, typ, replies, setReplyBody, "Gives the replies to this request a body, once."),
		registry.Fn0("is_audio_on_hold", registry.Any, isAudioOnHold,
			"Whether an audio stream of the SDP is on hold: 1 by the address 0.0.0.0, 2 by sendonly or inactive."),
	}
}

// bodyOf is the body, "" where no Content-Length tells of one.
func bodyOf(m *sip.Message) string {
	if n, ok := m.ContentLength(); !ok || n == 0 {
		return ""
	}
	return m.Body()
}

// mimeP is a constant type/subtype, "" for any.
func mimeP(name string) registry.P[string] {
	return registry.P[string]{
		ParamInfo: registry.ParamInfo{Name: name, Kind: "type/subtype"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (string, bool), error) {
			s := a.Text
			t, sub, ok := strings.Cut(s, "/")
			if s == "0" {
				s = ""
			} else if s != "" && (!ok || t == "" || sub == "" || notToken(t) >= 0 || notToken(sub) >= 0) {
				return nil, fmt.Errorf("%q is no media type: type/subtype is wanted", s)
			}
			return func(*registry.Ctx) (string, bool) { return s, true }, nil
		},
	}
}

func hasBodyOf(c *registry.Ctx, want string) int {
	if c.Msg == nil || bodyOf(c.Msg) == "" {
		return -1
	}
	have := sip.MediaType(c.Msg.ContentType())
	if have == "" {
		have = "application/sdp"
	}
	return registry.Truth(want == "" || equalFold(have, want))
}

func setBody(c *registry.Ctx, body, contentType string) int {
	switch {
	case c.Msg == nil:
		return -1
	case body == "":
		c.Log.Errorf(logAs, "set_body: the new body is empty: nothing is changed; replace_body_atonce takes a body away")
		return -1
	case !lineValue(c, "set_body", contentType):
		return -1
	case !c.Msg.SetBody(body, contentType):
		c.Log.Errorf(logAs, "set_body: the message has no empty line after its headers: there is no place for a body")
		return -1
	}
	return 1
}

// unhex is what a text in hexadecimal stands for; an error is logged where it
// is none.
func unhex(c *registry.Ctx, fn, s string) (string, bool) {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		c.Log.Errorf(logAs, "%s: %.60q is not hexadecimal: %v", fn, s, err)
	}
	return string(b), err == nil
}

func setReplyBody(c *registry.Ctx, body, contentType string) int {
	switch {
	case body == "":
		c.Log.Errorf(logAs, "set_reply_body: the body is empty: nothing is changed")
		return -1
	case !lineValue(c, "set_reply_body", contentType):
		return -1
	case c.State.ReplyBody != "":
		c.Log.Errorf(logAs, "set_reply_body: the replies to this request have a body already: it stays")
		return -1
	}
	c.State.ReplyBody = c.Arena.Concat(body, "")
	h := append(c.State.ReplyHeaders, "Content-Type: "...)
	h = append(h, contentType...)
	c.State.ReplyHeaders = append(h, "\r\n"...)
	return 1
}

// lineValue reports whether s can be a Content-Type; an error is logged where
// it cannot. Further header lines may follow it.
func lineValue(c *registry.Ctx, fn, s string) bool {
	if s == "" {
		c.Log.Errorf(logAs, "%s: the Content-Type is empty: nothing is changed", fn)
	}
	return s != ""
}
