// Package configs compares what olelo's front end makes of whole
// configurations with what Kamailio makes of them: those that Debian's packages
// ship, mutations of those, and generated ones that use every name of the
// catalogue.
package configs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"olelo/conformance/server"
	"olelo/modules/all"
	"olelo/modules/core"
	"olelo/runtime/app"
)

// verdict is what a server says of a configuration.
type verdict struct {
	refused bool
	at      string // FILE:LINE of the first error, "" where it names none
	said    string // the line of the first error
	crashed bool   // Kamailio 5.6.3 does, now and then, on what it refuses
	errors  int    // how many it counts
	all     string // everything it wrote
}

func (v verdict) String() string {
	switch {
	case !v.refused:
		return "accepts"
	case v.at == "":
		return "refuses: " + v.said
	}
	return "refuses at " + v.at + ": " + v.said
}

// differs tells how olelo's verdict differs from Kamailio's; "" where it does
// not. Where Kamailio names no line, there is none to compare; where it crashed
// before it said anything, nothing.
func differs(kamailio, olelo verdict) string {
	switch {
	case kamailio.crashed && kamailio.at == "":
		return ""
	case kamailio.refused != olelo.refused:
	case kamailio.refused && kamailio.at != "" && kamailio.at != olelo.at:
	default:
		return ""
	}
	return fmt.Sprintf("kamailio %s\n   olelo %s", kamailio, olelo)
}

var (
	parseError = regexp.MustCompile(`parse error in config file (.+?), (?:from )?line (\d+)`)
	lineError  = regexp.MustCompile(` - at (\S+) line (\d+)`)
	extraEnd   = regexp.MustCompile(`invalid position for preprocessor directive .* - at cfg line (\d+)`)
	lostFile   = regexp.MustCompile(`error at cfg line (\d+)`)
	logPrefix  = regexp.MustCompile(`^ *\d+\(\d+\) `)
	wordError  = regexp.MustCompile(`^(CRITICAL|ERROR): `)
)

// read finds the first error in what a server wrote about file.
func read(file, out string, refused bool) verdict {
	v := verdict{refused: refused, all: out}
	if !refused {
		return v
	}
	other := ""
	for line := range strings.Lines(out) {
		line = logPrefix.ReplaceAllString(strings.TrimSpace(line), "")
		v.errors += len(parseError.FindStringIndex(line)) / 2
		if v.at != "" {
			continue
		}
		if m := parseError.FindStringSubmatch(line); m != nil && strings.HasPrefix(line, "CRITICAL") {
			v.at, v.said = m[1]+":"+m[2], line
		} else if m := lineError.FindStringSubmatch(line); m != nil && strings.HasPrefix(line, "CRITICAL") {
			v.at, v.said = m[1]+":"+m[2], line
		} else if m := extraEnd.FindStringSubmatch(line); m != nil { // a warning that the end makes an error
			v.at, v.said = file+":"+m[1], line
		} else if m := lostFile.FindStringSubmatch(line); m != nil { // of an include that is not there
			v.at, v.said = file+":"+m[1], line
		} else if other == "" && wordError.MatchString(line) {
			other = line
		}
	}
	if v.at == "" {
		v.said = other
	}
	return v
}

// relative makes the places of v independent of dir.
func (v verdict) relative(dir string) verdict {
	v.at = strings.TrimPrefix(v.at, dir+"/")
	v.said = strings.ReplaceAll(v.said, dir+"/", "")
	return v
}

// kamailio is what kamailio -c says.
func kamailio(t testing.TB, p server.Program, file string, defines ...string) verdict {
	t.Helper()
	args := []string{"-c", "-f", file}
	for _, d := range defines {
		args = append(args, "-A", d)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, p.Path, args...)
	c.Dir = filepath.Dir(file)
	out, err := c.CombinedOutput()
	var status *exec.ExitError
	if err != nil && !errors.As(err, &status) {
		t.Fatalf("kamailio %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	v := read(file, string(out), err != nil).relative(c.Dir)
	v.crashed = err != nil && !status.Exited()
	return v
}

// olelo is what olelo -c --lenient says, in this process.
func olelo(file string, defines ...string) verdict {
	o := app.Options{
		File: file, Modules: all.Modules, Builtin: []app.Builtin{{Name: "core", Module: core.New()}},
		DropIn: true, ParserOnly: true, Lenient: true, MaxErrors: 1_000_000, Report: app.ReportKamailio,
		Stdout: &bytes.Buffer{},
	}
	for _, d := range defines {
		o.Defines = append(o.Defines, app.Define{ID: d})
	}
	var out bytes.Buffer
	status := app.Check(o, &out)
	return read(file, out.String(), status != 0).relative(filepath.Dir(file))
}

// oracle is the Kamailio to compare with. Without one the test is skipped.
func oracle(t *testing.T) server.Program {
	t.Helper()
	p, ok := findOracle()
	if !ok {
		t.Skip("kamailio is not installed")
	}
	return p
}

func findOracle() (server.Program, bool) { return server.FindKamailio() }

// moduleDir is where a Kamailio keeps its modules.
func moduleDir(t *testing.T, p server.Program) string {
	t.Helper()
	out, err := exec.Command(p.Path, "-I").Output()
	m := regexp.MustCompile(`(?m)^ *Default paths to modules: ([^:\n]+)`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("%s -I: %v: no paths of modules in\n%s", p.Path, err, out)
	}
	return string(m[1])
}

// installed are the names of the modules that a Kamailio has.
func installed(t *testing.T, p server.Program) map[string]bool {
	t.Helper()
	files, err := os.ReadDir(moduleDir(t, p))
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ".so"); ok {
			have[name] = true
		}
	}
	return have
}
