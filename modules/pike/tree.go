package pike

import (
	"bytes"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
)

// maxNodes bounds the memory: about 150 MB. Where they are in use, an address that
// needs another one is let through, as in Kamailio without memory.
const maxNodes = 1 << 20

// tree counts requests by the bytes of their addresses, IPv4 and IPv6 in one. An
// address first grows a node for each of its bytes: a request hits the last node
// there is on its way, and where the sample's hits reach a quarter of the density,
// the next byte gets its node. What hits the node of the last byte is counted
// against the density. So it was seen on Kamailio 5.6.3, hit by hit.
//
// Each first byte has a lock of its own.
type tree struct {
	density, growth uint16
	latency         int32

	now     atomic.Int32  // seconds since the start
	epoch   atomic.Uint32 // how many samples have ended
	nodes   atomic.Int32
	wasFull atomic.Bool // since the last sample
	roots   [256]root
}

// root is the part of the tree under one first byte.
type root struct {
	mu      sync.Mutex
	top     *node
	blocked map[*node]netip.Addr
	aging   node // a ring of the nodes without kids, that hit longest ago first
}

// node is one byte of addresses. Its counts are those of the epoch, and of the one
// before it.
type node struct {
	parent      *node
	key         byte
	leaf        bool // an address ended here
	epoch       uint32
	expires     int32 // while it is in the ring
	hits        uint16
	curr, prev  uint16 // of the addresses that end here
	keys        []byte // of kids, in the order of their making
	kids        []*node
	older, next *node // the ring; nil outside
}

func newTree(density uint16, latency int) *tree {
	t := &tree{density: density, growth: density / 4, latency: int32(latency)}
	for i := range t.roots {
		r := &t.roots[i]
		r.blocked = map[*node]netip.Addr{}
		r.aging.older, r.aging.next = &r.aging, &r.aging
	}
	return t
}

// hit counts a request of an address. full is told once a sample.
func (t *tree) hit(ip netip.Addr) (rc int, full bool) {
	var buf [16]byte
	addr := bytesOf(ip, &buf)
	r, epoch := &t.roots[addr[0]], t.epoch.Load()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.top == nil {
		if r.top, full = t.newNode(nil, addr[0], epoch); r.top != nil {
			r.top.hits = 1
			t.renew(r, r.top)
		}
		return allowed, full
	}
	n, depth := r.top, 1
	for depth < len(addr) {
		kid := n.kid(addr[depth])
		if kid == nil {
			break
		}
		n, depth = kid, depth+1
	}
	n.roll(epoch)
	if depth == len(addr) {
		n.leaf = true
		n.curr = increased(n.curr)
		t.renew(r, n)
		return t.judge(r, n, ip), false
	}
	if n.hits = increased(n.hits); n.hits < t.growth {
		t.renew(r, n)
		return allowed, false
	}
	kid, full := t.newNode(n, addr[depth], epoch)
	if kid != nil {
		kid.hits = n.hits - 1
		n.keys, n.kids = append(n.keys, kid.key), append(n.kids, kid)
		n.unlink()
		t.renew(r, kid)
	}
	return allowed, full
}

func bytesOf(ip netip.Addr, buf *[16]byte) []byte {
	if ip.Is4() {
		b := ip.As4()
		return buf[:copy(buf[:], b[:])]
	}
	*buf = ip.As16()
	return buf[:]
}

func increased(n uint16) uint16 { return max(n, n+1) }

// judge tells whether an address that was just counted is too fast.
func (t *tree) judge(r *root, n *node, ip netip.Addr) int {
	if !t.hot(n) {
		return allowed
	}
	if _, known := r.blocked[n]; known {
		return blocked
	}
	r.blocked[n] = ip
	return caught
}

// hot and warm are of a node that is rolled to the epoch.
func (t *tree) hot(n *node) bool  { return n.curr >= t.density || n.prev >= t.density }
func (t *tree) warm(n *node) bool { return n.hits >= t.growth }

// newNode is nil where there may be no more.
func (t *tree) newNode(parent *node, key byte, epoch uint32) (n *node, full bool) {
	if t.nodes.Add(1) > maxNodes {
		t.nodes.Add(-1)
		return nil, !t.wasFull.Swap(true)
	}
	return &node{parent: parent, key: key, epoch: epoch}, false
}

// sample ends a sample: addresses that are no longer too fast are free again.
func (t *tree) sample(freed func(netip.Addr)) {
	epoch := t.epoch.Add(1)
	t.wasFull.Store(false)
	var free []netip.Addr
	for i := range t.roots {
		r := &t.roots[i]
		r.mu.Lock()
		for n, ip := range r.blocked {
			if n.roll(epoch); !t.hot(n) {
				delete(r.blocked, n)
				free = append(free, ip)
			}
		}
		r.mu.Unlock()
	}
	for _, ip := range free {
		freed(ip)
	}
}

// expire forgets what was not hit for the latency; then the node above it has as
// long to live.
func (t *tree) expire(now int32) {
	t.now.Store(now)
	for i := range t.roots {
		r := &t.roots[i]
		r.mu.Lock()
		for n := r.aging.next; n != &r.aging && n.expires <= now; n = r.aging.next {
			t.remove(r, n)
		}
		r.mu.Unlock()
	}
}

func (t *tree) remove(r *root, n *node) {
	n.unlink()
	delete(r.blocked, n)
	t.nodes.Add(-1)
	p := n.parent
	if p == nil {
		r.top = nil
		return
	}
	i := bytes.IndexByte(p.keys, n.key)
	p.keys, p.kids = slices.Delete(p.keys, i, i+1), slices.Delete(p.kids, i, i+1)
	t.renew(r, p)
}

// renew puts a node without kids at the ring's young end.
func (t *tree) renew(r *root, n *node) {
	if len(n.kids) > 0 {
		return
	}
	n.unlink()
	n.expires = t.now.Load() + t.latency
	n.older, n.next = r.aging.older, &r.aging
	n.older.next, n.next.older = n, n
}

func (n *node) unlink() {
	if n.next != nil {
		n.older.next, n.next.older = n.next, n.older
		n.older, n.next = nil, nil
	}
}

func (n *node) kid(key byte) *node {
	if i := bytes.IndexByte(n.keys, key); i >= 0 {
		return n.kids[i]
	}
	return nil
}

// roll makes n's counts those of the epoch.
func (n *node) roll(epoch uint32) {
	if n.epoch == epoch {
		return
	}
	if n.prev = 0; n.epoch+1 == epoch {
		n.prev = n.curr
	}
	n.curr, n.hits, n.epoch = 0, 0, epoch
}
