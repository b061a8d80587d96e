// Package sipp lets sipp call the same examples on olelo and on Kamailio, and
// compares what its ends got, byte for byte.
package sipp

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"olelo/conformance/server"
)

// scenario is one configuration that sipp calls: testdata/NAME-uac.xml, and
// behind the server testdata/NAME-uas.xml where there is one.
type scenario struct {
	name, example, service string
	answered               bool
}

var scenarios = []scenario{
	{"redirect", "redirect-server", "alice", false},
	{"redirect", "redirect-server", "bob", false}, // two Contacts
	{"call", "stateless-proxy", "bob", true},
	{"busy", "stateless-proxy", "bob", true},
	{"cancel", "stateless-proxy", "bob", true},
}

// way is how the messages go.
type way struct {
	name, ip, network string
	transport         string // sipp's -t
}

var ways = []way{
	{"udp", "127.0.0.1", "udp", "u1"},
	{"tcp", "127.0.0.1", "tcp", "t1"},
	{"udp6", "::1", "udp", "u1"},
	{"tcp6", "::1", "tcp", "t1"},
}

// calls are made one after the other.
const calls = 3

// limit is a bound for a run that hangs; one takes a second.
const limit = time.Minute

// TestSIPp makes the same calls through both servers on the same ports.
func TestSIPp(t *testing.T) {
	kamailio, installed := server.FindKamailio()
	sipp, err := exec.LookPath("sipp")
	if !installed || err != nil {
		t.Skipf("%d scenarios on %d ways skipped: sipp and Kamailio are wanted", len(scenarios), len(ways))
	}
	olelo, err := server.FindOlelo(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, w := range ways {
		if !has(w.ip) {
			t.Logf("%d scenarios over %s skipped: there is no %s here", len(scenarios), w.name, w.ip)
			continue
		}
		for _, s := range scenarios {
			t.Run(s.name+"/"+s.service+"/"+w.name, func(t *testing.T) {
				p := takePorts(t)
				want := play(t, sipp, kamailio, s, w, p)
				got := play(t, sipp, olelo, s, w, p)
				for end := range want {
					if len(want[end]) == 0 {
						t.Errorf("%s got and sent nothing", end)
					}
					compared += len(want[end])
					if d := cmp.Diff(want[end], got[end]); d != "" {
						t.Errorf("%s: (-Kamailio +olelo)\n%s", end, d)
					}
				}
			})
		}
	}
	t.Logf("%d messages compared", compared)
}

func has(ip string) bool {
	l, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

// ports are those of the server and of sipp's two ends.
type ports struct{ server, uac, uas int }

func takePorts(t *testing.T) (p ports) {
	var list server.Ports
	t.Cleanup(func() { list.Close() })
	for _, to := range []*int{&p.server, &p.uac, &p.uas} {
		var err error
		if *to, err = list.Take(); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// play makes the calls through a server and returns what each end sent and got.
func play(t *testing.T, sipp string, program server.Program, s scenario, w way, p ports) map[string][]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	text, err := os.ReadFile("../../examples/" + s.example + "/kamailio.cfg")
	if err != nil {
		t.Fatal(err)
	}
	at := func(port int) string { return net.JoinHostPort(w.ip, strconv.Itoa(port)) }
	// Two processes may overtake each other with the 200 and the 487 that sipp sends at
	// once; it waits for them in this order.
	config := strings.NewReplacer("127.0.0.1:5060", at(p.server), "127.0.0.1:5080", at(p.uas), "children=2", "children=1").Replace(string(text))
	addr := netip.MustParseAddrPort(at(p.server))
	in, err := server.Start(ctx, program, server.Options{Config: config, Ready: []server.Endpoint{{Network: "udp", Addr: addr}, {Network: "tcp", Addr: addr}}})
	if in != nil {
		defer in.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	command := func(end string, port int, more ...string) (*exec.Cmd, *bytes.Buffer) {
		c := exec.CommandContext(ctx, sipp, append(more,
			"-sf", filepath.Join("testdata", s.name+"-"+end+".xml"), "-i", w.ip, "-p", strconv.Itoa(port), "-t", w.transport,
			"-m", strconv.Itoa(calls), "-nr", "-nd", "-nostdin", "-trace_msg", "-message_file", filepath.Join(dir, end))...)
		said := new(bytes.Buffer)
		c.Stdout, c.Stderr = said, said
		return c, said
	}
	ends := map[string][]string{}
	uas, answered := command("uas", p.uas)
	if s.answered {
		if err := uas.Start(); err != nil {
			t.Fatal(err)
		}
		if err := server.Await(ctx, server.Endpoint{Network: w.network, Addr: netip.MustParseAddrPort(at(p.uas))}); err != nil {
			t.Fatal(err)
		}
	}
	uac, called := command("uac", p.uac, "-s", s.service, "-l", "1", "-cid_str", "%u@sipp", at(p.server))
	if err := uac.Run(); err != nil {
		t.Fatalf("%s: sipp calls: %v\n%s\n%s\n%s", program.Kind, err, called, trace(dir, "uac"), in.Log)
	}
	if s.answered {
		if err := uas.Wait(); err != nil {
			t.Fatalf("%s: sipp answers: %v\n%s\n%s\n%s", program.Kind, err, answered, trace(dir, "uas"), in.Log)
		}
		ends["uas"] = messages(t, filepath.Join(dir, "uas"))
	}
	ends["uac"] = messages(t, filepath.Join(dir, "uac"))
	return ends
}

// trace is what an end sent and got, or that there is none.
func trace(dir, end string) string {
	b, err := os.ReadFile(filepath.Join(dir, end))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// heading is what sipp writes before a message.
var heading = regexp.MustCompile(`(?m)^(?:UDP|TCP) message (sent|received) [\[(](\d+)\]? bytes ?\)?:\n\n`)

// messages are those of a trace, with what is left to chance masked.
func messages(t *testing.T, file string) (list []string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m := mask{}
	for {
		at := heading.FindSubmatchIndex(b)
		if at == nil {
			return list
		}
		n, _ := strconv.Atoi(string(b[at[4]:at[5]]))
		if at[1]+n > len(b) {
			t.Fatalf("%s ends within a message", file)
		}
		list = append(list, string(b[at[2]:at[3]])+"\n"+m.text(string(b[at[1]:at[1]+n])))
		b = b[at[1]+n:]
	}
}

// chance is what differs from run to run: the server's branches, the tags of its
// own replies, the numbers of its connections.
var chance = []struct {
	name string
	find *regexp.Regexp
}{
	{"branch", regexp.MustCompile(`z9hG4bK[0-9a-f]+\.[0-9a-f]{32}\.0`)},
	{"tag", regexp.MustCompile(`[0-9a-f]{32}\.[0-9a-f]{8}`)},
	{"connection", regexp.MustCompile(`;i=[0-9a-f]+`)},
}

// mask gives what is left to chance names, the same text always the same one, so
// that an ACK with another branch than its INVITE shows.
type mask map[string]string

func (m mask) text(s string) string {
	for _, c := range chance {
		s = c.find.ReplaceAllStringFunc(s, func(found string) string {
			if m[found] == "" {
				m[found] = fmt.Sprintf("<%s %d>", c.name, len(m))
			}
			return m[found]
		})
	}
	return s
}
