// Package sdpops is Kamailio's module sdpops: it looks into the session
// description of a message, and changes it.
//
// Like all edits, its changes are laid over the message and seen where it is sent
// (sip.Message.Edit): its functions read what was received.
package sdpops

import (
	"errors"
	"slices"

	"olelo/runtime/iterator"
	"olelo/runtime/registry"
	"olelo/runtime/sdp"
	"olelo/runtime/sip"
)

// name is the module's name, as it stands before its log lines.
const name = "sdpops"

// Module is the module's instance.
type Module struct{ lines iterator.Kind }

var _ registry.Module = (*Module)(nil)

// New returns the module.
func New() registry.Module {
	m := new(Module)
	m.lines.Module, m.lines.Prefix, m.lines.Parts = name, "sdp_iterator_", sdpLines
	return m
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc:   "Looks into the session description (SDP) of a message, be it the body or a part of a multipart/mixed one, and changes it.",
		Funcs: slices.Concat(contentFuncs(), mediaFuncs(), codecFuncs(), removeFuncs(), m.lines.Funcs("line of the SDP", "a text")),
		PVs: append(vars(), registry.PV{
			Name: "sdpitval", Doc: "The line of the SDP, with its line end, that an iterator stands on.",
			Bind: m.lines.Bind(m.lines.Text),
		}),
		Differs: []registry.Difference{
			{Of: "$sdp", How: "$sdp(sess_version) is set also where nothing read the SDP before, and also where the number has more than 31 bits, when it reads as a text; Kamailio refuses the assignment, and reads $null"},
			{Of: "sdp_print()", How: "logs the media streams; Kamailio logs only that there is no SDP body"},
		},
	}
}

func sdpLines(to []iterator.Part, m *sip.Message) ([]iterator.Part, bool) {
	d, err := sdp.Of(m)
	if err != nil || d.Text == "" {
		return to, false
	}
	return iterator.Lines(to, m, d.At, len(d.Text)), true
}

// read is the message's description; where it cannot be read that is logged, and
// false is returned, as it is without one.
func read(c *registry.Ctx, fn string) (sdp.Description, bool) {
	if c.Msg == nil {
		return sdp.Description{}, false
	}
	d, err := sdp.Of(c.Msg)
	if err != nil && !errors.Is(err, sdp.ErrNone) {
		c.Log.Errorf(name, "%s: %v", fn, err)
	}
	return d, err == nil
}

// noBody reports whether the message has no body at all.
func noBody(c *registry.Ctx) bool { return c.Msg != nil && c.Msg.Body() == "" }
