package main

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const goodCase = `# OPTIONS is answered
server ../kamailio.cfg
client alice udp
alice request OPTIONS sip:bob@x
alice expect 200
`

const badCase = `# it is not answered so
server ../kamailio.cfg
client alice udp
alice request OPTIONS sip:bob@x
alice expect 404 <sent>
`

const testedConfig = `#!KAMAILIO
listen=udp:10.9.8.7:5060
loadmodule "pv.so"
loadmodule "sl.so"
request_route {
	if ($rm == "INVITE") {
		sl_send_reply("486", "Busy");
		exit;
	}
	sl_send_reply("200", "OK");
}
`

// project is a folder with a configuration and cases.
func project(t *testing.T, cases map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "tests"), 0o700); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"kamailio.cfg": testedConfig}
	for name, text := range cases {
		files["tests/"+name+".txtar"] = strings.ReplaceAll(text, " <sent>", "")
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// itself is "olelo test", whose servers are this program again.
func itself(ctx context.Context, t *testing.T, dir string, args []string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(ctx, path, append([]string{"test"}, args...)...)
	c.Dir, c.Env = dir, append(os.Environ(), mainEnv+"=1")
	return c
}

func oleloTest(t *testing.T, dir string, args ...string) (status int, said string) {
	t.Helper()
	c := itself(context.Background(), t, dir, args)
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

func TestTestCommand(t *testing.T) {
	dir := project(t, map[string]string{"good": goodCase, "bad": badCase, "skipped": "skip 'not today'\n"})
	for _, c := range []struct {
		args   string
		status int
		want   []string
	}{
		{"tests", 1, []string{"FAIL  tests/bad", "tests/bad.txtar:5: alice expects 404 and gets 200", "kamailio.cfg:10  sl_send_reply", "olelo: 1 passed, 1 failed, 1 skipped"}},
		{"--run=good tests", 0, []string{"olelo: 1 passed, 0 failed, 0 skipped"}},
		{"-v --run=good|skipped tests", 0, []string{"ok    tests/good", "> alice expect 200", "skip  tests/skipped  (olelo): not today"}},
		{"tests/good.txtar tests/bad.txtar", 1, []string{"1 passed, 1 failed"}},
		{"--fail-fast --parallel=1 tests", 1, []string{"olelo: 0 passed, 1 failed, 0 skipped"}},
		{"--run=none tests", 255, []string{"no case has a name that matches --run=none"}},
		{"--run=( tests", 255, []string{"--run:"}},
		{"nowhere", 255, []string{"nowhere: no such file"}},
		{"--parallel=0 tests", 255, []string{"--parallel"}},
		{"--against=/no/kamailio tests", 255, []string{"--against"}},
		{"--coverage --run=good --threshold=50 tests", 0, []string{"kamailio.cfg", "never true", `$rm == "INVITE"`}},
		{"--run=good --threshold=100 tests", 1, []string{"% of the lines ran, 100.0 % are wanted"}},
		{"--nonsense tests", 255, []string{"--nonsense"}},
	} {
		status, said := oleloTest(t, dir, strings.Fields(c.args)...)
		if status != c.status {
			t.Errorf("%s: status %d, want %d:\n%s", c.args, status, c.status, said)
		}
		for _, w := range c.want {
			if !strings.Contains(said, w) {
				t.Errorf("%s: no %q in\n%s", c.args, w, said)
			}
		}
	}
	if status, said := oleloTest(t, t.TempDir()); status != 255 || !strings.Contains(said, "no case here") {
		t.Errorf("an empty folder: status %d\n%s", status, said)
	}
}

func TestTestFiles(t *testing.T) {
	dir := project(t, map[string]string{"good": goodCase, "bad": badCase, "skipped": "skip 'not today'\n"})
	if status, said := oleloTest(t, dir, "--junit=j.xml", "--json=j.json", "--coverage-html=c.html", "--coverage-lcov=c.info", "tests"); status != 1 {
		t.Fatalf("status %d:\n%s", status, said)
	}
	read := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	var junit struct {
		Suites []struct {
			Name                     string `xml:"name,attr"`
			Tests, Failures, Skipped int    `xml:",attr"`
			Cases                    []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	text := strings.NewReplacer("tests=", "Tests=", "failures=", "Failures=", "skipped=", "Skipped=").Replace(string(read("j.xml")))
	if err := xml.Unmarshal([]byte(text), &junit); err != nil {
		t.Fatal(err)
	}
	if s := junit.Suites; len(s) != 1 || s[0].Name != "olelo" || s[0].Tests != 3 || s[0].Failures != 1 || s[0].Skipped != 1 ||
		s[0].Cases[0].Name != "tests/bad" || !strings.Contains(s[0].Cases[0].Failure.Message, "alice expects 404") {
		t.Errorf("JUnit: %+v", junit)
	}
	var records []struct{ Case, Server, Outcome, Why string }
	if err := json.Unmarshal(read("j.json"), &records); err != nil {
		t.Fatal(err)
	}
	if len(records) != 3 || records[0].Outcome != "fail" || records[1].Outcome != "pass" || records[2].Why != "not today" {
		t.Errorf("JSON: %+v", records)
	}
	if html := string(read("c.html")); !strings.Contains(html, "sl_send_reply") || !strings.Contains(html, "<html") {
		t.Errorf("HTML: %.300s", html)
	}
	if lcov := string(read("c.info")); !strings.Contains(lcov, "SF:"+filepath.Join(dir, "kamailio.cfg")) || !strings.Contains(lcov, "end_of_record") {
		t.Errorf("lcov:\n%s", lcov)
	}
}

func TestTestWatchRunsAgainAfterAChange(t *testing.T) {
	dir := project(t, map[string]string{"good": goodCase})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := itself(ctx, t, dir, []string{"--watch", "tests"})
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	until := func(want string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), want) {
				return
			}
		}
		t.Fatalf("no line with %q before the end", want)
	}
	until("1 passed, 0 failed")
	until("waiting for a change")
	busy := strings.Replace(testedConfig, `"200", "OK"`, `"404", "No"`, 1)
	if err := os.WriteFile(filepath.Join(dir, "kamailio.cfg"), []byte(busy), 0o600); err != nil {
		t.Fatal(err)
	}
	until("0 passed, 1 failed")
	until("waiting for a change")
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, out); err != nil {
		t.Error(err)
	}
	_ = c.Wait() // its status is the last run's
	if s := c.ProcessState.ExitCode(); s != 1 {
		t.Errorf("status %d after Ctrl-C, want that of the last run, 1", s)
	}
}
