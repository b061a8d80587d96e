package corex

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"olelo/runtime/avp"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// networkMsg is run for each SIP message as it is on the wire.
const networkMsg = "network:msg"

// wire is event_route[network:msg] and its parameters.
type wire struct {
	intercept int
	minLen    int
	avp       *avp.Name // nil: the block changes nothing
	block     registry.Block
}

func (w *wire) params() []registry.Param {
	return []registry.Param{
		registry.Int("nio_intercept", &w.intercept, "Not 0: event_route["+networkMsg+"] runs for each SIP message, before it is read and when it goes out; default 0."),
		registry.Int("nio_min_msg_len", &w.minLen, "How many bytes a message must have for it; default 0."),
		registry.StrFunc("nio_msg_avp", w.setAVP, "An AVP, as $avp(msg): its text, where it has one behind the block, takes the message's place. It is not emptied before the block."),
	}
}

func (w *wire) setAVP(v registry.ParamValue) error {
	inner, ok := strings.CutPrefix(v.Str, "$avp(")
	inner, end := strings.CutSuffix(inner, ")")
	if !ok || !end {
		return fmt.Errorf("nio_msg_avp %q is not an AVP: write it as $avp(name)", v.Str)
	}
	n, err := avp.ParseName(inner)
	if err != nil {
		return fmt.Errorf("nio_msg_avp: %w", err)
	}
	w.avp = &n
	return nil
}

var errNoNetworkMsg = errors.New("nio_intercept is set and there is no event_route[" + networkMsg + "] to run")

// Start finds the event route.
func (m *Module) Start(context.Context) error {
	if m.wire.intercept == 0 {
		return nil
	}
	if m.wire.block = m.host.EventRoute(networkMsg); m.wire.block == nil {
		return errNoNetworkMsg
	}
	if m.wire.avp == nil {
		m.host.Log().Warnf(name, "event_route[%s] cannot change a message: nio_msg_avp is not set", networkMsg)
	}
	return nil
}

// FilterReceived runs the event route for a message that has come in.
func (m *Module) FilterReceived(c *registry.Ctx, raw []byte) []byte { return m.wire.run(c, raw, true) }

// FilterSent runs it for one that goes out.
func (m *Module) FilterSent(c *registry.Ctx, b []byte) []byte { return m.wire.run(c, b, false) }

func (w *wire) run(c *registry.Ctx, b []byte, incoming bool) []byte {
	if w.block == nil || len(b) < w.minLen {
		return b
	}
	var msg sip.Message
	msg.Hold(b)
	was, flow, rc := c.Msg, c.Flow, c.RC
	c.Msg, c.Flow, c.State.FromNetwork = &msg, 0, incoming
	w.block.Run(c, registry.Event)
	c.Msg, c.Flow, c.RC, c.State.FromNetwork = was, flow, rc, false
	if w.avp == nil {
		return b
	}
	v, ok := c.State.AVP.Get(*w.avp, 0)
	if !ok || !v.IsStr() {
		c.Log.Warnf(name, "event_route[%s] has left no text in the AVP of nio_msg_avp: the message stays as it is", networkMsg)
		return b
	}
	return append(c.Arena.Alloc(len(v.S))[:0], v.S...)
}
