package app

import (
	"io"
	"os"

	"olelo/lang/compile"
	"olelo/lang/coverage"
	"olelo/lang/inventory"
	"olelo/runtime/clock"
	"olelo/runtime/core"
	"olelo/runtime/log"
	"olelo/runtime/registry"
)

// Version is olelo's version.
const Version = core.Version

// Options is what a command line asks for. The zero Options with a File is
// `olelo run -f FILE`.
type Options struct {
	File    string   // the configuration; "-" is standard input
	Defines []Define // -A, in order
	Substs  []Subst  // --subst, --substdef, --substdefs, in order

	LoadModules []string   // --loadmodule, before the configuration's own
	ModParams   []ModParam // --modparam, after the configuration's own
	ModulePath  string     // -L: over mpath=

	// Modules makes the modules that a configuration may load, by name; Builtin
	// are those that are always there. Both come from the program's main.
	Modules map[string]func() registry.Module
	Builtin []Builtin

	Core core.Overrides

	Dialect Dialect
	Lenient bool // what is known but not run is a warning, not an error

	MaxErrors int // how many mistakes are told; 0 is diag.MaxErrors

	// ParserOnly makes warnings of mistakes that Kamailio's parser does not find:
	// Check agrees with kamailio -c then.
	ParserOnly bool

	LogFormat log.Format // of the log
	Report    Report     // of diagnostics
	Strict    bool       // Check fails with status 1 where there are warnings
	DropIn    bool       // called as kamailio: its "Listening on" list on Stdout, no banner

	// Clock is the time that routing sees; nil is the system's. A virtual one is
	// moved by its Advance and by the RPC command clock.advance.
	Clock *clock.Clock
	// Seed, where not nil, makes $RANDOM, nonces, session ids and whatever else
	// is left to chance the same in each run: for tests, as they can be foretold.
	Seed *uint64

	Stdout io.Writer // nil is os.Stdout
	Stderr io.Writer // nil is os.Stderr

	// Loaded, where not nil, is called once the configuration is found good and
	// the log speaks as it says, before any socket is opened.
	Loaded Hook
	// Ready, where not nil, is called once all sockets are open and served.
	Ready Hook

	// Coverage, where not nil, gets the statements and conditions of the routes,
	// which count in it while they run.
	Coverage *coverage.Counters

	started func(*server)   // of tests, as Ready
	uses    *inventory.List // of Survey

	recorder *recorder // of a Unit
	mocks    []compile.Mock
}

func (o *Options) setDefaults() {
	if o.Stdout == nil {
		o.Stdout = os.Stdout
	}
	if o.Stderr == nil {
		o.Stderr = os.Stderr
	}
}

// logHere keeps the log of a server that is not going to run off syslog.
func (o *Options) logHere() {
	on := true
	o.Core.LogStderr = &on
}

// Builtin is a module that no loadmodule names.
type Builtin struct {
	Name   string
	Module registry.Module
}

// Hook is called by Run during the start. An error, which it has already
// logged or printed, ends Run with exit status 255.
type Hook func(*core.Params, *log.Logger) error

// Define is one -A: ID or ID=VALUE, as #!define would say it.
type Define struct {
	ID       string
	Value    string
	HasValue bool
}

// Subst is one --subst, --substdef or --substdefs: the text that the
// directive of that name would have after it.
type Subst struct {
	Directive string // subst, substdef, substdefs
	Text      string
}

// ModParam is one --modparam=module:name:type:value.
type ModParam struct {
	Module string
	Name   string
	IsInt  bool
	Int    int64
	Str    string
}

// Dialect is which Kamailio's meaning a configuration has where the versions
// differ.
type Dialect uint8

// The dialects.
const (
	Dialect56 Dialect = iota // 5.6, the default
	Dialect6                 // 6.x
)

// String is the Kamailio version that d speaks.
func (d Dialect) String() string {
	if d == Dialect6 {
		return "6.x"
	}
	return core.Kamailio
}

// Report is the form in which diagnostics are written.
type Report uint8

// The reports: for people; one JSON object a line; SARIF 2.1.0; in Kamailio's own
// form, for the tools that read it; and first the one for people, then that.
const (
	ReportText Report = iota
	ReportJSON
	ReportSARIF
	ReportKamailio
	ReportBoth // where there are errors text, then Kamailio's lines in any case
)
