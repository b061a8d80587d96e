// Command bench compares olelo's speed with that of the Kamailio that is
// installed, and with the ceiling: a relay that copies bytes. README.md says what
// is measured and how.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"olelo/conformance/server"
)

// options say what is measured and for how long.
type options struct {
	only            []string // names of groups; none is all
	reps            int
	warmUp, measure time.Duration // of loads
	sessions        int
	iterations      int    // of a construct's loop
	raw             string // file for the raw results; "" for none
	profile         string // folder for profiles; "" for none
}

// longest is how long a run may take.
const longest = 15 * time.Minute

func (o options) groups() []group {
	return append([]group{relaying(o), latency(o), footprint(o), loading(o), script(o)}, sipGroups(o)...)
}

func (o options) wants(g group) bool { return len(o.only) == 0 || slices.Contains(o.only, g.name) }

func main() {
	if len(os.Args) == 3 && os.Args[1] == ceilingCommand {
		fail(runCeiling(os.Args[2]))
	}
	o, err := parse(os.Args[1:])
	if errors.Is(err, pflag.ErrHelp) {
		return
	}
	fail(err)
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ctx, cancel = context.WithTimeoutCause(ctx, longest, fmt.Errorf("the run took longer than %v", longest))
	defer cancel()
	if err := run(ctx, o, os.Stdout, os.Stderr); err != nil {
		cancel()
		fail(err)
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	o := options{warmUp: 300 * time.Millisecond, measure: time.Second, sessions: 10_000, iterations: 20_000}
	f := pflag.NewFlagSet("bench", pflag.ContinueOnError)
	f.StringSliceVar(&o.only, "only", nil, "`GROUPS` to measure: msrp, latency, memory, load, script, sip")
	f.IntVar(&o.reps, "reps", 5, "repetitions, of which the median counts")
	f.StringVarP(&o.raw, "output", "o", "", "`FILE` for the raw results, for benchstat -col /server FILE")
	f.StringVar(&o.profile, "profile", "", "`FOLDER` for CPU profiles of olelo, one a row; nothing is compared")
	short := f.Bool("short", false, "a quarter of the time a measurement, a tenth of the sessions")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if *short {
		o.warmUp, o.measure, o.sessions, o.iterations = o.warmUp/4, o.measure/4, o.sessions/10, o.iterations/4
	}
	var names []string
	for _, g := range o.groups() {
		names = append(names, g.name)
	}
	for _, name := range o.only {
		if !slices.Contains(names, name) {
			return o, fmt.Errorf("--only: there is no %q, but %s", name, strings.Join(slices.Compact(names), ", "))
		}
	}
	if f.NArg() > 0 || o.reps < 1 {
		return o, errors.New("options only, and at least one repetition")
	}
	return o, nil
}

// run measures what the options ask for and writes the tables to w.
func run(ctx context.Context, o options, w, progress io.Writer) error {
	dir, err := os.MkdirTemp("", "olelo-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// So that servers inherit it; Go gives children the limit that it found itself.
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return err
	}
	files.Cur = files.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return err
	}
	if need := uint64(o.sessions + 100); files.Cur < need {
		return fmt.Errorf("a process can have %d open files here; %d are needed", files.Cur, need)
	}
	var ports server.Ports
	defer ports.Close()
	if o.profile != "" {
		return profile(ctx, o, dir, &ports, progress)
	}
	who, err := contestants(ctx, dir)
	if err != nil {
		return err
	}
	raw := io.Discard
	if o.raw != "" {
		file, err := os.Create(o.raw)
		if err != nil {
			return err
		}
		defer file.Close()
		raw = file
	}
	r := newResults(raw, processor())
	if err := r.header(); err != nil {
		return err
	}
	var failed []error
	for _, g := range o.groups() {
		if !o.wants(g) {
			continue
		}
		fmt.Fprintf(progress, "bench: %s\n", g.title)
		failed = append(failed, g.measure(ctx, who, &ports, o.reps, func(w row, name string, s sample) error { return r.record(g, w, name, s) }))
		if ctx.Err() != nil {
			break
		}
	}
	r.table(w, o.reps)
	return errors.Join(failed...)
}

// processor is the model's name, as the kernel tells it.
func processor() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "an unknown processor"
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "an unknown processor"
}
