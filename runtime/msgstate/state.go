// Package msgstate is what routing hangs on a message beside its bytes: AVPs,
// flags, branches. A worker has one State and resets it after each message; a
// transaction that outlives the message takes its own copy.
package msgstate

import (
	"net/netip"
	"time"

	"olelo/runtime/avp"
	"olelo/runtime/clock"
	"olelo/runtime/transport"
)

// State is the state of the message being handled.
type State struct {
	AVP  avp.List
	XAVP avp.XList
	XAVU avp.XList // at most one node of a name
	XAVI avp.XList // names in lower case

	ScriptFlags uint32
	XFlags      uint64            // extended flags (corex)
	BranchFlags uint32            // of branch 0, the request URI
	SendSocket  *transport.Socket // forced ($fs), nil for any

	Branches Branches
	Static   Branch // $sbranch

	// ForceRPort acts as if the sender had asked for rport (RFC 3581), for
	// replies and for the request that is sent on; LocalRPort asks the next hop
	// for it.
	ForceRPort, LocalRPort bool
	// AdvertisedHost and AdvertisedPort, where not "" and 0, stand in the own Via
	// instead of the socket's. The text must live as long as the message.
	AdvertisedHost string
	AdvertisedPort int
	// MTUProto, where not None, carries the request sent on where it is larger
	// than udp_mtu.
	MTUProto   transport.Proto
	Forwarding SendFlags // of the message sent on
	Replying   SendFlags // of replies to the request

	Sending Sending // what is being sent, while onsend_route runs

	// ReplyHeaders are header lines, each with its CRLF, for the replies to
	// this request (append_to_reply).
	ReplyHeaders []byte
	// ReplyBody is the body of those replies (set_reply_body); its
	// Content-Type is among ReplyHeaders.
	ReplyBody string

	// Clock is what Now asks: the instance's, for the worker's life.
	Clock *clock.Clock

	// Serial counts the messages that this worker has ended.
	Serial uint32
	// Before is how many messages of this worker $mi does not count.
	Before uint32

	now  time.Time
	uris [nURIs]parsedURI
}

// SendFlags say how a message goes out on a connection.
type SendFlags struct {
	NoConnect bool // only on one that is open
	Close     bool // which is closed afterwards
}

// Sending is a message on its way out. Proto is None where there is none.
type Sending struct {
	Proto transport.Proto
	To    netip.AddrPort
	From  *transport.Socket
	Bytes []byte
}

// Now is the time at which it was first asked for this message: $Ts and $Tf
// stay the same while a message is handled.
func (s *State) Now() time.Time {
	if s.now.IsZero() {
		s.now = s.Clock.Now()
	}
	return s.now
}

// Reset ends the message.
func (s *State) Reset() {
	s.AVP.Reset()
	s.XAVP.Reset()
	s.XAVU.Reset()
	s.XAVI.Reset()
	s.ScriptFlags, s.XFlags, s.BranchFlags, s.SendSocket = 0, 0, 0, nil
	s.Branches.Reset()
	s.Static = Branch{}
	s.ForceRPort, s.LocalRPort = false, false
	s.AdvertisedHost, s.AdvertisedPort, s.MTUProto = "", 0, transport.None
	s.Forwarding, s.Replying = SendFlags{}, SendFlags{}
	s.Sending = Sending{}
	s.ReplyHeaders = s.ReplyHeaders[:0]
	s.ReplyBody = ""
	s.now = time.Time{}
	s.Serial++
	s.uris = [nURIs]parsedURI{}
}
