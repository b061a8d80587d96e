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

// report writes what the options ask for.
func (c *covered) report(t *testFlags) error {
	if *t.coverage {
		fmt.Fprintln(t.out)
		if err := c.sum.Text(t.out, script.Source); err != nil {
			return err
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
			return err
		}
		if err := errors.Join(f.write(w), w.Close()); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
	}
	return nil
}
