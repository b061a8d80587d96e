package mi_fifo_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"olelo/modules/mi_fifo"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// host is as much of a server as mi_fifo needs.
type host struct {
	registry.Host
	logger *log.Logger
	table  *rpc.Table
	runDir string
}

func (h *host) Log() *log.Logger   { return h.logger }
func (h *host) RPC() registry.RPCs { return h.table }
func (h *host) RunDir() string     { return h.runDir }

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start runs a module with its parameters, given as name, value.
func start(t *testing.T, dir string, params ...any) (*lockedBuffer, registry.Module) {
	t.Helper()
	m := mi_fifo.New()
	for i := 0; i < len(params); i += 2 {
		if err := set(m, params[i].(string), params[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	out := &lockedBuffer{}
	logger, err := log.New(log.Config{Writer: out}, 0, os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	logger.SetLevel(log.Info)
	table := rpc.NewTable()
	err = table.Register("test",
		registry.RPC{Name: "core.echo", List: true, Run: func(c registry.RPCCall) error {
			for i := 0; ; i++ {
				s, ok := c.Text(i)
				if !ok {
					return nil
				}
				c.Add(s)
			}
		}},
		registry.RPC{Name: "test.tree", Run: func(c registry.RPCCall) error {
			c.Add((&registry.RPCStruct{}).Set("Now", "10:00").Set("inner", (&registry.RPCStruct{}).Set("q", 1)))
			return nil
		}},
	)
	if err != nil {
		t.Fatal(err)
	}
	h := &host{logger: logger, table: table, runDir: dir}
	t.Cleanup(func() {
		if err := m.(registry.Cleaner).Cleanup(); err != nil {
			t.Errorf("Cleanup: %v", err)
		}
	})
	if err := m.(registry.Provisioner).Provision(h); err != nil {
		t.Fatal(err)
	}
	if err := m.(registry.Listener).Listen(context.Background()); err != nil {
		t.Fatal(err)
	}
	return out, m
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

func TestCommands(t *testing.T) {
	dir := t.TempDir()
	rep := filepath.Join(dir, "rep")
	if err := syscall.Mkfifo(rep, 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "kamailio_fifo")
	logged, _ := start(t, dir, "fifo_name", "kamailio_fifo", "fifo_mode", 0o600, "reply_dir", dir, "reply_indent", "  ")
	if fi, err := os.Stat(path); err != nil || fi.Mode() != fs.ModeNamedPipe|0o600 {
		t.Fatalf("mode %v, %v", fi, err)
	}
	for _, tt := range []struct{ send, want string }{
		{":core.echo:rep\na\nb c\n\n", "200 OK\na\nb c\n"},
		{":test.tree:rep\n\n", "200 OK\nNow:: 10:00\ninner::\n  q:: 1\n"},
		{":nope:rep\n\n", "500 Command 'nope' not found\n"},
		{`{"jsonrpc":"2.0","method":"core.echo","params":["a"],"reply_name":"rep","id":1}`, "{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"result\":\t[\"a\"],\n\t\"id\":\t1\n}"},
		{`{"jsonrpc":"2.0","method":"nope","reply_name":"rep","id":1}`, "{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"error\":\t{\n\t\t\"code\":\t500,\n\t\t\"message\":\t\"Method Not Found\"\n\t},\n\t\"id\":\t1\n}"},
		{`{"jsonrpc":"2.0","reply_name":"rep","id":1}`, "{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"error\":\t{\n\t\t\"code\":\t400,\n\t\t\"message\":\t\"\\\"method\\\" must be the name of an RPC command\"\n\t},\n\t\"id\":\t1\n}"},
	} {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, tt.send); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		got, err := os.ReadFile(rep)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tt.want, string(got)); d != "" {
			t.Errorf("%q (-want +got):\n%s", tt.send, d)
		}
	}
	if s := logged.String(); !strings.Contains(s, "INFO: mi_fifo: RPC commands (core.version, htable.dump …) are taken from the FIFO "+path) || strings.Contains(s, "WARNING") {
		t.Errorf("log:\n%s", s)
	}
}

// TestNoFIFO: the server runs where its FIFO cannot be made, or none is named.
func TestNoFIFO(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"":                            "",
		file:                          "exists and is no FIFO",
		filepath.Join(dir, "no", "f"): "no such file or directory",
	} {
		logged, m := start(t, dir, "fifo_name", path)
		s := logged.String()
		if warned := strings.Contains(s, "WARNING: mi_fifo: the server runs without its command FIFO"); warned != (want != "") || !strings.Contains(s, want) {
			t.Errorf("%q: log, wanted %q:\n%s", path, want, s)
		}
		if err := m.(registry.Cleaner).Cleanup(); err != nil {
			t.Error(err)
		}
	}
	if b, err := os.ReadFile(file); string(b) != "data" {
		t.Errorf("the file is %q, %v", b, err)
	}
}

func TestParams(t *testing.T) {
	for _, tt := range []struct {
		name  string
		value any
		want  string // part of the error, "" for none
	}{
		{"fifo_mode", 0o1777, "no file mode"},
		{"fifo_user", "no such user", "no user of this machine"},
		{"fifo_group", -1, "no group of this machine"},
		{"fifo_user", 0, ""},
		{"fifo_user", "root", ""},
		{"fifo_group", "0", ""},
	} {
		err := set(mi_fifo.New(), tt.name, tt.value)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s %v: error %v, want %q", tt.name, tt.value, err, tt.want)
		}
	}
}
