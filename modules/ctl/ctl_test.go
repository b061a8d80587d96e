package ctl_test

import (
	"bufio"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

// everywhere starts a server that listens on all binrpc transports and returns
// the addresses to give kamcmd.
func everywhere(t *testing.T) (*server, map[string]string) {
	t.Helper()
	dir := shortDir(t)
	s := mustStart(t,
		"binrpc", "unix:"+dir+"/s", "binrpc", "unixd:"+dir+"/d",
		"binrpc", "tcp:127.0.0.1:0", "binrpc", "127.0.0.1:0")
	return s, map[string]string{
		"unix stream":   "unixs:" + dir + "/s",
		"unix datagram": "unixd:" + dir + "/d",
		"tcp":           "tcp:" + s.hostPort("tcp"),
		"udp":           "udp:" + s.hostPort("udp"),
	}
}

const tree = `{
	name: x y
	inner: {
		q: 1
		d: 2.500000
		none: <null string>
	}
	list: {
		{
			q: 1
			d: 2.500000
			none: <null string>
		}
		{
			q: 1
			d: 2.500000
			none: <null string>
		}
	}
	sets: {
		SET: {
			q: 1
			d: 2.500000
			none: <null string>
		}
	}
	numbers: {
		1
		-1
		1099511627776
		-1.500000
	}
}
`

// commands are command lines, and what kamcmd prints of the replies.
var commands = []struct {
	words []string
	want  string
}{
	{[]string{"core.version"}, "kamailio 5.6.3 (x86_64/linux) \n"},
	{[]string{"core.echo", "a", "1", "-5", "s:12", "b c"}, "a\n1\n-5\n12\nb c\n"},
	{[]string{"core.echo"}, ""},
	{[]string{"core.printi", "1", "-5", "70000", "2147483647"}, "1\n-5\n70000\n2147483647\n"},
	{[]string{"core.arg"}, "olelo\nrun\n-f\nx.cfg\n"},
	{[]string{"system.methodHelp", "test.tree"}, "A tree.\n"},
	{[]string{"system.methodHelp", "nope"}, "error: 400 - command not found\n"},
	{[]string{"system.methodHelp"}, "error: 400 - Method Name Expected\n"},
	{[]string{"nope.nope"}, "error: 500 - command nope.nope not found\n"},
	{[]string{"core.printi", "x"}, "error: 400 - error at parameter 0: expected integer type but record doesn't match type\n"},
	{[]string{"test.tree"}, tree},
	{[]string{"test.error"}, "error: 500 - it failed\n"},
	{[]string{"test.panic"}, "error: 500 - internal error in test.panic; the server's log has the details\n"},
	{[]string{"system.listMethods"}, "core.arg\ncore.echo\ncore.info\ncore.printi\ncore.prints\ncore.pwd\ncore.runinfo\ncore.shmmem\ncore.uptime\ncore.version\nctl.connections\nctl.listen\nctl.who\nsystem.listMethods\nsystem.methodHelp\nsystem.methodSignature\ntest.big\ntest.error\ntest.panic\ntest.tree\n"},
}

func TestClientOnEveryTransport(t *testing.T) {
	s, addrs := everywhere(t)
	for name, at := range addrs {
		t.Run(name, func(t *testing.T) {
			for _, c := range commands {
				var args []any
				for _, w := range c.words[1:] {
					args = append(args, rpc.ParseArg(w))
				}
				got := string(rpc.AppendText(nil, call(t, at, c.words[0], args...)))
				if d := cmp.Diff(c.want, got); d != "" {
					t.Errorf("%q (-want +got):\n%s", c.words, d)
				}
			}
			if big := call(t, at, "test.big"); len(big.Values) != 100 {
				t.Errorf("test.big has %d values, want 100", len(big.Values))
			}
		})
	}
	if log := s.log.String(); !strings.Contains(log, "test.panic panicked: oh") {
		t.Errorf("the log does not tell of the panic:\n%s", log)
	}
}

// TestKamcmd runs Kamailio's own client, unchanged.
func TestKamcmd(t *testing.T) {
	if _, err := exec.LookPath("kamcmd"); err != nil {
		t.Skip("kamcmd is not installed (Debian: package kamailio)")
	}
	_, addrs := everywhere(t)
	kamcmd := func(t *testing.T, at string, words ...string) string {
		t.Helper()
		args := append([]string{"-D", shortDir(t), "-s", at, "--"}, words...)
		out, err := exec.CommandContext(t.Context(), "kamcmd", args...).CombinedOutput()
		if err != nil {
			t.Errorf("kamcmd %q: %v", words, err)
		}
		return string(out)
	}
	for name, at := range addrs {
		t.Run(name, func(t *testing.T) {
			for _, c := range commands {
				if d := cmp.Diff(c.want, kamcmd(t, at, c.words...)); d != "" {
					t.Errorf("%q (-want +got):\n%s", c.words, d)
				}
			}
			if n := strings.Count(kamcmd(t, at, "test.big"), "\n"); n != 100 {
				t.Errorf("test.big printed %d lines, want 100", n)
			}
		})
	}
}

// TestMalformed sends what Kamailio 5.6.3 was sent, and wants its answers.
func TestMalformed(t *testing.T) {
	dir := shortDir(t)
	mustStart(t, "binrpc", "unix:"+dir+"/s", "binrpc", "unixd:"+dir+"/d")
	const corrupt = "2001" + "90" + "911e" + "62616420726571756573743a20636f72727570746564207061636b657400"
	tests := []struct {
		name, send, want string
		ends             bool // the server closes the connection
	}{
		{"zeros", "00000000000000000000", "a1302300" + corrupt, true},
		{"version 2", "a2031f00000000000000", "a1302300" + corrupt, true},
		{"kind 4", "a1430e01020304910a636f72652e6563686f001001", "a1302300" + corrupt, true},
		{"a reply", "a1130e01020304910a636f72652e6563686f001001", "a1332301020304" + corrupt, true},
		{"a fault", "a1330e01020304910a636f72652e6563686f001001", "a1332301020304" + corrupt, true},
		{"no method", "a1030061626364", "a1333361626364200190912e" + hexText("bad request method: end of packet encountered"), true},
		{"a number as method", "a103026162636410 05", "a1333361626364200190912e" + hexText("bad request method: record doesn't match type"), true},
		{"cookie of one byte", "a1000e5a910a636f72652e6563686f001001", "a110035a213100", false},
		{"cookie of two bytes", "a1010e5a7a910a636f72652e6563686f001001", "a111035a7a213100", false},
		{"length of four bytes", "a10f0000000e01020304910a636f72652e6563686f001003", "a1130301020304213300", false},
		{"two requests", "a1030e01020304910a636f72652e6563686f001001a1030e01020304910a636f72652e6563686f001002", "a1130301020304213100a1130301020304213200", false},
		{"string without NUL", "a1030f01020304910a636f72652e6563686f00216162", "a113040102030431616200", false},
		{"empty string", "a1030d01020304910a636f72652e6563686f0001", "a11302010203041100", false},
		{"zero in long form", "a1030d01020304910a636f72652e6563686f0080", "a1130301020304213000", false},
		{"zeros before a number", "a1031101020304910a636f72652e6563686f00400000000a", "a113040102030431313000", false},
		{"double", "a1030f01020304910a636f72652e6563686f002205dc", "a1334901020304" + "20019091" + "44" + hexText("error at parameter 0: expected float type but bug -- internal error"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := unhex(t, tt.want)
			c, err := net.Dial("unix", dir+"/s")
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			deadline(t, c)
			if _, err := c.Write(unhex(t, tt.send)); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, len(want))
			if n, err := io.ReadFull(c, got); err != nil {
				t.Fatalf("got %x: %v", got[:n], err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("stream (-Kamailio +olelo):\n%s", d)
			}
			if tt.ends {
				if n, err := c.Read(make([]byte, 1)); err == nil {
					t.Errorf("%d more bytes, want the end", n)
				}
			}
		})
	}
}

func hexText(s string) string { return hex.EncodeToString([]byte(s + "\x00")) }

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// deadline keeps a failing test from waiting for ever.
func deadline(t *testing.T, c net.Conn) {
	t.Helper()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
}

func TestTooLongRequest(t *testing.T) {
	dir := shortDir(t)
	mustStart(t, "binrpc", dir+"/s")
	c, err := net.Dial("unix", dir+"/s")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	deadline(t, c)
	if _, err := c.Write(unhex(t, "a10b01000061626364")); err != nil { // 65536 bytes announced
		t.Fatal(err)
	}
	p, err := rpc.ReadPacket(c, rpc.MaxReply)
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Reply()
	if err != nil || r.Fault == nil || r.Fault.Code != 400 || string(p.Cookie()) != "abcd" {
		t.Errorf("reply %+v, cookie %q, %v: want fault 400 for abcd", r, p.Cookie(), err)
	}
}

func TestDefaultSocket(t *testing.T) {
	s := mustStart(t)
	path := filepath.Join(s.dir, "run", "kamailio_ctl")
	fi, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if fi.Mode() != fs.ModeSocket|0o600 {
		t.Errorf("mode %v, want a socket of 0600", fi.Mode())
	}
	if r := call(t, path, "ctl.listen"); !cmp.Equal(r.Values, []any{"binrpc", "unix_stream", path, ""}) {
		t.Errorf("ctl.listen = %q", r.Values)
	}
	if err := s.m.(registry.Cleaner).Cleanup(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("after Cleanup: %v, want no file", err)
	}
}

// TestDefaultSocketImpossible: a server that nobody can control still runs.
func TestDefaultSocketImpossible(t *testing.T) {
	s, err := newServer(t)
	if err != nil {
		t.Fatal(err)
	}
	// The run-time directory is a file: nobody, not even root, can make it.
	if err := os.WriteFile(filepath.Join(s.dir, "run"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	log := s.log.String()
	for _, want := range []string{"WARNING: ctl: no control socket", "kamailio_ctl", "-Y", `modparam("ctl", "binrpc"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not say %q:\n%s", want, log)
		}
	}
}

func TestModeAndOwner(t *testing.T) {
	dir := shortDir(t)
	params := []any{"binrpc", "unix:" + dir + "/s", "binrpc", "unixd:" + dir + "/d", "fifo", dir + "/f", "mode", 0o666}
	if os.Getuid() == 0 {
		params = append(params, "user", "65534", "group", "65533")
	}
	mustStart(t, params...)
	for name, kind := range map[string]fs.FileMode{"s": fs.ModeSocket, "d": fs.ModeSocket, "f": fs.ModeNamedPipe} {
		fi, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if fi.Mode() != kind|0o666 {
			t.Errorf("%s: mode %v, want %v", name, fi.Mode(), kind|0o666)
		}
		if os.Getuid() == 0 {
			if uid, gid := owner(fi); uid != 65534 || gid != 65533 {
				t.Errorf("%s: owner %d:%d, want 65534:65533", name, uid, gid)
			}
		}
	}
}

// TestStaleSocket: a server that was killed left its socket behind.
func TestStaleSocket(t *testing.T) {
	for proto, network := range map[string]string{"unix:": "unix", "unixd:": "unixgram"} {
		t.Run(network, func(t *testing.T) {
			path := filepath.Join(shortDir(t), "s")
			stale(t, network, path)
			mustStart(t, "binrpc", proto+path)
			if r := call(t, proto+path, "core.echo", "hi"); !cmp.Equal(r.Values, []any{"hi"}) {
				t.Errorf("core.echo = %v", r.Values)
			}
		})
	}
}

// stale leaves a socket's file behind that nobody listens on.
func stale(t *testing.T, network, path string) {
	t.Helper()
	if network == "unix" {
		ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		ln.SetUnlinkOnClose(false)
		_ = ln.Close()
		return
	}
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close() // which leaves the file
}

// TestFileInTheWay: Kamailio deletes whatever is there; olelo does not.
func TestFileInTheWay(t *testing.T) {
	for _, param := range []string{"binrpc", "fifo"} {
		path := filepath.Join(shortDir(t), "precious")
		if err := os.WriteFile(path, []byte("data"), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := newServer(t, param, path)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.start(); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "exists and is no") {
			t.Errorf("%s: error %v", param, err)
		}
		if b, err := os.ReadFile(path); string(b) != "data" {
			t.Errorf("%s: the file is %q, %v", param, b, err)
		}
	}
}

func TestOtherServersSocket(t *testing.T) {
	path := filepath.Join(shortDir(t), "s")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	other := exec.CommandContext(t.Context(), exe)
	other.Env = append(os.Environ(), "CTL_TEST_LISTEN="+path)
	in, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close(); _ = other.Wait() }()
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "listening\n" {
		t.Fatalf("%q, %v", line, err)
	}
	s, err := newServer(t, "binrpc", path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.start(); err == nil || !strings.Contains(err.Error(), "another server") {
		t.Errorf("error %v", err)
	}
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatalf("the other server's socket is gone: %v", err)
	}
	_ = c.Close()
}

// TestReload: the new configuration's socket takes the old one's place before
// the old one is closed, and outlives it.
func TestReload(t *testing.T) {
	path := filepath.Join(shortDir(t), "s")
	old := mustStart(t, "binrpc", path)
	mustStart(t, "binrpc", path)
	if err := old.m.(registry.Cleaner).Cleanup(); err != nil {
		t.Fatal(err)
	}
	if r := call(t, path, "core.echo", "hi"); !cmp.Equal(r.Values, []any{"hi"}) {
		t.Errorf("core.echo = %v", r.Values)
	}
}

// underWay is a server with a command under way, on a connection of its own, that
// ends when end is called; reply waits for its reply then.
func underWay(t *testing.T, params ...any) (s *server, end func(), reply func()) {
	t.Helper()
	s, err := newServer(t, params...)
	if err != nil {
		t.Fatal(err)
	}
	begun, done := make(chan bool), make(chan bool)
	if err := s.table.Register("last", registry.RPC{Name: "test.last", Run: func(c registry.RPCCall) error {
		begun <- true
		<-done
		c.Add("done")
		return nil
	}}); err != nil {
		t.Fatal(err)
	}
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("unix", params[1].(string))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	deadline(t, c)
	if _, err := c.Write(rpc.AppendRequest(nil, []byte{1}, "test.last", nil)); err != nil {
		t.Fatal(err)
	}
	<-begun
	return s, func() { done <- true }, func() {
		t.Helper()
		p, err := rpc.ReadPacket(c, rpc.MaxReply)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := p.Reply(); err != nil || !cmp.Equal(r.Values, []any{"done"}) {
			t.Errorf("the reply is %v, %v", r, err)
		}
	}
}

// TestLastReply: a command that is under way when the server stops, as core.kill
// is, is answered.
func TestLastReply(t *testing.T) {
	path := filepath.Join(shortDir(t), "s")
	s, end, reply := underWay(t, "binrpc", path)
	idle, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	deadline(t, idle)
	if _, err := idle.Write(rpc.AppendRequest(nil, []byte{1}, "core.echo", nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := rpc.ReadPacket(idle, rpc.MaxReply); err != nil { // it is let in
		t.Fatal(err)
	}
	cleaned := make(chan error, 1)
	go func() { cleaned <- s.m.(registry.Cleaner).Cleanup() }()
	if _, err := idle.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Fatalf("the connection on which nothing is under way: %v, expected its end", err)
	}
	end()
	reply()
	if err := <-cleaned; err != nil {
		t.Error(err)
	}
}

// TestNextServer: a server that starts while another one stops keeps its socket.
func TestNextServer(t *testing.T) {
	dir := shortDir(t)
	path := filepath.Join(dir, "second")
	old, end, reply := underWay(t, "binrpc", filepath.Join(dir, "first"), "binrpc", path)
	cleaned := make(chan error, 1)
	go func() { cleaned <- old.m.(registry.Cleaner).Cleanup() }()
	for { // until it stops
		c, err := net.Dial("unix", path)
		if err != nil {
			break
		}
		c.Close()
	}
	mustStart(t, "binrpc", path)
	end()
	reply()
	if err := <-cleaned; err != nil {
		t.Error(err)
	}
	if r := call(t, path, "core.echo", "hi"); !cmp.Equal(r.Values, []any{"hi"}) {
		t.Errorf("core.echo = %v", r.Values)
	}
}

func TestWho(t *testing.T) {
	dir := shortDir(t)
	s := mustStart(t, "binrpc", "unix:"+dir+"/s", "binrpc", "unixd:"+dir+"/d", "binrpc", "tcp:127.0.0.1:0")
	if r := call(t, "unixd:"+dir+"/d", "ctl.who"); r.Fault == nil || r.Fault.Error() != "400 - no open stream connection" {
		t.Errorf("ctl.who without connections: %+v", r)
	}
	c, err := net.Dial("tcp", s.hostPort("tcp"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	deadline(t, c)
	// An answer tells that the connection was accepted.
	if _, err := c.Write(rpc.AppendRequest(nil, []byte("abcd"), "ctl.connections", nil)); err != nil {
		t.Fatal(err)
	}
	p, err := rpc.ReadPacket(c, rpc.MaxReply)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := p.Reply(); err != nil || !cmp.Equal(r.Values, []any{int64(1)}) {
		t.Errorf("ctl.connections: %v, %v", r, err)
	}
	host, port, _ := net.SplitHostPort(c.LocalAddr().String())
	_, srv, _ := net.SplitHostPort(c.RemoteAddr().String())
	want := []any{
		"binrpc", "tcp", host, port, "127.0.0.1", srv,
		"binrpc", "unix_stream", "<anonymous unix socket>", "", dir + "/s", "",
	}
	if r := call(t, "unix:"+dir+"/s", "ctl.who"); !cmp.Equal(r.Values, want) {
		t.Errorf("ctl.who: %s", cmp.Diff(want, r.Values))
	}
}

func TestTooManyConnections(t *testing.T) {
	path := filepath.Join(shortDir(t), "s")
	mustStart(t, "binrpc", path)
	for i := 0; ; i++ {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		deadline(t, c)
		_, err = c.Write(rpc.AppendRequest(nil, []byte("abcd"), "core.echo", []any{"x"}))
		if err == nil {
			_, err = rpc.ReadPacket(c, rpc.MaxReply)
		}
		if err != nil {
			if i != 256 {
				t.Errorf("connection %d: %v", i, err)
			}
			return
		}
		if i == 256 {
			t.Fatal("257 connections, want at most 256")
		}
	}
}

func TestFIFOProtocol(t *testing.T) {
	s := mustStart(t, "fifo", "tcp:127.0.0.1:0", "fifo", "udp:127.0.0.1:0", "binrpc", filepath.Join(shortDir(t), "s"))
	tests := []struct{ send, want string }{
		{":core.echo:\na\nb c\n\n", "200 OK\na\nb c\n"},
		{":nope:x\n\n", "500 Command 'nope' not found\n"},
		{":test.tree:\n\n", "200 OK\nname:x y,inner:q:1,d:2.500000,none:<null string>,list:q:1,d:2.500000,none:<null string>,q:1,d:2.500000,none:<null string>,sets:SET:q:1,d:2.500000,none:<null string>,numbers:1,-1,1099511627776,-1.500000\n"},
	}
	for _, network := range []string{"tcp", "udp"} {
		c, err := net.Dial(network, s.hostPort(network))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		deadline(t, c)
		for _, tt := range tests {
			if _, err := io.WriteString(c, tt.send); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, len(tt.want))
			if network == "udp" {
				got = make([]byte, 1<<16)
			}
			n, err := io.ReadAtLeast(c, got, len(tt.want))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, string(got[:n])); d != "" {
				t.Errorf("%s %q (-want +got):\n%s", network, tt.send, d)
			}
		}
	}
}

func TestParams(t *testing.T) {
	long := "unix:/" + strings.Repeat("a", 120)
	tests := []struct {
		name  string
		value any
		want  string // part of the error
	}{
		{"binrpc", "sctp:127.0.0.1:2049", "no address"},
		{"binrpc", "unix:", "no path"},
		{"binrpc", long, "at most 107"},
		{"binrpc", "tcp:127.0.0.1:70000", "no port"},
		{"binrpc", "fifo:/tmp/f", "binrpc does not run over a FIFO"},
		{"fifo", "unix:/tmp/f", "not over a Unix socket"},
		{"mode", 0o1777, "no file mode"},
		{"mode", -1, "no file mode"},
		{"user", "no such user", "no user of this machine"},
		{"group", "no such group", "no group of this machine"},
	}
	for _, tt := range tests {
		if _, err := newServer(t, tt.name, tt.value); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %v: error %v, want %q", tt.name, tt.value, err, tt.want)
		}
	}
	s := mustStart(t, "binrpc_max_body_size", 64, "binrpc_struct_max_body_size", 4, "binrpc_buffer_size", 1,
		"binrpc", "tcp:127.0.0.1:0", "binrpc", "tcp:127.0.0.1:0")
	if n := strings.Count(s.log.String(), "has no effect"); n != 3 {
		t.Errorf("%d parameters told to be without effect, want 3:\n%s", n, s.log)
	}
}

// TestConfiguredSocketImpossible: what the configuration names must be there.
func TestConfiguredSocketImpossible(t *testing.T) {
	path := filepath.Join(shortDir(t), "no", "such", "s")
	for _, param := range []string{"binrpc", "fifo"} {
		s, err := newServer(t, param, path)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.start(); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one about %s", param, err, path)
		}
	}
}
