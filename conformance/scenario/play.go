package scenario

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"olelo/conformance/peer"
	"olelo/conformance/server"
)

// Play is one run of a case's script. Its steps end the script when they fail.
// It is for the script's goroutine alone; goroutines that a script starts use
// peer.Stream, whose steps return errors.
type Play struct {
	T       testing.TB
	Suite   *Suite
	Program server.Program
	Server  *Server // the case's server; nil without a Config
	Vars    peer.Vars

	patience time.Duration
	mark     int // where the server's log was when the script began
	stopped  bool
	closers  []func()
}

// Fail ends the script.
func (p *Play) Fail(format string, args ...any) {
	panic(failure{fmt.Errorf(caller()+": "+format, args...)})
}

// Check ends the script when err is not nil.
func (p *Play) Check(err error) {
	if err != nil {
		panic(failure{fmt.Errorf("%s: %w", caller(), err)})
	}
}

// Timeout is the deadline of one step.
func (p *Play) Timeout() time.Duration { return p.patience }

// Defer calls f when the script has ended.
func (p *Play) Defer(f func()) { p.closers = append(p.closers, f) }

// Text is s with the script's variables and CRLF line ends.
func (p *Play) Text(s string) []byte {
	text, err := p.Vars.Text(s)
	p.Check(err)
	return []byte(text)
}

// Start starts a further server of the same kind, which ends with the script.
func (p *Play) Start(c *Config) *Server {
	srv, err := p.Suite.Start(p.Program, c)
	if srv != nil {
		p.Defer(srv.Close)
	}
	p.Check(err)
	return srv
}

// Also returns the shared instance of another config.
func (p *Play) Also(c *Config) *Server {
	srv, err := p.Suite.Shared(p.Program, c)
	p.Check(err)
	return srv
}

// ExpectEnd waits until the case's server, which must be its own, has ended by
// itself, and returns the exit status.
func (p *Play) ExpectEnd() int {
	p.stopped = true
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	status, err := p.Server.Wait(ctx)
	p.Check(err)
	return status
}

// ExpectLog waits until a line that contains text, after variables, was logged
// since the script began.
func (p *Play) ExpectLog(text string) {
	text = strings.TrimSuffix(string(p.Text(text)), "\r\n")
	ctx, cancel := context.WithTimeout(context.Background(), p.patience)
	defer cancel()
	err := p.Server.Log.WaitFrom(ctx, p.mark, func(log string) bool { return strings.Contains(log, text) })
	if err != nil {
		p.Fail("no line with %q was logged", text)
	}
}

// Client is one connection in a script.
type Client struct {
	*peer.Stream
	p *Play
}

// Dial connects to the server's first socket.
func (p *Play) Dial() *Client { return p.DialAddr(p.Vars["addr"]) }

// DialAddr connects to a host:port.
func (p *Play) DialAddr(addr string) *Client {
	s, err := peer.Dial(addr, p.patience)
	p.Check(err)
	return p.client(s)
}

// DialTLS connects to the server's tls socket.
func (p *Play) DialTLS(config *tls.Config) *Client {
	s, err := peer.DialTLS(p.Vars["tls"], config, p.patience)
	p.Check(err)
	return p.client(s)
}

func (p *Play) client(s *peer.Stream) *Client {
	p.Defer(func() { s.Close() })
	return &Client{Stream: s, p: p}
}

// Listener accepts connections that the server opens.
type Listener struct {
	p *Play
	l *net.TCPListener
}

// Listen opens a socket for the server to connect to.
func (p *Play) Listen() *Listener {
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	p.Check(err)
	p.Defer(func() { l.Close() })
	return &Listener{p, l}
}

// Addr is the listener's host:port.
func (l *Listener) Addr() string { return l.l.Addr().String() }

// Accept waits for the server's connection.
func (l *Listener) Accept() *Client {
	l.l.SetDeadline(time.Now().Add(l.p.patience))
	c, err := l.l.Accept()
	l.p.Check(err)
	return l.p.client(&peer.Stream{Conn: c, Timeout: l.p.patience})
}

// Send writes text: variables replaced, line ends made CRLF.
func (c *Client) Send(text string) { c.SendBytes(c.p.Text(text)) }

// SendBytes writes b as it is.
func (c *Client) SendBytes(b []byte) { c.p.Check(c.Stream.Send(b)) }

// Get returns the next frame, message or keep-alive.
func (c *Client) Get() []byte {
	b, err := c.Next()
	c.p.Check(err)
	return b
}

// Expect reads the next frame, message or keep-alive and compares it with
// text, byte for byte outside its {name:regex} places.
func (c *Client) Expect(text string) { c.p.Check(c.p.Vars.Match(text, c.Get())) }

// ExpectBytes reads as many bytes as want has and compares them.
func (c *Client) ExpectBytes(want []byte) {
	got, err := c.Bytes(len(want))
	c.p.Check(err)
	if !bytes.Equal(got, want) {
		i := 0
		for i < len(want) && got[i] == want[i] {
			i++
		}
		c.p.Fail("byte %d differs; expected\n\t %s\nreceived\n\t %s", i, peer.Show(want), peer.Show(got))
	}
}

// ExpectClosed waits until the server closes the connection, with nothing sent
// before.
func (c *Client) ExpectClosed() { c.p.Check(c.WaitClosed()) }

// Caller is one UDP socket in a script.
type Caller struct {
	*peer.Datagram
	p *Play
}

// DialUDP opens a UDP socket towards the server's first socket.
func (p *Play) DialUDP() *Caller {
	d, err := peer.DialUDP(p.Vars["addr"], p.patience)
	p.Check(err)
	p.Defer(func() { d.Close() })
	return &Caller{d, p}
}

// Send sends text as one datagram.
func (c *Caller) Send(text string) { c.SendBytes(c.p.Text(text)) }

// SendBytes sends b as one datagram.
func (c *Caller) SendBytes(b []byte) { c.p.Check(c.Datagram.Send(b)) }

// Expect compares the next datagram with text.
func (c *Caller) Expect(text string) {
	b, err := c.Next()
	c.p.Check(err)
	c.p.Check(c.p.Vars.Match(text, b))
}
