// Package cfgutils is Kamailio's cfgutils module: chance, pauses, global
// flags, locks and routes by name for scripts.
package cfgutils

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"olelo/runtime/clock"
	"olelo/runtime/log"
	"olelo/runtime/random"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// Module is one configuration's cfgutils module.
type Module struct {
	initialProb  int
	initialFlags int
	lockSetSize  int
	hashFile     string

	clock   *clock.Clock
	random  *random.Source
	aborter registry.AbortHost // nil where there is none
	memlog  log.Level

	hash  string        // of hashFile at the start, in hexadecimal
	prob  atomic.Int32  // per cent
	flags atomic.Uint32 // the global flags
	locks lockSet
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
)

// New returns the module with Kamailio's defaults.
func New() registry.Module { return &Module{initialProb: 10} }

// Provision makes the lock set and takes the sum of hash_file.
func (m *Module) Provision(h registry.Host) error {
	m.clock, m.random = h.Clock(), h.Random()
	m.aborter, _ = h.(registry.AbortHost)
	m.memlog = log.Level(h.Global("memlog"))
	if m.hashFile != "" {
		var err error
		if m.hash, err = fileHash(m.hashFile); err != nil {
			return err
		}
	}
	m.prob.Store(int32(m.initialProb))
	m.flags.Store(uint32(m.initialFlags))
	m.locks = newLockSet(m.lockSetSize)
	return nil
}

// Exports returns the module's tables.
func (m *Module) Exports() registry.Exports {
	const memoryDoc = "Logs what memory the Go runtime has in use, at the level of memlog=."
	const memoryOne = "the workers share one heap, of which there are five lines at the level of memlog=, as at SIGUSR1; no list of blocks"
	key, more := registry.Text("key"), registry.Text("more")
	return registry.Exports{
		Doc: "Chance, pauses, global flags, locks, and routes called by name.",
		Funcs: []registry.Func{
			registry.Fn0("rand_event", registry.Any, m.randEvent, "True with the probability set."),
			m.randSetProb(),
			registry.Fn0("rand_reset_prob", registry.Any, m.randResetProb, "Sets the probability back to initial_probability."),
			registry.Fn0("rand_get_prob", registry.Any, m.randGetProb, "Its code is the probability in per cent; 0 therefore ends the script, as in Kamailio."),
			registry.Fn1("sleep", registry.IntP("seconds"), registry.Any, m.pause(time.Second), "Lets this worker wait."),
			registry.Fn1("usleep", registry.IntP("microseconds"), registry.Any, m.pause(time.Microsecond), "Lets this worker wait."),
			m.flag("set_gflag", func(bit uint32) int { m.flags.Or(bit); return 1 }, "Sets a global flag, 0 to 31."),
			m.flag("reset_gflag", func(bit uint32) int { m.flags.And(^bit); return 1 }, "Clears a global flag, 0 to 31."),
			m.flag("is_gflag", func(bit uint32) int { return registry.Truth(m.flags.Load()&bit != 0) }, "True if the global flag, 0 to 31, is set."),
			registry.Fn0("abort", registry.Any, m.abort, "Ends the server at once, as a crash would."),
			registry.Fn0("pkg_status", registry.Any, m.logMemory, memoryDoc),
			registry.Fn0("pkg_summary", registry.Any, m.logMemory, memoryDoc),
			registry.Fn0("shm_status", registry.Any, m.logMemory, memoryDoc),
			registry.Fn0("shm_summary", registry.Any, m.logMemory, memoryDoc),
			registry.Fn1("lock", key, registry.Any, m.lock1, "Takes the lock of the key, and waits for it. Needs lock_set_size."),
			registry.Fn2("lock", key, more, registry.Any, m.lock, "Takes the lock of both keys together."),
			registry.Fn1("trylock", key, registry.Any, m.tryLock1, "Takes the lock of the key, or is -1 where it is taken."),
			registry.Fn2("trylock", key, more, registry.Any, m.tryLock, "Takes the lock of both keys together, or is -1 where it is taken."),
			registry.Fn1("unlock", key, registry.Any, m.unlock1, "Gives the lock of the key back."),
			registry.Fn2("unlock", key, more, registry.Any, m.unlock, "Gives the lock of both keys together back."),
			registry.Fn3("core_hash", registry.Text("text"), registry.Text("more"), registry.IntP("size"), registry.Any, coreHash,
				"Its code is 1 + the hash of both texts below 2 to the power of size."),
			byName("check_route_exists", func(*registry.Ctx, registry.Block) int { return 1 }, "True if route[name] exists."),
			byName("route_if_exists", routeIfExists, "Runs route[name] and gives its code; -1 if there is none."),
		},
		Params: []registry.Param{
			{
				Name: "initial_probability", Type: registry.ParamInt, Doc: "The probability of rand_event at the start, 0 to 100 per cent. Default 10.",
				Set: func(v registry.ParamValue) error {
					m.initialProb = int(v.Int)
					return percent(v.Int)
				},
			},
			registry.Str("hash_file", &m.hashFile, "A file whose MD5 sum is taken at the start, for cfgutils.check_config_hash. Default: none."),
			registry.Int("initial_gflags", &m.initialFlags, "The global flags at the start, as a number. Default 0."),
			{
				Name: "lock_set_size", Type: registry.ParamInt, Doc: "Number of locks, as a power of two: 0 to 15. Keys share locks. Default 0: no locks.",
				Set: func(v registry.ParamValue) error {
					if v.Int < 0 || v.Int > maxLockSet {
						return fmt.Errorf("%d is out of range: 0 to %d", v.Int, maxLockSet)
					}
					m.lockSetSize = int(v.Int)
					return nil
				},
			},
		},
		PVs: []registry.PV{registry.GetPV("RANDOM", func(_ *registry.Ctx, v *value.Value) { v.SetInt(m.random.Int64N(1 << 31)) },
			"A random number, 0 to 2147483647, another one each time.")},
		RPCs: m.rpcs(),
		Differs: []registry.Difference{
			{Of: "abort()", How: "the process ends with status 2 and the stacks of all its goroutines on standard error, and dumps core with GOTRACEBACK=crash; in Kamailio the worker ends by SIGABRT, and then the server with status 1"},
			{Of: "pkg_status()", How: memoryOne},
			{Of: "pkg_summary()", How: memoryOne},
			{Of: "shm_status()", How: memoryOne},
			{Of: "shm_summary()", How: memoryOne},
		},
	}
}

// routeIfExists runs b, in which $rc is 0 at first. An exit in it ends the script.
func routeIfExists(c *registry.Ctx, b registry.Block) int {
	c.RC = 0
	rc := b.Run(c, c.Route)
	if c.Flow != 0 {
		return 0
	}
	return rc
}

func percent(n int64) error {
	if n < 0 || n > 100 {
		return fmt.Errorf("the probability %d is out of range: 0 to 100 per cent", n)
	}
	return nil
}

func (m *Module) randEvent(*registry.Ctx) int {
	return registry.Truth(m.random.Int64N(100) < int64(m.prob.Load()))
}

func (m *Module) randResetProb(*registry.Ctx) int {
	m.prob.Store(int32(m.initialProb))
	return 1
}

func (m *Module) randGetProb(*registry.Ctx) int { return int(m.prob.Load()) }

func (m *Module) randSetProb() registry.Func {
	return constant("rand_set_prob", "probability", "Sets the probability of rand_event, 0 to 100 per cent.",
		func(n int64) (registry.Call, error) {
			return func(*registry.Ctx) int { m.prob.Store(int32(n)); return 1 }, percent(n)
		})
}

func (m *Module) flag(name string, do func(bit uint32) int, doc string) registry.Func {
	return constant(name, "flag", doc, func(n int64) (registry.Call, error) {
		if n < 0 || n > 31 {
			return nil, fmt.Errorf("the flag %d is out of range: 0 to 31", n)
		}
		return func(*registry.Ctx) int { return do(1 << n) }, nil
	})
}

// constant is a function of one number that must be known at load time.
func constant(name, param, doc string, bind func(int64) (registry.Call, error)) registry.Func {
	return registry.Func{
		Name: name, Routes: registry.Any, Doc: doc, Params: []registry.ParamInfo{{Name: param, Kind: "int"}},
		Bind: func(_ registry.Fixup, args []registry.Arg) (registry.Call, error) {
			n := args[0].Int
			if !args[0].IsInt {
				var err error
				if n, err = strconv.ParseInt(strings.TrimSpace(args[0].Text), 0, 32); err != nil {
					return nil, fmt.Errorf("%s: %q is no number, and a variable cannot stand here", name, args[0].Text)
				}
			}
			return bind(n)
		},
	}
}

func (m *Module) pause(unit time.Duration) func(*registry.Ctx, int) int {
	return func(_ *registry.Ctx, n int) int {
		m.clock.Sleep(time.Duration(n) * unit)
		return 1
	}
}

// byName is a function of a route block's name; do is not called where there
// is no such block.
func byName(name string, do func(*registry.Ctx, registry.Block) int, doc string) registry.Func {
	f := registry.Fn1(name, registry.Text("route"), registry.Any, func(*registry.Ctx, string) int { return 0 }, doc)
	f.Bind = func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
		text, err := fx.Format(args[0].Text)
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx) int {
			b, ok := fx.RouteBlock(text.Text(c))
			if !ok {
				return -1
			}
			return do(c, b)
		}, nil
	}
	return f
}
