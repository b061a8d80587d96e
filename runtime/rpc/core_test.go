package rpc_test

import (
	"encoding/json"
	"net/netip"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

func run(t *testing.T, table *rpc.Table, name string, args ...string) *rpc.Reply {
	t.Helper()
	cmd, ok := table.Lookup(name)
	if !ok {
		t.Fatalf("no command %s", name)
	}
	typed := rpc.Args{Form: rpc.FormBinary}
	for _, a := range args {
		typed.Values = append(typed.Values, rpc.ParseArg(a))
	}
	r, err := rpc.Run(cmd, typed)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// recordedServer is the Kamailio that the exchanges were recorded from.
func recordedServer(t *testing.T, x map[string]exchange) rpc.Server {
	t.Helper()
	return rpc.Server{
		Name: "kamailio", Number: "5.6.3", Version: "kamailio 5.6.3 (x86_64/linux) ",
		SourceID: "unknown ", Compiler: "gcc 12.2.0", Started: time.Now(), Flags: "USE_TCP",
		Modules: func() []string {
			return []string{"sl", "kex", "corex", "ctl", "tm", "pv", "dispatcher", "usrloc", "htable", "cfg_rpc", "cfgutils", "jsonrpcs"}
		},
		Defines: func() []rpc.Define {
			d := []rpc.Define{{Name: "KAMAILIO_5"}, {Name: "KAMAILIO_5_6"}, {Name: "KAMAILIO_5_6_3"}, {Name: "FOO"}, {Name: "BAR", Value: `"x y"`}, {Name: "BAZ", Value: "5"}}
			for _, m := range []string{"sl", "kex", "corex", "ctl", "tm", "pv", "dispatcher", "usrloc", "htable", "cfg_rpc", "cfgutils", "jsonrpcs"} {
				d = append(d, rpc.Define{Name: "MOD_" + m})
			}
			return d
		},
		Sockets: func() []rpc.Address {
			return []rpc.Address{{Proto: "udp", Host: "127.0.0.1", Port: 17800}, {Proto: "tcp", Host: "127.0.0.1", Port: 17800}}
		},
		Aliases: func() []rpc.Address {
			return []rpc.Address{{Proto: "tcp", Host: "localhost", Port: 17800}, {Proto: "udp", Host: "localhost", Port: 17800}, {Host: "x.example.com"}}
		},
		Processes: func() []registry.Process { return recordedProcesses(t, x["psa"].json) },
		TCPInfo:   func() rpc.TCPInfo { return rpc.TCPInfo{Readers: 1, Max: 2048, MaxTLS: 2048, Open: 1} },
		TCPList: func() []rpc.TCPStatus {
			port := uint16(regexpInt(t, x["tcp_list"].json, `"src_port":\s*(\d+)`))
			return []rpc.TCPStatus{{
				ID: 1, Type: "TCP", State: "CONN_ACCEPT", Timeout: 119 * time.Second, Lifetime: 120 * time.Second,
				Src: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port), Dst: netip.MustParseAddrPort("127.0.0.1:17800"),
			}}
		},
	}
}

func regexpInt(t *testing.T, s, pattern string) int {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(s)
	if m == nil {
		t.Fatalf("%s is not in %s", pattern, s)
	}
	var n int
	if err := json.Unmarshal([]byte(m[1]), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func recordedProcesses(t *testing.T, doc string) []registry.Process {
	t.Helper()
	var psa struct {
		Result []struct {
			PID, Rank   int
			Description string
		}
	}
	if err := json.Unmarshal([]byte(doc), &psa); err != nil || len(psa.Result) == 0 {
		t.Fatal(err)
	}
	var ps []registry.Process
	for _, p := range psa.Result {
		ps = append(ps, registry.Process{PID: p.PID, Rank: p.Rank, Desc: p.Description})
	}
	return ps
}

// TestCoreAsKamailio: for a server with the recorded one's state, the core's
// commands answer with the recorded bytes, over binrpc and as JSON.
func TestCoreAsKamailio(t *testing.T) {
	x := exchanges(t)
	table := rpc.NewTable()
	if err := rpc.RegisterCore(table, recordedServer(t, x)); err != nil {
		t.Fatal(err)
	}
	for name, line := range map[string][]string{
		"version": {"core.version"}, "sockets": {"core.sockets_list"}, "aliases": {"core.aliases_list"},
		"tcp_info": {"core.tcp_info"}, "tcp_list": {"core.tcp_list"}, "modules": {"core.modules"},
		"ps": {"core.ps"}, "psx": {"core.psx"}, "psa": {"core.psa"},
		"ppdefines": {"core.ppdefines"}, "ppdefines_full": {"core.ppdefines_full"},
		"printi":       {"core.printi", "1", "-5", "300", "-70000", "2147483647", "0"},
		"printi_fault": {"core.printi", "x"},
		"help":         {"system.methodHelp", "nope"}, "help_missing": {"system.methodHelp"},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, table, line[0], line[1:]...)
			p := parse(t, x[name].reply)
			if d := cmp.Diff(x[name].reply, rpc.AppendReply(nil, p.Cookie(), r)); d != "" {
				t.Errorf("binrpc (-Kamailio +olelo):\n%s", d)
			}
			if name == "printi_fault" {
				return // jsonrpcs answers with an empty list, ctl with a fault
			}
			if d := cmp.Diff(x[name].json, string(rpc.AppendJSON(nil, json.RawMessage("1"), r))); d != "" {
				t.Errorf("JSON (-Kamailio +olelo):\n%s", d)
			}
		})
	}
}

// TestCoreTimes: the layout is Kamailio's, the times are this server's.
func TestCoreTimes(t *testing.T) {
	x := exchanges(t)
	s := recordedServer(t, x)
	s.Started = time.Now().Add(-(25*time.Hour + 61*time.Second + time.Second/2))
	table := rpc.NewTable()
	if err := rpc.RegisterCore(table, s); err != nil {
		t.Fatal(err)
	}
	digits := regexp.MustCompile(`\d+|: [A-Z][a-z]{2} [A-Z][a-z]{2} +`)
	shape := func(s string) string { return digits.ReplaceAllString(s, "#") }
	for cmd, name := range map[string]string{"core.uptime": "uptime", "core.runinfo": "runinfo"} {
		got := string(rpc.AppendText(nil, run(t, table, cmd)))
		if d := cmp.Diff(shape(x[name].printed), shape(got)); d != "" {
			t.Errorf("%s (-Kamailio +olelo):\n%s", cmd, d)
		}
		for _, want := range map[string][]string{"core.uptime": {`uptime: 9006[1-9]`}, "core.runinfo": {`uptime_secs: 9006[1-9]`, `utime_days: 1d 1h 1m [1-9]s`}}[cmd] {
			if !regexp.MustCompile(`\t` + want + "\n").MatchString(got) {
				t.Errorf("%s has no %q:\n%s", cmd, want, got)
			}
		}
	}
}

func TestCoreEcho(t *testing.T) {
	table := rpc.NewTable()
	killed := 0
	if err := rpc.RegisterCore(table, rpc.Server{Kill: func() error { killed++; return nil }, Args: []string{"olelo"}}); err != nil {
		t.Fatal(err)
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		line []string
		want string
	}{
		{[]string{"core.echo", "a", "-5"}, "a\n-5\n"},
		{[]string{"core.prints"}, ""},
		{[]string{"core.printi", "1", "x", "2"}, "1\n"},
		{[]string{"core.pwd"}, dir + "\n"},
		{[]string{"core.arg"}, "olelo\n"},
		{[]string{"system.methodHelp", "core.pwd"}, "The server's working directory.\n"},
		{[]string{"core.kill", "9"}, "error: 500 - only signal 15, the default, can be sent: use kill(1) for others\n"},
		{[]string{"core.kill"}, ""},
		{[]string{"system.listMethods"}, "core.arg\ncore.echo\ncore.kill\ncore.printi\ncore.prints\ncore.pwd\ncore.shmmem\nsystem.listMethods\nsystem.methodHelp\nsystem.methodSignature\n"},
	} {
		if d := cmp.Diff(tt.want, string(rpc.AppendText(nil, run(t, table, tt.line[0], tt.line[1:]...)))); d != "" {
			t.Errorf("%q (-want +got):\n%s", tt.line, d)
		}
	}
	if killed != 1 {
		t.Errorf("killed %d times, want once", killed)
	}
}
