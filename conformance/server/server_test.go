package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestMain lets this test program play the server: the environment variable
// PRETEND says how.
func TestMain(m *testing.M) {
	switch how, addr, _ := strings.Cut(os.Getenv("PRETEND"), " "); how {
	case "":
		os.Exit(m.Run())
	case "fail":
		fmt.Fprintln(os.Stderr, "no good")
		os.Exit(255)
	case "serve", "stubborn":
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		l, err := net.Listen("tcp", addr)
		u, err2 := net.ListenPacket("udp", addr)
		if err != nil || err2 != nil {
			fmt.Fprintln(os.Stderr, err, err2)
			os.Exit(1)
		}
		defer l.Close()
		defer u.Close()
		fmt.Fprintln(os.Stderr, "args:", strings.Join(os.Args[1:], " "))
		<-stop
		fmt.Fprintln(os.Stderr, "stopped")
		if how == "stubborn" {
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), "PRETEND=sleep")
			child.Stderr = os.Stderr
			if err := child.Start(); err != nil {
				os.Exit(1)
			}
			fmt.Fprintln(os.Stderr, "child", child.Process.Pid)
			select {}
		}
	case "sleep":
		signal.Ignore(syscall.SIGTERM)
		select {}
	}
}

func context10(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func pretend(t *testing.T, how string) (Program, Options) {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var ports Ports
	t.Cleanup(func() { ports.Close() })
	n, err := ports.Take()
	if err != nil {
		t.Fatal(err)
	}
	addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(n))
	return Program{Kind: Olelo, Path: path}, Options{
		Config: "dir is {dir}\n", Files: map[string]string{"sub/a.cfg": "x"}, Args: []string{"-l", "{dir}"},
		Env: []string{"PRETEND=" + how + " " + addr.String()}, Ready: []Endpoint{{"udp", addr}, {"tcp", addr}},
	}
}

func TestStart(t *testing.T) {
	p, o := pretend(t, "serve")
	in, err := Start(context10(t), p, o)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := in.Log.WaitFrom(context10(t), 0, func(log string) bool { return strings.Contains(log, "\n") }); err != nil {
		t.Fatal(err)
	}
	want := "args: -f " + in.Dir + "/kamailio.cfg -DD -E -m 64 -M 8 -Y " + in.Dir + " -P " + in.Dir + "/server.pid -l " + in.Dir
	if got := in.Log.Lines()[0]; got != want {
		t.Errorf("started with\n%s\nwant\n%s", got, want)
	}
	if text, err := os.ReadFile(in.Path("kamailio.cfg")); string(text) != "dir is "+in.Dir+"\n" {
		t.Errorf("config %q, %v", text, err)
	}
	if text, err := os.ReadFile(in.Path("sub/a.cfg")); string(text) != "x" {
		t.Errorf("file %q, %v", text, err)
	}
	if !in.Running() {
		t.Error("a running server is said not to run")
	}
	if status, err := in.Stop(context10(t)); status != 0 || err != nil {
		t.Errorf("status %d, %v", status, err)
	}
	if got := in.Log.Lines(); got[len(got)-1] != "stopped" {
		t.Errorf("the log ends with %q", got)
	}
	in.Close()
	if _, err := os.Stat(in.Dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}

func TestStartOfAServerThatEnds(t *testing.T) {
	p, o := pretend(t, "fail")
	in, err := Start(context10(t), p, o)
	if in == nil || !errors.Is(err, ErrExited) || !strings.Contains(err.Error(), "no good") {
		t.Fatalf("error %v, want ErrExited with the log", err)
	}
	defer in.Close()
	if status, err := in.Wait(context10(t)); status != 255 || err != nil {
		t.Errorf("status %d, %v", status, err)
	}
}

func TestStartOfAServerThatDoesNotListen(t *testing.T) {
	p, o := pretend(t, "sleep")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	in, err := Start(ctx, p, o)
	if in == nil || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("error %v, want the deadline's", err)
	}
	in.Close()
	if in.Running() {
		t.Error("Close left the server running")
	}
}

func TestCloseEndsChildren(t *testing.T) {
	p, o := pretend(t, "stubborn")
	in, err := Start(context10(t), p, o)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := in.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	child := 0
	if err := in.Log.WaitFrom(context10(t), 0, func(log string) bool {
		_, rest, ok := strings.Cut(log, "child ")
		fmt.Sscan(rest, &child)
		return ok && strings.Contains(rest, "\n")
	}); err != nil {
		t.Fatal(err)
	}
	in.Close()
	// A killed child of a dead parent may stay a zombie for a moment.
	deadline := context10(t)
	for tick := time.Tick(pollEvery); alive(child); {
		select {
		case <-tick:
		case <-deadline.Done():
			t.Fatalf("the child %d is alive", child)
		}
	}
}

// alive reports whether pid is a process that has not ended.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func TestPortsAreClaimed(t *testing.T) {
	var a, b Ports
	defer a.Close()
	defer b.Close()
	seen := map[int]bool{}
	for range 50 {
		for _, p := range []*Ports{&a, &b} {
			n, err := p.Take()
			if err != nil {
				t.Fatal(err)
			}
			if seen[n] {
				t.Fatalf("port %d was given twice", n)
			}
			seen[n] = true
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", n))
			if err != nil {
				t.Fatalf("port %d is not free: %v", n, err)
			}
			l.Close()
		}
	}
}

func TestRelisten(t *testing.T) {
	const config = "#!KAMAILIO\nlisten=127.0.0.1:5060\nlisten = \"tls:127.0.0.1:5061\"\nlisten=udp:127.0.0.1:5060\n# listen=127.0.0.1:5060\nx=\"127.0.0.1:5060\"\n"
	got, err := Relisten(config, func(old string) string { return "2" + old })
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(
		"\nlisten=127.0.0.1:5060", "\nlisten=127.0.0.1:25060", "5061", "25061", "udp:127.0.0.1:5060", "udp:127.0.0.1:25060",
	).Replace(config)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if _, err := Relisten("# nothing\n", nil); err == nil {
		t.Error("a config without listen line is taken")
	}
	if got := WithoutLines("a\nmpath=x\nb\n", "mpath"); got != "a\nb\n" {
		t.Errorf("WithoutLines: %q", got)
	}
}

func TestLogWaitsForWhatComesLater(t *testing.T) {
	var l Log
	l.Write([]byte("one\ntwo"))
	if got := l.Lines(); len(got) != 1 {
		t.Errorf("a line without end is a line: %q", got)
	}
	mark := l.Len()
	go l.Write([]byte(" and more\n"))
	if err := l.WaitFrom(context10(t), mark, func(s string) bool { return s == " and more\n" }); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.WaitFrom(ctx, 0, func(string) bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}
