package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"olelo/conformance/server"
)

// profiled is how long each row's profile takes. It waits for the end of a
// measurement that has begun.
const profiled = 5 * time.Second

// profile runs each row on an olelo that is built with its profiler, over and over,
// and writes what the profiler saw to a file of the row.
func profile(ctx context.Context, o options, dir string, ports *server.Ports, progress io.Writer) error {
	if err := os.MkdirAll(o.profile, 0o755); err != nil {
		return err
	}
	port, err := ports.Take()
	if err != nil {
		return err
	}
	profiler := "127.0.0.1:" + strconv.Itoa(port)
	for name, value := range map[string]string{"GOFLAGS": strings.TrimSpace(os.Getenv("GOFLAGS") + " -tags=pprof"), "OLELO_PPROF": profiler} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	p, err := server.FindOlelo(ctx, dir)
	if err != nil {
		return err
	}
	// What is around a load or a loop is to be a small part of it.
	o.warmUp, o.measure, o.iterations = 0, profiled, 20*o.iterations
	for _, g := range o.groups() {
		if !o.wants(g) || g.offline {
			continue
		}
		t, err := contestant{olelo, p}.start(ctx, ports, g.config, g.network)
		if err != nil {
			return err
		}
		for _, r := range g.rows {
			file := filepath.Join(o.profile, g.name+"-"+strings.NewReplacer("/", "-", "=", "-").Replace(r.name)+".pprof")
			fmt.Fprintln(progress, file)
			if err = profileRow(ctx, t, r, profiler, file); err != nil {
				break
			}
		}
		t.close()
		if err != nil {
			return err
		}
	}
	return nil
}

func profileRow(ctx context.Context, t *target, r row, profiler, file string) error {
	got := make(chan error, 1)
	go func() {
		got <- fetch(ctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", profiler, int(profiled.Seconds())), file)
	}()
	for {
		if _, err := r.run(ctx, t); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		select {
		case err := <-got:
			return err
		default:
		}
	}
}

func fetch(ctx context.Context, url, file string) error {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", url, a.Status, b)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o644)
}
