package registry

import "unsafe"

// Arena holds the bytes made while one message is handled. Reset forgets them
// all at once: views into it die with the message.
type Arena struct {
	buf []byte // len is what is used
}

const (
	arenaMin  = 4 << 10
	arenaKeep = 256 << 10 // a larger chunk is given back at Reset
)

// grow makes room for n bytes.
func (a *Arena) grow(n int) {
	if cap(a.buf)-len(a.buf) < n {
		// Views into the old chunk keep it alive; the new one starts empty.
		a.buf = make([]byte, 0, max(arenaMin, 2*cap(a.buf), n))
	}
}

// Alloc returns n bytes with undefined content and no spare capacity.
func (a *Arena) Alloc(n int) []byte {
	a.grow(n)
	start := len(a.buf)
	a.buf = a.buf[:start+n]
	return a.buf[start : start+n : start+n]
}

// room returns an empty buffer with space for n bytes, which keep makes a text of:
// nothing is allocated in between.
func (a *Arena) room(n int) []byte {
	a.grow(n)
	return a.buf[len(a.buf):]
}

func (a *Arena) keep(b []byte) string {
	a.buf = a.buf[:len(a.buf)+len(b)]
	return view(b)
}

// String returns a copy of b in the arena.
func (a *Arena) String(b []byte) string {
	c := a.Alloc(len(b))
	copy(c, b)
	return view(c)
}

// Concat returns s+t in the arena.
func (a *Arena) Concat(s, t string) string {
	b := a.Alloc(len(s) + len(t))
	copy(b, s)
	copy(b[len(s):], t)
	return view(b)
}

// Reset ends the life of everything in the arena.
func (a *Arena) Reset() {
	if poison {
		for i := range a.buf {
			a.buf[i] = 0xDB
		}
	}
	if cap(a.buf) > arenaKeep {
		a.buf = nil
		return
	}
	a.buf = a.buf[:0]
}

// View is b as a string, not copied: for bytes of Alloc once they are complete.
func View(b []byte) string { return view(b) }

// view is b as a string, not copied: b must not change while it is used.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
