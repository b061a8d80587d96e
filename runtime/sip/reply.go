package sip

import (
	"errors"
	"hash/crc32"
	"net/netip"
	"strconv"
	"unsafe"
)

// ReplyInfo is what a stateless reply needs beside the request.
type ReplyInfo struct {
	Src        netip.AddrPort // where the request came from
	ForceRPort bool           // act as if the first Via had rport (force_rport)
	Tag        string         // the server's own part of a To tag, the same for its lifetime
	Server     string         // value of the Server header, "" for none
	Extra      string         // further header lines, each with its CRLF
	Body       string         // Extra has its Content-Type
}

// Errors of Replyable.
var (
	errNoVia   = errors.New("the request has no Via that can be read: nobody to reply to")
	errMissing = errors.New("the request lacks From, To, Call-ID or CSeq: no reply can be made")
	errIsReply = errors.New("this is a reply: it cannot be replied to")
)

// Replyable returns why no reply to m can be made, nil if one can.
func (m *Message) Replyable() error {
	if !m.IsRequest() {
		return errIsReply
	}
	switch {
	case m.topVia() == nil:
		return errNoVia
	case m.IsHTTP():
		return nil
	case !m.seen.all(dialogHeaders):
		return errMissing
	}
	return nil
}

// AppendReply appends a stateless reply, code from 100 to 699, to the request m: its Via, From, To,
// Call-ID, CSeq and, from 180 to 299, Record-Route lines, in their order and
// as they came, then Extra, Server and Content-Length. The first Via gets
// received and rport (RFC 3261 section 18.2.1, RFC 3581 section 4), To its tag
// from 180 on. dst is returned as it is where Replyable has an error.
func (m *Message) AppendReply(dst []byte, code int, reason string, r ReplyInfo) []byte {
	if m.Replyable() != nil {
		return dst
	}
	dst = append(dst, m.first.version...)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, int64(code), 10)
	dst = append(dst, ' ')
	dst = append(dst, reason...)
	dst = append(dst, "\r\n"...)
	top := m.topVia()
	for i := range m.hdrs {
		h := &m.hdrs[i]
		switch h.id {
		case hVia:
			if i == top.line {
				at := len(dst)
				dst = h.appendTopVia(dst, top, &r)
				if m.IsHTTP() {
					dst[at] = 'S'
				}
				continue
			}
		case hTo:
			if code >= 180 && m.To().Tag == "" {
				line, end := splitEnd(h.line)
				dst = append(dst, line...)
				dst = append(dst, ";tag="...)
				dst = m.AppendTag(dst, r.Tag)
				dst = append(dst, end...)
				continue
			}
		case hFrom, hCallID, hCSeq:
		case hRecordRoute:
			if code < 180 || code > 299 {
				continue
			}
		default:
			continue
		}
		dst = append(dst, h.line...)
	}
	dst = append(dst, r.Extra...)
	if r.Server != "" {
		dst = append(dst, "Server: "...)
		dst = append(dst, r.Server...)
		dst = append(dst, "\r\n"...)
	}
	dst = append(dst, "Content-Length: "...)
	dst = strconv.AppendInt(dst, int64(len(r.Body)), 10)
	dst = append(dst, "\r\n\r\n"...)
	return append(dst, r.Body...)
}

// appendTopVia appends the header line whose first value is the topmost Via,
// with received and rport put in.
func (h *header) appendTopVia(dst []byte, v *via, r *ReplyInfo) []byte {
	end := offset(h.line, v.Body) + len(v.Body)
	dst = append(dst, h.line[:end-len(v.Params)]...)
	received := v.HasRPort || !sameHost(v.Host, r.Src.Addr())
	for p := v.Params; p != ""; {
		var one string
		one, p = NextParam(p)
		name, _, _ := cut(one, '=')
		switch name = trimSpace(name); {
		case equalFold(name, "received") && received:
			continue // the sender's own word for it
		case equalFold(name, "rport"):
			dst = append(dst, ";rport="...)
			dst = strconv.AppendUint(dst, uint64(r.Src.Port()), 10)
			continue
		}
		dst = append(dst, ';')
		dst = append(dst, one...)
	}
	if r.ForceRPort && !v.HasRPort {
		dst = append(dst, ";rport="...)
		dst = strconv.AppendUint(dst, uint64(r.Src.Port()), 10)
	}
	if received {
		dst = append(dst, ";received="...)
		dst = r.Src.Addr().Unmap().AppendTo(dst)
	}
	dst = append(dst, h.Body[len(v.Body):]...)
	return append(dst, "\r\n"...)
}

// offset is where part, a view of s, starts in s.
func offset(s, part string) int {
	if part == "" {
		return len(s)
	}
	return int(uintptr(unsafe.Pointer(unsafe.StringData(part))) - uintptr(unsafe.Pointer(unsafe.StringData(s))))
}

// splitEnd takes the line end off a line.
func splitEnd(line string) (text, end string) {
	n := len(line)
	for n > 0 && (line[n-1] == '\n' || line[n-1] == '\r') {
		n--
	}
	return line[:n], line[n:]
}

// sameHost reports whether host, as a Via has it, is the address a.
func sameHost(host string, a netip.Addr) bool {
	if len(host) > 1 && host[0] == '[' {
		host = host[1 : len(host)-1]
	}
	h, err := netip.ParseAddr(host)
	return err == nil && h.Unmap() == a.Unmap()
}

// AppendTag appends the To tag of this server's stateless replies to m: base, a
// dot and 8 hex digits. It depends on what an ACK for the reply has in common
// with m, so the ACK can be told by it.
func (m *Message) AppendTag(dst []byte, base string) []byte {
	v, _ := m.Via(0)
	num, _, _ := m.CSeq()
	at := len(dst) // where the texts lie meanwhile: one sum of all costs a quarter of five
	for _, s := range [...]string{v.Host, v.Branch, m.CallID(), m.From().Tag, num} {
		dst = append(dst, s...)
	}
	sum := crc32.ChecksumIEEE(dst[at:])
	dst = append(dst[:at], base...)
	dst = append(dst, '.')
	const digits = "0123456789abcdef"
	for shift := 28; shift >= 0; shift -= 4 {
		dst = append(dst, digits[sum>>shift&15])
	}
	return dst
}

// ReplyDest is where a reply to m goes over UDP: the address the request came
// from, at its source port with rport (or force), otherwise at the first Via's
// port, 5060 where it has none. Like Kamailio it does not follow maddr.
func (m *Message) ReplyDest(src netip.AddrPort, force bool) netip.AddrPort {
	v, ok := m.Via(0)
	switch {
	case !ok || v.HasRPort || force:
		return src
	case v.Port == 0:
		return netip.AddrPortFrom(src.Addr(), 5060)
	}
	return netip.AddrPortFrom(src.Addr(), uint16(v.Port))
}
