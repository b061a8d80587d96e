// Package msrp is an MSRP frame (RFC 4975, 4976): the received bytes with
// offsets into them, the framing of a byte stream, MSRP URIs.
package msrp

// Frame is one MSRP request or response. It is reused by its connection:
// every view taken from it dies when the next frame is read.
type Frame struct {
	raw []byte
}
