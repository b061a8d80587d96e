package scenario

import (
	"fmt"
	"maps"
	"runtime"
	"strings"
	"testing"

	"olelo/conformance/server"
)

// Case is one script, run against olelo and Kamailio with the same result.
type Case struct {
	Name   string
	Config *Config
	Script func(p *Play)

	// Own gives the case an instance for itself, for what could disturb others.
	// After the script it must end with status 0 on SIGTERM.
	Own bool

	// Diverges says why olelo is meant to differ from Kamailio here. The script
	// then holds olelo's result, and the case fails if Kamailio gives it too.
	// On Kamailio such a case has its own instance.
	Diverges string

	// NotOnKamailio says why the case is not run there: where what Kamailio does
	// is chance.
	NotOnKamailio string
}

// Run runs cases against both servers, as subtests server/case.
// All of a program's cases may run at the same time.
func (s *Suite) Run(t *testing.T, cases []Case) {
	t.Parallel()
	for _, kind := range []server.Kind{server.Olelo, server.Kamailio} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			program, ok := s.Program(t, kind, len(cases))
			if !ok {
				t.Skip("kamailio is not installed")
			}
			for _, c := range cases {
				t.Run(c.Name, func(t *testing.T) {
					t.Parallel()
					if kind == server.Kamailio && c.NotOnKamailio != "" {
						t.Skip(c.NotOnKamailio)
					}
					s.runCase(t, program, c)
				})
			}
		})
	}
}

func (s *Suite) runCase(t *testing.T, program server.Program, c Case) {
	if c.Diverges == "" || program.Kind == server.Olelo {
		if err := s.confirm(t, program, c); err != nil {
			t.Fatal(err)
		}
		return
	}
	err := s.play(t, program, c, false)
	if err == nil {
		t.Fatalf("Kamailio gives olelo's result, so this does not diverge: %s", c.Diverges)
	}
	t.Logf("Kamailio differs, as meant (%s): %v", c.Diverges, err)
}

// confirm plays a script, on Kamailio a second time where it fails, with a server
// of its own: Kamailio loses a frame now and then when its workers are busy, but
// not twice. olelo has one try.
func (s *Suite) confirm(t *testing.T, program server.Program, c Case) error {
	err := s.play(t, program, c, true)
	if err == nil || program.Kind == server.Olelo {
		return err
	}
	t.Logf("once more, for Kamailio failed: %v", err)
	c.Own = true
	return s.play(t, program, c, true)
}

// play runs one script. strict says that its server must be alive, and when it
// is the case's own end cleanly, afterwards.
func (s *Suite) play(t *testing.T, program server.Program, c Case, strict bool) (err error) {
	var srv *Server
	shared := !c.Own && strict
	p := &Play{T: t, Suite: s, Program: program, patience: patience}
	if !strict {
		p.patience = patienceDiverges
	}
	if c.Config != nil {
		if shared {
			srv, err = s.Shared(program, c.Config)
		} else {
			srv, err = s.Start(program, c.Config)
		}
		if err != nil {
			if srv != nil && !shared {
				srv.Close()
			}
			return err
		}
		p.Server, p.Vars = srv, maps.Clone(srv.Vars)
		p.mark = srv.Log.Len()
	}
	err = p.run(c.Script)
	switch {
	case srv == nil || p.stopped:
		if srv != nil && !shared {
			srv.Close()
		}
	case shared:
		if !srv.Running() && err == nil {
			err = fmt.Errorf("the server ended; log:\n%s", tail(srv.Log.String()))
		}
	case strict && err == nil:
		err = end(srv)
	default:
		srv.Close()
	}
	return err
}

// failure is how a step ends a script.
type failure struct{ error }

func (p *Play) run(script func(*Play)) (err error) {
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(failure)
			if !ok {
				panic(r)
			}
			err = f.error
		}
		for i := len(p.closers) - 1; i >= 0; i-- {
			p.closers[i]()
		}
		if err != nil && p.Server != nil {
			log := p.Server.Log.String()
			err = fmt.Errorf("%w\nthe server's log meanwhile:\n%s", err, tail(log[min(p.mark, len(log)):]))
		}
	}()
	script(p)
	return nil
}

// caller is the line of the test that called the step.
func caller() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		if strings.HasSuffix(f.File, "_test.go") {
			return fmt.Sprintf("%s:%d", f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line)
		}
		if !more {
			return "?"
		}
	}
}
