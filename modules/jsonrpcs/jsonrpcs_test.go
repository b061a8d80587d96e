package jsonrpcs_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"olelo/modules/jsonrpcs"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// host is as much of a server as jsonrpcs needs.
type host struct {
	registry.Host
	logger *log.Logger
	table  *rpc.Table
	runDir string
}

func (h *host) Log() *log.Logger   { return h.logger }
func (h *host) RPC() registry.RPCs { return h.table }
func (h *host) RunDir() string     { return h.runDir }

func (h *host) Module(string) (registry.Module, bool) { return nil, false }

// open has a module with parameters, given as name, value.
func open(t *testing.T, dir string, params ...any) (*registrytest.Bench, error) {
	t.Helper()
	m := jsonrpcs.New()
	b := registrytest.New(t, map[string]registry.Module{"jsonrpcs": m})
	for i := 0; i < len(params); i += 2 {
		if err := set(m, params[i].(string), params[i+1]); err != nil {
			return b, err
		}
	}
	h := &host{logger: b.C.Log, table: rpc.NewTable(), runDir: dir}
	if err := errors.Join(rpc.RegisterCore(h.table, rpc.Server{}), h.table.Register("jsonrpcs", m.Exports().RPCs...)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.(registry.Cleaner).Cleanup(); err != nil {
			t.Errorf("Cleanup: %v", err)
		}
	})
	if err := m.(registry.Provisioner).Provision(h); err != nil {
		return b, err
	}
	return b, m.(registry.Listener).Listen(context.Background())
}

func set(m registry.Module, name string, v any) error {
	for _, p := range m.Exports().Params {
		if p.Name == name {
			if n, ok := v.(int); ok {
				return p.Set(registry.ParamValue{Int: int64(n), IsInt: true})
			}
			return p.Set(registry.ParamValue{Str: v.(string)})
		}
	}
	panic("no parameter " + name)
}

const (
	request = `{"jsonrpc":"2.0","method":"core.echo","params":["a",5],"reply_name":"rep","id":1}`
	pretty  = "{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"result\":\t[\"a\", \"5\"],\n\t\"id\":\t1\n}"
	compact = `{"jsonrpc":"2.0","result":["a","5"],"id":1}`
)

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}

func TestFIFO(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "rep"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, dir, "transport", 2, "fifo_name", "x.fifo", "fifo_mode", 0o600, "fifo_reply_dir", dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "x.fifo")
	if m := mode(t, path); m != fs.ModeNamedPipe|0o600 {
		t.Errorf("mode %v", m)
	}
	if _, err := os.Lstat(filepath.Join(dir, "kamailio_rpc.sock")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the datagram socket is there: %v", err)
	}
	for send, want := range map[string]string{
		request + "\n":               pretty,
		":core.echo:rep\na\n\n":      "400 this FIFO takes JSON-RPC documents\n",
		"garbage\n" + request + "\n": pretty,
	} {
		if err := os.WriteFile(path, []byte(send), 0); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, "rep"))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, string(got)); d != "" {
			t.Errorf("%q (-want +got):\n%s", send, d)
		}
	}
}

// exchange sends each text as a datagram, and returns the answer to the last.
func exchange(t *testing.T, c net.Conn, texts ...string) string {
	t.Helper()
	defer c.Close()
	for _, s := range texts {
		if _, err := c.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1<<16)
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

func TestUnixDatagrams(t *testing.T) {
	dir := t.TempDir()
	if _, err := open(t, dir, "transport", 4, "dgram_mode", 0o600, "dgram_workers", 2, "pretty_format", 0); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "kamailio_rpc.sock")
	if m := mode(t, path); m != fs.ModeSocket|0o600 {
		t.Errorf("mode %v", m)
	}
	c, err := net.DialUnix("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "me"), Net: "unixgram"}, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	if got := exchange(t, c, "garbage", "", request); got != compact {
		t.Errorf("got %q, want %q", got, compact)
	}
}

func TestUDP(t *testing.T) {
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := free.LocalAddr().String()
	_ = free.Close()
	if _, err := open(t, t.TempDir(), "transport", 4, "dgram_socket", "udp:"+at); err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("udp", at)
	if err != nil {
		t.Fatal(err)
	}
	if got := exchange(t, c, request); got != pretty {
		t.Errorf("got %q, want %q", got, pretty)
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		params []any
		want   string // part of the error
	}{
		{[]any{"transport", 1}, "needs the module xhttp"},
		{[]any{"transport", -1}, "needs the module xhttp"},
		{[]any{"fifo_mode", 0o1777}, "no file mode"},
		{[]any{"fifo_user", "no such user"}, "no user of this machine"},
		{[]any{"fifo_group", "no such group"}, "no group of this machine"},
		{[]any{"dgram_user", -1}, "no user of this machine"},
		{[]any{"dgram_group", -1}, "no group of this machine"},
		{[]any{"fifo_reply_dir", "/nonexistent"}, "fifo_reply_dir"},
		{[]any{"fifo_name", "no/x.fifo"}, "no such file or directory"},
		{[]any{"fifo_name", "", "dgram_socket", "no/x.sock"}, "no such file or directory"},
		{[]any{"dgram_socket", "udp:127.0.0.1"}, "udp:address:port"},
		{[]any{"dgram_socket", "udp:127.0.0.1:80"}, "no port from 1024"},
		{[]any{"dgram_socket", "udp:localhost:8080"}, "no IP address"},
		{[]any{"dgram_workers", 0}, "dgram_workers is 0"},
		{[]any{"dgram_timeout", -1}, "dgram_timeout is -1"},
	} {
		if _, err := open(t, t.TempDir(), c.params...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q", c.params, err, c.want)
		}
	}
}

// The reply of one worker is not that of another, and outlives the message.
func TestReplyOfWorker(t *testing.T) {
	b, err := open(t, t.TempDir(), "fifo_name", "", "dgram_socket", "", "pretty_format", 0)
	if err != nil {
		t.Fatal(err)
	}
	if rc := b.Run("jsonrpc_exec", request); rc != 1 {
		t.Fatalf("jsonrpc_exec is %d", rc)
	}
	b.C.EndMessage()
	const all = "$jsonrpl(code) $jsonrpl(text) $jsonrpl(body)"
	if got := b.Eval(all); got != "200 OK "+compact {
		t.Errorf("reply %q", got)
	}
	b.C.Worker = &registry.Worker{Rank: 2, Log: b.C.Log}
	if got := b.Eval(all); got != "0 <null> <null>" {
		t.Errorf("reply of the other worker %q", got)
	}
}
