package sip

import (
	"errors"
	"fmt"
)

// ErrHeader is wrapped by what Check says of a header that is there and cannot
// be read, ErrVia by what it says of the first Via alone.
var (
	ErrHeader = errors.New("unreadable header")
	ErrVia    = errors.New("unreadable Via")
)

// Check returns why m cannot be routed, nil if it can: what Kamailio refuses
// before a route runs. Via, From, To, Call-ID and CSeq must be there, once
// but for Via; Via, To, CSeq and a Content-Length must be readable (RFC 3261
// section 8.1.1), and every header must be one.
func (m *Message) Check() error {
	m.scan()
	if m.junk != "" {
		return headerError{fmt.Sprintf("%.40q is no header", trimSpace(m.junk)), ErrHeader}
	}
	if !m.seen.all(1<<hVia|dialogHeaders) || m.twice&dialogHeaders != 0 {
		return m.miscounted()
	}
	if s, _ := m.body(hVia); s == "" || m.topVia() == nil {
		return errVia
	}
	if m.To().URI == "" {
		return errTo
	}
	if _, _, ok := m.CSeq(); !ok {
		return errCSeq
	}
	if s, ok := m.body(hContentLength); ok && s != "" {
		if _, ok := decimal(s); !ok {
			return headerError{fmt.Sprintf("the Content-Length %.20q is no number", s), ErrHeader}
		}
	}
	return nil
}

// miscounted tells which of the headers that must be there, once but for Via, is
// not, or is more often.
func (m *Message) miscounted() error {
	for _, n := range [...]struct {
		id   hid
		name string
	}{{hVia, "Via"}, {hFrom, "From"}, {hTo, "To"}, {hCallID, "Call-ID"}, {hCSeq, "CSeq"}} {
		switch found := m.CountByKey(&Key{id: n.id}); {
		case found == 0:
			return fmt.Errorf("%w: it has no %s", ErrMessage, n.name)
		case found > 1 && n.id != hVia:
			return fmt.Errorf("%w: it has %d %s headers", ErrMessage, found, n.name)
		}
	}
	return nil
}

var (
	errVia  = headerError{"its first Via cannot be read", ErrVia}
	errTo   = headerError{"its To has no URI", ErrHeader}
	errCSeq = headerError{"its CSeq is not a number and a method, with blanks between", ErrHeader}
)

// headerError is an ErrMessage that is about a header.
type headerError struct {
	text string
	kind error
}

func (e headerError) Error() string   { return ErrMessage.Error() + ": " + e.text }
func (e headerError) Unwrap() []error { return []error{ErrMessage, e.kind} }
