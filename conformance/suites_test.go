// Package conformance runs the suites: every case on olelo, and on Kamailio where
// one is installed.
package conformance

import (
	"context"
	"os"
	"testing"
	"time"

	"olelo/conformance/script"
	"olelo/conformance/server"
)

// parallel is more than the processors: cases mostly wait for servers.
const parallel = 8

func TestSuites(t *testing.T) {
	cases, err := script.Find([]string{"suites"})
	if err != nil {
		t.Fatal(err)
	}
	var ports server.Ports
	defer ports.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	olelo, err := server.FindOlelo(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Run("olelo", func(t *testing.T) {
		runAll(ctx, t, cases, script.Options{Program: olelo, Ports: &ports})
	})
	t.Run("olelo as Kamailio 6", func(t *testing.T) {
		runAll(ctx, t, cases, script.Options{Program: olelo, Ports: &ports, Compat: "6"})
	})
	t.Run("kamailio", func(t *testing.T) {
		kamailio, ok := server.FindKamailio()
		if !ok {
			t.Skipf("%d cases on Kamailio skipped: it is not installed", len(cases))
		}
		major, err := kamailio.Major(ctx)
		if err != nil {
			t.Fatal(err)
		}
		runAll(ctx, t, cases, script.Options{Program: kamailio, Major: major, Ports: &ports})
	})
}

func runAll(ctx context.Context, t *testing.T, cases []*script.Case, o script.Options) {
	counts := map[script.Outcome]int{}
	script.RunAll(ctx, cases, o, parallel, func(r script.Result) {
		counts[r.Outcome]++
		if r.Outcome == script.Failed {
			t.Errorf("%s: %s\n%s", r.Case.Name, r.Why, r.Story)
		}
	})
	t.Logf("%d passed, %d failed, %d skipped", counts[script.Passed], counts[script.Failed], counts[script.Skipped])
}

func TestMain(m *testing.M) { os.Exit(m.Run()) }
