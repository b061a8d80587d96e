package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"olelo/runtime/app"
	"olelo/runtime/core"
	"olelo/runtime/log"
)

// defaultConfig is where kamailio looks too.
const defaultConfig = "/etc/kamailio/kamailio.cfg"

// kamailioFlags is kamailio's command line as getopt reads it: letters may be
// joined (-DDE) and repeated, long names may be cut short.
type kamailioFlags struct {
	*pflag.FlagSet

	file, autoAliases, atexit, maxBuffer, debug, group, pgid, modules *string
	shm, pkg, children, tcpChildren, optimize, pid, sctpChildren      *string
	serverID, chroot, user, shmAlloc, pkgAlloc, rundir, workdir, poll *string
	logEngine, compat, logFormat, coverage                            *string

	aliases, defines, listen, load, modparams *[]string
	substs                                    []app.Subst
	held                                      *held

	check, cfgPrint, color, stderr, help, internals, version bool
	viaCheck, dns, rdns, noTCP, lenient                      bool
	debugs, dontFork                                         int
}

func newKamailioFlags() *kamailioFlags {
	f := pflag.NewFlagSet("kamailio", pflag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	f.SortFlags = false
	k := &kamailioFlags{FlagSet: f}

	k.autoAliases = f.StringP("auto-aliases", "a", "", "`yes|no`: whether the names that reverse DNS gives are the server's own too, over auto_aliases=")
	k.aliases = f.StringArray("alias", nil, "`NAME` that is the server's own, as alias= sets it: [proto:]host[:port]")
	k.atexit = f.String("atexit", "", "accepted, `yes|no`: nothing is linked that could run at the end")
	k.defines = f.StringArrayP("define", "A", nil, "`ID[=VALUE]` to #!define before the file")
	k.maxBuffer = f.StringP("max-buffer", "b", "", "`BYTES` of a UDP socket's receive buffer, over maxbuffer=")
	f.BoolVarP(&k.check, "check", "c", false, "check the configuration and exit: all that a start does but opening sockets")
	f.BoolVar(&k.cfgPrint, "cfg-print", false, "known in Kamailio, olelo does not run it yet")
	f.CountVarP(&k.debugs, "debug-level", "d", "the log's level, one more each time: -d is 1, -ddd is 3; over debug=")
	k.debug = f.String("debug", "", "the log's `LEVEL`, over debug=")
	f.CountVarP(&k.dontFork, "dont-fork", "D", "-D and -DD stay in the foreground; without it, or -DDD, run in the background")
	f.BoolVarP(&k.color, "log-color", "e", false, "terminal colours in the log")
	f.BoolVarP(&k.stderr, "log-stderr", "E", false, "log to standard error, whatever log_stderror= says")
	k.file = f.StringP("file", "f", defaultConfig, "the configuration, a `FILE`; - is standard input")
	k.group = f.StringP("group", "g", "", "`GROUP` to run as once the sockets are open, over group=")
	k.pgid = f.StringP("pgid-file", "G", "", "`FILE` for the process group's id")
	f.BoolVarP(&k.help, "help", "h", false, "this text")
	f.BoolVarP(&k.internals, "internals", "I", false, "print what olelo was built with")
	f.BoolVarP(&k.viaCheck, "check-via", "K", false, "accepted: olelo does not check the Via of replies yet")
	k.listen = f.StringArrayP("listen", "l", nil, "`ADDRESS` to listen on beside listen=: [proto:]host[:port][/advertised[:port]], where host is an IP address, a name, an interface, or several of them in ( )")
	k.load = f.StringArray("loadmodule", nil, "`NAME` of a module to load before the configuration's own")
	k.logEngine = f.String("log-engine", "", "`NAME`: known in Kamailio, olelo does not run it yet")
	k.modules = f.StringP("module-path", "L", "", "accepted, `PATH` of modules: olelo's are built in")
	k.shm = f.StringP("shared-memory", "m", "", "accepted, `MB`: the Go runtime manages the memory")
	k.modparams = f.StringArray("modparam", nil, "`PARAMETER` of a module to set: module:name:type:value, where type is s or i")
	k.pkg = f.StringP("private-memory", "M", "", "accepted, `MB`: the Go runtime manages the memory")
	k.children = f.StringP("children", "n", "", "`NUMBER` of workers of each UDP socket, over children=")
	k.tcpChildren = f.StringP("tcp-children", "N", "", "`NUMBER` of workers of connections, over tcp_children=")
	k.optimize = f.StringP("optimize", "O", "", "accepted, `LEVEL`: routes are always compiled")
	k.pid = f.StringP("pid-file", "P", "", "`FILE` for the process id")
	k.sctpChildren = f.StringP("sctp-children", "Q", "", "accepted, `NUMBER`: olelo has no SCTP")
	f.BoolVarP(&k.dns, "dns", "r", false, "accepted: olelo does not look up hosts in a Via yet")
	f.BoolVarP(&k.rdns, "rev-dns", "R", false, "accepted: olelo does not look up source addresses yet")
	k.serverID = f.String("server-id", "", "`NUMBER` of this server, over server_id=")
	f.Var(&substValue{"subst", &k.substs}, "subst", "`/REGEX/TEXT/` to #!subst before the file")
	f.Var(&substValue{"substdef", &k.substs}, "substdef", "`/ID/VALUE/` to #!substdef before the file")
	f.Var(&substValue{"substdefs", &k.substs}, "substdefs", "`/ID/VALUE/` to #!substdefs before the file")
	f.BoolP("no-sctp", "S", false, "accepted: olelo has no SCTP")
	k.chroot = f.StringP("chroot", "t", "", "`DIR` to change the root to once the sockets are open, over chroot=")
	f.BoolVarP(&k.noTCP, "no-tcp", "T", false, "no TCP and no TLS")
	k.user = f.StringP("user", "u", "", "`USER` to run as once the sockets are open, over user=")
	f.BoolVarP(&k.version, "version", "v", false, "print the version (-V too)")
	f.BoolVarP(&k.version, "versions", "V", false, "")
	f.Lookup("versions").Hidden = true
	k.shmAlloc = f.StringP("shared-allocator", "x", "", "accepted, `NAME`: fm, qm or tlsf")
	k.pkgAlloc = f.StringP("private-allocator", "X", "", "accepted, `NAME`: fm, qm or tlsf")
	k.rundir = f.StringP("run-dir", "Y", "", "`DIR` for sockets and other files of the running server, over rundir=")
	k.workdir = f.StringP("work-dir", "w", "", "`DIR` to work in, over workdir= (default /)")
	k.poll = f.StringP("poll-method", "W", "", "accepted, `NAME`: the Go runtime polls")

	f.BoolVar(&k.lenient, "lenient", false, "olelo's own: go on without what Kamailio runs and olelo does not run yet")
	k.compat = f.String("compat", "5.6", "olelo's own: `VERSION` of Kamailio whose meaning counts where they differ: 5.6 or 6")
	k.logFormat = f.String("log-format", "text", "olelo's own: `FORM` of log lines: text, as Kamailio's, or json")
	k.coverage = f.String("coverage", "", "olelo's own: `FILE` for what of the routes ran, written at the end")
	k.held = newHeld(f, "olelo's own, ")
	f.SetNormalizeFunc(k.complete)
	return k
}

// uncut are long names that do not make a shortened one of Kamailio's ambiguous.
var uncut = []string{"versions", clockOption, seedOption}

// complete lets a long name be cut short where it stays the only one.
func (k *kamailioFlags) complete(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	found, n := name, 0
	k.VisitAll(func(f *pflag.Flag) {
		switch {
		case f.Name == name:
			found, n = name, -1000
		case strings.HasPrefix(f.Name, name) && !slices.Contains(uncut, f.Name):
			found = f.Name
			n++
		}
	})
	if n == 1 {
		return pflag.NormalizedName(found)
	}
	return pflag.NormalizedName(name)
}

// substValue collects --subst and its relatives in their common order.
type substValue struct {
	directive string
	to        *[]app.Subst
}

func (v *substValue) String() string { return "" }
func (v *substValue) Type() string   { return v.directive }

func (v *substValue) Set(s string) error {
	*v.to = append(*v.to, app.Subst{Directive: v.directive, Text: s})
	return nil
}

// kamailioCommand is the command line of kamailio.
func kamailioCommand(args []string, stdout, stderr io.Writer) int {
	k := newKamailioFlags()
	if err := k.Parse(args); err != nil {
		fmt.Fprintln(stderr, getoptError(err))
		return statusFailed
	}
	switch {
	case k.help:
		k.usage(stdout)
		return statusOK
	case k.version, k.internals:
		printVersion(stdout)
		return statusOK
	}
	o, err := k.options()
	if err != nil {
		fmt.Fprintln(stderr, err)
		return statusFailed
	}
	o.Stdout, o.Stderr = stdout, stderr
	if k.check {
		o.ParserOnly = true
		if status := check(o, stderr); status != statusOK {
			return status
		}
		fmt.Fprintln(stderr, "config file ok, exiting...")
		return statusOK
	}
	p := &process{pidFile: absolute(*k.pid), pgidFile: absolute(*k.pgid), coverageFile: absolute(*k.coverage)}
	if k.dontFork == 0 || k.dontFork > 2 {
		return daemon(o, p, args)
	}
	if k.dontFork == 1 {
		fmt.Fprintln(stderr, "WARNING: no fork mode ")
	}
	return serve(o, p)
}

func (k *kamailioFlags) usage(w io.Writer) {
	printVersion(w)
	fmt.Fprint(w, "Usage: olelo [options], as kamailio's; \"olelo help\" has olelo's own commands\nOptions:\n")
	printOptions(w, k.FlagSet)
}

// getoptError says what getopt's caller in kamailio says.
func getoptError(err error) string {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		name := "--" + unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			name = "-" + unknown.GetSpecifiedName()
		}
		return fmt.Sprintf("Unknown option '%s'. Use -h for help.", name)
	case errors.As(err, &missing):
		name := "--" + missing.GetSpecifiedName()
		if missing.GetSpecifiedShortnames() != "" {
			name = "-" + missing.GetSpecifiedName()
		}
		return fmt.Sprintf("Option '%s' requires an argument. Use -h for help.", name)
	}
	return err.Error() + ". Use -h for help."
}

// options turns the flags into what the server is told.
func (k *kamailioFlags) options() (app.Options, error) {
	if k.cfgPrint {
		return app.Options{}, errors.New("--cfg-print is known in Kamailio, and olelo does not run it yet")
	}
	file := *k.file
	if file != "-" {
		file = absolute(file)
	}
	o := newOptions(file)
	o.DropIn, o.Report = true, app.ReportBoth
	o.LoadModules = *k.load
	o.ModulePath = *k.modules
	o.Substs = k.substs
	o.Lenient = k.lenient
	k.held.over(&o)
	var err error
	if o.Defines, err = defines(*k.defines); err != nil {
		return o, err
	}
	if o.LogFormat, err = log.ParseFormat(*k.logFormat); err != nil {
		return o, fmt.Errorf("--log-format: %w", err)
	}
	if o.Dialect, err = dialect(*k.compat); err != nil {
		return o, err
	}
	for _, p := range *k.modparams {
		m, err := modParam(p)
		if err != nil {
			return o, err
		}
		o.ModParams = append(o.ModParams, m)
	}
	if err := k.checkWords(); err != nil {
		return o, err
	}
	return o, k.overrides(&o)
}

// overrides sets what goes over the configuration's global parameters.
func (k *kamailioFlags) overrides(o *app.Options) error {
	c := &o.Core
	c.Listen, c.Aliases = *k.listen, *k.aliases
	for _, x := range []struct {
		to    **int // nil: only checked
		text  string
		least int
		wrong string
	}{
		{&c.Children, *k.children, 0, "bad process number: -n "},
		{&c.TCPChildren, *k.tcpChildren, 0, "bad number of TCP processes: -N "},
		{nil, *k.sctpChildren, 0, "bad number of SCTP processes: -Q "},
		{nil, *k.shm, 0, "bad shmem size number: -m "},
		{nil, *k.pkg, 0, "bad private mem size number: -M "},
		{&c.MaxBuffer, *k.maxBuffer, 0, "bad max buffer size number: -b "},
		{nil, *k.optimize, 0, "bad optimization level: -O "},
		{&c.ServerID, *k.serverID, 0, "bad server_id value: --server-id="},
		{&c.Debug, *k.debug, -1 << 31, "bad debug level: --debug="},
	} {
		if x.text == "" {
			continue
		}
		n, err := strconv.ParseInt(x.text, 10, 32)
		if err != nil || n < int64(x.least) {
			return errors.New(x.wrong + x.text)
		}
		if x.to != nil {
			i := int(n)
			*x.to = &i
		}
	}
	if k.debugs > 0 && c.Debug == nil {
		c.Debug = &k.debugs
	}
	for _, x := range []struct {
		to **bool
		on bool
	}{
		{&c.LogStderr, k.stderr},
		{&c.LogColor, k.color},
		{&c.DisableTCP, k.noTCP},
		{&c.CheckVia, k.viaCheck},
		{&c.ReceivedDNS, k.dns},
		{&c.ReceivedRDNS, k.rdns},
	} {
		if x.on {
			on := true
			*x.to = &on
		}
	}
	switch *k.autoAliases {
	case "":
	case "yes", "on", "no", "off":
		on := *k.autoAliases == "yes" || *k.autoAliases == "on"
		c.AutoAliases = &on
	default:
		return fmt.Errorf("bad auto aliases parameter: %s (valid on, off, yes, no)", *k.autoAliases)
	}
	for _, x := range []struct {
		to   **string
		text *string
	}{
		{&c.User, k.user},
		{&c.Group, k.group},
		{&c.Chroot, k.chroot},
		{&c.WorkDir, k.workdir},
		{&c.RunDir, k.rundir},
		{&c.LogEngine, k.logEngine},
	} {
		if *x.text != "" {
			*x.to = x.text
		}
	}
	return nil
}

// pollMethods are those that Kamailio's -W knows.
var pollMethods = []string{"none", "poll", "epoll_lt", "epoll_et", "sigio_rt", "select", "kqueue", "/dev/poll"}

// checkWords refuses the arguments that kamailio refuses though olelo has no
// use for them, and the users and groups that the host does not have.
func (k *kamailioFlags) checkWords() error {
	for _, x := range []struct{ opt, word string }{{"-x", *k.shmAlloc}, {"-X", *k.pkgAlloc}} {
		if x.word != "" && !slices.Contains([]string{"fm", "qm", "tlsf"}, strings.ToLower(strings.TrimSpace(x.word))) {
			return fmt.Errorf("bad memory manager: %s %s (valid fm, qm, tlsf)", x.opt, x.word)
		}
	}
	if *k.poll != "" && !slices.Contains(pollMethods, *k.poll) {
		return fmt.Errorf("bad poll method name: -W %s\ntry one of %s", *k.poll, strings.Join(pollMethods, ", "))
	}
	if a := *k.atexit; a != "" && !slices.Contains([]string{"y", "yes", "1", "n", "no", "0"}, strings.ToLower(a)) {
		return fmt.Errorf("bad atexit parameter: %s (valid y, yes, 1, n, no, 0)", a)
	}
	if *k.user != "" {
		if _, err := core.LookupUser(*k.user); err != nil {
			return fmt.Errorf("bad user name/uid number: -u %s", *k.user)
		}
	}
	if *k.group != "" {
		if _, err := core.LookupGroup(*k.group); err != nil {
			return fmt.Errorf("bad group name/gid number: -g %s", *k.group)
		}
	}
	return nil
}

// modParam reads --modparam's MODULE:NAME:TYPE:VALUE.
func modParam(arg string) (app.ModParam, error) {
	f := strings.SplitN(arg, ":", 4)
	if len(f) != 4 || f[0] == "" || f[1] == "" {
		return app.ModParam{}, fmt.Errorf("failed to set modparam: %s: it is written MODULE:NAME:TYPE:VALUE, as in msrp:sipmsg:i:1", arg)
	}
	p := app.ModParam{Module: f[0], Name: f[1]}
	switch f[2] {
	case "s":
		p.Str = f[3]
	case "i":
		n, err := strconv.ParseInt(f[3], 0, 64)
		if err != nil {
			return p, fmt.Errorf("failed to set modparam: %s: %q is not a number", arg, f[3])
		}
		p.Int, p.IsInt = n, true
	default:
		return p, fmt.Errorf("failed to set modparam: %s: the type is s or i, not %q", arg, f[2])
	}
	return p, nil
}

// absolute makes a path independent of the working directory, which changes
// to -w's when the server starts.
func absolute(path string) string {
	if path == "" {
		return ""
	}
	if a, err := filepath.Abs(path); err == nil {
		return a
	}
	return path
}
