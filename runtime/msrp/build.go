package msrp

import "strings"

// What is made from a frame: the SIP request that scripts see, replies, the
// relayed frame, reports.

// sipHead is the fixed start of the SIP request that the msrp module's manual
// shows for a frame.
const sipHead = "MSRP sip:a@127.0.0.1 SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKa\r\n" +
	"From: <b@127.0.0.1>;tag=a\r\n" +
	"To: <a@127.0.0.1>\r\n" +
	"Call-ID: a\r\n" +
	"CSeq: 1 MSRP\r\n" +
	"Content-Length: 0\r\n" +
	"MSRP-First-Line: "

// AppendSIP appends the SIP request that stands for f while its event route
// runs: f's first line and headers after a fixed head, no body. It is what
// makes a Frame a sip.Source.
func (f *Frame) AppendSIP(dst []byte) []byte {
	dst = append(dst, sipHead...)
	dst = append(dst, f.raw[:f.hdrEnd]...)
	return append(dst, "\r\n"...)
}

// AppendReply appends the response to f: To-Path, From-Path, Message-ID where
// f has one, hdrs as they are, and the end line. To-Path is the first From-Path
// URI after a SEND and all of them after any other method (RFC 4975 section
// 7.2; Kamailio writes one also to AUTH, which then does not get past the relay
// before). hdrs is header lines; where the last has no CRLF it gets one.
func (f *Frame) AppendReply(dst []byte, code, reason, hdrs string) []byte {
	to := f.from
	if f.method == "SEND" {
		to = to[:1]
	}
	return f.appendReply(dst, code, reason, hdrs, to, f.to[0])
}

func (f *Frame) appendReply(dst []byte, code, reason, hdrs string, to []string, from string) []byte {
	dst = append(dst, prefix...)
	dst = append(dst, f.tid...)
	dst = append(dst, ' ')
	dst = append(dst, code...)
	dst = append(dst, ' ')
	dst = append(dst, reason...)
	dst = append(dst, "\r\nTo-Path:"...)
	for _, u := range to {
		dst = append(append(dst, ' '), u...)
	}
	dst = append(dst, "\r\nFrom-Path: "...)
	dst = append(dst, from...)
	dst = append(dst, "\r\n"...)
	if id, ok := f.MessageID(); ok {
		dst = append(dst, "Message-ID: "...)
		dst = append(dst, id...)
		dst = append(dst, "\r\n"...)
	}
	dst = append(dst, hdrs...)
	if hdrs != "" && !strings.HasSuffix(hdrs, "\r\n") {
		dst = append(dst, "\r\n"...)
	}
	return f.appendEnd(dst)
}

func (f *Frame) appendEnd(dst []byte) []byte {
	dst = append(dst, endMark[2:]...)
	dst = append(dst, f.tid...)
	return append(dst, "$\r\n"...)
}

// BeginRelay turns f's bytes, in place, into the frame that goes to the next
// hop: the first To-Path URI moved to the front of From-Path, every other byte
// unchanged. ok is false, and nothing changed, where To-Path has no second URI.
// Until EndRelay has turned them back, no view taken from f may be read. The
// body is not touched: a relay does not have to copy it to change the paths.
func (f *Frame) BeginRelay() (frame []byte, ok bool) {
	if len(f.to) < 2 {
		return nil, false
	}
	// "A B C\r\nFrom-Path: " becomes "B C\r\nFrom-Path: A ".
	region := f.buf[f.toAt:f.fromAt]
	f.shift = len(f.to[0])
	for region[f.shift] == ' ' || region[f.shift] == '\t' {
		f.shift++
	}
	f.moved = append(f.moved[:0], region[:f.shift]...)
	n := copy(region, region[f.shift:])
	copy(region[n:], f.moved)
	return f.buf, true
}

// EndRelay undoes BeginRelay.
func (f *Frame) EndRelay() {
	region := f.buf[f.toAt:f.fromAt]
	copy(region[f.shift:], region)
	copy(region, f.moved[:f.shift])
	f.shift = 0
}

// AppendForward appends f with other paths: to in place of To-Path's text and
// from in place of From-Path's, "" leaving one as it is.
func (f *Frame) AppendForward(dst []byte, to, from string) []byte {
	toEnd := f.toAt + lineLen(f.raw[f.toAt:])
	fromEnd := f.fromAt + lineLen(f.raw[f.fromAt:])
	if to == "" {
		to = f.raw[f.toAt:toEnd]
	}
	if from == "" {
		from = f.raw[f.fromAt:fromEnd]
	}
	dst = append(dst, f.raw[:f.toAt]...)
	dst = append(dst, to...)
	dst = append(dst, f.raw[toEnd:f.fromAt]...)
	dst = append(dst, from...)
	return append(dst, f.raw[fromEnd:]...)
}

// Path is the text of the whole To-Path.
func (f *Frame) Path() string { return f.raw[f.toAt : f.toAt+lineLen(f.raw[f.toAt:])] }

// AppendLost appends the response that tells the sender of f, a frame as
// BeginRelay made it, that it did not reach the next hop. ok is false, and
// nothing appended, where none may be sent: f is a response or a REPORT, wants
// no failure reported (Failure-Report: no), or names no hop before this server.
func (f *Frame) AppendLost(dst []byte, code, reason string) (b []byte, ok bool) {
	if !f.IsRequest() || f.method == "REPORT" || !f.WantsFailure() || len(f.from) < 2 {
		return dst, false
	}
	to := f.from[1:]
	if f.method == "SEND" {
		to = to[:1]
	}
	return f.appendReply(dst, code, reason, "", to, f.from[0]), true
}

// AppendReport appends a failure report on f, a SEND as BeginRelay made it, to
// the hops before this server (RFC 4975 section 7.1.2): tid is its transaction
// id, status its Status header's text after the namespace ("408 Timeout"). ok
// is false, and nothing appended, where none may be sent: f is no SEND, wants
// no failure reported, or names no hop before this server.
func (f *Frame) AppendReport(dst []byte, tid, status string) (b []byte, ok bool) {
	if f.method != "SEND" || !f.WantsFailure() || len(f.from) < 2 {
		return dst, false
	}
	dst = append(dst, prefix...)
	dst = append(dst, tid...)
	dst = append(dst, " REPORT\r\nTo-Path:"...)
	for _, u := range f.from[1:] {
		dst = append(append(dst, ' '), u...)
	}
	dst = append(dst, "\r\nFrom-Path: "...)
	dst = append(dst, f.from[0]...)
	dst = append(dst, "\r\n"...)
	if id, ok := f.MessageID(); ok {
		dst = append(dst, "Message-ID: "...)
		dst = append(dst, id...)
		dst = append(dst, "\r\n"...)
	}
	if r, ok := f.ByteRange(); ok {
		dst = append(dst, "Byte-Range: "...)
		dst = append(dst, r...)
		dst = append(dst, "\r\n"...)
	}
	dst = append(dst, "Status: 000 "...)
	dst = append(dst, status...)
	dst = append(dst, "\r\n-------"...)
	dst = append(dst, tid...)
	return append(dst, "$\r\n"...), true
}

// CheckPath returns an error if path, URIs with single spaces between, cannot
// be the text of a To-Path or From-Path; "" is not one and is no error.
func CheckPath(path string) error {
	for rest := path; rest != ""; {
		var u string
		u, rest, _ = strings.Cut(rest, " ")
		if _, err := ParseURI(u); err != nil {
			return err
		}
	}
	return nil
}
