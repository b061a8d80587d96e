package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"

	"olelo/lang/coverage"
	"olelo/runtime/app"
	"olelo/runtime/core"
	"olelo/runtime/log"
)

// process is what a running server does with the process that it is.
type process struct {
	pidFile, pgidFile string // absolute; "" for none
	coverageFile      string // likewise
	keepWorkDir       bool   // run where it was started, whatever workdir= says
	detach            *detached

	coverage *os.File // where coverageFile is written to
	wrote    []string // files to remove at the end
}

// serve runs the server in this process.
func serve(o app.Options, p *process) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	sig := watchSignals(cancel, o.Stderr)
	defer sig.stop()
	o.Loaded = func(params *core.Params, l *log.Logger) error {
		sig.speak(params, l)
		return p.loaded(params, l)
	}
	o.Ready = p.ready
	defer p.cleanup()
	if p.coverageFile == "" {
		return app.Run(ctx, o)
	}
	o.Coverage = coverage.NewCounters()
	status := app.Run(ctx, o)
	if err := p.writeCoverage(o.Coverage.Profile()); err != nil {
		fmt.Fprintf(o.Stderr, "olelo: %v\n", err)
		return statusFailed
	}
	return status
}

// writeCoverage writes the profile of a server that has run.
func (p *process) writeCoverage(c *coverage.Profile) error {
	if p.coverage == nil { // it did not start
		return nil
	}
	if err := errors.Join(c.Write(p.coverage), p.coverage.Close()); err != nil {
		return fmt.Errorf("--coverage=%s: %w", p.coverageFile, err)
	}
	return nil
}

// loaded is done once the configuration is good, before sockets are opened.
func (p *process) loaded(params *core.Params, l *log.Logger) error {
	return p.logged(l, p.prepare(params, l))
}

// ready is done once the sockets are open.
func (p *process) ready(params *core.Params, l *log.Logger) error {
	return p.logged(l, p.settle(params))
}

func (p *process) logged(l *log.Logger, err error) error {
	if err != nil {
		l.Log(log.Crit, log.Core, err.Error())
		if !l.ToWriter() {
			fmt.Fprintf(os.Stderr, "olelo: %v\n", err)
		}
	}
	return err
}

func (p *process) prepare(params *core.Params, l *log.Logger) error {
	if err := p.detach.configured(params); err != nil {
		return err
	}
	if p.pidFile != "" {
		if err := checkPIDFile(p.pidFile, l); err != nil {
			return err
		}
	}
	if err := makeRunDir(params); err != nil {
		return err
	}
	if n := params.OpenFiles; n > 0 {
		if err := limitFiles(uint64(n)); err != nil {
			l.Warnf(log.Core, "open_files_limit=%d: the limit cannot be raised: %v; start as root or raise it with ulimit -n", n, err)
		}
	}
	if p.coverageFile != "" { // opened now: later the process may not be allowed to
		f, err := os.Create(p.coverageFile)
		if err != nil {
			return fmt.Errorf("--coverage=%s: %w", p.coverageFile, reason(err))
		}
		p.coverage = f
	}
	if p.keepWorkDir || params.Chroot != "" {
		return nil
	}
	if err := os.Chdir(params.WorkDir); err != nil {
		return fmt.Errorf("cannot chdir to %s: %w: correct workdir= or -w", params.WorkDir, reason(err))
	}
	return nil
}

func (p *process) settle(params *core.Params) error {
	for _, f := range []struct {
		path string
		id   int
	}{{p.pidFile, os.Getpid()}, {p.pgidFile, syscall.Getpgrp()}} {
		if f.path == "" {
			continue
		}
		if err := os.WriteFile(f.path, []byte(strconv.Itoa(f.id)+"\n"), 0o644); err != nil {
			return fmt.Errorf("unable to create pid file %s: %w: check directory permissions", f.path, reason(err))
		}
		p.wrote = append(p.wrote, f.path)
	}
	if err := dropPrivileges(params, p.keepWorkDir); err != nil {
		return err
	}
	return p.detach.serving(params)
}

// cleanup removes the files that a stopped server leaves nothing behind with.
func (p *process) cleanup() {
	for _, f := range p.wrote {
		// After chroot or as another user it may not be there to remove; the next
		// start finds that its process is gone.
		_ = os.Remove(f)
	}
}

// checkPIDFile refuses to start beside a running server.
func checkPIDFile(path string, l *log.Logger) error {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("pid file %s cannot be read: %w", path, reason(err))
	}
	text := strings.TrimSpace(string(b))
	pid, err := strconv.Atoi(text)
	if err != nil || pid <= 0 {
		return fmt.Errorf("pid file %s exists, but doesn't contain a valid pid number: remove it if no server uses it", path)
	}
	if err := syscall.Kill(pid, 0); pid != os.Getpid() && (err == nil || errors.Is(err, syscall.EPERM)) {
		return fmt.Errorf("running process found in the pid file %s: process %d; stop it, or remove the file if it is another program's", path, pid)
	}
	l.Warnf(log.Core, "pid file contains old pid, replacing pid: %s", path)
	return nil
}

// makeRunDir makes the directory for runtime files, for the user that will run
// the server. Where nobody asked for one, its lack is no reason not to start.
func makeRunDir(params *core.Params) error {
	if params.RunDir == "" {
		return nil
	}
	if _, err := os.Stat(params.RunDir); err == nil {
		return nil
	}
	err := os.Mkdir(params.RunDir, 0o755)
	if err != nil && params.RunDir != core.DefaultRunDir {
		return fmt.Errorf("failed to create runtime dir %s: %w: check directory permissions", params.RunDir, reason(err))
	}
	if err == nil && (params.User != "" || params.Group != "") {
		if id, err := identityOf(params); err == nil {
			_ = os.Chown(params.RunDir, id.uid, id.gid) // who needs to write there says so
		}
	}
	return nil
}

// reason is an error without the operation and path that the caller names.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func limitFiles(n uint64) error {
	var lim syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &lim); err != nil {
		return err
	}
	if lim.Cur >= n {
		return nil
	}
	lim.Cur, lim.Max = n, max(lim.Max, n)
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &lim)
}
