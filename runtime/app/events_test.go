package app

import (
	"context"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/modules/all"
	"olelo/pv"
	"olelo/runtime/transport"
)

// logText is a log that can be read while it is written.
type logText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// said returns what the script wrote, in order.
func (l *logText) said() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []string
	for line := range strings.Lines(l.b.String()) {
		if _, text, ok := strings.Cut(line, "T# "); ok {
			all = append(all, strings.TrimSpace(text))
		}
	}
	return all
}

// TestCoreEvents: what the core's event routes see, and which of their ends
// keep a message from its route. Seen on Kamailio 5.6.3.
func TestCoreEvents(t *testing.T) {
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.LocalAddr().String()
	l.Close()
	file := filepath.Join(t.TempDir(), "kamailio.cfg")
	if err := os.WriteFile(file, []byte(`listen=udp:`+addr+`
debug=2
loadmodule "pv"
loadmodule "xlog"
loadmodule "htable"
request_route { xlog("L_INFO", "T# request $rU $var(boot) $rc\n"); }
event_route[htable:mod-init] { xlog("L_INFO", "T# mod-init\n"); }
event_route[core:worker-one-init] { $var(boot) = "set"; xlog("L_INFO", "T# init $rm $ru $proto $si\n"); }
event_route[core:pre-routing] {
  xlog("L_INFO", "T# pre $rm $rU\n");
  if($rU == "drop") drop;
  if($rU == "exit") exit;
  if($rU == "zero") return 0;
  if($rU == "minus") return -1;
}
event_route[core:receive-parse-error] { xlog("L_INFO", "T# unreadable $(mb{s.len}) $si\n"); }
`), 0o600); err != nil {
		t.Fatal(err)
	}
	log := &logText{}
	on := true
	ready := make(chan *server, 1)
	o := Options{File: file, Modules: all.Modules, Builtin: []Builtin{{"core", pv.Core{}}}, Stdout: log, Stderr: log, started: func(s *server) { ready <- s }}
	o.Core.LogStderr = &on
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() { done <- Run(ctx, o) }()
	var s *server
	select {
	case s = <-ready:
	case status := <-done:
		t.Fatalf("exit status %d: %s", status, log.b.String())
	}
	recv := &transport.Recv{Proto: transport.UDP, Src: netip.MustParseAddrPort("127.0.0.1:9"), SrcIP: "127.0.0.1", Socket: s.sockets[0]}
	request := func(user, via string) string {
		return "OPTIONS sip:" + user + "@example.com SIP/2.0\r\nVia: " + via + "\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n"
	}
	h := handler{s, s.first}
	for _, raw := range []string{
		request("bob", "SIP/2.0/UDP 127.0.0.1"), request("drop", "SIP/2.0/UDP 127.0.0.1"), request("exit", "SIP/2.0/UDP 127.0.0.1"),
		request("zero", "SIP/2.0/UDP 127.0.0.1"), request("minus", "SIP/2.0/UDP 127.0.0.1"), request("bob", "garbage"), "BROKEN MESSAGE\r\n\r\n",
	} {
		h.SIP(recv, []byte(raw))
	}
	want := []string{
		"mod-init", "init OPTIONS sip:you@kamailio.org udp 1.0.0.127",
		"pre OPTIONS bob", "request bob set 0", "pre OPTIONS drop", "pre OPTIONS exit", "request exit set 0",
		"pre OPTIONS zero", "request zero set 0", "pre OPTIONS minus", "request minus set 0", "unreadable 120 127.0.0.1",
	}
	if diff := cmp.Diff(want, log.said()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	stop()
	if status := <-done; status != 0 {
		t.Errorf("exit status %d", status)
	}
}
