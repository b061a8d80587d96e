package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/app"
	"olelo/runtime/core"
	"olelo/runtime/log"
)

func parseKamailio(t *testing.T, args ...string) (*kamailioFlags, app.Options, error) {
	t.Helper()
	k := newKamailioFlags()
	if err := k.Parse(args); err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	o, err := k.options()
	return k, o, err
}

func ptr[T any](v T) *T { return &v }

// What kamailio's options mean, in the forms that getopt takes.
func TestKamailioOptions(t *testing.T) {
	for _, x := range []struct {
		args []string
		want core.Overrides
	}{
		{[]string{"-n4", "-N", "5", "-m", "64", "-M8", "-x", "fm", "-X", "qm"}, core.Overrides{
			Children: ptr(4), TCPChildren: ptr(5),
		}},
		{[]string{"-l", "udp:127.0.0.1:5060", "-ltcp:127.0.0.1:5060"}, core.Overrides{Listen: []string{"udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"}}},
		{[]string{"-DDEe"}, core.Overrides{LogStderr: ptr(true), LogColor: ptr(true)}},
		{[]string{"-d", "-dd"}, core.Overrides{Debug: ptr(3)}},
		{[]string{"--debug=-1", "-d"}, core.Overrides{Debug: ptr(-1)}},
		{[]string{"-a", "no", "--alias=tcp:a.b:5060", "--alias", "c.d"}, core.Overrides{AutoAliases: ptr(false), Aliases: []string{"tcp:a.b:5060", "c.d"}}},
		{[]string{"-a", "on"}, core.Overrides{AutoAliases: ptr(true)}},
		{[]string{"-TSKrR"}, core.Overrides{DisableTCP: ptr(true), CheckVia: ptr(true), ReceivedDNS: ptr(true), ReceivedRDNS: ptr(true)}},
		{[]string{"-u", "root", "-g", "0", "-t", "/c", "-w", "/w", "-Y", "/y", "-W", "epoll_lt", "-b", "65536", "-O", "3", "-Q", "2", "--server-id=7"}, core.Overrides{
			User: ptr("root"), Group: ptr("0"), Chroot: ptr("/c"), WorkDir: ptr("/w"), RunDir: ptr("/y"),
			MaxBuffer: ptr(65536), ServerID: ptr(7),
		}},
		{[]string{"--lenient", "--log-engine=udp:x"}, core.Overrides{LogEngine: ptr("udp:x")}},
		{[]string{"-f", "x.cfg", "left", "over"}, core.Overrides{}},
	} {
		_, o, err := parseKamailio(t, x.args...)
		got := o.Core
		if len(got.Listen) == 0 {
			got.Listen = nil
		}
		if len(got.Aliases) == 0 {
			got.Aliases = nil
		}
		if d := cmp.Diff(x.want, got); d != "" || err != nil {
			t.Errorf("%q: %v, overrides (-want +got):\n%s", x.args, err, d)
		}
	}
}

func TestKamailioOptionsBesideTheCore(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	k, o, err := parseKamailio(t, "-cf", "x.cfg", "-A", "FLAG", "-A", `TEXT="a=b"`, "-A", "EMPTY=", "-L", "/m",
		"--substdef=/A/B/", "--subst=/C/D/g", "--loadmodule=pv.so", "--modparam=corex:alias_subdomains:s:a:b", "--modparam", "msrp:sipmsg:i:0x1",
		"-P", "x.pid", "--log-format=json", "--compat=6")
	if err != nil {
		t.Fatal(err)
	}
	type options struct {
		File, ModulePath string
		Defines          []app.Define
		Substs           []app.Subst
		Load             []string
		ModParams        []app.ModParam
		LogFormat        log.Format
		Dialect          app.Dialect
		DropIn, Check    bool
	}
	want := options{
		File: filepath.Join(here, "x.cfg"), ModulePath: "/m",
		Defines:   []app.Define{{ID: "FLAG"}, {ID: "TEXT", Value: `"a=b"`, HasValue: true}, {ID: "EMPTY", HasValue: true}},
		Substs:    []app.Subst{{Directive: "substdef", Text: "/A/B/"}, {Directive: "subst", Text: "/C/D/g"}},
		Load:      []string{"pv.so"},
		ModParams: []app.ModParam{{Module: "corex", Name: "alias_subdomains", Str: "a:b"}, {Module: "msrp", Name: "sipmsg", IsInt: true, Int: 1}},
		LogFormat: log.JSON, Dialect: app.Dialect6, DropIn: true, Check: true,
	}
	got := options{o.File, o.ModulePath, o.Defines, o.Substs, o.LoadModules, o.ModParams, o.LogFormat, o.Dialect, o.DropIn, k.check}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("options (-want +got):\n%s", d)
	}
	_, o, err = parseKamailio(t, "-f", "-")
	if err != nil || o.File != "-" {
		t.Errorf("-f -: file %q, %v", o.File, err)
	}
	_, o, err = parseKamailio(t, "-c")
	if err != nil || o.File != "/etc/kamailio/kamailio.cfg" {
		t.Errorf("without -f: file %q, %v", o.File, err)
	}
}

// getopt_long takes a long name cut short, where it stays the only one.
func TestKamailioLongNamesCutShort(t *testing.T) {
	_, o, err := parseKamailio(t, "--al=x", "--log-f=json", "--serv=3", "--modp=a:b:s:c", "--subst=/a/b/", "--debug=1")
	if err != nil || len(o.Core.Aliases) != 1 || o.LogFormat != log.JSON || *o.Core.ServerID != 3 || len(o.ModParams) != 1 || len(o.Substs) != 1 || *o.Core.Debug != 1 {
		t.Errorf("options %+v, %v", o.Core, err)
	}
	var stdout, stderr bytes.Buffer
	if status := run([]string{"olelo", "--log=x", "-c"}, &stdout, &stderr); status != 255 || stderr.String() != "Unknown option '--log'. Use -h for help.\n" {
		t.Errorf("--log, which may be several: status %d, stderr %q", status, stderr.String())
	}
}

// The texts are kamailio's where it has one.
func TestKamailioMistakes(t *testing.T) {
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{"-Z"}, "Unknown option '-Z'. Use -h for help."},
		{[]string{"-DDZ"}, "Unknown option '-Z'. Use -h for help."},
		{[]string{"-F"}, "Unknown option '-F'. Use -h for help."},
		{[]string{"--nosuch"}, "Unknown option '--nosuch'. Use -h for help."},
		{[]string{"-f"}, "Option '-f' requires an argument. Use -h for help."},
		{[]string{"-DDf"}, "Option '-f' requires an argument. Use -h for help."},
		{[]string{"-n"}, "Option '-n' requires an argument. Use -h for help."},
		{[]string{"-n", "abc"}, "bad process number: -n abc"},
		{[]string{"-n", "-3"}, "bad process number: -n -3"},
		{[]string{"-m", "abc"}, "bad shmem size number: -m abc"},
		{[]string{"-M", "x"}, "bad private mem size number: -M x"},
		{[]string{"-b", "x"}, "bad max buffer size number: -b x"},
		{[]string{"-O", "x"}, "bad optimization level: -O x"},
		{[]string{"-N", "x"}, "bad number of TCP processes: -N x"},
		{[]string{"--debug=x"}, "bad debug level: --debug=x"},
		{[]string{"--server-id=x"}, "bad server_id value: --server-id=x"},
		{[]string{"-a", "maybe"}, "bad auto aliases parameter: maybe (valid on, off, yes, no)"},
		{[]string{"-x", "foo"}, "bad memory manager: -x foo (valid fm, qm, tlsf)"},
		{[]string{"-u", "no such user"}, "bad user name/uid number: -u no such user"},
		{[]string{"-g", "no such group"}, "bad group name/gid number: -g no such group"},
		{[]string{"-A", "X", "-A", "X=1"}, "error at define param: -A X=1: already defined: X"},
		{[]string{"-A", "=x"}, "error at define param: -A =x: the name is missing, as in -A ID=VALUE"},
		{[]string{"--modparam=foo"}, "failed to set modparam: foo: it is written MODULE:NAME:TYPE:VALUE, as in msrp:sipmsg:i:1"},
		{[]string{"--modparam=a:b:i:x"}, `failed to set modparam: a:b:i:x: "x" is not a number`},
		{[]string{"--modparam=a:b:f:1"}, `failed to set modparam: a:b:f:1: the type is s or i, not "f"`},
		{[]string{"--atexit=foo"}, "bad atexit parameter: foo (valid y, yes, 1, n, no, 0)"},
		{[]string{"--compat=7"}, `--compat: there is 5.6 and 6, not "7"`},
		{[]string{"--log-format=xml"}, `--log-format: log format "xml": text or json`},
		{[]string{"--cfg-print"}, "--cfg-print is known in Kamailio, and olelo does not run it yet"},
	} {
		var stdout, stderr bytes.Buffer
		status := run(append([]string{"olelo"}, x.args...), &stdout, &stderr)
		if d := cmp.Diff(x.want+"\n", stderr.String()); d != "" || status != 255 || stdout.Len() > 0 {
			t.Errorf("%q: status %d, stdout %q, stderr (-want +got):\n%s", x.args, status, stdout.String(), d)
		}
	}
}

// Every option that kamailio 5.6.3 -h shows is known and explained.
func TestKamailioHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := run([]string{"olelo", "-h"}, &stdout, &stderr); status != 0 || stderr.Len() > 0 {
		t.Fatalf("status %d, stderr %q", status, stderr.String())
	}
	for _, opt := range strings.Fields(`-a --alias --atexit -A -b -c --cfg-print -d --debug -D -e -E -f -g -G -h --help -I -K -l
		--loadmodule --log-engine -L -m --modparam -M -n -N -O -P -Q -r -R --server-id --subst --substdef --substdefs -S -t -T -u -v
		--version -x -X -Y -w -W`) {
		if !strings.Contains(stdout.String(), " "+opt+" ") && !strings.Contains(stdout.String(), " "+opt+",") {
			t.Errorf("-h does not show %s", opt)
		}
	}
	if k := newKamailioFlags(); k.ShorthandLookup("V") == nil {
		t.Error("-V is not known")
	}
}

func TestVersions(t *testing.T) {
	for _, args := range [][]string{{"-v"}, {"-V"}, {"--version"}, {"-I"}, {"-ccvf", "x.cfg"}, {"version"}} {
		var stdout, stderr bytes.Buffer
		status := run(append([]string{"olelo"}, args...), &stdout, &stderr)
		if status != 0 || stderr.Len() > 0 || !strings.HasPrefix(stdout.String(), "version: olelo "+core.Version+" (") {
			t.Errorf("%q: status %d, stdout %q, stderr %q", args, status, stdout.String(), stderr.String())
		}
	}
}

func TestCommands(t *testing.T) {
	for _, x := range []struct {
		args   []string
		status int
		stdout string // a part of it
		stderr string
	}{
		{nil, 255, "", "usage: olelo COMMAND"},
		{[]string{"help"}, 0, "usage: olelo COMMAND", ""},
		{[]string{"rnu"}, 255, "", "there is no command \"rnu\": did you mean run?"},
		{[]string{"help", "fmt"}, 0, "usage: olelo fmt", ""},
		{[]string{"help", "help"}, 0, "usage: olelo COMMAND", ""},
		{[]string{"help", "chekc"}, 255, "", "did you mean check?"},
		{[]string{"run", "--help"}, 0, "usage: olelo run", ""},
		{[]string{"check", "-h"}, 0, "usage: olelo check", ""},
		{[]string{"dis", "--help"}, 0, "usage: olelo dis", ""},
		{[]string{"rpc", "--help"}, 0, "usage: olelo rpc", ""},
		{[]string{"run"}, 255, "", "which configuration? olelo run -f FILE"},
		{[]string{"check", "a", "b"}, 255, "", "which configuration?"},
		{[]string{"check", "-f", "a", "b"}, 255, "", `"b" is left over`},
		{[]string{"check", "--format=xml", "a"}, 255, "", "text, json, sarif or kamailio"},
		{[]string{"run", "--nosuch"}, 255, "", "olelo run --help lists the options"},
		{[]string{"check", "-A", "X", "-A", "X", "a"}, 255, "", "already defined: X"},
	} {
		var stdout, stderr bytes.Buffer
		status := run(append([]string{"olelo"}, x.args...), &stdout, &stderr)
		if status != x.status || !strings.Contains(stdout.String(), x.stdout) || !strings.Contains(stderr.String(), x.stderr) ||
			x.stdout == "" && stdout.Len() > 0 || x.stderr == "" && stderr.Len() > 0 {
			t.Errorf("%q: status %d, stdout %q, stderr %q", x.args, status, stdout.String(), stderr.String())
		}
	}
}

// Called by the name kamailio, all is kamailio's command line.
func TestCalledKamailio(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := run([]string{"/usr/sbin/kamailio", "-v"}, &stdout, &stderr); status != 0 {
		t.Errorf("kamailio -v: status %d", status)
	}
}
