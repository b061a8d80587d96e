// Package conformance runs the suites with olelo test: every case on olelo, and on
// Kamailio where one is installed.
package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"olelo/conformance/server"
)

// suites are the folders with cases, the examples' among them.
var suites = []string{"suites", "../examples/msrp-relay/tests", "../examples/redirect-server/tests", "../examples/stateless-proxy/tests"}

// dialectal are those of the language, which Kamailio 6 reads in its own way; of
// the others some are enough there.
var dialectal = []string{"suites/language", "suites/preprocessor", "suites/transformations", "suites/variables"}

// limit is a bound for a run that hangs; a run takes a minute or two.
const limit = 9 * time.Minute

// record is what olelo test --json says of a case.
type record struct {
	Case, Server, Outcome, Why, Story string
}

// play runs olelo test.
func play(t *testing.T, olelo server.Program, args ...string) []record {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	file := filepath.Join(t.TempDir(), "results.json")
	c := exec.CommandContext(ctx, olelo.Path, append([]string{"test", "--json=" + file}, args...)...)
	said, err := c.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !(errors.As(err, &failed) && failed.ExitCode() == 1) {
		t.Fatalf("olelo test: %v\n%s", err, said)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	var all []record
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// judge fails for each case that failed, and tells how many there were.
func judge(t *testing.T, all []record, program string) {
	t.Helper()
	counts := map[string]int{}
	for _, r := range all {
		if r.Server != program {
			continue
		}
		counts[r.Outcome]++
		if r.Outcome == "fail" {
			t.Errorf("%s: %s\n%s", r.Case, r.Why, r.Story)
		}
	}
	t.Logf("%s: %d passed, %d failed, %d skipped", program, counts["pass"], counts["fail"], counts["skip"])
}

func TestSuites(t *testing.T) {
	olelo, err := server.FindOlelo(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	kamailio, installed := server.FindKamailio()
	args := []string{"--parallel=8"}
	if installed {
		args = append(args, "--against="+kamailio.Path)
	}
	cases := suites
	if testing.Short() {
		cases = some(t)
	}
	all := play(t, olelo, append(args, cases...)...)
	t.Run("olelo", func(t *testing.T) { judge(t, all, "olelo") })
	t.Run("kamailio", func(t *testing.T) {
		if !installed {
			t.Skipf("%d cases on Kamailio skipped: it is not installed", len(all))
		}
		judge(t, all, "kamailio")
	})
	t.Run("olelo as Kamailio 6", func(t *testing.T) {
		if testing.Short() {
			t.Skip("the cases run in one dialect with -short")
		}
		rest := slices.DeleteFunc(some(t), func(path string) bool { return slices.Contains(dialectal, filepath.Dir(path)) })
		judge(t, play(t, olelo, append(append([]string{"--parallel=8", "--compat=6"}, dialectal...), rest...)...), "olelo")
	})
}

// some is every fifth case: what is run with -short, by a server with the race
// detector, starts slowly; and in the second dialect.
func some(t *testing.T) (cases []string) {
	n := 0
	for _, dir := range suites {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".txtar" {
				return err
			}
			if n++; n%5 == 0 {
				cases = append(cases, path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d of %d cases", len(cases), n)
	return cases
}
