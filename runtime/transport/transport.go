package transport

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"olelo/runtime/log"
)

// Transport is the server's sockets and connections.
type Transport struct {
	cfg      Config
	handlers Handlers
	pools    pools
	table    table
	watch    watch
	lanes    []lane
	local    map[netip.Addr]struct{} // addresses of the host's interfaces

	lastID   atomic.Uint64
	conns    atomic.Int64 // TCP and TLS connections
	tlsConns atomic.Int64
	queued   atomic.Int64 // bytes in send queues, see output.count
	full     log.Throttle // log lines about too many connections

	// clock is nanoseconds since start, advanced by the sweeper: exact to a
	// tick, and free to read.
	start time.Time
	clock atomic.Int64

	awake, woken atomic.Int64 // readers at work, and how often one began: see Quiet

	stopping atomic.Bool
	stop     chan struct{} // closed when Shutdown begins
	dialing  context.Context
	hangUp   context.CancelFunc // ends what is connecting

	// wg counts goroutines and connections: a connection until it is dead and
	// what it lost was reported. Its goroutines are started only before that.
	wg      sync.WaitGroup
	started bool
}

// New makes a Transport. Nothing is opened before Listen, nothing read before
// Start.
func New(cfg Config, h Handlers) *Transport {
	cfg.setDefaults()
	t := &Transport{cfg: cfg, handlers: h, start: time.Now(), stop: make(chan struct{})}
	t.clock.Store(1) // 0 means "never" to those who keep a time
	t.dialing, t.hangUp = context.WithCancel(context.Background())
	t.table.init()
	t.lanes = make([]lane, cfg.TCPChildren)
	t.watch.wake = make(chan struct{}, 1)
	return t
}

// Start begins to read and to accept.
func (t *Transport) Start() {
	t.started = true
	if t.cfg.Capture != nil {
		return
	}
	t.wg.Go(t.pulse)
	t.wg.Add(2)
	go t.sweep()
	go t.watch.run(t)
	for _, s := range t.cfg.Sockets {
		switch {
		case s.udp != nil:
			for i := range s.Readers(t.cfg.Children) {
				w, err := t.newUDPWorker(s, i)
				if err != nil { // the socket is closed
					break
				}
				t.wg.Add(1)
				go w.run()
			}
		case s.tcp != nil:
			t.wg.Add(1)
			go t.accept(s)
		}
	}
}

// Shutdown stops reading and accepting, lets what is queued be sent until ctx
// ends, and closes everything. The error is ctx's where that cut something
// short: messages not sent are then logged, and a handler that has not
// returned is left behind.
func (t *Transport) Shutdown(ctx context.Context) error {
	if t.stopping.Swap(true) {
		return nil
	}
	close(t.stop)
	t.table.close()
	for _, s := range t.cfg.Sockets {
		if s.tcp != nil {
			_ = s.tcp.Close()
		}
		if s.udp != nil {
			_ = s.udp.SetReadDeadline(longAgo) // its workers may still send
		}
	}
	// Each reader ends after what it has read; its connection is closed once
	// what it has to send is sent.
	t.table.each(func(c *Conn) {
		if t.cfg.Capture != nil {
			c.die(errShutdown)
		}
		c.wake()
	})

	done := make(chan struct{})
	go func() {
		t.wg.Wait()
		close(done)
	}()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		err = ctx.Err()
		t.hangUp()
		t.table.each(func(c *Conn) { c.die(errShutdown) })
		t.closeSockets()
		select {
		case <-done:
			err = nil
		case <-time.After(grace):
			t.errorf("shutdown: some message is still being handled; going on without it")
		}
	}
	for i := range t.lanes {
		t.lanes[i].end()
	}
	t.hangUp()
	t.closeSockets()
	return err
}

// grace is what goroutines get to end once everything is closed.
const grace = time.Second

// longAgo as a deadline ends a wait at once.
var longAgo = time.Unix(1, 0)

// Conn returns the connection with that id, nil if it is gone.
func (t *Transport) Conn(id uint64) *Conn { return t.table.byID(id) }

// Conns calls f for every connection until f returns false.
func (t *Transport) Conns(f func(*Conn) bool) {
	more := true
	t.table.each(func(c *Conn) { more = more && f(c) })
}

// Len is the number of open connections.
func (t *Transport) Len() int { return int(t.conns.Load()) }

// Stats are the figures of core.tcp_info.
type Stats struct {
	Conns, TLSConns, MaxConns, MaxTLSConns int
	Queued                                 int // bytes in send queues over 64 KiB each
}

// Stats returns the present figures.
func (t *Transport) Stats() Stats {
	return Stats{
		Conns: int(t.conns.Load()), TLSConns: int(t.tlsConns.Load()),
		MaxConns: t.cfg.MaxConns, MaxTLSConns: t.cfg.MaxTLSConns,
		Queued: int(t.queued.Load()),
	}
}

func (t *Transport) errorf(format string, a ...any) { t.cfg.Log(LogError, fmt.Sprintf(format, a...)) }

func (t *Transport) warnf(format string, a ...any) { t.cfg.Log(LogWarn, fmt.Sprintf(format, a...)) }

func (t *Transport) infof(format string, a ...any) { t.cfg.Log(LogInfo, fmt.Sprintf(format, a...)) }
