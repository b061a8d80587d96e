// Package sdp is a session description (RFC 4566) as it stands in a SIP
// message: views of its lines, with their places, read when asked for.
package sdp

import (
	"errors"
	"iter"
	"strings"

	"olelo/runtime/sip"
)

// Type is the media type of a session description.
const Type = "application/sdp"

// Description is the body of a message, or the part of it, that is a session
// description. The zero one is that of a multipart body that has none. It dies
// with the message.
type Description struct {
	Text string
	At   int // where Text is in the message
}

// Why a message has no description that can be read.
var (
	ErrNone = errors.New("the message has no body")
	ErrType = errors.New("the Content-Type is neither " + Type + " nor multipart/mixed")
)

// Of is the description of a message. An error that is not ErrNone tells what is
// wrong with it.
func Of(m *sip.Message) (Description, error) {
	body := m.Body()
	if body == "" {
		return Description{}, ErrNone
	}
	d := Description{Text: body, At: m.BodyAt()}
	switch typ := sip.MediaType(m.ContentType()); {
	case strings.EqualFold(typ, Type):
	case strings.EqualFold(typ, "multipart/mixed"):
		p, ok := m.FindPart(Type)
		if !ok {
			return Description{}, nil
		}
		d.Text = body[p.Content:p.Next]
		d.At += p.Content
	default:
		return Description{}, ErrType
	}
	return d, d.check()
}

// Line is a line with its line end; At is where it is in the message.
type Line struct {
	Text string
	At   int
}

// Bare is the line without its line end.
func (l Line) Bare() string { return strings.TrimRight(l.Text, "\r\n") }

// Type is the letter before the line's equals sign, 0 where there is none.
func (l Line) Type() byte {
	if len(l.Text) < 2 || l.Text[1] != '=' {
		return 0
	}
	return l.Text[0]
}

// Lines are the lines of the whole description.
func (d Description) Lines() iter.Seq[Line] { return lines(d.Text, d.At) }

func lines(text string, at int) iter.Seq[Line] {
	return func(yield func(Line) bool) {
		for text != "" {
			n := sip.LineAfter(text, 0)
			if !yield(Line{text[:n], at}) {
				return
			}
			text, at = text[n:], at+n
		}
	}
}

// session is the description from its first v= line on.
func (d Description) session() (Description, bool) {
	for l := range d.Lines() {
		if l.Type() == 'v' {
			n := l.At - d.At
			return Description{d.Text[n:], l.At}, true
		}
	}
	return Description{}, false
}

// check tells what Kamailio cannot do without: v=, o= and m=, an address for
// each stream, and each of these in its form.
func (d Description) check() error {
	d, ok := d.session()
	if !ok {
		return errors.New("no v= line in the SDP")
	}
	var origin, streams, stream, sessionAddress, address bool
	for l := range d.Lines() {
		switch l.Type() {
		case 'v', 'm':
			if stream && !address && !sessionAddress {
				return errNoAddress
			}
			stream, address = l.Type() == 'm', false
			if !stream {
				sessionAddress = false
				break
			}
			streams = true
			if _, _, transport, _ := media(l.Bare()); transport == "" {
				return errors.New("an m= line in the SDP has no port or no transport")
			}
		case 'o':
			if !origin && addressFamily(l.Bare()) == 0 {
				return errors.New("the o= line in the SDP has no address")
			}
			origin = true
		case 'c':
			if addressFamily(l.Bare()) == 0 {
				return errors.New("a c= line in the SDP has no address")
			}
			if stream {
				address = true
			} else {
				sessionAddress = true
			}
		}
	}
	switch {
	case !origin:
		return errors.New("no o= line in the SDP")
	case !streams:
		return errors.New("no m= line in the SDP")
	case stream && !address && !sessionAddress:
		return errNoAddress
	}
	return nil
}

var errNoAddress = errors.New("a stream in the SDP has no c= line, nor has its session")

// addressFamily is 4 or 6, by the address type of a c= or o= line, and 0 where
// it has no such type, or nothing behind it.
func addressFamily(line string) int {
	for w, rest := word(line); w != ""; w, rest = word(rest) {
		if rest = strings.TrimLeft(rest, " "); rest != "" {
			switch w {
			case "IP4":
				return 4
			case "IP6":
				return 6
			}
		}
	}
	return 0
}

// word is the first of the words of a text that blanks part, and what is behind.
func word(s string) (word, rest string) {
	s = strings.TrimLeft(s, " ")
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// AddressFamily is 4 or 6, by the c= line of the first session, and 0 where it
// has none.
func (d Description) AddressFamily() int {
	d, _ = d.session()
	for l := range d.Lines() {
		switch l.Type() {
		case 'c':
			return addressFamily(l.Bare())
		case 'm':
			return 0
		}
	}
	return 0
}

// SessVersion is the sess-version in the o= line, "" where there is none; at is
// where it is in the message.
func (d Description) SessVersion() (version string, at int) {
	d, _ = d.session()
	for l := range d.Lines() {
		if l.Type() != 'o' {
			continue
		}
		line := l.Bare()
		_, rest := word(line)
		_, rest = word(rest)
		version, behind := word(rest)
		return version, l.At + len(line) - len(behind) - len(version)
	}
	return "", 0
}
