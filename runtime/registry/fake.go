package registry

import (
	"net/netip"

	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// fakeMessage stands in for a message, Kamailio's own.
const fakeMessage = "OPTIONS sip:you@kamailio.org SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 127.0.0.1\r\n" +
	"From: <sip:you@kamailio.org>;tag=123\r\n" +
	"To: <sip:you@kamailio.org>\r\n" +
	"Call-ID: 123\r\n" +
	"CSeq: 1 OPTIONS\r\n" +
	"Content-Length: 0\r\n\r\n"

// Fake is the message of a route that no message starts: that of a timer, or of a
// server that begins. It belongs to one worker at a time.
type Fake struct {
	msg  sip.Message
	recv transport.Recv
}

// Take makes a fresh f the message that c routes: as if it came over UDP from
// 1.0.0.127:5060, to no socket.
func (f *Fake) Take(c *Ctx) error {
	if err := f.msg.Parse([]byte(fakeMessage)); err != nil {
		return err
	}
	src := netip.AddrPortFrom(netip.AddrFrom4([4]byte{1, 0, 0, 127}), 5060)
	f.recv = transport.Recv{Proto: transport.UDP, Src: src, SrcIP: src.Addr().String(), Faked: true}
	c.Msg, c.Recv = &f.msg, &f.recv
	return nil
}
