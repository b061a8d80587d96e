// Package pike is Kamailio's module pike: it counts the requests of each address
// and tells those apart that come too fast.
package pike

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"olelo/runtime/clock"
	"olelo/runtime/counter"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// name is the module's name, as it stands before its log lines.
const name = "pike"

// What pike_check_req and pike_check_ip return.
const (
	allowed = 1
	blocked = -1
	caught  = -2 // blocked from now on
)

// Module is the module's instance.
type Module struct {
	unit, density, latency, level int

	clock *clock.Clock
	start time.Time
	tree  *tree

	blocked *registry.Stat
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.StatSource  = (*Module)(nil)
)

// New returns an instance with Kamailio's defaults.
func New() registry.Module {
	return &Module{
		unit: 2, density: 30, latency: 120,
		blocked: &registry.Stat{Group: "pike", Name: "blocked_ips", Doc: "How often an address was blocked.", Count: new(counter.Counter)},
	}
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	const routes = registry.Request | registry.Reply | registry.Event
	return registry.Exports{
		Doc: "Finds addresses that send too many requests. What becomes of them is the script's business.",
		Differs: []registry.Difference{
			{Of: "pike_check_ip()", How: "takes IPv6 addresses too, which 5.6.3 refuses, and only what is an address: 1.2.3.256, which counts as 1.2.3.0 there, is none"},
			{How: "`pike.top WARM` lists the leaves that are warm; 5.6.3 lists none"},
		},
		Funcs: []registry.Func{
			registry.Fn0("pike_check_req", routes, m.checkReq, "Counts a request of the address that the message came from: -2 where that is now too fast, -1 where it was already or is not an address, else 1."),
			registry.Fn1("pike_check_ip", registry.Text("address"), routes, m.checkIP, "The same for an address given as text, IPv6 also in brackets."),
		},
		Params: []registry.Param{
			{
				Name: "sampling_time_unit", Type: registry.ParamInt, Doc: "Over how many seconds requests are counted, at least 1; default 2.",
				Set: func(v registry.ParamValue) error {
					if v.Int < 1 {
						return fmt.Errorf("sampling_time_unit=%d is no time: seconds, 1 or more, are wanted", v.Int)
					}
					m.unit = int(v.Int)
					return nil
				},
			},
			registry.Int("reqs_density_per_unit", &m.density, "How many requests of an address in that time are too many, 0 to 65535; default 30. "+
				"An address of which nothing is known has some more: they grow the tree in which it is counted."),
			registry.Int("remove_latency", &m.latency, "After how many seconds without a request an address is forgotten; default 120."),
			registry.Int("pike_log_level", &m.level, "The level of the lines about what is blocked and no longer is, as debug= numbers them; default 0, warnings."),
		},
		RPCs: []registry.RPC{
			{Name: "pike.top", Doc: "The addresses that are counted: HOT, the default, those that are blocked; WARM, those next to busy ones; ALL.", Run: m.rpcTop},
			{Name: "pike.list", Doc: "The same as pike.top.", Run: m.rpcTop},
		},
	}
}

// Provision starts the counting.
func (m *Module) Provision(h registry.Host) error {
	m.clock = h.Clock()
	m.start = m.clock.Now()
	m.tree = newTree(uint16(m.density), m.latency)
	h.Every(time.Second, func(*registry.Ctx) {
		m.tree.expire(int32(m.clock.Since(m.start) / time.Second))
	})
	h.Every(time.Duration(m.unit)*time.Second, func(c *registry.Ctx) {
		m.tree.sample(func(ip netip.Addr) { m.log(c, "PIKE - UNBLOCKing ip %s", ip) })
	})
	return nil
}

// log writes a line at the level that the configuration wants.
func (m *Module) log(c *registry.Ctx, format string, ip netip.Addr) {
	if l := log.Level(m.level); c.Log.Enabled(l) {
		c.Log.Log(l, name, fmt.Sprintf(format, ip))
	}
}

// Stats is the module's counter.
func (m *Module) Stats() []*registry.Stat { return []*registry.Stat{m.blocked} }

func (m *Module) checkReq(c *registry.Ctx) int {
	if c.Recv == nil {
		return blocked
	}
	return m.check(c, c.Recv.Src.Addr())
}

func (m *Module) checkIP(c *registry.Ctx, text string) int {
	ip, err := netip.ParseAddr(sip.Unbracket(strings.TrimSpace(text)))
	if err != nil {
		c.Log.Errorf(name, "pike_check_ip: %.60q is no IP address", text)
		return blocked
	}
	return m.check(c, ip)
}

func (m *Module) check(c *registry.Ctx, ip netip.Addr) int {
	ip = ip.Unmap()
	rc, full := m.tree.hit(ip)
	if full {
		c.Log.Errorf(name, "%d nodes are in memory, which is all that may be: new addresses are not counted until some are forgotten", maxNodes)
	}
	if rc == caught {
		m.blocked.Count.Add(c.Rank, 1)
		m.log(c, "PIKE - BLOCKing ip %s", ip)
	}
	return rc
}
