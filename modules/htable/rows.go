package htable

import (
	"math"
	"math/bits"
	"time"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// rows is the items of a shard. It holds no pointer for an item: the garbage
// collector does not see ten million of them, nor how they come and go. With a
// Go map of pointers to items it spent minutes of CPU on each cycle.
//
// The texts that it gives are views: valid while the shard is locked, and until
// something is changed.
type rows struct {
	// index finds a row by its tag: open addressing, step by step. A place holds
	// the number of a row, counted from 1, in as many bits as the index's length
	// has, and above them those of the row's tag: rows of other tags are passed by
	// without a look at them, which misses the caches. 0 is an empty place. At
	// most three quarters are full.
	index []uint32
	list  []row
	live  int    // rows that are items
	free  uint32 // the first row that is none, counted from 1; the next one is in its cell
	texts [len(cellSizes)]cells
}

// row is an item: its key, and its number or text, which are in one cell, the
// text behind the key.
type row struct {
	until time.Duration
	num   int64  // an integer item's value; a text's length
	tag   uint32 // by which it stands in the index
	key   uint32 // length of the key
	cell  uint32
	size  uint8 // of the cell, as an index of cellSizes
	kind  value.Kind
}

// forever is the until of an item that does not expire.
const forever time.Duration = 0

func (x *row) lapsed(now time.Duration) bool { return x.until != forever && x.until <= now }

// rowsMin is the least length of an index.
const rowsMin = 8

// find returns the row of a key, lapsed or not; nil where there is none. The
// pointer is valid until a row is added.
func (r *rows) find(key string, tag uint32) *row {
	if len(r.index) == 0 {
		return nil
	}
	mask := uint32(len(r.index) - 1)
	for at := tag & mask; r.index[at] != 0; at = (at + 1) & mask {
		if (r.index[at]^tag)&^mask != 0 {
			continue
		}
		if x := r.row(r.index[at]); x.tag == tag && r.keyOf(x) == key {
			return x
		}
	}
	return nil
}

// row is the row of a place in the index that is not empty.
func (r *rows) row(place uint32) *row { return &r.list[place&uint32(len(r.index)-1)-1] }

// add makes the row of a key that has none, with the number 0.
func (r *rows) add(key string, tag uint32) *row {
	if 4*(r.live+1) > 3*len(r.index) {
		r.grow()
	}
	n := r.free
	if n != 0 {
		r.free = r.list[n-1].cell
	} else {
		r.list = append(r.list, row{})
		n = uint32(len(r.list))
	}
	x := &r.list[n-1]
	size := sizeFor(len(key))
	*x = row{tag: tag, key: uint32(len(key)), cell: r.texts[size].take(int(size), len(key)), size: size, kind: value.Int}
	copy(r.bytes(x), key)
	r.place(tag, n)
	r.live++
	return x
}

func (r *rows) place(tag, n uint32) {
	mask := uint32(len(r.index) - 1)
	at := tag & mask
	for r.index[at] != 0 {
		at = (at + 1) & mask
	}
	r.index[at] = n | tag&^mask
}

func (r *rows) grow() {
	r.index = make([]uint32, max(rowsMin, 2*len(r.index)))
	for i := range r.list {
		if x := &r.list[i]; x.kind != value.Null {
			r.place(x.tag, uint32(i+1))
		}
	}
}

// remove takes out a row of the list.
func (r *rows) remove(x *row) {
	mask := uint32(len(r.index) - 1)
	at := x.tag & mask
	for r.row(r.index[at]) != x {
		at = (at + 1) & mask
	}
	n := r.index[at] & mask
	// Close the gap: a later row of the same run moves into it unless its own
	// place is behind the gap.
	for next := (at + 1) & mask; r.index[next] != 0; next = (next + 1) & mask {
		home := r.row(r.index[next]).tag & mask
		if (next-home)&mask >= (next-at)&mask {
			r.index[at] = r.index[next]
			at = next
		}
	}
	r.index[at] = 0
	r.texts[x.size].give(x.cell)
	*x = row{cell: r.free}
	r.free = n
	if r.live--; r.live == 0 {
		*r = rows{}
	}
}

// compact gives memory back where most of it is unused.
func (r *rows) compact() {
	const worth = 1024
	if len(r.list) < worth || 4*r.live > len(r.list) {
		return
	}
	old := *r
	*r = rows{}
	for i := range old.list {
		x := &old.list[i]
		if x.kind == value.Null {
			continue
		}
		y := r.add(old.keyOf(x), x.tag)
		if x.kind == value.Str {
			r.setText(y, old.text(x))
		} else {
			y.num = x.num
		}
		y.until = x.until
	}
}

func (r *rows) bytes(x *row) []byte { return r.texts[x.size].at(int(x.size), x.cell) }

func (r *rows) keyOf(x *row) string { return registry.View(r.bytes(x)[:x.key]) }

// text is the value of an item that is a text.
func (r *rows) text(x *row) string {
	return registry.View(r.bytes(x)[x.key : int64(x.key)+x.num])
}

// value puts the item's value into *v, a text as a view.
func (r *rows) value(x *row, v *value.Value) {
	if x.kind == value.Str {
		v.SetStr(r.text(x))
		return
	}
	v.SetInt(x.num)
}

func (r *rows) setInt(x *row, i int64) { x.kind, x.num = value.Int, i }

// setText makes the item a text, which is copied.
func (r *rows) setText(x *row, s string) {
	if n := int(x.key) + len(s); n > cap(r.bytes(x)) || sizeFor(n) < x.size {
		size := sizeFor(n)
		cell := r.texts[size].take(int(size), n)
		copy(r.texts[size].at(int(size), cell), r.keyOf(x))
		r.texts[x.size].give(x.cell)
		x.cell, x.size = cell, size
	}
	x.kind, x.num = value.Str, int64(len(s))
	copy(r.bytes(x)[x.key:], s)
}

// cellSizes are the lengths of cells. A text that is longer than all of them
// has memory of its own.
var cellSizes = [...]int{16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, math.MaxInt}

// large is the index of cells with memory of their own.
const large = len(cellSizes) - 1

// sizeFor is the index of the least size that n bytes fit into.
func sizeFor(n int) uint8 {
	if n <= 16 {
		return 0
	}
	// Two sizes for each power of two, but for the first: 16, 24, 32, 48, 64 …
	top := bits.Len(uint(n - 1)) // n is in (2^(top-1), 2^top]
	size := 2 * (top - 4)
	if n <= 3<<(top-2) {
		size--
	}
	return uint8(min(size, large))
}

// cells is memory for texts of one size.
type cells struct {
	mem   []byte
	own   [][]byte // large ones
	count uint32   // cells that were ever taken
	free  []uint32
}

// take returns a cell of a size, for n bytes.
func (c *cells) take(size, n int) uint32 {
	i := c.count
	if k := len(c.free); k > 0 {
		i, c.free = c.free[k-1], c.free[:k-1]
	} else {
		c.count++
		if size == large {
			c.own = append(c.own, nil)
		} else {
			c.mem = append(c.mem, make([]byte, cellSizes[size])...)
		}
	}
	if size == large {
		c.own[i] = make([]byte, n)
	}
	return i
}

// give ends the use of a cell.
func (c *cells) give(i uint32) {
	if c.own != nil {
		c.own[i] = nil
	}
	c.free = append(c.free, i)
}

// at is the memory of a cell.
func (c *cells) at(size int, i uint32) []byte {
	if size == large {
		return c.own[i]
	}
	n := cellSizes[size]
	start := int(i) * n
	return c.mem[start : start+n : start+n]
}
