package ctl

import (
	"errors"
	"io/fs"
	"os"
	"sync"

	"olelo/runtime/rpc"
)

// socket is one that is open. Exactly one of opened and fifo is set.
type socket struct {
	listen
	opened *rpc.Socket
	fifo   *rpc.FIFO
	wg     sync.WaitGroup // its goroutines, those of its connections too
}

// open makes the socket, ready for serve.
func (m *Module) open(l listen) error {
	s := &socket{listen: l}
	warn := func(format string, args ...any) { m.log.Warnf(name, format, args...) }
	var err error
	if l.Net == "fifo" {
		s.fifo = &rpc.FIFO{Path: l.Addr, Owner: m.owner, ReplyDir: "/tmp", Answer: m.answerFIFO, Warn: warn}
		err = s.fifo.Open()
	} else {
		s.opened, err = rpc.OpenSocket(l.Endpoint, m.owner, warn)
	}
	if err == nil {
		m.socks = append(m.socks, s)
	}
	return err
}

// makeDir makes the run-time directory, not those above it.
func makeDir(dir string) error {
	err := os.Mkdir(dir, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// stop takes no more commands; replies to those that came can be sent until close,
// but for those of a FIFO, which are given up.
func (s *socket) stop() error {
	if s.fifo != nil {
		return s.fifo.Close()
	}
	return s.opened.Stop()
}

func (s *socket) close() error {
	if s.fifo != nil {
		return s.fifo.Close()
	}
	return s.opened.Close()
}

// hostPort is the socket's address as ctl.listen shows it.
func (s *socket) hostPort() (host, port string) {
	if s.fifo != nil {
		return s.fifo.Path, ""
	}
	return s.opened.HostPort()
}
