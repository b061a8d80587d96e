package main

import (
	"fmt"
	"io"
	"runtime/debug"
	"text/tabwriter"

	"olelo/lang/diag"
	"olelo/runtime/app"
)

const runUsage = `usage: olelo run [OPTION …] -f FILE

Runs a configuration in the foreground until SIGTERM or Ctrl-C; queued messages
are sent first, a second signal does not wait for them. Log lines go where the
configuration says: log_stderror=yes or -E to this terminal, otherwise syslog.
The exit status is 0, or 255 where the start fails.
`

// runCommand is "olelo run".
func runCommand(args []string, stdout, stderr io.Writer) int {
	c := newCommon("run", runUsage, stdout, stderr)
	logStderr := c.flags.BoolP("log-stderr", "E", false, "log to standard error, whatever log_stderror says")
	color := c.flags.BoolP("log-color", "e", false, "with terminal colours")
	debug := c.flags.IntP("debug", "d", 0, "log `LEVEL`, over debug=: -1 errors, 0 warnings, 2 info, 3 all")
	pidFile := c.flags.StringP("pid-file", "P", "", "`FILE` for the process id")
	cover := c.flags.String("coverage", "", "`FILE` for what of the routes ran, written at the end")
	held := newHeld(c.flags, "")
	o, status, done := c.parse(args, stderr)
	if done {
		return status
	}
	if *logStderr {
		o.Core.LogStderr = logStderr
	}
	if *color {
		o.Core.LogColor = color
	}
	if c.flags.Changed("debug") {
		o.Core.Debug = debug
	}
	held.over(&o)
	o.Stdout, o.Stderr = stdout, stderr
	return serve(o, &process{pidFile: absolute(*pidFile), coverageFile: absolute(*cover), keepWorkDir: true})
}

const checkUsage = `usage: olelo check [OPTION …] FILE
       olelo check --codes

Does all that a start would do with a configuration, without opening a socket,
and reports every mistake that it finds: errors, which stop a start, warnings of
what is hardly meant, and infos. The exit status is 0, 1 with warnings under
--strict, or 255 where a start would fail.
`

// checkCommand is "olelo check".
func checkCommand(args []string, stdout, stderr io.Writer) int {
	c := newCommon("check", checkUsage, stdout, stderr)
	report := app.ReportText
	c.flags.Var(&reportValue{&report}, "format", "of the report: text, json (one object a line), sarif (2.1.0) or kamailio")
	strict := c.flags.Bool("strict", false, "exit with 1 where there are warnings")
	codes := c.flags.Bool("codes", false, "list the codes of errors, warnings and infos, and what they mean")
	c.alone = codes
	o, status, done := c.parse(args, stderr)
	if done {
		return status
	}
	if *codes {
		return printCodes(stdout)
	}
	o.Report, o.Strict = report, *strict
	o.Stdout, o.Stderr = stdout, stderr
	return check(o, stdout)
}

// printCodes lists what check may find.
func printCodes(w io.Writer) int {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range diag.Codes() {
		fmt.Fprintf(t, "%s\t%s\t%s\n", c.Name, c.Severity, c.Means)
	}
	if t.Flush() != nil {
		return statusFailed
	}
	return statusOK
}

const disUsage = `usage: olelo dis [OPTION …] FILE

Prints the bytecode that the configuration's routes are compiled to, each
instruction beside its source line. The exit status is 0, or 255 where the
configuration has mistakes.
`

// disCommand is "olelo dis".
func disCommand(args []string, stdout, stderr io.Writer) int {
	c := newCommon("dis", disUsage, stdout, stderr)
	o, status, done := c.parse(args, stderr)
	if done {
		return status
	}
	o.Stdout, o.Stderr = stdout, stderr
	return app.Disassemble(o, stdout)
}

// check is app.Check for a process that ends behind it. Below the limit memory
// is not collected: that took a fifth of the time.
func check(o app.Options, w io.Writer) int {
	debug.SetMemoryLimit(1 << 30)
	debug.SetGCPercent(-1)
	return app.Check(o, w)
}
