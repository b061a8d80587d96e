package siputils

import (
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func (m *Module) rpidFuncs() []registry.Func {
	const routes = registry.Request | registry.Branch | registry.Failure | registry.Event
	word := func(fx registry.Fixup, args []registry.Arg) (prefix, suffix string) {
		if len(args) == 2 {
			return args[0].Text, args[1].Text
		}
		return m.rpidPrefix, m.rpidSuffix
	}
	appendRow := func(params []registry.ParamInfo, doc string) registry.Func {
		return registry.Func{
			Name: "append_rpid_hf", Params: params, Routes: routes, Doc: doc,
			Bind: func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
				avp, err := fx.Var(m.rpidAVP)
				if err != nil {
					return nil, err
				}
				prefix, suffix := word(fx, args)
				return func(c *registry.Ctx) int { return appendRPID(c, avp.Get, prefix, suffix) }, nil
			},
		}
	}
	return []registry.Func{
		appendRow(nil, "Appends a Remote-Party-ID header with the identity in the AVP rpid_avp, between rpid_prefix and rpid_suffix."),
		appendRow([]registry.ParamInfo{{Name: "prefix", Kind: "word"}, {Name: "suffix", Kind: "word"}}, "The same between prefix and suffix."),
		{
			Name: "is_rpid_user_e164", Routes: registry.Request | registry.Event, Doc: "True where the user of the identity in the AVP rpid_avp is an E.164 number.",
			Bind: func(fx registry.Fixup, _ []registry.Arg) (registry.Call, error) {
				avp, err := fx.Var(m.rpidAVP)
				if err != nil {
					return nil, err
				}
				return func(c *registry.Ctx) int {
					v := c.Eval(avp.Get)
					if v.S == "" {
						return -1
					}
					a := sip.ParseNameAddr(v.S)
					return registry.Truth(isUserE164(c, "is_rpid_user_e164", a.URI))
				}, nil
			},
		},
	}
}

func appendRPID(c *registry.Ctx, avp registry.Getter, prefix, suffix string) int {
	if c.Msg == nil {
		return -1
	}
	v := c.Eval(avp)
	if v.S == "" {
		return -1
	}
	c.Msg.Edit(c.Msg.HeadersEndAt(), 0, "Remote-Party-ID: "+prefix+v.S+suffix+"\r\n")
	return 1
}
