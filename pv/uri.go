package pv

import (
	"strconv"
	"strings"

	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// uriOf gives a URI of the message in parts; nil where there is none.
type uriOf func(c *registry.Ctx) *sip.URI

func requestURI(c *registry.Ctx) *sip.URI {
	if c.Msg == nil || !c.Msg.IsRequest() {
		return nil
	}
	return parsed(c, msgstate.RequestURI, c.Msg.RURI(), "request URI")
}

func originalURI(c *registry.Ctx) *sip.URI {
	if c.Msg == nil || !c.Msg.IsRequest() {
		return nil
	}
	return parsed(c, msgstate.OriginalURI, c.Msg.OrigRURI(), "original request URI")
}

func destinationURI(c *registry.Ctx) *sip.URI {
	if c.Msg == nil {
		return nil
	}
	s := c.Msg.DstURI()
	if s == "" {
		return nil
	}
	return parsed(c, msgstate.DestinationURI, s, "destination URI")
}

// nextHopURI is $du, or the request URI.
func nextHopURI(c *registry.Ctx) *sip.URI {
	if c.Msg != nil && c.Msg.IsRequest() && c.Msg.DstURI() != "" {
		return destinationURI(c)
	}
	return requestURI(c)
}

func parsed(c *registry.Ctx, slot msgstate.URISlot, text, what string) *sip.URI {
	u := c.State.URI(slot, text)
	if u == nil {
		c.Log.Errorf(logAs, "failed to parse the %s <%.200s>", what, text)
	}
	return u
}

func isScheme(u *sip.URI, lower string) bool { return strings.EqualFold(u.Scheme, lower) }

func uriUser(of uriOf) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		if u := of(c); u == nil {
			v.SetNull()
		} else {
			setStr(v, u.User)
		}
	}
}

func uriUserLen(of uriOf) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		if u := of(c); u != nil {
			v.SetInt(int64(len(u.User)))
		}
	}
}

func uriHost(of uriOf) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		if u := of(c); u == nil {
			v.SetNull()
		} else {
			setStr(v, u.Host)
		}
	}
}

// uriPort is the port. Where the URI has none it is 5060, sips: or not, and
// overTLS with transport=tls.
func uriPort(of uriOf, overTLS int) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		u := of(c)
		switch {
		case u == nil:
			v.SetNull()
		case u.EmptyPort:
			v.SetBoth("", 0)
		case u.Port == "" && u.Transport() == "tls":
			v.SetBoth(strconv.Itoa(overTLS), int64(overTLS))
		case u.Port == "":
			v.SetBoth("5060", 5060)
		default:
			v.SetBoth(u.Port, int64(u.PortNum()))
		}
	}
}

// uriProto is the transport parameter as written, UDP where there is none.
func uriProto(of uriOf) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		u := of(c)
		if u == nil {
			v.SetNull()
			return
		}
		if t, _ := u.Param("transport"); t != "" {
			v.SetBoth(t, protoID(t))
			return
		}
		v.SetBoth("UDP", 1)
	}
}

// protoID is Kamailio's number of a transport, 0 where it has none.
func protoID(s string) int64 {
	for i, p := range protoNames {
		if i > 0 && strings.EqualFold(s, p) {
			return int64(i)
		}
	}
	return 0
}

var protoNames = [...]string{"none", "udp", "tcp", "tls", "sctp", "ws", "wss"}

// schemes are the numbers that Kamailio gives URI schemes, as texts.
var schemes = [...]string{"none", "sip", "sips", "tel", "tels", "urn"}

// uriScheme is the kind of URI: user=phone makes it tel.
func uriScheme(c *registry.Ctx, v *value.Value) {
	u := requestURI(c)
	if u == nil {
		v.SetNull()
		return
	}
	if u.IsPhone() && !isScheme(u, "urn") {
		v.SetBoth("tel", 3)
		return
	}
	for i, s := range schemes {
		if isScheme(u, s) {
			v.SetBoth(s, int64(i))
			return
		}
	}
	v.SetBoth("none", 0)
}

func rawURI(c *registry.Ctx, v *value.Value) {
	if requestURI(c) == nil {
		v.SetNull()
		return
	}
	v.SetStr(c.Msg.RURI())
}

func rawOriginal(c *registry.Ctx, v *value.Value) {
	v.SetNull()
	if originalURI(c) != nil {
		v.SetStr(c.Msg.OrigRURI())
	}
}

func rawDestination(c *registry.Ctx, v *value.Value) {
	v.SetNull()
	if c.Msg != nil {
		setStr(v, c.Msg.DstURI())
	}
}

func requestURIs() []registry.PV {
	ru := registry.TextPV("ru", rawURI, setURI, "The request URI.")
	user := registry.TextPV("rU", uriUser(requestURI), setUser, "The request URI's user; a URN's namespace.")
	host := registry.TextPV("rd", uriHost(requestURI), setHost, "The request URI's host; what follows a URN's namespace.")
	du := registry.TextPV("du", rawDestination, setDestination, "The destination URI: where the request goes instead of its request URI.")
	ou := registry.GetPV("ou", rawOriginal, "The request URI as received.")
	return []registry.PV{
		ru, alias("ruri", ru),
		user, alias("ruri.user", user),
		host, alias("ruri.domain", host),
		registry.GetSetPV("rp", uriPort(requestURI, 5061), setPort, "The request URI's port; where it has none 5060, or 5061 with transport=tls."),
		registry.GetPV("rP", uriProto(requestURI), "The request URI's transport, UDP where it has none."),
		registry.GetPV("rz", uriScheme, "The request URI's scheme: sip, sips, tel, tels, urn; tel too with user=phone."),
		registry.GetPV("rUl", uriUserLen(requestURI), "The length of the request URI's user."),
		ou, alias("ouri", ou),
		registry.GetPV("oU", uriUser(originalURI), "The received request URI's user."),
		registry.GetPV("od", uriHost(originalURI), "The received request URI's host."),
		registry.GetPV("op", uriPort(originalURI, 5061), "The received request URI's port; where it has none 5060, or 5061 with transport=tls."),
		registry.GetPV("oP", uriProto(originalURI), "The received request URI's transport, UDP where it has none."),
		registry.GetPV("oUl", uriUserLen(originalURI), "The length of the received request URI's user."),
		du, alias("duri", du),
		registry.GetPV("dd", uriHost(destinationURI), "The destination URI's host."),
		registry.GetPV("dp", uriPort(destinationURI, 5061), "The destination URI's port; where it has none 5060, or 5061 with transport=tls."),
		registry.GetPV("dP", uriProto(destinationURI), "The destination URI's transport, UDP where it has none."),
		nextHop(),
		keyed("rpl", "Where a reply goes: $rpl(duri).", map[string]registry.Getter{"duri": replyURI}),
	}
}

func nextHop() registry.PV {
	return keyed("nh", "The next hop's parts, $du or else the request URI: u U d p P.", map[string]registry.Getter{
		"u": func(c *registry.Ctx, v *value.Value) {
			switch {
			case c.Msg == nil:
				v.SetNull()
			case !c.Msg.IsRequest():
				replyURI(c, v)
			case c.Msg.DstURI() != "":
				v.SetStr(c.Msg.DstURI())
			default:
				v.SetStr(c.Msg.RURI())
			}
		},
		"U": uriUser(nextHopURI),
		"d": ofReply(uriHost(nextHopURI), func(via sip.Via, _ *registry.Ctx, v *value.Value) { v.SetStr(via.Host) }),
		"p": ofReply(uriPort(nextHopURI, 5060), func(via sip.Via, _ *registry.Ctx, v *value.Value) { v.SetInt(viaPort(&via)) }),
		"P": ofReply(uriProto(nextHopURI), func(via sip.Via, c *registry.Ctx, v *value.Value) {
			t := lower(c, via.Transport())
			v.SetBoth(t, protoID(t))
		}),
	})
}

// ofReply takes a reply's next hop from its second Via.
func ofReply(request registry.Getter, reply func(sip.Via, *registry.Ctx, *value.Value)) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		if c.Msg == nil || c.Msg.IsRequest() {
			request(c, v)
			return
		}
		v.SetNull()
		if via, ok := c.Msg.Via(1); ok {
			reply(via, c, v)
		}
	}
}

// replyURI is where a reply goes, by its second Via.
func replyURI(c *registry.Ctx, v *value.Value) {
	v.SetNull()
	if c.Msg == nil || c.Msg.IsRequest() {
		return
	}
	via, ok := c.Msg.Via(1)
	if !ok {
		return
	}
	var port [8]byte
	v.SetStr(concat(c, "sip:", via.Host, ":", string(strconv.AppendInt(port[:0], viaPort(&via), 10)), ";transport=", lower(c, via.Transport())))
}

// viaPort is a Via's port, 5060 where it has none.
func viaPort(v *sip.Via) int64 {
	if v.Port == 0 {
		return 5060
	}
	return int64(v.Port)
}
