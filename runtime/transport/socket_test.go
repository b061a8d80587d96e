package transport_test

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/transport"
)

func TestSocketTexts(t *testing.T) {
	for _, tt := range []struct {
		proto          transport.Proto
		addr           string
		text, ip, port string
	}{
		{transport.UDP, "127.0.0.1:5060", "udp:127.0.0.1:5060", "127.0.0.1", "5060"},
		{transport.TLS, "[::1]:5061", "tls:[::1]:5061", "::1", "5061"},
		{transport.TCP, "[::ffff:10.0.0.1]:5060", "tcp:10.0.0.1:5060", "10.0.0.1", "5060"},
	} {
		s := transport.NewSocket(tt.proto, netip.MustParseAddrPort(tt.addr), "", "")
		if diff := cmp.Diff([]string{tt.text, tt.ip, tt.port}, []string{s.Text, s.IP, s.Port}); diff != "" {
			t.Error(diff)
		}
	}
}

func TestFindSocketAndIsLocal(t *testing.T) {
	mk := func(p transport.Proto, a, name string) *transport.Socket {
		return transport.NewSocket(p, netip.MustParseAddrPort(a), "", name)
	}
	socks := []*transport.Socket{
		mk(transport.UDP, "127.0.0.1:0", ""), mk(transport.TCP, "127.0.0.1:0", "named"), mk(transport.TCP, "0.0.0.0:0", ""),
	}
	s := start(t, transport.Config{Sockets: socks}, &funcs{})
	for _, k := range socks {
		if s.FindSocket(k.Text) != k || s.FindSocket(strings.ToUpper(k.Text)) != k {
			t.Errorf("%s is not found", k.Text)
		}
	}
	if s.FindSocket("named") != socks[1] || s.FindSocket(socks[1].Addr.String()) != socks[1] || s.FindSocket("tcp:127.0.0.1:1") != nil {
		t.Error("FindSocket")
	}
	at := func(ip string, k *transport.Socket) netip.AddrPort {
		return netip.AddrPortFrom(netip.MustParseAddr(ip), k.Addr.Port())
	}
	for _, tt := range []struct {
		p    transport.Proto
		a    netip.AddrPort
		want bool
	}{
		{transport.UDP, at("127.0.0.1", socks[0]), true},
		{transport.None, at("127.0.0.1", socks[0]), true},
		{transport.TLS, at("127.0.0.1", socks[0]), false},
		{transport.UDP, at("127.0.0.2", socks[0]), false},
		{transport.UDP, netip.MustParseAddrPort("127.0.0.1:0"), true},
		{transport.TCP, at("127.0.0.1", socks[2]), true},
		{transport.TCP, at("::ffff:127.0.0.1", socks[2]), true},
		{transport.TCP, at("192.0.2.1", socks[2]), false},
	} {
		if got := s.IsLocal(tt.p, tt.a); got != tt.want {
			t.Errorf("IsLocal(%v, %v) = %v", tt.p, tt.a, got)
		}
	}
}

func TestListenAllOrNothing(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	for _, tt := range []struct {
		sock *transport.Socket
		want string
	}{
		{transport.NewSocket(transport.TCP, netip.MustParseAddrPort(busy.Addr().String()), "", ""), "address already in use; another server has this port"},
		{transport.NewSocket(transport.UDP, netip.MustParseAddrPort("192.0.2.77:5060"), "", ""), "no interface of this host"},
		{transport.NewSocket(transport.TLS, netip.MustParseAddrPort("127.0.0.1:0"), "", ""), "load the tls module"},
		{transport.NewSocket(transport.TCP, netip.AddrPort{}, "", ""), "no IP address"},
	} {
		udp, tcp := loopback(transport.UDP), loopback(transport.TCP)
		tr := transport.New(transport.Config{Sockets: []*transport.Socket{udp, tcp, tt.sock}}, transport.Handlers{})
		err := tr.Listen()
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.sock.Text) {
			t.Errorf("got %v, want it to say %q", err, tt.want)
		}
		u, err := net.ListenPacket("udp", udp.Addr.String())
		if err != nil {
			t.Errorf("the UDP socket stays open: %v", err)
		} else {
			_ = u.Close()
		}
		if c, err := net.Dial("tcp", tcp.Addr.String()); err == nil {
			t.Error("the TCP socket stays open")
			_ = c.Close()
		}
	}
}

func TestUDP(t *testing.T) {
	var s *server
	workers := make(chan int, 10)
	ready := make(chan struct{}) // the race detector does not see a datagram's way
	s = startWith(t, transport.Config{
		Sockets:  []*transport.Socket{loopback(transport.UDP), loopback(transport.TCP)},
		Children: 3,
	}, transport.Handlers{
		UDP: func(_ *transport.Socket, i int) transport.Handler {
			workers <- i
			return &funcs{sip: func(r *transport.Recv, raw []byte) {
				<-ready
				if string(raw) == "panic" {
					panic("in a handler")
				}
				d := transport.Dest{Proto: r.Proto, Addr: r.Src, Socket: r.Socket}
				if err := s.Send(&d, fmt.Appendf(nil, "<%d from %s>", len(raw), r.SrcIP), r.Conn); err != nil {
					t.Error(err)
				}
			}}
		},
		TCP: func(*transport.Conn) transport.Handler { return &funcs{} },
	})
	close(ready)
	for i := range 3 {
		if got := wait(t, workers, "a worker"); got != i {
			t.Errorf("worker %d is made as number %d", got, i)
		}
	}
	c, err := net.Dial("udp", s.addr[transport.UDP].String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	buf := make([]byte, 100)
	// Keep-alives and garbage before each message; MSRP is no MSRP here.
	for _, msg := range []string{options(1), frame(2, "x"), strings.Repeat("x", 60000), "x"} {
		for _, junk := range []string{"", "\r\n", "\r\n\r\n", "\x00\x00\x00\x00"} {
			if _, err := c.Write([]byte(junk)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.Write([]byte("panic")); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte(msg)); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(patience))
		n, err := c.Read(buf)
		if want := fmt.Sprintf("<%d from 127.0.0.1>", len(msg)); err != nil || string(buf[:n]) != want {
			t.Fatalf("got %q, %v; want %q", buf[:n], err, want)
		}
	}
	if err := s.Send(&transport.Dest{Proto: transport.UDP, Addr: netip.MustParseAddrPort("[::1]:5060")}, []byte("x"), nil); err != transport.ErrNoSocket {
		t.Errorf("to another family: %v", err)
	}
	if err := s.Send(&transport.Dest{Proto: transport.UDP}, []byte("x"), nil); err != transport.ErrBadDest {
		t.Errorf("to nowhere: %v", err)
	}
}
