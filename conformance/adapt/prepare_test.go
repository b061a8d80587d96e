package adapt_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/conformance/adapt"
	"olelo/conformance/server"
)

// counting hands out 20001, 20002, …: nothing is opened.
func counting() func() (int, error) {
	n := 20000
	return func() (int, error) { n++; return n, nil }
}

// pretended is a folder that looks like a Kamailio's modules.
func pretended(t *testing.T, modules ...string) string {
	t.Helper()
	dir := folder(t)
	for _, m := range modules {
		write(t, dir, map[string]string{m + ".so": ""})
	}
	return dir
}

// TestText has what becomes of the text of a configuration on both servers,
// byte by byte. {run} is the run-time folder.
func TestText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"shorter and longer", "listen=udp:10.123.123.123:50600 advertise 192.0.2.1\nlisten=tcp:[::1] # x\n", "listen=udp:127.0.0.1:20001      advertise 192.0.2.1\nlisten=tcp:127.0.0.1:20002 # x\n"},
		{"one address, one port", "listen=udp:10.1.2.3:5060\nlisten=tcp:10.1.2.3\nlisten=10.1.2.3:5060\nlisten=udp:10.1.2.3:5061\n", "listen=udp:127.0.0.1:20001\nlisten=tcp:127.0.0.1:20001\nlisten=127.0.0.1:20001\nlisten=udp:127.0.0.1:20002\n"},
		{"the default port", "port=5070 tls_port_no=5071 listen=udp:10.1.2.3\nlisten=tcp:10.1.2.3:5070\nlisten=tls:10.1.2.3 listen=tls:10.1.2.3:5071", "port=5070 tls_port_no=5071 listen=udp:127.0.0.1:20001\nlisten=tcp:127.0.0.1:20001\nlisten=tls:127.0.0.1:20002 listen=tls:127.0.0.1:20002"},
		{"lines stay", "listen\n=\nudp:10.1.2.3:5060\nadvertise\n192.0.2.1 :5070\nname \"a\"\nmodparam(\"jsonrpcs\", \"fifo_name\",\n\"/a/\"\n\"b\")\nport=1", "listen\n=\nudp:127.0.0.1:20001\nadvertise\n192.0.2.1 :5070\nname \"a\"\nmodparam(\"jsonrpcs\", \"fifo_name\",\n\"{run}/b\"\n   )\nport=1"},
		{"without protocol, with TLS", "enable_tls=yes\nloadmodule \"tls.so\"\nlisten=10.1.2.3:5060 advertise 192.0.2.1:5070 name \"a\"\nlisten=tls:10.1.2.3:5061\n", "enable_tls=yes\nloadmodule \"tls.so\"\nlisten=udp:127.0.0.1:20001 advertise 192.0.2.1:5070 name \"a\" listen=tcp:127.0.0.1:20001 advertise 192.0.2.1:5070 name \"a\" listen=tls:127.0.0.1:20002 advertise 192.0.2.1:5070 name \"a\"\nlisten=tls:127.0.0.1:20002\n"},
		{"several hosts", "listen=udp:(eth0, 10.1.2.3):5060 virtual", "listen=udp:127.0.0.1:20001 virtual listen=udp:127.0.0.1:20002 virtual"},
		{"defines", "#!define A 10.1.2.3\n#!define P 5060\n#!define W udp:A:P advertise 192.0.2.1:P\nlisten=udp:A:P\nlisten=W name \"w\"\n", "#!define A 10.1.2.3\n#!define P 5060\n#!define W udp:A:P advertise 192.0.2.1:P\nlisten=udp:127.0.0.1:20001\nlisten=udp:127.0.0.1:20001 advertise 192.0.2.1:5060 name \"w\"\n"},
		{"only what is active", "# listen=udp:10.1.2.3:5060\n#!ifdef X\nlisten=udp:10.1.2.3:5061\n#!else\nlisten=udp:10.1.2.3:5062\n#!endif\n/*\nlisten=udp:10.1.2.3:5063\n*/\n", "# listen=udp:10.1.2.3:5060\n#!ifdef X\nlisten=udp:10.1.2.3:5061\n#!else\nlisten=udp:127.0.0.1:20001\n#!endif\n/*\nlisten=udp:10.1.2.3:5063\n*/\n"},
		{"the file's own encoding", "\ufefflisten=udp:10.1.2.3:5060\r\nchroot=\"/é\"\r\nport=5060\r\n", "\ufefflisten=udp:127.0.0.1:20001\r\n            \r\nport=5060\r\n"},
		{"taken out", "listen=udp:10.1.2.3:5060\nchroot=\"/srv\"; open_files_limit = 4096\nmlock_pages=yes\n", "listen=udp:127.0.0.1:20001\n             ;                        \n               \n"},
		{
			"control sockets", "listen=udp:10.1.2.3:5060\nmodparam(\"ctl\", \"binrpc\", \"tcp:10.1.2.3:2049\")\nmodparam('ctl', 'binrpc', 'x')\nmodparam(\"ctl\", \"mode\", 0600)\nmodparam(\"jsonrpcs\", \"fifo_name\", \"/a/b.fifo\")\nmodparam(\"jsonrpcs\", \"dgram_socket\", \"rel.sock\")\nmodparam(\"mi_fifo\", \"fifo_name\", \"/tmp/x\")",
			"listen=udp:127.0.0.1:20001\nmodparam(\"ctl\", \"binrpc\", \"unix:{run}/kamailio_ctl\")\nmodparam('ctl', 'binrpc', \"unix:{run}/kamailio_ctl_2\")\nmodparam(\"ctl\", \"mode\", 0600)\nmodparam(\"jsonrpcs\", \"fifo_name\", \"{run}/b.fifo\")\nmodparam(\"jsonrpcs\", \"dgram_socket\", \"rel.sock\")\nmodparam(\"mi_fifo\", \"fifo_name\", \"{run}/x\")",
		},
		{"ctl without binrpc", "listen=udp:10.1.2.3:5060\nmodparam(\"ctl\", \"fifo\", \"/a\")\nmodparam(\"ctl\", \"fifo\", \"/b\")\n", "listen=udp:127.0.0.1:20001\nmodparam(\"ctl\", \"binrpc\", \"unix:{run}/kamailio_ctl\")\nmodparam(\"ctl\", \"fifo\", \"{run}/kamailio_fifo_2\")\n"},
		{"evapi", "listen=udp:10.1.2.3:5060\nmodparam(\"evapi\", \"bind_addr\", \"10.1.2.3:8448\")\n", "listen=udp:127.0.0.1:20001\nmodparam(\"evapi\", \"bind_addr\", \"127.0.0.1:20002\")\n"},
		{"own addresses", "listen=udp:10.1.2.3:5060\nmodparam(\"dmq\", \"server_address\", \"sip:10.1.2.3:5060\")\nmodparam(\"x\", \"y\", \"110.1.2.3:5060 10.1.2.3:50601 10.1.2.3:5060;a\")\n", "listen=udp:127.0.0.1:20001\nmodparam(\"dmq\", \"server_address\", \"sip:127.0.0.1:20001\")\nmodparam(\"x\", \"y\", \"110.1.2.3:5060 10.1.2.3:50601 127.0.0.1:20001;a\")\n"},
		{"routes", "listen=udp:10.1.2.3:5060\nrequest_route { force_send_socket(udp:10.1.2.3:5060); $fs = \"udp:10.1.2.3:5060\"; }\n", "listen=udp:127.0.0.1:20001\nrequest_route { force_send_socket(udp:127.0.0.1:20001); $fs = \"udp:127.0.0.1:20001\"; }\n"},
		{"mistakes stay", "listen=udp:10.1.2.3:5060\nlisten=ws:10.1.2.3:80\nlisten=\"udp:10.1.2.3:5060\"\nchildren=many\nrequest_route { if (1 { }\nlisten=tcp:10.1.2.3:5060\n", "listen=udp:127.0.0.1:20001\nlisten=ws:10.1.2.3:80\nlisten=\"udp:10.1.2.3:5060\"\nchildren=many\nrequest_route { if (1 { }\nlisten=tcp:127.0.0.1:20001\n"},
	} {
		for _, kind := range []server.Kind{server.Olelo, server.Kamailio} {
			dir, out := folder(t), folder(t)
			write(t, dir, map[string]string{"a.cfg": c.in})
			s, err := adapt.Prepare(filepath.Join(dir, "a.cfg"), adapt.Options{Dir: out, Kind: kind, ModulePath: pretended(t, "tls"), Take: counting()})
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			got, err := os.ReadFile(s.Config)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(strings.ReplaceAll(c.want, "{run}", s.RunDir), string(got)); d != "" {
				t.Errorf("%s, %s: %s\n%s", c.name, kind, d, strings.Join(s.Notes, "\n"))
			}
			if a, b := strings.Count(c.in, "\n"), strings.Count(string(got), "\n"); a != b {
				t.Errorf("%s: %d lines, had %d", c.name, b, a)
			}
		}
	}
}

// TestModules has what becomes of loadmodule on Kamailio.
func TestModules(t *testing.T) {
	path := pretended(t, "sl", "ctl")
	for _, c := range []struct{ in, want, err string }{
		{"loadmodule \"sl.so\"\nloadmodule \"sl\"\nloadpath \"/x\"\n", "loadmodule \"sl.so\"\nloadmodule \"sl\"\nloadpath \"/x\"\n", ""},
		{"loadmodule \"modules_k/sl.so\"\nloadmodule \"/usr/lib64/none/ctl.so\"\n", "loadmodule \"sl.so\"          \nloadmodule \"ctl.so\"                \n", ""},
		{"loadmodule \"mi_fifo.so\"\nmodparam(\"mi_fifo\",\n\"fifo_name\", \"/x\")\nmodparam(\"sl|mi_fifo\", \"a\", 1)\n", "                       \n                   \n                  \nmodparam(\"sl\"        , \"a\", 1)\n", ""},
		{"loadmodule \"nosuch.so\"\n", "loadmodule \"nosuch.so\"\n", ""},
		{"\n\nloadmodule \"tls.so\"\n", "", "a.cfg:3: the module tls is not installed: it is not in " + path + "; Debian has it in the package kamailio-tls-modules"},
		{"loadmodule \"tm.so\"\n", "", "a.cfg:1: the module tm is not installed: it is not in " + path},
	} {
		dir := folder(t)
		write(t, dir, map[string]string{"a.cfg": c.in})
		s, err := adapt.Prepare(filepath.Join(dir, "a.cfg"), adapt.Options{Dir: folder(t), Kind: server.Kamailio, ModulePath: "/nonexistent:" + path, Take: counting()})
		if c.err != "" {
			if err == nil || err.Error() != dir+"/"+c.err {
				t.Errorf("%q: error %v, want %s", c.in, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(s.Config); err != nil || string(got) != c.want {
			t.Errorf("%q became %q, %v", c.in, got, err)
		}
	}
}

// TestFolder has what is where in the copy.
func TestFolder(t *testing.T) {
	top := folder(t)
	write(t, top, map[string]string{
		"cfg/main.cfg":    "include_file \"plain.cfg\"\ninclude_file \"sub/a.cfg\"\ninclude_file \"../other/b.cfg\"\n#!import_file \"" + top + "/other/plain.cfg\"\ninclude_file \"../other/plain2.cfg\"\ninclude_file \"" + top + "/cfg/sub/a.cfg\"\n",
		"cfg/plain.cfg":   "port=1\n",
		"cfg/sub/a.cfg":   "listen=udp:10.1.2.3:5060\ninclude_file \"c.cfg\"\n",
		"cfg/sub/c.cfg":   "port=2\n",
		"cfg/sub/data":    "data",
		"cfg/tls/key.pem": "key",
		"other/b.cfg":     "include_file \"d.cfg\"\nlisten=udp:10.1.2.3:5061\n",
		"other/d.cfg":     "port=3\n", "other/plain.cfg": "port=4\n", "other/plain2.cfg": "port=5\n",
	})
	var before []string
	walk := func() (all []string) {
		err := filepath.WalkDir(top, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			all = append(all, path+" "+string(text))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	before = walk()
	out := folder(t)
	s, err := adapt.Prepare(filepath.Join(top, "cfg", "main.cfg"), adapt.Options{Dir: out, Take: counting()})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, walk()); d != "" {
		t.Errorf("the original has changed: %s", d)
	}
	text, err := os.ReadFile(s.Config)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	_, b, _ := strings.Cut(lines[2], `"`)
	b = strings.TrimSuffix(b, `"`)
	want := []string{
		`include_file "plain.cfg"`, `include_file "sub/a.cfg"`, `include_file "` + b + `"`,
		`#!import_file "` + top + `/other/plain.cfg"`, `include_file "` + top + `/other/plain2.cfg"`, `include_file "` + s.WorkDir + `/sub/a.cfg"`, "",
	}
	if d := cmp.Diff(want, lines); d != "" {
		t.Error(d)
	}
	for path, want := range map[string]string{
		"config/plain.cfg": "port=1\n", "config/sub/a.cfg": "listen=udp:127.0.0.1:20001\ninclude_file \"c.cfg\"\n",
		"config/sub/c.cfg": "port=2\n", "config/sub/data": "data", "config/tls/key.pem": "key",
	} {
		path = filepath.Join(out, path)
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", path, got, err)
		}
		rel, _ := filepath.Rel(s.WorkDir, path)
		if got, want := s.Original(path), filepath.Join(top, "cfg", rel); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	if got, err := os.ReadFile(b); err != nil || string(got) != "include_file \""+top+"/other/d.cfg\"\nlisten=udp:127.0.0.1:20002\n" {
		t.Errorf("%s: %q, %v", b, got, err)
	}
	for copy, original := range map[string]string{b: top + "/other/b.cfg", s.Config: top + "/cfg/main.cfg", "sub/c.cfg": top + "/cfg/sub/c.cfg", "/etc/passwd": "/etc/passwd", s.RPC: s.RPC} {
		if got := s.Original(copy); got != original {
			t.Errorf("%s is %s, want %s", copy, got, original)
		}
	}
}

func TestErrors(t *testing.T) {
	dir := folder(t)
	write(t, dir, map[string]string{
		"a.cfg": "listen=udp:10.1.2.3:5060\n",
		"b.cfg": "#!define L listen=udp:10.1.2.3:5060 loadmodule \"sl.so\"\nL\n",
	})
	write(t, dir, map[string]string{"c.cfg": "\nlisten=udp:10.1.2.3:5060 advertise nohost.invalid:5060\n"})
	none := errors.New("no ports")
	for _, c := range []struct {
		file string
		o    adapt.Options
		want string
	}{
		{"none.cfg", adapt.Options{Dir: folder(t), Take: counting()}, "no such file"},
		{"a.cfg", adapt.Options{Dir: folder(t), Take: func() (int, error) { return 0, none }}, "no ports"},
		{"a.cfg", adapt.Options{Dir: filepath.Join(folder(t), strings.Repeat("x", 100)), Take: counting()}, "too long"},
		{"a.cfg", adapt.Options{Dir: folder(t), Kind: server.Kamailio, ModulePath: "/nonexistent", Take: counting()}, "not found: looked in /nonexistent"},
		{"a.cfg", adapt.Options{Dir: folder(t), Kind: server.Kamailio, Program: "/nonexistent/kamailio", Take: counting()}, "/nonexistent/kamailio -I"},
		{"c.cfg", adapt.Options{Dir: folder(t), Kind: server.Kamailio, ModulePath: dir, Take: counting()}, "c.cfg:2: nohost.invalid is advertised and has no address here"},
		{"b.cfg", adapt.Options{Dir: folder(t), Take: counting()}, "b.cfg:2: this listen line cannot be moved"},
	} {
		if _, err := adapt.Prepare(filepath.Join(dir, c.file), c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.file, err, c.want)
		}
	}
}

// FuzzPrepare: no text makes Prepare panic, change the number of lines, or leave
// an address of a listen line that it speaks of.
func FuzzPrepare(f *testing.F) {
	for _, c := range configs() {
		if text := c.files["main.cfg"]; text != "" {
			f.Add(text)
		}
	}
	f.Add("listen=udp:10.1.2.3:5060 { \" /* #!ifdef X\n")
	f.Add("#!define L listen=\n#!define M L udp:(a,b\nM):5060-5070\nsocket={bind=tls:a; name=\"x\";}\n")
	f.Fuzz(func(t *testing.T, text string) {
		dir, out := folder(t), folder(t)
		write(t, dir, map[string]string{"a.cfg": text})
		for _, six := range []bool{false, true} {
			s, err := adapt.Prepare(filepath.Join(dir, "a.cfg"), adapt.Options{
				Dir: filepath.Join(out, map[bool]string{false: "5", true: "6"}[six]), Kind: server.Kamailio, ModulePath: dir, Dialect6: six, Take: counting(),
			})
			if err != nil {
				continue // a module that is not installed
			}
			got, err := os.ReadFile(s.Config)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := strings.Count(text, "\n"), strings.Count(string(got), "\n"); a != b {
				t.Errorf("%d lines, had %d: %q became %q", b, a, text, got)
			}
		}
	})
}

func TestSelfReferencesAndReplacements(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	config := `listen=udp:10.1.2.3:5060
listen=udp:127.0.0.1:23456
request_route {
	$fs = "udp:10.1.2.3:5060"; # not 110.1.2.3:5060, not 10.1.2.3:50601
	$du = "sip:GATEWAY";
}
`
	file := filepath.Join(dir, "kamailio.cfg")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := adapt.Prepare(file, adapt.Options{
		Dir: out, Kind: server.Olelo, Replace: []string{"GATEWAY", "127.0.0.1:9"},
		Keep: func(port int) bool { return port == 23456 }, Take: func() (int, error) { return 20001, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(s.Config)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("udp:10.1.2.3:5060", "udp:127.0.0.1:20001", "GATEWAY", "127.0.0.1:9").Replace(config)
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
}
