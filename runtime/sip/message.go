// Package sip is a SIP message: the received bytes with offsets into them,
// parsed as far as someone asks, and the edits laid over them.
package sip

// Message is one SIP message. It is reused: every string taken from it dies
// with it.
type Message struct {
	raw []byte
}
