package pv

import (
	"strings"

	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

type addrOf func(c *registry.Ctx) *sip.NameAddr

func fromAddr(c *registry.Ctx) *sip.NameAddr {
	if c.Msg == nil {
		return nil
	}
	return c.Msg.From()
}

func toAddr(c *registry.Ctx) *sip.NameAddr {
	if c.Msg == nil {
		return nil
	}
	return c.Msg.To()
}

func fromURI(c *registry.Ctx) *sip.URI { return addrURI(c, msgstate.FromURI, fromAddr(c), "From URI") }
func toURI(c *registry.Ctx) *sip.URI   { return addrURI(c, msgstate.ToURI, toAddr(c), "To URI") }

func addrURI(c *registry.Ctx, slot msgstate.URISlot, a *sip.NameAddr, what string) *sip.URI {
	if a == nil || a.URI == "" {
		return nil
	}
	return parsed(c, slot, a.URI, what)
}

// addrText is one text of an address header.
func addrText(of addrOf, text func(sip.NameAddr) string) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		if a := of(c); a != nil {
			setStr(v, text(*a))
		}
	}
}

func uriText(a sip.NameAddr) string     { return a.URI }
func displayText(a sip.NameAddr) string { return a.Display }
func tagText(a sip.NameAddr) string     { return a.Tag }

func addresses() []registry.PV {
	fu := registry.GetSetPV("fu", addrText(fromAddr, uriText), fromHeader.setURI("fu"), "The From URI.")
	fU := registry.GetSetPV("fU", uriUser(fromURI), fromHeader.setUser("fU"), "The From URI's user.")
	fd := registry.GetSetPV("fd", uriHost(fromURI), fromHeader.setHost("fd"), "The From URI's host.")
	tu := registry.GetSetPV("tu", addrText(toAddr, uriText), toHeader.setURI("tu"), "The To URI.")
	tU := registry.GetSetPV("tU", uriUser(toURI), toHeader.setUser("tU"), "The To URI's user.")
	td := registry.GetSetPV("td", uriHost(toURI), toHeader.setHost("td"), "The To URI's host.")
	return []registry.PV{
		fu, alias("from", fu), fU, alias("from.user", fU), fd, alias("from.domain", fd),
		registry.GetSetPV("fn", addrText(fromAddr, displayText), fromHeader.setDisplay("fn"), "The From display name, with its quotes."),
		registry.GetPV("ft", addrText(fromAddr, tagText), "The From tag."),
		registry.GetPV("fUl", userLen(fromURI), "The length of the From URI's user."),
		tu, alias("to", tu), tU, alias("to.user", tU), td, alias("to.domain", td),
		registry.GetSetPV("tn", addrText(toAddr, displayText), toHeader.setDisplay("tn"), "The To display name, with its quotes."),
		registry.GetPV("tt", addrText(toAddr, tagText), "The To tag."),
		registry.GetSetPV("tUl", userLen(toURI), toHeader.setUser("tUl"), "The length of the To URI's user; assigned to, the user itself."),
		registry.GetPV("AU", accUser, "The user for accounting: the From URI's, empty where it has none."),
		registry.GetPV("Au", accUserDomain, "The user and domain for accounting: those of the From URI."),
	}
}

// userLen is a user's length.
func userLen(of uriOf) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		if u := of(c); u != nil {
			v.SetInt(int64(len(u.User)))
		}
	}
}

func accUser(c *registry.Ctx, v *value.Value) {
	v.SetNull()
	if u := fromURI(c); u != nil {
		v.SetStr(u.User)
	}
}

func accUserDomain(c *registry.Ctx, v *value.Value) {
	v.SetNull()
	if u := fromURI(c); u != nil {
		v.SetStr(concat(c, u.User, "@", u.Host))
	}
}

// identities are the headers that name a user beside From.
func identities() []registry.PV {
	pai := headerAddr("P-Asserted-Identity", allAddresses)
	ppi := headerAddr("P-Preferred-Identity", allAddresses)
	rpid := headerAddr("Remote-Party-ID", sip.ParseTo)
	diversion := headerAddr("Diversion", firstAddress)
	refer := headerAddr("Refer-To", sip.ParseTo)
	return []registry.PV{
		registry.GetPV("ai", addrHeader(pai, uriText), "The URI of P-Asserted-Identity."),
		registry.GetPV("pu", addrHeader(ppi, uriText), "The URI of P-Preferred-Identity."),
		registry.GetPV("pU", addrHeaderURI(ppi, func(u sip.URI) string { return u.User }), "The user of P-Preferred-Identity."),
		registry.GetPV("pd", addrHeaderURI(ppi, func(u sip.URI) string { return u.Host }), "The host of P-Preferred-Identity."),
		registry.GetPV("pn", addrHeader(ppi, displayText), "The display name of P-Preferred-Identity."),
		registry.GetPV("re", addrHeader(rpid, uriText), "The URI of Remote-Party-ID."),
		registry.GetPV("di", addrHeader(diversion, uriText), "The URI of Diversion."),
		registry.GetPV("dir", addrHeaderParam(diversion, "reason"), "The reason of Diversion."),
		registry.GetPV("dip", addrHeaderParam(diversion, "privacy"), "The privacy of Diversion."),
		registry.GetPV("dic", addrHeaderParam(diversion, "counter"), "The counter of Diversion."),
		registry.GetPV("rt", addrHeader(refer, uriText), "The URI of Refer-To."),
	}
}

// allAddresses is the first address of a list, which has to be one to its end.
func allAddresses(body string) (sip.NameAddr, bool) {
	first, rest, ok := sip.NextAddress(body)
	for ok && rest != "" {
		_, rest, ok = sip.NextAddress(strings.TrimLeft(rest[1:], " \t\r\n"))
	}
	return first, ok
}

// firstAddress is the first address of a list, whatever follows it.
func firstAddress(body string) (sip.NameAddr, bool) {
	first, _, ok := sip.NextAddress(body)
	return first, ok
}

// headerAddr is what parse reads in the first header called name.
func headerAddr(name string, parse func(body string) (sip.NameAddr, bool)) func(c *registry.Ctx) (sip.NameAddr, bool) {
	key := sip.HeaderKey(name)
	return func(c *registry.Ctx) (sip.NameAddr, bool) {
		if c.Msg == nil {
			return sip.NameAddr{}, false
		}
		h, ok := c.Msg.HeaderByKey(&key, 0)
		if !ok {
			return sip.NameAddr{}, false
		}
		return parse(h.Body)
	}
}

func addrHeader(of func(*registry.Ctx) (sip.NameAddr, bool), text func(sip.NameAddr) string) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		if a, ok := of(c); ok {
			setStr(v, text(a))
		}
	}
}

func addrHeaderURI(of func(*registry.Ctx) (sip.NameAddr, bool), text func(sip.URI) string) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		a, ok := of(c)
		if !ok {
			return
		}
		if u, err := sip.ParseURI(a.URI); err == nil {
			setStr(v, text(u))
		}
	}
}

// addrHeaderParam is the first parameter called name, in these letters.
func addrHeaderParam(of func(*registry.Ctx) (sip.NameAddr, bool), name string) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		a, ok := of(c)
		for rest := a.Params; ok && rest != ""; {
			var one string
			one, rest = sip.NextParam(rest)
			if key, _, _ := strings.Cut(one, "="); strings.TrimSpace(key) == name {
				s, _ := sip.Param(one, name)
				v.SetStr(s)
				return
			}
		}
	}
}
