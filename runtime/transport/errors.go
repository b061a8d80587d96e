package transport

import (
	"errors"
	"fmt"
)

// What Send returns; test with errors.Is.
var (
	// ErrNoConnection: no connection to the destination is open and none may
	// be opened (Dest.NoConnect, tcp_no_connect).
	ErrNoConnection = errors.New("no open connection to the destination")
	// ErrClosed: the connection, or the server's transport, is closed.
	ErrClosed = errors.New("the connection is closed")
	// ErrPeerGone is an ErrClosed: the peer has closed the connection. Without
	// a connection it means that an MSRP client at that address, which had
	// connected to this server, has just left: connecting to its port would
	// lead nowhere.
	ErrPeerGone = fmt.Errorf("%w by the peer", ErrClosed)
	// ErrQueueFull: as much as allowed is waiting for the destination, or for
	// all destinations together.
	ErrQueueFull = errors.New("the send queue is full")
	// ErrTooMany: tcp_max_connections or tls_max_connections is reached.
	ErrTooMany = errors.New("too many open connections")
	// ErrNoSocket: no socket of the destination's protocol and address family
	// is open to send from.
	ErrNoSocket = errors.New("no socket of this protocol and address family to send from")
	// ErrNoTLS: TLS is not configured.
	ErrNoTLS = errors.New("TLS is not configured: load the tls module")
	// ErrBadDest: the destination has no address.
	ErrBadDest = errors.New("the destination has no IP address and port")
)

// Why a connection ended, for its log line and for Undelivered.
var (
	errPeerClosed   = errors.New("closed by the peer")
	errNoProgress   = errors.New("the peer takes no bytes (tcp_send_timeout)")
	errIdle         = errors.New("idle (tcp_connection_lifetime)")
	errPartial      = errors.New("a message was begun and not finished in time")
	errShutdown     = errors.New("the server is shutting down")
	errClosedByUs   = errors.New("closed by the server")
	errHandlerPanic = errors.New("an internal error while its message was handled")

	// Such a frame could come round over the connection, and wait for its own end.
	errOwnEnd = fmt.Errorf("%w: a frame too large to be held does not pass from the server to itself", ErrQueueFull)
)
