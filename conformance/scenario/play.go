package scenario

import (
	"bytes"
	"context"
	"fmt"
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

// ExpectEnd waits until the case's server, which must be its own, has ended by
// itself, and returns the exit status.
func (p *Play) ExpectEnd() int {
	p.stopped = true
	ctx, cancel := context.WithTimeout(context.Background(), server.StopTimeout)
	defer cancel()
	status, err := p.Server.Wait(ctx)
	p.Check(err)
	return status
}

// Client is one connection in a script.
type Client struct {
	*peer.Stream
	p *Play
}

// Dial connects to the server's first socket.
func (p *Play) Dial() *Client {
	s, err := peer.Dial(p.Vars["addr"], p.patience)
	p.Check(err)
	return p.client(s)
}

func (p *Play) client(s *peer.Stream) *Client {
	p.Defer(func() { s.Close() })
	return &Client{Stream: s, p: p}
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
