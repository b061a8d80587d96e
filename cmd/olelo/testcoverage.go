package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"olelo/conformance/script"
	"olelo/lang/coverage"
)

// covered sums what ran on all servers and units of a run.
type covered struct {
	mu  sync.Mutex
	sum coverage.Profile
}

func (c *covered) add(p *coverage.Profile) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sum.Merge(p, nil)
}

// report writes what the options ask for, and says whether as much ran as
// --threshold demands.
func (c *covered) report(t *testFlags) (enough bool, err error) {
	if *t.coverage {
		fmt.Fprintln(t.out)
		if err := c.sum.Text(t.out, script.Source); err != nil {
			return false, err
		}
	}
	for _, f := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{*t.coverHTML, func(w io.Writer) error { return c.sum.HTML(w, script.Source) }},
		{*t.coverLCOV, c.sum.LCOV},
	} {
		if f.path == "" {
			continue
		}
		w, err := os.Create(f.path)
		if err != nil {
			return false, err
		}
		if err := errors.Join(f.write(w), w.Close()); err != nil {
			return false, fmt.Errorf("%s: %w", f.path, err)
		}
	}
	if *t.threshold <= 0 {
		return true, nil
	}
	// A share is rounded down, so that 100 is only said of all.
	s := c.sum.Shares()
	if float64(s.Lines.Permille()) < *t.threshold*10 {
		fmt.Fprintf(t.out, "%s of the lines ran: less than --threshold=%g\n", s.Lines, *t.threshold)
		return false, nil
	}
	return true, nil
}
