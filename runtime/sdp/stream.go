package sdp

import (
	"iter"
	"strings"
)

// Stream is a media description: an m= line and what follows, up to the next m=
// or v= line.
type Stream struct {
	Description        // all of it, with the m= line
	Media, Port        string
	Transport, Formats string // Formats as they are written: " 0 8"
	FormatsAt          int    // where Formats is in the message
}

// media takes an m= line to pieces; transport is "" where one is missing.
func media(line string) (kind, port, transport, formats string) {
	kind, rest := word(line[len("m="):])
	port, rest = word(rest)
	transport, formats = word(rest)
	return kind, port, transport, formats
}

// Streams are the streams of all sessions.
func (d Description) Streams() iter.Seq[Stream] {
	return func(yield func(Stream) bool) {
		rest, _ := d.session()
		start := -1
		for l := range rest.Lines() {
			at := l.At - rest.At
			if l.Type() != 'm' && l.Type() != 'v' {
				continue
			}
			if start >= 0 && !yield(rest.stream(start, at)) {
				return
			}
			start = -1
			if l.Type() == 'm' {
				start = at
			}
		}
		if start >= 0 {
			yield(rest.stream(start, len(rest.Text)))
		}
	}
}

func (d Description) stream(start, end int) Stream {
	s := Stream{Description: Description{d.Text[start:end], d.At + start}}
	for l := range s.Lines() {
		line := l.Bare()
		s.Media, s.Port, s.Transport, s.Formats = media(line)
		s.FormatsAt = l.At + len(line) - len(s.Formats)
		break
	}
	return s
}

// FormatList are the payload types, with where each is in the message.
func (s Stream) FormatList() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		rest := s.Formats
		for {
			var f string
			f, rest = word(rest)
			if f == "" || !yield(s.FormatsAt+len(s.Formats)-len(rest)-len(f), f) {
				return
			}
		}
	}
}

// Encoding is the name that the stream gives a payload type with a=rtpmap, ""
// for none. The last such line counts.
func (s Stream) Encoding(format string) string {
	name := ""
	for l := range s.Lines() {
		attribute, ok := strings.CutPrefix(l.Bare(), "a=rtpmap:")
		if !ok {
			continue
		}
		if f, rest := word(attribute); f == format {
			if n, _, ok := strings.Cut(strings.TrimLeft(rest, " "), "/"); ok {
				name = n
			}
		}
	}
	return name
}

// Has reports whether one of the lines is text.
func (s Stream) Has(text string) bool {
	for l := range s.Lines() {
		if l.Bare() == text {
			return true
		}
	}
	return false
}
