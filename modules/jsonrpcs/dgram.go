package jsonrpcs

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"olelo/runtime/rpc"
)

// dgram is the datagram socket: a request in each datagram, its reply in another.
type dgram struct {
	address string
	owner   rpc.Owner
	workers int
	timeout int // in ms

	at   rpc.Endpoint
	open *rpc.Socket
	wg   sync.WaitGroup
}

// locate reads the address; dir is where relative paths start.
func (d *dgram) locate(dir string) error {
	if d.workers < 1 {
		return fmt.Errorf("dgram_workers is %d: with fewer than 1 nobody answers; dgram_socket=\"\" opens no socket", d.workers)
	}
	if d.timeout <= 0 {
		return fmt.Errorf("dgram_timeout is %d: a number of milliseconds above 0 is wanted", d.timeout)
	}
	text, ok := strings.CutPrefix(d.address, "udp:")
	if !ok {
		d.at = rpc.Endpoint{Net: "unixgram", Addr: d.address}
		if !filepath.IsAbs(d.address) {
			d.at.Addr = filepath.Join(dir, d.address)
		}
		return nil
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf("dgram_socket %q: %w: it is udp:address:port", d.address, err)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1024 || n > 65535 {
		return fmt.Errorf("dgram_socket %q: %q is no port from 1024 to 65535", d.address, port)
	}
	if net.ParseIP(host) == nil {
		return fmt.Errorf("dgram_socket %q: %q is no IP address", d.address, host)
	}
	d.at = rpc.Endpoint{Net: "udp", Addr: text}
	return nil
}

func (m *Module) openDatagrams() error {
	d := &m.dgram
	s, err := rpc.OpenSocket(d.at, d.owner, func(format string, args ...any) { m.log.Warnf(name, format, args...) })
	if err != nil {
		return fmt.Errorf("dgram_socket %s: %w", d.at.Addr, err)
	}
	d.open = s
	for range d.workers {
		d.wg.Go(func() { m.datagrams(s.Packets) })
	}
	return nil
}

// datagrams answers until the socket is stopped. Who sends what is no JSON gets no
// answer, as from Kamailio.
func (m *Module) datagrams(pc net.PacketConn) {
	buf := make([]byte, 1<<16)
	for {
		n, from, err := pc.ReadFrom(buf)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, net.ErrClosed): // stopped
			return
		case err != nil:
			m.log.Errorf(name, "%s: %v", m.dgram.at, err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		req, bad := rpc.ParseJSON(buf[:n])
		if errors.Is(bad, rpc.ErrNotJSON) {
			m.log.Errorf(name, "%s: a datagram was dropped: %v: %.80q", m.dgram.at, bad, buf[:n])
			continue
		}
		_, doc := m.answer(&req, bad)
		if err := m.send(pc, doc, from); err != nil {
			m.log.Warnf(name, "%s: the reply to %q is lost: %v", m.dgram.at, req.Method, err)
		}
	}
}

func (m *Module) send(pc net.PacketConn, doc []byte, to net.Addr) error {
	if to == nil || to.String() == "" {
		return errors.New("the client's socket has no name to answer to")
	}
	if err := pc.SetWriteDeadline(time.Now().Add(time.Duration(m.dgram.timeout) * time.Millisecond)); err != nil {
		return err
	}
	_, err := pc.WriteTo(doc, to)
	return err
}

func (d *dgram) close() error {
	if d.open == nil {
		return nil
	}
	s := d.open
	d.open = nil
	err := s.Stop()
	late := time.AfterFunc(rpc.Farewell, func() { _ = s.Close() })
	defer late.Stop()
	d.wg.Wait()
	return errors.Join(err, s.Close())
}
