// Package scenario runs tables of cases, scripts of bytes to send and to
// expect, against olelo and against the real Kamailio.
package scenario

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"olelo/conformance/peer"
	"olelo/conformance/server"
)

// The deadlines of one step. A case that Kamailio is to fail runs into one of
// them there, so that one is short; on a slow machine it can only end early in
// a failure that is expected anyway.
const (
	patience         = 20 * time.Second
	patienceDiverges = 1500 * time.Millisecond
	startTimeout     = 60 * time.Second
)

// Suite holds the servers of one test program. Its Main must be called from
// TestMain.
type Suite struct {
	ports server.Ports
	dir   string

	olelo func() (server.Program, error) // built at first use

	mu     sync.Mutex
	shared map[instanceKey]*sharedServer

	skipped atomic.Int64 // cases not run because Kamailio is not installed
}

type instanceKey struct {
	kind   server.Kind
	config *Config
}

type sharedServer struct {
	start func() (*Server, error)
}

// Server is a running instance with the variables of its sockets.
type Server struct {
	*server.Instance
	Vars peer.Vars
}

// Main runs the tests of a package, ends the shared servers and returns the
// status for os.Exit. A shared olelo that does not end with status 0 after
// SIGTERM fails the run: that is how a race report or a crash shows.
func Main(m *testing.M, s *Suite) int {
	flag.Parse()
	// Cases mostly wait for servers, so more of them run at once than there are
	// processors; -parallel still sets another number.
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue {
		flag.Set("test.parallel", "8")
	}
	dir, err := os.MkdirTemp("", "olelo-conformance-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	defer s.ports.Close()
	s.dir = dir
	s.olelo = sync.OnceValues(func() (server.Program, error) {
		return server.FindOlelo(context.Background(), dir)
	})
	code := m.Run()
	for key, sh := range s.shared {
		srv, err := sh.start()
		if err != nil {
			if srv != nil {
				srv.Close()
			}
			continue // its cases have failed
		}
		if err := end(srv); err != nil {
			fmt.Fprintf(os.Stderr, "FAIL: %s with config %s: %v\n", key.kind, key.config.Name, err)
			code = 1
		}
	}
	if n := s.skipped.Load(); n > 0 {
		fmt.Fprintf(os.Stderr, "%d cases on Kamailio skipped: not installed\n", n)
	}
	return code
}

// end stops srv as an operator does and reports what is wrong with that, with its log.
func end(srv *Server) error {
	defer srv.Close()
	if err := srv.End(context.Background()); err != nil {
		return fmt.Errorf("%w; log:\n%s", err, tail(srv.Log.String()))
	}
	return nil
}

func tail(log string) string {
	const most = 8000
	if len(log) > most {
		return "…" + log[len(log)-most:]
	}
	return log
}

// Ports hands out ports for servers that the caller starts.
func (s *Suite) Ports() *server.Ports { return &s.ports }

// Program returns the executable for kind; ok is false when it is Kamailio and
// not installed, which counts cases as skipped.
func (s *Suite) Program(t testing.TB, kind server.Kind, cases int) (p server.Program, ok bool) {
	t.Helper()
	if kind == server.Kamailio {
		if p, ok = server.FindKamailio(); !ok {
			s.skipped.Add(int64(cases))
		}
		return p, ok
	}
	p, err := s.olelo()
	if err != nil {
		t.Fatal(err)
	}
	return p, true
}

// Start starts p with c on free ports, for the caller to Close; the Server is
// non-nil with an error when the process was started.
func (s *Suite) Start(p server.Program, c *Config) (*Server, error) {
	o, vars, err := c.prepare(p.Kind, &s.ports)
	if err != nil {
		return nil, err
	}
	return s.start(p, o, vars)
}

func (s *Suite) start(p server.Program, o server.Options, vars peer.Vars) (*Server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	in, err := server.Start(ctx, p, o)
	if in == nil {
		return nil, err
	}
	vars["dir"] = in.Dir
	return &Server{Instance: in, Vars: vars}, err
}

// Shared returns the instance of p with c that all cases use.
func (s *Suite) Shared(p server.Program, c *Config) (*Server, error) {
	s.mu.Lock()
	key := instanceKey{p.Kind, c}
	sh := s.shared[key]
	if sh == nil {
		sh = &sharedServer{start: sync.OnceValues(func() (*Server, error) { return s.Start(p, c) })}
		if s.shared == nil {
			s.shared = map[instanceKey]*sharedServer{}
		}
		s.shared[key] = sh
	}
	s.mu.Unlock()
	return sh.start()
}
