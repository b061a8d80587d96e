package pv

import (
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// newer are the variables that Kamailio 6 has beside those of 5.6, by its manual.
func newer() []registry.PV {
	contact := sip.HeaderKey("Contact")
	first := func(m *sip.Message) (string, bool) {
		h, ok := m.HeaderByKey(&contact, 0)
		return h.Body, ok
	}
	return []registry.PV{
		registry.GetPV("cts", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) {
			body, _ := first(m)
			v.SetInt(flag(body == "*"))
		}), "1 where the Contact is *, else 0."),
		registry.GetPV("ctu", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) {
			body, ok := first(m)
			if !ok || body == "*" {
				return
			}
			one, _ := sip.NextValue(body)
			setStr(v, sip.ParseNameAddr(one).URI)
		}), "The URI of the first Contact."),
		registry.GetPV("tts", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) {
			v.SetInt(flag(m.To().Tag != ""))
		}), "1 where To has a tag, else 0."),
	}
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
