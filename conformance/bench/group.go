package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"olelo/conformance/server"
)

// group is what is measured with one configuration.
type group struct {
	name    string // as -only takes it
	title   string
	config  string // {port} and {peer} are filled in when a server starts
	network string // of its socket
	fresh   bool   // each measurement has a server of its own
	offline bool   // no server is started: its program is run
	rows    []row
}

// row is one workload.
type row struct {
	name string   // the parts of a benchmark's name, as benchstat takes them
	who  []string // the contestants that can do it
	run  func(context.Context, *target) (sample, error)
}

// sample is one measurement: so many operations, and what they cost.
type sample struct {
	n       uint64
	metrics []metric
}

type metric struct {
	unit  string
	value float64
}

// measure runs each row reps times, on one contestant after the other, so that what
// slows the machine down slows all of them; each time another one begins. A row that
// fails on one is left out for that one, and is an error at the end.
func (g group) measure(ctx context.Context, who []contestant, ports *server.Ports, reps int, record func(row, string, sample) error) error {
	targets := make([]*target, len(who))
	stop := func(i int) {
		targets[i].close()
		targets[i] = nil
	}
	defer func() {
		for i := range targets {
			stop(i)
		}
	}()
	out := make([]bool, len(who)) // those that do not start
	broken := map[string]bool{}   // rows of contestants
	var failed []error
	for rep := range reps {
		for _, r := range g.rows {
			for turn := range who {
				i := (turn + rep) % len(who)
				name := who[i].name
				if out[i] || !slices.Contains(r.who, name) || broken[r.name+name] {
					continue
				}
				var s sample
				var err error
				switch {
				case targets[i] != nil:
				case g.offline:
					targets[i] = &target{name: name, program: who[i].program}
				default:
					targets[i], err = who[i].start(ctx, ports, g.config, g.network)
					out[i] = err != nil
				}
				if err == nil {
					s, err = r.run(ctx, targets[i])
				}
				if ctx.Err() != nil {
					return errors.Join(append(failed, context.Cause(ctx))...)
				}
				if err != nil {
					broken[r.name+name] = true
					failed = append(failed, fmt.Errorf("%s/%s: %s: %w", g.name, r.name, name, err))
				} else if err := record(r, name, s); err != nil {
					return err
				}
				if g.fresh || err != nil {
					stop(i)
				}
			}
		}
	}
	return errors.Join(failed...)
}
