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
	if p.at != unsafe.StringData(text) || p.len != len(text) {
		p.parse(text)
	}
	if !p.ok {
		return nil
	}
	return &p.uri
}

func (p *parsedURI) parse(text string) {
	p.at, p.len = unsafe.StringData(text), len(text)
	p.ok = p.uri.Parse(text) == nil
}

// forget is of most messages a comparison: all the URIs are 1 KB to be zeroed.
func (p *parsedURI) forget() {
	if p.at != nil {
		*p = parsedURI{}
	}
}

// spelledURI remembers the parts of a text that may change where it lies, as a
// $var's does: spelling is what it was.
type spelledURI struct {
	parsedURI
	spelling []byte
}

// SpelledURI is URI of any text, remembered until it is asked for another one:
// the parts are views of text, the URI itself is valid until the next call.
func (s *State) SpelledURI(text string) *sip.URI {
	p := &s.spelled
	if p.at != unsafe.StringData(text) || string(p.spelling) != text {
		p.parse(text)
		p.spelling = append(p.spelling[:0], text...)
	}
	if !p.ok {
		return nil
	}
	return &p.uri
}
