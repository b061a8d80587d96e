package sip

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"net/netip"
	"strconv"
	"strings"
)

// Hop is where a message goes next, as a URI or a Via names it.
type Hop struct {
	Transport string // "UDP", "tcp": as written; "" where none is named
	Host      string // an IP, IPv6 with or without brackets, or a name
	Port      int    // 0 where none is named
}

// Addr is the host's IP; ok is false where the host is a name.
func (h *Hop) Addr() (ip netip.Addr, ok bool) {
	ip, err := netip.ParseAddr(Unbracket(h.Host))
	return ip.Unmap(), err == nil
}

// Unbracket takes the brackets off an IPv6 address; other hosts stay.
func Unbracket(host string) string {
	if len(host) > 1 && host[0] == '[' && host[len(host)-1] == ']' {
		return host[1 : len(host)-1]
	}
	return host
}

// Hop is where a request for the URI goes: its host, port and transport, TLS
// for sips. Like Kamailio it does not follow maddr.
func (u *URI) Hop() Hop {
	h := Hop{Host: u.Host, Port: u.PortNum()}
	h.Transport, _ = u.Param("transport")
	if equalFold(u.Scheme, "sips") {
		h.Transport = "tls"
	}
	return h
}

// What ReplyHop and ForwardReplyDest say of a reply that goes nowhere.
var (
	// ErrNoNextVia: the reply has no second Via. It was for this server.
	ErrNoNextVia = errors.New("the reply has no second Via: it was for this server")

	errNotReply = errors.New("this is a request: it has no reply's way back")
)

// ReplyHop is where a reply goes by its second Via (RFC 3261 section 18.2.2,
// RFC 3581 section 4): to received, or else its sent-by, at rport, or else the
// port of its sent-by. Like Kamailio it does not follow maddr.
func (m *Message) ReplyHop() (Hop, error) {
	if m.IsRequest() {
		return Hop{}, errNotReply
	}
	v, ok := m.Via(1)
	switch {
	case !ok && v.Body == "":
		return Hop{}, ErrNoNextVia
	case !ok:
		return Hop{}, fmt.Errorf("the reply's second Via cannot be read: %.80q", v.Body)
	}
	h := Hop{Transport: v.Transport(), Host: v.Host, Port: v.Port}
	if v.Received != "" {
		h.Host = v.Received
	}
	if p, ok := decimal(v.RPort); ok && p > 0 && p <= 65535 {
		h.Port = p
	}
	return h, nil
}

// ForwardReplyDest is ReplyHop where that is an address: proto is the
// transport as the Via has it. A host name is an error here: only the server
// has a resolver.
func (m *Message) ForwardReplyDest() (proto string, to netip.AddrPort, err error) {
	h, err := m.ReplyHop()
	if err != nil {
		return "", to, err
	}
	ip, ok := h.Addr()
	if !ok {
		return "", to, fmt.Errorf("the reply's second Via has a host name, %.80q, that is yet to be resolved", h.Host)
	}
	return h.Transport, netip.AddrPortFrom(ip, uint16(h.PortOr(h.Transport))), nil
}

// PortOr is the port, or the default one of the transport: 5060, TLS 5061.
func (h *Hop) PortOr(transport string) int {
	switch {
	case h.Port != 0:
		return h.Port
	case equalFold(transport, "tls"):
		return 5061
	}
	return 5060
}

// AppendWithoutTopVia appends a reply as it is sent on: without its first Via
// value and with its Edits, otherwise byte for byte as it came.
func (m *Message) AppendWithoutTopVia(dst []byte) []byte {
	return m.AppendReplyOn(dst, 0, "", false)
}

// AppendReplyOn is AppendWithoutTopVia with another status and reason, where
// status is not 0. Where the reply goes out on a byte stream, its
// Content-Length is made to tell its body's length.
func (m *Message) AppendReplyOn(dst []byte, status int, reason string, stream bool) []byte {
	m.scan()
	s := m.splice(dst, stream)
	if status != 0 {
		for len(s.edits) > 0 && s.edits[0].At < m.first.len {
			s.edits = s.edits[1:]
		}
		s.dst = append(s.dst, m.first.version...)
		s.dst = append(s.dst, ' ')
		s.dst = strconv.AppendInt(s.dst, int64(status), 10)
		s.dst = append(s.dst, ' ')
		s.dst = append(s.dst, reason...)
		s.dst = append(s.dst, "\r\n"...)
		s.skip(m.first.len)
	}
	top := m.via(0)
	for i := range m.hdrs {
		h := &m.hdrs[i]
		switch {
		case top != nil && i == top.line:
			if top.rest == "" {
				s.until(s.offset(h.line))
				s.skip(s.offset(h.line) + len(h.line))
			} else {
				s.until(s.offset(h.Body))
				s.skip(s.offset(top.rest))
			}
		case h.id == hContentLength:
			s.contentLength(h)
		}
	}
	return s.rest(m)
}

// ForwardInfo is what sending a request on needs beside the request.
type ForwardInfo struct {
	// The new Via: its transport in capitals, its sent-by.
	Transport string
	Host      string // IPv6 with or without brackets
	Port      int    // 0: none is written
	// Conn, where not 0, is the connection that the request came in on; the
	// new Via carries it as i, so that the reply finds its way back.
	Conn uint64
	// LocalRPort asks the next hop for rport (RFC 3581).
	LocalRPort bool
	Params     string // further parameters, each with its semicolon

	Src        netip.AddrPort // where the request came from
	ForceRPort bool           // act as if the received Via had rport

	// Stream tells that the next hop gets the request on a byte stream: its
	// Content-Length is made to tell its body's length.
	Stream bool
}

// Forwardable returns why m cannot be sent on as a request, nil if it can.
func (m *Message) Forwardable() error {
	switch {
	case !m.IsRequest():
		return errIsReply
	case m.topVia() == nil:
		return errNoVia
	}
	return nil
}

// AppendForward appends a request as a stateless proxy sends it on (RFC 3261
// section 16.11): with the request URI that SetRURI left, a new first Via, and
// in the Via that it came with what was seen of its sender (section 18.2.1, RFC
// 3581 section 4). Everything else is byte for byte as it came. dst is returned
// as it is where Forwardable has an error.
func (m *Message) AppendForward(dst []byte, f *ForwardInfo) []byte {
	if m.Forwardable() != nil {
		return dst
	}
	s := m.splice(dst, f.Stream)
	if m.newURI != "" {
		at := s.offset(m.first.uri)
		if s.until(at) {
			s.dst = append(s.dst, m.newURI...)
		}
		s.skip(at + len(m.first.uri))
	}
	top := m.topVia()
	for i := range m.hdrs {
		h := &m.hdrs[i]
		switch {
		case i == top.line:
			s.before(s.offset(h.line))
			s.dst = m.appendVia(s.dst, f)
			s.receivedVia(top, f)
		case h.id == hContentLength:
			s.contentLength(h)
		}
	}
	return s.rest(m)
}

// appendVia appends the new Via line.
func (m *Message) appendVia(dst []byte, f *ForwardInfo) []byte {
	dst = append(dst, "Via: SIP/2.0/"...)
	dst = append(dst, f.Transport...)
	dst = append(dst, ' ')
	if strings.IndexByte(f.Host, ':') >= 0 && f.Host[0] != '[' {
		dst = append(dst, '[')
		dst = append(dst, f.Host...)
		dst = append(dst, ']')
	} else {
		dst = append(dst, f.Host...)
	}
	if f.Port != 0 {
		dst = append(dst, ':')
		dst = strconv.AppendInt(dst, int64(f.Port), 10)
	}
	dst = append(dst, ";branch="...)
	dst = m.appendBranch(dst)
	if f.Conn != 0 {
		dst = append(dst, ";i="...)
		dst = strconv.AppendUint(dst, f.Conn, 16)
	}
	if f.LocalRPort {
		dst = append(dst, ";rport"...)
	}
	dst = append(dst, f.Params...)
	return append(dst, "\r\n"...)
}

// appendBranch appends the branch of a request sent on without state: a
// function of what the request has in common with its retransmissions, its
// CANCEL and the ACK for a reply that is not 2xx (RFC 3261 section 16.11).
func (m *Message) appendBranch(dst []byte) []byte {
	dst = append(dst, "z9hG4bK"...)
	v, _ := m.Via(0)
	num, _, _ := m.CSeq()
	// What is hashed is put together behind dst, and cut off again.
	n := len(dst)
	for _, s := range [...]string{m.CallID(), num, m.From().Tag, m.OrigRURI(), v.Host, v.Branch} {
		dst = append(dst, s...)
		dst = append(dst, 0)
	}
	dst = strconv.AppendInt(dst, int64(v.Port), 10)
	of := dst[n:]
	call := of[:len(m.CallID())+len(num)+1]
	short, long := crc32.ChecksumIEEE(call), md5.Sum(of)
	dst = hex.AppendEncode(dst[:n], []byte{byte(short >> 8), byte(short)})
	dst = append(dst, '.')
	dst = hex.AppendEncode(dst, long[:])
	return append(dst, ".0"...)
}

// receivedVia puts received and rport into the Via that the request came with.
func (s *splice) receivedVia(v *via, f *ForwardInfo) {
	received := v.HasRPort || !sameHost(v.Host, f.Src.Addr())
	force := f.ForceRPort && !v.HasRPort
	if !received && !force {
		return
	}
	end := s.offset(v.Body) + len(v.Body)
	if !s.until(end - len(v.Params)) {
		return // an edit has taken the Via away
	}
	s.skip(end)
	if force {
		s.dst = append(s.dst, ";rport="...)
		s.dst = strconv.AppendUint(s.dst, uint64(f.Src.Port()), 10)
	}
	if received {
		s.dst = append(s.dst, ";received="...)
		s.dst = f.Src.Addr().Unmap().AppendTo(s.dst)
	}
	for p := v.Params; p != ""; {
		var one string
		one, p = NextParam(p)
		name, _, _ := cut(one, '=')
		switch name = trimSpace(name); {
		case equalFold(name, "received") && received:
			continue // the sender's own word for it
		case equalFold(name, "rport"):
			s.dst = append(s.dst, ";rport="...)
			s.dst = strconv.AppendUint(s.dst, uint64(f.Src.Port()), 10)
			continue
		}
		s.dst = append(s.dst, ';')
		s.dst = append(s.dst, one...)
	}
}
