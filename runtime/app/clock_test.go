package app

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/icholy/digest"

	"olelo/modules/all"
	"olelo/pv"
	"olelo/runtime/clock"
	"olelo/runtime/core"
	"olelo/runtime/log"
	"olelo/runtime/rpc"
)

// held is a server on a virtual clock, with its control socket.
type held struct {
	t        *testing.T
	udp, tcp string
	log      *logText
	rpc      *rpc.Client
}

var heldStart = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

const heldModules = `
debug=2
children=1
tcp_children=1
tcp_accept_no_cl=yes
loadmodule "sl"
loadmodule "pv"
loadmodule "xlog"
loadmodule "ctl"
loadmodule "htable"
loadmodule "cfgutils"
loadmodule "msrp"
loadmodule "auth"
loadmodule "kex"
loadmodule "siputils"
`

// hold runs the modules above with more of a configuration; c and seed may be nil.
func hold(t *testing.T, c *clock.Clock, seed *uint64, more string) *held {
	t.Helper()
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &held{t: t, udp: u.LocalAddr().String(), tcp: l.Addr().String(), log: &logText{}}
	u.Close()
	l.Close()
	dir, err := os.MkdirTemp("", "held") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "kamailio.cfg")
	text := "listen=udp:" + h.udp + "\nlisten=tcp:" + h.tcp + heldModules + more
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	on := true
	ready := make(chan struct{})
	o := Options{
		File: file, Modules: all.Modules, Builtin: []Builtin{{"core", pv.Core{}}}, Stdout: h.log, Stderr: h.log, Clock: c, Seed: seed,
		Ready: func(*core.Params, *log.Logger) error { close(ready); return nil },
	}
	o.Core.LogStderr, o.Core.RunDir = &on, &dir
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() { done <- Run(ctx, o) }()
	t.Cleanup(func() { stop(); <-done; os.RemoveAll(dir) })
	select {
	case <-ready:
	case status := <-done:
		done <- status
		t.Fatalf("exit status %d: %s", status, h.log.b.String())
	}
	if h.rpc, err = rpc.Dial(t.Context(), rpc.Endpoint{Net: "unix", Addr: filepath.Join(dir, "kamailio_ctl")}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.rpc.Close() })
	return h
}

// call runs a command and returns its reply as olelo rpc prints it.
func (h *held) call(method string, args ...any) string {
	h.t.Helper()
	r, err := h.rpc.Call(h.t.Context(), method, args...)
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.TrimSpace(string(rpc.AppendText(nil, r)))
}

// advance moves the clock to so far after the start of the server.
func (h *held) advance(by string, now time.Duration) {
	h.t.Helper()
	if got, want := h.call("clock.advance", by), heldStart.Add(now).Local().Format(time.RFC3339Nano); got != want {
		h.t.Fatalf("advanced by %s to %s, want %s", by, got, want)
	}
}

// send sends an OPTIONS over UDP and does not wait.
func (h *held) send(user string) {
	h.t.Helper()
	c, err := net.Dial("udp", h.udp)
	if err != nil {
		h.t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte(optionsTo(user))); err != nil {
		h.t.Fatal(err)
	}
}

func optionsTo(user string) string {
	return "OPTIONS sip:" + user + "@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1\r\n" +
		"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
}

func (h *held) want(lines ...string) {
	h.t.Helper()
	if diff := cmp.Diff(lines, h.log.said()); diff != "" {
		h.t.Errorf("the script wrote (-want +got)\n%s", diff)
	}
}

// TestAdvanceRunsTimers: items expire, are told of and are told in one order
// when the clock is advanced past them, and $TS, sleep and RPC times follow it.
func TestAdvanceRunsTimers(t *testing.T) {
	h := hold(t, clock.NewVirtual(heldStart), nil, `
modparam("htable", "htable", "t=>size=4;autoexpire=30;")
modparam("htable", "timer_interval", 20)
request_route {
  if($rU == "nap") { sleep(5); xlog("L_INFO", "T# nap $Ts $TS $TV(sn)\n"); usleep(250000); xlog("L_INFO", "T# nap $TV(un)\n"); exit; }
  $sht(t=>x)=1; $sht(t=>y)=2; $sht(t=>z)=3;
  xlog("L_INFO", "T# set $TS $(utimef(%Y-%m-%d %H:%M:%S))\n");
}
event_route[htable:expired:t] { xlog("L_INFO", "T# expired $shtrecord(key) $TS\n"); }
`)
	const start = 1893456000 // heldStart
	h.send("set")
	h.advance("29.999", 29*time.Second+999*time.Millisecond) // as text, it is not sent as binrpc's double
	if got := h.call("htable.get", "t", "x"); !strings.Contains(got, "value: 1") {
		t.Errorf("before its end x is %s", got)
	}
	h.advance("1ms", 30*time.Second)
	if got := h.call("htable.get", "t", "x"); !strings.Contains(got, "doesn't exist") {
		t.Errorf("at its end x is %s", got)
	}
	want := []string{fmt.Sprint("set ", start, " 2030-01-01 00:00:00")}
	h.want(want...)
	h.advance("10", 40*time.Second)
	said := h.log.said()
	for _, key := range []string{"x", "y", "z"} {
		if n := strings.Count(strings.Join(said, "\n"), fmt.Sprint("expired ", key, " ", start+40)); n != 1 {
			t.Errorf("%s was told %d times to be expired: %q", key, n, said)
		}
	}
	if len(said) != 4 {
		t.Errorf("%q", said)
	}
	h.send("nap")
	h.advance("0", 45*time.Second+250*time.Millisecond)
	h.want(append(said, fmt.Sprintf("nap %d %[1]d %[1]d", start+45), "nap 250000")...)
	if got := h.call("core.uptime"); !strings.Contains(got, "uptime: 45\n") {
		t.Errorf("core.uptime: %s", got)
	}
	h.send("set")
	h.advance("0", 45*time.Second+250*time.Millisecond)
	if got, want := h.call("htable.get", "t", "x"), heldStart.Add(75250*time.Millisecond).Local().Format(time.DateTime); !strings.Contains(got, want) {
		t.Errorf("x expires %s, want %s", got, want)
	}
}

// TestAdvanceWaitsForMessages: what was sent to the server before is routed
// when the clock moves, over UDP and over new connections.
func TestAdvanceWaitsForMessages(t *testing.T) {
	h := hold(t, clock.NewVirtual(heldStart), nil, `children=4
request_route { xlog("L_INFO", "T# $rU $(TV(u))\n"); }
event_route[msrp:frame-in] { xlog("L_INFO", "T# $msrp(method) $(TV(u))\n"); }`)
	var want []string
	for i := range 200 {
		c, err := net.Dial("tcp", h.tcp)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		h.send("bob")
		h.send("carol")
		fmt.Fprintf(c, "MSRP x SEND\r\nTo-Path: msrp://127.0.0.1:1/a;tcp\r\nFrom-Path: msrp://127.0.0.1:2/b;tcp\r\n-------x$\r\n")
		h.advance("1us", time.Duration(i+1)*time.Microsecond)
		for _, who := range []string{"SEND", "bob", "carol"} {
			want = append(want, fmt.Sprint(who, " ", i))
		}
	}
	said := h.log.said()
	for three := range slices.Chunk(said, 3) { // workers run beside each other
		slices.Sort(three)
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestAdvanceFaults: what is no time, and what goes back.
func TestAdvanceFaults(t *testing.T) {
	h := hold(t, clock.NewVirtual(heldStart), nil, `request_route { exit; }`)
	for arg, want := range map[string]string{
		"-1": "does not go back", "-5ms": "does not go back", "-0.5": "does not go back",
		"abc": "is no time", "": "is no time", "1x": "is no time", "NaN": "is no time", "Inf": "is no time", "1e30": "is no time", "5 s": "is no time", "300000000h": "is no time",
	} {
		if got := h.call("clock.advance", arg); !strings.Contains(got, "400 - ") || !strings.Contains(got, want) {
			t.Errorf("%q: %s", arg, got)
		}
	}
	if got := h.call("clock.advance"); !strings.Contains(got, "400 - ") {
		t.Errorf("no argument: %s", got)
	}
	if got, want := h.call("clock.now"), heldStart.Local().Format(time.RFC3339Nano); got != want {
		t.Errorf("it is %s, want %s", got, want)
	}
	var passed time.Duration
	for _, step := range []struct {
		arg any
		d   time.Duration
	}{{1.5, 1500 * time.Millisecond}, {2, 2 * time.Second}, {"2.5", 2500 * time.Millisecond}, {"200ms", 200 * time.Millisecond}, {"1h1m", 61 * time.Minute}, {0, 0}} {
		passed += step.d
		if got, want := h.call("clock.advance", step.arg), heldStart.Add(passed).Local().Format(time.RFC3339Nano); got != want {
			t.Errorf("advanced by %v to %s, want %s", step.arg, got, want)
		}
	}
	if got := hold(t, nil, nil, `request_route { exit; }`).call("clock.advance", 1); !strings.Contains(got, "not found") {
		t.Errorf("on the system's clock: %s", got)
	}
}

const authRoutes = `
modparam("auth", "nonce_expire", 100)
modparam("msrp", "cmap_size", 4)
modparam("msrp", "timer_interval", 60)
request_route { exit; }
event_route[msrp:frame-in] {
  if($msrp(method) == "SEND") { if(msrp_cmap_lookup()) msrp_reply("200", "OK"); else msrp_reply("481", "Gone"); exit; }
  if($hdr(Authorization) == $null) {
    auth_get_www_authenticate("realm", "0", "$var(wauth)");
    msrp_reply("401", "Unauthorized", "$var(wauth)");
    exit;
  }
  pv_www_authenticate("realm", "secret", "0");
  if($rc < 0) { msrp_reply("401", "code $rc"); exit; }
  msrp_cmap_save();
}
`

// peer is an MSRP client.
type peer struct {
	*client
	h     *held
	relay string
	chal  *digest.Challenge
}

func (h *held) peer() *peer {
	h.t.Helper()
	p := &peer{client: dialRelay(h.t, h.tcp), h: h, relay: "msrp://" + h.tcp + ";tcp"}
	head := p.ask(h.t, p.relay, "")
	var err error
	if p.chal, err = digest.ParseChallenge(field(head, "WWW-Authenticate")); err != nil {
		h.t.Fatalf("%v in %q", err, head)
	}
	return p
}

// answer answers the challenge and returns the relay's answer to that.
func (p *peer) answer(extra string) string {
	p.h.t.Helper()
	cred, err := digest.Digest(p.chal, digest.Options{Method: "AUTH", URI: p.relay, Username: "alice", Password: "secret", Cnonce: "c"})
	if err != nil {
		p.h.t.Fatal(err)
	}
	return p.ask(p.h.t, p.relay, extra+"Authorization: "+cred.String()+"\r\n")
}

func (p *peer) sendTo(use string) string {
	p.h.t.Helper()
	fmt.Fprintf(p.c, "MSRP s SEND\r\nTo-Path: %s\r\nFrom-Path: msrp://127.0.0.1:9/x;tcp\r\nMessage-ID: 1\r\n-------s$\r\n", use)
	line, err := p.r.ReadString('\n')
	for more := ""; err == nil && !strings.HasPrefix(more, "-------"); {
		more, err = p.r.ReadString('\n')
	}
	if err != nil {
		p.h.t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// TestNonceGoesStale: a nonce is good until the clock has passed its life.
func TestNonceGoesStale(t *testing.T) {
	h := hold(t, clock.NewVirtual(heldStart), nil, authRoutes)
	p := h.peer()
	h.advance("99", 99*time.Second)
	if got := p.answer(""); !strings.Contains(got, " 200 OK") {
		t.Errorf("after 99 s: %s", got)
	}
	h.advance("1", 100*time.Second)
	if got := p.answer(""); !strings.Contains(got, " 401 code -") {
		t.Errorf("after 100 s: %s", got)
	}
}

// TestSessionEnds: a session is over when the clock has passed its life, and
// is removed when the module's timer runs.
func TestSessionEnds(t *testing.T) {
	h := hold(t, clock.NewVirtual(heldStart), nil, authRoutes)
	p := h.peer()
	head := p.answer("Expires: 90\r\n")
	use := field(head, "Use-Path")
	if use == "" || field(head, "Expires") != "90" {
		t.Fatalf("%q", head)
	}
	for _, bound := range []string{"Expires: 59", "Expires: 3601"} {
		if got := p.answer(bound + "\r\n"); !strings.Contains(got, " 423 ") {
			t.Errorf("%s: %s", bound, got)
		}
	}
	step := func(by string, now time.Duration, send, count string) {
		t.Helper()
		h.advance(by, now)
		if got := p.sendTo(use); got != send {
			t.Errorf("%s: %q, want %q", now, got, send)
		}
		if got := h.call("msrp.cmaplist"); !strings.Contains(got, count) {
			t.Errorf("%s: %s, want %s", now, got, count)
		}
	}
	step("89999ms", 90*time.Second-time.Millisecond, "MSRP s 200 OK", "CONCOUNT: 1")
	step("1ms", 90*time.Second, "MSRP s 481 Gone", "CONCOUNT: 1")
	step("30", 120*time.Second, "MSRP s 481 Gone", "CONCOUNT: 0")
}

// chance is what a server leaves to chance.
func chance(t *testing.T, seed *uint64) []string {
	h := hold(t, clock.NewVirtual(heldStart), seed, strings.ReplaceAll(authRoutes, "request_route { exit; }", `request_route {
  $var(n) = 0;
  while($var(n) < 20) { if(rand_event()) xlog("L_INFO", "T# event $var(n)\n"); $var(n) = $var(n) + 1; }
  xlog("L_INFO", "T# $RANDOM $RANDOM $sruid\n");
}`))
	h.send("bob")
	h.advance("0", 0)
	p := h.peer()
	return append(h.log.said(), p.chal.Nonce, field(p.answer(""), "Use-Path")[len("msrp://"+h.tcp):])
}

// TestSeed: the same seed gives the same run, another one another.
func TestSeed(t *testing.T) {
	one, two := uint64(1), uint64(2)
	first, same, other, none := chance(t, &one), chance(t, &one), chance(t, &two), chance(t, nil)
	if diff := cmp.Diff(first, same); diff != "" {
		t.Errorf("twice with seed 1\n%s", diff)
	}
	for _, x := range [][]string{other, none} {
		for i := range 3 { // Use-Path, nonce, $RANDOM
			if a, b := first[len(first)-1-i], x[len(x)-1-i]; a == b {
				t.Errorf("%q with and without seed 1", a)
			}
		}
	}
}
