// Package uuid is Kamailio's module uuid: universally unique identifiers (RFC
// 9562) of the host's clock and chance.
package uuid

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net"
	"sync"

	"olelo/runtime/clock"
	"olelo/runtime/random"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// Module is the module's instance.
type Module struct {
	clock  *clock.Clock
	random *random.Source

	mu   sync.Mutex
	last uint64 // time of the last identifier by time
	seq  uint16 // clock sequence, with its variant
	node [6]byte
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
)

// New returns the module.
func New() registry.Module { return &Module{} }

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc: "Universally unique identifiers.",
		PVs: []registry.PV{{
			Name: "uuid", Bind: m.bind,
			Doc: "A new UUID at each use: $uuid(g) and $uuid(r) by chance (version 4), $uuid(t) and $uuid(s) by time and network address (version 1). The first letter counts; another one is g.",
		}},
		Differs: []registry.Difference{
			{Of: "$uuid", How: "$uuid(s) is always there; in Kamailio it is $null where no uuidd runs"},
		},
	}
}

// Provision takes the network address of identifiers by time: the first one
// that there is, else chance, marked as such.
func (m *Module) Provision(h registry.Host) error {
	m.clock, m.random = h.Clock(), h.Random()
	m.seq = uint16(m.random.Int64N(1<<14)) | variant<<8
	m.random.Read(m.node[:])
	m.node[0] |= 1 // multicast: no card has it
	cards, err := net.Interfaces()
	if err != nil {
		return nil // chance will do
	}
	for _, c := range cards {
		if len(c.HardwareAddr) == len(m.node) {
			copy(m.node[:], c.HardwareAddr)
			break
		}
	}
	return nil
}

func (m *Module) bind(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
	switch {
	case r.Inner == "":
		return registry.Var{}, errors.New("$uuid wants a kind in parentheses: g, r, t or s")
	case r.Index.Kind != registry.IndexNone:
		return registry.Var{}, errors.New("$uuid takes no index")
	}
	fill := m.byChance
	if r.Inner[0] == 't' || r.Inner[0] == 's' {
		fill = m.byTime
	}
	return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
		id := (*[16]byte)(c.Arena.Alloc(16))
		fill(id)
		v.SetStr(format(c, id))
	}}, nil
}

// variant is that of RFC 9562 section 4.1, in the upper bits of byte 8.
const variant = 0x80

func (m *Module) byChance(id *[16]byte) {
	m.random.Read(id[:])
	id[6] = id[6]&0x0f | 4<<4
	id[8] = id[8]&0x3f | variant
}

// gregorian is how many seconds the Unix epoch is behind that of UUIDs,
// 15 October 1582.
const gregorian = 12219292800

func (m *Module) byTime(id *[16]byte) {
	now := m.clock.Now()
	m.mu.Lock()
	t := max(uint64(now.Unix()+gregorian)*1e7+uint64(now.Nanosecond()/100), m.last+1)
	m.last = t
	m.mu.Unlock()
	binary.BigEndian.PutUint32(id[0:], uint32(t))
	binary.BigEndian.PutUint16(id[4:], uint16(t>>32))
	binary.BigEndian.PutUint16(id[6:], uint16(t>>48)&0x0fff|1<<12)
	binary.BigEndian.PutUint16(id[8:], m.seq)
	copy(id[10:], m.node[:])
}

// format is the text of id, in the arena.
func format(c *registry.Ctx, id *[16]byte) string {
	b := c.Arena.Alloc(36)[:0]
	for i, end := range [...]int{4, 6, 8, 10, 16} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, id[[...]int{0, 4, 6, 8, 10}[i]:end])
	}
	return c.Arena.String(b)
}
