package rpc

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Client calls commands over binrpc. It is not safe for concurrent use.
type Client struct {
	conn   net.Conn
	dgram  bool
	tmpDir string // of a datagram client's own socket
}

// Dial connects to a control socket of Kamailio or olelo.
func Dial(ctx context.Context, e Endpoint) (*Client, error) {
	var d net.Dialer
	c := &Client{dgram: e.Net == "unixgram" || e.Net == "udp"}
	if e.Net == "fifo" {
		return nil, fmt.Errorf("%s: binrpc is not spoken over a FIFO", e)
	}
	if e.Net == "unixgram" {
		// The server can only answer a socket that has a name.
		dir, err := os.MkdirTemp("", "olelo-rpc-")
		if err != nil {
			return nil, fmt.Errorf("no folder for the reply socket: %w", err)
		}
		c.tmpDir = dir
		d.LocalAddr = &net.UnixAddr{Name: filepath.Join(dir, "s"), Net: "unixgram"}
	}
	conn, err := d.DialContext(ctx, e.Net, e.Addr)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	c.conn = conn
	return c, nil
}

// Close ends the connection.
func (c *Client) Close() error {
	var err error
	if c.conn != nil {
		err = c.conn.Close()
	}
	if c.tmpDir != "" {
		err = errors.Join(err, os.RemoveAll(c.tmpDir))
	}
	return err
}

// Call runs a command and waits for its reply until ctx ends. A fault is part
// of the reply; an error says that there was none. After an error the client
// is of no use any more.
func (c *Client) Call(ctx context.Context, method string, args ...any) (*Reply, error) {
	var cookie [4]byte
	if _, err := rand.Read(cookie[:]); err != nil {
		return nil, err
	}
	req := AppendRequest(nil, cookie[:], method, args)
	if len(req) > MaxRequest {
		return nil, fmt.Errorf("the command has %d bytes: the limit is %d", len(req), MaxRequest)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	p, err := c.exchange(req, cookie[:])
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	return p.Reply()
}

// exchange sends a request and reads the packet with its cookie. Packets with
// another cookie answer a call that was given up.
func (c *Client) exchange(req, cookie []byte) (Packet, error) {
	if _, err := c.conn.Write(req); err != nil {
		return Packet{}, err
	}
	for {
		p, err := c.read()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return p, errors.New("the server closed the connection without a reply")
		case err != nil:
			return p, err
		case p.IsRequest():
			return p, ErrCorrupt
		case bytes.Equal(p.Cookie(), cookie):
			return p, nil
		case p.kind == kindFault && len(p.Cookie()) == 1:
			return p, nil // the server could not read the cookie
		}
	}
}

func (c *Client) read() (Packet, error) {
	if !c.dgram {
		return ReadPacket(c.conn, MaxReply)
	}
	// A long reply comes in several datagrams, one behind the other.
	var all []byte
	buf := make([]byte, 1<<16)
	for {
		n, err := c.conn.Read(buf)
		if err != nil {
			return Packet{}, err
		}
		all = append(all, buf[:n]...)
		p, _, err := ParsePacket(all)
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			return p, err
		}
		if len(all) > MaxReply {
			return Packet{}, ErrTooLong
		}
	}
}
