// Package app runs a configuration: load, start, drain, stop.
package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"olelo/lang/ast"
	"olelo/lang/check"
	"olelo/lang/compile"
	"olelo/lang/diag"
	"olelo/lang/program"
	"olelo/lang/source"
	"olelo/runtime/clock"
	"olelo/runtime/core"
	"olelo/runtime/forward"
	"olelo/runtime/log"
	"olelo/runtime/random"
	"olelo/runtime/registry"
	"olelo/runtime/rpc"
	"olelo/runtime/transport"
)

// Exit statuses of the process, Kamailio's.
const (
	statusOK     = 0
	statusWarned = 1
	statusFailed = 255
)

// drainTime is how long a stop waits for what is queued to be sent.
const drainTime = 5 * time.Second

// server is one configuration, loaded and perhaps running.
type server struct {
	pid        int
	dialect    Dialect
	configDir  string
	configFile string
	evals      sync.Mutex // one Eval at a time
	started    time.Time
	quit       context.CancelFunc // ends Run
	clock      *clock.Clock
	covered    bool // what runs is counted, for a test
	random     *random.Source

	file   *ast.File
	set    *source.Set
	parsed bool // the text has no errors: file is whole
	params *core.Params
	log    *log.Logger

	env         *compile.Env
	modules     []loaded
	absent      []string // modules that the configuration loads and that are not there, in its order
	provisioned int      // modules whose Provision ran
	notes       notes    // what the configuration uses, where a survey asks for it
	prog        *program.Program
	frames      frameHandler // the module that routes MSRP frames, nil if none
	http        httpHandler  // the module that routes HTTP requests, nil if none
	filters     []registry.RequestFilter
	wire        registry.WireFilter
	records     forward.Records
	ownAliases  []registry.Alias // that modules add to the configuration's

	requestRoute, replyRoute registry.Block // nil: none
	events                   coreEvents

	sockets  []*transport.Socket
	net      *transport.Transport
	stats    stats
	settings []*registry.Setting
	rpcs     *rpc.Table
	workers  workers
	tcp      []handler // in turn for the connections
	first    *worker   // the one with rank 1
	timers   timers
	recorder *recorder // of a Unit
	forwards forwarder
}

// Run runs the server until ctx ends, and returns the process's exit status.
func Run(ctx context.Context, o Options) int {
	o.setDefaults()
	s, diags := load(&o)
	ctx, s.quit = context.WithCancel(ctx)
	defer s.quit()
	o.report(s.set, diags)
	if diags.Errors() > 0 {
		s.cleanup()
		return statusFailed
	}
	if o.Loaded != nil && o.Loaded(s.params, s.log) != nil {
		s.cleanup()
		return statusFailed
	}
	if err := s.start(ctx); err != nil {
		s.log.Log(log.Crit, log.Core, "cannot start: "+err.Error())
		s.stop()
		return statusFailed
	}
	if o.started != nil {
		o.started(s)
	}
	s.banner(&o, time.Since(s.started))
	if o.Ready != nil && o.Ready(s.params, s.log) != nil {
		s.stop()
		return statusFailed
	}
	<-ctx.Done()
	s.log.Infof(log.Core, "stopping: %d connections to drain, at most %s", s.net.Len(), drainTime)
	s.stop()
	return statusOK
}

// Check checks the configuration without opening a socket, also for what starts
// and is hardly meant, and returns the process's exit status.
func Check(o Options, w io.Writer) int {
	o.setDefaults()
	o.Stderr = w
	o.logHere()
	s, diags := load(&o)
	defer s.cleanup()
	if s.parsed {
		check.File(s.file, s.set, os.ReadFile, diags)
		s.heldFrames(diags)
		s.inOrder(diags)
	}
	o.report(s.set, diags)
	if o.Report == ReportText {
		s.summary(&o, diags)
	}
	switch {
	case diags.Errors() > 0:
		return statusFailed
	case o.Strict && diags.Warnings() > 0:
		return statusWarned
	}
	return statusOK
}

// Disassemble writes the configuration's bytecode.
func Disassemble(o Options, w io.Writer) int {
	o.setDefaults()
	o.logHere()
	s, diags := load(&o)
	defer s.cleanup()
	o.report(s.set, diags)
	if diags.Errors() > 0 {
		return statusFailed
	}
	if err := s.prog.Disassemble(w, s.set.LineText); err != nil {
		fmt.Fprintf(o.Stderr, "olelo: %v\n", err)
		return statusFailed
	}
	return statusOK
}

// load does all that comes before a socket is opened. Where diags has errors,
// the server is only fit for cleanup.
func load(o *Options) (*server, *diag.List) {
	s := &server{notes: notes{o.uses}, recorder: o.recorder, pid: os.Getpid(), dialect: o.Dialect, configDir: filepath.Dir(o.File), configFile: o.File, started: time.Now(), env: compile.NewEnv(), rpcs: rpc.NewTable()}
	s.workers.s, s.workers.next = s, 1 // 0 is the server itself
	var diags *diag.List
	s.file, s.set, diags = parseFile(o)
	s.parsed = diags.Errors() == 0
	s.params = core.Collect(s.file.Items, o.Core, diags)
	s.globals6(diags)
	s.log = newLog(o, s.params, s.pid, diags)
	s.heldBy(o)
	s.settings = s.allSettings()
	for _, m := range o.Builtin {
		s.env.Add(m.Name, m.Module)
		if p, ok := m.Module.(registry.Provisioner); ok {
			if err := p.Provision(host{s}); err != nil {
				diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "core-start", Msg: err.Error()})
			}
		}
	}
	s.loadModules(o, diags)
	s.moduleSettings()
	s.dropTLS(diags)
	s.sockets = s.params.Sockets
	if diags.Errors() == 0 {
		s.provision(diags)
	}
	s.collect(diags)
	s.compile(o, diags)
	if err := cmp.Or(s.coreRPC(), s.clockRPC()); err != nil {
		diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "rpc", Msg: err.Error()})
	}
	for _, m := range s.modules {
		if h, ok := m.it.(frameHandler); ok {
			s.frames = h
		}
		if h, ok := m.it.(httpHandler); ok {
			s.http = h
		}
		if f, ok := m.it.(registry.RequestFilter); ok {
			s.filters = append(s.filters, f)
		}
		if err := s.rpcs.Register(m.name, m.it.Exports().RPCs...); err != nil {
			diags.Add(diag.Diagnostic{Severity: diag.Error, Code: "rpc", Msg: err.Error()})
		}
	}
	s.inOrder(diags)
	return s, diags
}

// inOrder puts diagnostics into the order of the text, whichever pass found them.
func (s *server) inOrder(diags *diag.List) {
	slices.SortStableFunc(diags.Items, func(a, b diag.Diagnostic) int {
		if diags.ParserOnly && a.Address != b.Address { // in Kamailio's
			if a.Address {
				return 1
			}
			return -1
		}
		return cmp.Compare(s.set.Order(a.Pos), s.set.Order(b.Pos))
	})
}

// start opens the sockets and lets messages in.
func (s *server) start(ctx context.Context) error {
	h, err := s.handlers()
	if err != nil {
		return err
	}
	if err := s.open(ctx, s.transportConfig(), h); err != nil {
		return err
	}
	// Before a control socket can move a virtual clock.
	if err := s.timers.start(&s.workers); err != nil {
		return err
	}
	for _, m := range s.modules {
		if l, ok := m.it.(registry.Listener); ok {
			if err := l.Listen(ctx); err != nil {
				return fmt.Errorf("module %s: %w", m.name, err)
			}
		}
	}
	if err := s.initFirstWorker(); err != nil {
		return err
	}
	s.logFrames()
	s.net.Start()
	return nil
}

// open opens the sockets and starts the modules.
func (s *server) open(ctx context.Context, cfg transport.Config, h transport.Handlers) error {
	s.net = transport.New(cfg, h)
	if err := s.net.Listen(); err != nil {
		return err
	}
	for _, m := range s.modules {
		if st, ok := m.it.(registry.Starter); ok {
			if err := st.Start(ctx); err != nil {
				return fmt.Errorf("module %s: %w", m.name, err)
			}
		}
	}
	return nil
}

// stop ends a server that start was called on.
func (s *server) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if s.net != nil {
		if err := s.net.Shutdown(ctx); err != nil {
			s.log.Warnf(log.Core, "stopped before all was sent: %v", err)
		}
	}
	s.timers.end()
	s.cleanup()
}

// cleanup releases what the modules took, the last one first.
func (s *server) cleanup() {
	for i := s.provisioned - 1; i >= 0; i-- {
		if c, ok := s.modules[i].it.(registry.Cleaner); ok {
			if err := c.Cleanup(); err != nil {
				s.log.Errorf(log.Core, "module %s: %v", s.modules[i].name, err)
			}
		}
	}
}

// request runs request_route.
func (s *server) request(c *registry.Ctx) {
	if s.requestRoute == nil {
		c.Log.Errorf(log.Core, "there is no request_route: the %s from %s:%s is dropped", c.Msg.Method(), c.Recv.Proto, c.Recv.Src)
		return
	}
	s.runMain(c, s.requestRoute, registry.Request)
}

// runMain runs a main route block; a configuration without it gives code 1.
func (s *server) runMain(c *registry.Ctx, route registry.Block, kind registry.Mask) int {
	if route == nil {
		c.Flow = 0
		return 1
	}
	return route.Run(c, kind)
}
