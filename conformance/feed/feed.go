// Package feed sends many messages to one running server and reads the values
// that its configuration logs for them.
package feed

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"olelo/conformance/server"
)

const (
	// mark is before each value in the log.
	mark = "T# "

	// patience is how long a server may take for a window.
	patience = 20 * time.Second
)

// Window is how many messages are under way: a socket's buffer holds them. Where
// the server died, the message that did it is among that many.
const Window = 8

// What may become of a server.
var (
	ErrDied  = errors.New("the server died")
	ErrStuck = errors.New("the server answers no more")
)

// Globals is how a configuration begins. Nothing below an error is logged but
// the values, which are alerts.
func Globals(port int, modules ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#!KAMAILIO\ndebug=-1\nlog_stderror=yes\nchildren=1\ndisable_tcp=yes\ndisable_core_dump=yes\nauto_aliases=no\nlisten=udp:127.0.0.1:%d\n", port)
	for _, m := range modules {
		fmt.Fprintf(&b, "loadmodule %q\n", m+".so")
	}
	return b.String()
}

// Barrier is what begins the request_route of a configuration.
const Barrier = "\tif(is_method(\"BARRIER\")) { xlog(\"L_ALERT\", \"T# $hdr(X-Program)\\n\"); exit; }\n"

// Message is a SIP message, to which X-Program is added.
type Message string

// to is m with X-Program, which tells what it is for.
func (m Message) to(program string) string {
	first, rest, _ := strings.Cut(string(m), "\r\n")
	return first + "\r\nX-Program: " + program + "\r\n" + rest
}

// barrier is a message whose X-Program is logged.
const barrier = Message("BARRIER sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKb\r\n" +
	"From: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: b\r\nCSeq: 1 BARRIER\r\nContent-Length: 0\r\n\r\n")

// Values are the lines that each message logged, by its X-Program.
type Values map[string][]string

// Server is a running server and the client that sends to it. Close ends the
// server; the client is the caller's.
type Server struct {
	*server.Instance
	to     net.Addr
	from   net.PacketConn
	begin  int // the place in the log of the first value not taken
	since  int // the place in the log behind the last barrier
	unsure int // messages since then
}

// Start starts a server on a port of 127.0.0.1. The error is server.ErrExited
// where it refuses the configuration.
func Start(ctx context.Context, p server.Program, config string, port int, client net.PacketConn) (*Server, error) {
	addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))
	in, err := server.Start(ctx, p, server.Options{
		Config: config, Bare: true, Ready: []server.Endpoint{{Network: "udp", Addr: addr}},
		Args: []string{"-f", "{dir}/kamailio.cfg", "-DD", "-E", "-m", "64", "-M", "64", "-Y", "{dir}", "-P", "{dir}/server.pid"},
	})
	if err != nil {
		if in != nil {
			in.Close()
		}
		return nil, err
	}
	return &Server{Instance: in, to: net.UDPAddrFromAddrPort(addr), from: client}, nil
}

// Send sends a message with its X-Program, and waits where many are under way.
func (s *Server) Send(ctx context.Context, m Message, program string) error {
	if err := s.send(m, program); err != nil || s.unsure < Window {
		return err
	}
	return s.Flush(ctx)
}

func (s *Server) send(m Message, program string) error {
	s.unsure++
	_, err := s.from.WriteTo([]byte(m.to(program)), s.to)
	return err
}

// Handled reports whether the server has handled all messages so far.
func (s *Server) Handled() bool { return s.unsure == 0 }

// Flush waits until the server has handled all messages so far.
func (s *Server) Flush(ctx context.Context) error {
	n := fmt.Sprint(s.since)
	if err := s.send(barrier, "barrier "+n); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	go func() {
		select {
		case <-s.Exited():
			cancel()
		case <-ctx.Done():
		}
	}()
	err := s.Log.WaitFrom(ctx, s.since, func(log string) bool { return strings.Contains(log, mark+"barrier "+n+"\n") })
	switch {
	case !s.Running():
		return ErrDied
	case err != nil:
		return ErrStuck
	}
	s.since, s.unsure = s.Log.Len(), 0
	return nil
}

// Take returns the values that were logged since it was last called.
func (s *Server) Take() Values {
	log := s.Log.From(s.begin)
	s.begin += len(log)
	v := Values{}
	for line := range strings.Lines(log) {
		i := strings.Index(line, mark)
		if i < 0 || !strings.HasSuffix(line, "\n") {
			continue
		}
		if at, value, ok := strings.Cut(strings.TrimRight(line[i+len(mark):], "\r\n"), " "); ok {
			v[at] = append(v[at], value)
		}
	}
	return v
}
