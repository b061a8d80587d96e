package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"olelo/conformance/server"
)

// The contestants' names, as they are in the results.
const (
	olelo    = "olelo"
	kamailio = "kamailio"
	ceiling  = "ceiling"
)

// contestant is one of those that are compared.
type contestant struct {
	name    string
	program server.Program
}

// contestants are olelo, the Kamailio that is installed, and the ceiling. What
// is built goes to dir.
func contestants(ctx context.Context, dir string) ([]contestant, error) {
	p, err := server.FindOlelo(ctx, dir)
	if err != nil {
		return nil, err
	}
	list := []contestant{{olelo, p}}
	if p, ok := server.FindKamailio(); ok {
		list = append(list, contestant{kamailio, p})
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return append(list, contestant{ceiling, server.Program{Path: self}}), nil
}

// target is a contestant that runs.
type target struct {
	name    string
	program server.Program
	in      *server.Instance
	addr    netip.AddrPort
	peer    netip.AddrPort // free for the other side of what it forwards
	start   time.Duration  // of relays: from the start of its process to its first answer
}

// startTimeout is how long a server may take to start.
const startTimeout = 20 * time.Second

// start runs the contestant with a configuration, in which {port} and {peer} are
// ports. network is that of the socket: udp or tcp.
func (c contestant) start(ctx context.Context, ports *server.Ports, config, network string) (*target, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	t := &target{name: c.name, program: c.program}
	for _, addr := range []*netip.AddrPort{&t.addr, &t.peer} {
		port, err := ports.Take()
		if err != nil {
			return nil, err
		}
		*addr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))
	}
	o := server.Options{Bare: true}
	if c.name == ceiling {
		o.Args = []string{ceilingCommand, t.addr.String()}
	} else {
		o.Config = strings.NewReplacer("{port}", port(t.addr), "{peer}", port(t.peer)).Replace(config)
		// The fast allocator, and memory for 10,000 sessions.
		o.Args = []string{
			"-f", "{dir}/kamailio.cfg", "-DD", "-E", "-x", "fm", "-X", "fm", "-m", "512", "-M", "32",
			"-Y", "{dir}", "-P", "{dir}/server.pid",
		}
	}
	answers := network == "tcp" && c.name != ceiling
	if !answers {
		o.Ready = []server.Endpoint{{Network: network, Addr: t.addr}}
	}
	begin := time.Now()
	in, err := server.Start(ctx, c.program, o)
	t.in = in
	if err == nil && answers {
		err = t.firstAnswer(ctx)
		t.start = time.Since(begin)
	}
	if err != nil {
		t.close()
		return nil, fmt.Errorf("it does not start: %w", err)
	}
	return t, nil
}

func port(a netip.AddrPort) string { return strconv.Itoa(int(a.Port())) }

// firstAnswer waits until a keep-alive is answered: a socket that is open is not
// yet a server that reads.
func (t *target) firstAnswer(ctx context.Context) error {
	for {
		l, err := dial(t)
		if err == nil {
			err = l.keepAlive()
			l.Close()
			if err == nil {
				return nil
			}
		}
		select {
		case <-t.in.Exited():
			return fmt.Errorf("%w; log:\n%s", server.ErrExited, t.in.Log)
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(200 * time.Microsecond):
		}
	}
}

// close ends the server. It may be nil, or not have started.
func (t *target) close() {
	if t != nil && t.in != nil {
		t.in.Close()
	}
}

// cost is what a server did in a while.
type cost struct {
	cpu, elapsed time.Duration
}

// during measures a server while f runs.
func (t *target) during(f func() error) (cost, error) {
	before, err := cpuTime(t.in.PID())
	if err != nil {
		return cost{}, err
	}
	begin := time.Now()
	if err := f(); err != nil {
		return cost{}, err
	}
	elapsed := time.Since(begin)
	after, err := cpuTime(t.in.PID())
	return cost{after - before, elapsed}, err
}

// udp is a socket that talks to the server alone.
func (t *target) udp() (*net.UDPConn, error) {
	return net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(t.addr))
}
