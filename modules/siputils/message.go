package siputils

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func (m *Module) messageFuncs() []registry.Func {
	return []registry.Func{
		registry.Fn0("has_totag", registry.Any, func(c *registry.Ctx) int {
			return registry.Truth(c.Msg != nil && c.Msg.To().Tag != "")
		}, "True where To has a tag: the request is within a dialog."),
		registry.Fn0("is_request", registry.Any, func(c *registry.Ctx) int {
			return registry.Truth(c.Msg != nil && c.Msg.IsRequest())
		}, "True in a request."),
		registry.Fn0("is_reply", registry.Any, func(c *registry.Ctx) int {
			return registry.Truth(c.Msg != nil && !c.Msg.IsRequest())
		}, "True in a reply."),
		registry.Fn0("is_sip", registry.Any, func(c *registry.Ctx) int { return isVersion(c, "SIP/") }, "True where the first line tells of SIP."),
		registry.Fn0("is_http", registry.Any, func(c *registry.Ctx) int { return isVersion(c, "HTTP/") }, "True where the first line tells of HTTP."),
		registry.Fn0("sip_parse_headers", registry.Any, func(c *registry.Ctx) int {
			return registry.Truth(c.Msg != nil && c.Msg.NumHeaders() > 0)
		}, "Reads all headers, and is true where that is possible."),
		registry.Fn0("is_first_hop", registry.Any, func(c *registry.Ctx) int { return m.isFirstHop(c, 0) },
			"True where nothing is between the sender and this server: a request with one Via, a reply whose topmost Record-Route is this server's address."),
		registry.Fn1("is_first_hop", registry.IntP("mode"), registry.Any, m.isFirstHop,
			"The same; mode 1 also takes a reply whose Record-Route has one of the server's names, and one from the server itself."),
		registry.Fn1("is_supported", optionP("option"), registry.Any, isSupported,
			"True where Supported lists the option: path, 100rel, timer, eventlist, gruu, outbound."),
		registry.Fn1("hdr_date_check", registry.IntP("seconds"), registry.Any, checkDate,
			"True where the Date header is not older than so many seconds: -1 where there is none, or it cannot be read, -4 where it is older."),
	}
}

func isVersion(c *registry.Ctx, prefix string) int {
	return registry.Truth(c.Msg != nil && strings.HasPrefix(c.Msg.Version(), prefix))
}

func (m *Module) isFirstHop(c *registry.Ctx, mode int) int {
	if c.Msg == nil {
		return -1
	}
	if c.Msg.IsRequest() {
		_, more := c.Msg.Via(1)
		return registry.Truth(!more)
	}
	h, ok := c.Msg.Header("Record-Route", 0)
	if !ok {
		return 1
	}
	top, _ := sip.NextValue(h.Body)
	a := sip.ParseNameAddr(top)
	u, err := sip.ParseURI(a.URI)
	if err != nil {
		c.Log.Errorf(logAs, "is_first_hop: the topmost Record-Route: %v", err)
		return -1
	}
	own, ip := m.myself(&u)
	if mode == 0 && own && (!ip || c.Recv != nil && slices.Contains(m.sockets, c.Recv.Src)) {
		return -1
	}
	return registry.Truth(own)
}

// options are the option tags that is_supported knows.
var options = [...]string{"path", "100rel", "timer", "eventlist", "gruu", "outbound"}

func optionP(name string) registry.P[string] {
	return registry.P[string]{
		ParamInfo: registry.ParamInfo{Name: name, Kind: "option tag"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (string, bool), error) {
			want := strings.ToLower(a.Text)
			if !slices.Contains(options[:], want) {
				return nil, fmt.Errorf("%q is not among the options that can be asked for: %s", a.Text, strings.Join(options[:], ", "))
			}
			return func(*registry.Ctx) (string, bool) { return want, true }, nil
		},
	}
}

func isSupported(c *registry.Ctx, option string) int {
	if c.Msg == nil {
		return -1
	}
	for i := 0; ; i++ {
		h, ok := c.Msg.Header("Supported", i)
		if !ok {
			return -1
		}
		for rest, one := h.Body, ""; rest != ""; {
			if one, rest = sip.NextValue(rest); strings.EqualFold(one, option) {
				return 1
			}
		}
	}
}

// tooOld is checkDate's result for a date before the time allowed.
const tooOld = -4

func checkDate(c *registry.Ctx, seconds int) int {
	if c.Msg == nil {
		return -1
	}
	h, ok := c.Msg.Header("Date", 0)
	if !ok {
		return -1
	}
	// SIP-date is always GMT (RFC 3261 section 25.1).
	t, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", h.Body)
	switch {
	case err != nil:
		c.Log.Errorf(logAs, "hdr_date_check: the Date %.40q is no date of SIP", h.Body)
		return -1
	case c.State.Now().Sub(t) > time.Duration(seconds)*time.Second:
		return tooOld
	}
	return 1
}
