package permissions

import (
	"slices"
	"time"

	"olelo/runtime/registry"
)

const (
	faultServer = 500
	failed      = "Reload failed."
)

func (m *Module) rpcs() []registry.RPC {
	return []registry.RPC{
		{Name: "permissions.addressReload", Doc: "Reads the addresses again.", Run: m.rpcReload},
		{Name: "permissions.addressDump", Doc: "The exact addresses.", Run: m.rpcAddresses, List: true},
		{Name: "permissions.subnetDump", Doc: "The subnets.", Run: m.rpcSubnets, List: true},
		{Name: "permissions.domainDump", Doc: "The domains' names.", Run: m.rpcDomains},
		{Name: "permissions.testUri", Doc: "Whether BASE.allow and BASE.deny, which a route names, allow a URI and a Contact.", Run: m.rpcTest},
		{Name: "permissions.allowUri", Doc: "The same as permissions.testUri.", Run: m.rpcTest},
	}
}

// mayReload reports whether the last reload was long enough ago.
func (m *Module) mayReload() bool {
	m.reload.Lock()
	defer m.reload.Unlock()
	now := m.host.Clock().Now()
	if !m.reloaded.IsZero() && now.Sub(m.reloaded) < time.Duration(m.reloadDelta)*time.Second {
		return false
	}
	m.reloaded = now
	return true
}

func (m *Module) rpcReload(call registry.RPCCall) error {
	switch {
	case !m.mayReload():
		call.Fault(faultServer, "ongoing reload")
	case m.addresses.Load() == nil:
		call.Fault(faultServer, failed)
	default:
		if err := m.loadAddresses(); err != nil {
			m.host.Log().Errorf(name, "%v", err)
			call.Fault(faultServer, failed)
			return nil
		}
		call.Add("Reload OK")
	}
	return nil
}

// dumpTables is how many tables Kamailio keeps addresses in; a dump names the
// table, and comes in that order.
const dumpTables = 128

func dumpTable(key []byte) int {
	var h uint32
	for ; len(key) >= 4; key = key[4:] {
		v := uint32(key[0])<<24 | uint32(key[1])<<16 | uint32(key[2])<<8 | uint32(key[3])
		h += v ^ v>>3
	}
	var v uint32
	for _, b := range key {
		v = v<<8 | uint32(b)
	}
	h += v ^ v>>3
	return int((h + h>>11 + h>>13 + h>>23) % dumpTables)
}

// dumped are some of the addresses in the order of their tables, the last of a
// table first.
func (t *addresses) dumped(key func(*address) []byte) []address {
	var out []address
	for _, a := range slices.Backward(t.all) {
		if key(&a) != nil {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b address) int { return dumpTable(key(&a)) - dumpTable(key(&b)) })
	return out
}

func ipKey(a *address) []byte {
	if !a.isExact() {
		return nil
	}
	return a.ip.AsSlice()
}

func nameKey(a *address) []byte {
	if a.ip.IsValid() {
		return nil
	}
	return []byte(a.name)
}

func orNULL(s string) string {
	if s == "" {
		return "NULL"
	}
	return s
}

func (m *Module) rpcAddresses(call registry.RPCCall) error {
	t := m.addresses.Load()
	if t == nil {
		call.Fault(faultServer, "No address table")
		return nil
	}
	for _, a := range t.dumped(ipKey) {
		call.Add((&registry.RPCStruct{}).
			Set("table", dumpTable(ipKey(&a))).
			Set("group", a.group).
			Set("item", (&registry.RPCStruct{}).Set("ip", a.ip.String()).Set("port", a.port).Set("tag", orNULL(a.tag))))
	}
	return nil
}

func (m *Module) rpcSubnets(call registry.RPCCall) error {
	t := m.addresses.Load()
	if t == nil {
		call.Fault(faultServer, "No subnet table")
		return nil
	}
	for i, a := range t.subnets {
		call.Add((&registry.RPCStruct{}).
			Set("id", i).
			Set("group", a.group).
			Set("item", (&registry.RPCStruct{}).Set("ip", a.ip.String()).Set("mask", a.bits).Set("port", a.port).Set("tag", a.tag)))
	}
	return nil
}

// rpcDomains answers with one structure, in which each domain repeats the names.
func (m *Module) rpcDomains(call registry.RPCCall) error {
	t := m.addresses.Load()
	if t == nil {
		call.Fault(faultServer, "No domain list table")
		return nil
	}
	s := &registry.RPCStruct{}
	for _, a := range t.dumped(nameKey) {
		s.Set("table", dumpTable(nameKey(&a))).
			Set("group", a.group).
			Set("item", (&registry.RPCStruct{}).Set("domain_name", a.name).Set("port", a.port).Set("tag", orNULL(a.tag)))
	}
	call.Add(s)
	return nil
}

// rpcTest asks only files that are in memory; of others nothing is allowed.
func (m *Module) rpcTest(call registry.RPCCall) error {
	var args [3]string
	for i := range args {
		var ok bool
		if args[i], ok = call.Text(i); !ok {
			call.Fault(faultServer, "Not enough parameters (basename, URI and contact)")
			return nil
		}
	}
	allow, known := m.files[m.path(args[0]+m.allowSuffix)]
	deny, knownDeny := m.files[m.path(args[0]+m.denySuffix)]
	p := policy{allow, deny}
	if known && knownDeny && p.allows(args[1], args[2]) {
		call.Add("Allowed")
	} else {
		call.Add("Denied")
	}
	return nil
}
