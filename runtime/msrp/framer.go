package msrp

import (
	"bytes"
	"errors"
	"fmt"
)

// Limits bound what a peer may make a relay hold in memory. A zero field
// means its default.
type Limits struct {
	Frame     int // bytes of a whole frame: 10 MiB
	Header    int // bytes of first line and headers: 64 KiB
	FirstLine int // bytes of the first line: 1 KiB
}

// The defaults of Limits. RFC 4975 gives a transaction id 4 to 32 characters;
// Kamailio takes any that fits the first line, so do we.
const (
	DefaultFrame     = 10 << 20
	DefaultHeader    = 64 << 10
	DefaultFirstLine = 1 << 10
)

func (l Limits) withDefaults() Limits {
	if l.Frame <= 0 {
		l.Frame = DefaultFrame
	}
	if l.Header <= 0 {
		l.Header = DefaultHeader
	}
	if l.FirstLine <= 0 {
		l.FirstLine = DefaultFirstLine
	}
	return l
}

// What Framer.Next says about a stream that it cannot follow any more. The
// only way on is to close the connection: where the next frame would start is
// unknown. They are wrapped: test with errors.Is.
var (
	ErrNotMSRP  = errors.New("not an MSRP frame")
	ErrTooLarge = errors.New("MSRP frame over the limit")
)

var (
	errStart     = fmt.Errorf(`%w: it does not start with "MSRP "`, ErrNotMSRP)
	errNoTransID = fmt.Errorf("%w: the first line has no transaction id", ErrNotMSRP)
	errNoMethod  = fmt.Errorf("%w: the first line has neither method nor status code", ErrNotMSRP)
	errControl   = fmt.Errorf("%w: a control character in the first line", ErrNotMSRP)
)

const prefix = "MSRP "

// IsMSRP tells MSRP from SIP by the first bytes of a message. more means that
// b is too short to tell.
func IsMSRP(b []byte) (yes, more bool) {
	n := min(len(b), len(prefix))
	if string(b[:n]) != prefix[:n] {
		return false, false
	}
	return n == len(prefix), n < len(prefix)
}

// endMark starts every end line (RFC 4975 section 9, end-line).
const endMark = "\r\n-------"

// Framer cuts a byte stream into MSRP frames. It remembers how far it has
// looked, so the work is linear in the stream's length however the bytes
// arrive. The zero Framer has the default limits. It holds offsets only: the
// caller may move the bytes between calls.
type Framer struct {
	Limits Limits

	lim    Limits // Limits with defaults, fixed at a frame's first byte
	part   part
	pos    int // where the search goes on
	line   int // part headers: start of the line being read
	tid    int // length of the transaction id, which starts at len(prefix)
	second bool
}

type part uint8

const (
	partStart part = iota
	partFirstLine
	partHeaders
	partBody
)

// Next looks for a frame at the start of buf, which holds what was given to
// the call before plus what has arrived since. n > 0: the frame is buf[:n],
// and the next call is for buf[n:]. n == 0: more bytes are needed. An error is
// final, until Reset.
func (f *Framer) Next(buf []byte) (n int, err error) {
	if f.part == partStart {
		if yes, more := IsMSRP(buf); !yes {
			if more {
				return 0, nil
			}
			return 0, errStart
		}
		f.lim = f.Limits.withDefaults()
		f.part, f.pos, f.tid, f.second = partFirstLine, len(prefix), 0, false
	}
	if f.part == partFirstLine {
		if done, err := f.firstLine(buf); err != nil || !done {
			return 0, err
		}
	}
	if f.part == partHeaders {
		if n, err = f.headers(buf); err != nil {
			return 0, err
		}
	}
	if f.part == partBody {
		n, f.pos = findEnd(buf, f.pos, f.id(buf))
	}
	if n > f.lim.Frame || n == 0 && len(buf) > f.lim.Frame {
		return 0, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, f.lim.Frame)
	}
	return f.done(n), nil
}

// Partial reports whether Next has seen the start of a frame and not its end.
func (f *Framer) Partial() bool { return f.part != partStart }

// Reset forgets the frame being read.
func (f *Framer) Reset() { f.part, f.pos = partStart, 0 }

func (f *Framer) done(n int) int {
	if n > 0 {
		f.Reset()
	}
	return n
}

// firstLine checks "MSRP SP transact-id SP rest CRLF" as far as buf goes.
func (f *Framer) firstLine(buf []byte) (done bool, err error) {
	pos := f.pos
	for ; pos < len(buf); pos++ {
		c, before := buf[pos], buf[pos-1]
		if c > ' ' && c != 0x7F && before != '\r' && pos < f.lim.FirstLine {
			f.second = f.second || f.tid > 0
			continue
		}
		switch {
		case pos >= f.lim.FirstLine:
			return false, fmt.Errorf("%w: first line over %d bytes", ErrTooLarge, f.lim.FirstLine)
		case c == '\n':
			if before != '\r' {
				return false, errControl
			}
			switch {
			case f.tid == 0 && pos-1 == len(prefix):
				return false, errNoTransID
			case !f.second:
				return false, errNoMethod
			}
			f.pos = pos + 1
			f.part, f.line = partHeaders, f.pos
			return true, nil
		case before == '\r':
			return false, errControl
		case c == ' ' && f.tid == 0:
			f.tid = pos - len(prefix)
			if f.tid == 0 {
				return false, errNoTransID
			}
		case c < ' ' && c != '\r' && c != '\t' || c == 0x7F:
			return false, errControl
		}
	}
	f.pos = pos
	return false, nil
}

// headers goes line by line to the empty line or, without a body, to the end
// line; then n > 0.
func (f *Framer) headers(buf []byte) (n int, err error) {
	line, pos := f.line, f.pos
	for {
		i := bytes.IndexByte(buf[pos:], '\n')
		if i < 0 {
			f.line, f.pos = line, len(buf)
			if len(buf) > f.lim.Header {
				return 0, f.longHeader()
			}
			return 0, nil
		}
		end := pos + i // of '\n'
		pos = end + 1
		switch {
		case pos > f.lim.Header:
			return 0, f.longHeader()
		case end == line || buf[end-1] != '\r':
			// A bare LF ends no line; Frame.Parse says what is wrong with it.
			continue
		case end-1 == line:
			// The empty line. Its CRLF does not start the end line (RFC 4975
			// section 9: 2CRLF data CRLF end-line).
			f.part, f.pos = partBody, pos
			return 0, nil
		case buf[line] == '-':
			if k := endLine(buf, line-2, f.id(buf)); k > 0 {
				return k, nil
			}
		}
		line = pos
	}
}

func (f *Framer) longHeader() error {
	return fmt.Errorf("%w: headers over %d bytes", ErrTooLarge, f.lim.Header)
}

func (f *Framer) id(buf []byte) []byte { return buf[len(prefix) : len(prefix)+f.tid] }

// InBody reports whether Next has seen the headers of a frame to their end, and
// not yet the frame's: all before Known is its, in any case.
func (f *Framer) InBody() bool { return f.part == partBody }

// Known is how many bytes at the start of the buffer are of the frame being read,
// and not of its end line.
func (f *Framer) Known() int { return f.pos }

// Rest gives the frame at the start of buf, which is in its body, up: Known bytes
// of it are taken, what follows them is for the Rest that it returns. The next
// call of Next is for what is behind that.
func (f *Framer) Rest(buf []byte) Rest {
	r := Rest{id: string(f.id(buf))}
	f.Reset()
	return r
}

// Rest finds the end of a frame whose bytes are taken as they come.
type Rest struct {
	id  string
	pos int // where the search goes on
}

// TransID is the frame's.
func (r *Rest) TransID() string { return r.id }

// Next returns how many bytes at the start of buf are the frame's; with end, its
// last ones. They are to be taken: the next call is for those behind them. What
// may be the start of its end line is left until more of it is there.
func (r *Rest) Next(buf []byte) (n int, end bool) {
	n, r.pos = findEnd(buf, r.pos, r.id)
	if n > 0 {
		return n, true
	}
	n, r.pos = r.pos, 0
	return n, false
}

// findEnd looks from pos on for the end line of the frame with the transaction id.
// n is where it ends, 0: not there yet; next is where the search goes on.
func findEnd[ID string | []byte](buf []byte, pos int, id ID) (n, next int) {
	for {
		i := bytes.Index(buf[pos:], []byte(endMark))
		if i < 0 {
			// Its first bytes may stand at the end of buf.
			return 0, max(pos, len(buf)-len(endMark)+1)
		}
		pos += i
		if n := endLine(buf, pos, id); n != 0 {
			return max(n, 0), pos
		}
		pos += len(endMark)
	}
}

// endLine checks for the whole end line with its CRLF before and after at
// buf[at:]. It returns the offset after it, 0 if it is something else, -1 if
// buf ends too early to tell.
func endLine[ID string | []byte](buf []byte, at int, id ID) int {
	b := buf[at:]
	mark := len(endMark) + len(id)
	k := min(len(b), mark)
	if string(b[:min(k, len(endMark))]) != endMark[:min(k, len(endMark))] {
		return 0
	}
	if k > len(endMark) && string(id[:k-len(endMark)]) != string(b[len(endMark):k]) {
		return 0
	}
	if len(b) > mark {
		switch b[mark] {
		case '$', '+', '#':
		default:
			return 0
		}
	}
	if len(b) > mark+1 && b[mark+1] != '\r' || len(b) > mark+2 && b[mark+2] != '\n' {
		return 0
	}
	if len(b) < mark+3 {
		return -1
	}
	return at + mark + 3
}
