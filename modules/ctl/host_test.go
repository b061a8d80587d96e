package ctl_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"olelo/modules/ctl"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("CTL_TEST_LISTEN"); path != "" {
		otherServer(path)
		return
	}
	goleak.VerifyTestMain(m)
}

// otherServer is a process of its own that listens on a control socket until
// its standard input ends.
func otherServer(path string) {
	ln, err := net.Listen("unix", path)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	fmt.Println("listening")
	_, _ = os.Stdin.Read(make([]byte, 1))
}

// host is as much of a server as ctl needs.
type host struct {
	registry.Host
	logger *log.Logger
	table  *rpc.Table
	runDir string
}

func (h *host) Log() *log.Logger   { return h.logger }
func (h *host) RPC() registry.RPCs { return h.table }
func (h *host) RunDir() string     { return h.runDir }

// lockedBuffer is a log's destination.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// server is a module under test.
type server struct {
	t     *testing.T
	m     registry.Module
	table *rpc.Table
	log   *lockedBuffer
	dir   string
}

// newServer makes a module and sets its parameters, given as name, value.
func newServer(t *testing.T, params ...any) (*server, error) {
	t.Helper()
	s := &server{t: t, m: ctl.New(), table: rpc.NewTable(), log: &lockedBuffer{}, dir: shortDir(t)}
	for i := 0; i < len(params); i += 2 {
		if err := set(s.m, params[i].(string), params[i+1]); err != nil {
			return s, err
		}
	}
	return s, s.register()
}

func (s *server) register() error {
	err := rpc.RegisterCore(s.table, rpc.Server{
		Name: "kamailio", Number: "5.6.3", Version: "kamailio 5.6.3 (x86_64/linux) ",
		Args: []string{"olelo", "run", "-f", "x.cfg"}, Started: time.Now(),
	})
	if err != nil {
		return err
	}
	return s.table.Register("test", append(s.m.Exports().RPCs,
		registry.RPC{Name: "test.tree", Doc: "A tree.", Run: func(c registry.RPCCall) error {
			inner := (&registry.RPCStruct{}).Set("q", 1).Set("d", 2.5).Set("none", nil)
			c.Add((&registry.RPCStruct{}).
				Set("name", "x y").
				Set("inner", inner).
				Set("list", []any{inner, inner}).
				Set("sets", []any{(&registry.RPCStruct{}).Set("SET", inner)}).
				Set("numbers", []any{1, -1, int64(1) << 40, -1.5}))
			return nil
		}},
		registry.RPC{Name: "test.big", Run: func(c registry.RPCCall) error {
			for i := range 100 {
				c.Add(fmt.Sprintf("%d %s", i, strings.Repeat("v", 1000)))
			}
			return nil
		}},
		registry.RPC{Name: "test.panic", Run: func(registry.RPCCall) error { panic("oh") }},
		registry.RPC{Name: "test.error", Run: func(registry.RPCCall) error { return fmt.Errorf("it failed") }},
	)...)
}

// start provisions and starts the module; the test's end cleans it up.
func (s *server) start() error {
	s.t.Helper()
	logger, err := log.New(log.Config{Writer: s.log}, 0, os.Getpid())
	if err != nil {
		s.t.Fatal(err)
	}
	logger.SetLevel(log.Debug)
	h := &host{logger: logger, table: s.table, runDir: filepath.Join(s.dir, "run")}
	s.t.Cleanup(func() {
		if err := s.m.(registry.Cleaner).Cleanup(); err != nil {
			s.t.Errorf("Cleanup: %v", err)
		}
	})
	if err := s.m.(registry.Provisioner).Provision(h); err != nil {
		return err
	}
	return s.m.(registry.Listener).Listen(context.Background())
}

func mustStart(t *testing.T, params ...any) *server {
	t.Helper()
	s, err := newServer(t, params...)
	if err == nil {
		err = s.start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func set(m registry.Module, name string, v any) error {
	for _, p := range m.Exports().Params {
		if p.Name != name {
			continue
		}
		if n, ok := v.(int); ok {
			return p.Set(registry.ParamValue{Int: int64(n), IsInt: true})
		}
		return p.Set(registry.ParamValue{Str: v.(string)})
	}
	return fmt.Errorf("no parameter %s", name)
}

// shortDir is a temporary folder whose name fits in a Unix socket's path.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ctl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// call runs a command over binrpc.
func call(t *testing.T, at, method string, args ...any) *rpc.Reply {
	t.Helper()
	e, err := rpc.ParseEndpoint(at, "unixs")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c, err := rpc.Dial(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r, err := c.Call(ctx, method, args...)
	if err != nil {
		t.Fatalf("%s %s: %v", at, method, err)
	}
	return r
}

// hostPort finds the port that the system chose for a listening socket.
func (s *server) hostPort(proto string) string {
	s.t.Helper()
	cmd, _ := s.table.Lookup("ctl.listen")
	r, err := rpc.Run(cmd, rpc.Args{})
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+3 < len(r.Values); i += 4 {
		if r.Values[i+1] == proto {
			return net.JoinHostPort(r.Values[i+2].(string), r.Values[i+3].(string))
		}
	}
	s.t.Fatalf("no %s socket in %v", proto, r.Values)
	return ""
}
