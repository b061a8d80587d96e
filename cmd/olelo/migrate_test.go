package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"olelo/cmd/olelo/migrate"
	"olelo/lang/inventory"
	modcore "olelo/modules/core"
	"olelo/runtime/app"
	"olelo/runtime/core"
)

var updateReports = flag.Bool("update", false, "write the reports in testdata/migrate")

// migrateTo runs olelo migrate.
func migrateTo(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(append([]string{"olelo", "migrate"}, args...), &out, &errs)
	return status, out.String(), errs.String()
}

func TestMigrateReports(t *testing.T) {
	t.Chdir("testdata/migrate")
	for _, c := range []struct {
		golden string
		status int
		args   []string
	}{
		{"proxy.txt", 2, []string{"proxy.cfg"}},
		{"proxy.json", 2, []string{"--format=json", "-A", "WITH_NAT", "proxy.cfg"}},
		{"runs.txt", 0, []string{"runs.cfg"}},
		{"mistakes.txt", 2, []string{"mistakes.cfg"}},
		{"several.txt", 255, []string{"runs.cfg", "mistakes.cfg", "nosuch.cfg"}},
	} {
		status, got, _ := migrateTo(t, c.args...)
		if status != c.status {
			t.Errorf("%s: status %d, want %d", c.golden, status, c.status)
		}
		got = strings.Replace(got, `"olelo": "`+core.Version, `"olelo": "VERSION`, 1)
		if *updateReports {
			if err := os.WriteFile(c.golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(c.golden)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s (go test ./cmd/olelo -run Migrate -update writes it):\n%s", c.golden, d)
		}
	}
}

func TestMigrateHTML(t *testing.T) {
	t.Chdir("testdata/migrate")
	file := filepath.Join(t.TempDir(), "report.html")
	if status, out, errs := migrateTo(t, "--format=html", "-o", file, "proxy.cfg", "mistakes.cfg", "nosuch.cfg"); status != 255 || out != "" || !strings.Contains(errs, "nosuch.cfg") {
		t.Fatalf("status %d, %q, %q", status, out, errs)
	}
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ids, links := map[string]bool{}, []string{}
	dec := xml.NewDecoder(bytes.NewReader(page))
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page is not well formed: %v", err)
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local == "script" {
			t.Error("the page has a script")
		}
		for _, a := range e.Attr {
			switch a.Name.Local {
			case "id":
				if ids[a.Value] {
					t.Errorf("id %s is there twice", a.Value)
				}
				ids[a.Value] = true
			case "href":
				links = append(links, a.Value)
			}
		}
	}
	for _, l := range links {
		if !strings.HasPrefix(l, "#") || !ids[l[1:]] {
			t.Errorf("link %q leads nowhere", l)
		}
	}
	for _, want := range []string{
		"&#34;a&lt;b&gt;&amp;c&#34;", // of the configuration's text
		`class="not-run" data-n="4">	t_relay();`,
		`class="off" data-n="4">#!ifdef WITH_NAT`,
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if len(links) < 50 {
		t.Errorf("%d links", len(links))
	}
}

func TestMigrateMistakes(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "which configuration?"},
		{[]string{"--format=pdf", "testdata/migrate/runs.cfg"}, `--format: text, json or html, not "pdf"`},
		{[]string{"-", "testdata/migrate/runs.cfg", "-"}, "standard input is one configuration"},
		{[]string{"-o", "/nonexistent/x", "testdata/migrate/runs.cfg"}, "/nonexistent/x"},
		{[]string{"nosuch.cfg"}, "nosuch.cfg: cannot read the configuration"},
	} {
		if status, _, errs := migrateTo(t, c.args...); status != 255 || !strings.Contains(errs, c.want) {
			t.Errorf("%v: status %d, %q", c.args, status, errs)
		}
	}
}

// finding is a line of olelo check --format=json.
type finding struct {
	Severity, Code, File string
	Line                 int
}

func checked(t *testing.T, file string) (status int, list []finding) {
	t.Helper()
	o := newOptions(file)
	o.Report = app.ReportJSON
	var out bytes.Buffer
	status = app.Check(o, &out)
	for line := range bytes.Lines(out.Bytes()) {
		if line[0] != '{' { // a module's log
			continue
		}
		var f finding
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		list = append(list, f)
	}
	return status, list
}

// TestMigrateTruth: what the report says to run, a start takes; what it says not
// to run, a start refuses as known and not run yet.
func TestMigrateTruth(t *testing.T) {
	files := []string{"../../examples/msrp-relay/kamailio.cfg"}
	for _, pattern := range []string{
		"testdata/migrate/*.cfg", filepath.Join(unpackSuites(t), "*/kamailio.cfg"),
		"/etc/kamailio/kamailio.cfg", "/usr/share/doc/kamailio/examples/*/*.cfg", "/usr/share/doc/kamailio/examples/*/*/kamailio.cfg",
	} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	words := map[string]int{}
	for _, f := range files {
		d := migrate.New([]string{f}, newOptions)
		r := d.Configurations[0]
		words[r.Verdict.Word]++
		status, findings := checked(t, f)
		if starts := status == statusOK; starts != (d.Status < migrate.StatusNotYet) {
			t.Errorf("%s: %s, and check's status is %d", f, r.Verdict.Text, status)
		}
		truthful(t, r, findings)
	}
	if words["runs"] < 20 || words["differs"] < 1 || words["not-yet"] < 2 || words["mistakes"] < 10 {
		t.Errorf("too few configurations of a kind: %v", words)
	}
}

// unpackSuites makes a folder with the files of each case of the suites.
func unpackSuites(t *testing.T) (dir string) {
	t.Helper()
	cases, err := filepath.Glob("../../conformance/suites/*/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	dir = t.TempDir()
	for _, path := range cases {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		area := filepath.Base(filepath.Dir(path))
		into := filepath.Join(dir, area+"-"+strings.TrimSuffix(filepath.Base(path), ".txtar"))
		if err := errors.Join(os.Mkdir(into, 0o700), txtar.Write(a, into)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func truthful(t *testing.T, r *migrate.Report, findings []finding) {
	t.Helper()
	notRun := map[string]bool{} // by place
	for _, f := range findings {
		switch f.Code {
		case "not-run-yet", "module-not-run", "listen-ignored":
			notRun[fmt.Sprintf("%s:%d", f.File, f.Line)] = true
		}
	}
	gone := map[string]bool{} // modules that are not run
	for _, it := range r.Items {
		if it.Kind == inventory.Module && it.Class == inventory.NotRun {
			gone[it.Name] = true
		}
	}
	said := map[string]bool{} // places that the report says do not run
	for _, it := range r.Items {
		for _, p := range it.Places {
			at := fmt.Sprintf("%s:%d", p.File, p.Line)
			said[at] = said[at] || it.Class == inventory.NotRun
			if it.Class == inventory.NotRun && !notRun[at] && !slices.ContainsFunc(it.Modules, func(m string) bool { return gone[m] }) {
				t.Errorf("%s: %s %s does not run, and check does not say so", at, it.Kind, it.Name)
			}
		}
	}
	for _, f := range findings {
		at := fmt.Sprintf("%s:%d", f.File, f.Line)
		if (f.Code == "not-run-yet" || f.Code == "module-not-run") && !said[at] {
			t.Errorf("%s: check says that something is not run yet (%s), the report does not", at, f.Code)
		}
	}
}

// TestMigrateEventRoutes: what becomes of an event route that olelo does not
// raise depends on whether Kamailio would.
func TestMigrateEventRoutes(t *testing.T) {
	const head = "loadmodule \"corex.so\"\nloadmodule \"htable.so\"\nrequest_route { exit; }\n"
	for _, c := range []struct {
		load, name string
		class      inventory.Class
		status     int // of olelo check
	}{
		{"", "htable:mod-init", inventory.Runs, statusOK},
		{"", "htable:init", inventory.Accepted, statusOK}, // 5.6.3 does not run it
		{"", "core:msg-received", inventory.Runs, statusOK},
		{"", "network:msg", inventory.Differs, statusOK},
		{"", "tcp:closed", inventory.Accepted, statusOK},
		{"tcpops", "tcp:closed", inventory.NotRun, statusFailed},
		{"", "nats:my-subject", inventory.Accepted, statusOK},
		{"nats", "nats:my-subject", inventory.NotRun, statusFailed},
	} {
		config := head + "event_route[" + c.name + "] { exit; }\n"
		if c.load != "" {
			config = "loadmodule \"" + c.load + "\"\n" + config
		}
		file := filepath.Join(t.TempDir(), "kamailio.cfg")
		if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		r := migrate.New([]string{file}, newOptions).Configurations[0]
		i := slices.IndexFunc(r.Items, func(it migrate.Item) bool { return it.Kind == inventory.EventRoute })
		if i < 0 || r.Items[i].Class != c.class {
			t.Errorf("%+v: %+v", c, r.Items)
		}
		status, findings := checked(t, file)
		if status != c.status {
			t.Errorf("%+v: status %d", c, status)
		}
		truthful(t, r, findings)
	}
}

// TestMigrateSCTP: a socket that Kamailio opens with module sctp only.
func TestMigrateSCTP(t *testing.T) {
	const config = "listen=sctp:127.0.0.1:5060\nlisten=udp:127.0.0.1:5060\nrequest_route { exit; }\n"
	for load, want := range map[string]inventory.Class{"": inventory.Accepted, "loadmodule \"sctp\"\n": inventory.NotRun} {
		file := filepath.Join(t.TempDir(), "kamailio.cfg")
		if err := os.WriteFile(file, []byte(load+config), 0o600); err != nil {
			t.Fatal(err)
		}
		d := migrate.New([]string{file}, newOptions)
		r := d.Configurations[0]
		if !slices.ContainsFunc(r.Items, func(it migrate.Item) bool { return it.Name == "listen" && it.Class == want }) {
			t.Errorf("%q: %+v, want listen as %s", load, r.Items, want)
		}
		if status, _ := checked(t, file); (status == statusOK) != (d.Status < migrate.StatusNotYet) {
			t.Errorf("%q: check's status is %d, that of migrate %d", load, status, d.Status)
		}
	}
}

// TestMigrateCatalogue does as TestMigrateTruth with all names that Kamailio has, each on a
// line of its own.
func TestMigrateCatalogue(t *testing.T) {
	var b strings.Builder
	loaded := map[string]bool{}
	load := func(module string) {
		if !loaded[module] && module != "core" && module != "module" {
			loaded[module] = true
			fmt.Fprintf(&b, "loadmodule \"%s.so\"\n", module)
		}
	}
	names := func(table string) (rows [][]string) {
		text, err := os.ReadFile("../../lang/catalogue/data/" + table)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			rows = append(rows, strings.Split(strings.TrimRight(line, "\n"), "\t"))
		}
		return rows[1:]
	}
	for _, table := range []string{"functions.tsv", "params.tsv", "pvs.tsv", "transformations.tsv"} {
		for _, row := range names(table) {
			load(row[0])
		}
	}
	for _, p := range core.All() {
		if p.Takes == "a number" || p.Takes == "yes or no" {
			fmt.Fprintf(&b, "%s=1\n", p.Name)
		}
	}
	for _, row := range names("params.tsv") {
		value := `"1"`
		if row[2] == "int" {
			value = "1"
		}
		fmt.Fprintf(&b, "modparam(\"%s\", \"%s\", %s)\n", row[0], row[1], value)
	}
	b.WriteString("request_route {\n")
	for _, row := range names("functions.tsv") {
		if strings.HasPrefix(row[0], "db_") { // what modules call each other by
			continue
		}
		n, _ := strconv.Atoi(row[2])
		fmt.Fprintf(&b, "%s(%s);\n", row[1], strings.TrimSuffix(strings.Repeat(`"1",`, n), ","))
	}
	for _, row := range names("pvs.tsv") {
		fmt.Fprintf(&b, "xdbg(\"$(%s) $(%[1]s(1))\");\n", row[1])
	}
	for _, row := range names("transformations.tsv") {
		fmt.Fprintf(&b, "xdbg(\"$(ru{%s.x})\");\n", row[1])
	}
	b.WriteString("}\n")
	for _, row := range names("event_routes.tsv") {
		fmt.Fprintf(&b, "event_route[%s] { exit; }\n", row[1])
	}
	file := filepath.Join(t.TempDir(), "all.cfg")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	r := migrate.New([]string{file}, newOptions).Configurations[0]
	_, findings := checked(t, file)
	truthful(t, r, findings)
	for _, k := range r.Kinds {
		least := map[inventory.Kind]migrate.Count{
			inventory.Function: {Runs: 100, Uses: 1000}, inventory.ModParam: {Runs: 50, Uses: 1000},
			inventory.Variable: {Runs: 50, Uses: 150}, inventory.Global: {Runs: 20, Uses: 60},
		}[k.Kind]
		if k.Runs < least.Runs || k.Uses < least.Uses {
			t.Errorf("%s: %+v", k.Kind, k.Count)
		}
	}
}

// TestDifferencesOfTheCore keeps those of global parameters about something
// that there is and runs.
func TestDifferencesOfTheCore(t *testing.T) {
	for _, d := range modcore.New().Exports().Differs {
		name, global := strings.CutSuffix(d.Of, "=")
		if global && !slices.ContainsFunc(core.All(), func(p core.Param) bool { return p.Name == name && p.Class == core.Runs }) {
			t.Errorf("%s differs, and does not run", d.Of)
		}
	}
}
