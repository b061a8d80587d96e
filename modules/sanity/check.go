package sanity

import (
	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
)

// The checks, in the order in which they are made.
const (
	version     = 1 << iota // SIP/2.0: the server takes no other request
	scheme                  // the request URI is one
	headers                 // the headers can be read
	_                       // Kamailio has no such check
	_                       // Kamailio has no such check
	cseqMethod              // is that of the request
	cseqNumber              // is one of 32 bits
	length                  // is that of the body
	expiry                  // is a number of 32 bits
	extensions              // Proxy-Require asks for known ones
	parsedURIs              // can be read
	credentials             // those of Digest are complete; others are refused
	oneTag                  // in From and To
	digestOnly              // credentials of Digest are complete
	_                       // Kamailio has no such check

	checkLimit
)

// The URIs of parsedURIs.
const (
	requestURI = 1 << iota
	fromURI
	toURI
	contactURI
	uriLimit
)

// fault is what is wrong with a message: the reply that tells of it, code 0
// where none can.
type fault struct {
	code    int
	reason  string
	headers string // further header lines
}

func bad(reason string) *fault { return &fault{code: 400, reason: reason} }

// The faults. Their texts are those that Kamailio replies.
var (
	silent          = &fault{}
	failure         = &fault{code: 500, reason: "Server Sanity Failure"}
	badRequestURI   = bad("Bad Request URI")
	badMethod       = bad("CSeq method does not match request method")
	badNumber       = bad("CSeq number is illegal")
	badLength       = bad("Content-Length mis-match")
	badExpires      = bad("Expires value is illegal")
	badExpiresLine  = bad("Bad Expires Header")
	badProxyRequire = bad("Bad Proxy Require Header")
	badFrom         = bad("Invalid From Header")
	badTo           = bad("Ivalid To Header")
	badContact      = bad("Bad Contact Header")
	badContactURI   = bad("Bad Contact URI")
	badFromTags     = bad("Many From Tag Params")
	badToTags       = bad("Many To Tag Params")
	badCredentials  = bad("Bad Auth Credentials")
	badAuthLine     = bad("Bad Auth Header")
	noUser          = bad("Auth Empty User")
	noNonce         = bad("Auth Empty Nonce")
	noResponse      = bad("Auth Empty Response")
)

// found is what a worker's last check found.
type found struct {
	serial uint32 // of the message
	fault  *fault
}

func (m *Module) check(c *registry.Ctx, checks, uris int) int {
	switch {
	case c.Msg == nil:
		return -1
	case checks < 1 || checks >= checkLimit:
		c.Log.Errorf(name, "sanity_check: the checks %d are no sum of these: 1 to %d is wanted", checks, checkLimit-1)
		return -1
	case uris < 1 || uris >= uriLimit:
		c.Log.Errorf(name, "sanity_check: the URIs %d are no sum of these: 1 to %d is wanted", uris, uriLimit-1)
		return -1
	}
	f := m.find(c, checks, uris)
	if f == nil {
		return 1
	}
	if m.noReply != 0 {
		*m.found(c) = found{c.State.Serial, f}
	} else {
		m.send(c, f)
	}
	if m.autoDrop != 0 {
		return 0
	}
	return -1
}

func (m *Module) found(c *registry.Ctx) *found {
	if f, ok := m.perWorker.Load(c.Worker); ok {
		return f.(*found)
	}
	f := &found{}
	m.perWorker.Store(c.Worker, f)
	return f
}

func (m *Module) reply(c *registry.Ctx) int {
	if m.noReply == 0 {
		return 1
	}
	if f := m.found(c); f.fault != nil && f.fault.code != 0 && f.serial == c.State.Serial {
		m.send(c, f.fault)
	} else {
		m.send(c, failure)
	}
	return 1
}

// send replies to a request; an ACK and a reply get none.
func (m *Module) send(c *registry.Ctx, f *fault) {
	if c.Msg == nil || !c.Msg.IsRequest() || c.Msg.Method() == "ACK" || f.code == 0 {
		return
	}
	if err := m.sl.Reply(c, f.code, f.reason, f.headers); err != nil {
		c.Log.Warnf(name, "the reply %d %s is not sent: %v", f.code, f.reason, err)
	}
}

// find makes the checks; it is nil where nothing is wrong. A reply has no
// request URI: what asks for that is wrong with it.
func (m *Module) find(c *registry.Ctx, checks, uris int) *fault {
	msg := c.Msg
	for bit := 1; bit < checkLimit; bit <<= 1 {
		var f *fault
		switch checks & bit {
		case version:
			if !msg.IsRequest() {
				f = silent
			}
		case scheme:
			f = uri(c, msgstate.RequestURI, msg.RURI(), badRequestURI)
		case headers:
			f = m.readable(msg)
		case cseqMethod:
			if _, method, ok := msg.CSeq(); !ok || method != msg.Method() {
				f = badMethod
			}
		case cseqNumber:
			if n, _, ok := msg.CSeq(); !ok || !is32Bit(n) {
				f = badNumber
			}
		case length:
			f = contentLength(c)
		case expiry:
			f = m.expiry(msg)
		case extensions:
			f = m.extensions(msg)
		case parsedURIs:
			f = checkURIs(c, uris)
		case credentials:
			f = m.digest(msg, silent)
		case digestOnly:
			f = m.digest(msg, nil)
		case oneTag:
			f = tags(msg)
		}
		if f != nil {
			c.Log.Debugf(name, "check %d: %s", bit, f.reason)
			return f
		}
	}
	return nil
}

// uri is f where the text of a slot is no URI.
func uri(c *registry.Ctx, slot msgstate.URISlot, text string, f *fault) *fault {
	if c.State.URI(slot, text) == nil {
		return f
	}
	return nil
}
