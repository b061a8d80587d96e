package pv

import (
	"strconv"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// ofMessage is a getter that is only asked where there is a SIP message.
func ofMessage(get func(m *sip.Message, c *registry.Ctx, v *value.Value)) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		if c.Msg != nil {
			get(c.Msg, c, v)
		}
	}
}

func messageText(text func(m *sip.Message) string) registry.Getter {
	return ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) { setStr(v, text(m)) })
}

func messageVars() []registry.PV {
	proto := registry.GetPV("proto", func(c *registry.Ctx, v *value.Value) { recvProto(c, v) }, "The transport that the message came in over: udp, tcp, tls.")
	callID := sip.HeaderKey("Call-ID")
	cseq := sip.HeaderKey("CSeq")
	ctype := sip.HeaderKey("Content-Type")
	contact := sip.HeaderKey("Contact")
	agent := sip.HeaderKey("User-Agent")
	return []registry.PV{
		registry.GetPV("rm", method, "The method; of a reply the one in its CSeq."),
		registry.GetPV("rmid", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) {
			if s, id := m.RoutedMethod(); s != "" {
				v.SetInt(id)
			}
		}), "The method's number in Kamailio."),
		registry.GetPV("mt", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) { v.SetInt(pick(m, int64(1), 2)) }), "1 in a request, 2 in a reply."),
		registry.GetPV("mts", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) { v.SetStr(pick(m, "rq", "rp")) }), "rq in a request, rp in a reply."),
		registry.GetPV("rv", messageText((*sip.Message).Version), "The version of the first line: SIP/2.0."),
		registry.GetPV("rs", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) {
			if !m.IsRequest() {
				v.SetInt(int64(m.Status()))
			}
		}), "A reply's status code."),
		registry.GetPV("rsi", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) { v.SetInt(int64(m.Status())) }), "A reply's status code, 0 in a request."),
		registry.GetPV("rr", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) {
			if !m.IsRequest() {
				v.SetStr(m.Reason())
			}
		}), "A reply's reason phrase."),
		registry.GetPV("rb", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) { v.SetStr(m.Body()) }), "The body."),
		registry.GetPV("bs", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) { v.SetInt(int64(len(m.Body()))) }), "The body's length in bytes."),
		registry.GetPV("mb", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) { v.SetStr(registry.View(m.Raw())) }), "The whole message as received."),
		registry.GetPV("ml", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) { v.SetInt(int64(len(m.Raw()))) }), "The message's length in bytes."),
		registry.GetPV("mi", func(c *registry.Ctx, v *value.Value) { v.SetInt(max(1, int64(c.State.Serial-c.State.Before))) }, "The message's number in this worker, from 1."),
		registry.GetPV("ci", headerLine(callID, 0), "The Call-ID."),
		registry.GetPV("cs", messageText(func(m *sip.Message) string { n, _, _ := m.CSeq(); return n }), "The CSeq number, a string."),
		registry.GetPV("csb", headerText(&cseq), "The CSeq header."),
		registry.GetPV("ct", headerText(&contact), "The first Contact header."),
		registry.GetPV("cT", headerText(&ctype), "The Content-Type header."),
		registry.GetPV("ua", headerText(&agent), "The User-Agent header."),
		registry.GetPV("cl", ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) {
			if n, ok := m.ContentLength(); ok {
				v.SetInt(int64(n))
			}
		}), "The Content-Length header's number."),
		proto, alias("pr", proto),
		messageParts(),
		viaPV("via0", 0), viaPV("via1", 1), viaPV("viaZ", -1),
		expiresPV(),
	}
}

func method(c *registry.Ctx, v *value.Value) {
	v.SetNull()
	if c.Msg == nil {
		return
	}
	if s, id := c.Msg.RoutedMethod(); s != "" {
		v.SetBoth(s, id)
	}
}

// pick is one of two values, by the kind of message.
func pick[T any](m *sip.Message, request, reply T) T {
	if m.IsRequest() {
		return request
	}
	return reply
}

// headerText is the body of the first header that has the key.
func headerText(k *sip.Key) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		if c.Msg == nil {
			return
		}
		if h, ok := c.Msg.HeaderByKey(k, 0); ok {
			setStr(v, h.Body)
		}
	}
}

// messageParts is $msg(key). first is the first line with its end, headers
// what follows up to the empty line.
func messageParts() registry.PV {
	part := func(f func(m *sip.Message, raw string, first, body int) string) registry.Getter {
		return ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) {
			raw := registry.View(m.Raw())
			v.SetStr(f(m, raw, strings.IndexByte(raw, '\n')+1, len(raw)-len(m.Body())))
		})
	}
	return keyed("msg", "Parts of the message: len buf body hdrs fpart lpart.", map[string]registry.Getter{
		"len": ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) { v.SetInt(int64(len(m.Raw()))) }),
		"buf": part(func(_ *sip.Message, raw string, _, _ int) string { return raw }),
		"body": part(func(_ *sip.Message, raw string, _, body int) string {
			return raw[body:]
		}),
		"hdrs": part(func(_ *sip.Message, raw string, first, body int) string {
			return strings.TrimRight(raw[first:max(first, body)], "\r\n")
		}),
		"fpart": part(func(_ *sip.Message, raw string, _, body int) string {
			return strings.TrimRight(raw[:body], "\r\n")
		}),
		"lpart": part(func(_ *sip.Message, raw string, first, _ int) string { return raw[first:] }),
	})
}

// viaPV is one Via value of the message, -1 the last.
func viaPV(name string, i int) registry.PV {
	via := func(c *registry.Ctx) (sip.Via, bool) {
		if c.Msg == nil {
			return sip.Via{}, false
		}
		if i >= 0 {
			return c.Msg.Via(i)
		}
		last, ok := c.Msg.Via(0)
		for k := 1; ok; k++ {
			next, more := c.Msg.Via(k)
			if !more {
				break
			}
			last = next
		}
		return last, ok
	}
	of := func(get func(sip.Via, *value.Value)) registry.Getter {
		return func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if x, ok := via(c); ok {
				get(x, v)
			}
		}
	}
	return keyed(name, "A Via value's parts: host port proto protoid branch rport received i.", map[string]registry.Getter{
		"host":     of(func(x sip.Via, v *value.Value) { v.SetStr(x.Host) }),
		"port":     of(func(x sip.Via, v *value.Value) { v.SetInt(viaPort(&x)) }),
		"proto":    of(func(x sip.Via, v *value.Value) { v.SetStr(x.Transport()) }),
		"protoid":  of(func(x sip.Via, v *value.Value) { v.SetInt(protoID(x.Transport())) }),
		"branch":   of(func(x sip.Via, v *value.Value) { setStr(v, x.Branch) }),
		"rport":    of(func(x sip.Via, v *value.Value) { setStr(v, x.RPort) }),
		"received": of(func(x sip.Via, v *value.Value) { setStr(v, x.Received) }),
		"i":        of(func(x sip.Via, v *value.Value) { setStr(v, x.I) }),
	})
}

// expiresPV is $expires(min) and (max): over the Contacts' expires parameters,
// the Expires header standing in for a Contact without one.
func expiresPV() registry.PV {
	contact, expires := sip.HeaderKey("Contact"), sip.HeaderKey("Expires")
	span := func(m *sip.Message) (lo, hi int64, ok bool) {
		note := func(s string) {
			n, good := digits(s)
			if !good {
				return
			}
			if !ok || n < lo {
				lo = n
			}
			if !ok || n > hi {
				hi = n
			}
			ok = true
		}
		header := ""
		if h, has := m.HeaderByKey(&expires, 0); has && h.Body != "" {
			header = leadingDigits(h.Body)
		}
		contacts := 0
		for i := 0; ; i++ {
			h, has := m.HeaderByKey(&contact, i)
			if !has {
				break
			}
			for rest := h.Body; rest != ""; {
				var one string
				one, rest = sip.NextValue(rest)
				contacts++
				value := ""
				for params := sip.ParseNameAddr(one).Params; params != ""; { // the last one counts
					var p string
					p, params = sip.NextParam(params)
					if s, has := sip.Param(p, "expires"); has {
						value = s
					}
				}
				if value == "" {
					value = header
				}
				note(value)
			}
		}
		if contacts == 0 {
			note(header)
		}
		return lo, hi, ok
	}
	return keyed("expires", "The smallest and largest expiry that the message asks for, in seconds: min max.", map[string]registry.Getter{
		"min": ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) {
			if lo, _, ok := span(m); ok {
				v.SetInt(lo)
			}
		}),
		"max": ofMessage(func(m *sip.Message, _ *registry.Ctx, v *value.Value) {
			if _, hi, ok := span(m); ok {
				v.SetInt(hi)
			}
		}),
	})
}

// leadingDigits is the number that s begins with, 0 where that is none or none
// of 32 bits.
func leadingDigits(s string) string {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	if _, err := strconv.ParseUint(s[:n], 10, 32); err != nil {
		return "0"
	}
	return s[:n]
}

// digits reads an unsigned number of at most ten digits.
func digits(s string) (n int64, ok bool) {
	if s == "" || len(s) > 10 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}
