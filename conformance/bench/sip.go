package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

var (
	//go:embed configs/reply.cfg
	replyConfig string
	//go:embed configs/typical.cfg
	typicalConfig string
	//go:embed configs/forward.cfg
	forwardConfig string
)

// sipGroups are SIP requests over UDP to a server with one worker.
func sipGroups(o options) []group {
	var list []group
	for _, k := range []struct {
		name, config string
		forwarded    bool
	}{
		{"reply", replyConfig, false},
		{"typical", typicalConfig, false},
		{"forward", forwardConfig, true},
	} {
		list = append(list, group{
			name: "sip", title: "SIP over UDP", config: k.config, network: "udp",
			rows: []row{{name: "script=" + k.name, who: []string{olelo, kamailio}, run: func(_ context.Context, t *target) (sample, error) {
				if k.forwarded {
					s, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(t.peer))
					if err != nil {
						return sample{}, err
					}
					defer s.Close()
					go answer(s)
				}
				return requests(t, o)
			}}},
		})
	}
	return list
}

// lanes is how many requests are under way, one of each lane.
const lanes = 16

// branch is how the id of a request's transaction begins; the number of its lane
// and its own there follow, numberLen digits each.
const branch = "branch=z9hG4bK-"

// requests keeps the lanes busy for a while, and checks that each request is
// answered once.
func requests(t *target, o options) (sample, error) {
	c, err := t.udp()
	if err != nil {
		return sample{}, err
	}
	defer c.Close()
	me := c.LocalAddr().String()
	var next [lanes]uint64
	send := func(lane int) error {
		_, err := c.Write(request(t, me, lane, next[lane]))
		return err
	}
	for lane := range lanes {
		if err := send(lane); err != nil {
			return sample{}, err
		}
	}
	buf := make([]byte, 64<<10)
	receive := func() (lane int, err error) {
		n, err := c.Read(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return 0, fmt.Errorf("a request or its reply is lost: nothing came for %v", patience)
		}
		if err != nil {
			return 0, err
		}
		lane, number, err := replyTo(buf[:n])
		if err == nil && number != next[lane] {
			err = fmt.Errorf("the reply to request %d of a lane came in place of %d", number, next[lane])
		}
		return lane, err
	}
	exchange := func(d time.Duration) (n uint64, err error) {
		end := time.Now().Add(d)
		for {
			if n%1024 == 0 {
				now := time.Now()
				if now.After(end) {
					return n, nil
				}
				if err := c.SetReadDeadline(now.Add(patience)); err != nil {
					return n, err
				}
			}
			lane, err := receive()
			if err != nil {
				return n, err
			}
			next[lane]++
			if err := send(lane); err != nil {
				return n, err
			}
			n++
		}
	}
	if _, err := exchange(o.warmUp); err != nil {
		return sample{}, err
	}
	var n uint64
	cost, err := t.during(func() (err error) {
		n, err = exchange(o.measure)
		return err
	})
	if err != nil {
		return sample{}, err
	}
	for range lanes {
		if _, err := receive(); err != nil {
			return sample{}, err
		}
	}
	return sample{n, []metric{
		{"cpu-ns/request", float64(cost.cpu) / float64(n)},
		{"requests/s", float64(n) / cost.elapsed.Seconds()},
	}}, nil
}

func request(t *target, me string, lane int, n uint64) []byte {
	var id [2 * numberLen]byte
	putNumber(id[:numberLen], uint64(lane))
	putNumber(id[numberLen:], n)
	b := make([]byte, 0, 1024)
	for _, s := range [...]string{
		"OPTIONS sip:bob@", t.addr.String(), " SIP/2.0\r\nVia: SIP/2.0/UDP ", me, ";", branch, string(id[:]),
		"\r\nMax-Forwards: 70\r\nFrom: \"Alice\" <sip:alice@example.org>;tag=", string(id[:numberLen]),
		"\r\nTo: Bob <sip:bob@example.com>\r\nCall-ID: ", string(id[:]), "@bench\r\nCSeq: 1 OPTIONS\r\nContact: <sip:alice@", me,
		">\r\nUser-Agent: bench\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n",
	} {
		b = append(b, s...)
	}
	return b
}

// replyTo is which request a 200 is for.
func replyTo(b []byte) (lane int, n uint64, err error) {
	_, id, found := bytes.Cut(b, []byte(branch))
	if !bytes.HasPrefix(b, []byte("SIP/2.0 200 ")) || !found || len(id) < 2*numberLen {
		return 0, 0, fmt.Errorf("a request was answered with %q", b)
	}
	l, err := strconv.ParseUint(string(id[:numberLen]), 16, 64)
	if err == nil && l >= lanes {
		err = fmt.Errorf("no request is of lane %d", l)
	}
	if err == nil {
		n, err = strconv.ParseUint(string(id[numberLen:2*numberLen]), 16, 64)
	}
	return int(l), n, err
}

// answer answers what a server forwards to s until s is closed: with a 200 that
// has the request's own headers, all of those that a reply must have among them.
func answer(s *net.UDPConn) {
	buf := make([]byte, 64<<10)
	for {
		n, from, err := s.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if _, headers, found := bytes.Cut(buf[:n], []byte("\r\n")); found {
			// A reply that cannot be sent is missed where the request came from.
			_, _ = s.WriteToUDPAddrPort(append([]byte("SIP/2.0 200 OK\r\n"), headers...), from)
		}
	}
}
