// Package xhttp is Kamailio's module xhttp: HTTP requests on the SIP sockets.
//
// A request is routed as a message with a Via of its own (sip.AppendHTTP) by
// event_route[xhttp:request], and answered as sl answers a SIP request.
package xhttp

import (
	"context"
	"errors"

	"olelo/runtime/ere"
	"olelo/runtime/registry"
	"olelo/runtime/value"
	"olelo/transformations"
)

// name is the module's name, as it stands before its log lines.
const name = "xhttp"

// event is the route for HTTP requests.
const event = "xhttp:request"

// replier is module sl.
type replier interface {
	Reply(c *registry.Ctx, code int, reason, headers string) error
}

// Module is the module's instance.
type Module struct {
	skip, match *ere.Regexp // nil where they are not set
	route       registry.Block
	sl          replier
	host        registry.Host
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Starter     = (*Module)(nil)
)

// New returns the module.
func New() registry.Module { return &Module{} }

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc: "HTTP requests on the TCP, TLS and UDP sockets of SIP. Most of them need tcp_accept_no_cl=yes.",
		Params: []registry.Param{
			registry.StrFunc("url_skip", patternOf(&m.skip), "An extended regular expression: requests whose URL matches are not routed."),
			registry.StrFunc("url_match", patternOf(&m.match), "The same for those that are routed, and no others."),
			registry.StrFunc("event_callback", func(v registry.ParamValue) error {
				return registry.NotRun("event_callback is a function of a script in another language (KEMI), which olelo does not run: use event_route[%s]", event)
			}, "A function of a KEMI script in place of the event route: an error."),
		},
		Funcs: []registry.Func{
			registry.Fn4("xhttp_reply", registry.IntP("code"), registry.Text("reason"), registry.Text("type"), registry.Text("body"), registry.Request|registry.Event, m.reply,
				"Answers an HTTP request: code from 100 to 700, reason, Content-Type (may be empty) and body (may be empty). append_to_reply and set_reply_close before it have their effect; a second reply can have no body."),
		},
		PVs:    []registry.PV{registry.GetPV("hu", getURL, "The URL of an HTTP request; of a SIP request its URI, as it was received.")},
		Trans:  transformations.XHTTP(),
		Events: []string{event},
		Differs: []registry.Difference{
			{How: "a body with Transfer-Encoding: chunked ends the connection; Kamailio 5.6.3 routes it, and its reply does not arrive"},
			{Of: "modparam event_callback", How: "is an error of the start, as in Kamailio without a KEMI engine"},
		},
	}
}

// patternOf sets a pattern; an empty one matches every URL.
func patternOf(to **ere.Regexp) func(registry.ParamValue) error {
	return func(v registry.ParamValue) (err error) {
		*to, err = ere.Compile(v.Str, 0)
		return err
	}
}

// Provision binds module sl.
func (m *Module) Provision(h registry.Host) error {
	sl, _ := h.Module("sl")
	var ok bool
	if m.sl, ok = sl.(replier); !ok {
		return errors.New("xhttp needs the module sl: load it before")
	}
	m.host = h
	return nil
}

// Start finds the event route, which there has to be.
func (m *Module) Start(context.Context) error {
	if m.route = m.host.EventRoute(event); m.route == nil {
		return errNoRoute
	}
	if m.host.Global("tcp_accept_no_cl") == 0 {
		m.host.Log().Warnf(name, "tcp_accept_no_cl is not set: requests without a Content-Length, which most GETs are, end their connection")
	}
	return nil
}

var errNoRoute = errors.New("there is no event_route[" + event + "]: it is where HTTP requests go")

func getURL(c *registry.Ctx, v *value.Value) {
	v.SetNull()
	if c.Msg != nil && c.Msg.IsRequest() {
		v.SetStr(c.Msg.OrigRURI())
	}
}

// HandleHTTP routes an HTTP request. What the event route returns is its code.
func (m *Module) HandleHTTP(c *registry.Ctx) int {
	url := c.Msg.OrigRURI()
	if m.skip != nil && m.matches(c, m.skip, url) || m.match != nil && !m.matches(c, m.match, url) {
		return 1
	}
	return m.route.Run(c, registry.Event)
}

func (m *Module) matches(c *registry.Ctx, re *ere.Regexp, url string) bool {
	ok, err := re.Match(url)
	if err != nil {
		c.Log.Errorf(name, "%.80q: %v", url, err)
	}
	return ok
}

func (m *Module) reply(c *registry.Ctx, code int, reason, contentType, body string) int {
	if code < 100 || code > 700 {
		c.Log.Errorf(name, "xhttp_reply: the code %d is none from 100 to 700", code)
		return -1
	}
	if reason == "" {
		c.Log.Errorf(name, "xhttp_reply: the reason is empty")
		return -1
	}
	return m.Reply(c, code, reason, contentType, body)
}

// Reply answers the HTTP request being handled, or a SIP request. It is what other
// modules call.
func (m *Module) Reply(c *registry.Ctx, code int, reason, contentType, body string) int {
	headers := ""
	if contentType != "" {
		headers = c.Arena.Concat(c.Arena.Concat("Content-Type: ", contentType), "\r\n")
	}
	if body != "" {
		if c.State.ReplyBody != "" {
			c.Log.Errorf(name, "the replies to this request have a body already: nothing is sent")
			return -1
		}
		c.State.ReplyBody = c.Arena.Concat(body, "")
	}
	if err := m.sl.Reply(c, code, reason, headers); err != nil {
		c.Log.Errorf(name, "the reply %d is not sent: %v", code, err)
		return -1
	}
	return 1
}
