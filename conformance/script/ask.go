package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"olelo/runtime/rpc"
)

// ask is "ask [server=NAME] SOCKET TEXT": sends a text, with escapes as raw has
// them, to a control socket, fifo:PATH, unixd:PATH or udp:HOST:PORT, whose path
// starts in the run-time folder. The reply is what stdout sees next; ${reply} in
// the text is the name of a FIFO for it, in that folder too.
func (p *play) ask(neg bool, args []string) error {
	in, args, err := p.addressed(args)
	if err != nil {
		return err
	}
	if neg || len(args) != 2 {
		return usagef(`usage: ask [server=NAME] fifo:PATH|unixd:PATH|udp:HOST:PORT 'TEXT with \n'`)
	}
	name := fmt.Sprintf("reply%d", p.unique())
	p.values["reply"] = name
	if args, err = p.words(args); err != nil {
		return err
	}
	at, err := rpc.ParseEndpoint(args[0], "unixd")
	if err != nil {
		return usage{err}
	}
	text, err := escaped(args[1])
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(p.ctx, p.patience)
	defer cancel()
	var reply []byte
	switch dir := in.adapted.RunDir; at.Net {
	case "fifo":
		reply, err = askFIFO(ctx, inside(dir, at.Addr), filepath.Join(dir, name), text)
	case "unixgram":
		from := &net.UnixAddr{Name: filepath.Join(dir, name), Net: at.Net}
		reply, err = askDatagram(ctx, net.Dialer{LocalAddr: from}, at.Net, inside(dir, at.Addr), text)
	case "udp":
		reply, err = askDatagram(ctx, net.Dialer{}, at.Net, at.Addr, text)
	default:
		return usagef("%q: ask speaks to fifo:PATH, unixd:PATH and udp:HOST:PORT", args[0])
	}
	if err != nil {
		return fmt.Errorf("ask %s: %w", args[0], err)
	}
	if n := len(reply); n > 0 && reply[n-1] != '\n' {
		reply = append(reply, '\n')
	}
	_, err = p.ts.Stdout().Write(reply)
	return err
}

func inside(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// again does step until its error is not that something is not there yet, or ctx
// ends: a control socket may open behind the sockets that were waited for, and
// for a FIFO's writer nobody can wait.
func again(ctx context.Context, step func() error) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := step()
		if !slices.ContainsFunc(notYet, func(e error) bool { return errors.Is(err, e) }) {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

var (
	errNoReply = errors.New("no reply came")
	notYet     = []error{syscall.ENOENT, syscall.ENXIO, syscall.ECONNREFUSED, errNoReply}
)

func askFIFO(ctx context.Context, path, replyPath string, text []byte) (reply []byte, err error) {
	if err := syscall.Mkfifo(replyPath, 0o600); err != nil {
		return nil, err
	}
	// Open before the request is sent: a writer finds its reader.
	from, err := os.OpenFile(replyPath, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	err = again(ctx, func() error {
		to, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			return err
		}
		_, err = to.Write(text)
		return errors.Join(err, to.Close())
	})
	if err != nil {
		return nil, err
	}
	deadline, _ := ctx.Deadline()
	if err := from.SetReadDeadline(deadline); err != nil {
		return nil, err
	}
	err = again(ctx, func() error {
		reply, err = io.ReadAll(from) // at its end, too, where nobody writes yet
		if err == nil && len(reply) == 0 {
			return errNoReply
		}
		return err
	})
	return reply, err
}

func askDatagram(ctx context.Context, d net.Dialer, network, addr string, text []byte) (reply []byte, err error) {
	err = again(ctx, func() error {
		reply, err = askOnce(ctx, d, network, addr, text)
		if u, ok := d.LocalAddr.(*net.UnixAddr); ok && err != nil {
			_ = os.Remove(u.Name)
		}
		return err
	})
	return reply, err
}

func askOnce(ctx context.Context, d net.Dialer, network, addr string, text []byte) ([]byte, error) {
	c, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	deadline, _ := ctx.Deadline()
	if err := c.SetDeadline(deadline); err != nil {
		return nil, err
	}
	if _, err := c.Write(text); err != nil {
		return nil, err
	}
	b := make([]byte, 64<<10)
	n, err := c.Read(b) // refused, over UDP, where nobody listens yet
	return b[:n], err
}
