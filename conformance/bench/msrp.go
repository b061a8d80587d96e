package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"time"
)

//go:embed configs/msrp.cfg
var relayConfig string

// longestInKamailio is about the longest body of a frame that Kamailio can relay.
const longestInKamailio = 32<<10 - 1

// relaying is the cost of a frame, and how many pass.
func relaying(o options) group {
	g := group{name: "msrp", title: "MSRP relay", config: relayConfig, network: "tcp"}
	add := func(name string, w load) {
		r := row{name: name, who: []string{olelo, kamailio, ceiling}, run: func(ctx context.Context, t *target) (sample, error) {
			return w.measure(ctx, t, o)
		}}
		if w.body > longestInKamailio {
			r.who = []string{olelo, ceiling}
		}
		g.rows = append(g.rows, r)
	}
	for _, w := range []load{
		{pairs: 1, body: 100},
		{pairs: 10, body: 100},
		{pairs: 100, body: 100},
		{pairs: 1000, body: 100},
		{pairs: o.sessions / 2, body: 100},
		{pairs: 100, body: 2 << 10},
		{pairs: 100, body: 10 << 10},
		{pairs: 100, body: 32 << 10},
		{pairs: 100, body: 1 << 20},
	} {
		w.window = 16
		if w.body == 1<<20 {
			w.window = 2 // 200 MB under way
		}
		add(fmt.Sprintf("pairs=%d/body=%d", w.pairs, w.body), w)
	}
	add("pairs=100/body=100/writes=single", load{pairs: 100, body: 100, window: 16, single: true})
	add("pairs=100/body=100/replies=relayed", load{pairs: 100, body: 100, window: 16, replies: true})
	return g
}

// latency is how long one frame takes that no other one waits for.
func latency(o options) group {
	g := group{name: "latency", title: "MSRP latency, one frame of a pair under way", config: relayConfig, network: "tcp"}
	for _, w := range []load{
		{pairs: 1}, {pairs: 10}, {pairs: 100, rate: 50},
	} {
		w.body, w.window, w.latency = 100, 1, true
		name := fmt.Sprintf("pairs=%d", w.pairs)
		if w.rate > 0 {
			name += fmt.Sprintf("/rate=%g", w.rate*float64(w.pairs))
		}
		g.rows = append(g.rows, row{name: name, who: []string{olelo, kamailio, ceiling}, run: func(ctx context.Context, t *target) (sample, error) {
			return w.measure(ctx, t, o)
		}})
	}
	return g
}

var errNothing = fmt.Errorf("no frame arrived for %v", patience)

// measure runs a load for a while, and checks that each frame arrives.
func (w load) measure(ctx context.Context, t *target, o options) (sample, error) {
	tr, err := begin(t, w)
	if err != nil {
		return sample{}, err
	}
	var c cost
	var n uint64
	var failed error
	ended := make(chan error, 1)
	go func() { ended <- tr.run(ctx) }()
	wait := func(d time.Duration) error {
		select {
		case failed = <-ended:
			return failed
		case <-time.After(d):
			return nil
		}
	}
	err = wait(o.warmUp)
	if err == nil {
		c, err = t.during(func() error {
			tr.measuring.Store(true)
			defer tr.measuring.Store(false)
			for late := time.Now().Add(patience); n == 0; n = tr.count() {
				if time.Now().After(late) {
					return errNothing
				}
				if err := wait(o.measure); err != nil {
					return err
				}
			}
			return nil
		})
	}
	close(tr.stop)
	if failed == nil {
		err = errors.Join(err, <-ended)
	}
	switch {
	case err != nil:
		return sample{}, err
	case w.latency:
		p50, p99 := tr.quantiles()
		return sample{n, []metric{{"p50-ns", p50}, {"p99-ns", p99}}}, nil
	}
	return sample{n, []metric{
		{"cpu-ns/frame", float64(c.cpu) / float64(n)},
		{"frames/s", float64(n) / c.elapsed.Seconds()},
	}}, nil
}

// quantiles are the median and the 99th percentile of what the frames took, in ns.
func (tr *traffic) quantiles() (p50, p99 float64) {
	var all []time.Duration
	for _, p := range tr.pairs {
		all = append(all, p.took...)
	}
	slices.Sort(all)
	return float64(all[len(all)/2]), float64(all[len(all)*99/100])
}
