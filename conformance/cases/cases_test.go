package cases

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"olelo/conformance/scenario"
	"olelo/conformance/server"
)

var suite scenario.Suite

func TestMain(m *testing.M) { os.Exit(scenario.Main(m, &suite)) }

// known reads known.txt: the cases that olelo does not pass yet, by name or by
// name@dialect, each with the reason.
func known(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open("known.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reasons := map[string]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, _ := strings.Cut(line, " ")
		if reason = strings.TrimSpace(reason); reason == "" {
			t.Errorf("known.txt: %s has no reason", name)
		}
		reasons[name] = reason
	}
	return reasons
}

// version returns the major version of a Kamailio.
func version(t *testing.T, p server.Program) int {
	t.Helper()
	said, err := exec.Command(p.Path, "-v").Output()
	m := regexp.MustCompile(`version: kamailio (\d+)\.`).FindSubmatch(said)
	if m == nil {
		t.Fatalf("%s -v: %v:\n%s", p.Path, err, said)
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLanguage(t *testing.T) {
	all, err := LoadAll("testdata/cases")
	if err != nil {
		t.Fatal(err)
	}
	reasons := known(t)
	for key := range reasons {
		name, _, _ := strings.Cut(key, "@")
		if _, err := os.Stat("testdata/cases/" + name); err != nil {
			t.Errorf("known.txt names %s, which is no case", name)
		}
	}
	for _, x := range []struct {
		kind   server.Kind
		compat string // olelo's dialect
		major  int    // whose expectations count, 0 for the program's own version
		args   []string
	}{
		{server.Olelo, "5.6", 5, nil},
		{server.Olelo, "6", 6, nil},
		{server.Olelo, "5.6", 5, []string{"--coverage={dir}/coverage.txt"}}, // which counts, and changes nothing
		{server.Kamailio, "", 0, nil},
	} {
		name := x.kind.String() + x.compat
		if len(x.args) > 0 {
			name += " --coverage"
		}
		t.Run(name, func(t *testing.T) {
			kind, major := x.kind, x.major
			program, ok := suite.Program(t, kind, len(all))
			if !ok {
				t.Skip("kamailio is not installed")
			}
			if major == 0 {
				major = version(t, program)
			}
			var passed, listed atomic.Int64
			t.Cleanup(func() {
				t.Logf("%s passes %d of %d cases, %d are known not to", name, passed.Load(), len(all), listed.Load())
			})
			for _, c := range all {
				reason := ""
				if kind == server.Olelo {
					if reason = reasons[c.Name]; reason == "" {
						reason = reasons[c.Name+"@"+x.compat]
					}
					c.Args = append(append(slices.Clone(c.Args), "--compat="+x.compat), x.args...)
				}
				t.Run(c.Name, func(t *testing.T) {
					t.Parallel()
					timeout := 30 * time.Second
					if reason != "" {
						timeout = 4 * time.Second // it mostly waits for lines that do not come
					}
					err := runCase(program, c, major, timeout)
					switch {
					case err == nil && reason != "":
						t.Errorf("passes: take it out of known.txt (%s)", reason)
					case err == nil:
						passed.Add(1)
					case reason != "":
						listed.Add(1)
						t.Logf("known (%s): %v", reason, err)
					default:
						t.Errorf("%s: %v", c.Note, err)
					}
				})
			}
		})
	}
}

// runCase runs c. olelo's words are its own, so only the status and the line of
// its first error are compared.
func runCase(p server.Program, c Case, major int, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	got, want, err := c.Run(ctx, p, suite.Ports(), major)
	if err != nil {
		return err
	}
	shown := got
	if p.Kind == server.Olelo && c.Mode != Route {
		got, want = Loose(got, want)
	}
	if d := cmp.Diff(want, got); d != "" {
		return fmt.Errorf("(-want +got)\n%s\nall of it:\n%s", d, shown)
	}
	return nil
}
