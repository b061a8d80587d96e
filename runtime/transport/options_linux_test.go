package transport_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"olelo/runtime/transport"
)

// What is sent carries the type of service, on UDP and on connections that the
// server opens.
func TestTypeOfService(t *testing.T) {
	heard, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer heard.Close()
	raw, err := heard.(*net.UDPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_IP, unix.IP_RECVTOS, 1) }); err != nil {
		t.Fatal(err)
	}
	sock := transport.NewSocket(transport.UDP, netip.MustParseAddrPort("127.0.0.1:0"), "", "")
	var s *server
	s = start(t, transport.Config{Sockets: []*transport.Socket{sock}, TOS: 16}, answerer(&s))
	to := heard.LocalAddr().(*net.UDPAddr).AddrPort()
	if err := s.Send(&transport.Dest{Proto: transport.UDP, Addr: to, Socket: sock}, []byte("x"), nil); err != nil {
		t.Fatal(err)
	}
	if err := heard.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	b, oob := make([]byte, 64), make([]byte, 64)
	_, n, _, _, err := heard.(*net.UDPConn).ReadMsgUDP(b, oob)
	if err != nil {
		t.Fatal(err)
	}
	msgs, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil || len(msgs) != 1 || msgs[0].Header.Type != unix.IP_TOS || msgs[0].Data[0] != 16 {
		t.Errorf("the packet came with %+v, %v; want IP_TOS 16", msgs, err)
	}
}

// With FreeBind a socket needs no address of the host's; without, it does. A
// virtual socket is the server's own only where the host has its address.
func TestFreeBind(t *testing.T) {
	far := netip.MustParseAddrPort("192.0.2.99:0")
	for _, proto := range []transport.Proto{transport.UDP, transport.TCP} {
		for _, free := range []bool{false, true} {
			sock := transport.NewSocket(proto, far, "", "")
			sock.Virtual = true
			tr := transport.New(transport.Config{Sockets: []*transport.Socket{sock}, FreeBind: free}, transport.Handlers{})
			err := tr.Listen()
			if (err == nil) != free {
				t.Errorf("%s, free bind %v: %v", proto, free, err)
			}
			if err != nil {
				continue
			}
			if sock.Own() || tr.IsLocal(proto, sock.Addr) {
				t.Errorf("%s is the server's own", sock.Text)
			}
			tr.Shutdown(t.Context())
		}
	}
	home := transport.NewSocket(transport.UDP, netip.MustParseAddrPort("127.0.0.1:0"), "", "")
	home.Virtual = true
	if !home.Own() {
		t.Error("127.0.0.1 is not the server's own")
	}
}
