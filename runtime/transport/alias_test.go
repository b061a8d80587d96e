package transport_test

import (
	"errors"
	"net/netip"
	"testing"

	"olelo/runtime/transport"
)

// A connection takes what is sent to another port of its peer, until it ends:
// then the alias is another's to have.
func TestAlias(t *testing.T) {
	conns := make(chan *transport.Conn, 2)
	s := start(t, transport.Config{}, &funcs{sip: func(r *transport.Recv, _ []byte) { conns <- r.Conn }})
	first, second := s.dial(), s.dial()
	first.send(options(1))
	a := wait(t, conns, "the first connection")
	second.send(options(2))
	b := wait(t, conns, "the second connection")

	const port = 9
	to := transport.Dest{Proto: transport.TCP, Addr: netip.AddrPortFrom(first.addr().Addr(), port), NoConnect: true}
	if err := s.Send(&to, []byte("x"), nil); !errors.Is(err, transport.ErrNoConnection) {
		t.Fatalf("before: %v", err)
	}
	for range 2 { // the second time it has it already
		if !a.Alias(port) {
			t.Error("the first connection gets no alias")
		}
	}
	if b.Alias(port) {
		t.Error("the second connection takes the first's alias away")
	}
	if a.Alias(0) {
		t.Error("there is an alias for port 0")
	}
	if err := s.Send(&to, []byte(options(3)), nil); err != nil {
		t.Fatal(err)
	}
	first.expect(options(3))

	a.Close()
	first.expectClosed()
	if err := s.Send(&to, []byte("x"), nil); !errors.Is(err, transport.ErrNoConnection) {
		t.Errorf("behind its end: %v", err)
	}
	if !b.Alias(port) {
		t.Error("the second connection cannot have the alias of one that has ended")
	}
	if err := s.Send(&to, []byte(options(4)), nil); err != nil {
		t.Fatal(err)
	}
	second.expect(options(4))
}
