package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"olelo/runtime/core"
)

// mainEnv makes this test's binary the program itself: what starts itself
// again can only be tested as a process.
const mainEnv = "OLELO_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(mainEnv) != "" {
		main()
	}
	os.Exit(m.Run())
}

// freePort is a UDP port that nothing uses.
func freePort(t *testing.T) int {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).Port
}

// place is a directory with a configuration that serves, and the options that
// keep a server's files in it.
type place struct {
	t    *testing.T
	dir  string
	args []string
}

func newPlace(t *testing.T, extra string) *place {
	t.Helper()
	p := &place{t: t, dir: t.TempDir()}
	cfg := fmt.Sprintf("debug=3\nlog_stderror=yes\nauto_aliases=no\ndisable_tcp=yes\nchildren=1\nlisten=udp:127.0.0.1:%d\n%s\nrequest_route { exit; }\n", freePort(t), extra)
	if err := os.WriteFile(p.path("k.cfg"), []byte(cfg), 0o644); err != nil {
		t.Fatal(err)
	}
	p.args = []string{"-f", p.path("k.cfg"), "-P", p.path("pid"), "-Y", p.path("run")}
	return p
}

func (p *place) path(name string) string { return filepath.Join(p.dir, name) }

// start runs the program with args and the place's own, with its standard
// error on a pipe. What the server that is left logs comes from the reader,
// whose end is the server's end.
func (p *place) start(args ...string) (*exec.Cmd, *bufio.Reader) {
	p.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		p.t.Fatal(err)
	}
	c := exec.CommandContext(p.t.Context(), exe, append(p.args, args...)...)
	c.Env = append(os.Environ(), mainEnv+"=1")
	c.Dir = p.dir
	c.Stderr = w
	if err := c.Start(); err != nil {
		p.t.Fatal(err)
	}
	w.Close()
	if err := r.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { r.Close() })
	return c, bufio.NewReader(r)
}

// background starts a server in the background, and returns its process id
// once it serves.
func (p *place) background(args ...string) (pid int, log *bufio.Reader) {
	p.t.Helper()
	c, log := p.start(args...)
	if err := c.Wait(); err != nil {
		rest, _ := log.ReadString(0)
		p.t.Fatalf("the first process: %v; stderr:\n%s", err, rest)
	}
	pid = p.pid()
	p.t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) }) // it has ended, where the test passed
	return pid, log
}

func (p *place) pid() int {
	p.t.Helper()
	b, err := os.ReadFile(p.path("pid"))
	if err != nil {
		p.t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSuffix(string(b), "\n"))
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

// until reads log up to a line with text.
func until(t *testing.T, log *bufio.Reader, text string) {
	t.Helper()
	var read strings.Builder
	for {
		line, err := log.ReadString('\n')
		read.WriteString(line)
		if strings.Contains(line, text) {
			return
		}
		if err != nil {
			t.Fatalf("no %q in the log (%v):\n%s", text, err, read.String())
		}
	}
}

// end ends the server and waits until it is gone, which is the log's end.
func end(t *testing.T, pid int, log *bufio.Reader) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var rest bytes.Buffer
	if _, err := rest.ReadFrom(log); err != nil {
		t.Fatalf("the server does not end: %v; its log:\n%s", err, rest.String())
	}
}

func status(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}

// An init script expects of "kamailio -P FILE" that it returns 0 once the
// server serves in the background, with its process id in FILE.
func TestDaemon(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	pid, log := p.background("-E")
	if sid, err := unix.Getsid(pid); err != nil || sid != pid {
		t.Errorf("session %d (%v), want one of its own, %d", sid, err, pid)
	}
	if dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); err == nil && dir != "/" {
		t.Errorf("works in %s, want /", dir)
	}
	for fd := range 2 {
		if to, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, fd)); err == nil && to != os.DevNull {
			t.Errorf("descriptor %d is %s", fd, to)
		}
	}

	// A second one finds the first, and leaves it alone.
	c, second := p.start("-E")
	if got := status(c.Wait()); got != 255 {
		t.Errorf("a second start: exit status %d, want 255", got)
	}
	until(t, second, "running process found in the pid file "+p.path("pid"))

	for _, s := range []struct {
		sig  syscall.Signal
		says string
	}{
		{syscall.SIGHUP, "SIGHUP received, ignoring it"},
		{syscall.SIGUSR1, "Memory status"},
		{syscall.SIGUSR2, "SIGUSR2 received, ignoring it"},
	} {
		if err := syscall.Kill(pid, s.sig); err != nil {
			t.Fatal(err)
		}
		until(t, log, s.says)
	}
	end(t, pid, log)
	if _, err := os.Stat(p.path("pid")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the pid file is left behind (%v)", err)
	}
}

// A start that fails is known to who started it.
func TestDaemonFails(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, cfg, pid string
		args           []string
		says           string
	}{
		{"a bad configuration", "chidren=4", "", nil, "chidren"},
		{"no such directory", "", "", []string{"-w", "/no/such/dir"}, "cannot chdir to /no/such/dir"},
		{"no such root", "", "", []string{"-t", "/no/such/dir"}, "cannot chroot to /no/such/dir"},
		{"no such runtime directory", "", "", []string{"-Y", "/no/such/dir"}, "failed to create runtime dir /no/such/dir"},
		{"a pid file with other content", "", "junk\n", nil, "doesn't contain a valid pid number"},
		{"a pid file that cannot be", "", "", []string{"-P", "/no/such/dir/pid"}, "unable to create pid file /no/such/dir/pid"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, x.cfg)
			if x.pid != "" {
				if err := os.WriteFile(p.path("pid"), []byte(x.pid), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			c, log := p.start(append([]string{"-E"}, x.args...)...)
			if got := status(c.Wait()); got != 255 {
				t.Errorf("exit status %d, want 255", got)
			}
			until(t, log, x.says)
		})
	}
}

// The pid of a server that died is replaced.
func TestStalePIDFile(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	dead := exec.CommandContext(t.Context(), "true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.path("pid"), fmt.Appendln(nil, dead.Process.Pid), 0o644); err != nil {
		t.Fatal(err)
	}
	pid, log := p.background("-E")
	if pid == dead.Process.Pid {
		t.Error("the pid file was not replaced")
	}
	end(t, pid, log)
}

// fork=no keeps the server in the foreground: the first process stays, hands
// signals on and ends with the server's status.
func TestForkNo(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "fork=no")
	c, log := p.start("-E")
	until(t, log, "WARNING: no fork mode")
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, _ := log.ReadString(0) // to the end
	if got := status(c.Wait()); got != 0 {
		t.Errorf("exit status %d; log:\n%s", got, rest)
	}
}

// A server gives up the rights of root once its sockets are open.
func TestPrivileges(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	if _, err := core.LookupUser("nobody"); err != nil {
		t.Skip("there is no user nobody")
	}
	p := newPlace(t, "")
	if err := os.Chmod(p.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	pid, log := p.background("-E", "-u", "nobody")
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(string(b)) {
		for _, what := range []string{"Uid:", "Gid:", "Groups:"} {
			if ids, ok := strings.CutPrefix(line, what); ok && strings.Contains(" "+strings.Join(strings.Fields(ids), " ")+" ", " 0 ") {
				t.Errorf("still root: %s", line)
			}
		}
	}
	end(t, pid, log)
}
