package script

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"

	"olelo/conformance/server"
	"olelo/lang/coverage"
)

// play is one run of a script. It is for the script's goroutine alone.
type play struct {
	ctx      context.Context
	c        *Case
	o        Options
	steps    []step
	patience time.Duration
	work     string // the folder with the case's files

	at      origin // of the step that runs
	values  values
	actors  map[string]*actor
	servers map[string]*instance
	order   []*instance // as they were started
	main    *instance   // the server that steps without a name mean
	serial  int         // counts what has to be unique
	events  []event     // what the actors sent and got
	sockets sockets
	ports   []int // that port steps took
	unit    Unit
	unitOf  unitSource
	// What the last route step told, and which lines ran in the unit.
	unitSaid string
	unitRan  coverage.Profile

	ts    *testscript.TestScript // for the command that runs
	t     *testing
	why   string // of the failure
	wrong bool   // the script is: the failure says nothing about the server
	late  error  // found after the script's end
	files map[string][]byte
	lines map[int]string // to rewrite, in the case file
}

// command is one command of scripts.
type command func(p *play, neg bool, args []string) error

// table lists the commands; those that only a running server has stay with the
// actor's name. It is a function because commands refer to it.
func table() map[string]command {
	return map[string]command{
		"server":      (*play).server,
		"halt":        (*play).halt,
		"check":       (*play).check,
		"client":      (*play).client,
		"peer":        (*play).peer,
		"values":      (*play).setValues,
		"repeat":      (*play).repeat,
		"port":        (*play).port,
		"timeout":     (*play).timeout,
		"log":         (*play).log,
		"rpc":         (*play).rpc,
		"ask":         (*play).ask,
		"htable":      (*play).htable,
		"var":         (*play).variable,
		"certificate": (*play).certificate,
		"clock":       (*play).clock,
		"route":       (*play).route,
	}
}

// skip is the error of a step that ends a script which cannot be run here.
type skip struct{ why string }

func (s skip) Error() string { return s.why }

// usage is an error in the script, not in what it tests.
type usage struct{ error }

func usagef(format string, args ...any) error { return usage{fmt.Errorf(format, args...)} }

// commands are those of this script, for testscript.
func (p *play) commands() map[string]func(*testscript.TestScript, bool, []string) {
	all := map[string]func(*testscript.TestScript, bool, []string){}
	for name, f := range table() {
		all[name] = p.wrap(f)
	}
	return all
}

func (p *play) wrap(f command) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		p.ts = ts
		err := f(p, neg, args)
		p.publish(ts)
		if err == nil {
			return
		}
		if s := (skip{}); errors.As(err, &s) {
			p.t.Skip(s.why)
		}
		if errors.As(err, new(usage)) {
			p.wrong = true
		}
		p.why = p.place(p.at) + ": " + err.Error()
		ts.Fatalf("%v", err)
	}
}

// condition is testscript's question for what stands in brackets before a step.
func (p *play) condition(cond string) (bool, error) {
	if n, ok := strings.CutPrefix(cond, "at:"); ok {
		i, err := strconv.Atoi(n)
		if err != nil || i >= len(p.steps) {
			return false, fmt.Errorf("there is no step %s", n)
		}
		p.at = p.steps[i].origin
		return true, nil
	}
	switch cond {
	case "olelo":
		return p.o.Program.Kind == server.Olelo, nil
	case "kamailio":
		return p.o.Program.Kind == server.Kamailio, nil
	}
	return false, errors.New("known are [olelo] and [kamailio]")
}

// setup is called before the first step.
func (p *play) setup(e *testscript.Env) error {
	p.work = e.WorkDir
	p.values["work"] = e.WorkDir
	e.Defer(p.end)
	return nil
}

// end stops what the script started. A server that does not end well is an error.
func (p *play) end() {
	for _, a := range p.actors {
		a.close()
	}
	for _, in := range slices.Backward(p.order) {
		if err := in.end(p); err != nil && p.late == nil {
			p.late = err
		}
	}
	p.endUnit()
}

// publish makes the values known where testscript expands words.
func (p *play) publish(ts *testscript.TestScript) {
	for name, value := range p.values {
		ts.Setenv(name, value)
	}
}

// words are arguments with their values.
func (p *play) words(args []string) ([]string, error) {
	out := make([]string, len(args))
	for i, a := range args {
		var err error
		if out[i], err = p.values.text(a); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// find is a file of the case, or beside the case file.
func (p *play) find(name string) (string, error) {
	for _, path := range []string{filepath.Join(p.work, name), filepath.Join(filepath.Dir(p.c.Path), name), name} {
		if i, err := os.Stat(path); err == nil && !i.IsDir() {
			return filepath.Abs(path)
		}
	}
	return "", fmt.Errorf("there is no file %s, neither in the case nor beside it", name)
}

func (p *play) read(name string) (string, error) {
	path, err := p.find(name)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(path)
	return string(text), err
}

// observed is what a step saw in place of the section name of the case file. With
// --update it goes there.
func (p *play) observed(name, text string) bool {
	if !p.o.Update {
		return false
	}
	if _, ok := p.c.file(name); !ok {
		return false
	}
	p.files[name] = []byte(text)
	return true
}

// plainWord is what needs no quotes.
var plainWord = regexp.MustCompile(`^[\w.,:;/@+=-]+$`)

// corrected is a word of the running step that was observed otherwise. With
// --update the line is rewritten, where the word stands there once.
func (p *play) corrected(old, observed string) bool {
	if !p.o.Update || p.at.row != "" {
		return false
	}
	line, ok := p.lines[p.at.line]
	if !ok {
		line = strings.Split(string(p.c.archive.Comment), "\n")[p.at.line-1]
	}
	if strings.ContainsAny(observed, "\r\n\x00") || !utf8.ValidString(observed) {
		return false // no word of a script can hold that
	}
	observed = chance.replace(observed)
	word := observed
	if !plainWord.MatchString(observed) {
		word = quote(observed)
	}
	for _, form := range []string{quote(old), old} {
		if strings.Count(line, form) == 1 {
			if form != old {
				word = quote(observed)
			}
			p.lines[p.at.line] = strings.Replace(line, form, word, 1)
			return true
		}
	}
	return false
}

func (p *play) setValues(neg bool, args []string) error {
	if neg || len(args) == 0 {
		return usagef("usage: values NAME=TEXT …")
	}
	for _, a := range args {
		name, value, ok := strings.Cut(a, "=")
		if !ok || !valueName.MatchString(name) {
			return usagef("values: %q is not NAME=TEXT", a)
		}
		value, err := p.values.text(value)
		if err != nil {
			return err
		}
		p.values[name] = value
	}
	return nil
}

// mostRepeated is what a repeated text may hold, in bytes.
const mostRepeated = 32 << 20

// repeat is "repeat NAME TEXT COUNT": sets ${NAME} to the text that many times.
func (p *play) repeat(neg bool, args []string) error {
	const use = "usage: repeat NAME TEXT COUNT"
	if neg || len(args) != 3 || !valueName.MatchString(args[0]) {
		return usagef(use)
	}
	text, err := p.values.text(args[1])
	if err != nil {
		return err
	}
	count, err := p.values.text(args[2])
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || n > mostRepeated/max(len(text), 1) {
		return usagef("repeat: %s times %d bytes are not from 1 to %d; %s", args[2], len(text), mostRepeated, use)
	}
	p.values[args[0]] = strings.Repeat(text, n)
	return nil
}

// port is "port NAME": sets ${NAME} to a free port, which stays that one in the
// configurations of the case's servers.
func (p *play) port(neg bool, args []string) error {
	if neg || len(args) != 1 || !valueName.MatchString(args[0]) {
		return usagef("usage: port NAME")
	}
	n, err := p.o.Ports.Take()
	if err != nil {
		return err
	}
	p.ports = append(p.ports, n)
	p.values[args[0]] = strconv.Itoa(n)
	return nil
}

func (p *play) timeout(neg bool, args []string) error {
	if neg || len(args) != 1 {
		return usagef("usage: timeout DURATION, such as 3s")
	}
	d, err := p.duration(args[0])
	if err == nil {
		p.patience = d
	}
	return err
}

// duration reads a word such as 3s or 500ms, not below 0.
func (p *play) duration(word string) (time.Duration, error) {
	word, err := p.values.text(word)
	if err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(word)
	if err != nil || d < 0 {
		return 0, usagef("%q is no duration such as 3s or 500ms", word)
	}
	return d, nil
}

// compat is the dialect that the case runs in.
func (p *play) compat() string { return cmp.Or(p.c.Compat, p.o.Compat) }

// unique is a number that no other step got.
func (p *play) unique() int {
	p.serial++
	return p.serial
}
