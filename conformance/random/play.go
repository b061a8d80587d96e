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

// values are the lines that each message of each program logged, by
// program.message.
type values map[string][]string

// play runs the programs on a server, whose port is in the configuration, from
// a socket of its own. The values are those until the end also where the error
// says that it ended early.
func play(ctx context.Context, p server.Program, port int, from net.PacketConn, programs []*Program) (values, error) {
	to := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))
	in, err := server.Start(ctx, p, server.Options{Config: batch(port, programs), Args: []string{"-M", "64"}, Ready: []server.Endpoint{{Network: "udp", Addr: to}}})
	if in == nil {
		return nil, err
	}
	defer in.Close()
	if err != nil {
		return nil, err
	}
	send := func(text string) {
		if err == nil {
			_, err = from.WriteTo([]byte(text), net.UDPAddrFromAddrPort(to))
		}
	}
	since, sent, last := 0, 0, ""
	barrier := func() error {
		n := fmt.Sprint(sent)
		send(Message("BARRIER sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKb\r\nX-Barrier: " + n + "\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: b\r\nCSeq: 1 BARRIER\r\nContent-Length: 0\r\n\r\n").to("barrier"))
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		stop := context.AfterFunc(ctx, func() {})
		defer stop()
		wait := in.Log.WaitFrom(ctx, since, func(log string) bool { return strings.Contains(log, mark+"barrier "+n+"\n") || !in.Running() })
		since = in.Log.Len()
		if !in.Running() {
			return fmt.Errorf("%w near %s", errDied, last)
		}
		if wait != nil {
			return fmt.Errorf("%w near %s", errStuck, last)
		}
		return nil
	}
	for _, program := range programs {
		for i, m := range program.Messages {
			last = fmt.Sprintf("%s.%d", program.Name, i)
			send(m.to(last))
			if sent++; sent%window == 0 {
				if err := barrier(); err != nil {
					return marked(in.Log.String()), err
				}
			}
		}
	}
	err = errors.Join(err, barrier())
	return marked(in.Log.String()), err
}

var (
	errDied  = errors.New("the server died")
	errStuck = errors.New("the server answers no more")
)

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
