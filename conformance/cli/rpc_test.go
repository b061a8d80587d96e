package cli

import (
	"context"
	"fmt"
	"net/netip"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"olelo/conformance/server"
	"olelo/modules/all"
	"olelo/modules/core"
	"olelo/runtime/registry"
)

// commanded are the modules whose commands are compared, in the order in which
// they are loaded.
var commanded = []string{"kex", "pv", "xlog", "sl", "cfgutils", "corex", "htable", "msrp", "counters", "statistics", "cfg_rpc", "benchmark", "mqueue", "pike", "permissions", "debugger", "db_text", "jsonrpcs", "ctl"}

// arguments are what each command is called with: nothing, what is hardly right,
// and too many.
var arguments = [][]string{nil, {"x"}, {"1.5"}, {"x", "y"}, {"t", "k"}, {"t", "k", "1.5"}, {"t", "k", "5", "6"}, {"x", "y", "z", "u", "v", "w"}}

// leftOut are commands that end the server, and those whose answers are meant to differ.
var leftOut = []string{
	"core.kill", "core.shutdown",
	"cfg.list", // Kamailio has more parameters that can be set while it runs
}

// good are right arguments, of commands that need some.
var good = map[string][]string{
	"cfg.get": {"core", "debug"}, "cfg.help": {"core", "debug"}, "cfg.set_now_int": {"core", "debug", "2"}, "cfg.set_delayed_int": {"core", "debug", "2"}, "cfg.reset": {"core"},
	"cfg.seti": {"core", "debug", "2"}, "cfg.set": {"core", "debug", "2"}, "core.echo": {"a", "b", "5"}, "core.printi": {"1", "2"}, "cnt.get": {"core", "rcv_requests"}, "cnt.get_raw": {"core", "rcv_requests"},
	"cnt.help": {"core", "rcv_requests"}, "cnt.reset": {"core", "rcv_requests"}, "htable.sets": {"t", "a", "b"}, "htable.seti": {"t", "n", "5"}, "htable.get": {"t", "a"}, "htable.dump": {"t"},
	"htable.delete": {"t", "a"}, "pv.shvGet": {"x"}, "pv.shvSet": {"x", "int", "7"}, "stats.fetch": {"rcv_requests"}, "stats.fetchn": {"rcv_requests"}, "stats.get_statistics": {"rcv_requests"},
	"corex.debug": {"2"}, "corex.pkg_summary": {"idx", "0"}, "core.shmmem": {"k"}, "pkg.stats": {"index", "0"}, "dbg.set_mod_level": {"core", "2"}, "dbg.trace": {"on"}, "dbg.set_mod_facility": {"core", "LOG_LOCAL1"}, "dbg.get_mod_level": {"core"}, "dbg.get_mod_facility": {"core"}, "pike.top": {"ALL"},
	"permissions.testUri": {"x", "sip:a@b", "sip:c@d"}, "benchmark.enable_global": {"1"}, "benchmark.enable_timer": {"t", "1"}, "benchmark.granularity": {"1"}, "benchmark.loglevel": {"1"}, "mqueue.get_size": {"q"}, "mqueue.fetch": {"q"}, "system.methodHelp": {"core.echo"}, "cfgutils.is_gflag": {"1"}, "cfgutils.rand_set_prob": {"20"},
}

// kamailioOnly are the members of answers that have no meaning in olelo: fragments
// of its pools, and what its processes have of their own.
var kamailioOnly = map[string]*regexp.Regexp{
	"core.shmmem": regexp.MustCompile(`(?m)^\s*fragments: .*\n`),
	"shm.stats":   regexp.MustCompile(`(?m)^\s*fragments: .*\n`),
	"shm.report":  regexp.MustCompile(`(?m)^\s*((free|total)_frags|(max|min)_(free|used)_frag_\w+): .*\n`),
	"pkg.info":    regexp.MustCompile(`(?m)^\s*size: .*\n`),
	"pkg.stats":   regexp.MustCompile(`(?m)^\s*(used|free|real_used|total_size|total_frags): .*\n`),
}

// calls are the arguments that a command is called with: those, and each with a
// text where an integer is, and the other way round, for kamcmd sends a bare number
// as an integer and s:5 as a text.
func calls(name string) [][]string {
	all := slices.Clone(arguments)
	if args, ok := good[name]; ok {
		all = append(all, args)
	}
	for _, args := range slices.Clone(all) {
		for i, a := range args {
			swapped := slices.Clone(args)
			if swapped[i] = "5"; number.MatchString(a) {
				swapped[i] = "s:" + a
			}
			all = append(all, swapped)
		}
	}
	return all
}

var (
	fault  = regexp.MustCompile(`^error: \d+ - `)
	member = regexp.MustCompile(`^(\s*)([\w./-]+): (.*)$`)
	number = regexp.MustCompile(`^-?[0-9.]+$`)
)

// shape is what kamcmd printed with values masked: faults, names and nesting
// stay, and whether a value is a number. Lines alike are one.
func shape(out string) string {
	if fault.MatchString(out) {
		return out
	}
	kind := func(value string) string {
		switch {
		case strings.HasSuffix(value, "{") || value == "}" || value == "":
			return value
		case number.MatchString(value):
			return "number"
		}
		return "text"
	}
	var lines []string
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		m := member.FindStringSubmatch(line)
		switch {
		case m != nil && m[2] == "bad_URIs_rcvd": // which olelo does not count
			continue
		case m != nil:
			line = m[1] + m[2] + ": " + kind(m[3])
		default:
			line = kind(strings.TrimSpace(line))
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// TestCommands calls each command by Debian's kamcmd on both servers.
func TestCommands(t *testing.T) {
	kamailio, ok := suite.Program(t, server.Kamailio, 1)
	if !ok {
		t.Skip("kamailio is not installed")
	}
	kamcmd, err := exec.LookPath("kamcmd")
	if err != nil {
		t.Skip("kamcmd is not installed")
	}
	olelo, _ := suite.Program(t, server.Olelo, 1)
	names := commands()
	want, got := replies(t, kamailio, kamcmd, names), replies(t, olelo, kamcmd, names)
	compared := 0
	for _, name := range names {
		for i, args := range calls(name) {
			call := strings.TrimSpace(name + " " + strings.Join(args, " "))
			compared++
			if want[name][i] != got[name][i] {
				t.Errorf("%s\nkamailio: %s\nolelo:    %s", call, want[name][i], got[name][i])
			}
		}
	}
	t.Logf("%d calls of %d commands compared", compared, len(names))
}

// commands are the names of all commands of the core and of the modules.
func commands() []string {
	names := []string{"core.shmmem"}
	add := func(x registry.Exports) {
		for _, r := range x.RPCs {
			if !slices.Contains(leftOut, r.Name) {
				names = append(names, r.Name)
			}
		}
	}
	add(core.New().Exports())
	for _, m := range commanded {
		add(all.Modules[m]().Exports())
	}
	slices.Sort(names)
	return names
}

// replies are the shapes of what kamcmd prints for each command.
func replies(t *testing.T, p server.Program, kamcmd string, names []string) map[string][]string {
	port, err := suite.Ports().Take()
	if err != nil {
		t.Fatal(err)
	}
	var config strings.Builder
	fmt.Fprintf(&config, "#!KAMAILIO\ndebug=-1\nlog_stderror=yes\nchildren=1\nauto_aliases=no\nlisten=tcp:127.0.0.1:%d\n", port)
	for _, m := range commanded {
		fmt.Fprintf(&config, "loadmodule %q\n", m+".so")
	}
	config.WriteString("modparam(\"ctl\", \"binrpc\", \"unixs:{dir}/ctl\")\nmodparam(\"cfgutils\", \"hash_file\", \"{dir}/kamailio.cfg\")\nmodparam(\"htable\", \"htable\", \"t=>size=4;\")\nmodparam(\"mqueue\", \"mqueue\", \"name=q\")\nmodparam(\"debugger\", \"mod_hash_size\", 4)\nmodparam(\"pv\", \"shvset\", \"x=i:5\")\nrequest_route { exit; }\n")
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))
	in, err := server.Start(ctx, p, server.Options{Config: config.String(), Ready: []server.Endpoint{{Network: "tcp", Addr: addr}}})
	if in != nil {
		defer in.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, name := range names {
		for _, args := range calls(name) {
			out, err := exec.CommandContext(ctx, kamcmd, append([]string{"-s", "unixs:" + in.Path("ctl"), name}, args...)...).CombinedOutput()
			if ctx.Err() != nil {
				t.Fatalf("%s %q on %s: %v: %s", name, args, p.Kind, err, out)
			}
			if r := kamailioOnly[name]; r != nil && p.Kind == server.Kamailio {
				out = r.ReplaceAll(out, nil)
			}
			all[name] = append(all[name], shape(string(out)))
		}
	}
	return all
}
