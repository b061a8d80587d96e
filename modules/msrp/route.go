package msrp

import (
	"errors"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"olelo/runtime/msrp"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// state is what a frame's route leaves for the functions called later in it,
// and their storage. A Frame keeps it from frame to frame.
type state struct {
	relayFlags, replyFlags int

	dst    transport.Dest // where msrp_relay sends, if dstSet
	dstSet bool
	gone   bool // it was a session's connection, and that is closed

	replied bool // the script has answered
	refused bool // the frame could not be sent

	dests *simplelru.LRU[string, transport.Dest] // targets by URI, of IP addresses only
	uri   []byte                                 // the one found last, and
	found transport.Dest                         // its target: a batch has mostly one

	out transport.Dest // being sent to
	buf []byte         // being sent
	msg sip.Message    // the frame as SIP request, where the caller has no Message
}

// The flags of msrp_relay_flags and msrp_reply_flags.
const (
	flagNoConnect = 1
	flagClose     = 2
)

// keepBuf is how large a state's buffer may be for it to be kept.
const keepBuf = 64 << 10

func stateOf(f *msrp.Frame) *state {
	if s, ok := f.State.(*state); ok {
		return s
	}
	dests, _ := simplelru.NewLRU[string, transport.Dest](keepDests, nil) // fails for sizes below 1 only
	s := &state{dests: dests}
	f.State = s
	return s
}

// begin forgets the frame before.
func (s *state) begin() {
	s.relayFlags, s.replyFlags = 0, 0
	s.dst, s.dstSet, s.gone, s.out = transport.Dest{}, false, false, transport.Dest{}
	s.replied, s.refused = false, false
	if cap(s.buf) > keepBuf {
		s.buf = nil
	}
}

// HandleFrame runs event_route[msrp:frame-in] for f, which came in as c.Recv
// says. With sipmsg, c.Msg becomes the SIP request that stands for f.
func (m *Module) HandleFrame(c *registry.Ctx, f *msrp.Frame) {
	if m.route == nil {
		return
	}
	s := stateOf(f)
	s.begin()
	c.Frame = f
	if m.sipmsg == 0 {
		c.Msg = nil
	} else {
		if c.Msg == nil {
			c.Msg = &s.msg
		}
		c.Msg.SetSource(f)
	}
	// The frame stands for a SIP request, as in Kamailio: functions of request
	// routes work.
	m.route.Run(c, registry.Request)
	if s.refused && !s.replied && f.IsRequest() {
		m.refuse(c, f)
	}
}

// notDelivered is the answer to a request that the next hop does not take (RFC
// 4976 section 10, 408).
const (
	notDeliveredCode = "408"
	notDeliveredText = "Not Delivered"
)

// refuse answers a request which could not be sent on (the peer is gone, its
// queue stayed full) and which the script left unanswered.
func (m *Module) refuse(c *registry.Ctx, f *msrp.Frame) {
	if !f.WantsFailure() {
		return
	}
	m.sendReply(c, f, notDeliveredCode, notDeliveredText, "")
}

// Undelivered answers for raw, a frame that msrp_relay queued while a frame of
// src was routed and that has not reached its peer: the sender of a request
// other than REPORT gets a 408, unless it said Failure-Report: no. A SEND that
// the script had answered gets a REPORT instead, since its transaction is over
// (RFC 4976 section 5.2).
func (m *Module) Undelivered(c *registry.Ctx, raw []byte, src *transport.Conn) {
	var f msrp.Frame
	if src == nil || f.Parse(raw) != nil {
		return // not a frame of ours: a keep-alive, a SIP reply
	}
	if m.answered.Remove(transaction{src.ID(), f.TransID()}) {
		m.reportLost(c, &f, src)
		return
	}
	b, ok := f.AppendLost(nil, notDeliveredCode, notDeliveredText)
	if !ok {
		return
	}
	err := m.net.Send(&transport.Dest{Proto: src.Proto(), Conn: src, NoConnect: true}, b, src)
	if err != nil && !errors.Is(err, transport.ErrClosed) {
		c.Log.Errorf(name, "the sender of the lost frame %s (%s) cannot be told: %v", f.TransID(), f.Method(), err)
	}
}

// transaction is a request on a connection.
type transaction struct {
	conn uint64
	id   string
}

// keepAnswered is how many answered and relayed requests are remembered.
const keepAnswered = 4096

// reportLost tells the sender of a SEND that was answered already that it did
// not arrive.
func (m *Module) reportLost(c *registry.Ctx, f *msrp.Frame, src *transport.Conn) {
	b, ok := f.AppendReport(nil, m.random.Text()[:16], notDeliveredCode+" "+notDeliveredText)
	if !ok {
		return
	}
	err := m.net.Send(&transport.Dest{Proto: src.Proto(), Conn: src, NoConnect: true}, b, src)
	if err != nil && !errors.Is(err, transport.ErrClosed) {
		c.Log.Errorf(name, "the sender of the lost frame %s cannot be told: %v", f.TransID(), err)
	}
}
