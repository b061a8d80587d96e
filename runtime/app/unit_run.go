package app

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"olelo/lang/ast"
	"olelo/lang/compile"
	"olelo/lang/diag"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
	"olelo/runtime/value"
	"olelo/runtime/vm"
)

// Run gives a message, a SIP message or an MSRP frame with its CRLF line ends,
// to a route block: "route[AUTH]", "reply_route", "event_route[msrp:frame-in]".
// With "" it is handled as the server would, with all that goes before and
// behind the block: event_route[core:pre-routing], modules that take requests,
// the forwarding of a reply. A block may be run without a message where it
// needs none.
//
// The error tells that nothing was run, or that olelo itself failed.
func (u *Unit) Run(route string, message []byte) (r Result, err error) {
	n := -1
	if route != "" {
		if n, err = u.block(route); err != nil {
			return r, err
		}
	}
	u.rec.reset()
	u.w.ctx.Lock()
	defer u.w.ctx.Unlock()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a mistake in olelo, please report it: %v\n%s", p, debug.Stack())
			u.w.ctx.VM = vm.New(u.s.prog)
		}
		u.result(&r)
	}()
	switch {
	case len(message) == 0 && n < 0:
		return r, errors.New("there is no message")
	case len(message) == 0:
		u.run(u.w.begin(), n)
		return r, nil
	case bytes.HasPrefix(message, []byte("MSRP ")):
		return r, u.frame(n, message)
	}
	return r, u.message(n, message)
}

// Advance moves the clock, which must be a virtual one, and tells what the timers
// and the event routes that they ran did.
func (u *Unit) Advance(d time.Duration) Result {
	u.rec.reset()
	u.s.clock.Advance(d)
	var r Result
	u.result(&r)
	return r
}

// message gives a SIP message to block n, or where that is negative to the server.
func (u *Unit) message(n int, raw []byte) error {
	p := u.proto
	if p == transport.None {
		p = transport.UDP
	}
	r, err := u.incoming(p)
	if err != nil {
		return err
	}
	h := handler{u.s, u.w}
	if n < 0 {
		h.sip(r, raw)
		return nil
	}
	c := u.w.begin()
	err = h.message(c, r, raw)
	if err != nil {
		return fmt.Errorf("the message cannot be routed: %w; it begins %.80q", err, raw)
	}
	switch want := u.s.prog.Routes[n].Mask; {
	case want == registry.Request && !c.Msg.IsRequest() && u.s.prog.Routes[n].Kind == "request_route":
		return errors.New("request_route is run for requests, and this is a reply")
	case want&registry.Reply != 0 && c.Msg.IsRequest():
		return fmt.Errorf("%s is run for replies, and this is a request", u.s.prog.Routes[n].Title())
	}
	u.run(c, n)
	return nil
}

// frame gives an MSRP frame to block n, or where that is negative to
// event_route[msrp:frame-in].
func (u *Unit) frame(n int, raw []byte) error {
	switch {
	case u.s.frames == nil:
		return errors.New("an MSRP frame needs the module msrp, which is not loaded")
	case u.rec.frameIn < 0:
		return errors.New("an MSRP frame needs event_route[msrp:frame-in], which there is not")
	}
	p := transport.TCP
	if u.proto == transport.TLS {
		p = transport.TLS
	}
	r, err := u.incoming(p)
	if err != nil {
		return err
	}
	h := handler{u.s, u.w}
	if n >= 0 {
		if _, err := h.frame(r, raw, true); err != nil {
			return fmt.Errorf("the frame cannot be routed: %w; it begins %.80q", err, raw)
		}
	}
	u.rec.instead = n
	defer func() { u.rec.instead = -1 }()
	h.msrp(r, raw)
	return nil
}

// incoming is how a message comes in: on the first socket that can.
func (u *Unit) incoming(p transport.Proto) (*transport.Recv, error) {
	for _, s := range u.s.sockets {
		if s.Proto == p && s.Addr.Addr().Is4() == u.source.Addr().Is4() {
			return u.s.net.Incoming(s, u.source)
		}
	}
	return nil, fmt.Errorf("the configuration has no listen=%s:… that a message from %s could come in on", p, u.source)
}

// run runs block n as the kind that it is.
func (u *Unit) run(c *registry.Ctx, n int) {
	kind := u.s.prog.Routes[n].Mask
	if kind&registry.Request != 0 { // an event route, as the core raises it
		kind = registry.Request
	}
	u.s.block(n).Run(c, kind)
}

// isMain reports whether a block is one that a server gives messages to.
func isMain(title string) bool {
	return title == "request_route" || title == "reply_route" || title == "event_route[msrp:frame-in]"
}

// result sums up what was recorded.
func (u *Unit) result(r *Result) {
	r.Events = u.rec.events
	for i := range r.Events {
		switch e := &r.Events[i]; e.Kind {
		case Called:
			r.Calls = append(r.Calls, e.Call)
		case Sent:
			r.Sent = append(r.Sent, e.Sent)
		case Logged:
			r.Log = append(r.Log, e.Log)
		case Ended:
			if isMain(e.Text) || !isMain(r.Route) { // onsend_route may come behind reply_route
				r.Route, r.Code, r.End = e.Text, e.Code, e.End
			}
		}
	}
}

// Eval is the text of variables, as "$var(x)" or "$rU@$rd", for the message of
// the last run and in the state that it has left behind. null tells that the
// text is one variable that has no value.
func (u *Unit) Eval(text string) (val string, null bool, err error) {
	f, err := compile.Bind(u.s.prog, u.s.env, text)
	if err != nil {
		return "", false, err
	}
	c := &u.w.ctx
	c.Lock()
	defer c.Unlock()
	c.Vars = append(c.Vars, newVars(u.s.prog)[len(c.Vars):]...)
	if get, one := f.Single(); one {
		v := c.Eval(get)
		if v.K == value.Null {
			return "", true, nil
		}
		return strings.Clone(formatText(&v)), false, nil
	}
	return strings.Clone(f.Text(c)), false, nil
}

// block is the number of a route block.
func (u *Unit) block(title string) (int, error) {
	kind, name, _ := strings.Cut(strings.TrimSuffix(title, "]"), "[")
	kind, name = (&ast.Route{Kind: kind, Name: name}).Canonical()
	if n, ok := u.s.prog.FindRoute(kind, name); ok {
		return n, nil
	}
	titles := make([]string, len(u.s.prog.Routes))
	for n := range u.s.prog.Routes {
		titles[n] = u.s.prog.Routes[n].Title()
	}
	hint := ""
	if near := diag.Nearest(title, titles); near != "" {
		hint = ": did you mean " + near + "?"
	}
	return 0, fmt.Errorf("there is no %s%s", title, hint)
}
