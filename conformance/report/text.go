// Package report writes the results of a run of test cases: for a person, as a
// table of both servers, as JUnit XML and as JSON.
package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"olelo/conformance/script"
)

// Text writes results as they come, and a summary.
type Text struct {
	W       io.Writer
	Verbose bool // also what passes

	counts map[script.Outcome]int
	differ int
	again  int
	failed []script.Result
}

// Add writes one result: a failure with what is needed to understand it.
func (t *Text) Add(r script.Result) {
	if t.counts == nil {
		t.counts = map[script.Outcome]int{}
	}
	t.counts[r.Outcome]++
	if r.Differs {
		t.differ++
	}
	if r.Retried {
		t.again++
	}
	switch r.Outcome {
	case script.Failed:
		t.failed = append(t.failed, r)
		fmt.Fprintf(t.W, "FAIL  %s  (%s, %s)\n", r.Case.Name, r.Kind, r.Time.Round(time.Millisecond))
		if r.Case.Title != "" {
			fmt.Fprintf(t.W, "    # %s\n", r.Case.Title)
		}
		indent(t.W, r.Why)
		if t.Verbose {
			indent(t.W, r.Log)
		}
		indent(t.W, r.Story)
	case script.Skipped:
		if t.Verbose {
			fmt.Fprintf(t.W, "skip  %s  (%s): %s\n", r.Case.Name, r.Kind, r.Why)
		}
	case script.Passed:
		if t.Verbose || r.Updated {
			fmt.Fprintf(t.W, "ok    %s  (%s, %s)%s\n", r.Case.Name, r.Kind, r.Time.Round(time.Millisecond), remark(r))
		}
		if t.Verbose {
			indent(t.W, r.Log)
		}
	}
}

func remark(r script.Result) string {
	switch {
	case r.Updated:
		return ": updated, look at what changed before you keep it"
	case r.Differs:
		return ": differs as meant: " + r.Case.Diverges
	case r.Retried:
		return ": at the second try"
	}
	return ""
}

func indent(w io.Writer, text string) {
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		fmt.Fprintf(w, "    %s", line)
	}
	if text != "" {
		fmt.Fprintln(w)
	}
}

// Summary writes the last lines of a run on one server.
func (t *Text) Summary(server string, d time.Duration) {
	if len(t.failed) > 0 {
		fmt.Fprintf(t.W, "\nfailed on %s:\n", server)
		for _, r := range t.failed {
			fmt.Fprintf(t.W, "  %s\n", r.Case.Name)
		}
	}
	fmt.Fprintf(t.W, "%s: %d passed, %d failed, %d skipped", server, t.counts[script.Passed], t.counts[script.Failed], t.counts[script.Skipped])
	if t.differ > 0 {
		fmt.Fprintf(t.W, "; %d of those that passed differ as meant", t.differ)
	}
	if t.again > 0 {
		fmt.Fprintf(t.W, "; %d at the second try", t.again)
	}
	fmt.Fprintf(t.W, " (%s)\n", d.Round(10*time.Millisecond))
}

// Failed is the number of failures.
func (t *Text) Failed() int { return t.counts[script.Failed] }
