package kex_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/modules/kex"
	"olelo/runtime/counter"
	"olelo/runtime/log"
	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/rpc"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

type vars struct{ out value.Value }

func (v *vars) Exports() registry.Exports {
	set := func(_ *registry.Ctx, x *value.Value) bool {
		v.out = *x
		v.out.S = strings.Clone(x.S)
		return true
	}
	return registry.Exports{PVs: []registry.PV{
		registry.GetSetPV("out", func(_ *registry.Ctx, x *value.Value) { *x = v.out }, set, ""),
		registry.GetPV("user", func(_ *registry.Ctx, x *value.Value) { x.SetStr("alice") }, ""),
		registry.GetPV("nil", func(_ *registry.Ctx, x *value.Value) { x.SetNull() }, ""),
	}}
}

type host struct {
	registrytest.Host
	aliases []registry.Alias
	stats   []*registry.Stat
}

func (h *host) AddAlias(a registry.Alias) { h.aliases = append(h.aliases, a) }

func (h *host) Aliases() []registry.Alias { return h.aliases }
func (h *host) Stats() []*registry.Stat   { return h.stats }

func (h *host) Stat(string, string) *registry.Stat { return nil }

func (h *host) Sockets() []*transport.Socket {
	return []*transport.Socket{
		{Proto: transport.UDP, Addr: netip.MustParseAddrPort("127.0.0.1:17422")},
		{Proto: transport.TCP, Addr: netip.MustParseAddrPort("127.0.0.1:17422")},
		{Proto: transport.TCP, Addr: netip.MustParseAddrPort("[::1]:17423"), Advertise: "pub.example.com:5070"},
	}
}

type bench struct {
	*registrytest.Bench
	m    *kex.Module
	h    *host
	vars *vars
}

func open(t testing.TB) *bench {
	t.Helper()
	b := &bench{m: kex.New(), h: &host{}, vars: &vars{}}
	b.Bench = registrytest.New(t, map[string]registry.Module{"kex": b.m, "vars": b.vars})
	if err := b.m.Provision(b.h); err != nil {
		t.Fatal(err)
	}
	b.Message("OPTIONS sip:b@c SIP/2.0\r\n\r\n")
	return b
}

type step struct {
	call string
	args []any
	want int
}

func (b *bench) steps(list []step) {
	b.T.Helper()
	for _, s := range list {
		if got := b.Run(s.call, s.args...); got != s.want {
			b.T.Errorf("%s%v: %d, want %d", s.call, s.args, got, s.want)
		}
	}
}

// Return codes and flags as seen on Kamailio 5.6.3.
func TestFlags(t *testing.T) {
	b := open(t)
	b.steps([]step{
		{"setsflag", []any{"3"}, 1},
		{"issflagset", []any{"3"}, 1},
		{"issflagset", []any{"4"}, -1},
		{"setsflag", []any{"31"}, 1},
		{"resetsflag", []any{"3"}, 1},
		{"issflagset", []any{"3"}, -1},
		{"setsflag", []any{"40"}, -1},
		{"setsflag", []any{"-1"}, -1},
		{"issflagset", []any{"40"}, -1},
		{"setbflag", []any{"1"}, 1},
		{"isbflagset", []any{"1"}, 1},
		{"isbflagset", []any{"1", "0"}, 1},
		{"setbflag", []any{"2", "1"}, -1}, // no such branch
		{"isbflagset", []any{"2", "1"}, -1},
		{"isbflagset", []any{"2"}, -1},
		{"setbflag", []any{"40"}, -1},
		{"resetbflag", []any{"1"}, 1},
		{"isbflagset", []any{"1"}, -1},
		{"resetbflag", []any{"1", "-1"}, -1},
	})
	if got := b.C.State.ScriptFlags; got != 1<<31 {
		t.Errorf("script flags %08x", got)
	}
	b.C.State.Branches.Add(msgstate.Branch{URI: "sip:x@y"})
	b.steps([]step{
		{"setbflag", []any{"2", "1"}, 1},
		{"isbflagset", []any{"2", "1"}, 1},
		{"isbflagset", []any{"2", "0"}, -1},
		{"resetbflag", []any{"2", "1"}, 1},
		{"isbflagset", []any{"2", "1"}, -1},
	})
	b.C.EndMessage()
	b.steps([]step{{"issflagset", []any{"31"}, -1}})
}

func TestDestination(t *testing.T) {
	b := open(t)
	check := func(want string) {
		t.Helper()
		if got := b.C.Msg.DstURI(); got != want {
			t.Errorf("destination %q, want %q", got, want)
		}
	}
	b.steps([]step{{"isdsturiset", nil, -1}, {"setdsturi", []any{"sip:10.0.0.1;transport=tcp"}, 1}, {"isdsturiset", nil, 1}})
	check("sip:10.0.0.1;transport=tcp")
	b.steps([]step{{"setdsturi", []any{"notauri"}, 1}})
	check("notauri")
	b.steps([]step{{"setdsturi", []any{"sip:$user@x"}, 1}})
	check("sip:alice@x")
	b.steps([]step{{"setdsturi", []any{""}, 1}})
	check("")
	b.steps([]step{{"resetdsturi", nil, 1}, {"resetdsturi", nil, 1}, {"isdsturiset", nil, -1}})
	b.C.Msg = nil
	b.steps([]step{{"setdsturi", []any{"sip:x"}, -1}, {"resetdsturi", nil, -1}, {"isdsturiset", nil, -1}})
}

func TestPrintf(t *testing.T) {
	b := open(t)
	b.steps([]step{{"pv_printf", []any{"$out", "a $user b"}, 1}})
	if b.vars.out.S != "a alice b" {
		t.Errorf("pv_printf made %q", b.vars.out.S)
	}
	b.steps([]step{{"avp_printf", []any{"$out", "a $nil b"}, 1}})
	if b.vars.out.S != "a <null> b" {
		t.Errorf("avp_printf made %q", b.vars.out.S)
	}
	for _, args := range [][]any{{"$user", "x"}, {"$nosuch", "x"}, {"plain", "x"}, {"$out", "$nosuch"}} {
		if _, err := b.Call("pv_printf", args...); err == nil {
			t.Errorf("pv_printf%v binds", args)
		}
	}
}

// Every row but the last four was seen on Kamailio 5.6.3.
func TestIsMyself(t *testing.T) {
	b := open(t)
	b.h.aliases = []registry.Alias{
		{Proto: transport.UDP, Host: "al2.example.com", Port: 5090},
		{Host: "al3.example.com", Port: 5092},
		{Host: "alias.example.com"},
	}
	for text, want := range map[string]int{
		"sip:a@127.0.0.1:17422":                  1,
		"sip:a@127.0.0.1:17421":                  -1,
		"sip:a@127.0.0.1":                        1,
		"sip:127.0.0.1:99":                       -1,
		"127.0.0.1":                              1,
		"127.0.0.1:17422":                        -1,
		"udp:127.0.0.1:17422":                    -1,
		"tls:127.0.0.1:17422":                    -1,
		"udp:127.0.0.1":                          -1,
		"sip:a@127.0.0.1:17422;transport=tls":    -1,
		"sip:a@127.0.0.1:17422;transport=tcp":    1,
		"sip:127.0.0.1;transport=foo":            1,
		"sip:a@alias.example.com":                1,
		"sip:a@ALIAS.example.com:99":             1,
		"alias.example.com":                      1,
		"al3.example.com":                        1,
		"sip:al2.example.com":                    1,
		"sips:al2.example.com":                   1,
		"sip:al2.example.com:5090":               1,
		"sip:al2.example.com:5091":               -1,
		"sip:al2.example.com:5090;transport=tcp": -1,
		"sip:al2.example.com:5090;transport=udp": 1,
		"sip:al3.example.com:5092;transport=tcp": 1,
		"sip:a@example.org":                      -1,
		"sip:a@localhost":                        -1,
		"sips:127.0.0.1":                         1,
		"tel:127":                                -1,
		"garbage uri":                            -1,
		"":                                       -1,
		"<sip:a@127.0.0.1>":                      -1,
		"a@127.0.0.1":                            -1,
		"sip:[::1]:17423":                        1,
		"[::1]":                                  1,
		"::1":                                    1,
		"sip:pub.example.com:5070;transport=tcp": 1,
	} {
		if got := b.Run("is_myself", text); got != want {
			t.Errorf("is_myself(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestDebugLevel(t *testing.T) {
	b := open(t)
	other := b.C.Log.With(2, 4712)
	say := func(l *log.Logger, level log.Level) bool {
		l.Log(level, "T", "x")
		return strings.Contains(b.Logged(), "T: x")
	}
	b.steps([]step{{"setdebug", []any{"3"}, 1}})
	if !say(b.C.Log, log.Debug) || say(other, log.Debug) {
		t.Error("setdebug(3): want debug lines of this worker, none of the other")
	}
	b.steps([]step{{"setdebug", []any{"-3"}, 1}})
	if say(b.C.Log, log.Info) || !say(other, log.Info) {
		t.Error("setdebug(-3): want no info lines of this worker, those of the other")
	}
	b.steps([]step{{"resetdebug", nil, 1}})
	if !say(b.C.Log, log.Info) || say(b.C.Log, log.Debug) {
		t.Error("resetdebug: want the common level")
	}
}

func TestUniqueID(t *testing.T) {
	b := open(t)
	one, two := b.Eval("$sruid"), b.Eval("$sruid")
	form := regexp.MustCompile(`^srid-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+$`)
	if one == two || !form.MatchString(one) || !form.MatchString(two) {
		t.Errorf("%s and %s", one, two)
	}
}

// Answers as kamcmd showed them from Kamailio 5.6.3.
func TestStatistics(t *testing.T) {
	b := open(t)
	for _, c := range []struct {
		group, name string
		n           int64
	}{{"core", "bad_URIs_rcvd", 2}, {"core", "bad_msg_hdr", 0}, {"shmem", "free_size", 9}, {"x", "200_replies", 3}, {"x", "404_replies", 1}, {"x", "kept", -1}} {
		s := &registry.Stat{Group: c.group, Name: c.name, Figure: func() int64 { return c.n }}
		if c.group != "shmem" {
			s.Count, s.Keep = &counter.Counter{}, c.name == "kept"
			s.Add(1, c.n)
		}
		b.h.stats = append(b.h.stats, s)
	}
	st := func(kv ...any) *registry.RPCStruct {
		s := new(registry.RPCStruct)
		for i := 0; i < len(kv); i += 2 {
			s.Set(kv[i].(string), kv[i+1])
		}
		return s
	}
	for _, c := range []struct {
		line  string
		want  []any
		fault string
	}{
		{"get_statistics", nil, "400 Please provide which stats to retrieve"},
		{"get_statistics nosuch", nil, ""},
		{"get_statistics nosuch:", nil, ""},
		{"get_statistics x:200_replies", nil, ""},
		{"get_statistics 200_replies 404_replies", []any{"x:200_replies = 3", "x:404_replies = 1"}, ""},
		{"get_statistics core:", []any{"core:bad_URIs_rcvd = 2", "core:bad_msg_hdr = 0"}, ""},
		{"fetch", nil, "400 Please provide which stats to retrieve"},
		{"fetch 200_replies", []any{st("x.200_replies", "3")}, ""},
		{"fetch x.200_replies", []any{st("x.200_replies", "3")}, ""},
		{"fetch x:200_replies", []any{st("x.200_replies", "3")}, ""},
		{"fetch nosuch", []any{st()}, ""},
		{"fetchn 200_replies nosuch", []any{st("x.200_replies", float64(3))}, ""},
		{"fetch all", []any{st("core.bad_URIs_rcvd", "2", "core.bad_msg_hdr", "0", "shmem.free_size", "9", "x.200_replies", "3", "x.404_replies", "1", "x.kept", "18446744073709551615")}, ""},
		{"reset_statistics", nil, "400 Please provide stats name"},
		{"reset_statistics nosuch", nil, ""},
		{"reset_statistics 404_replies", nil, ""},
		{"clear_statistics x:", []any{"x:200_replies = 0 (3)", "x:404_replies = 0", "x:kept = 18446744073709551615"}, ""},
		{"clear_statistics free_size", []any{"shmem:free_size = 9"}, ""},
		{"fetchn x:", []any{st("x.200_replies", float64(0), "x.404_replies", float64(0), "x.kept", float64(-1))}, ""},
	} {
		words := strings.Fields(c.line)
		for _, cmd := range b.m.Exports().RPCs {
			if cmd.Name != "stats."+words[0] {
				continue
			}
			r, err := rpc.Run(cmd, rpc.Texts(words[1:]...))
			if err != nil {
				t.Fatal(err)
			}
			fault := ""
			if f := r.Fault; f != nil {
				fault = fmt.Sprint(f.Code, " ", f.Text)
			}
			if diff := cmp.Diff(c.want, r.Values); diff != "" || fault != c.fault {
				t.Errorf("%s: fault %q (-want +got)\n%s", c.line, fault, diff)
			}
		}
	}
}

func (h *host) Processes() []registry.Process {
	return []registry.Process{{PID: 100, Desc: "main"}, {PID: 101, Rank: 1, Desc: "udp receiver"}}
}

// ask is a command's reply as kamcmd prints it.
func (b *bench) ask(name string, args ...string) string {
	b.T.Helper()
	for _, cmd := range b.m.Exports().RPCs {
		if cmd.Name == name {
			reply, err := rpc.Run(cmd, rpc.Texts(args...))
			if err != nil {
				b.T.Fatal(err)
			}
			return string(rpc.AppendText(nil, reply))
		}
	}
	b.T.Fatalf("no command %s", name)
	return ""
}

func TestWorkers(t *testing.T) {
	b := open(t)
	const second = "{\n\tentry: 1\n\tpid: 101\n\trank: 1\n\tdesc: udp receiver\n}\n"
	for _, c := range []struct{ args, want string }{
		{"", "{\n\tentry: 0\n\tpid: 100\n\trank: 0\n\tdesc: main\n}\n" + second},
		{"pid 101", second},
		{"rank 1", second},
		{"index 1", second},
		{"index 2", ""},
		{"pid 102", "error: 500 - No such pid\n"},
	} {
		if got := b.ask("pkg.stats", strings.Fields(c.args)...); got != c.want {
			t.Errorf("pkg.stats %s: %q, want %q", c.args, got, c.want)
		}
	}
}

// TestModuleMemory: what a module keeps is told as its own, where it allocated it.
func TestModuleMemory(t *testing.T) {
	b := open(t)
	kept := make([]byte, 64<<20) // by olelo/modules/kex_test
	runtime.GC()
	runtime.GC() // the profile has what the one before left
	got := b.ask("mod.mem_statsx", "kex_test", "shm")
	runtime.KeepAlive(kept)
	if !regexp.MustCompile(`^Module: kex_test\n\{\n\tkex_test\.TestModuleMemory\(\d+\): 67108864 \(1\)\n(?:.*\n)*\tTotal: \d{8,}\n\}\n\n$`).MatchString(got) {
		t.Errorf("%q", got)
	}
}

// TestMyhost: the host alone counts.
func TestMyhost(t *testing.T) {
	b := open(t)
	b.h.AddAlias(registry.Alias{Host: "me.example", Port: 5060})
	b.steps([]step{
		{"is_myself", []any{"sip:me.example:5999"}, -1},
		{"is_myhost", []any{"sip:me.example:5999"}, 1},
		{"is_myhost", []any{"sip:127.0.0.1:9;transport=tls"}, 1},
		{"is_myhost", []any{"me.example"}, 1},
		{"is_myhost", []any{"sip:other.example"}, -1},
		{"is_myhost", []any{"tel:1"}, -1},
		{"is_myhost", []any{""}, -1},
	})
}
