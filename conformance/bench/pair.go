package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// load is what pairs of connections do: of each, one sends frames to the other.
type load struct {
	pairs, body int
	window      int     // frames of a pair under way
	single      bool    // one write a frame; otherwise one for all that the window has room for
	replies     bool    // each is answered through the relay, and under way until then
	rate        float64 // frames a second and pair; 0 is as many as the window lets through
	latency     bool    // each frame is timed
}

// writeSize is how much is written at a time, where a frame is not longer.
const writeSize = 64 << 10

// traffic is a load that is going on.
type traffic struct {
	load
	pairs     []*pair
	measuring atomic.Bool
	stop      chan struct{} // closed: no frame more is sent
}

// pair is two connections. The sender's goroutine has what is not marked.
type pair struct {
	*traffic
	from, to *link
	free     chan int        // how many frames are no longer under way
	arrived  atomic.Uint64   // written by the receiver
	sent     []atomic.Int64  // when, in ns since epoch, by number modulo window; where the frames are timed
	took     []time.Duration // the receiver's: from a frame's write until it was whole
}

var epoch = time.Now()

// begin opens the connections of a load.
func begin(t *target, w load) (*traffic, error) {
	tr := &traffic{load: w, stop: make(chan struct{})}
	all, err := links(t, 2*w.pairs, func(i int, l *link) error { return l.join(t, i/2) })
	if err != nil {
		return nil, err
	}
	for i := range w.pairs {
		tr.pairs = append(tr.pairs, &pair{
			traffic: tr, from: all[2*i], to: all[2*i+1],
			free: make(chan int, w.window), sent: make([]atomic.Int64, w.window),
		})
	}
	return tr, nil
}

// run sends and receives until stop is closed and all frames have arrived, or
// something went wrong.
func (tr *traffic) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var senders, readers sync.WaitGroup
	var over atomic.Bool
	read := func(f func() error) {
		readers.Go(func() {
			if err := f(); !over.Load() {
				cancel(err)
			}
		})
	}
	for _, p := range tr.pairs {
		read(p.receive)
		read(p.answers)
		senders.Go(func() {
			if err := p.send(ctx); err != nil {
				cancel(err)
			}
		})
	}
	closing := context.AfterFunc(ctx, tr.close) // so that a blocked write ends
	senders.Wait()
	over.Store(true)
	closing()
	tr.close()
	readers.Wait()
	return context.Cause(ctx)
}

func (tr *traffic) close() {
	for _, p := range tr.pairs {
		p.from.Close()
		p.to.Close()
	}
}

// count is how many frames have arrived.
func (tr *traffic) count() (n uint64) {
	for _, p := range tr.pairs {
		n += p.arrived.Load()
	}
	return n
}

// send sends frames until stop is closed, then waits for the rest to arrive.
func (p *pair) send(ctx context.Context) error {
	frame := sendFrame(p.from, p.to, p.body)
	batch := 1
	if !p.single {
		batch = max(1, min(p.window, writeSize/len(frame)))
	}
	var buf []byte
	for range batch {
		buf = append(buf, frame...)
	}
	free, next := p.window, uint64(0)
	due := time.Now()
	for {
		for free == 0 || len(p.free) > 0 {
			select {
			case n := <-p.free:
				free += n
			case <-p.stop:
				return p.settle(ctx, free)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		select {
		case <-p.stop:
			return p.settle(ctx, free)
		default:
		}
		if p.rate > 0 {
			due = due.Add(time.Duration(float64(time.Second) / p.rate))
			time.Sleep(time.Until(due))
		}
		k := min(free, batch)
		for i := range k {
			number(buf[i*len(frame):(i+1)*len(frame)], next)
			if p.latency {
				p.sent[next%uint64(p.window)].Store(int64(time.Since(epoch)))
			}
			next++
		}
		if _, err := p.from.Write(buf[:k*len(frame)]); err != nil {
			return fmt.Errorf("sending frame %d: %w", next-1, err)
		}
		free -= k
	}
}

// settle waits until no frame is under way.
func (p *pair) settle(ctx context.Context, free int) error {
	late := time.After(patience)
	for free < p.window {
		select {
		case n := <-p.free:
			free += n
		case <-late:
			return fmt.Errorf("%d frames of a pair have not arrived after %v", p.window-free, patience)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

var errClosed = errors.New("the relay closed a connection")

// receive reads the frames that arrive.
func (p *pair) receive() error {
	a := newArrivals(len(sendFrame(p.from, p.to, p.body)), sendLine)
	reply := replyFrame(p.from, p.to)
	var replies []byte
	buf := make([]byte, writeSize)
	for {
		n, err := p.to.Read(buf)
		if err != nil {
			return errClosed
		}
		first := a.next
		k, err := a.feed(buf[:n])
		if err != nil {
			return err
		}
		if k == 0 {
			continue
		}
		if p.latency && p.measuring.Load() {
			now := int64(time.Since(epoch))
			for i := range uint64(k) {
				p.took = append(p.took, time.Duration(now-p.sent[(first+i)%uint64(p.window)].Load()))
			}
		}
		p.arrived.Add(uint64(k))
		if !p.replies {
			p.free <- k
			continue
		}
		replies = replies[:0]
		for i := range k {
			replies = append(replies, reply...)
			number(replies[len(replies)-len(reply):], first+uint64(i))
		}
		if _, err := p.to.Write(replies); err != nil {
			return err
		}
	}
}

// answers reads what comes back to the sender: replies where there are to be some,
// and nothing else.
func (p *pair) answers() error {
	a := newArrivals(len(replyFrame(p.from, p.to)), replyLine)
	buf := make([]byte, writeSize/16)
	for {
		n, err := p.from.Read(buf)
		if err != nil {
			return errClosed
		}
		if !p.replies {
			return fmt.Errorf("the sender received %q", buf[:n])
		}
		k, err := a.feed(buf[:n])
		if err != nil {
			return err
		}
		if k > 0 {
			p.free <- k
		}
	}
}
