package auth

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"sync/atomic"
)

// counter numbers nonces and remembers for the last of them what was used:
// the highest nc (nonce_count), or that it was used at all (one_time_nonce).
// It is shared by all workers, without locks; a worker numbers within its pool.
type counter struct {
	pools []pool
	nc    []atomic.Uint32 // the last nc of each nonce; nil without nonce_count
	used  []atomic.Uint32 // a bit a nonce; nil without one_time_nonce
}

type pool struct {
	next atomic.Uint32
	_    [60]byte // pools do not share cache lines
}

// The bounds of modparams (Kamailio auth manual, "nid_pool_no",
// "nc_array_order").
const (
	mostPools = 64
	leastSize = 1 << 8
	mostSize  = 1 << 30
)

// powerBelow is the largest power of two up to n.
func powerBelow(n int) int { return 1 << (bits.Len(uint(n)) - 1) }

func newCounter(pools, ncSize, otnSize int) *counter {
	c := &counter{pools: make([]pool, powerBelow(min(max(pools, 1), mostPools)))}
	if ncSize > 0 {
		c.nc = make([]atomic.Uint32, powerBelow(min(max(ncSize, leastSize), mostSize)))
	}
	if otnSize > 0 {
		c.used = make([]atomic.Uint32, powerBelow(min(max(otnSize, leastSize), mostSize))/32)
	}
	return c
}

// id numbers a new nonce: a byte of pool, four of number.
func (c *counter) id(dst []byte, worker int) []byte {
	p := worker & (len(c.pools) - 1)
	n := c.pools[p].next.Add(1) - 1
	if c.nc != nil {
		c.nc[c.place(p, n, len(c.nc))].Store(0)
	}
	if c.used != nil {
		at := c.place(p, n, len(c.used)*32)
		c.used[at/32].And(^(uint32(1) << (at % 32)))
	}
	return binary.BigEndian.AppendUint32(append(dst, byte(p)), n)
}

// place is where pool p keeps nonce n in an array of size entries.
func (c *counter) place(p int, n uint32, size int) int {
	share := size / len(c.pools)
	return p*share + int(n)&(share-1)
}

// known finds a nonce's place; ok is false where it was forgotten for newer
// ones, or was made before the server started.
func (c *counter) known(id []byte, size int) (at int, ok bool) {
	if len(id) != idLen || int(id[0]) >= len(c.pools) {
		return 0, false
	}
	p, n := int(id[0]), binary.BigEndian.Uint32(id[1:])
	if age := c.pools[p].next.Load() - n; age == 0 || int64(age) > int64(size/len(c.pools)) {
		return 0, false
	}
	return c.place(p, n, size), true
}

// mostNC is the largest nc that is counted (Kamailio auth manual,
// "nonce_count"); after it the nonce is stale.
const mostNC = 255

// count notes the use number nc of the nonce: it must be larger than all before.
func (c *counter) count(id []byte, nc string) verdict {
	n, err := strconv.ParseUint(nc, 16, 32)
	if err != nil || len(nc) != 8 {
		return badText
	}
	at, ok := c.known(id, len(c.nc))
	if !ok || n == 0 || n > mostNC {
		return stale
	}
	for {
		old := c.nc[at].Load()
		if uint32(n) <= old {
			return stale
		}
		if c.nc[at].CompareAndSwap(old, uint32(n)) {
			return fresh
		}
	}
}

// once notes the only use of the nonce.
func (c *counter) once(id []byte) verdict {
	at, ok := c.known(id, len(c.used)*32)
	if !ok {
		return stale
	}
	bit := uint32(1) << (at % 32)
	if c.used[at/32].Or(bit)&bit != 0 {
		return replay
	}
	return fresh
}
