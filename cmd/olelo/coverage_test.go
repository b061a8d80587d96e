package main

import (
	"os"
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
