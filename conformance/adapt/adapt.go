// Package adapt makes a copy of a user's configuration that runs as a test
// server on loopback, on olelo or on Kamailio: its sockets are free ports of
// 127.0.0.1, its control sockets are in a folder of the test, and what needs
// privileges or would leave the test is taken out. What is replaced is replaced
// where it stands: the copy has the lines of the original, and a token that is
// not replaced stays on its line, and in its column unless something before it
// on that line got longer.
package adapt

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"olelo/conformance/server"
	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/parse"
	"olelo/lang/source"
)

// Options say for whom a configuration is adapted.
type Options struct {
	// Dir is an empty folder. It is the caller's, before and after; its path
	// must be short enough for a Unix socket in it.
	Dir  string
	Kind server.Kind

	// Program is the binary; a Kamailio is asked where its modules are.
	Program string
	// ModulePath is where Kamailio's modules are, folders separated by colons;
	// "" asks Program, and then looks where packages put them.
	ModulePath string

	Defines  []string // as -A takes them: "NAME" or "NAME=value"
	Dialect6 bool     // the configuration is read as Kamailio 6 reads it

	// Replace are texts that the copy has in the place of others, pairs of the
	// old and the new one, before anything else is looked at. A new one must not
	// have a line end.
	Replace []string

	// Keep, where not nil, says which ports of the configuration stay: those that
	// the caller has claimed for it.
	Keep func(port int) bool

	// Take claims a port that is free on 127.0.0.1 for UDP and for TCP.
	Take func() (int, error)
}

// Socket is one socket that the server opens.
type Socket struct {
	Protocol string // udp, tcp or tls
	Addr     netip.AddrPort
	// Old is the address in the original, with its protocol and port, as in
	// "udp:10.1.2.3:5060"; "" where the original leaves it to the server.
	Old  string
	Name string // of name "…", or ""
}

// Endpoint is the socket as server.Start waits for it.
func (s Socket) Endpoint() server.Endpoint {
	network := "tcp"
	if s.Protocol == "udp" {
		network = "udp"
	}
	return server.Endpoint{Network: network, Addr: s.Addr}
}

// Server is a configuration that is ready to be started: Program with Args in
// WorkDir.
type Server struct {
	Config  string   // the copy of the main file
	Args    []string // the whole command line
	WorkDir string   // the folder of Config, in which the process must be started
	RunDir  string   // where control sockets and the pid file are
	Sockets []Socket // in the order of the configuration
	RPC     string   // the Unix socket of ctl, which speaks binrpc; it may open after Sockets
	Routes  []string // the titles of the route blocks, as event_route[msrp:frame-in]
	Notes   []string // what was changed and what was not, for a person: "FILE:LINE: …"

	originals map[string]string // by the path of a copy or of a linked folder
}

// Original is the user's file that a path stands for, where it is under WorkDir
// or relative to it, as the servers name a file that is included so; other
// paths stand for themselves.
func (s *Server) Original(path string) string {
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.WorkDir, path)
	}
	rest := ""
	for p := path; ; {
		if o, ok := s.originals[p]; ok {
			return filepath.Join(o, rest)
		}
		up := filepath.Dir(p)
		if up == p {
			return path
		}
		p, rest = up, filepath.Join(filepath.Base(p), rest)
	}
}

// maxSocketPath is how long the path of a Unix socket can be on Linux.
const maxSocketPath = 107

// Prepare writes the copy of a configuration, and says how to start it. What
// stands beside the configuration is linked: a server that writes to it writes
// to the original. The
// mistakes of a configuration are not its business: they stay, for the server
// to report. It fails where files cannot be read or written, ports cannot be
// had, or a module is not installed.
func Prepare(file string, o Options) (*Server, error) {
	main, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	a := &adapter{
		Options: o, main: main, root: filepath.Dir(main),
		texts: map[string]*text{}, ports: map[string]int{}, found: map[string]bool{},
		Server: Server{WorkDir: filepath.Join(o.Dir, "config"), RunDir: filepath.Join(o.Dir, "run")},
	}
	a.Config = filepath.Join(a.WorkDir, filepath.Base(main))
	a.RPC = filepath.Join(a.RunDir, "kamailio_ctl")
	if len(a.RPC) > maxSocketPath {
		return nil, fmt.Errorf("the folder %s has too long a path for a Unix socket in it: %d bytes, where %d can be", o.Dir, len(a.RPC), maxSocketPath)
	}
	if err := errors.Join(os.MkdirAll(a.WorkDir, 0o755), os.MkdirAll(a.RunDir, 0o755)); err != nil {
		return nil, err
	}
	if err := a.load(); err != nil {
		return nil, err
	}
	a.Args = []string{
		"-f", a.Config, "-DD", "-E",
		"-Y", a.RunDir, "-P", filepath.Join(a.RunDir, "server.pid"), "-w", a.WorkDir,
	}
	if o.Kind == server.Olelo && o.Dialect6 {
		a.Args = append(a.Args, "--compat=6")
	}
	for _, d := range o.Defines {
		a.Args = append(a.Args, "-A", d)
	}
	for _, step := range []func() error{a.loads, a.globals, a.sockets, a.selfReferences, a.modParams, a.control, a.write} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &a.Server, nil
}

// adapter is the state of one Prepare.
type adapter struct {
	Options
	Server
	main, root string // the user's main file, and its folder
	items      []ast.Item
	set        *source.Set
	found      map[string]bool  // which texts to replace there are
	texts      map[string]*text // the files read, by their absolute path

	settings
	parts   []part         // of all items, in order
	ports   map[string]int // the new port by the old host:port
	retired []string       // modules that are taken out
	ctl     bool           // ctl is loaded
}

// load reads the configuration with what it includes.
func (a *adapter) load() error {
	var unreadable error
	tree, set, diags := parse.Load(parse.Options{
		File: a.main, Defines: a.Defines, Dialect6: a.Dialect6, MaxErrors: 1 << 30,
		ReadFile: func(name string) ([]byte, error) {
			b, err := os.ReadFile(name)
			if err != nil {
				if name == a.main {
					unreadable = err
				}
				return nil, err
			}
			file := absolute(name)
			if a.texts[file] == nil {
				for i := 0; i < len(a.Replace); i += 2 {
					a.found[a.Replace[i]] = a.found[a.Replace[i]] || strings.Contains(string(b), a.Replace[i])
				}
				a.texts[file] = newText(strings.NewReplacer(a.Replace...).Replace(string(b)))
				a.texts[file].replaced = a.texts[file].body != string(b)
			}
			return []byte(a.texts[file].body), nil
		},
	})
	if unreadable != nil {
		return unreadable
	}
	for i := 0; i < len(a.Replace); i += 2 {
		if !a.found[a.Replace[i]] {
			return fmt.Errorf("%q is nowhere in the configuration, so that it cannot be replaced", a.Replace[i])
		}
	}
	for _, d := range diags.Items {
		if d.Severity == diag.Error {
			a.notef(d.Pos, "the configuration has mistakes: what is behind one may not be adapted")
			break
		}
	}
	a.items, a.set = tree.Items, set
	for _, item := range a.items {
		if r, ok := item.(*ast.Route); ok {
			kind, name := r.Canonical()
			a.Routes = append(a.Routes, kind+"["+name+"]")
		}
	}
	return nil
}

// notef adds a note about a place.
func (a *adapter) notef(p source.Pos, format string, args ...any) {
	n := fmt.Sprintf(format, args...)
	if p.IsValid() {
		name := p.Filename
		if rel, err := filepath.Rel(a.root, name); err == nil && filepath.IsLocal(rel) {
			name = rel
		}
		n = name + ":" + strconv.Itoa(p.Line) + ": " + n
	}
	a.Notes = append(a.Notes, n)
}

// port is the new port for an old address: one and the same for each.
func (a *adapter) port(old string) (int, error) {
	old = strings.ToLower(old)
	if n := a.ports[old]; n > 0 {
		return n, nil
	}
	if n, err := strconv.Atoi(old[strings.LastIndexByte(old, ':')+1:]); err == nil && a.Keep != nil && a.Keep(n) {
		return n, nil
	}
	n, err := a.Take()
	if err != nil {
		return 0, err
	}
	a.ports[old] = n
	return n, nil
}
