package textopsx

import (
	"olelo/runtime/ere"
	"olelo/runtime/fnmatch"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func messageFuncs() []registry.Func {
	const whole = registry.Request | registry.Reply
	code, text := registry.IntP("code"), registry.Text
	return []registry.Func{
		registry.Fn0("msg_apply_changes", whole, applyChanges,
			"Makes the message what it would be sent as now: what reads it afterwards sees the changes. Lines for the replies (append_to_reply) are lost."),
		registry.Fn1("msg_set_buffer", text("message"), whole, setBuffer,
			"Makes a text the message. Where it is no SIP message the script ends."),
		registry.Fn2("change_reply_status", code, text("reason"), registry.Reply, changeStatus,
			"Changes the reply's code and reason: within 1xx, within 2xx, or from 3xx–6xx to another of these."),
		registry.Fn1("change_reply_status_code", code, registry.Reply, func(c *registry.Ctx, code int) int {
			return setStatus(c, "change_reply_status_code", code, "")
		}, "The same for the code alone."),
		registry.Fn0("remove_body", registry.Any, removeBody, "Removes the body; its Content-Type stays."),
		{
			Name: "keep_hf", Routes: registry.Any, Doc: "Cannot be used without a pattern: Kamailio takes it and does not start.",
			Bind: func(registry.Fixup, []registry.Arg) (registry.Call, error) { return nil, errKeepNothing },
		},
		registry.Fn1("keep_hf", patternP("pattern"), registry.Any, keepHeaders,
			"Removes all headers whose name does not match, but for Via, From, To, Call-ID, CSeq, Contact, Max-Forwards, Route, Record-Route, Content-Type and Content-Length. Its code is -1."),
		registry.Fn2("fnmatch", text("text"), text("pattern"), registry.Any, func(_ *registry.Ctx, s, pattern string) int {
			return registry.Truth(fnmatch.Match(pattern, s))
		}, "True where the whole text matches a pattern of the shell, with *, ? and [a-z]."),
		registry.Fn3("fnmatch", text("text"), text("pattern"), text("flags"), registry.Any, func(_ *registry.Ctx, s, pattern, _ string) int {
			return registry.Truth(fnmatch.Match(pattern, s))
		}, "The same: Kamailio 5.6 heeds no flag."),
	}
}

// patternP is a constant POSIX regular expression, for header names.
func patternP(name string) registry.P[*ere.Regexp] {
	return registry.P[*ere.Regexp]{
		ParamInfo: registry.ParamInfo{Name: name, Kind: "regex"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*ere.Regexp, bool), error) {
			re, err := ere.Compile(a.Text, ere.IgnoreCase)
			return func(*registry.Ctx) (*ere.Regexp, bool) { return re, true }, err
		},
	}
}

// replace makes raw the message. What of it was for the replies to the old one
// goes with that.
func replace(c *registry.Ctx, fn string, raw []byte) int {
	if err := c.Msg.Replace(raw); err != nil {
		c.Log.Errorf(name, "%s: %v", fn, err)
		return 0
	}
	c.State.ReplyHeaders, c.State.ReplyBody = c.State.ReplyHeaders[:0], ""
	return 1
}

func applyChanges(c *registry.Ctx) int {
	if c.Msg == nil {
		return -1
	}
	return replace(c, "msg_apply_changes", c.Msg.AppendEdited(nil))
}

func setBuffer(c *registry.Ctx, text string) int {
	switch {
	case c.Msg == nil:
		return -1
	case text == "":
		c.Log.Errorf(name, "msg_set_buffer: the text is empty: the message stays")
		return -1
	}
	return replace(c, "msg_set_buffer", []byte(text))
}

func changeStatus(c *registry.Ctx, code int, reason string) int {
	if reason == "" {
		c.Log.Errorf(name, "change_reply_status: the reason is empty")
		return -1
	}
	return setStatus(c, "change_reply_status", code, reason)
}

func setStatus(c *registry.Ctx, fn string, code int, reason string) int {
	switch {
	case c.Msg == nil || c.Msg.IsRequest():
		return -1
	case code < 100 || code > 699:
		c.Log.Errorf(name, "%s: %d is no status code: 100 to 699 is wanted", fn, code)
		return -1
	}
	if class, was := code/100, c.Msg.Status()/100; class != was && (class < 3 || was < 3) {
		c.Log.Errorf(name, "%s: a reply of %dxx cannot become one of %dxx", fn, was, class)
		return -1
	}
	c.Msg.SetStatus(code, reason)
	return 1
}

func removeBody(c *registry.Ctx) int {
	if c.Msg == nil {
		return -1
	}
	c.Msg.Edit(c.Msg.BodyAt(), len(c.Msg.Body()), "")
	return 1
}

// kept are the headers without which a message is none, or loses its way.
var kept = func() (keys []sip.Key) {
	for _, n := range []string{
		"Via", "From", "To", "Call-ID", "CSeq", "Contact", "Max-Forwards", "Route", "Record-Route", "Content-Type", "Content-Length",
	} {
		keys = append(keys, sip.HeaderKey(n))
	}
	return keys
}()

// keepHeaders is false whatever it does, as in Kamailio.
func keepHeaders(c *registry.Ctx, re *ere.Regexp) int {
	if c.Msg == nil {
		return -1
	}
	for i := range c.Msg.NumHeaders() {
		h := c.Msg.HeaderAt(i)
		if isKept(sip.HeaderKey(h.Name)) {
			continue
		}
		match, err := re.Match(h.Name)
		if err != nil {
			c.Log.Errorf(name, "keep_hf: %v", err)
			return -1
		}
		if !match {
			start, end := c.Msg.HeaderSpan(i)
			c.Msg.Edit(start, end-start, "")
		}
	}
	return -1
}

func isKept(k sip.Key) bool {
	for _, o := range kept {
		if k.Same(o) {
			return true
		}
	}
	return false
}
