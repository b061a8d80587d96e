package transport

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
)

// A datagram that waited and cannot be sent is logged, those around it go out,
// and the next one for its address is told of the failure at once.
func TestBatchFailure(t *testing.T) {
	var log []string
	sock := NewSocket(UDP, netip.MustParseAddrPort("127.0.0.1:0"), "", "")
	tr := New(Config{Sockets: []*Socket{sock}, Log: func(_ int, line string) { log = append(log, line) }}, Handlers{})
	if err := tr.Listen(); err != nil {
		t.Fatal(err)
	}
	defer tr.closeSockets()
	raw, err := sock.udp.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	peer, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	b := tr.newBatch(sock, raw, 0)
	good, bad := peer.LocalAddr().(*net.UDPAddr).AddrPort(), netip.MustParseAddrPort("192.0.2.1:9") // which loopback has no way to
	send := func(to netip.AddrPort, text string) error {
		return tr.Send(&Dest{Proto: UDP, Addr: to, Socket: sock, Batch: b}, []byte(text), nil)
	}
	want := func(texts ...string) {
		t.Helper()
		for _, text := range texts {
			buf := make([]byte, 100)
			if n, _, err := peer.ReadFrom(buf); err != nil || string(buf[:n]) != text {
				t.Errorf("got %q, %v; want %q", buf[:n], err, text)
			}
		}
	}
	reached := func() { b.reached[ipSlot(bad.Addr())%uint(len(b.reached))] = bad.Addr() }

	if err := send(good, "0"); err != nil {
		t.Fatal(err)
	}
	b.begin()
	reached()
	for i, to := range []netip.AddrPort{good, bad, good} {
		if err := send(to, fmt.Sprint(i+1)); err != nil {
			t.Errorf("collecting %d: %v", i, err)
		}
	}
	b.end()
	want("0", "1", "3")
	if len(log) != 1 || !strings.Contains(log[0], sock.Text+": cannot send to "+bad.String()) {
		t.Errorf("the log has %q", log)
	}
	if err := send(good, "4"); err != nil {
		t.Error(err)
	}
	if err := send(bad, "5"); err == nil {
		t.Error("what comes behind it is sent")
	}
	reached()
	if err := send(good, "6"); err != nil {
		t.Error(err)
	}
	b.last()
	if err := send(bad, "7"); err == nil {
		t.Error("the last one of a batch is sent")
	}
	b.end()
	want("4", "6")
	if len(log) != 1 {
		t.Errorf("logged too: %q", log[1:])
	}
}
