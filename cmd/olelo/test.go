package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"syscall"
	"time"

	"olelo/conformance/report"
	"olelo/conformance/script"
	"olelo/conformance/server"
)

const testUsage = `usage: olelo test [OPTION …] [PATH …]

Runs test cases for configurations: files that end in .txtar, or all of them below
a folder, the current one unless told. A case holds a script, and the messages
that it sends and expects; it starts a server with a configuration, on free
loopback ports. conformance/README.md has a guide for the first one.

--against=kamailio runs the same files on a real Kamailio too, and prints a table
of both. A case with a line "#diverges: reason" must fail there.

The exit status is 0 where all cases passed, 1 where one failed or the coverage is
below --threshold, 255 where nothing could be run.
`

// testFlags are the options of olelo test.
type testFlags struct {
	run       *string
	verbose   *bool
	parallel  *int
	failFast  *bool
	watch     *bool
	update    *bool
	against   *string
	only      *bool
	modules   *string
	junit     *string
	json      *string
	defines   *[]string
	compat    *string
	coverage  *bool
	coverHTML *string
	coverLCOV *string
	threshold threshold
	paths     []string
	out, err  io.Writer
}

// testCommand is "olelo test".
func testCommand(args []string, stdout, stderr io.Writer) int {
	f := newFlags("test", testUsage, stdout, stderr)
	t := &testFlags{
		run:       f.String("run", "", "only cases whose name matches this `REGEX`"),
		verbose:   f.BoolP("verbose", "v", false, "tell of each case, with its steps"),
		parallel:  f.IntP("parallel", "j", 4*runtime.GOMAXPROCS(0), "how many cases run at a time, a `NUMBER`"),
		failFast:  f.Bool("fail-fast", false, "begin no further case once one has failed"),
		watch:     f.Bool("watch", false, "run again when a case or a configuration changes, until Ctrl-C"),
		update:    f.Bool("update", false, "write what was observed into the cases, in place of what they expected"),
		against:   f.String("against", "", "also on a Kamailio, whose binary this `PATH` or name is"),
		only:      f.Bool("only", false, "with --against: only there, not on olelo; --update then writes what Kamailio does"),
		modules:   f.String("modules", "", "that Kamailio's modules are in this `DIR`"),
		junit:     f.String("junit", "", "`FILE` for the results as JUnit XML"),
		json:      f.String("json", "", "`FILE` for the results as JSON"),
		defines:   f.StringArrayP("define", "A", nil, "`ID[=VALUE]`: a #!define for every server that the cases start"),
		compat:    f.String("compat", "", "`VERSION` of Kamailio for cases that name none: 5.6, the default, or 6"),
		coverage:  f.Bool("coverage", false, "tell which lines and branches of the configurations ran"),
		coverHTML: f.String("coverage-html", "", "`FILE` for the coverage, the configurations coloured line by line"),
		coverLCOV: f.String("coverage-lcov", "", "`FILE` for the coverage as lcov's"),
		threshold: newThreshold(f),
		out:       stdout, err: stderr,
	}
	if status, done := parseFlags(f, args, stderr); done {
		return status
	}
	if t.paths = f.Args(); len(t.paths) == 0 {
		t.paths = []string{"."}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	for {
		before := t.state()
		status, err := t.test(ctx)
		if err != nil {
			fmt.Fprintf(stderr, "olelo test: %v\n", err)
			status = statusFailed
		}
		if !*t.watch || ctx.Err() != nil {
			return status
		}
		fmt.Fprintln(stdout, "\nwaiting for a change; Ctrl-C ends")
		if t.changed(ctx, before) != nil {
			return status
		}
	}
}

// cases finds what to run.
func (t *testFlags) cases() ([]*script.Case, error) {
	only, err := regexp.Compile(*t.run)
	if err != nil {
		return nil, fmt.Errorf("--run: %w", err)
	}
	cases, err := script.Find(t.paths)
	if err != nil {
		return nil, err
	}
	cases = slices.DeleteFunc(cases, func(c *script.Case) bool { return !only.MatchString(c.Name) })
	if len(cases) == 0 {
		return nil, fmt.Errorf("no case has a name that matches --run=%s", *t.run)
	}
	return cases, nil
}

func (t *testFlags) test(ctx context.Context) (status int, err error) {
	cases, err := t.cases()
	if err != nil {
		return 0, err
	}
	wanted, err := t.threshold.wanted()
	if err != nil {
		return 0, err
	}
	if *t.parallel < 1 {
		return 0, errors.New("--parallel: at least 1")
	}
	program, err := os.Executable()
	if err != nil {
		return 0, err
	}
	var ports server.Ports
	defer ports.Close()
	o := script.Options{
		Program: server.Program{Kind: server.Olelo, Path: program}, Ports: &ports,
		Update: *t.update, Verbose: *t.verbose, Compat: *t.compat,
	}
	cover := &covered{}
	o.Covered = cover.add
	u := units{}
	if u.defines, err = defines(*t.defines); err != nil {
		return 0, err
	}
	o.Units = u
	for _, d := range *t.defines {
		o.Args = append(o.Args, "-A", d)
	}
	if *t.only && *t.against == "" {
		return 0, errors.New("--only: on which Kamailio? --against=PATH says it")
	}
	var kamailio script.Options
	if *t.against != "" {
		if kamailio, err = t.kamailio(ctx, o); err != nil {
			return 0, err
		}
	}
	var results []script.Result
	failed := 0
	if !*t.only {
		results, failed = t.runOn(ctx, "olelo", cases, o)
	}
	if *t.against != "" && ctx.Err() == nil {
		theirs, n := t.runOn(ctx, "kamailio", cases, kamailio)
		if !*t.only {
			fmt.Fprintln(t.out)
			if err := report.Table(t.out, results, theirs); err != nil {
				return 0, err
			}
		}
		results, failed = append(results, theirs...), failed+n
	}
	if ctx.Err() != nil {
		return 0, errors.New("interrupted")
	}
	if err := t.write(results); err != nil {
		return 0, err
	}
	if err := cover.report(t); err != nil {
		return 0, err
	}
	if enough := met(cover.sum.Shares(), wanted, t.out); failed > 0 || !enough {
		return 1, nil
	}
	return statusOK, nil
}

func (t *testFlags) runOn(ctx context.Context, name string, cases []*script.Case, o script.Options) ([]script.Result, int) {
	start := time.Now()
	text := &report.Text{W: t.out, Verbose: *t.verbose}
	var results []script.Result
	script.RunAll(ctx, cases, o, *t.parallel, func(r script.Result) bool {
		text.Add(r)
		results = append(results, r)
		return *t.failFast && text.Failed() > 0
	})
	text.Summary(name, time.Since(start))
	return results, text.Failed()
}

// kamailio is how the cases run on the binary of --against.
func (t *testFlags) kamailio(ctx context.Context, o script.Options) (script.Options, error) {
	program, err := server.KamailioAt(*t.against)
	if err != nil {
		return o, fmt.Errorf("--against: %w", err)
	}
	o.Program, o.ModulePath = program, *t.modules
	// What was seen on Kamailio is written where nothing else was looked at:
	// otherwise a case would hold what the last server does.
	o.Update = o.Update && *t.only
	o.Major, err = program.Major(ctx)
	if err != nil {
		return o, fmt.Errorf("--against: %w", err)
	}
	return o, nil
}

// write writes the files of --junit and --json.
func (t *testFlags) write(results []script.Result) error {
	for _, f := range []struct {
		path  string
		write func(io.Writer, []script.Result) error
	}{{*t.junit, report.JUnit}, {*t.json, report.JSON}} {
		if f.path == "" {
			continue
		}
		w, err := os.Create(f.path)
		if err != nil {
			return err
		}
		if err := errors.Join(f.write(w, results), w.Close()); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
	}
	return nil
}

// watchEvery is the distance between two looks at the files of --watch.
const watchEvery = 300 * time.Millisecond

// changed waits until the state of the files is another than before.
func (t *testFlags) changed(ctx context.Context, before string) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			if t.state() != before {
				return nil
			}
		}
	}
}

// state is the names, sizes and times of the files that a run may read: those
// below the paths, and those in the folder above a path, where configurations are.
func (t *testFlags) state() string {
	var b []byte
	look := func(path string, d fs.DirEntry) {
		if i, err := d.Info(); err == nil && !d.IsDir() && !t.writes(path) {
			b = fmt.Appendf(b, "%s %d %d\n", path, i.Size(), i.ModTime().UnixNano())
		}
	}
	for _, root := range t.paths {
		// What cannot be read now is seen when it can be.
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil {
				look(path, d)
			}
			return nil
		})
		above := filepath.Join(root, "..")
		entries, err := os.ReadDir(above)
		if err != nil {
			continue
		}
		for _, d := range entries {
			look(filepath.Join(above, d.Name()), d)
		}
	}
	return string(b)
}

// writes reports whether path is a file that the options write.
func (t *testFlags) writes(path string) bool {
	path, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	for _, name := range []string{*t.junit, *t.json, *t.coverHTML, *t.coverLCOV} {
		if name == "" {
			continue
		}
		if name, err := filepath.Abs(name); err == nil && name == path {
			return true
		}
	}
	return false
}
