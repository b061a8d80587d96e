package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Endpoint is one socket that an instance is to open: Network is "udp" or
// "tcp" (also for TLS).
type Endpoint struct {
	Network string
	Addr    netip.AddrPort
}

// Options say how an instance is started. In Config, Args and Env "{dir}"
// stands for the instance's folder.
type Options struct {
	Config string            // the config's text; written to kamailio.cfg in the instance's folder
	Files  map[string]string // further files there, by relative path
	Args   []string          // further command-line arguments
	Env    []string          // further KEY=VALUE lines of the environment

	// Dir, where not "", is a folder with all that the server needs, in place of
	// Config and Files. The instance takes it over.
	Dir string

	// WorkDir is the folder that the process is started in; "" is the instance's.
	WorkDir string

	// Bare leaves the command line to Args alone: no -f, -DD, -E, -P, -Y, -m
	// and -M.
	Bare bool

	// Ready lists the sockets that must be open before Start returns.
	// When it is empty Start does not wait.
	Ready []Endpoint
}

// Instance is a running server. It owns its folder and its process.
type Instance struct {
	Program Program
	Dir     string // with kamailio.cfg, the pid file and the control sockets
	Log     *Log   // stderr and stdout

	cmd    *exec.Cmd
	exited chan struct{} // closed once status is set
	status int
	stop   sync.Once
}

// ErrExited is returned by Start when the server ended before it was ready.
var ErrExited = errors.New("the server ended before it was ready")

// pollEvery is the distance between two looks for the server's sockets, for
// whose opening no system can be asked to send a word.
const pollEvery = 5 * time.Millisecond

// Start starts p in a new folder and waits until its sockets are open, it
// ended (then the error is ErrExited, and the Instance has its log and status)
// or ctx ended. The caller must call Close, also after an error with a non-nil
// Instance.
func Start(ctx context.Context, p Program, o Options) (*Instance, error) {
	in := &Instance{Program: p, Dir: o.Dir, Log: &Log{}, exited: make(chan struct{})}
	if o.Dir == "" {
		var err error
		if in.Dir, err = os.MkdirTemp("", "olelo-server-"); err != nil {
			return nil, err
		}
		if err := in.write(o); err != nil {
			os.RemoveAll(in.Dir)
			return nil, err
		}
	}
	dir := in.Dir
	var args []string
	if !o.Bare {
		// 64 MiB shared and 8 MiB private memory are what Kamailio needs at
		// most here; both servers take the options.
		args = []string{"-f", in.Path("kamailio.cfg"), "-DD", "-E", "-m", "64", "-M", "8", "-Y", dir, "-P", in.Path("server.pid")}
	}
	for _, a := range o.Args {
		args = append(args, in.expand(a))
	}
	in.cmd = exec.Command(p.Path, args...)
	in.cmd.Dir = dir
	if o.WorkDir != "" {
		in.cmd.Dir = o.WorkDir
	}
	in.cmd.Env = os.Environ()
	for _, e := range o.Env {
		in.cmd.Env = append(in.cmd.Env, in.expand(e))
	}
	in.cmd.Stdout, in.cmd.Stderr = in.Log, in.Log
	// A process that outlives the server and holds its stderr must not hold up
	// Wait.
	in.cmd.WaitDelay = time.Second
	if err := spawn(in.cmd); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	go func() {
		in.cmd.Wait() // its error is the status below
		in.status = in.cmd.ProcessState.ExitCode()
		close(in.exited)
	}()
	return in, in.waitReady(ctx, o.Ready)
}

// write puts the configuration and its files into the instance's folder.
func (in *Instance) write(o Options) error {
	files := map[string]string{"kamailio.cfg": in.expand(o.Config)}
	maps.Copy(files, o.Files)
	for name, text := range files {
		path := in.Path(name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			return err
		}
	}
	return nil
}

func (in *Instance) waitReady(ctx context.Context, ready []Endpoint) error {
	for _, e := range ready {
		switch err := await(ctx, in.exited, e); {
		case errors.Is(err, ErrExited):
			return fmt.Errorf("%w: status %d, log:\n%s", ErrExited, in.status, in.Log)
		case err != nil:
			return fmt.Errorf("%s: %w; log:\n%s", in.Program.Kind, err, in.Log)
		}
	}
	return nil
}

// Await waits until a socket of whatever program is open.
func Await(ctx context.Context, e Endpoint) error { return await(ctx, nil, e) }

func await(ctx context.Context, exited <-chan struct{}, e Endpoint) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for !listening(e.Network, e.Addr) {
		select {
		case <-exited:
			return ErrExited
		case <-ctx.Done():
			return fmt.Errorf("%s %s was not opened: %w", e.Network, e.Addr, ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}

// Path is the path of a file in the instance's folder.
func (in *Instance) Path(name string) string { return filepath.Join(in.Dir, name) }

// PID is the process id of the server's (main) process.
func (in *Instance) PID() int { return in.cmd.Process.Pid }

// Exited is closed once the server's process has ended.
func (in *Instance) Exited() <-chan struct{} { return in.exited }

// Running reports whether the server's process lives.
func (in *Instance) Running() bool {
	select {
	case <-in.exited:
		return false
	default:
		return true
	}
}

// Wait returns the exit status, -1 when a signal ended the process, or an
// error when ctx ends first.
func (in *Instance) Wait(ctx context.Context) (int, error) {
	select {
	case <-in.exited:
		return in.status, nil
	case <-ctx.Done():
		return 0, fmt.Errorf("%s (pid %d) has not ended: %w; log:\n%s", in.Program.Kind, in.PID(), ctx.Err(), in.Log)
	}
}

// Signal sends s to the server's (main) process.
func (in *Instance) Signal(s syscall.Signal) error { return in.cmd.Process.Signal(s) }

// Stop sends SIGTERM and waits for the end: the exit status.
func (in *Instance) Stop(ctx context.Context) (int, error) {
	if in.Running() {
		if err := in.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return 0, err
		}
	}
	return in.Wait(ctx)
}

// StopTimeout is how long a server may take to end on SIGTERM.
const StopTimeout = 30 * time.Second

// End ends the server as an operator does, by SIGTERM. The error says that it had
// ended by itself, does not end, or ends with a status other than 0 or a report of
// a data race. Kamailio 5.6.3 does not always end on SIGTERM, so there it is enough
// that it lived until now; it is killed.
func (in *Instance) End(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, StopTimeout)
	defer cancel()
	if !in.Running() {
		status, err := in.Wait(ctx)
		return errors.Join(err, fmt.Errorf("it ended by itself, status %d", status))
	}
	if in.Program.Kind == Kamailio {
		in.Kill()
		return nil
	}
	status, err := in.Stop(ctx)
	if err != nil {
		return err
	}
	if status != 0 || strings.Contains(in.Log.String(), "DATA RACE") {
		return fmt.Errorf("exit status %d after SIGTERM, want 0 and no data race", status)
	}
	return nil
}

// Kill ends what is left of the server, with its child processes.
func (in *Instance) Kill() {
	in.stop.Do(func() {
		syscall.Kill(-in.PID(), syscall.SIGKILL) // the group is this instance's alone
		<-in.exited
	})
}

// Close is Kill, and removes the instance's folder.
func (in *Instance) Close() {
	in.Kill()
	os.RemoveAll(in.Dir)
}
