package server

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// Ports below the range from which Linux takes the source ports of outgoing
// connections, so that no client of a test sits on a port handed out here.
const (
	lowestPort  = 20000
	highestPort = 32767
)

// Ports hands out port numbers that are free on 127.0.0.1 for UDP and for TCP.
// A number stays claimed, also against other test processes of this user,
// until Close: both Kamailio and olelo may set SO_REUSEADDR, so two servers
// could otherwise share a UDP port without an error.
type Ports struct {
	mu     sync.Mutex
	claims []*os.File
}

// Take claims one free port.
func (p *Ports) Take() (int, error) {
	dir := filepath.Join(os.TempDir(), "olelo-ports-"+strconv.Itoa(os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return 0, err
	}
	for range 200 {
		port := lowestPort + rand.IntN(highestPort-lowestPort+1)
		claim, err := os.OpenFile(filepath.Join(dir, strconv.Itoa(port)), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return 0, err
		}
		if syscall.Flock(int(claim.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil || !free(port) {
			claim.Close()
			continue
		}
		p.mu.Lock()
		p.claims = append(p.claims, claim)
		p.mu.Unlock()
		return port, nil
	}
	return 0, fmt.Errorf("no free port between %d and %d on 127.0.0.1", lowestPort, highestPort)
}

// Close gives all claims back.
func (p *Ports) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, c := range p.claims {
		errs = append(errs, c.Close())
	}
	p.claims = nil
	return errors.Join(errs...)
}

func free(port int) bool {
	// A server that is forked off now would hold the probing socket until its
	// exec, and the port would be in use.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return false
	}
	defer l.Close()
	c, err := net.ListenPacket("udp", addr)
	if err != nil {
		return false
	}
	return c.Close() == nil
}
