package scenario

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"olelo/conformance/peer"
	"olelo/conformance/server"
)

// echo is a server that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				b := make([]byte, 4096)
				for {
					n, err := c.Read(b)
					if err != nil {
						return
					}
					c.Write(b[:n])
				}
			}()
		}
	}()
	return l.Addr().String()
}

func play(t *testing.T, script func(p *Play)) error {
	p := &Play{T: t, Vars: peer.Vars{"addr": echo(t)}, patience: 5 * time.Second}
	return p.run(script)
}

func TestScriptFailsAtTheStepThatFailed(t *testing.T) {
	closed, after := false, false
	err := play(t, func(p *Play) {
		p.Defer(func() { closed = true })
		c := p.Dial()
		c.Send("MSRP a SEND\n-------a$\n")
		c.Expect("MSRP b SEND\n-------b$\n")
		after = true
	})
	if err == nil || after || !closed {
		t.Fatalf("error %v, went on: %v, cleaned up: %v", err, after, closed)
	}
	for _, want := range []string{"scenario_test.go:", `"MSRP a SEND`, `"MSRP b SEND`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %s in: %v", want, err)
		}
	}
}

func TestScriptPasses(t *testing.T) {
	if err := play(t, func(p *Play) {
		c := p.Dial()
		c.Send("MSRP a SEND\nX: {addr}\n-------a$\n")
		c.Expect("MSRP a SEND\nX: {it:.*}\n-------a$\n")
		if p.Vars["it"] != p.Vars["addr"] {
			p.Fail("captured %q", p.Vars["it"])
		}
		c.SendBytes([]byte("\x00\x01"))
		c.ExpectBytes([]byte("\x00\x01"))
		c.Conn.(*net.TCPConn).CloseWrite()
		c.ExpectClosed()
	}); err != nil {
		t.Error(err)
	}
}

func TestOtherPanicsAreNotFailures(t *testing.T) {
	broken := errors.New("a mistake in the test")
	defer func() {
		if r := recover(); r != broken {
			t.Errorf("recovered %v, want the panic", r)
		}
	}()
	play(t, func(*Play) { panic(broken) })
	t.Error("the panic is gone")
}

func TestPrepare(t *testing.T) {
	var ports server.Ports
	defer ports.Close()
	c := &Config{
		Text:     "listen=127.0.0.1:5060\nlisten=tls:127.0.0.1:5061\nlisten=udp:127.0.0.1:5060\nmpath=x\n",
		Kamailio: func(text string) string { return server.WithoutLines(text, "mpath") },
	}
	o, vars, err := c.prepare(server.Kamailio, &ports)
	if err != nil {
		t.Fatal(err)
	}
	addr, tls := netip.MustParseAddrPort(vars["addr"]), netip.MustParseAddrPort(vars["tls"])
	want := "listen=" + addr.String() + "\nlisten=tls:" + tls.String() + "\nlisten=udp:" + addr.String() + "\n"
	if o.Config != want {
		t.Errorf("config\n%s\nwant\n%s", o.Config, want)
	}
	ready := []server.Endpoint{{Network: "udp", Addr: addr}, {Network: "tcp", Addr: addr}, {Network: "tcp", Addr: tls}, {Network: "udp", Addr: addr}}
	if len(o.Ready) != len(ready) {
		t.Fatalf("waits for %v, want %v", o.Ready, ready)
	}
	for i := range ready {
		if o.Ready[i] != ready[i] {
			t.Errorf("waits for %v, want %v", o.Ready, ready)
		}
	}
	if vars["addr2"] != vars["tls"] || vars["addr3"] != vars["addr"] || vars["port"] == "5060" {
		t.Errorf("variables %v", vars)
	}
	if o, _, _ := c.prepare(server.Olelo, &ports); !strings.Contains(o.Config, "mpath=x\n") {
		t.Error("olelo's config was changed")
	}
}
