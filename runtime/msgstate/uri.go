package msgstate

import (
	"unsafe"

	"olelo/runtime/sip"
)

// URISlot names a URI of the message whose parts are asked for again and again.
type URISlot uint8

// The slots.
const (
	RequestURI URISlot = iota
	OriginalURI
	DestinationURI
	FromURI
	ToURI
	nURIs
)

// parsedURI remembers the parts of one text. A text lives until the message
// ends, so that its address tells it from any other.
type parsedURI struct {
	at  *byte
	len int
	uri sip.URI
	ok  bool
}

// URI returns text in parts, parsed once as long as the slot is asked for the
// same text; nil where it is no URI. text must live as long as the message.
func (s *State) URI(slot URISlot, text string) *sip.URI {
	p := &s.uris[slot]
	if at := unsafe.StringData(text); p.at != at || p.len != len(text) {
		u, err := sip.ParseURI(text)
		*p = parsedURI{at: at, len: len(text), uri: u, ok: err == nil}
	}
	if !p.ok {
		return nil
	}
	return &p.uri
}
