package transport

import "slices"

// report tells the senders of the messages that the dead connection c had not
// wholly written, and logs that there were some.
//
// What the system had taken but the peer had not is not known here, and is not
// reported.
func (t *Transport) report(c *Conn, l lost) {
	msgs, bytes, told := 0, 0, false
	for _, b := range l.queued {
		if b == nil {
			continue
		}
		bytes += len(b.b) - b.off
		for _, m := range b.msgs {
			if m.end > b.off {
				msgs++
				told = told || m.src != nil && m.src != c
			}
		}
		for _, p := range b.parts {
			if p.end > b.off {
				msgs-- // it is a message's part
				l.streams = append(l.streams, p.of)
			}
		}
	}
	l.streams = slices.Compact(l.streams)
	msgs += len(l.streams)
	if msgs == 0 {
		return
	}
	t.warnf("%s lost with %d messages (%d bytes) not sent: %v", c, msgs, bytes, c.out.why)
	if t.stopping.Load() {
		return
	}
	t.tell(l.streams)
	if !told {
		return
	}
	t.wg.Add(1) // c itself is still counted
	go func() {
		defer t.wg.Done()
		for _, b := range l.queued {
			if b != nil {
				c.tellSources(b)
				t.pools.put(b)
			}
		}
	}()
}

// tellSources hands each message of b that was not wholly written to its
// source. What a connection sent to itself is not told to it: it is dead.
func (c *Conn) tellSources(b *buffer) {
	start := 0
	for _, m := range b.msgs {
		if m.end > b.off && m.src != nil && m.src != c {
			m.src.undelivered(b.b[start:m.end:m.end])
		}
		start = m.end
	}
}

// undelivered tells c's handler that msg is lost, unless c is closed too.
func (c *Conn) undelivered(msg []byte) {
	c.hmu.Lock()
	defer c.hmu.Unlock()
	if c.over || c.t.stopping.Load() {
		return
	}
	defer c.recovered()
	// What the handler sends now has no source: an answer that is lost too
	// must not come back here.
	c.reporting.Store(true)
	defer c.reporting.Store(false)
	c.handler().Undelivered(c, msg)
}
