package script

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"olelo/conformance/server"
	"olelo/lang/coverage"
)

// The deadlines of one step, unless the script says another with timeout. A case
// that Kamailio is to fail runs into its deadline there, so that one is short.
const (
	patience         = 10 * time.Second
	patienceDiverges = 1500 * time.Millisecond
	startTimeout     = 60 * time.Second
)

// Options say how cases are run.
type Options struct {
	Program    server.Program
	Major      int      // the program's major version, of a Kamailio
	ModulePath string   // where a Kamailio's modules are; "" looks for them
	Compat     string   // olelo's dialect for cases that name none
	Units      Units    // loads configurations for route steps
	Args       []string // further arguments of every server
	Ports      *server.Ports
	Update     bool // write what was observed into the case file
	Verbose    bool
	// Covered, where not nil, gets which lines ran on each server that is olelo,
	// from the goroutine of its case.
	Covered func(*coverage.Profile)
}

// Outcome says how a case ended.
type Outcome string

// The outcomes.
const (
	Passed  Outcome = "pass"
	Failed  Outcome = "fail"
	Skipped Outcome = "skip"
)

// Result is what became of a case on one program.
type Result struct {
	Case    *Case
	Kind    server.Kind
	Outcome Outcome
	Why     string // why it failed or was skipped: one or more lines
	Log     string // the script's steps up to the failure
	Story   string // on a failure: what each side sent and got, the servers' logs
	Time    time.Duration
	Retried bool // a Kamailio, at its second try
	Differs bool // a case that diverges did so
	Updated bool // the case file was rewritten

	wrong bool // the script is, or could not be played
}

// Run runs a case. On Kamailio a case that fails is run once more: Kamailio loses
// a message now and then when its workers are busy, but not twice.
func Run(ctx context.Context, c *Case, o Options) Result {
	start := time.Now()
	var r Result
	switch kamailio := o.Program.Kind == server.Kamailio; {
	case kamailio && c.Compat != "" && strconv.Itoa(o.Major) != c.Compat[:1]:
		r = Result{Outcome: Skipped, Why: "of Kamailio " + c.Compat}
	case !kamailio && o.Compat != "" && c.Compat != "" && c.Compat != o.Compat:
		r = Result{Outcome: Skipped, Why: "of Kamailio " + c.Compat}
	case kamailio && c.Diverges != "":
		o.Update = false // such a case holds what olelo does
		r = c.run(ctx, o, patienceDiverges)
		switch r.Outcome {
		case Passed:
			r.Outcome, r.Why = Failed, "Kamailio does as olelo does, so this case does not diverge: take #diverges out of it"
		case Failed:
			if !r.wrong {
				r.Outcome, r.Differs = Passed, true
			}
		}
	case kamailio:
		if r = c.run(ctx, o, patience); r.Outcome == Failed && ctx.Err() == nil {
			r = c.run(ctx, o, patience)
			r.Retried = r.Outcome == Passed
		}
	default:
		r = c.run(ctx, o, patience)
	}
	if ctx.Err() != nil {
		r = Result{Outcome: Skipped, Why: "interrupted"}
	}
	r.Case, r.Kind, r.Time = c, o.Program.Kind, time.Since(start)
	return r
}

// run is one try.
func (c *Case) run(ctx context.Context, o Options, patience time.Duration) (r Result) {
	fail := func(err error) Result { return Result{Outcome: Failed, Why: err.Error(), wrong: true} }
	if c.wrong != nil {
		return fail(c.wrong)
	}
	steps, err := c.expand()
	if err != nil {
		return fail(err)
	}
	dir, err := os.MkdirTemp("", "olelo-case-")
	if err != nil {
		return fail(err)
	}
	defer os.RemoveAll(dir)
	var script strings.Builder
	for n, s := range steps {
		script.WriteString(s.mark(n) + "\n")
	}
	// The name is the same for each case, so that the length of a path is.
	file := filepath.Join(dir, "case"+Ext)
	expanded := &txtar.Archive{Comment: []byte(script.String()), Files: c.archive.Files}
	work := filepath.Join(dir, "work")
	if err := errors.Join(os.Mkdir(work, 0o700), os.WriteFile(file, txtar.Format(expanded), 0o600)); err != nil {
		return fail(err)
	}
	p := &play{
		ctx: ctx, c: c, o: o, steps: steps, patience: patience,
		values: values{}, actors: map[string]*actor{}, servers: map[string]*instance{},
		files: map[string][]byte{}, lines: map[int]string{},
	}
	t := &testing{verbose: o.Verbose}
	p.t = t
	deadline, _ := ctx.Deadline()
	defer p.sockets.closeAt(ctx)()
	t.Run("", func(testscript.T) {
		testscript.RunT(t, testscript.Params{
			Files: []string{file}, WorkdirRoot: work,
			Cmds: p.commands(), Condition: p.condition, Setup: p.setup,
			UpdateScripts: o.Update, RequireUniqueNames: true, Deadline: deadline,
		})
	})
	r.wrong = p.wrong
	r.Outcome, r.Log = t.outcome, p.rewrite(t.log.String(), file)
	r.Why = cmp.Or(p.why, t.why)
	if r.Outcome == Skipped {
		return r
	}
	if r.Outcome != Failed && p.late != nil {
		r.Outcome, r.Why = Failed, p.late.Error()
	}
	if r.Outcome == Failed {
		if r.Why == "" {
			r.Why = lastFailure(r.Log)
		}
		if o.Update {
			r.Why += "\nnothing is written: --update writes only what a case needs to pass, and this it cannot"
		}
		r.Story = p.story()
	}
	if o.Update && r.Outcome == Passed {
		r.Updated, err = p.update(file)
		if err != nil {
			return fail(err)
		}
	}
	return r
}

// update carries what the run wrote into its own copy, and what the steps
// observed, over to the case file.
func (p *play) update(file string) (bool, error) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		return false, err
	}
	files := map[string][]byte{}
	for _, f := range a.Files {
		files[f.Name] = f.Data
	}
	maps.Copy(files, p.files)
	before, err := os.ReadFile(p.c.Path)
	if err != nil {
		return false, err
	}
	if err := p.c.update(files, p.lines); err != nil {
		return false, err
	}
	after, err := os.ReadFile(p.c.Path)
	return string(before) != string(after), err
}

var testscriptAt = regexp.MustCompile(`(?m)^FAIL: .*?:(\d+): `)

// rewrite gives the lines in testscript's log their places in the case file.
func (p *play) rewrite(log, file string) string {
	log = marks.ReplaceAllStringFunc(log, func(m string) string {
		return "> "
	})
	return testscriptAt.ReplaceAllStringFunc(log, func(m string) string {
		n, err := strconv.Atoi(testscriptAt.FindStringSubmatch(m)[1])
		if err != nil || n < 1 || n > len(p.steps) {
			return m
		}
		return "FAIL: " + p.place(p.steps[n-1].origin) + ": "
	})
}

// place is a step as an error names it.
func (p *play) place(o origin) string {
	at := fmt.Sprintf("%s:%d", p.c.Path, o.line)
	if o.row != "" {
		at += " (" + strings.TrimSpace(o.row) + ")"
	}
	return at
}

// lastFailure is what testscript said about the step that failed, the place first.
func lastFailure(log string) string {
	if i := strings.LastIndex(log, "\n> "); i >= 0 {
		log = log[i+1:]
	}
	said, why, ok := strings.Cut(log, "FAIL: ")
	if !ok {
		return strings.TrimSpace(log)
	}
	_, said, _ = strings.Cut(said, "\n") // the step, which the place names
	return strings.TrimSpace(strings.TrimSpace(why) + "\n" + said)
}

// testing is what testscript asks of package testing's T, for one script.
type testing struct {
	verbose bool
	log     strings.Builder
	outcome Outcome
	why     string
}

var _ testscript.T = (*testing)(nil)

// Run runs f to its end, or until one of the methods below ends its goroutine.
func (t *testing) Run(_ string, f func(testscript.T)) {
	done := make(chan any)
	go func() {
		normal := false
		defer func() {
			if r := recover(); r != nil {
				buf := make([]byte, 16<<10)
				t.outcome, t.why = Failed, fmt.Sprintf("the runner panicked: %v\n%s", r, buf[:runtime.Stack(buf, false)])
			} else if !normal && t.outcome == "" {
				t.outcome = Failed
			}
			close(done)
		}()
		f(t)
		normal = true
		if t.outcome == "" {
			t.outcome = Passed
		}
	}()
	<-done
}

func (t *testing) Parallel()     {}
func (t *testing) Verbose() bool { return t.verbose }

func (t *testing) Log(args ...any) { fmt.Fprintln(&t.log, args...) }

func (t *testing) Skip(args ...any) {
	t.outcome, t.why = Skipped, strings.TrimSpace(fmt.Sprint(args...))
	runtime.Goexit()
}

func (t *testing) Fatal(args ...any) {
	t.Log(args...)
	t.FailNow()
}

func (t *testing) FailNow() {
	t.outcome = Failed
	runtime.Goexit()
}
