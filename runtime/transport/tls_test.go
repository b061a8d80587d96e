package transport_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"olelo/runtime/transport"
)

func testTLS(tb testing.TB) transport.FixedTLS {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "relay.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"relay.test"}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		tb.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return transport.FixedTLS{
		ServerConfig: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		ClientConfig: &tls.Config{RootCAs: roots, ServerName: "relay.test"},
	}
}

func (s *server) dialTLS(cfg transport.FixedTLS) *client {
	s.tb.Helper()
	c, err := tls.Dial("tcp", s.addr[transport.TLS].String(), cfg.ClientConfig)
	if err != nil {
		s.tb.Fatal(err)
	}
	return newClient(s.tb, c)
}

func tlsSockets() []*transport.Socket {
	return []*transport.Socket{loopback(transport.TCP), loopback(transport.TLS)}
}

func TestTLS(t *testing.T) {
	cfg := testTLS(t)
	var s *server
	s = start(t, transport.Config{Sockets: tlsSockets(), TLS: cfg}, answerer(&s))
	big := frame(3, strings.Repeat("big", 100000))
	stream := options(1) + frame(2, "x") + "\r\n\r\n" + big
	want := func(s string) string { return strings.Replace(s, "on tcp", "on tls", 1) }
	for _, step := range []int{1, 7000, len(stream)} {
		t.Run(fmt.Sprint(step), func(t *testing.T) {
			c := s.dialTLS(cfg)
			if step == 1 {
				stream := options(1) + frame(2, "x")
				for i := range len(stream) {
					c.send(stream[i : i+1]) // a record each
				}
				c.expect(want(answer("SIP", options(1))), want(answer("MSRP", frame(2, "x"))))
				return
			}
			for i := 0; i < len(stream); i += step {
				c.send(stream[i:min(i+step, len(stream))])
			}
			c.expect(want(answer("SIP", options(1))), want(answer("MSRP", frame(2, "x"))), "\r\n", want(answer("MSRP", big)))
		})
	}
}

func TestTLSRelayAndConnect(t *testing.T) {
	cfg := testTLS(t)
	got := make(chan string, 10)
	far := start(t, transport.Config{Sockets: tlsSockets(), TLS: cfg}, &funcs{msrp: func(_ *transport.Recv, raw []byte) {
		got <- string(raw)
	}})
	var s *server
	s = start(t, transport.Config{Sockets: tlsSockets(), TLS: cfg}, &funcs{msrp: func(r *transport.Recv, raw []byte) {
		if err := s.Send(&transport.Dest{Proto: transport.TLS, Addr: far.addr[transport.TLS]}, raw, r.Conn); err != nil {
			t.Error(err)
		}
	}})
	c := s.dialTLS(cfg)
	for _, f := range []string{frame(1, "one"), frame(2, strings.Repeat("x", 1<<20)), frame(3, "")} {
		c.send(f)
		if g := wait(t, got, "the frame"); g != f {
			t.Fatalf("%d bytes arrived of %d", len(g), len(f))
		}
	}
	if n := far.Stats(); n.TLSConns != 1 || n.Conns != 1 {
		t.Errorf("connections: %+v", n)
	}
	s.Conn(2).Close() // the one to far: a clean end with close_notify
	wait(t, far.gone, "the end")
}

func TestTLSCloseNotify(t *testing.T) {
	cfg := testTLS(t)
	var s *server
	s = start(t, transport.Config{Sockets: tlsSockets(), TLS: cfg}, &funcs{sip: func(r *transport.Recv, _ []byte) {
		_ = s.Send(&transport.Dest{Conn: r.Conn, CloseAfter: true}, []byte("bye"), r.Conn)
	}})
	c := s.dialTLS(cfg)
	c.send(options(1))
	c.expect("bye")
	if _, err := c.r.ReadByte(); !errors.Is(err, io.EOF) { // not ErrUnexpectedEOF
		t.Errorf("the end: %v", err)
	}
}

func TestTLSFailures(t *testing.T) {
	cfg := testTLS(t)
	s := start(t, transport.Config{Sockets: tlsSockets(), TLS: cfg, ConnectTimeout: 300 * time.Millisecond}, &funcs{})
	t.Run("no TLS", func(t *testing.T) {
		nc, err := net.Dial("tcp", s.addr[transport.TLS].String())
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(t, nc)
		c.send(options(1))
		_ = c.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.ReadAll(c); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Error("the connection stays open")
		}
		s.log.wait(t, "TLS handshake failed")
	})
	t.Run("no handshake", func(t *testing.T) {
		nc, err := net.Dial("tcp", s.addr[transport.TLS].String())
		if err != nil {
			t.Fatal(err)
		}
		newClient(t, nc).expectClosed()
		s.log.wait(t, "not finished within 300ms")
	})
	t.Run("untrusted server", func(t *testing.T) {
		other := testTLS(t)
		srv := start(t, transport.Config{Sockets: tlsSockets(), TLS: transport.FixedTLS{
			ServerConfig: other.ServerConfig, ClientConfig: cfg.ClientConfig,
		}}, &funcs{})
		if err := srv.Send(&transport.Dest{Proto: transport.TLS, Addr: srv.addr[transport.TLS]}, []byte("secret"), nil); err != nil {
			t.Fatal(err)
		}
		srv.log.wait(t, "unknown authority")
		srv.log.wait(t, "1 messages (6 bytes) not sent")
	})
	t.Run("without tls module", func(t *testing.T) {
		srv := start(t, transport.Config{}, &funcs{})
		err := srv.Send(&transport.Dest{Proto: transport.TLS, Addr: s.addr[transport.TLS]}, []byte("x"), nil)
		if !errors.Is(err, transport.ErrNoTLS) {
			t.Errorf("got %v", err)
		}
	})
}

func TestTLSIdle(t *testing.T) {
	cfg := testTLS(t)
	var s *server
	s = start(t, transport.Config{Sockets: tlsSockets(), TLS: cfg, TLSIdle: 200 * time.Millisecond}, answerer(&s))
	used := s.dialTLS(cfg)
	used.send(options(1))
	used.expect(strings.Replace(answer("SIP", options(1)), "on tcp", "on tls", 1))
	s.dialTLS(cfg).expectClosed()
	used.send(options(1))
	used.expect(strings.Replace(answer("SIP", options(1)), "on tcp", "on tls", 1))
}
