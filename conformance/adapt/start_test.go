package adapt_test

import (
	"context"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"olelo/conformance/adapt"
	"olelo/conformance/server"
	"olelo/runtime/rpc"
)

// programs are the servers that there are here.
func programs(t *testing.T) []server.Program {
	t.Helper()
	o, err := server.FindOlelo(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	all := []server.Program{o}
	if k, ok := server.FindKamailio(); ok {
		return append(all, k)
	}
	t.Log("kamailio is not installed: olelo alone")
	return all
}

// folder is a new folder with a short path, for Unix sockets are in it.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "adapt-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// start prepares a configuration and starts it; args are added to the command
// line.
func start(t *testing.T, p server.Program, file string, defines []string, args ...string) (*adapt.Server, *server.Instance) {
	t.Helper()
	var ports server.Ports
	t.Cleanup(func() { ports.Close() })
	s, err := adapt.Prepare(file, adapt.Options{Dir: folder(t), Kind: p.Kind, Program: p.Path, Defines: defines, Take: ports.Take})
	if err != nil && strings.Contains(err.Error(), "is not installed") {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	o := server.Options{Bare: true, WorkDir: s.WorkDir, Args: append(s.Args, args...)}
	for _, sock := range s.Sockets {
		o.Ready = append(o.Ready, sock.Endpoint())
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	in, err := server.Start(ctx, p, o)
	if in != nil {
		t.Cleanup(in.Close)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(s.Notes, "\n"))
	}
	return s, in
}

// ask asks a server over its control socket, which shows that it is there. It
// may open after the others, and Kamailio's loses a call now and then: it is asked
// again.
func ask(t *testing.T, s *adapt.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for tick := time.Tick(20 * time.Millisecond); ; {
		reply, err := askOnce(ctx, s)
		switch {
		case err == nil && reply.Fault == nil && len(reply.Values) == 1:
			return
		case err == nil:
			t.Fatalf("core.version: %+v", reply)
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-tick:
		}
	}
}

func askOnce(ctx context.Context, s *adapt.Server) (*rpc.Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := rpc.Dial(ctx, rpc.Endpoint{Net: "unix", Addr: s.RPC})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.Call(ctx, "core.version")
}

// bound are the sockets of a server's processes, as the kernel has them, without
// the Unix sockets in the test's folder: "udp 127.0.0.1:5060", "unix /path".
func bound(t *testing.T, s *adapt.Server, in *server.Instance) []string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the kernel's tables are Linux's")
	}
	own := map[string]bool{}
	links, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	group := strconv.Itoa(in.PID())
	for _, link := range links {
		pid := strings.Split(link, "/")[2]
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if f := strings.Fields(rest); len(f) < 3 || f[2] != group {
			continue
		}
		to, err := os.Readlink(link)
		if inode, ok := strings.CutPrefix(to, "socket:["); ok && err == nil {
			own[strings.TrimSuffix(inode, "]")] = true
		}
	}
	var all []string
	for _, table := range []string{"udp", "udp6", "tcp", "tcp6", "unix"} {
		text, err := os.ReadFile("/proc/net/" + table)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line)
			switch {
			case table == "unix" && len(f) > 7 && own[f[6]] && filepath.Dir(f[7]) != s.RunDir:
				all = append(all, "unix "+f[7])
			case table != "unix" && len(f) > 9 && own[f[9]] && f[3] == map[string]string{"udp": "07", "tcp": "0A"}[table[:3]]: // open for all, no connection
				all = append(all, table+" "+plain(t, f[1]))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// plain is an address of the kernel's tables as it is usually written; one
// that is not IPv4 stays.
func plain(t *testing.T, addr string) string {
	t.Helper()
	b, err := hex.DecodeString(strings.Replace(addr, ":", "", 1))
	if err != nil {
		t.Fatal(err)
	}
	if len(b) != 6 {
		return addr
	}
	return fmt.Sprintf("%d.%d.%d.%d:%d", b[3], b[2], b[1], b[0], int(b[4])<<8|int(b[5]))
}

// said are the sockets that Prepare says a server has.
func said(s *adapt.Server) []string {
	var all []string
	for _, sock := range s.Sockets {
		all = append(all, sock.Endpoint().Network+" "+sock.Addr.String())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// certificate is that of net/http's test server, with its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	c := web.TLS.Certificates[0]
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// config is one to start on both servers.
type config struct {
	name    string
	file    string            // of the system; "" is main.cfg of files
	files   map[string]string // {dir} is their folder
	defines []string
	lenient bool     // olelo does not run all of it yet
	sockets []string // "udp:10.1.2.3:5060": what Socket.Old must be; nil is not looked at
	want    string   // what must be in the log
	tls     bool     // keys/cert.pem and keys/key.pem stand beside it
}

const route = "request_route { exit; }\n"

func configs() []config {
	all := []config{
		{name: "nothing", files: map[string]string{"main.cfg": route}, sockets: []string{"", ""}},
		{name: "udp only", files: map[string]string{"main.cfg": "disable_tcp=yes\nlisten=0.0.0.0\nlisten=tcp:10.1.2.3:5060\n" + route}, sockets: []string{"udp:0.0.0.0:5060"}},
		{name: "tls without its module", files: map[string]string{"main.cfg": "listen=tls:10.1.2.3:5061\nlisten=udp:10.1.2.3:5060\n" + route}, sockets: []string{"udp:10.1.2.3:5060"}},
		{name: "forms", files: map[string]string{"main.cfg": `#!define ADDR 10.1.2.3
#!define WHOLE udp:10.1.2.4:5060 advertise 192.0.2.1:5070 name "whole"
#!define LINES listen=udp:10.1.2.9:5060 listen=tcp:10.1.2.9:5060
#!substdef "!SUBST!10.1.2.5!g"
port=5080
listen=ADDR advertise 192.0.2.1 name "one"
listen=udp:ADDR:5060 tcp:ADDR:5060
listen=WHOLE
listen = "SUBST":5060 advertise "192.0.2.9":5060
listen=udp:(10.1.2.6, 10.1.2.7):5060
listen=udp:[::1]:5060
listen=eth99:5060
listen=nohost.invalid
LINES
` + route}, sockets: []string{
			"udp:10.1.2.3:5080", "tcp:10.1.2.3:5080", "udp:10.1.2.3:5060", "tcp:10.1.2.3:5060", "udp:10.1.2.4:5060",
			"udp:10.1.2.5:5060", "tcp:10.1.2.5:5060", "udp:10.1.2.6:5060", "udp:10.1.2.7:5060", "udp:[::1]:5060",
			"udp:eth99:5060", "tcp:eth99:5060", "udp:nohost.invalid:5080", "tcp:nohost.invalid:5080", "udp:10.1.2.9:5060", "tcp:10.1.2.9:5060",
		}},
		{name: "privileges", lenient: true, files: map[string]string{"main.cfg": `user="nosuchuser" group=nosuchgroup
chroot="/nonexistent"; workdir="/nonexistent"
fork=no
log_stderror=no
log_facility=LOG_LOCAL0
open_files_limit=100000000
mlock_pages=yes real_time=7
udp4_raw=1
enable_sctp=yes
tcp_source_ipv4=10.1.2.3
rundir="/nonexistent"
shm_mem_size=100000
listen=udp:10.1.2.3:5060
listen=sctp:10.1.2.3:5060
` + route}, sockets: []string{"udp:10.1.2.3:5060"}},
		{name: "control", files: map[string]string{"main.cfg": `listen=udp:10.1.2.3:5060
loadmodule "ctl.so"
modparam("ctl", "binrpc", "tcp:10.1.2.3:2049")
modparam("ctl", "binrpc", "unix:/nonexistent/ctl")
modparam("ctl", "fifo", "fifo:/nonexistent/fifo")
modparam("ctl", "user", "nosuchuser")
` + route}},
		{name: "ctl fifo", files: map[string]string{"main.cfg": "listen=udp:10.1.2.3:5060\nloadmodule \"ctl.so\"\nmodparam(\"ctl\", \"fifo\", \"/nonexistent/fifo\")\n" + route}},
		{name: "tls", tls: true, files: map[string]string{"main.cfg": `enable_tls=yes
listen=10.1.2.3:5060
listen=tls:10.1.2.4
loadmodule "tls.so"
modparam("tls", "certificate", "./keys/cert.pem")
modparam("tls", "private_key", "./keys/key.pem")
` + route}, sockets: []string{"udp:10.1.2.3:5060", "tcp:10.1.2.3:5060", "tls:10.1.2.3:5061", "tls:10.1.2.4:5061"}},
		{name: "tls too late", lenient: true, tls: true, files: map[string]string{"main.cfg": `listen=udp:10.1.2.3:5060
listen=tls:10.1.2.3:5061
loadmodule "tls.so"
modparam("tls", "certificate", "./keys/cert.pem")
modparam("tls", "private_key", "./keys/key.pem")
enable_tls=yes
` + route}},
		{name: "plain ctl", files: map[string]string{"main.cfg": "listen=udp:10.1.2.3:5060\nloadmodule \"ctl\"\n" + route}},
		{name: "jsonrpcs", lenient: true, files: map[string]string{"main.cfg": `listen=udp:10.1.2.3:5060
loadmodule "jsonrpcs.so"
modparam("jsonrpcs", "fifo_name", "/nonexistent/rpc.fifo")
modparam("jsonrpcs", "fifo_reply_dir", "/nonexistent")
modparam("jsonrpcs", "fifo_user", "nosuchuser")
modparam("jsonrpcs", "dgram_socket", "/nonexistent/rpc.sock")
` + route}},
		{name: "old modules", files: map[string]string{"main.cfg": `listen=udp:10.1.2.3:5060
mpath="/nonexistent/modules_k/:/nonexistent/modules/"
loadmodule "modules_k/sl.so"
loadmodule "/nonexistent/modules/pv.so"
loadmodule "mi_fifo.so"
modparam("mi_fifo", "fifo_name", "/nonexistent/fifo")
` + route}},
		{name: "includes", want: `"one" two three`, files: map[string]string{
			"main.cfg": `#!define A "one"
include_file "sub/two.cfg"
import_file "none.cfg"
#!include_file "{dir}/sub/three.cfg"
loadmodule "xlog.so"
loadmodule "cfgutils.so"
event_route[core:worker-one-init] { xlog("L_ERR", "$def(A) $def(B) $def(C)\n"); }
` + route,
			"sub/two.cfg":     "#!define B two\ninclude_file \"sockets.cfg\"\n",
			"sub/three.cfg":   "#!define C three\ninclude_file \"more.cfg\"\n",
			"sub/more.cfg":    "listen=udp:10.1.2.3:5061\n",
			"sub/sockets.cfg": "listen=udp:10.1.2.3:5060\n",
		}, sockets: []string{"udp:10.1.2.3:5060", "udp:10.1.2.3:5061"}},
		{name: "manual", file: "../../examples/msrp-relay/kamailio.cfg", sockets: []string{"udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"}},
	}
	const stock = "/etc/kamailio/kamailio.cfg"
	for _, with := range [][]string{nil, {"WITH_DEBUG"}, {"WITH_NAT"}, {"WITH_JSONRPC", "WITH_ANTIFLOOD"}, {"WITH_BLOCK3XX", "WITH_PSTN", "WITH_VOICEMAIL"}} {
		all = append(all, config{name: "stock " + strings.Join(with, " "), file: stock, defines: with, lenient: true, sockets: []string{"", ""}})
	}
	return all
}

// TestStart starts configurations for other hosts on both servers, and compares
// the sockets that the kernel sees with those that Prepare speaks of.
func TestStart(t *testing.T) {
	all := programs(t)
	for _, c := range configs() {
		for _, p := range all {
			t.Run(c.name+"/"+p.Kind.String(), func(t *testing.T) {
				file := c.file
				if file == "" {
					dir := folder(t)
					files := map[string]string{}
					for name, text := range c.files {
						files[name] = strings.ReplaceAll(text, "{dir}", dir)
					}
					if c.tls {
						files["keys/cert.pem"], files["keys/key.pem"] = certificate(t)
					}
					write(t, dir, files)
					file = filepath.Join(dir, "main.cfg")
				} else if _, err := os.Stat(file); err != nil {
					t.Skip(err)
				}
				var args []string
				if c.lenient && p.Kind == server.Olelo {
					args = []string{"--lenient"}
				}
				s, in := start(t, p, file, c.defines, args...)
				t.Log(strings.Join(s.Notes, "\n"))
				ask(t, s)
				if c.want != "" {
					ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
					defer cancel()
					if err := in.Log.WaitFrom(ctx, 0, func(log string) bool { return strings.Contains(log, c.want) }); err != nil {
						t.Error(err)
					}
				}
				// Kamailio's processes pass sockets on while they start.
				tick, deadline := time.Tick(20*time.Millisecond), time.After(20*time.Second)
				for {
					d := cmp.Diff(said(s), bound(t, s, in))
					if d == "" {
						break
					}
					select {
					case <-tick:
						continue
					case <-deadline:
						t.Fatalf("sockets said and bound: %s\n%s", d, in.Log)
					}
				}
				if c.sockets != nil {
					var old []string
					for _, sock := range s.Sockets {
						old = append(old, sock.Old)
					}
					if d := cmp.Diff(c.sockets, old); d != "" {
						t.Error(d)
					}
				}
			})
		}
	}
}

// TestMistakes: the servers find the mistakes of a copy where they are in the
// original.
func TestMistakes(t *testing.T) {
	place := regexp.MustCompile(`file \S*\.cfg, (?:from )?line \d+, column [0-9-]+`)
	for _, p := range programs(t) {
		for _, text := range []string{
			"listen=udp:10.1.2.3:5060\nchildren=many\n" + route,
			"listen=udp:10.1.2.3:5060\nrequest_route {\n  if (1 {\n    exit;\n  }\n}\n",
			"listen=udp:100.100.100.100:5060 advertise\n\n" + route,
			"user=\"nosuch\" chroot=\"/x\" listen=udp:123.123.123.123:50600 port=x\n" + route,
			"loadmodule \"nosuch.so\"\nlisten=udp:10.1.2.3:5060\n" + route,
			"listen=udp:10.1.2.3:5060\nloadmodule \"sl.so\"\nmodparam(\"sl\", \"nosuch\", 1)\n" + route,
			"include_file \"b.cfg\"\n" + route,
			"listen=udp:10.1.2.3:5060\n" + strings.Replace(route, "exit", "nosuch()", 1),
		} {
			dir := folder(t)
			write(t, dir, map[string]string{"a.cfg": text, "b.cfg": "listen=udp:10.1.2.3:5060\n\n listen udp:10.1.2.3:5061\n"})
			s, err := adapt.Prepare(filepath.Join(dir, "a.cfg"), adapt.Options{Dir: folder(t), Kind: p.Kind, Program: p.Path, Take: counting()})
			if err != nil {
				t.Errorf("%q: %v", text, err)
				continue
			}
			check := func(file string) []string {
				var all []string
				c := exec.Command(p.Path, "-c", "-E", "-f", file)
				c.Dir = filepath.Dir(file)
				out, _ := c.CombinedOutput() // the status is that of a mistake
				for _, m := range place.FindAllString(string(out), -1) {
					all = append(all, strings.Replace(m, c.Dir+"/", "", 1))
				}
				return all
			}
			want := check(filepath.Join(dir, "a.cfg"))
			if d := cmp.Diff(want, check(s.Config)); d != "" || len(want) == 0 {
				t.Errorf("%s, %q: %v: %s", p.Kind, text, want, d)
			}
		}
	}
}
