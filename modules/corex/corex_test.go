package corex_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/modules/corex"
	"olelo/pv"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/rpc"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// host is a server with two sockets that notes what is sent.
type host struct {
	registrytest.Host
	sockets []*transport.Socket
	log     *log.Logger
	aliases []registry.Alias
	sent    []string
}

func newHost(l *log.Logger) *host {
	return &host{log: l, sockets: []*transport.Socket{
		transport.NewSocket(transport.UDP, netip.MustParseAddrPort("127.0.0.1:5060"), "", "s1"),
		transport.NewSocket(transport.UDP, netip.MustParseAddrPort("127.0.0.1:5062"), "sip.example:5062", "s2"),
	}}
}

func (h *host) Sockets() []*transport.Socket { return h.sockets }
func (h *host) Log() *log.Logger             { return h.log }
func (h *host) Aliases() []registry.Alias    { return h.aliases }
func (h *host) AddAlias(a registry.Alias)    { h.aliases = append(h.aliases, a) }

func (h *host) Send(_ *registry.Ctx, to sip.Hop, s *transport.Socket, b []byte) error {
	if to.Host == "nowhere" {
		return errors.New("there is no such host")
	}
	from := "any"
	if s != nil {
		from = s.Text
	}
	text, _, _ := strings.Cut(string(b), "\r\n")
	h.sent = append(h.sent, fmt.Sprintf("%s -> %s %s:%d %s", from, to.Transport, to.Host, to.Port, text))
	return nil
}

const request = `OPTIONS sip:bob@example.com SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:15999;rport;branch=z9hG4bKa
From: <sip:a@b>;tag=1
To: <sip:c@d>
Call-ID: x1
CSeq: 1 OPTIONS
Content-Length: 0

`

func bench(t *testing.T) (*registrytest.Bench, *host, registry.Module) {
	m := corex.New()
	p := pv.New()
	b := registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": p, "corex": m})
	h := newHost(b.C.Log)
	for _, x := range []any{m, p} {
		if err := x.(registry.Provisioner).Provision(h); err != nil {
			t.Fatal(err)
		}
	}
	b.Message(request)
	return b, h, m
}

// step is a call, its code, and what an expression is afterwards.
type step struct {
	fn   string
	args []any
	rc   int
	expr string
	want string
}

func run(t *testing.T, b *registrytest.Bench, steps []step) {
	t.Helper()
	for _, s := range steps {
		if rc := b.Run(s.fn, s.args...); rc != s.rc {
			t.Errorf("%s%v is %d, want %d", s.fn, s.args, rc, s.rc)
		}
		if s.expr != "" {
			if got := b.Eval(s.expr); got != s.want {
				t.Errorf("after %s%v: %s is %v, want %v", s.fn, s.args, s.expr, got, s.want)
			}
		}
	}
}

// Seen on Kamailio 5.6.3.
func TestAppendBranch(t *testing.T) {
	b, _, _ := bench(t)
	run(t, b, []step{
		{"append_branch", nil, 1, "$bR", "sip:bob@example.com"},
		{"append_branch", []any{"sip:x@y"}, 1, "$bR", "sip:bob@example.com, sip:x@y"},
		{"append_branch", []any{"sip:x2@y", "0.5"}, 1, "$(branch(q)[-1])", "500"},
		{"append_branch", []any{"sip:x2@y", "0.1239"}, 1, "$(branch(q)[-1])", "123"},
		{"append_branch", []any{"sip:x2@y", ".5"}, 1, "$(branch(q)[-1])", "500"},
		{"append_branch", []any{"sip:x2@y", "1.0"}, 1, "$(branch(q)[-1])", "1000"},
		{"append_branch", []any{"", "0"}, 1, "$(branch(uri)[-1])", "sip:bob@example.com"},
		{"append_branch", []any{"nonsense"}, 1, "$(branch(uri)[-1])", "nonsense"},
	})
	for _, q := range []string{"abc", "1.5", "2", "0.", ".", "-0.5", "1.001"} {
		if rc := b.Run("append_branch", "sip:x3@y", q); rc != -1 || !strings.Contains(b.Logged(), "q value") {
			t.Errorf("q %q is %d", q, rc)
		}
	}
	b.C.Msg.SetDstURI("sip:9.9.9.9")
	run(t, b, []step{
		{"append_branch", []any{"sip:x4@y"}, 1, "$(branch(uri)[-1])$(branch(dst_uri)[-1])", "sip:x4@y<null>"},
		{"append_branch", nil, 1, "$(branch(dst_uri)[-1])", "sip:9.9.9.9"},
		{"append_branch", nil, 1, "$branch(count)", "11"},
		{"append_branch", nil, -1, "$branch(count)", "11"},
	})
}

func TestFlags(t *testing.T) {
	b, _, _ := bench(t)
	run(t, b, []step{
		{"isxflagset", []any{"63"}, -1, "", ""},
		{"setxflag", []any{"63"}, 1, "$mf", "0"},
		{"isxflagset", []any{63}, 1, "", ""},
		{"setxflag", []any{"64"}, -1, "", ""},
		{"isxflagset", []any{"-1"}, -1, "", ""},
		{"resetxflag", []any{"64"}, -1, "", ""},
		{"resetxflag", []any{"63"}, 1, "", ""},
		{"isxflagset", []any{"63"}, -1, "", ""},
		{"is_faked_msg", nil, -1, "", ""},
	})
	b.C.Recv.Faked = true
	run(t, b, []step{{"is_faked_msg", nil, 1, "", ""}})
	if _, err := b.Call("setxflag", "abc"); err == nil {
		t.Error("setxflag takes a word")
	}
}

func TestFiles(t *testing.T) {
	b, _, _ := bench(t)
	file := filepath.Join(t.TempDir(), "data")
	run(t, b, []step{
		{"file_write", []any{file, "hello $rm\n"}, 1, "", ""},
		{"file_read", []any{file, "$var(d)"}, 1, "$var(d)", "hello OPTIONS\n"},
		{"file_write", []any{file, "again"}, 1, "", ""},
		{"file_read", []any{file, "$avp(d)"}, 1, "$avp(d)", "again"},
		{"file_read", []any{file + ".none", "$avp(d)"}, -1, "$avp(d)", "again"},
		{"file_write", []any{file + "/x", "x"}, -1, "", ""},
	})
	if !strings.Contains(b.Logged(), "file_write: open "+file) {
		t.Error("nothing says which file cannot be written")
	}
	if _, err := b.Call("file_read", file, "$rm"); err == nil {
		t.Error("file_read takes a variable that cannot be assigned")
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "again" {
		t.Errorf("%q, %v", got, err)
	}
}

// A socket that is not there changes nothing.
func TestSockets(t *testing.T) {
	b, _, _ := bench(t)
	run(t, b, []step{
		{"set_send_socket", []any{"udp:127.0.0.1:5062"}, 1, "$fs", "udp:127.0.0.1:5062"},
		{"set_send_socket", []any{"garbage"}, 1, "$fs", "udp:127.0.0.1:5062"},
		{"set_send_socket", []any{"127.0.0.1:5060"}, 1, "$fs", "udp:127.0.0.1:5060"},
		{"set_send_socket_name", []any{"s2"}, 1, "$fsn", "s2"},
		{"set_send_socket_name", []any{"s3"}, 1, "$fsn", "s2"},
		{"is_socket_name", []any{"s1"}, 1, "", ""},
		{"is_socket_name", []any{"s3"}, -1, "", ""},
	})
	if log := b.Logged(); strings.Count(log, "no socket found to match") != 2 {
		t.Errorf("logged %q", log)
	}
}

func TestSend(t *testing.T) {
	b, h, _ := bench(t)
	run(t, b, []step{
		{"send_data", []any{"sip:127.0.0.1:5999;transport=tcp", "data $rm"}, 1, "", ""},
		{"send_data", []any{"junk", "data"}, -1, "", ""},
		{"send_data", []any{"sip:nowhere", "data"}, -1, "", ""},
		{"sendx", []any{"sip:127.0.0.1", "udp:127.0.0.1:5062", "x"}, 1, "", ""},
		{"sendx", []any{"sip:127.0.0.1", "udp:127.0.0.1:1", "y"}, 1, "", ""},
		{"send_udp", []any{"127.0.0.1:5998"}, 1, "", ""},
		{"send_tcp", []any{"127.0.0.1"}, 1, "", ""},
		{"send_udp", []any{"127.0.0.1:99999"}, -1, "", ""},
		{"send_udp", nil, 1, "", ""},
	})
	b.C.Msg.SetDstURI("sip:127.0.0.9:5061;transport=tls")
	b.Run("send_udp", "")
	want := []string{
		"any -> tcp 127.0.0.1:5999 data OPTIONS",
		"udp:127.0.0.1:5062 ->  127.0.0.1:0 x",
		"any ->  127.0.0.1:0 y",
		"any -> udp 127.0.0.1:5998 OPTIONS sip:bob@example.com SIP/2.0",
		"any -> tcp 127.0.0.1:0 OPTIONS sip:bob@example.com SIP/2.0",
		"any -> udp example.com:0 OPTIONS sip:bob@example.com SIP/2.0",
		"any -> udp 127.0.0.9:5061 OPTIONS sip:bob@example.com SIP/2.0",
	}
	if diff := cmp.Diff(want, h.sent); diff != "" {
		t.Error(diff)
	}
}

func TestSubdomains(t *testing.T) {
	m := corex.New()
	set := m.Exports().Params[0].Set
	for _, bad := range []string{"", "udp:", "a:b:c", "sub.org:port"} {
		if set(registry.ParamValue{Str: bad}) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	for _, good := range []string{"sub.org", "udp:sub2.org:5090"} {
		if err := set(registry.ParamValue{Str: good}); err != nil {
			t.Error(err)
		}
	}
	h := newHost(nil)
	if err := m.(registry.Provisioner).Provision(h); err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct {
		host  string
		port  int
		proto transport.Proto
		want  bool
	}{
		{"sub.org", 0, transport.None, true},
		{"a.b.SUB.org", 5060, transport.TCP, true},
		{"xsub.org", 0, transport.None, false},
		{"a.sub2.org", 5090, transport.None, true},
		{"a.sub2.org", 5091, transport.None, false},
		{"a.sub2.org", 5090, transport.TCP, false},
	} {
		if got := registry.IsMyself(nil, h.aliases, k.host, k.port, k.proto); got != k.want {
			t.Errorf("%s:%d over %s is ours: %v", k.host, k.port, k.proto, got)
		}
	}
}

func TestRPC(t *testing.T) {
	b, h, m := bench(t)
	h.aliases = []registry.Alias{{Host: "a.example"}, {Proto: transport.UDP, Host: "b.example", Port: 5070}, {Host: "c.example", Subdomains: true}}
	ask := func(name string, args ...string) string {
		for _, r := range m.Exports().RPCs {
			if r.Name != name {
				continue
			}
			c, err := rpc.Run(r, rpc.Texts(args...))
			if err != nil {
				t.Fatal(err)
			}
			var text []string
			for _, v := range c.Values {
				s := v.(*registry.RPCStruct)
				for i, n := range s.Names {
					if in, ok := s.Values[i].(*registry.RPCStruct); ok {
						text = append(text, fmt.Sprintf("%s={%s=%v}", n, in.Names[0], in.Values[0]))
						continue
					}
					text = append(text, fmt.Sprintf("%s=%v", n, s.Values[i]))
				}
			}
			return strings.Join(text, " ")
		}
		t.Fatalf("no command %s", name)
		return ""
	}
	for _, k := range []struct {
		name string
		args []string
		want string
	}{
		{"corex.debug", nil, "debug=2"},
		{"corex.debug", []string{"3"}, "old=2 new=3"},
		{"corex.debug", []string{"x"}, "debug=3"},
		{"corex.list_aliases", nil, "PROTO=udp ADDR=b.example PORT=5070 PROTO=* ADDR=a.example PORT=0"},
		{"corex.list_sockets", nil, "PROTO=udp NAME=127.0.0.1 ADDRLIST={ADDR=127.0.0.1} PORT=5060 MCAST=no MHOMED=no VIRTUAL=no SOCKNAME=s1 ADVERTISE=- " +
			"PROTO=udp NAME=127.0.0.1 ADDRLIST={ADDR=127.0.0.1} PORT=5062 MCAST=no MHOMED=no VIRTUAL=no SOCKNAME=s2 ADVERTISE=sip.example"},
	} {
		if got := ask(k.name, k.args...); got != k.want {
			t.Errorf("%s %v: %s\nwant %s", k.name, k.args, got, k.want)
		}
	}
	b.C.Log.SetLevel(log.Info)
}
