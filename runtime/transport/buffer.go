package transport

import (
	"math/bits"
	"sync"
)

// Buffers have a power of two of bytes. A connection that neither reads nor
// writes holds none.
const (
	minClass = 11 // 2 KiB
	maxClass = 24 // 16 MiB; larger ones are not kept
)

// readSize is what one read asks for at least: at 100-byte frames some
// hundred of them cost one system call.
const readSize = 64 << 10

// largeRead is what one asks for where the message before was larger than a
// quarter of readSize. Of messages of 32 kB, each would be half received once and
// moved then.
const largeRead = 2 * readSize

// buffer is bytes read or bytes to be sent; then with the messages' ends.
type buffer struct {
	b     []byte
	off   int    // sending: how much of b is written
	msgs  []mark // sending: the messages in b
	parts []part // sending: of the bytes in b, those of streams
	class int
}

// mark is the end of a message in a send buffer, and whose message it is
// (nil: nobody wants to be told).
type mark struct {
	end int
	src *Conn
}

// pools keep buffers by class.
type pools [maxClass + 1]sync.Pool

// get returns an empty buffer with room for n bytes.
func (p *pools) get(n int) *buffer {
	class := max(bits.Len(uint(max(n, 1)-1)), minClass)
	if class > maxClass {
		return &buffer{b: make([]byte, 0, n), class: class}
	}
	if b, ok := p[class].Get().(*buffer); ok {
		return b
	}
	return &buffer{b: make([]byte, 0, 1<<class), class: class}
}

func (p *pools) put(b *buffer) {
	if b.class > maxClass {
		return
	}
	clear(b.msgs) // or a kept buffer would keep closed connections
	clear(b.parts)
	b.b, b.msgs, b.parts, b.off = b.b[:0], b.msgs[:0], b.parts[:0], 0
	p[b.class].Put(b)
}

// grow returns a buffer with the content of b and room for n bytes more.
func (p *pools) grow(b *buffer, n int) *buffer {
	g := p.get(max(2*cap(b.b), len(b.b)+n))
	g.b = append(g.b, b.b...)
	g.off = b.off
	g.msgs, b.msgs = b.msgs, g.msgs
	g.parts, b.parts = b.parts, g.parts
	p.put(b)
	return g
}
