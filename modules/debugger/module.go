// Package debugger is Kamailio's module debugger: it logs what routes do, action by
// action, stops them at each action for RPC commands to look on, and gives single
// modules log levels and facilities of their own.
//
// Where it is loaded, the program has a probe in front of each action; while
// nothing is traced that costs one atomic load.
package debugger

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"olelo/runtime/log"
	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "debugger"

// Module is the module's instance.
type Module struct {
	log  *log.Logger
	file string // the configuration's, as it was given
	eval registry.EvalHost

	cfgtrace, breakpoint, short int
	level                       int
	label, facilityName, prefix string
	facility                    log.Facility
	logAssign, resetMsgID       int
	unused                      int

	hashSize  int
	levelMode atomic.Bool
	faceMode  atomic.Bool
	mu        sync.Mutex // for what follows
	levels    map[string]log.Level
	faces     map[string]log.Facility

	busy    atomic.Int32  // how many workers are traced or stop
	list    []*worker     // in the order they were made; m.mu
	workers sync.Map      // *registry.Worker → *worker
	done    chan struct{} // closed at the end
}

var (
	_ registry.Module        = (*Module)(nil)
	_ registry.Provisioner   = (*Module)(nil)
	_ registry.WorkerIniter  = (*Module)(nil)
	_ registry.Tracer        = (*Module)(nil)
	_ registry.SettingSource = (*Module)(nil)
	_ registry.RequestFilter = (*Module)(nil)
	_ registry.Cleaner       = (*Module)(nil)
)

// New returns an instance.
func New() registry.Module {
	return &Module{
		level: int(log.Err), prefix: "*** cfgtrace:",
		levels: map[string]log.Level{}, faces: map[string]log.Facility{}, done: make(chan struct{}),
	}
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc:    "Traces the actions of routes, stops at them, and gives modules log levels of their own.",
		Funcs:  m.funcs(),
		Params: m.params(),
		RPCs:   m.rpcs(),
		Differs: []registry.Difference{
			{Of: "modparam cfgpkgcheck", How: "there is no private memory that could be overwritten", Idle: true},
			{Of: "modparam step_usleep", How: "a worker at a breakpoint is told of a command, and does not ask for one", Idle: true},
			{Of: "modparam step_loops", How: "a command waits 20 seconds for a worker's answer", Idle: true},
			{Of: "modparam mod_hash_size", How: "0 refuses mod_level and mod_facility as in Kamailio; any other size is as good"},
			{How: "in reply_route the trace goes on to say DEFAULT_ONREPLY behind a route(); Kamailio 5.6.3 says DEFAULT_ROUTE there"},
			{Of: "dbg_breakpoint()", How: "does nothing, as in Kamailio 5.6", Idle: true},
			{Of: "dbg_sip_msg()", How: "the line is that of the call; Kamailio 5.6.3 tells that of the last such call in the configuration. A call does not change the message"},
		},
	}
}

func (m *Module) params() []registry.Param {
	return []registry.Param{
		registry.Int("cfgtrace", &m.cfgtrace, "1 traces from the start; RPC dbg.trace changes it."),
		registry.Int("cfgtrace_format", &m.short, "1 leaves the file's name out."),
		registry.Int("breakpoint", &m.breakpoint, "1 stops at each action from the start; RPC dbg.bp goes on."),
		registry.Int("log_level", &m.level, "The level of the trace: -5 to 3, by default -1 (L_ERR)."),
		registry.Str("log_level_name", &m.label, "A word in place of that level's in the trace."),
		registry.Str("log_facility", &m.facilityName, "The syslog facility of the trace, as LOG_LOCAL0."),
		registry.Str("log_prefix", &m.prefix, `What stands before each line of the trace: "*** cfgtrace:".`),
		registry.Int("step_usleep", &m.unused, "Microseconds between two looks for a command at a breakpoint."),
		registry.Int("step_loops", &m.unused, "How many such times a command waits for an answer."),
		registry.Int("mod_hash_size", &m.hashSize, "Above 0 modules can have levels and facilities; it stands before mod_level and mod_facility."),
		m.mode("mod_level_mode", &m.levelMode, "1 obeys the modules' levels."),
		registry.StrFunc("mod_level", m.addLevel, "A module's log level, as tm=3; core is the core. May be set several times."),
		m.mode("mod_facility_mode", &m.faceMode, "1 obeys the modules' facilities."),
		registry.StrFunc("mod_facility", m.addFacility, "A module's syslog facility, as tm=LOG_LOCAL0; core is the core. May be set several times."),
		registry.Int("log_assign", &m.logAssign, "1 logs the new value behind each assignment, at L_DBG."),
		registry.Int("cfgpkgcheck", &m.unused, "1 looks after private memory before each action."),
		registry.Int("reset_msgid", &m.resetMsgID, "1 lets RPC dbg.reset_msgid start $mi anew."),
		{
			Name: "cfgtest", Type: registry.ParamInt, Doc: "1 wants module cfgt, which olelo does not run yet.",
			Set: func(v registry.ParamValue) error {
				if v.Int != 0 {
					return registry.NotRun("cfgtest=1 wants module cfgt, which olelo does not run yet; olelo trace and olelo test tell what a message does")
				}
				return nil
			},
		},
	}
}

func (m *Module) mode(name string, on *atomic.Bool, doc string) registry.Param {
	return registry.Param{Name: name, Type: registry.ParamInt, Doc: doc, Set: func(v registry.ParamValue) error {
		on.Store(v.Int != 0)
		return nil
	}}
}

// named reads "module=value"; a mod_hash_size must stand before it.
func (m *Module) named(text string) (module, val string, err error) {
	module, val, ok := strings.Cut(text, "=")
	switch {
	case !ok:
		return "", "", fmt.Errorf("%q is written module=value, as in tm=3", text)
	case m.hashSize <= 0:
		return "", "", errors.New("mod_hash_size above 0 must stand before it")
	}
	return module, val, nil
}

func (m *Module) addLevel(v registry.ParamValue) error {
	module, val, err := m.named(v.Str)
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(val, 10, 32)
	if err != nil {
		return fmt.Errorf("%q is no log level: a number from -5 (alert) to 3 (debug)", val)
	}
	m.levels[module] = log.Level(n)
	return nil
}

func (m *Module) addFacility(v registry.ParamValue) error {
	module, val, err := m.named(v.Str)
	if err != nil {
		return err
	}
	f, ok := log.ParseFacility(val)
	if !ok {
		return fmt.Errorf("%q is no syslog facility: LOG_LOCAL0 to LOG_LOCAL7, LOG_DAEMON, LOG_USER …", val)
	}
	m.faces[module] = f
	return nil
}

// Provision takes the log.
func (m *Module) Provision(h registry.Host) error {
	m.log = h.Log()
	m.eval, _ = h.(registry.EvalHost)
	if f, ok := h.(registry.ConfigFileHost); ok {
		m.file = f.ConfigFile()
	}
	if m.facilityName != "" {
		f, ok := log.ParseFacility(m.facilityName)
		if !ok {
			return fmt.Errorf("log_facility %q is no syslog facility", m.facilityName)
		}
		m.facility = f
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.obey()
	return nil
}

// Cleanup lets go who stands at a breakpoint.
func (m *Module) Cleanup() error {
	close(m.done)
	return nil
}

// obey hands the modules' levels and facilities to the log; m.mu is held.
func (m *Module) obey() {
	now := &log.Modules{}
	if m.levelMode.Load() {
		now.Levels = maps.Clone(m.levels)
	}
	if m.faceMode.Load() {
		now.Facilities = maps.Clone(m.faces)
	}
	if len(now.Levels)+len(now.Facilities) == 0 {
		now = nil
	}
	m.log.SetModules(now)
}
