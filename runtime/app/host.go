package app

import (
	"os"
	"syscall"
	"time"

	"olelo/runtime/clock"
	"olelo/runtime/log"
	"olelo/runtime/random"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

// host is the server as its modules see it.
type host struct{ *server }

var (
	_ registry.Host        = host{}
	_ registry.RouteHost   = host{}
	_ registry.ProcessHost = host{}
	_ registry.AbortHost   = host{}
)

func (h host) Log() *log.Logger             { return h.log }
func (h host) Net() registry.Net            { return h.net }
func (h host) Sockets() []*transport.Socket { return h.sockets }
func (h host) RPC() registry.RPCs           { return h.rpcs }
func (h host) Global(name string) int       { return h.params.Int(name) }

// RunDir is the run-time directory, for control sockets (-Y, run_dir).
func (h host) RunDir() string { return h.params.RunDir }

// VersionTable is where databases have the versions of their tables.
func (h host) VersionTable() string { return h.params.VersionTable }

// ConfigDir is the folder of the configuration, where relative paths start.
func (h host) ConfigDir() string { return h.configDir }

// ServerHeader is the Server line of replies, with its CRLF.
func (h host) ServerHeader() string {
	if !h.params.ServerSignature {
		return ""
	}
	return h.params.ServerHeader + "\r\n"
}

func (h host) Module(name string) (registry.Module, bool) { return h.env.Module(name) }

func (h host) EventRoute(name string) registry.Block {
	return h.route("event_route", name)
}

// RouteBlock is route[name].
func (h host) RouteBlock(name string) registry.Block { return h.route("route", name) }

func (h host) NewCtx() *registry.Ctx {
	w, err := h.workers.add("module worker")
	if err != nil {
		h.log.Errorf(log.Core, "%v", err)
	}
	return &w.ctx
}

// Processes are the workers.
func (h host) Processes() []registry.Process { return h.processes() }

// Abort is a SIGABRT, at which the Go runtime writes the stacks and, with
// GOTRACEBACK=crash, dumps core. A Unit goes on.
func (h host) Abort() {
	if h.recorder != nil {
		return
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGABRT); err != nil {
		h.log.Errorf(log.Core, "cannot abort: %v", err)
		return
	}
	select {} // until the signal comes
}

// Clock is the instance's time.
func (h host) Clock() *clock.Clock { return h.clock }

// Random is the instance's chance.
func (h host) Random() *random.Source { return h.random }

func (h host) Every(d time.Duration, f func(*registry.Ctx)) {
	h.timers.list = append(h.timers.list, timer{d, f})
}

// timer is work that a module wants done every d.
type timer struct {
	d time.Duration
	f func(*registry.Ctx)
}

// timers runs each timer with a worker of its own.
type timers struct {
	list  []timer
	stops []func()
}

func (t *timers) start(ws *workers) error {
	for _, x := range t.list {
		w, err := ws.add("timer")
		if err != nil {
			return err
		}
		t.stops = append(t.stops, ws.s.clock.Every(x.d, func() {
			w.ctx.Lock()
			defer w.ctx.Unlock()
			defer w.guard()
			x.f(w.begin())
		}))
	}
	return nil
}

func (t *timers) end() {
	for _, stop := range t.stops {
		stop()
	}
}
