package transport_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"

	"olelo/runtime/transport"
)

// capturing is a Transport that keeps what it would send.
func capturing(t *testing.T, cfg transport.Config) (*transport.Transport, *[]transport.Sent) {
	t.Helper()
	var sent []transport.Sent
	cfg.Capture = func(s transport.Sent) { sent = append(sent, s) }
	addr := netip.MustParseAddrPort("192.0.2.250:5060") // no address of this host: nothing can be opened on it
	cfg.Sockets = []*transport.Socket{
		transport.NewSocket(transport.UDP, addr, "", ""), transport.NewSocket(transport.TCP, addr, "", ""),
	}
	tr := transport.New(cfg, transport.Handlers{})
	if err := tr.Listen(); err != nil {
		t.Fatal(err)
	}
	tr.Start()
	t.Cleanup(func() {
		if err := tr.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return tr, &sent
}

func TestCapture(t *testing.T) {
	tr, sent := capturing(t, transport.Config{})
	peer := netip.MustParseAddrPort("192.0.2.1:7654")
	udp, tcp := tr.Sockets()[0], tr.Sockets()[1]

	r, err := tr.Incoming(udp, peer)
	if err != nil || r.Conn != nil || r.Proto != transport.UDP || r.Src != peer || r.SrcIP != "192.0.2.1" || r.Socket != udp {
		t.Errorf("%+v, %v", r, err)
	}
	b := []byte("one")
	if err := tr.Send(&transport.Dest{Proto: transport.UDP, Addr: peer}, b, nil); err != nil {
		t.Fatal(err)
	}
	b[0] = 'X' // the caller's again
	if s := (*sent)[0]; string(s.Bytes) != "one" || s.Proto != transport.UDP || s.To != peer || s.From != udp || s.Conn != nil {
		t.Errorf("%+v", s)
	}

	// A message comes in on a connection, and what goes back goes on it.
	r, err = tr.Incoming(tcp, peer)
	if err != nil || r.Conn == nil || r.Conn.Peer() != peer || r.Socket != tcp {
		t.Fatalf("%+v, %v", r, err)
	}
	if again, err := tr.Incoming(tcp, peer); err != nil || again.Conn != r.Conn {
		t.Errorf("another connection: %+v, %v", again, err)
	}
	if err := tr.Send(&transport.Dest{Proto: transport.TCP, Addr: peer, NoConnect: true}, []byte("two"), r.Conn); err != nil {
		t.Fatal(err)
	}
	// To somebody else one is opened, which stays until it is closed.
	far := netip.MustParseAddrPort("192.0.2.2:1")
	d := transport.Dest{Proto: transport.TCP, Addr: far, NoConnect: true}
	if err := tr.Send(&d, []byte("none"), nil); !errors.Is(err, transport.ErrNoConnection) {
		t.Errorf("%v", err)
	}
	d.NoConnect = false
	if err := tr.Send(&d, []byte("three"), nil); err != nil {
		t.Fatal(err)
	}
	d.NoConnect, d.CloseAfter = true, true
	if err := tr.Send(&d, []byte("four"), nil); err != nil {
		t.Fatal(err)
	}
	if err := tr.Send(&d, []byte("none"), nil); !errors.Is(err, transport.ErrNoConnection) {
		t.Errorf("%v", err)
	}
	list := *sent
	if len(list) != 4 || list[1].Conn != r.Conn || list[2].Conn == r.Conn || list[3].Conn != list[2].Conn || list[2].Close || !list[3].Close {
		t.Errorf("%+v", list)
	}
	if tr.Len() != 1 || !r.Conn.Alive() || list[2].Conn.Alive() {
		t.Errorf("%d connections", tr.Len())
	}
	r.Conn.Close()
	if err := tr.Send(&transport.Dest{Proto: transport.TCP, Conn: r.Conn}, []byte("none"), nil); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("%v", err)
	}
	if err := tr.Send(&transport.Dest{Proto: transport.TLS, Addr: far}, []byte("none"), nil); !errors.Is(err, transport.ErrNoTLS) {
		t.Errorf("%v", err)
	}
	if len(*sent) != 4 {
		t.Errorf("%+v", *sent)
	}
}

func TestCaptureLimits(t *testing.T) {
	tr, _ := capturing(t, transport.Config{MaxConns: 1})
	tcp := tr.Sockets()[1]
	if _, err := tr.Incoming(tcp, netip.MustParseAddrPort("192.0.2.1:1")); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Incoming(tcp, netip.MustParseAddrPort("192.0.2.1:1")); err != nil {
		t.Errorf("the connection that there is: %v", err)
	}
	if _, err := tr.Incoming(tcp, netip.MustParseAddrPort("192.0.2.1:2")); !errors.Is(err, transport.ErrTooMany) {
		t.Errorf("%v", err)
	}
}
