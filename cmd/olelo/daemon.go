package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"olelo/runtime/app"
	"olelo/runtime/core"
)

// A Go program cannot fork. To run in the background the process starts itself
// again in a session of its own, with a pipe on which the new process says how
// the start went, and exits once it serves: what an init script expects.
const (
	daemonEnv = "OLELO_DAEMON" // set for the new process
	daemonFD  = 3              // its end of the pipe

	saidServing    = "serving"    // the sockets are open
	saidForeground = "foreground" // the configuration says fork=no
)

// daemon runs the server in the background. In the first process it returns 0
// when the server serves and 255 when the start failed.
func daemon(o app.Options, p *process, args []string) int {
	if os.Getenv(daemonEnv) == "" {
		return startDaemon(o, args)
	}
	if err := os.Unsetenv(daemonEnv); err != nil {
		fmt.Fprintf(o.Stderr, "olelo: %v\n", err)
		return statusFailed
	}
	p.detach = &detached{pipe: os.NewFile(daemonFD, "daemon pipe")}
	return serve(o, p)
}

// startDaemon starts the new process and waits for what it says.
func startDaemon(o app.Options, args []string) int {
	fail := func(err error) int {
		fmt.Fprintf(o.Stderr, "olelo: cannot run in the background: %v; -DD runs in the foreground\n", err)
		return statusFailed
	}
	exe, err := os.Executable()
	if err != nil {
		return fail(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return fail(err)
	}
	defer r.Close()
	c := exec.Command(exe)
	c.Args = append([]string{os.Args[0]}, args...)
	c.Env = append(os.Environ(), daemonEnv+"=1")
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if o.File == "-" {
		c.Stdin = os.Stdin
	}
	c.ExtraFiles = []*os.File{w}
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	// Signals go to the server from the first moment on.
	ch := make(chan os.Signal, 8)
	signal.Notify(ch, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2)
	defer signal.Stop(ch)
	if err := c.Start(); err != nil {
		w.Close()
		return fail(err)
	}
	if err := w.Close(); err != nil { // or the end of the new process would not end the pipe
		return fail(err)
	}
	said := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(r).ReadString('\n') // no line: the new process has ended
		said <- strings.TrimSuffix(line, "\n")
	}()
	ended := make(chan error, 1)
	for {
		select {
		case s := <-ch:
			_ = c.Process.Signal(s) // it may have ended by itself
		case word := <-said:
			if word == saidServing {
				return statusOK
			}
			// It has failed, or stays in the foreground: its end is this one's.
			go func() { ended <- c.Wait() }()
		case err := <-ended:
			return exitStatus(err)
		}
	}
}

// exitStatus is what the server's process ended with.
func exitStatus(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return statusOK
	case errors.As(err, &exit) && exit.Exited():
		return exit.ExitCode()
	}
	return statusFailed
}

// detached is the new process's side. The nil detached is a process that was
// started in the foreground.
type detached struct {
	pipe       *os.File
	foreground bool
}

// configured is called when the configuration is known.
func (d *detached) configured(p *core.Params) error {
	if d == nil || p.Fork {
		return nil
	}
	d.foreground = true
	fmt.Fprintln(os.Stderr, "WARNING: no fork mode ")
	return d.say(saidForeground)
}

// serving is called when the server serves: it lets go of the terminal, but for
// standard error where the log goes there, and lets the first process exit.
func (d *detached) serving(p *core.Params) error {
	if d == nil || d.foreground {
		return nil
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	fds := []int{0, 1}
	if !p.LogStderr {
		fds = append(fds, 2)
	}
	for _, fd := range fds {
		if err := unix.Dup2(int(null.Fd()), fd); err != nil {
			return fmt.Errorf("cannot let go of the terminal: %w", err)
		}
	}
	return d.say(saidServing)
}

func (d *detached) say(word string) error {
	if _, err := fmt.Fprintln(d.pipe, word); err != nil {
		return fmt.Errorf("cannot tell the first process: %w", err)
	}
	return d.pipe.Close()
}
