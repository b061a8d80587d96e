// Package kex is Kamailio's module kex: flags of script and branches, the
// destination URI, pv_printf, is_myself, the log level, and the RPC commands
// about counters and memory.
package kex

import (
	"fmt"
	"strconv"
	"sync/atomic"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// name is the module's name, as it stands before its log lines.
const name = "kex"

// Module is the module's instance.
type Module struct {
	host registry.Host
	uid  string // the start of $sruid
	uids atomic.Uint64
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.StatSource  = (*Module)(nil)
)

// New returns an instance.
func New() *Module { return &Module{} }

// Provision keeps the server for is_myself and the counters.
func (m *Module) Provision(h registry.Host) error {
	m.host = h
	m.uid = fmt.Sprintf("srid-%x-", h.Clock().Now().Unix())
	return nil
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	flag, branch := registry.IntP("flag"), registry.IntP("branch")
	const modDoc = "The places of a module's memory and their estimated bytes: module or all; pkg, shm or all."
	const flags = " Flags are numbered from 0 to 31."
	return registry.Exports{
		Doc: "Script and branch flags, destination URI, pv_printf, is_myself, log level, counters.",
		Funcs: []registry.Func{
			registry.Fn1("setsflag", flag, registry.Any, m.setScriptFlag, "Sets a script flag."+flags),
			registry.Fn1("resetsflag", flag, registry.Any, m.resetScriptFlag, "Clears a script flag."+flags),
			registry.Fn1("issflagset", flag, registry.Any, m.isScriptFlag, "True where a script flag is set."+flags),
			registry.Fn1("setbflag", flag, registry.Any, m.setFlag, "Sets a flag of the request URI's branch."+flags),
			registry.Fn2("setbflag", flag, branch, registry.Any, m.setBranchFlag, "Sets a flag of a branch; branch 0 is the request URI's."+flags),
			registry.Fn1("resetbflag", flag, registry.Any, m.resetFlag, "Clears a flag of the request URI's branch."+flags),
			registry.Fn2("resetbflag", flag, branch, registry.Any, m.resetBranchFlag, "Clears a flag of a branch; branch 0 is the request URI's."+flags),
			registry.Fn1("isbflagset", flag, registry.Any, m.isFlag, "True where a flag of the request URI's branch is set."+flags),
			registry.Fn2("isbflagset", flag, branch, registry.Any, m.isBranchFlag, "True where a flag of a branch is set; branch 0 is the request URI's."+flags),
			registry.Fn1("setdsturi", registry.Text("uri"), registry.Any, m.setDstURI, "Sets the destination URI ($du)."),
			registry.Fn0("resetdsturi", registry.Any, m.resetDstURI, "Removes the destination URI."),
			registry.Fn0("isdsturiset", registry.Any, m.isDstURI, "True where there is a destination URI."),
			registry.Fn2("pv_printf", registry.OutP("var"), registry.Text("text"), registry.Any, m.printf, "Assigns a text with variables to a variable."),
			registry.Fn2("avp_printf", registry.OutP("var"), registry.Text("text"), registry.Any, m.printf, "The same as pv_printf."),
			registry.Fn1("is_myself", registry.Text("uri"), registry.Any, m.isMyself, "True where a SIP URI, or an address or name alone, is one of the server's; a missing port matches any."),
			registry.Fn1("is_myhost", registry.Text("uri"), registry.Any, m.isMyhost, "True where the host of a SIP URI, or an address or name alone, is one of the server's, with any port."),
			registry.Fn1("setdebug", registry.IntP("level"), registry.Any, m.setDebug, "Sets this worker's log level, as debug= does for all."),
			registry.Fn0("resetdebug", registry.Any, m.resetDebug, "Brings this worker's log level back to that of debug=."),
		},
		Differs: []registry.Difference{
			{How: "of the counters the group core has no bad_URIs_rcvd, which in Kamailio grows each time that some code fails to read a URI; the groups dns and shmem are not there"},
			{How: "the workers share one heap, and have no memory of their own: pkg.info has no size, pkg.stats only entry, pid, rank and desc, and in mod.stats, mod.mem_stats and mod.mem_statsx pkg is always 0"},
			{How: "mod.stats, mod.mem_stats and mod.mem_statsx tell under shm what Go's heap profile estimates, of a sample for each 512 KiB: what a module has far below that may not show, and all names the modules that have something"},
		},
		PVs: []registry.PV{registry.GetPV("sruid", m.nextUID, "A new unique id at each use.")},
		RPCs: []registry.RPC{
			{Name: "stats.get_statistics", Doc: "Counters as \"group:name = value\": all, a group with its colon, or names.", List: true, Run: m.rpcGet},
			{Name: "stats.fetch", Doc: "Counters as a structure of texts: all, a group with its colon, or names.", Run: m.rpcFetch(false)},
			{Name: "stats.fetchn", Doc: "Counters as a structure of numbers: all, a group with its colon, or names.", Run: m.rpcFetch(true)},
			{Name: "stats.reset_statistics", Doc: "Sets counters to 0: all, a group with its colon, or names.", List: true, Run: m.rpcReset},
			{Name: "stats.clear_statistics", Doc: "Tells counters and sets them to 0: all, a group with its colon, or names.", List: true, Run: m.rpcClear},
			{Name: "pkg.info", Doc: "Whose heap it is.", Run: m.rpcPkgInfo},
			{Name: "pkg.stats", Doc: "The workers, or those that are told: pid, rank or index, number.", List: true, Run: m.rpcPkgStats},
			{Name: "mod.stats", Doc: modDoc, List: true, Run: m.rpcModStats(false)},
			{Name: "mod.mem_stats", Doc: modDoc, List: true, Run: m.rpcModStats(false)},
			{Name: "mod.mem_statsx", Doc: modDoc + " With the number of objects.", List: true, Run: m.rpcModStats(true)},
		},
	}
}

// nextUID is $sruid: time of the start, worker and a running number.
func (m *Module) nextUID(c *registry.Ctx, v *value.Value) {
	b := c.Arena.Alloc(len(m.uid) + 40)[:0]
	b = append(b, m.uid...)
	b = strconv.AppendUint(b, uint64(c.PID), 16)
	b = append(b, '-')
	b = strconv.AppendUint(b, m.uids.Add(1), 16)
	v.SetStr(c.Arena.String(b))
}

// printf is pv_printf.
func (m *Module) printf(c *registry.Ctx, v *registry.Var, text string) int {
	vals := c.Borrow(1)
	vals[0].SetStr(text)
	ok := v.Set(c, &vals[0])
	c.Return(vals)
	if !ok {
		return -1
	}
	return 1
}

func (m *Module) setDstURI(c *registry.Ctx, uri string) int {
	if c.Msg == nil {
		return noMessage(c, "setdsturi")
	}
	c.Msg.SetDstURI(uri)
	return 1
}

func (m *Module) resetDstURI(c *registry.Ctx) int {
	if c.Msg == nil {
		return noMessage(c, "resetdsturi")
	}
	c.Msg.SetDstURI("")
	return 1
}

func (m *Module) isDstURI(c *registry.Ctx) int {
	return registry.Truth(c.Msg != nil && c.Msg.DstURI() != "")
}

func noMessage(c *registry.Ctx, fn string) int {
	c.Log.Errorf(name, "%s: there is no SIP message here", fn)
	return -1
}

func (m *Module) setDebug(c *registry.Ctx, level int) int {
	c.Log.SetOwnLevel(log.Level(level))
	return 1
}

func (m *Module) resetDebug(c *registry.Ctx) int {
	c.Log.ResetOwnLevel()
	return 1
}
