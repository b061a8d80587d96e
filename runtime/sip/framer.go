package sip

import (
	"bytes"
	"errors"
	"fmt"
)

// Limits bound what a peer may make the server hold in memory. A zero field
// means its default.
type Limits struct {
	Message int // bytes of a whole message: 64 KiB
	Header  int // bytes of first line and headers: 64 KiB
}

// The defaults of Limits.
const (
	DefaultMessage = 64 << 10
	DefaultHeader  = 64 << 10
)

// ErrTooLarge and ErrMessage are what Framer.Next says about a stream that it
// cannot follow any more: the connection must be closed. They are wrapped: test
// with errors.Is.
var ErrTooLarge = errors.New("SIP message over the limit")

var (
	errFirstByte = fmt.Errorf("%w: it starts with a byte that no SIP message starts with", ErrMessage)
	errNoLength  = fmt.Errorf("%w: no Content-Length (tcp_accept_no_cl=yes takes it as 0)", ErrMessage)
	errBadLength = fmt.Errorf("%w: Content-Length is not a number", ErrMessage)
	errEncoding  = fmt.Errorf("%w: Transfer-Encoding: a body is taken with a Content-Length alone", ErrMessage)
	errTwoLength = fmt.Errorf("%w: two different Content-Lengths", ErrMessage)
)

// Unit is what Framer.Next found.
type Unit uint8

// The units. CRLF is a line end or white space between messages (RFC 3261
// section 7.5), to be skipped; Ping the second of two CRLFs in a row, to be
// answered with one (RFC 5626 section 3.5.1).
const (
	More Unit = iota
	Whole
	CRLF
	Ping
)

// Framer cuts the byte stream of a connection into SIP messages. It remembers
// how far it has looked: the work is linear however the bytes arrive. It holds
// offsets only: the caller may move the bytes between calls.
type Framer struct {
	Limits Limits
	// AcceptNoCL takes a message without Content-Length as one without body
	// (Kamailio's tcp_accept_no_cl).
	AcceptNoCL bool

	pos   int  // where the search goes on
	line  int  // start of the header line being read
	total int  // of the message, once its header is read
	cl    int  // Content-Length, -1 none yet
	fold  bool // a Content-Length line was empty: its value is in the folded line
	began bool // a message has started
	crlf  bool // the unit before was a CRLF that is not yet part of a ping
	http  bool // it is an HTTP request

	expects bool // it waits for 100 Continue
}

// Next looks for a message at the start of buf, which holds what was given to
// the call before plus what has arrived since. With More, n is 0 and more bytes
// are needed; otherwise the unit is buf[:n] and the next call is for buf[n:].
// An error is final, until Reset.
func (f *Framer) Next(buf []byte) (n int, u Unit, err error) {
	if !f.began {
		if len(buf) == 0 {
			return 0, More, nil
		}
		switch c := buf[0]; {
		case c == '\r' && len(buf) == 1:
			return 0, More, nil
		case c == '\r' && buf[1] == '\n':
			f.crlf = !f.crlf
			if !f.crlf {
				return 2, Ping, nil
			}
			return 2, CRLF, nil
		case isSpace(c):
			f.crlf = false
			return 1, CRLF, nil
		case c < ' ' || c >= 0x7F:
			return 0, More, errFirstByte
		}
		f.Reset()
		f.began = true
	}
	if f.total == 0 {
		if err := f.headers(buf); err != nil || f.total == 0 {
			return 0, More, err
		}
	}
	if len(buf) < f.total {
		return 0, More, nil
	}
	n = f.total
	f.Reset()
	return n, Whole, nil
}

// Partial reports whether Next has seen the start of a message and not its end.
func (f *Framer) Partial() bool { return f.began }

// Reset forgets the message being read.
func (f *Framer) Reset() {
	f.pos, f.line, f.total, f.cl = 0, 0, 0, -1
	f.fold, f.began, f.crlf, f.http = false, false, false, false
}

// Expects reports, once, that the headers of an HTTP request have come which
// waits for 100 Continue before it sends its body (RFC 9110 section 10.1.1).
func (f *Framer) Expects() bool {
	yes := f.expects
	f.expects = false
	return yes
}

func (f *Framer) headers(buf []byte) error {
	limit := f.Limits.Header
	if limit <= 0 {
		limit = DefaultHeader
	}
	for {
		i := bytes.IndexByte(buf[f.pos:], '\n')
		if i < 0 {
			f.pos = len(buf)
			if len(buf) > limit {
				return fmt.Errorf("%w: headers over %d bytes", ErrTooLarge, limit)
			}
			return nil
		}
		end := f.pos + i
		f.pos = end + 1
		if f.pos > limit {
			return fmt.Errorf("%w: headers over %d bytes", ErrTooLarge, limit)
		}
		if f.line == 0 {
			first, err := parseFirst(buf[:f.pos])
			if err != nil {
				return err
			}
			f.http = first.http
			f.line = f.pos
			continue
		}
		l := trimCR(buf[f.line:end])
		f.line = f.pos
		if len(l) == 0 {
			return f.endOfHeader()
		}
		if err := f.contentLength(l); err != nil {
			return err
		}
		if err := f.httpHeader(l); err != nil {
			return err
		}
	}
}

func (f *Framer) endOfHeader() error {
	if f.fold {
		return errBadLength
	}
	if f.cl < 0 {
		if !f.AcceptNoCL {
			return errNoLength
		}
		f.cl = 0
	}
	limit := f.Limits.Message
	if limit <= 0 {
		limit = DefaultMessage
	}
	if f.cl > limit-f.pos {
		return fmt.Errorf("%w: %d bytes of header and Content-Length %d, at most %d together", ErrTooLarge, f.pos, f.cl, limit)
	}
	f.total = f.pos + f.cl
	return nil
}

// contentLength takes the value of l if it is a Content-Length line.
func (f *Framer) contentLength(l []byte) error {
	if f.fold {
		f.fold = false
		if !isSpace(l[0]) {
			return errBadLength
		}
		return f.setLength(bytes.TrimSpace(l))
	}
	i := bytes.IndexByte(l, ':')
	if i < 1 || l[0]|0x20 != 'c' && l[0]|0x20 != 'l' {
		return nil
	}
	name := bytes.TrimRight(l[:i], " \t")
	if len(name) != 1 && !equalFold(name, "content-length") || len(name) == 1 && name[0]|0x20 != 'l' {
		return nil
	}
	val := bytes.TrimSpace(l[i+1:])
	if len(val) == 0 {
		f.fold = true
		return nil
	}
	return f.setLength(val)
}

// httpHeader looks at a header line for what frames an HTTP request alone.
func (f *Framer) httpHeader(l []byte) error {
	i := bytes.IndexByte(l, ':')
	if !f.http || i < 0 {
		return nil
	}
	switch name, val := bytes.TrimRight(l[:i], " \t"), bytes.TrimSpace(l[i+1:]); {
	case equalFold(name, "transfer-encoding"):
		return errEncoding
	case equalFold(name, "expect"):
		f.expects = equalFold(val, "100-continue")
	}
	return nil
}

func (f *Framer) setLength(val []byte) error {
	n, ok := decimal(val)
	if !ok {
		return errBadLength
	}
	if f.cl >= 0 && f.cl != n {
		return errTwoLength
	}
	f.cl = n
	return nil
}

func trimCR(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\r' {
		return b[:n-1]
	}
	return b
}

// equalFold compares b with lower, an ASCII text in lower case.
func equalFold[T ~string | ~[]byte](b T, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i := range len(b) {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// decimal reads 1 to 9 digits and nothing else.
func decimal[T ~string | ~[]byte](b T) (n int, ok bool) {
	if len(b) == 0 || len(b) > 9 {
		return 0, false
	}
	for i := range len(b) {
		if b[i] < '0' || b[i] > '9' {
			return 0, false
		}
		n = n*10 + int(b[i]-'0')
	}
	return n, true
}
