package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"olelo/conformance/peer"
)

// patience is how long a server may take for an answer, and a frame to arrive.
const patience = 20 * time.Second

// link is one MSRP connection to a relay.
type link struct {
	*net.TCPConn
	uri string // its own
	use string // the relay's that leads to it, where it has a session
}

func dial(t *target) (*link, error) {
	c, err := net.DialTimeout("tcp", t.addr.String(), patience)
	if err != nil {
		return nil, err
	}
	l := &link{TCPConn: c.(*net.TCPConn), uri: "msrp://" + c.LocalAddr().String() + "/bench;tcp"}
	// No port of the 28,000 is to wait a minute for late segments.
	return l, l.SetLinger(0)
}

// keepAlive sends RFC 5626's keep-alive and waits for its answer: the server has
// accepted the connection then, and still has it.
func (l *link) keepAlive() error {
	if err := l.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := l.Write([]byte("\r\n\r\n")); err != nil {
		return err
	}
	var answer [2]byte
	if _, err := io.ReadFull(l, answer[:]); err != nil {
		return fmt.Errorf("keep-alive: %w", err)
	}
	return l.SetDeadline(time.Time{})
}

// join makes the link number n of those that the relay knows: by a session, or
// with the ceiling by a line that both links of a pair send.
func (l *link) join(t *target, pair int) error {
	if t.name == ceiling {
		l.use = "msrp://" + t.addr.String() + "/s.12345.12345.1234567890;tcp"
		_, err := fmt.Fprintf(l, "%d\n", pair)
		return err
	}
	return l.authenticate("msrp://" + t.addr.String() + ";tcp")
}

// authenticate gets a session: AUTH, 401, AUTH with a digest, 200 with Use-Path.
func (l *link) authenticate(relay string) error {
	if err := l.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	challenge, err := l.auth("auth0001", relay, "", " 401 ", "WWW-Authenticate: ")
	if err != nil {
		return err
	}
	// The module hashes the method MSRP, where RFC 4976 says AUTH.
	credentials := peer.Credentials{User: "alice", Password: "xyz123", Method: "MSRP", URI: relay}
	value, err := credentials.Authorization(challenge)
	if err != nil {
		return err
	}
	if l.use, err = l.auth("auth0002", relay, "Authorization: "+value+"\r\n", " 200 ", "Use-Path: "); err != nil {
		return err
	}
	return l.SetDeadline(time.Time{})
}

// auth sends one AUTH and returns a header's value of the answer.
func (l *link) auth(id, relay, headers, status, header string) (string, error) {
	if _, err := fmt.Fprintf(l, "MSRP %s AUTH\r\nTo-Path: %s\r\nFrom-Path: %s\r\n%s-------%[1]s$\r\n", id, relay, l.uri, headers); err != nil {
		return "", err
	}
	var space [2048]byte
	got := space[:0]
	for end := []byte("-------" + id + "$\r\n"); !bytes.HasSuffix(got, end); {
		n, err := l.Read(got[len(got):cap(got)])
		if err == nil && len(got)+n == cap(got) {
			err = errors.New("too long an answer")
		}
		if err != nil {
			return "", fmt.Errorf("AUTH: %w; received %q", err, got)
		}
		got = got[:len(got)+n]
	}
	text := string(got)
	_, value, found := strings.Cut(text, header)
	if !found || !strings.HasPrefix(text, "MSRP "+id+status) {
		return "", fmt.Errorf("AUTH was answered with %q", text)
	}
	value, _, _ = strings.Cut(value, "\r\n")
	return value, nil
}

// atOnce is how many connections are made at a time.
const atOnce = 64

// each calls f for 0 to n-1, atOnce at a time, until one fails.
func each(n int, f func(i int) error) error {
	next := make(chan int)
	errs := make(chan error, atOnce)
	var all sync.WaitGroup
	for range min(n, atOnce) {
		all.Go(func() {
			for i := range next {
				if err := f(i); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	var err error
	for i := 0; i < n && err == nil; i++ {
		select {
		case next <- i:
		case err = <-errs:
		}
	}
	close(next)
	all.Wait()
	select {
	case e := <-errs:
		return errors.Join(err, e)
	default:
		return err
	}
}

// links are n connections to the relay; f makes each of them what it is to be.
func links(t *target, n int, f func(i int, l *link) error) ([]*link, error) {
	list := make([]*link, n)
	err := each(n, func(i int) error {
		l, err := dial(t)
		if err != nil {
			return err
		}
		list[i] = l
		return f(i, l)
	})
	if err != nil {
		closeAll(list)
		return nil, err
	}
	return list, nil
}

func closeAll(list []*link) {
	for _, l := range list {
		if l != nil {
			l.Close()
		}
	}
}
