package app

import (
	"olelo/lang/diag"
	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

const (
	workerOneInit     = "core:worker-one-init"     // once, in the first worker, before any message
	preRouting        = "core:pre-routing"         // before the route of each SIP message; drop ends it there
	receiveParseError = "core:receive-parse-error" // for a SIP message whose headers cannot be read
	msgReceived       = "core:msg-received"        // for what came in, before it is read, with received_route_mode
)

// CoreEvents are the event routes that the core raises itself.
func CoreEvents() []string { return []string{workerOneInit, preRouting, receiveParseError, msgReceived} }

// coreEvents are those that the configuration has; nil is none.
type coreEvents struct{ oneInit, preRouting, parseError, received registry.Block }

// findEvents looks the core's event routes up, once the routes are compiled.
func (s *server) findEvents() {
	h := host{s}
	s.events = coreEvents{
		oneInit: h.EventRoute(workerOneInit), preRouting: h.EventRoute(preRouting), parseError: h.EventRoute(receiveParseError),
	}
	if s.params.ReceivedRouteMode != 0 {
		s.events.received = h.EventRoute(msgReceived)
	}
}

// initFirstWorker runs event_route[core:worker-one-init]. What it sets in $var
// stays in that worker.
func (s *server) initFirstWorker() error {
	if s.events.oneInit == nil || s.first == nil {
		return nil
	}
	w := s.first
	w.ctx.Lock()
	defer w.ctx.Unlock()
	defer w.guard()
	c := w.begin()
	var msg registry.Fake
	if err := msg.Take(c); err != nil {
		return err
	}
	s.events.oneInit.Run(c, registry.Request)
	w.begin()
	return nil
}

// received runs event_route[core:msg-received] in c, which was begun, and returns
// what is to be read as the message: raw, or what $rcv(buf) was set to. ok is
// false where the route dropped it, or returned a negative number. Of what the route set, AVPs stay for the message.
func (s *server) received(c *registry.Ctx, r *transport.Recv, raw []byte) (_ []byte, ok bool) {
	if s.events.received == nil {
		return raw, true
	}
	var msg registry.Fake
	if err := msg.Take(c); err != nil {
		return raw, true
	}
	in := msgstate.Incoming{From: r, Bytes: raw}
	c.State.Incoming = &in
	rc := s.events.received.Run(c, registry.Request)
	c.State.ResetMessage()
	ok = rc >= 0 && c.Flow&registry.FlowDrop == 0
	c.Msg, c.Flow, c.RC = nil, 0, 0
	return in.Bytes, ok
}

// preRoute runs event_route[core:pre-routing] and reports whether the message
// goes on to its route.
func (s *server) preRoute(c *registry.Ctx) bool {
	if s.events.preRouting == nil {
		return true
	}
	s.events.preRouting.Run(c, registry.Request)
	c.RC = 0
	return c.Flow&registry.FlowDrop == 0
}

// unreadable runs event_route[core:receive-parse-error] for c's message.
func (s *server) unreadable(c *registry.Ctx, m *sip.Message) {
	if s.events.parseError == nil {
		return
	}
	c.Msg = m
	s.events.parseError.Run(c, registry.Request)
}

// checkRoutes warns of a configuration that drops all requests.
func (s *server) checkRoutes(diags *diag.List) {
	if s.requestRoute == nil && diags.Errors() == 0 {
		diags.Add(diag.Diagnostic{
			Severity: diag.Warning, Code: "no-request-route", Msg: "there is no request_route: every SIP request is dropped with an error line",
			Hint: "write what is to be done with requests into request_route { … }",
		})
	}
}
