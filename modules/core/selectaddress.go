package core

import (
	"strings"

	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// addresses are the selects that are a name, a URI and parameters.
var addresses = map[string]func(*registry.Ctx) sip.NameAddr{
	"from": func(c *registry.Ctx) sip.NameAddr { return *c.Msg.From() },
	"to":   func(c *registry.Ctx) sip.NameAddr { return *c.Msg.To() },
	"contact": func(c *registry.Ctx) sip.NameAddr { // the last of the first header, as in Kamailio
		var last string
		for rest := c.Msg.Contact(); rest != "" && rest != "*"; {
			last, rest = sip.NextValue(rest)
		}
		return sip.ParseNameAddr(last)
	},
	"record_route": func(c *registry.Ctx) sip.NameAddr {
		first, _ := sip.NextValue(recordRoute(c))
		return sip.ParseNameAddr(first)
	},
}

func recordRoute(c *registry.Ctx) string {
	h, _ := c.Msg.Header("Record-Route", 0)
	return h.Body
}

// uriSlots are where the parts of the addresses' URIs are remembered.
var uriSlots = map[string]msgstate.URISlot{"from": msgstate.FromURI, "to": msgstate.ToURI}

// addressParams are the selects of an address that are one of its parameters.
var addressParams = map[string]string{
	"contact expires": "expires", "contact q": "q", "contact methods": "methods", "contact received": "received",
	"contact instance": "+sip.instance",
}

// addressPart is a part of an address, behind its name; nil where it has none
// of that name.
func addressPart(head, part string) selector {
	get := addresses[head]
	params := func(c *registry.Ctx) string { return get(c).Params }
	if name := addressParams[head+" "+part]; name != "" {
		return paramOf(params, name)
	}
	switch part {
	case "":
		switch head {
		case "contact":
			return has(func(c *registry.Ctx) string { return c.Msg.Contact() })
		case "record_route":
			return has(recordRoute)
		}
		return has(func(c *registry.Ctx) string { return get(c).Body })
	case "uri":
		return has(func(c *registry.Ctx) string { return get(c).URI })
	case "name":
		if head == "record_route" { // up to the bracket
			return has(func(c *registry.Ctx) string {
				name, _, _ := strings.Cut(get(c).Body, "<")
				return name
			})
		}
		return has(func(c *registry.Ctx) string { return get(c).Display })
	case "tag":
		if head != "from" && head != "to" {
			return nil
		}
		return has(func(c *registry.Ctx) string { return get(c).Tag })
	}
	if name, ok := strings.CutPrefix(part, "params."); ok {
		return paramOf(params, name)
	}
	of, ok := strings.CutPrefix(part, "uri.")
	if !ok {
		return nil
	}
	slot, kept := uriSlots[head]
	return uriPart(of, parsed(func(c *registry.Ctx) string { return get(c).URI }, slot, kept))
}

func paramOf(params func(*registry.Ctx) string, name string) selector {
	return func(c *registry.Ctx) (string, bool) { return sip.Param(params(c), name) }
}
