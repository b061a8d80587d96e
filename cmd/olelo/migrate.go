package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"

	"olelo/cmd/olelo/migrate"
	"olelo/runtime/app"
)

const migrateUsage = `usage: olelo migrate [OPTION …] FILE …

Reports for each configuration, with its includes, what olelo makes of it: each
module, parameter, function, variable, transformation and event route with its
uses, as what runs, runs differently (and how), is accepted without effect (and
why that is safe) or does not run yet. No socket is opened.

The exit status is that of the worst configuration: 0 it runs as it is, 1 it runs
with differences to read, 2 it does not run yet or has mistakes that Kamailio
refuses too, 255 it cannot be read.
`

// migrateCommand is "olelo migrate".
func migrateCommand(args []string, stdout, stderr io.Writer) int {
	c := newCommon("migrate", migrateUsage, stdout, stderr)
	format := c.flags.String("format", "text", "of the report, a `FORM`: text, json or html")
	out := c.flags.StringP("output", "o", "", "`FILE` for the report; standard output otherwise")
	for _, name := range []string{"lenient", "log-format"} {
		c.flags.Lookup(name).Hidden = true // a report goes on in any case, and logs nothing
	}
	files, o, status, done := c.parseFiles(args, stderr)
	if done {
		return status
	}
	if i := slices.Index(files, "-"); i >= 0 && slices.Contains(files[i+1:], "-") {
		fmt.Fprintln(stderr, "olelo migrate: -: standard input is one configuration")
		return statusFailed
	}
	write := map[string]func(*migrate.Document, io.Writer) error{
		"text": (*migrate.Document).Text, "json": (*migrate.Document).JSON, "html": (*migrate.Document).HTML,
	}[*format]
	if write == nil {
		fmt.Fprintf(stderr, "olelo migrate: --format: text, json or html, not %q\n", *format)
		return statusFailed
	}
	d := migrate.New(files, func(file string) app.Options {
		o := o
		o.File, o.Stdout, o.Stderr = file, io.Discard, io.Discard // the log is no part of a report
		o.Builtin = newOptions(file).Builtin
		return o
	})
	var b bytes.Buffer
	err := write(d, &b)
	if err == nil && *out != "" {
		err = os.WriteFile(*out, b.Bytes(), 0o644)
	} else if err == nil {
		_, err = stdout.Write(b.Bytes())
	}
	if err != nil {
		fmt.Fprintf(stderr, "olelo migrate: %v\n", err)
		return statusFailed
	}
	for _, r := range d.Configurations {
		if r.Verdict.Status == migrate.StatusUnreadable {
			fmt.Fprintf(stderr, "olelo migrate: %s: %s\n", r.File, r.Verdict.Text)
		}
	}
	return d.Status
}
