package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"olelo/lang/coverage"
)

// threshold is how much of the configurations must have run.
type threshold struct{ lines, branches *string }

func newThreshold(f *pflag.FlagSet) threshold {
	return threshold{
		lines:    f.String("threshold", "0", "`PERCENT` of lines that must have run, as 80 or 99.5"),
		branches: f.String("threshold-branches", "0", "`PERCENT` of branches that must have been taken"),
	}
}

// wanted are the shares in permille; an error says which option is wrong.
func (t threshold) wanted() (w [2]int, err error) {
	for i, text := range []string{*t.lines, *t.branches} {
		if w[i], err = permille(text); err != nil {
			return w, fmt.Errorf("--%s: %w", []string{"threshold", "threshold-branches"}[i], err)
		}
	}
	return w, nil
}

// met says whether so much ran, and on w what did not. Shares are rounded down, so
// that 100 is only said of all.
func met(s coverage.Shares, wanted [2]int, w io.Writer) bool {
	enough := true
	if s.Lines.All == 0 && wanted != [2]int{} {
		fmt.Fprintln(w, "no configuration ran on olelo, so that nothing is known of what ran")
		return false
	}
	for i, share := range []coverage.Share{s.Lines, s.Branches} {
		if share.Permille() < wanted[i] {
			fmt.Fprintf(w, "%s of the %s ran, %d.%d %% are wanted\n", share, []string{"lines", "branches"}[i], wanted[i]/10, wanted[i]%10)
			enough = false
		}
	}
	return enough
}

// permille reads a percentage with at most one digit behind the point.
func permille(text string) (int, error) {
	whole, tenths, _ := strings.Cut(strings.TrimSuffix(text, "%"), ".")
	n, err := strconv.ParseUint(whole+(tenths + "0")[:1], 10, 16)
	if err != nil || len(tenths) > 1 || n > 1000 {
		return 0, fmt.Errorf("%q is no percentage from 0 to 100, with one digit behind the point at most", text)
	}
	return int(n), nil
}
