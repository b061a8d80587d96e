package script

import (
	"context"
	"sync"
)

// RunAll runs cases, at most parallel at a time, and hands each result to done, in
// the order of the cases, as soon as it and those before it are there. Once done says
// that this is enough no further case begins, and those that run are not told of.
func RunAll(ctx context.Context, cases []*Case, o Options, parallel int, done func(Result) (enough bool)) {
	results := make([]chan Result, len(cases))
	for i := range results {
		results[i] = make(chan Result, 1)
	}
	next, enough := make(chan int), make(chan struct{})
	var workers sync.WaitGroup
	for range min(parallel, len(cases)) {
		workers.Go(func() {
			for i := range next {
				results[i] <- Run(ctx, cases[i], o)
			}
		})
	}
	go func() {
		defer close(next)
		for i := range cases {
			if ctx.Err() != nil {
				results[i] <- Result{Case: cases[i], Kind: o.Program.Kind, Outcome: Skipped, Why: "interrupted"}
				continue
			}
			select {
			case next <- i:
			case <-enough:
				return
			}
		}
	}()
	for i := range results {
		if done(<-results[i]) {
			close(enough)
			break
		}
	}
	workers.Wait()
}
