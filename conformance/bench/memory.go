package main

import (
	"context"
	"fmt"
	"time"
)

// settling is how long a server has to return memory before it is measured.
const settling = time.Second

// footprint is what connections cost that do nothing. Each measurement has a
// server of its own.
func footprint(o options) group {
	g := group{name: "memory", title: "Memory and start", config: relayConfig, network: "tcp", fresh: true}
	for _, k := range []struct {
		name, item string
		make       func(*target, int, *link) error
	}{
		{"connections", "conn", func(_ *target, _ int, l *link) error { return l.keepAlive() }},
		{"sessions", "session", func(t *target, i int, l *link) error { return l.join(t, i) }},
	} {
		g.rows = append(g.rows, row{
			name: fmt.Sprintf("%s=%d", k.name, o.sessions), who: []string{olelo, kamailio},
			run: func(_ context.Context, t *target) (sample, error) {
				before, err := memory(t.in.PID())
				if err != nil {
					return sample{}, err
				}
				var list []*link
				c, err := t.during(func() (err error) {
					list, err = links(t, o.sessions, func(i int, l *link) error { return k.make(t, i, l) })
					return err
				})
				if err != nil {
					return sample{}, err
				}
				defer closeAll(list)
				time.Sleep(settling)
				after, err := memory(t.in.PID())
				if err != nil {
					return sample{}, err
				}
				if err := each(len(list), func(i int) error { return list[i].keepAlive() }); err != nil {
					return sample{}, fmt.Errorf("one of %d is lost: %w", len(list), err)
				}
				n := float64(len(list))
				return sample{uint64(len(list)), []metric{
					{"start-ns", float64(t.start)},
					{"start-B", float64(before)},
					{"total-B", float64(after)},
					{"B/" + k.item, float64(after-before) / n},
					{"cpu-ns/" + k.item, float64(c.cpu) / n},
					{k.item + "s/s", n / c.elapsed.Seconds()},
				}}, nil
			},
		})
	}
	return g
}
