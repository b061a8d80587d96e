package transport

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"time"
)

// tableShards is a power of two. No lookup takes a lock that all share.
const tableShards = 64

// goneFor is how long it is remembered that an MSRP client has closed its
// connection: as long as an MSRP transaction may last (RFC 4975 section
// 7.1.2), so that what is sent to it is refused instead of sent to a port
// where nobody listens.
const goneFor = 32 * time.Second

// goneMax bounds what a shard remembers of closed connections.
const goneMax = 256

// peerKey finds connections by their peer.
type peerKey struct {
	proto Proto
	addr  netip.AddrPort
}

func (k peerKey) shard() int {
	a := k.addr.Addr().As16()
	h := binary.LittleEndian.Uint64(a[8:]) ^ uint64(k.addr.Port())<<32 ^ uint64(k.proto)
	h *= 0x9E3779B97F4A7C15
	return int(h >> (64 - 6))
}

// table holds the connections, by peer and by id. Several connections may
// have the same peer: they are chained, newest first.
type table struct {
	peers [tableShards]peerShard
	ids   [tableShards]idShard
}

type peerShard struct {
	sync.RWMutex
	m      map[peerKey]*Conn
	gone   map[peerKey]int64 // until when, on the transport's clock
	alias  map[peerKey]*Conn // connections that are also found by another port of their peer
	closed bool              // no connection may be added any more
}

type idShard struct {
	sync.RWMutex
	m map[uint64]*Conn
}

func (t *table) init() {
	for i := range t.peers {
		t.peers[i].m = map[peerKey]*Conn{}
		t.peers[i].gone = map[peerKey]int64{}
		t.peers[i].alias = map[peerKey]*Conn{}
		t.ids[i].m = map[uint64]*Conn{}
	}
}

// find returns the connection to k, from the given local IP where that is
// valid. gone tells that k was an MSRP client that has just left.
func (t *table) find(k peerKey, from netip.Addr, now int64) (c *Conn, gone bool) {
	s := &t.peers[k.shard()]
	s.RLock()
	c = s.find(k, from)
	if c == nil && len(s.gone) > 0 {
		gone = s.gone[k] > now
	}
	s.RUnlock()
	return c, gone
}

func (s *peerShard) find(k peerKey, from netip.Addr) *Conn {
	for c := s.m[k]; c != nil; c = c.samePeer {
		if (!from.IsValid() || c.localIP == from) && !c.deaf.Load() {
			return c
		}
	}
	if c := s.alias[k]; c != nil && (!from.IsValid() || c.local.Addr() == from) && !c.deaf.Load() {
		return c
	}
	return nil
}

// maxAliases is how many ports a connection may be found by beside its own.
const maxAliases = 12

// addAlias lets an open connection be found by another port of its peer. It
// reports whether it is now.
func (t *table) addAlias(c *Conn, port uint16) bool {
	k := c.key()
	own := &t.peers[k.shard()]
	k.addr = netip.AddrPortFrom(k.addr.Addr(), port)
	s := &t.peers[k.shard()]
	s.Lock()
	has := s.alias[k]
	free := has == nil || has.deaf.Load()
	if free && !s.closed {
		s.alias[k] = c
	}
	s.Unlock()
	if !free {
		return has == c
	}
	// A connection that has ended meanwhile does not take the alias away.
	own.Lock()
	ok := c.linked && len(c.aliases) < maxAliases
	if ok {
		c.aliases = append(c.aliases, k)
	}
	own.Unlock()
	if !ok {
		t.dropAlias(c, k)
	}
	return ok
}

func (t *table) dropAlias(c *Conn, k peerKey) {
	s := &t.peers[k.shard()]
	s.Lock()
	if s.alias[k] == c {
		delete(s.alias, k)
	}
	s.Unlock()
}

// findOrAdd returns the connection to k, or adds the one that mk makes. nil:
// the table is closed.
func (t *table) findOrAdd(k peerKey, from netip.Addr, mk func() *Conn) (c *Conn, added bool) {
	s := &t.peers[k.shard()]
	s.Lock()
	defer s.Unlock()
	if c := s.find(k, from); c != nil {
		return c, false
	}
	return t.addLocked(s, k, mk), true
}

// add adds the connection that mk makes. nil: the table is closed.
func (t *table) add(k peerKey, mk func() *Conn) *Conn {
	s := &t.peers[k.shard()]
	s.Lock()
	defer s.Unlock()
	return t.addLocked(s, k, mk)
}

func (t *table) addLocked(s *peerShard, k peerKey, mk func() *Conn) *Conn {
	if s.closed {
		return nil
	}
	c := mk()
	if c == nil {
		return nil
	}
	delete(s.gone, k)
	c.samePeer, s.m[k] = s.m[k], c
	c.linked = true
	i := &t.ids[c.id%tableShards]
	i.Lock()
	i.m[c.id] = c
	i.Unlock()
	return c
}

// unlink takes c out of what find finds; its id stays known. until, where not
// 0, is how long its peer is remembered as gone.
func (t *table) unlink(c *Conn, until, now int64) {
	t.unlinkPeer(c, until, now)
	// No alias is added to one that is not linked.
	for _, k := range c.aliases {
		t.dropAlias(c, k)
	}
}

func (t *table) unlinkPeer(c *Conn, until, now int64) {
	k := c.key()
	s := &t.peers[k.shard()]
	s.Lock()
	defer s.Unlock()
	if !c.linked {
		return
	}
	c.linked = false
	if s.m[k] == c {
		if c.samePeer == nil {
			delete(s.m, k)
		} else {
			s.m[k] = c.samePeer
		}
	} else {
		for p := s.m[k]; p != nil; p = p.samePeer {
			if p.samePeer == c {
				p.samePeer = c.samePeer
				break
			}
		}
	}
	c.samePeer = nil
	if until == 0 || s.m[k] != nil {
		return
	}
	if len(s.gone) >= goneMax {
		for k, u := range s.gone {
			if u <= now || len(s.gone) >= goneMax {
				delete(s.gone, k)
			}
		}
	}
	s.gone[k] = until
}

// setLocal tells the address that c is bound to, once it is known.
func (t *table) setLocal(c *Conn, ip netip.Addr) {
	s := &t.peers[c.key().shard()]
	s.Lock()
	c.localIP = ip
	s.Unlock()
}

// forget ends c's id.
func (t *table) forget(c *Conn) {
	i := &t.ids[c.id%tableShards]
	i.Lock()
	delete(i.m, c.id)
	i.Unlock()
}

func (t *table) byID(id uint64) *Conn {
	i := &t.ids[id%tableShards]
	i.RLock()
	defer i.RUnlock()
	return i.m[id]
}

// each calls f for every connection, without holding a lock.
func (t *table) each(f func(*Conn)) {
	var list []*Conn
	for n := range t.ids {
		i := &t.ids[n]
		i.RLock()
		for _, c := range i.m {
			list = append(list, c)
		}
		i.RUnlock()
		for _, c := range list {
			f(c)
		}
		clear(list)
		list = list[:0]
	}
}

// close lets no connection be added any more.
func (t *table) close() {
	for n := range t.peers {
		s := &t.peers[n]
		s.Lock()
		s.closed = true
		s.Unlock()
	}
}

func (t *table) expireGone(now int64) {
	for n := range t.peers {
		s := &t.peers[n]
		s.RLock()
		empty := len(s.gone) == 0
		s.RUnlock()
		if empty {
			continue
		}
		s.Lock()
		for k, u := range s.gone {
			if u <= now {
				delete(s.gone, k)
			}
		}
		s.Unlock()
	}
}
