package msrp

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
	"weak"

	"olelo/runtime/msrp"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

// maxCmapSize is Kamailio's: 65,536 slots.
const maxCmapSize = 16

// cmap is the connections map: which connection a session's client is on. Each
// slot has a lock of its own, as in Kamailio.
type cmap struct {
	mask  uint32
	slots []slot
}

type slot struct {
	sync.RWMutex
	sessions map[string]*session
}

// session is what msrp_cmap_save keeps. It never changes.
type session struct {
	id      string
	hash    uint32
	peer    string // the client's own URI
	src     netip.AddrPort
	proto   transport.Proto
	sock    *transport.Socket
	conn    weak.Pointer[transport.Conn] // a session does not keep its connection's memory
	conid   uint64
	expires time.Time
}

func newCmap(bits int) *cmap {
	return &cmap{mask: 1<<bits - 1, slots: make([]slot, 1<<bits)}
}

// hash is of the end of an id: those of the map's sessions are random.
func hash(id string) uint32 {
	if len(id) < 8 {
		return 0
	}
	end := binary.LittleEndian.Uint64([]byte(id[len(id)-8:]))
	return uint32(end * 0x9E3779B97F4A7C15 >> 32) // 2^64 / golden ratio
}

func (t *cmap) add(s *session) {
	s.hash = hash(s.id)
	sl := &t.slots[s.hash&t.mask]
	sl.Lock()
	defer sl.Unlock()
	if sl.sessions == nil {
		sl.sessions = map[string]*session{}
	}
	sl.sessions[s.id] = s
}

// find returns the session id, nil if it is unknown or over.
func (t *cmap) find(id string, now time.Time) *session {
	sl := &t.slots[hash(id)&t.mask]
	sl.RLock()
	s := sl.sessions[id]
	sl.RUnlock()
	if s == nil || !now.Before(s.expires) {
		return nil
	}
	return s
}

// sweep removes the sessions that are over.
func (t *cmap) sweep(now time.Time) {
	for i := range t.slots {
		sl := &t.slots[i]
		sl.Lock()
		for id, s := range sl.sessions {
			if !now.Before(s.expires) {
				delete(sl.sessions, id)
			}
		}
		sl.Unlock()
	}
}

// each calls f for every session, slot by slot.
func (t *cmap) each(f func(*session)) {
	for i := range t.slots {
		sl := &t.slots[i]
		sl.RLock()
		for _, s := range sl.sessions {
			f(s)
		}
		sl.RUnlock()
	}
}

func (m *Module) cmapSave(c *registry.Ctx) int {
	const fn = "msrp_cmap_save"
	f := frame(c, fn)
	if f == nil || !m.hasCmap(c, fn) {
		return -1
	}
	if f.Method() != "AUTH" {
		return -2
	}
	expires, bound := m.expires(f)
	if bound != "" {
		m.sendReply(c, f, "423", "Interval Out Of Bounds", bound)
		return -3
	}
	s := &session{
		// 130 random bits: whoever knows a session's URI may send to it.
		id:      "msrp-" + m.random.Text(),
		peer:    strings.Clone(f.FirstHop()),
		src:     c.Recv.Src,
		proto:   c.Recv.Proto,
		sock:    c.Recv.Socket,
		conn:    weak.Make(c.Recv.Conn),
		conid:   c.Recv.Conn.ID(),
		expires: m.clock.Now().Add(time.Duration(expires) * time.Second),
	}
	m.cmap.add(s)
	scheme := "msrp"
	if s.proto == transport.TLS {
		scheme = "msrps"
	}
	return m.sendReply(c, f, "200", "OK", "Use-Path: "+scheme+"://"+m.useAddr(s.sock)+"/"+s.id+";tcp\r\nExpires: "+strconv.Itoa(expires)+"\r\n")
}

func (m *Module) hasCmap(c *registry.Ctx, fn string) bool {
	if m.cmap == nil {
		c.Log.Errorf(name, "%s: there is no connections map: set modparam(\"msrp\", \"cmap_size\", 8)", fn)
	}
	return m.cmap != nil
}

// useAddr is host:port of a Use-Path.
func (m *Module) useAddr(s *transport.Socket) string {
	switch {
	case m.usePathAddr != "":
		return m.usePathAddr
	case s.Advertise != "":
		return s.Advertise
	}
	_, addr, _ := strings.Cut(s.Text, ":")
	return addr
}

// expires is how long the session of an AUTH lasts in seconds; where the
// client's wish is out of bounds, bound is the header line that says so (RFC
// 4976 section 5.1). What is no number counts as no wish, as in Kamailio.
func (m *Module) expires(f *msrp.Frame) (seconds int, bound string) {
	v, ok := f.Expires()
	if !ok {
		return m.maxExpires, ""
	}
	n, err := strconv.ParseUint(v, 10, 31)
	switch {
	case err != nil:
		return m.maxExpires, ""
	case int(n) < m.minExpires:
		return 0, "Min-Expires: " + strconv.Itoa(m.minExpires) + "\r\n"
	case int(n) > m.maxExpires:
		return 0, "Max-Expires: " + strconv.Itoa(m.maxExpires) + "\r\n"
	}
	return int(n), ""
}

func (m *Module) cmapLookup(c *registry.Ctx) int {
	const fn = "msrp_cmap_lookup"
	f := frame(c, fn)
	if f == nil || !m.hasCmap(c, fn) {
		return -1
	}
	id, ok := f.SessionID()
	if !ok {
		return -3
	}
	s := m.cmap.find(id, m.clock.Now())
	if s == nil {
		return -4
	}
	// The session's own connection and no other: its address may have become
	// somebody else's.
	st, conn := stateOf(f), s.conn.Value()
	st.dst = transport.Dest{Proto: s.proto, Socket: s.sock, Conn: conn, NoConnect: true}
	st.dstSet, st.gone = true, conn == nil
	return 1
}
