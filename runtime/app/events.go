package app

import (
	"olelo/lang/diag"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// The event routes that the core raises itself.
const (
	workerOneInit     = "core:worker-one-init"     // once, in the first worker, before any message
	preRouting        = "core:pre-routing"         // before the route of each SIP message; drop ends it there
	receiveParseError = "core:receive-parse-error" // for a SIP message whose headers cannot be read
)

// coreEvents are those that the configuration has; nil is none.
type coreEvents struct{ oneInit, preRouting, parseError registry.Block }

// findEvents looks the core's event routes up, once the routes are compiled.
func (s *server) findEvents() {
	h := host{s}
	s.events = coreEvents{h.EventRoute(workerOneInit), h.EventRoute(preRouting), h.EventRoute(receiveParseError)}
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
