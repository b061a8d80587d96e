package siputils

import (
	"errors"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// replier is module sl as this module needs it.
type replier interface {
	Reply(c *registry.Ctx, code int, reason, headers string) error
}

var errNoReplier = errors.New("options_reply sends by module sl, which is not loaded: loadmodule \"sl.so\"")

func (m *Module) optionsFuncs() []registry.Func {
	return []registry.Func{{
		Name: "options_reply", Routes: registry.Request | registry.Event,
		Doc: "Answers an OPTIONS for the server itself, a request URI without a user, with 200 and what the server accepts.",
		Bind: func(fx registry.Fixup, _ []registry.Arg) (registry.Call, error) {
			mod, _ := fx.Module("sl")
			sl, ok := mod.(replier)
			if !ok {
				return nil, errNoReplier
			}
			headers := "Accept: " + m.accept + "\r\nAccept-Encoding: " + m.acceptEncoding +
				"\r\nAccept-Language: " + m.acceptLanguage + "\r\nSupported: " + m.support + "\r\n"
			return func(c *registry.Ctx) int { return replyOptions(c, sl, headers) }, nil
		},
	}}
}

func replyOptions(c *registry.Ctx, sl replier, headers string) int {
	if c.Msg == nil || c.Msg.Method() != "OPTIONS" {
		c.Log.Errorf(logAs, "options_reply: this is no OPTIONS request")
		return -1
	}
	u, err := sip.ParseURI(c.Msg.RURI())
	switch {
	case err != nil:
		c.Log.Errorf(logAs, "options_reply: the request URI: %v", err)
		return -1
	case u.User != "":
		c.Log.Errorf(logAs, "options_reply: the request URI <%s> has a user: the request is not for the server itself", c.Msg.RURI())
		return -1
	}
	if err := sl.Reply(c, 200, "OK", headers); err != nil {
		c.Log.Errorf(logAs, "options_reply: %v", err)
		return -1
	}
	return 1
}
