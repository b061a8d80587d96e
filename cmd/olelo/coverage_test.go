package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"olelo/lang/coverage"
)

// TestCoverageFile: a server writes what ran when it ends, in the foreground,
// in the background, and under its own command.
func TestCoverageFile(t *testing.T) {
	const extra = "loadmodule \"xlog.so\"\nevent_route[core:worker-one-init] {\n\tif (method == \"OPTIONS\") xlog(\"L_INFO\", \"it is up\\n\");\n}"
	for _, name := range []string{"foreground", "background", "run"} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, extra)
			switch name {
			case "background":
				pid, log := p.background("-E", "--coverage=cover.txt") // which works in /
				end(t, pid, log)
			default:
				args := []string{"-DD", "-E", "--coverage", p.path("cover.txt")}
				if name == "run" {
					p.args, args = nil, []string{"run", "-E", "-f", p.path("k.cfg"), "--coverage=cover.txt"}
				}
				c, log := p.start(args...)
				until(t, log, "it is up")
				if err := c.Process.Signal(syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
				if err := c.Wait(); err != nil {
					t.Fatal(err)
				}
			}
			f, err := os.Open(p.path("cover.txt"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			profile, err := coverage.Read(f)
			if err != nil {
				t.Fatal(err)
			}
			s := profile.Shares()
			if s.Lines.Ran != 1 || s.Lines.All != 2 || s.Branches.Ran != 1 || s.Branches.All != 2 {
				t.Errorf("%+v of %+v", s, profile.Points())
			}
			for _, x := range profile.Points() {
				if x.File != p.path("k.cfg") {
					t.Errorf("the file is called %s", x.File)
				}
			}
		})
	}
}

func TestCoverageFileFails(t *testing.T) {
	p := newPlace(t, "")
	c, log := p.start("-DD", "-E", "--coverage="+p.path("none/cover.txt"))
	err := c.Wait()
	said, _ := log.ReadString(0)
	if status(err) != statusFailed || !strings.Contains(said, "none/cover.txt: no such file") {
		t.Errorf("%v:\n%s", err, said)
	}
}

func TestCoverageReports(t *testing.T) {
	const profile = "../../lang/coverage/testdata/profile.txt"
	report := func(args ...string) (int, string, string) {
		var stdout, stderr bytes.Buffer
		status := coverageCommand(args, &stdout, &stderr)
		return status, stdout.String(), stderr.String()
	}
	for format, want := range map[string]string{
		"text": "70.0 % 14/20", "html": "<!DOCTYPE html>", "lcov": "LF:24\nLH:16\nend_of_record\n",
		"profile": "testdata/kamailio.cfg:10:2-10:5 stmt 4 request_route\n", // 2 in each
	} {
		if status, got, stderr := report("--format="+format, profile, profile); status != statusOK || !strings.Contains(got, want) {
			t.Errorf("%s: status %d, want %q in\n%s%s", format, status, want, got, stderr)
		}
	}
	out := filepath.Join(t.TempDir(), "report")
	if status, got, stderr := report("-o", out, profile); status != statusOK || got != "" || !strings.Contains(content(t, out), "never ran:") {
		t.Errorf("status %d: %s%s", status, got, stderr)
	}
	// 16 of 22 lines are 72.72 %, 16 of 28 branches 57.14 %.
	for _, x := range []struct {
		arg    string
		status int
		stderr string
	}{
		{"--threshold=72.7", statusOK, ""},
		{"--threshold=72.8%", 1, "72.7 % of the lines ran, 72.8 % are wanted"},
		{"--threshold-branches=57", statusOK, ""},
		{"--threshold-branches=100", 1, "57.1 % of the branches ran, 100.0 % are wanted"},
		{"--threshold=101", statusFailed, "is no percentage"},
		{"--threshold=99.99", statusFailed, "is no percentage"},
		{"--threshold=x", statusFailed, "is no percentage"},
		{"--format=xml", statusFailed, `not "xml"`},
		{"k.cfg", statusFailed, "no such file"},
		{"coverage_test.go", statusFailed, "coverage_test.go: not a coverage profile"},
	} {
		status, _, stderr := report(x.arg, profile)
		if status != x.status || !strings.Contains(stderr, x.stderr) {
			t.Errorf("%s: status %d: %s", x.arg, status, stderr)
		}
	}
	if status, _, stderr := report(); status != statusFailed || !strings.Contains(stderr, "which profiles?") {
		t.Errorf("status %d: %s", status, stderr)
	}
}
