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
	Internal    uint8             // internal flags (msg_iflag_set)
	BranchFlags uint32            // of branch 0, the request URI
	SendSocket  *transport.Socket // forced ($fs), nil for any
	// InSocket is the socket that the message came in on, where routes act as if
	// that was another one (set_recv_socket); nil where they do not.
	InSocket *transport.Socket

	// RequestQ, in thousandths, is the q value of the request URI, where
	// RequestHasQ tells that it has one.
	RequestQ    int
	RequestHasQ bool

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
	Via            ViaExtras
	// MTUProto, where not None, carries the request sent on where it is larger
	// than udp_mtu.
	MTUProto   transport.Proto
	Forwarding SendFlags // of the message sent on
	Replying   SendFlags // of replies to the request

	// FromNetwork tells, while event_route[network:msg] runs, that the message has
	// come in and does not go out.
	FromNetwork bool
	Sending     Sending // what is being sent, while onsend_route runs

	Incoming *Incoming // while event_route[core:msg-received] runs, else nil

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

	now     time.Time
	uris    [nURIs]parsedURI
	spelled spelledURI
}

// ViaExtras say what the own Via has beside branch and rport.
type ViaExtras struct {
	ServerID bool // srvid, where server_id is not 0
	Params   bool // what the XAVP of xavp_via_params has
	Fields   bool // the address and port that the XAVP of xavp_via_fields has
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

// Incoming is what came in and was not read yet. Bytes may be replaced by others
// that live as long as the message.
type Incoming struct {
	From  *transport.Recv
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
	s.Serial++
	s.ResetMessage()
}

// ResetMessage forgets all but AVPs.
func (s *State) ResetMessage() {
	s.ScriptFlags, s.XFlags, s.Internal, s.BranchFlags, s.SendSocket, s.InSocket = 0, 0, 0, 0, nil, nil
	s.RequestQ, s.RequestHasQ = 0, false
	s.Branches.Reset()
	s.Static = Branch{}
	s.ForceRPort, s.LocalRPort = false, false
	s.AdvertisedHost, s.AdvertisedPort, s.MTUProto, s.Via = "", 0, transport.None, ViaExtras{}
	s.Forwarding, s.Replying = SendFlags{}, SendFlags{}
	s.Sending, s.Incoming, s.FromNetwork = Sending{}, nil, false
	s.ReplyHeaders = s.ReplyHeaders[:0]
	s.ReplyBody = ""
	s.now = time.Time{}
	for i := range s.uris {
		s.uris[i].forget()
	}
	s.spelled.forget()
}
