package cli

import (
	"context"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"olelo/conformance/peer"
	"olelo/conformance/server"
)

// TestStatus compares exit statuses; the words are each server's own.
func TestStatus(t *testing.T) {
	for _, c := range []struct {
		name   string
		config string
		args   []string
		status int
		says   string // in the output of both
	}{
		{"check a good config", "listen=127.0.0.1:5060\n" + simple, []string{"-c", "-f", "{cfg}"}, 0, "config file ok"},
		{"check with all options", "listen=127.0.0.1:5060\n" + simple, []string{
			"-f", "{cfg}", "-c", "-DD", "-E", "-e", "-l", "udp:127.0.0.1:5070", "-l", "127.0.0.1", "-n", "4", "-N", "4", "-m", "64", "-M", "8",
			"-A", "FLAG", "-A", `TEXT="x"`, "-Y", "{dir}", "-P", "{dir}/p", "-x", "fm", "-X", "fm", "-a", "no", "-d", "-K", "-r", "-R",
		}, 0, "config file ok"},
		{"check a bad config", broken, []string{"-c", "-f", "{cfg}"}, 255, "sl_send_replay"},
		{"check a missing file", simple, []string{"-c", "-f", "{dir}/nosuch.cfg"}, 255, "nosuch.cfg"},
		{"start a bad config", broken, []string{"-DD", "-E", "-f", "{cfg}", "-m", "32", "-M", "8", "-Y", "{dir}"}, 255, "sl_send_replay"},
		{"start a missing file", simple, []string{"-DD", "-E", "-f", "{dir}/nosuch.cfg", "-Y", "{dir}"}, 255, "nosuch.cfg"},
		{"unknown option", simple, []string{"-Z"}, 255, "-Z"},
		{"option without argument", simple, []string{"-f"}, 255, "-f"},
		{"-n of letters", simple, []string{"-n", "x", "-c", "-f", "{cfg}"}, 255, "-n"},
		{"-m of letters", simple, []string{"-m", "x", "-c", "-f", "{cfg}"}, 255, "-m"},
		{"-l of colons", simple, []string{"-l", "junk:1:2:3", "-c", "-f", "{cfg}"}, 255, "junk:1:2:3"},
		{"version", simple, []string{"-v"}, 0, "version"},
		{"long version", simple, []string{"--version"}, 0, "version"},
		{"help", simple, []string{"-h"}, 0, "-f"},
		{"internals", simple, []string{"-I"}, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			both(t, func(t *testing.T, p server.Program) {
				r := run(t, p, c.config, append([]string(nil), c.args...)...)
				if r.status != c.status || !strings.Contains(r.output, c.says) {
					t.Fatalf("status %d, want %d and %q in:\n%s", r.status, c.status, c.says, r.output)
				}
			})
		})
	}
}

func endpoint(network, port string) server.Endpoint {
	return server.Endpoint{Network: network, Addr: netip.MustParseAddrPort("127.0.0.1:" + port)}
}

// start starts p with a config without listen lines, on -l options, and waits
// for the sockets.
func start(t *testing.T, p server.Program, config string, ready []server.Endpoint, args ...string) *server.Instance {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	in, err := server.Start(ctx, p, server.Options{
		Config: config, Bare: true, Ready: ready,
		Args: append([]string{"-f", "{dir}/kamailio.cfg", "-DD", "-E", "-m", "32", "-M", "8", "-Y", "{dir}", "-P", "{dir}/server.pid"}, args...),
	})
	if in != nil {
		t.Cleanup(in.Close)
	}
	if err != nil {
		t.Fatal(err)
	}
	return in
}

const request = "OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{transport} 127.0.0.1:9;branch=z9hG4bK1;rport\r\nFrom: <sip:b@127.0.0.1>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

// served asks over UDP, or TCP, and wants a 200.
func served(t *testing.T, network, port string) {
	t.Helper()
	text := []byte(strings.Replace(request, "{transport}", strings.ToUpper(network), 1))
	var answer []byte
	addr := "127.0.0.1:" + port
	if network == "udp" {
		d, err := peer.DialUDP(addr, patience)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if err := d.Send(text); err != nil {
			t.Fatal(err)
		}
		if answer, err = d.Next(); err != nil {
			t.Fatal(err)
		}
	} else {
		s, err := peer.Dial(addr, patience)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Send(text); err != nil {
			t.Fatal(err)
		}
		if answer, err = s.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.HasPrefix(string(answer), "SIP/2.0 200 OK\r\n") {
		t.Fatalf("%s %s answers %q", network, addr, answer)
	}
}

// TestOptions starts a server with Kamailio's usual options, whose order and
// joining are free.
func TestOptions(t *testing.T) {
	both(t, func(t *testing.T, p server.Program) {
		one, two, three := port(t), port(t), port(t)
		in := start(t, p, simple,
			[]server.Endpoint{endpoint("udp", one), endpoint("tcp", one), endpoint("tcp", two), endpoint("udp", three)},
			"-l", "127.0.0.1:"+one, "-l", "tcp:127.0.0.1:"+two, "-ludp:127.0.0.1:"+three,
			"-A", "FLAG", "-A", `TEXT="alice"`, "-n", "2", "-N2", "-a", "no", "-x", "fm", "-X", "fm")
		served(t, "udp", one)
		served(t, "tcp", one)
		served(t, "tcp", two)
		served(t, "udp", three)
		for _, line := range []string{"defined: FLAG", "defined: alice"} {
			if !strings.Contains(in.Log.String(), line) {
				t.Errorf("-A did nothing: no %q in the log:\n%s", line, in.Log)
			}
		}
		pid, err := os.ReadFile(in.Path("server.pid"))
		if err != nil || strings.TrimSpace(string(pid)) != strconv.Itoa(in.PID()) {
			t.Errorf("the pid file holds %q (%v), the server's process is %d", pid, err, in.PID())
		}
	})
}

// TestSignals ends a server with SIGTERM and with SIGINT.
func TestSignals(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			both(t, func(t *testing.T, p server.Program) {
				one := port(t)
				in := start(t, p, simple, []server.Endpoint{endpoint("udp", one), endpoint("tcp", one)}, "-l", "127.0.0.1:"+one)
				// Kamailio does not take a signal in while its processes start:
				// the answers tell that they serve.
				served(t, "udp", one)
				served(t, "tcp", one)
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				if err := in.Signal(signal); err != nil {
					t.Fatal(err)
				}
				status, err := in.Wait(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if status != 0 {
					t.Errorf("exit status %d after %v, want 0; log:\n%s", status, signal, in.Log)
				}
				if _, err := os.Stat(in.Path("server.pid")); !os.IsNotExist(err) {
					t.Errorf("the pid file is left behind (%v)", err)
				}
			})
		})
	}
}

// TestRun: olelo's own way to start says what runs, where.
func TestRun(t *testing.T) {
	p, _ := suite.Program(t, server.Olelo, 0)
	one := port(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	in, err := server.Start(ctx, p, server.Options{
		Config: "listen=127.0.0.1:" + one + "\n" + simple, Bare: true, Args: []string{"run", "-f", "{dir}/kamailio.cfg"},
		Ready: []server.Endpoint{endpoint("udp", one), endpoint("tcp", one)},
	})
	if in != nil {
		t.Cleanup(in.Close)
	}
	if err != nil {
		t.Fatal(err)
	}
	served(t, "udp", one)
	served(t, "tcp", one)
	if err := in.Log.WaitFrom(ctx, 0, func(log string) bool {
		for _, what := range []string{"olelo ", "udp:127.0.0.1:" + one, "tcp:127.0.0.1:" + one, "sl", "pv", "xlog"} {
			if !strings.Contains(log, what) {
				return false
			}
		}
		return true
	}); err != nil {
		t.Error(err)
	}
	if status, err := in.Stop(ctx); status != 0 || err != nil {
		t.Errorf("exit status %d, %v", status, err)
	}
}

// TestPortInUse: a socket that cannot be opened ends the start.
func TestPortInUse(t *testing.T) {
	both(t, func(t *testing.T, p server.Program) {
		busy := occupy(t)
		r := run(t, p, simple, "-DD", "-E", "-f", "{cfg}", "-m", "32", "-M", "8", "-Y", "{dir}", "-l", "tcp:127.0.0.1:"+busy)
		if r.status != 255 || !strings.Contains(r.output, busy) {
			t.Fatalf("status %d, want 255 and the port %s named in:\n%s", r.status, busy, r.output)
		}
	})
}
