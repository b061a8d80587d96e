package random

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
	mark = "T# "

	// window is how many messages are under way: a socket's buffer holds them.
	window = 8

	// patience is how long a server may take for a window.
	patience = 20 * time.Second
)

var (
	errDied  = errors.New("the server died")
	errStuck = errors.New("the server answers no more")
)

// values are the lines that each message of each program logged, by
// program.message.
type values map[string][]string

// player sends the messages of programs to a server.
type player struct {
	in     *server.Instance
	to     net.Addr
	from   net.PacketConn
	since  int // the place in the log behind the last barrier
	unsure int // messages since then
}

// play runs the programs on a server. Where it did not end well, done are the
// programs that it ran until then, and the values are theirs, perhaps with some
// of later ones.
func (b *bench) play(ctx context.Context, p server.Program, programs []*Program) (v values, done int, err error) {
	addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(b.port))
	in, err := server.Start(ctx, p, server.Options{
		Config: batch(b.port, programs), Bare: true, Ready: []server.Endpoint{{Network: "udp", Addr: addr}},
		Args: []string{"-f", "{dir}/kamailio.cfg", "-DD", "-E", "-m", "64", "-M", "64", "-Y", "{dir}", "-P", "{dir}/server.pid"},
	})
	if in == nil {
		return nil, 0, err
	}
	defer in.Close()
	if err != nil {
		return nil, 0, err
	}
	pl := &player{in: in, to: net.UDPAddrFromAddrPort(addr), from: b.client}
	for i, program := range programs {
		for m, message := range program.Messages {
			if err = pl.send(message.to(program.at(m))); err == nil && pl.unsure >= window {
				err = pl.barrier(ctx)
			}
			if err != nil {
				return marked(in.Log.String()), done, err
			}
		}
		if pl.unsure == 0 {
			done = i + 1
		}
	}
	err = pl.barrier(ctx)
	return marked(in.Log.String()), done, err
}

func (p *player) send(message string) error {
	p.unsure++
	_, err := p.from.WriteTo([]byte(message), p.to)
	return err
}

// barrier waits until the server has handled all messages so far.
func (p *player) barrier(ctx context.Context) error {
	n := fmt.Sprint(p.since)
	if err := p.send(barrier.to("barrier " + n)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	go func() {
		select {
		case <-p.in.Exited():
			cancel()
		case <-ctx.Done():
		}
	}()
	err := p.in.Log.WaitFrom(ctx, p.since, func(log string) bool { return strings.Contains(log, mark+"barrier "+n+"\n") })
	switch {
	case !p.in.Running():
		return errDied
	case err != nil:
		return errStuck
	}
	p.since, p.unsure = p.in.Log.Len(), 0
	return nil
}

// marked are the values in a log.
func marked(log string) values {
	v := values{}
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
